// A device, its client and a person who is signed in.
#pragma once
#include "engine.hpp"
#include "sigma/oauth/grants/device_code.hpp"

namespace sigma::oauth::testing {

using std::chrono::minutes;
using std::chrono::seconds;

class Device : public EngineTest {
 protected:
  struct Codes {
    std::string device_code, user_code;
  };
  static std::string text(const core::Json& answer, const char* member) { return answer.at(member).get<std::string>(); }
  static Codes codes_of(const core::Json& answer) { return {text(answer, "device_code"), text(answer, "user_code")}; }

  void SetUp() override {
    EngineTest::SetUp();
    store::Client television;
    television.id = store::ClientId{"television"};
    television.name = "Television";
    television.auth_method = "none";
    television.grant_types = {std::string(kDeviceCodeGrant), "refresh_token"};
    television.created_at = television.updated_at = clock.now();
    ASSERT_TRUE(*run(store.clients.create(television)));
    television.id = store::ClientId{"other-television"};
    ASSERT_TRUE(*run(store.clients.create(television)));
    person = sign_in().value();
  }

  Result<core::Json> try_start(std::vector<http::Form::Parameter> parameters, const std::string& ip = "192.0.2.7") {
    ClientCredentials request;
    for (auto& [name, value] : parameters) request.form.add(name, value);
    return run(device.start(std::move(request), "/api/auth/device/code", ip));
  }
  Codes start(const std::string& scope = "openid profile offline_access") {
    return codes_of(try_start({{"client_id", "television"}, {"scope", scope}}).value());
  }

  Result<core::Json> poll(const Codes& codes, std::vector<http::Form::Parameter> more = {},
                          const std::string& client = "television") {
    ClientCredentials request;
    for (auto& [name, value] : std::vector<http::Form::Parameter>{{"grant_type", std::string(kDeviceCodeGrant)},
                                                                  {"device_code", codes.device_code},
                                                                  {"client_id", client}}) {
      request.form.add(name, value);
    }
    for (auto& [name, value] : more) request.form.add(name, value);
    return run(token.exchange(std::move(request)));
  }
  ErrorCode poll_error(const Codes& codes) {
    const auto answer = poll(codes);
    return answer ? ErrorCode::server_error : answer.error().code();
  }
  void wait(seconds time = seconds{5}) { clock.advance(time); }

  DeviceVisitor visitor(const std::string& ip = "198.51.100.9") { return {session_of(person), ip}; }
  Result<void> approve(const std::string& user_code, std::optional<store::BapId> bap_id = {}) {
    return run(device.approve(user_code, std::move(bap_id), visitor()));
  }
  Result<void> deny(const std::string& user_code) { return run(device.deny(user_code, visitor())); }
  Result<DeviceRequest> describe(const std::string& user_code) { return run(device.describe(user_code, visitor())); }
  core::Json claims_of(const core::Json& tokens) {
    return run(userinfo.describe({text(tokens, "access_token"), false, {}})).value();
  }

  Settings device_settings = settings;
  AttemptLimiter starts{limiter, "starts", {.limit = 1'000, .window = minutes{1}}};
  AttemptLimiter guesses{limiter, "guesses", {.limit = 5, .window = minutes{5}}};
  AttemptLimiter alarm{limiter, "alarm", {.limit = 10, .window = minutes{5}}};
  ClientAuthenticator device_authenticator{
      clients, x_auth_token, client_assertions, {client_requests, client_secret_failures}, clock, device_settings};
  DeviceAuthorization device{store, clients, device_authenticator, {starts, guesses, alarm},
                             clock, random,  device_settings};
  SignedIn person;
};

}  // namespace sigma::oauth::testing
