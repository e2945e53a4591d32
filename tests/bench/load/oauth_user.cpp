#include "oauth_user.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/core/json.hpp"
#include "sigma/crypto/digest.hpp"

namespace sigma::bench {
namespace {

constexpr std::string_view kSignInPath = "/api/auth/sign-in/sigma";
constexpr std::string_view kAuthorizePath = "/api/auth/oauth2/authorize";
constexpr std::string_view kTokenPath = "/api/auth/oauth2/token";
constexpr std::string_view kUserinfoPath = "/api/auth/oauth2/userinfo";
constexpr std::string_view kIntrospectPath = "/api/auth/oauth2/introspect";
constexpr std::string_view kDevicePath = "/api/auth/device/code";

core::Error unexpected(std::string_view what, const Answer& answer) {
  return {core::Code::internal, fmt::format("{}: status {}, {}{}", what, answer.status,
                                            answer.header("location").value_or(""), answer.body.substr(0, 300))};
}

/// The value of `name` in the query of a redirect. Codes are letters and digits, so nothing needs decoding.
std::string_view query_value(std::string_view url, std::string_view name) {
  for (auto at = url.find(name); at != std::string_view::npos; at = url.find(name, at + 1)) {
    const bool begins = at > 0 && (url[at - 1] == '?' || url[at - 1] == '&');
    if (!begins || at + name.size() >= url.size() || url[at + name.size()] != '=') continue;
    const auto value = url.substr(at + name.size() + 1);
    return value.substr(0, value.find_first_of("&#"));
  }
  return {};
}

}  // namespace

OAuthUser::OAuthUser(std::string authority, const ClientConfig& client, core::Random& random)
    : authority_(std::move(authority)),
      client_(client),
      random_(random),
      key_(bitcoin::PrivateKey::generate(random)),
      verifier_(core::base64url_encode(random.bytes(32))),
      challenge_(core::base64url_encode(crypto::view(crypto::sha256(verifier_)))) {}

core::Task<core::Result<void>> OAuthUser::get(Connection& connection, std::string_view path) {
  const auto request = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", path, authority_);
  SIGMA_CO_TRY(const auto answer, co_await connection.exchange(request));
  if (answer.status != 200) co_return unexpected(path, answer);
  co_return core::Result<void>{};
}

core::Task<core::Result<void>> OAuthUser::sign_in(Connection& connection) {
  SIGMA_CO_TRY(const auto token, auth_token(key_, kSignInPath, std::nullopt));
  const auto request = fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\nX-Auth-Token: {}\r\nContent-Type: application/json\r\n"
      "Content-Length: 2\r\n\r\n{{}}",
      kSignInPath, authority_, token);
  SIGMA_CO_TRY(const auto answer, co_await connection.exchange(request));
  const auto cookie = answer.header("set-cookie");
  if (answer.status != 200 || !cookie) co_return unexpected("sign-in", answer);
  cookie_ = cookie->substr(0, cookie->find(';'));
  co_return core::Result<void>{};
}

void OAuthUser::become_somebody_else() {
  key_ = bitcoin::PrivateKey::generate(random_);
  cookie_.clear();
}

core::Task<core::Result<std::string>> OAuthUser::authorize(Connection& connection, std::string_view scope) {
  const auto request = fmt::format(
      "GET {}?client_id={}&redirect_uri={}&response_type=code&state=k3x9q1&scope={}&code_challenge={}"
      "&code_challenge_method=S256 HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\n\r\n",
      kAuthorizePath, client_.id, core::form_encode(client_.redirect_uri), core::form_encode(scope), challenge_,
      authority_, cookie_);
  SIGMA_CO_TRY(const auto answer, co_await connection.exchange(request));
  const auto code = query_value(answer.header("location").value_or(""), "code");
  if (code.empty()) co_return unexpected("authorize", answer);
  co_return std::string(code);
}

core::Task<core::Result<Tokens>> OAuthUser::redeem(Connection& connection, std::string code) {
  co_return co_await token_request(
      connection, fmt::format("grant_type=authorization_code&code={}&redirect_uri={}&client_id={}&code_verifier={}",
                              code, core::form_encode(client_.redirect_uri), client_.id, verifier_));
}

