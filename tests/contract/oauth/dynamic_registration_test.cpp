// Clients that register themselves, on a clock of our own: the limit of a day, and what becomes of those that nobody
// uses.
#include "sigma/oauth/registration/dynamic_registration.hpp"

#include <gmock/gmock.h>

#include "engine.hpp"

namespace sigma::oauth::testing {
namespace {

using core::Json;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

Settings open_settings() {
  Settings settings = test_settings();
  settings.dynamic_registration = DynamicRegistrationMode::open;
  settings.open_registrations_per_day = 8;
  return settings;
}

class SelfRegistration : public EngineTest {
 protected:
  SelfRegistration() : EngineTest(open_settings()) {}

  static Json description() {
    return {{"redirect_uris", {"https://app.example/cb"}},
            {"token_endpoint_auth_method", "none"},
            {"scope", "openid profile offline_access admin"}};
  }
  Result<Json> try_register(Json metadata = description()) {
    RegistrationRequest request;
    request.metadata = std::move(metadata);
    request.proofs.path = kRegistrationPath;
    request.ip_address = "192.0.2.1";
    return run(registration.create(std::move(request)));
  }
  std::string registered() {
    const auto answer = try_register();
    EXPECT_TRUE(answer) << answer.error().description();
    return answer ? answer->at("client_id").get<std::string>() : "";
  }
  store::Client row(const std::string& id) { return run(store.clients.find(store::ClientId{id})).value().value(); }
};

TEST_F(SelfRegistration, ADayHasItsNumber) {
  for (int i = 0; i < 8; ++i) registered();
  EXPECT_EQ(try_register().error().code(), ErrorCode::too_many_requests);
  clock.advance(hours{24});
  registered();
}

TEST_F(SelfRegistration, ADayHasItsNumberAlsoWhenAllComeAtOnce) {
  std::vector<core::Task<Result<Json>>> attempts;
  for (int i = 0; i < 20; ++i) {
    RegistrationRequest request;
    request.metadata = description();
    request.proofs.path = kRegistrationPath;
    attempts.push_back(registration.create(std::move(request)));
  }
  int registered = 0;
  for (const auto& answer : core::testing::run_all(std::move(attempts))) {
    if (answer) {
      ++registered;
    } else {
      EXPECT_EQ(answer.error().code(), ErrorCode::too_many_requests);
    }
  }
  EXPECT_EQ(registered, 8);
}

TEST_F(SelfRegistration, ScopesThatAreNotOursAreLeftOut) {
  const auto answer = try_register().value();
  EXPECT_EQ(answer.at("scope"), "openid profile offline_access");
  Json foreign = description();
  foreign["scope"] = "admin everything";
  EXPECT_EQ(try_register(foreign).error().code(), ErrorCode::invalid_client_metadata);
}

TEST_F(SelfRegistration, WhatNobodyUsesIsRemoved) {
  const std::string forgotten = registered(), used = registered();
  EXPECT_EQ(row(forgotten).expires_at, clock.now() + hours{30 * 24});
  ASSERT_TRUE(run(clients.keep(row(used)))) << "a person agrees";
  EXPECT_FALSE(row(used).expires_at);
  clock.advance(hours{30 * 24});
  EXPECT_EQ(run(store.maintenance.remove_expired(clock.now(), 10)).value(), 1u);
  EXPECT_FALSE(run(store.clients.find(store::ClientId{forgotten})).value());
  EXPECT_EQ(row(used).id.str(), used);
}

TEST_F(SelfRegistration, AConsentKeepsTheClient) {
  const std::string id = registered();
  const auto session = session_of(sign_in().value());
  const http::Form plain = authorization();
  http::Form form;
  for (const auto& [name, value] : plain.parameters()) form.add(name, name == "client_id" ? id : value);
  const auto page = run(authorizer.authorize(std::move(form), session)).value();
  ASSERT_TRUE(std::holds_alternative<GoToPage>(page));
  EXPECT_TRUE(row(id).expires_at) << "asking is not using";
  ASSERT_TRUE(
      run(authorizer.answer_consent(std::get<GoToPage>(page).oauth_query, {.accept = true, .scope = {}}, session)));
  EXPECT_FALSE(row(id).expires_at);
}

TEST_F(SelfRegistration, ChangesKeepWhatIsTheServers) {
  const auto answer = try_register().value();
  const store::ClientId id{answer.at("client_id").get<std::string>()};
  const store::Client before = row(id.str());
  RegistrationRequest request;
  request.metadata = description();
  request.metadata["client_id"] = id.str();
  request.metadata["client_name"] = "Renamed";
  request.ip_address = "192.0.2.9";
  const auto token = answer.at("registration_access_token").get<std::string>();
  const auto changed = run(registration.replace(id, token, std::move(request)));
  ASSERT_TRUE(changed) << changed.error().description();
  const store::Client after = row(id.str());
  EXPECT_EQ(after.name, "Renamed");
  EXPECT_EQ(after.registration_token, before.registration_token);
  EXPECT_EQ(after.expires_at, before.expires_at);
  EXPECT_EQ(after.created_at, before.created_at);
  EXPECT_FALSE(is_vouched_for(after));
}

TEST_F(SelfRegistration, SectorIdentifiersAreRead) {
  const std::string sector = "https://sector.example/redirects.json";
  Json json = description();
  json["redirect_uris"] = {"https://app.example/cb", "https://other.example/cb"};
  json["subject_type"] = "pairwise";
  EXPECT_THAT(try_register(json).error().description(), HasSubstr("sector_identifier_uri"));
  json["sector_identifier_uri"] = sector;
  EXPECT_EQ(try_register(json).error().code(), ErrorCode::temporarily_unavailable);
  clock.advance(minutes{1});
  outside.publish(sector, Json::array({"https://app.example/cb"}));
  EXPECT_THAT(try_register(json).error().description(), HasSubstr("https://other.example/cb is missing"));
  outside.publish(sector, json["redirect_uris"]);
  clock.advance(minutes{1});
  const auto answer = try_register(json);
  ASSERT_TRUE(answer) << "a mended document is read anew: " << answer.error().description();
  EXPECT_EQ(answer->at("subject_type"), "pairwise");
}

}  // namespace
}  // namespace sigma::oauth::testing
