// Sites on the disk: JSON, sealed under a key that lies in the vault.
#include "sigma/core/log.hpp"
#include "sigma/crypto/aead.hpp"
#include "sigma/vault/private_files.hpp"
#include "sites/sites.hpp"

namespace sigma::tokenpass {
namespace {

using core::Json;
using core::Result;

constexpr std::size_t kMaxSize = 96 * 1024 * 1024;  // above what all bounds of Sites together allow
constexpr std::string_view kPurpose = "tokenpass-sites|1";

std::string text_of(const Json& json, const char* name) {
  return core::json_string(json, name).value_or("");
}
std::int64_t number_of(const Json& json, const char* name) {
  const auto found = json.find(name);
  return found != json.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}
Scopes scopes_of(const Json& json) {
  Scopes scopes;
  for (const Json& scope : json.value("scopes", Json::array())) {
    if (scope.is_string()) scopes.push_back(scope.get<std::string>());
  }
  return scopes;
}

}  // namespace

Json Sites::to_json() const {
  Json tokens = Json::array(), approvals = Json::array(), keys = Json::array(), activity = Json::array();
  for (const Token& token : tokens_) {
    tokens.push_back({{"hash", token.hash},
                      {"host", token.host},
                      {"scopes", token.scopes},
                      {"expires", token.expires_ms},
                      {"bapId", token.bap_id},
                      {"icon", token.icon},
                      {"created", token.created.ms},
                      {"automatic", token.automatic}});
  }
  for (const Approval& approval : approvals_) {
    approvals.push_back({{"origin", approval.origin},
                         {"host", approval.host},
                         {"scopes", approval.scopes},
                         {"until", approval.until_ms},
                         {"bapId", approval.bap_id},
                         {"created", approval.created.ms}});
  }
  for (const SiteKey& key : keys_) {
    keys.push_back({{"host", key.host}, {"address", key.address}, {"pub", key.public_key}});
  }
  for (const Activity& entry : activity_) {
    activity.push_back({{"at", entry.at.ms}, {"host", entry.host}, {"what", entry.what}, {"times", entry.times}});
  }
  return {{"tokens", std::move(tokens)},
          {"approvals", std::move(approvals)},
          {"automatic", automatic_ ? sigma::tokenpass::to_json(*automatic_) : Json()},
          {"keys", std::move(keys)},
          {"states", states_},
          {"activity", std::move(activity)}};
}

void Sites::from_json(const Json& json) {
  for (const Json& row : json.value("tokens", Json::array())) {
    tokens_.push_back({text_of(row, "hash"),
                       text_of(row, "host"),
                       scopes_of(row),
                       number_of(row, "expires"),
                       text_of(row, "bapId"),
                       text_of(row, "icon"),
                       {number_of(row, "created")},
                       row.value("automatic", Json()) == Json(true)});
  }
  automatic_ = auto_approval_from_json(json.value("automatic", Json()));
  for (const Json& row : json.value("approvals", Json::array())) {
    approvals_.push_back({text_of(row, "origin"),
                          text_of(row, "host"),
                          scopes_of(row),
                          number_of(row, "until"),
                          text_of(row, "bapId"),
                          {number_of(row, "created")}});
  }
  for (const Json& row : json.value("keys", Json::array())) {
    keys_.push_back({text_of(row, "host"), text_of(row, "address"), text_of(row, "pub")});
  }
  const Json states = json.value("states", Json::object());
  for (const auto& [host, state] : states.items()) states_[host] = state;
  for (const Json& row : json.value("activity", Json::array())) {
    const auto times = static_cast<int>(std::clamp<std::int64_t>(number_of(row, "times"), 1, 1'000'000));
    activity_.push_back({{number_of(row, "at")}, text_of(row, "host"), text_of(row, "what"), times});
  }
}

void Sites::keep_older_token(const std::string& host, std::string_view text, const Json& row) {
  Token token{hash_of(text),        host,         scopes_of(row), number_of(row, "expireTime"), text_of(row, "bapID"),
              text_of(row, "icon"), clock_.now(), false};
  const std::lock_guard lock(mutex_);
  if (token.expired(clock_.now()) || tokens_.size() >= kMaxHosts) return;
  tokens_.push_back(std::move(token));
  changed_ = true;
}

void Sites::open(std::filesystem::path file, vault::LockedBytes key) {
  close();
  const std::lock_guard lock(mutex_);
  file_ = std::move(file);
  key_ = std::move(key);
  const auto sealed = vault::read_file(file_, kMaxSize);
  if (!sealed && sealed.error().code() == core::Code::not_found) return;
  const auto text = sealed ? crypto::aead_open(key_.view(), *sealed, kPurpose) : core::Error{};
  const auto json = text ? core::parse_json(text->view(), 64) : core::Error{};
  if (json && json->is_object()) return from_json(*json);
  // Of another vault of the same name, or damaged: nothing that keys depend on. Sites have to ask again.
  core::log::warn("sites_set_aside", {{"file", file_.string()}});
  std::error_code ignored;
  std::filesystem::rename(file_, file_.string() + ".unreadable", ignored);
}

void Sites::close() {
  const std::lock_guard lock(mutex_);
  key_ = {};
  changed_ = false;
  tokens_.clear();
  approvals_.clear();
  automatic_.reset();
  keys_.clear();
  states_.clear();
  activity_.clear();
}

Result<void> Sites::save() {
  std::string text;
  vault::LockedBytes key;
  std::filesystem::path file;
  {
    const std::lock_guard lock(mutex_);
    if (!changed_ || key_.empty()) return {};
    text = core::dump_json(to_json());
    key = key_.clone();
    file = file_;
    changed_ = false;
  }
  // The disk is slow: requests go on meanwhile, what they change is written next time.
  auto written = [&]() -> Result<void> {
    SIGMA_TRY(const std::string sealed, crypto::aead_seal(key.view(), text, kPurpose, random_));
    return vault::replace_file(file, sealed);
  }();
  if (!written) {
    const std::lock_guard lock(mutex_);
    changed_ = true;
  }
  return written;
}

}  // namespace sigma::tokenpass