core::Task<core::Result<Tokens>> OAuthUser::refresh(Connection& connection, std::string refresh_token) {
  co_return co_await token_request(
      connection, fmt::format("grant_type=refresh_token&refresh_token={}&client_id={}", refresh_token, client_.id));
}

core::Task<core::Result<Tokens>> OAuthUser::client_credentials(Connection& connection) {
  co_return co_await token_request(connection, "grant_type=client_credentials");
}

core::Task<core::Result<Tokens>> OAuthUser::token_request(Connection& connection, std::string form) {
  SIGMA_CO_TRY(const auto json, co_await post_form(connection, kTokenPath, std::move(form)));
  Tokens tokens{core::json_string(json, "access_token").value_or(""),
                core::json_string(json, "refresh_token").value_or("")};
  if (tokens.access_token.empty()) co_return core::Error(core::Code::internal, "token: no access token");
  co_return tokens;
}

core::Task<core::Result<void>> OAuthUser::introspect(Connection& connection, std::string_view access_token) {
  SIGMA_CO_TRY(const auto json, co_await post_form(connection, kIntrospectPath, fmt::format("token={}", access_token)));
  if (!json.value("active", false)) co_return core::Error(core::Code::internal, "introspect: not active");
  co_return core::Result<void>{};
}

core::Task<core::Result<void>> OAuthUser::device_code(Connection& connection) {
  auto form = fmt::format("client_id={}&scope=openid", client_.id);
  const auto address = random_.bytes(3);
  auto forwarded = fmt::format("X-Forwarded-For: 10.{}.{}.{}\r\n", static_cast<unsigned char>(address[0]),
                               static_cast<unsigned char>(address[1]), static_cast<unsigned char>(address[2]));
  SIGMA_CO_TRY(const auto json, co_await post_form(connection, kDevicePath, std::move(form), std::move(forwarded)));
  if (!core::json_string(json, "user_code")) co_return core::Error(core::Code::internal, "device: no user code");
  co_return core::Result<void>{};
}

core::Task<core::Result<core::Json>> OAuthUser::post_form(Connection& connection, std::string_view path,
                                                          std::string form, std::string more_fields) {
  SIGMA_CO_TRY(const auto credentials, client_authentication(path, form));
  const auto request = fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}\r\n{}{}Content-Type: application/x-www-form-urlencoded\r\n"
      "Content-Length: {}\r\n\r\n{}",
      path, authority_, credentials, more_fields, form.size(), form);
  SIGMA_CO_TRY(const auto answer, co_await connection.exchange(request));
  if (answer.status != 200) co_return unexpected(path, answer);
  co_return core::parse_json(answer.body);
}

core::Result<std::string> OAuthUser::client_authentication(std::string_view path, std::string_view form) {
  if (client_.member_key) {
    SIGMA_TRY(const auto token, auth_token(*client_.member_key, path, form));
    return fmt::format("X-Auth-Token: {}\r\n", token);
  }
  if (client_.secret.empty()) return std::string();
  // RFC 6749 §2.3.1: both halves are form-encoded first.
  const auto pair = core::form_encode(client_.id) + ":" + core::form_encode(client_.secret);
  return fmt::format("Authorization: Basic {}\r\n", core::base64_encode(pair));
}

core::Task<core::Result<void>> OAuthUser::userinfo(Connection& connection, std::string_view access_token) {
  const auto request = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n", kUserinfoPath,
                                   authority_, access_token);
  SIGMA_CO_TRY(const auto answer, co_await connection.exchange(request));
  if (answer.status != 200 || answer.body.find("\"sub\"") == std::string_view::npos)
    co_return unexpected("userinfo", answer);
  co_return core::Result<void>{};
}

core::Result<std::string> OAuthUser::auth_token(const bitcoin::PrivateKey& key, std::string_view path,
                                                std::optional<std::string_view> body) {
  // A token is single-use, and two over one path in one millisecond would be the same statement: time moves on by hand.
  last_token_time_ = std::max(clock_.now(), last_token_time_ + core::Milliseconds(1));
  return bitcoin::make_auth_token(key, client_.scheme, path, body, last_token_time_, random_);
}

}  // namespace sigma::bench
