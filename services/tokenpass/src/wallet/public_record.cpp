#include "wallet/public_record.hpp"

#include <algorithm>

#include "sigma/vault/private_files.hpp"

namespace sigma::tokenpass {
namespace {

using core::Code;
using core::Error;
using core::Json;
using core::Result;

constexpr std::size_t kMaxSize = 8 * 1024 * 1024;
constexpr int kVersion = 1;

// There was one profile and one count, of whichever wallet was in use.
void give_to_wallets(Json& content) {
  const std::string wallet = core::json_string(content, "wallet").value_or("");
  if (!content.value("profiles", Json()).is_object()) content["profiles"] = Json::object();
  if (const auto profile = content.find("profile"); profile != content.end()) {
    if (!wallet.empty()) content["profiles"][wallet] = *profile;
    content.erase("profile");
  }
  Json& failures = content["failures"];
  if (!failures.is_object()) failures = Json::object();
  if (failures.contains("count")) {
    const Json counted = failures;
    failures = Json::object();
    if (!wallet.empty()) failures[wallet] = counted;
  }
}

}  // namespace

Result<PublicRecord> PublicRecord::load(std::filesystem::path file) {
  const auto text = vault::read_file(file, kMaxSize);
  if (!text && text.error().code() == Code::not_found) {
    return PublicRecord(std::move(file), Json{{"version", kVersion}});
  }
  if (!text) return text.error();
  auto content = core::parse_json(*text);
  if (!content || !content->is_object() || content->value("version", Json()) != Json(kVersion)) {
    return Error{Code::invalid_input, file.string() +
                                          " is damaged, or a later TokenPass wrote it. Move it away to go on "
                                          "without profile and settings; the wallet is not in it."};
  }
  give_to_wallets(*content);
  return PublicRecord(std::move(file), std::move(*content));
}

PublicRecord::PublicRecord(PublicRecord&& other) noexcept
    : file_(std::move(other.file_)), content_(std::move(other.content_)) {}

template <class Change>
Result<void> PublicRecord::change(Change change) {
  const std::lock_guard lock(mutex_);
  Json next = content_;
  change(next);
  const std::string text = core::dump_json(next) + "\n";
  // What could not be read again must not be written.
  if (text.size() > kMaxSize) {
    return Error{Code::invalid_input, file_.string() + " has no room for more profiles and labels of wallets."};
  }
  SIGMA_CHECK(vault::replace_file(file_, text));
  content_ = std::move(next);
  return {};
}

Json PublicRecord::profile() const {
  const std::lock_guard lock(mutex_);
  const Json profiles = content_.value("profiles", Json::object());
  return profiles.value(core::json_string(content_, "wallet").value_or(""), Json::object());
}

Result<void> PublicRecord::set_profile(Json profile) {
  return change([&](Json& content) {
    content["profiles"][core::json_string(content, "wallet").value_or("")] = std::move(profile);
  });
}

std::string PublicRecord::wallet_name() const {
  const std::lock_guard lock(mutex_);
  return core::json_string(content_, "wallet").value_or("");
}

Result<void> PublicRecord::set_wallet_name(std::string name) {
  return change([&](Json& content) { content["wallet"] = std::move(name); });
}

std::map<std::string, std::string> PublicRecord::labels() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> labels;
  const Json stored = content_.value("labels", Json::object());
  for (const auto& [name, label] : stored.items()) {
    if (label.is_string()) labels[name] = label.get<std::string>();
  }
  return labels;
}

Result<void> PublicRecord::set_label(std::string name, std::string label) {
  return change([&](Json& content) { content["labels"][name] = std::move(label); });
}

std::set<std::string> PublicRecord::hidden() const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> names;
  for (const Json& name : content_.value("hidden", Json::array())) {
    if (name.is_string()) names.insert(name.get<std::string>());
  }
  return names;
}

Result<void> PublicRecord::set_hidden(std::string name, bool hide) {
  auto names = hidden();
  if (hide)
    names.insert(name);
  else
    names.erase(name);
  return change([&](Json& content) { content["hidden"] = names; });
}

PublicRecord::Failures PublicRecord::failures(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const Json stored = content_.value("failures", Json::object()).value(name, Json::object());
  return {stored.value("count", 0), {stored.value("last", std::int64_t{0})}};
}

Result<void> PublicRecord::set_failures(std::string name, Failures failures) {
  return change([&](Json& content) {
    if (failures.count == 0)
      content["failures"].erase(name);
    else
      content["failures"][name] = {{"count", failures.count}, {"last", failures.last.ms}};
  });
}

std::vector<std::string> PublicRecord::browsers(const std::string& wallet) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> hashes;
  for (const Json& hash : content_.value("browsers", Json::object()).value(wallet, Json::array())) {
    if (hash.is_string()) hashes.push_back(hash.get<std::string>());
  }
  return hashes;
}

Result<void> PublicRecord::set_browsers(const std::string& wallet, const std::vector<std::string>& hashes) {
  const auto before = browsers(wallet);
  return change([&](Json& content) {
    content["browsers"][wallet] = hashes;
    for (const std::string& hash : before) {
      const bool stays = std::ranges::find(hashes, hash) != hashes.end();
      if (!stays && content.contains("failures")) content["failures"].erase(count_name(wallet, hash));
    }
  });
}

std::string PublicRecord::count_name(const std::string& wallet, std::string_view hash) {
  return fmt::format("{}/{}", wallet, hash);
}

}  // namespace sigma::tokenpass
