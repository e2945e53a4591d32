#include "api/owner.hpp"

namespace sigma::tokenpass {
namespace {

constexpr std::size_t kMaxLogo = 100 * 1024;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool is_paymail(std::string_view text) {
  const auto at = text.find('@');
  if (at == 0 || at == std::string_view::npos || text.find('@', at + 1) != std::string_view::npos) return false;
  const std::string_view domain = text.substr(at + 1);
  const bool plain = std::ranges::none_of(text, [](unsigned char c) { return c <= ' ' || c == 0x7f; });
  return plain && text.size() <= 254 && domain.find('.') != std::string_view::npos && !domain.starts_with('.') &&
         !domain.ends_with('.');
}

bool is_logo(std::string_view text) {
  return text.size() <= kMaxLogo && (text.starts_with("data:image/") || origin_of_url(text).has_value());
}

}  // namespace

Outcome<Owner> parse_owner(const core::Json& body) {
  SIGMA_TRY(const auto name, text_member(body, "displayName"));
  SIGMA_TRY(const auto paymail, text_member(body, "paymail"));
  SIGMA_TRY(const auto logo, text_member(body, "logo"));
  Owner owner{name.value_or(""), paymail.value_or(""), logo.value_or("")};
  if (characters(owner.display_name) > kMaxName) {
    return Problem(400, fmt::format("displayName has room for {} characters.", kMaxName));
  }
  if (!owner.paymail.empty() && !is_paymail(owner.paymail)) {
    return Problem(400, "paymail must look like name@example.com.");
  }
  if (!owner.logo.empty() && !is_logo(owner.logo)) {
    return Problem(400, "logo must be an http(s) address of a picture, or a data URI of at most 100 KiB.");
  }
  return owner;
}

core::Json identity_summary(const keyring::Identity& identity) {
  core::Json summary = {{"idKey", identity.id_key},
                        {"name", identity.name},
                        {"rootAddress", identity.root_address},
                        {"counter", identity.counter()}};
  const auto host = identity.attributes.find(std::string(kGuestFor));
  if (host != identity.attributes.end()) summary["guestFor"] = host->second.value;
  return summary;
}

core::Json wallet_summary(App& app) {
  auto summary = app.wallet.read([&](const keyring::Keyring& keyring) -> Outcome<core::Json> {
    core::Json list = core::Json::array();
    for (const keyring::Identity& identity : keyring.identities()) list.push_back(identity_summary(identity));
    return core::Json{{"bapId", keyring.identities().front().id_key},
                      {"identityCount", list.size()},
                      {"identities", std::move(list)},
                      {"hasMnemonic", !keyring.mnemonic().empty()}};
  });
  if (!summary) return core::Json::object();
  (*summary)["currentPath"] = app.wallet.folder().display(app.wallet.current_name());
  return *summary;
}

}  // namespace sigma::tokenpass
