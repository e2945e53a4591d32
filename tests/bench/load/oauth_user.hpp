#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "connection.hpp"
#include "sigma/bitcoin/auth_token.hpp"
#include "sigma/bitcoin/keys.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/random.hpp"

namespace sigma::bench {

/// The registered application on whose behalf everything happens.
struct ClientConfig {
  std::string id = "bench";
  std::string redirect_uri = "https://app.example.com/auth/sigma/callback";
  std::optional<bitcoin::PrivateKey> member_key;  ///< signs token requests
  bitcoin::AuthScheme scheme = bitcoin::AuthScheme::brc77;
  std::string secret;  ///< for client_secret_basic; with neither key nor secret it is a public client
};

struct Tokens {
  std::string access_token;
  std::string refresh_token;  ///< empty unless offline_access was asked for
};

/// A person with a browser, and the application's server, in one: each function is one request over `connection` and
/// fails unless the answer is what the protocol promises.
class OAuthUser {
 public:
  /// `authority` is the Host that the server expects, e.g. "127.0.0.1:8787".
  OAuthUser(std::string authority, const ClientConfig& client, core::Random& random);

  /// A GET without credentials that must answer 200.
  core::Task<core::Result<void>> get(Connection& connection, std::string_view path);
  /// Proves the key and keeps the session cookie. The first time creates the account.
  core::Task<core::Result<void>> sign_in(Connection& connection);
  /// Takes another key: the next sign-in creates another account.
  void become_somebody_else();
  /// An authorization request that is answered at once; the code.
  core::Task<core::Result<std::string>> authorize(Connection& connection, std::string_view scope);
  core::Task<core::Result<Tokens>> redeem(Connection& connection, std::string code);
  core::Task<core::Result<Tokens>> refresh(Connection& connection, std::string refresh_token);
  core::Task<core::Result<void>> userinfo(Connection& connection, std::string_view access_token);
  core::Task<core::Result<Tokens>> client_credentials(Connection& connection);
  /// Fails unless the token is active.
  core::Task<core::Result<void>> introspect(Connection& connection, std::string_view access_token);
  /// From an address of its own each time, by X-Forwarded-For: the endpoint limits how often one network may ask.
  core::Task<core::Result<void>> device_code(Connection& connection);

 private:
  core::Task<core::Result<Tokens>> token_request(Connection& connection, std::string form);
  /// Posts a form as the client, with its credentials and `more_fields`; the JSON of a 200.
  core::Task<core::Result<core::Json>> post_form(Connection& connection, std::string_view path, std::string form,
                                                 std::string more_fields = {});
  core::Result<std::string> client_authentication(std::string_view path, std::string_view form);
  core::Result<std::string> auth_token(const bitcoin::PrivateKey& key, std::string_view path,
                                       std::optional<std::string_view> body);

  std::string authority_;
  const ClientConfig& client_;
  core::Random& random_;
  core::SystemClock clock_;
  bitcoin::PrivateKey key_;
  core::UtcTime last_token_time_;
  std::string cookie_;
  std::string verifier_;
  std::string challenge_;
};

}  // namespace sigma::bench
