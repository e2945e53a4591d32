#include "sigma/oauth/client_auth/client_authenticator.hpp"

#include <fmt/format.h>

#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/http/authorization.hpp"
#include "sigma/http/network.hpp"
#include "sigma/oauth/client_auth/client_secret.hpp"
#include "sigma/oauth/device/unverified_client.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

struct Basic {
  std::string id;
  std::string secret;
};

// RFC 6749 §2.3.1: both halves are form-encoded before base64.
std::optional<Basic> parse_basic(std::string_view authorization) {
  const auto credentials = http::authorization_credentials(authorization, "Basic");
  if (!credentials) return std::nullopt;
  const auto pair = core::base64_decode(*credentials);
  if (!pair) return std::nullopt;
  const auto colon = pair->find(':');
  if (colon == std::string::npos) return std::nullopt;
  auto id = core::form_decode(std::string_view(*pair).substr(0, colon));
  auto secret = core::form_decode(std::string_view(*pair).substr(colon + 1));
  if (!id || !secret) return std::nullopt;
  return Basic{std::move(*id), std::move(*secret)};
}

// One sentence for unknown and disabled: nobody learns which client ids exist. What was sent comes back only as far as
// it is made of the characters of an error_description (RFC 6749 §5.2).
Error unknown_client(std::string_view id) {
  std::string shown;
  for (const char c : id.substr(0, 100)) shown.push_back(c >= ' ' && c <= '~' && c != '"' && c != '\\' ? c : '?');
  return {ErrorCode::invalid_client, fmt::format("The client {} is not registered here, or it is disabled. Check "
                                                 "client_id, or ask the operator to register it.",
                                                 shown)};
}

Error too_many(std::chrono::seconds wait, std::string_view what) {
  return Error{ErrorCode::too_many_requests, fmt::format("{}; try again in {} seconds.", what, wait.count())}
      .with_retry_after(wait);
}

Error wrong_method(const store::Client& client) {
  return {ErrorCode::invalid_client,
          fmt::format("This client authenticates with {}; send exactly that.", client.auth_method)};
}

bool is_valid_at(const store::MemberKey& key, core::UtcTime now) {
  return (!key.not_before || *key.not_before <= now) && (!key.not_after || now <= *key.not_after);
}

}  // namespace

core::Task<Result<store::Client>> ClientAuthenticator::find_client(const ClientCredentials& credentials) {
  const auto form_id = credentials.form.find_nonempty("client_id");
  std::optional<Basic> basic;
  if (credentials.authorization) {
    basic = parse_basic(*credentials.authorization);
    if (!basic)
      co_return Error{ErrorCode::invalid_client,
                      "The Authorization header is not a readable Basic header (RFC 6749, section 2.3.1)."};
    if (form_id && *form_id != basic->id)
      co_return Error{ErrorCode::invalid_request, "client_id in the form and in the Authorization header differ."};
  }
  if (form_id || basic) {
    const std::string id = form_id ? std::string(*form_id) : basic->id;
    SIGMA_CO_TRY(auto client, co_await clients_.find(store::ClientId{id}));
    const bool free_names = settings_.allow_unregistered_device_clients;
    if (!client && free_names && !basic && may_be_unverified(id))
      co_return unverified_client(store::ClientId{id}, clock_.now());
    if (!client || client->disabled || (is_unverified(*client) && !free_names)) co_return unknown_client(id);
    co_return std::move(*client);
  }
  if (const auto assertion = credentials.form.find_nonempty("client_assertion")) {
    const std::string id = client_id_of_assertion(*assertion);
    SIGMA_CO_TRY(auto client, co_await clients_.find(store::ClientId{id}));
    if (!client || client->disabled) co_return unknown_client(id);
    co_return std::move(*client);
  }
  // Clients of 2025 name themselves by their key only (contract §3).
  if (credentials.x_auth_tokens.size() == 1) {
    if (const auto parsed = bitcoin::parse_auth_token(credentials.x_auth_tokens.front())) {
      SIGMA_CO_TRY(auto client, co_await clients_.find_by_member_key(core::to_lower_ascii(parsed->pubkey)));
      if (!client || client->disabled) co_return unknown_client(parsed->pubkey);
      co_return std::move(*client);
    }
  }
  co_return Error{ErrorCode::invalid_request, "client_id is missing."};
}

core::Task<Result<store::Client>> ClientAuthenticator::authenticate(ClientCredentials credentials, std::string path) {
  SIGMA_CO_TRY(store::Client client, co_await identify(std::move(credentials), std::move(path)));
  // Anybody can speak in the name of a public client; those are counted by network alone.
  if (settings_.requests_per_client > 0 && client.auth_method != "none") {
    const auto wait = co_await limits_.requests.take(client.id.str());
    if (wait) co_return too_many(*wait, "This client sends too many requests");
  }
  co_return client;
}

