#include "scenario.hpp"

namespace sigma::bench {
namespace {

constexpr std::string_view kScope = "openid profile";
constexpr std::string_view kOfflineScope = "openid profile offline_access";
constexpr std::string_view kDiscoveryPath = "/.well-known/openid-configuration";
constexpr std::string_view kJwksPath = "/api/auth/jwks";

class UserScenario : public Scenario {
 public:
  UserScenario(std::string authority, const ClientConfig& client, core::Random& random)
      : user_(std::move(authority), client, random) {}

  core::Task<core::Result<void>> prepare(Connection& connection) override {
    co_return co_await user_.sign_in(connection);
  }

 protected:
  core::Task<core::Result<Tokens>> sign_in_and_get_tokens(Connection& connection, std::string_view scope) {
    SIGMA_CO_CHECK(co_await user_.sign_in(connection));
    SIGMA_CO_TRY(auto code, co_await user_.authorize(connection, scope));
    co_return co_await user_.redeem(connection, std::move(code));
  }

  OAuthUser user_;
};

/// What needs no person.
class WithoutPerson : public UserScenario {
 public:
  using UserScenario::UserScenario;
  core::Task<core::Result<void>> prepare(Connection&) override { co_return core::Result<void>{}; }
};

template <const std::string_view& path>
class PublicDocument final : public WithoutPerson {
 public:
  using WithoutPerson::WithoutPerson;
  core::Task<core::Result<void>> step(Connection& connection) override {
    co_return co_await user_.get(connection, path);
  }
};

class SignIn final : public UserScenario {
 public:
  using UserScenario::UserScenario;
  core::Task<core::Result<void>> step(Connection& connection) override {
    // An account keeps 200 sessions; what ending the oldest costs is not what this is about.
    if (++signed_in_ % 100 == 0) user_.become_somebody_else();
    co_return co_await user_.sign_in(connection);
  }

 private:
  int signed_in_ = 0;
};

class Authorize final : public UserScenario {
 public:
  using UserScenario::UserScenario;
  core::Task<core::Result<void>> step(Connection& connection) override {
    SIGMA_CO_TRY(const auto code, co_await user_.authorize(connection, kScope));
    co_return core::Result<void>{};
  }
};

class Flow final : public UserScenario {
 public:
  using UserScenario::UserScenario;
  core::Task<core::Result<void>> step(Connection& connection) override {
    SIGMA_CO_TRY(auto code, co_await user_.authorize(connection, kScope));
    SIGMA_CO_TRY(const auto tokens, co_await user_.redeem(connection, std::move(code)));
    co_return co_await user_.userinfo(connection, tokens.access_token);
  }
};

class Refresh final : public UserScenario {
 public:
  using UserScenario::UserScenario;
  core::Task<core::Result<void>> prepare(Connection& connection) override {
    SIGMA_CO_TRY(tokens_, co_await sign_in_and_get_tokens(connection, kOfflineScope));
    co_return core::Result<void>{};
  }
  core::Task<core::Result<void>> step(Connection& connection) override {
    SIGMA_CO_TRY(tokens_, co_await user_.refresh(connection, tokens_.refresh_token));
    co_return core::Result<void>{};
  }

 private:
  Tokens tokens_;
};

/// Several access tokens a connection: one alone would flatter whatever the server caches.
class WithAccessTokens : public UserScenario {
 public:
  using UserScenario::UserScenario;
  core::Task<core::Result<void>> prepare(Connection& connection) override {
    SIGMA_CO_CHECK(co_await user_.sign_in(connection));
    for (auto& token : access_tokens_) {
      SIGMA_CO_TRY(auto code, co_await user_.authorize(connection, kScope));
      SIGMA_CO_TRY(auto tokens, co_await user_.redeem(connection, std::move(code)));
      token = std::move(tokens.access_token);
    }
    co_return core::Result<void>{};
  }

 protected:
  std::string_view next_access_token() {
    next_ = (next_ + 1) % access_tokens_.size();
    return access_tokens_[next_];
  }

 private:
  std::array<std::string, 16> access_tokens_;
  std::size_t next_ = 0;
};

class Userinfo final : public WithAccessTokens {
 public:
  using WithAccessTokens::WithAccessTokens;
  core::Task<core::Result<void>> step(Connection& connection) override {
    co_return co_await user_.userinfo(connection, next_access_token());
  }
};

class Introspect final : public WithAccessTokens {
 public:
  using WithAccessTokens::WithAccessTokens;
  core::Task<core::Result<void>> step(Connection& connection) override {
    co_return co_await user_.introspect(connection, next_access_token());
  }
};

class ClientCredentials final : public WithoutPerson {
 public:
  using WithoutPerson::WithoutPerson;
  core::Task<core::Result<void>> step(Connection& connection) override {
    SIGMA_CO_TRY(const auto tokens, co_await user_.client_credentials(connection));
    co_return core::Result<void>{};
  }
};

class DeviceCode final : public WithoutPerson {
 public:
  using WithoutPerson::WithoutPerson;
  core::Task<core::Result<void>> step(Connection& connection) override {
    co_return co_await user_.device_code(connection);
  }
};

template <class T>
std::unique_ptr<Scenario> make(std::string authority, const ClientConfig& client, core::Random& random) {
  return std::make_unique<T>(std::move(authority), client, random);
}

constexpr std::array kScenarios = {
    ScenarioInfo{"flow", "flows", "authorize, code exchange with PKCE, userinfo", make<Flow>},
    ScenarioInfo{"authorize", "requests", "authorize to code, with a session", make<Authorize>},
    ScenarioInfo{"refresh", "requests", "refresh token rotation", make<Refresh>},
    ScenarioInfo{"userinfo", "requests", "userinfo, 16 access tokens a connection", make<Userinfo>},
    ScenarioInfo{"introspect", "requests", "introspection of live tokens, with a client secret", make<Introspect>},
    ScenarioInfo{"client-credentials", "requests", "a token for a client with a secret", make<ClientCredentials>},
    ScenarioInfo{"device-code", "requests", "the first step of the device flow", make<DeviceCode>},
    ScenarioInfo{"sign-in", "requests", "sign-in with a key, one account a connection", make<SignIn>},
    ScenarioInfo{"discovery", "requests", "the OpenID configuration", make<PublicDocument<kDiscoveryPath>>},
    ScenarioInfo{"jwks", "requests", "the key set", make<PublicDocument<kJwksPath>>},
};

}  // namespace

std::span<const ScenarioInfo> scenarios() {
  return kScenarios;
}

const ScenarioInfo* find_scenario(std::string_view name) {
  const auto found = std::ranges::find(kScenarios, name, &ScenarioInfo::name);
  return found == kScenarios.end() ? nullptr : &*found;
}

}  // namespace sigma::bench
