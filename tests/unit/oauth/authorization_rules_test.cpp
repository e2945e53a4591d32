#include <gtest/gtest.h>

#include "sigma/oauth/authorize/authorization_request.hpp"

namespace sigma::oauth {
namespace {

store::Client client_with(std::vector<std::string> redirect_uris, std::string auth_method = "x_auth_token") {
  store::Client client;
  client.id = store::ClientId{"app"};
  client.auth_method = std::move(auth_method);
  client.redirect_uris = std::move(redirect_uris);
  client.grant_types = {"authorization_code"};
  return client;
}

AuthorizationRequest request_with(std::vector<http::Form::Parameter> parameters,
                                  store::Client client = client_with({"https://a.example/cb"})) {
  AuthorizationRequest request;
  request.client = std::move(client);
  for (auto& [name, value] : parameters) request.parameters.add(name, value);
  return request;
}

// The first failure in the order of the endpoint, or nothing.
std::optional<Error> first_failure(AuthorizationRequest& request) {
  const Settings settings;
  for (const auto* rules : {&page_rules(), &redirect_rules()}) {
    for (const auto& rule : *rules) {
      if (auto result = rule.check(request, settings); !result) return result.error();
    }
  }
  return std::nullopt;
}

const std::vector<http::Form::Parameter> kGood = {{"client_id", "app"},
                                                  {"redirect_uri", "https://a.example/cb"},
                                                  {"response_type", "code"},
                                                  {"state", "x1"},
                                                  {"scope", "openid profile"},
                                                  {"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"},
                                                  {"code_challenge_method", "S256"}};

std::vector<http::Form::Parameter> good_with(std::string name, std::string value) {
  auto parameters = kGood;
  for (auto& [n, v] : parameters) {
    if (n == name) {
      v = value;
      return parameters;
    }
  }
  parameters.emplace_back(std::move(name), std::move(value));
  return parameters;
}

// FAPI 2.0 Security Profile §5.3.2: what others may leave out.
TEST(AuthorizationRules, ClientsOfFapiSendEverything) {
  auto fapi = client_with({"https://a.example/cb"}, "private_key_jwt");
  fapi.metadata = {{"dpop_bound_access_tokens", true}, {"require_pushed_authorization_requests", true}};
  auto relaxed = fapi;
  relaxed.metadata.erase("dpop_bound_access_tokens");
  for (const std::string_view left_out : {"redirect_uri", "code_challenge"}) {
    auto parameters = kGood;
    std::erase_if(parameters, [&](const auto& parameter) {
      return parameter.first.starts_with(left_out);  // code_challenge_method goes with its challenge
    });
    auto strict_request = request_with(parameters, fapi);
    EXPECT_TRUE(first_failure(strict_request)) << left_out;
    auto relaxed_request = request_with(parameters, relaxed);
    EXPECT_FALSE(first_failure(relaxed_request)) << left_out;
  }
  auto whole = request_with(kGood, fapi);
  EXPECT_FALSE(first_failure(whole));
}

TEST(AuthorizationRules, GoodRequestPasses) {
  auto request = request_with(kGood);
  EXPECT_FALSE(first_failure(request));
  EXPECT_EQ(request.state, "x1");
  EXPECT_EQ(request.redirect_uri, "https://a.example/cb");
}

// Security case 1: everything that is not the registered string, byte by byte.
TEST(AuthorizationRules, Case01RedirectUriComparesExactly) {
  const char* tricks[] = {"https://a.example/cb/",
                          "https://a.example/cb/x",
                          "https://a.example/cb?x=1",
                          "https://a.example/cb#f",
                          "https://a.example/CB",
                          "//a.example/cb",
                          "https://a.example:443/cb",
                          "http://a.example/cb",
                          "https://a.example.evil.com/cb",
                          "https://a.example@evil.com/cb",
                          "https://a.example%2eevil.com/cb",
                          "https://a.example\\@evil.com/cb",
                          "https://a.example/cb/../evil",
                          "https://a.example/cb/%2e%2e/evil",
                          "https://a.example/c\tb",
                          "https://a.example/cb\n",
                          "https://а.example/cb",
                          "https://a.example./cb",
                          "HTTPS://a.example/cb",
                          "https://A.example/cb",
                          " https://a.example/cb"};
  for (const char* uri : tricks) {
    auto request = request_with(good_with("redirect_uri", uri));
    const auto failure = first_failure(request);
    ASSERT_TRUE(failure) << uri;
    EXPECT_EQ(failure->code(), ErrorCode::invalid_redirect) << uri;
    EXPECT_FALSE(traits(failure->code()).redirectable);
  }
}

// Security case 2: the port of a loopback literal is free, for native clients only.
TEST(AuthorizationRules, Case02LoopbackPortIsFreeForNativeClientsOnly) {
  const std::string registered = "http://127.0.0.1:3000/cb";
  EXPECT_TRUE(redirect_uri_matches(registered, "http://127.0.0.1:4711/cb", true));
  EXPECT_TRUE(redirect_uri_matches(registered, "http://127.0.0.1/cb", true));
  EXPECT_TRUE(redirect_uri_matches("http://[::1]/cb", "http://[::1]:9/cb", true));
  EXPECT_FALSE(redirect_uri_matches(registered, "http://127.0.0.1:4711/cb", false));
  for (const char* uri : {"http://localhost:3000/cb", "http://127.0.0.1:4711/other", "http://127.0.0.1.evil.com/cb",
                          "http://127.1:3000/cb", "http://2130706433/cb", "http://127.0.0.1:99999/cb",
                          "http://127.0.0.1:/cb", "http://127.0.0.1:80x/cb", "http://127.0.0.1@evil.com/cb",
                          "https://127.0.0.1:3000/cb", "http://127.0.0.1:0/cb", "http://[::1]:3000/cb"}) {
    EXPECT_FALSE(redirect_uri_matches(registered, uri, true)) << uri;
  }
}

// Security case 4.
TEST(AuthorizationRules, Case04RedirectUriMayOnlyBeLeftOutWhenThereIsOne) {
  auto parameters = kGood;
  std::erase_if(parameters, [](const auto& p) { return p.first == "redirect_uri"; });
  auto two = request_with(parameters, client_with({"https://a.example/cb", "https://a.example/other"}));
  ASSERT_TRUE(first_failure(two));
  auto one = request_with(parameters);
  EXPECT_FALSE(first_failure(one));
  EXPECT_EQ(one.redirect_uri, "https://a.example/cb");
  EXPECT_FALSE(one.redirect_uri_was_sent);
}

struct Row {
  const char* name;
  const char* value;
  ErrorCode code;
};

// Security cases 8, 14 and the contract's table of conditions.
TEST(AuthorizationRules, EachConditionHasItsError) {
  const Row rows[] = {
      {"response_type", "", ErrorCode::invalid_request},
      {"response_type", "token", ErrorCode::unsupported_response_type},
      {"response_type", "id_token", ErrorCode::unsupported_response_type},
      {"response_type", "code token", ErrorCode::unsupported_response_type},
      {"response_type", "code code", ErrorCode::unsupported_response_type},
      {"response_mode", "fragment", ErrorCode::invalid_request},
      {"request", "eyJ", ErrorCode::request_not_supported},
      {"request_uri", "https://a.example/r", ErrorCode::request_uri_not_supported},
      {"prompt", "none login", ErrorCode::invalid_request},
      {"prompt", "admin", ErrorCode::invalid_request},
      {"scope", "openid admin", ErrorCode::invalid_scope},
      {"scope", "openid \"x\"", ErrorCode::invalid_scope},
      {"code_challenge_method", "plain", ErrorCode::invalid_request},
      {"code_challenge", "tooshort", ErrorCode::invalid_request},
      {"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=", ErrorCode::invalid_request},
      {"max_age", "-1", ErrorCode::invalid_request},
      {"max_age", "1h", ErrorCode::invalid_request},
      {"max_age", "99999999999999999999", ErrorCode::invalid_request},
  };
  for (const Row& row : rows) {
    auto request = request_with(good_with(row.name, row.value));
    const auto failure = first_failure(request);
    ASSERT_TRUE(failure) << row.name << "=" << row.value;
    EXPECT_EQ(failure->code(), row.code) << row.name << "=" << row.value;
    EXPECT_TRUE(traits(failure->code()).redirectable);
    EXPECT_FALSE(failure->description().empty());
  }
}

TEST(AuthorizationRules, Case08PublicClientMustUsePkce) {
  auto parameters = kGood;
  std::erase_if(parameters, [](const auto& p) { return p.first.starts_with("code_challenge"); });
  auto confidential = request_with(parameters);
  EXPECT_FALSE(first_failure(confidential));
  auto open = request_with(parameters, client_with({"https://a.example/cb"}, "none"));
  ASSERT_TRUE(first_failure(open));
}

// Security case 15.
TEST(AuthorizationRules, Case15RepeatedParameters) {
  for (const char* name : {"client_id", "redirect_uri", "scope", "state", "response_type", "nonce", "code_challenge"}) {
    auto parameters = good_with("nonce", "n");
    parameters.emplace_back(name, "again");
    auto request = request_with(parameters);
    const auto failure = first_failure(request);
    ASSERT_TRUE(failure) << name;
    EXPECT_EQ(failure->code(), ErrorCode::invalid_request) << name;
  }
}

// What comes back is compared with what was sent: an empty state is one.
TEST(AuthorizationRules, StateIsKeptAsItWasSent) {
  const auto state_of = [](std::vector<http::Form::Parameter> parameters) {
    auto request = request_with(std::move(parameters));
    first_failure(request);
    return request.state;
  };
  EXPECT_EQ(state_of(good_with("state", "")), "");
  EXPECT_EQ(state_of(good_with("state", "x1")), "x1");
  auto none = kGood;
  std::erase_if(none, [](const auto& p) { return p.first == "state"; });
  EXPECT_EQ(state_of(none), std::nullopt);
  auto two = kGood;
  two.emplace_back("state", "x2");
  EXPECT_EQ(state_of(two), std::nullopt) << "neither of the two";
}

// Errors, too, travel as the client asked: it reads its answer in one place.
TEST(AuthorizationRules, EveryErrorTravelsAsTheAnswerWould) {
  struct Sent {
    std::vector<http::Form::Parameter> more;
    ErrorCode code;
    ResponseMode mode;
  };
  const Sent rows[] = {
      {{{"response_mode", "form_post"}, {"nonce", "a"}, {"nonce", "b"}},
       ErrorCode::invalid_request,
       ResponseMode::form_post},
      {{{"response_mode", "form_post"}, {"request", "x"}}, ErrorCode::request_not_supported, ResponseMode::form_post},
      {{{"response_mode", "form_post"}, {"response_mode", "form_post"}},
       ErrorCode::invalid_request,
       ResponseMode::query},
      {{{"response_mode", "fragment"}}, ErrorCode::invalid_request, ResponseMode::query},
      {{{"response_mode", "fragment"}, {"response_type", "token"}},
       ErrorCode::unsupported_response_type,
       ResponseMode::fragment},
      {{{"response_mode", "form_post"}, {"response_type", "token"}},
       ErrorCode::unsupported_response_type,
       ResponseMode::form_post},
  };
  for (const Sent& row : rows) {
    auto parameters = kGood;
    for (const auto& [name, value] : row.more) {
      if (name == "response_type") std::erase_if(parameters, [](const auto& p) { return p.first == "response_type"; });
      parameters.emplace_back(name, value);
    }
    auto request = request_with(parameters);
    const auto failure = first_failure(request);
    ASSERT_TRUE(failure) << row.more.front().second;
    EXPECT_EQ(failure->code(), row.code) << failure->description();
    EXPECT_EQ(request.response_mode, row.mode) << failure->description();
  }
}

TEST(AuthorizationRules, WantedIdentityUnderBothNamesMustAgree) {
  auto same = good_with("bapId", "A");
  same.emplace_back("bap_id", "A");
  auto request = request_with(same);
  EXPECT_FALSE(first_failure(request));
  EXPECT_EQ(request.wanted_identity, "A");
  same.back().second = "B";
  auto different = request_with(same);
  ASSERT_TRUE(first_failure(different));
}

TEST(AuthorizationRules, UnknownClientComesBeforeEverythingElse) {
  auto request = request_with(good_with("redirect_uri", "https://evil.example"), store::Client{});
  const auto failure = first_failure(request);
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->code(), ErrorCode::invalid_client);
  EXPECT_FALSE(traits(failure->code()).redirectable);
}

}  // namespace
}  // namespace sigma::oauth
