// Rows with every member set, so that a column that is forgotten or swapped shows.
#pragma once
#include <string>

#include "sigma/store/rows.hpp"

namespace sigma::store::contract {

inline constexpr UtcTime kNow{1'770'000'000'000};
inline constexpr std::int64_t kMinute = 60'000;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;

inline UtcTime after(std::int64_t ms) {
  return {kNow.ms + ms};
}

/// 32 bytes, NUL and quote among them, different for each label.
inline SecretHash hash_of(const std::string& label) {
  std::string bytes = "h\0'\\\xff" + std::string(27, '.');
  bytes.resize(32, '.');
  bytes[1] = '\0';
  for (std::size_t i = 0; i < label.size() && i < 26; ++i) bytes[6 + i] = label[i];
  return SecretHash{bytes};
}

inline std::string pubkey_of(const std::string& label) {
  return "02" + label;
}

inline Client make_client(const std::string& id = "client-1") {
  Client client;
  client.id = ClientId{id};
  client.name = "Näme of " + id;
  client.auth_method = "x_auth_token";
  client.redirect_uris = {"https://a.example/cb", "com.example:/cb?x=\"1\""};
  client.grant_types = {"authorization_code", "refresh_token"};
  client.scopes = {"openid", "profile"};
  client.member_keys = {{pubkey_of(id), kNow, after(kDay)}, {pubkey_of(id + "-second"), {}, {}}};
  client.secrets = {{hash_of(id + "-s1"), kNow, after(kHour)}, {hash_of(id + "-s2"), after(1), {}}};
  client.owner_bap_id = BapId{"owner"};
  client.registration_token = hash_of(id + "-registration");
  client.expires_at = after(365 * kDay);
  client.skip_consent = true;
  client.metadata = {{"logo_uri", "https://a.example/l.png"}, {"contacts", {"a@example.org"}}, {"n", 1.5}};
  client.created_at = kNow;
  client.updated_at = after(1);
  return client;
}

inline User make_user(const std::string& id = "user-1") {
  User user;
  user.id = UserId{id};
  user.name = "Zoë " + id;
  user.email = id + "@example.org";
  user.email_verified = true;
  user.image = "https://a.example/i.png";
  user.pubkey = pubkey_of(id);
  user.subscription_tier = "plus";
  user.roles = "admin user";
  user.created_at = kNow;
  user.updated_at = after(1);
  return user;
}

inline Profile make_profile(const std::string& bap_id = "bap-1", const std::string& user = "user-1") {
  Profile profile;
  profile.bap_id = BapId{bap_id};
  profile.user_id = UserId{user};
  profile.name = "Profile " + bap_id;
  profile.image = "https://a.example/p.png";
  profile.member_pubkey = pubkey_of(bap_id);
  profile.is_primary = true;
  profile.counter = 7;
  profile.profile = {{"@type", "Person"}, {"alternateName", "Zoë"}};
  profile.created_at = kNow;
  profile.updated_at = after(2);
  return profile;
}

inline Session make_session(const std::string& id = "session-1", const std::string& user = "user-1") {
  Session session;
  session.id = SessionId{id};
  session.token_hash = hash_of(id);
  session.user_id = UserId{user};
  session.active_bap_id = BapId{"bap-1"};
  session.auth_time = after(-5);
  session.ip_address = "2001:db8::1";
  session.user_agent = "Mozilla/5.0 (X11)";
  session.created_at = kNow;
  session.updated_at = after(1);
  session.expires_at = after(kDay);
  return session;
}

inline AuthorizationCode make_code(const std::string& label = "1") {
  AuthorizationCode code;
  code.hash = hash_of("code-" + label);
  code.grant_id = GrantId{"grant-" + label};
  code.client_id = ClientId{"client-1"};
  code.user_id = UserId{"user-1"};
  code.session_id = SessionId{"session-1"};
  code.bap_id = BapId{"bap-1"};
  code.redirect_uri = "https://a.example/cb";
  code.redirect_uri_was_sent = false;
  code.code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  code.scopes = {"openid", "profile"};
  code.nonce = "n-0S6_WzA2Mj";
  code.acr = "urn:acr";
  code.claims = {{"userinfo", {{"name", nullptr}}}};
  code.resources = {"https://api.example"};
  code.dpop_jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
  code.auth_time = after(-7);
  code.created_at = kNow;
  code.expires_at = after(10 * kMinute);
  return code;
}

inline AccessToken make_access(const std::string& label = "1", const std::string& grant = "1") {
  AccessToken token;
  token.hash = hash_of("access-" + label);
  token.grant_id = GrantId{"grant-" + grant};
  token.client_id = ClientId{"client-1"};
  token.user_id = UserId{"user-1"};
  token.session_id = SessionId{"session-1"};
  token.bap_id = BapId{"bap-1"};
  token.scopes = {"openid"};
  token.audience = {"https://api.example", "https://b.example"};
  token.details = {{"act", {{"sub", "x"}}}};
  token.auth_time = after(-7);
  token.created_at = kNow;
  token.expires_at = after(kHour);
  return token;
}

inline RefreshToken make_refresh(const std::string& label = "1", const std::string& grant = "1") {
  RefreshToken token;
  token.hash = hash_of("refresh-" + label);
  token.grant_id = GrantId{"grant-" + grant};
  token.client_id = ClientId{"client-1"};
  token.user_id = UserId{"user-1"};
  token.session_id = SessionId{"session-1"};
  token.bap_id = BapId{"bap-1"};
  token.scopes = {"openid", "offline_access"};
  token.resources = {"https://api.example"};
  token.details = {{"nonce", "n"}};
  token.auth_time = after(-7);
  token.created_at = kNow;
  token.expires_at = after(30 * kDay);
  return token;
}

/// Quotes, NUL, 4-byte UTF-8, ill-formed UTF-8, the driver's own escape, and 50 KB.
inline std::vector<std::string> hostile_texts() {
  std::string long_text;
  while (long_text.size() < 50'000) long_text += "'; DROP TABLE users; -- \xF0\x9F\x94\x91 ";
  return {"",
          "'\"`\\; --",
          std::string("a\0b\0", 4),
          std::string(1, '\0'),
          "\xF0\x9F\x98\x80 \xE2\x82\xBF",
          "\xff\xfe not UTF-8",
          "\x01",
          "\x01YWJj",
          "$1 %s {} ?1 :a",
          "\\x00",
          long_text};
}

}  // namespace sigma::store::contract