core::Task<Result<store::Client>> ClientAuthenticator::identify(ClientCredentials credentials, std::string path) {
  const auto& form = credentials.form;
  const auto form_secret = form.find_nonempty("client_secret");
  const bool has_assertion = form.find_nonempty("client_assertion").has_value();
  const int methods = !credentials.x_auth_tokens.empty() + credentials.authorization.has_value() +
                      form_secret.has_value() + has_assertion;
  if (methods > 1) {
    co_return Error{ErrorCode::invalid_request,
                    "Use one way of client authentication, not several at once (RFC 6749, section 2.3)."};
  }
  auto found = co_await find_client(credentials);
  if (!found) {
    const auto basic = parse_basic(credentials.authorization.value_or(""));
    if (form_secret || basic) {
      const std::string_view given = form_secret ? *form_secret : std::string_view(basic->secret);
      static_cast<void>(secret_matches(secrets_of_nobody(), given, clock_.now()));
    }
    co_return found.error();
  }
  store::Client client = std::move(*found);

  if (!credentials.x_auth_tokens.empty() || client.auth_method == "x_auth_token") {
    SIGMA_CO_CHECK(co_await check_x_auth_token(client, credentials, std::move(path)));
    co_return client;
  }
  if (client.auth_method == "client_secret_basic" && credentials.authorization) {
    SIGMA_CO_CHECK(co_await check_secret(client, parse_basic(*credentials.authorization)->secret,
                                         std::move(credentials.ip_address)));
    co_return client;
  }
  if (client.auth_method == "client_secret_post" && form_secret) {
    SIGMA_CO_CHECK(co_await check_secret(client, std::string(*form_secret), std::move(credentials.ip_address)));
    co_return client;
  }
  if (client.auth_method == "private_key_jwt" && has_assertion) {
    if (form.find_nonempty("client_assertion_type") != kJwtBearerAssertion) {
      co_return Error{ErrorCode::invalid_client,
                      "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer."};
    }
    std::string assertion(*form.find_nonempty("client_assertion"));
    SIGMA_CO_CHECK(co_await assertions_.verify(client, std::move(assertion), std::move(path)));
    co_return client;
  }
  if (client.auth_method == "none" && methods == 0) co_return client;
  co_return wrong_method(client);
}

core::Task<Result<void>> ClientAuthenticator::check_x_auth_token(const store::Client& client,
                                                                 const ClientCredentials& credentials,
                                                                 std::string path) {
  if (credentials.x_auth_tokens.empty()) {
    co_return Error{ErrorCode::invalid_client,
                    "The X-Auth-Token header is missing; sign the request with the client's member key."};
  }
  if (credentials.x_auth_tokens.size() > 1) {
    co_return Error{ErrorCode::invalid_client, "There is more than one X-Auth-Token header; send one."};
  }
  const std::string& token = credentials.x_auth_tokens.front();
  const auto parsed = bitcoin::parse_auth_token(token);
  if (!parsed) co_return Error{ErrorCode::invalid_client, parsed.error().description};
  const std::string pubkey = core::to_lower_ascii(parsed->pubkey);
  if (client.auth_method != "x_auth_token" || client.member_keys.empty()) {
    co_return Error{ErrorCode::invalid_client,
                    "This client has no member key, so it cannot use X-Auth-Token. Register its member public key, or "
                    "use its own authentication method."};
  }
  const core::UtcTime now = clock_.now();
  const store::MemberKey* registered = nullptr;
  for (const auto& key : client.member_keys) {
    if (key.pubkey == pubkey) registered = &key;
  }
  if (!registered) {
    co_return Error{
        ErrorCode::invalid_client,
        fmt::format(
            "The request was signed with key {}, but the client is registered with {}. Compare the public key of "
            "SIGMA_MEMBER_PRIVATE_KEY with the client's member public key.",
            pubkey, client.member_keys.front().pubkey)};
  }
  if (!is_valid_at(*registered, now)) {
    co_return Error{ErrorCode::invalid_client,
                    "The member key is outside its period of validity; sign with the client's current key."};
  }
  XAuthTokenRule rule;
  const bool is_token_path = path == kTokenPath;
  rule.paths.push_back(std::move(path));
  if (is_token_path && settings_.legacy_token_path) rule.paths.emplace_back(kLegacyTokenPath);
  rule.bodies.push_back(credentials.raw_body);
  // The old provider hashed the form as it wrote it anew; tokens over that are honoured second (contract §1).
  if (auto legacy = bitcoin::legacy_form_body(credentials.raw_body); legacy && *legacy != credentials.raw_body) {
    rule.bodies.push_back(std::move(*legacy));
  }
  SIGMA_CO_TRY(auto outcome, co_await x_auth_token_.verify(token, std::move(rule)));
  if (!outcome.token) co_return Error{ErrorCode::invalid_client, outcome.fault.description};
  co_return Result<void>{};
}

// By client and network: whoever guesses the secrets of somebody's client must not lock that client out.
core::Task<Result<void>> ClientAuthenticator::check_secret(const store::Client& client, std::string secret,
                                                           std::string ip_address) {
  const std::string who = client.id.str() + "|" + http::client_network(ip_address);
  const auto wait = co_await limits_.secret_failures.take(who);
  if (wait) co_return too_many(*wait, "Too many wrong secrets of this client came from your network");
  if (!secret_matches(client.secrets, secret, clock_.now()))
    co_return Error{ErrorCode::invalid_client,
                    "The client secret is wrong or no longer valid; send the current one, or have it rotated."};
  co_await limits_.secret_failures.give_back(who);
  co_return Result<void>{};
}

}  // namespace sigma::oauth
