// Documents at addresses that strangers chose: how long they are kept, what is refused, and how often they are fetched.
#include "sigma/oauth/registration/remote_documents.hpp"

#include <gmock/gmock.h>

#include "fake_fetcher.hpp"
#include "sigma/core/testing/fixed.hpp"
#include "sigma/core/testing/run.hpp"

namespace sigma::oauth::testing {
namespace {

using core::Code;
using core::Json;
using core::testing::run;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

const std::string kUrl = "https://app.example/document.json";

class Documents : public ::testing::Test {
 protected:
  core::Result<RemoteDocuments::Document> get(const std::string& url = kUrl) { return run(documents.get(url)); }
  void wait(core::Milliseconds time) { clock.advance(time); }

  core::testing::FixedClock clock;
  FakeFetcher outside;
  RemoteDocuments documents{outside, clock, {.max_bytes = 1'000, .max_documents = 3}};
};

TEST_F(Documents, AreKeptAsTheirServerSays) {
  outside.publish(kUrl, {{"a", 1}}, "public, max-age=7200");
  EXPECT_EQ((**get())["a"], 1);
  wait(hours{2} - seconds{1});
  EXPECT_TRUE(get());
  EXPECT_EQ(outside.asked(), 1u);
  outside.publish(kUrl, {{"a", 2}});
  wait(seconds{1});
  EXPECT_EQ((**get())["a"], 2);
  EXPECT_EQ(outside.asked(), 2u);
}

TEST_F(Documents, AreKeptWithinBounds) {
  outside.publish(kUrl, Json::object(), "no-store");
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(get());
  EXPECT_EQ(outside.asked(), 1u) << "five minutes at least";
  wait(minutes{5});
  outside.publish(kUrl, Json::object(), "max-age=31536000");
  EXPECT_TRUE(get());
  wait(hours{24});
  EXPECT_TRUE(get());
  EXPECT_EQ(outside.asked(), 3u) << "a day at most";
}

TEST_F(Documents, CacheControlIsReadAsRfc9111Says) {
  const auto lifetime = [](std::vector<http::Headers::Field> fields) {
    http::Headers headers;
    for (auto& [name, value] : fields) headers.add(name, value);
    return cache_lifetime(headers);
  };
  EXPECT_EQ(lifetime({}), std::nullopt);
  EXPECT_EQ(lifetime({{"Cache-Control", "public"}}), std::nullopt);
  EXPECT_EQ(lifetime({{"cache-control", "Public, Max-Age=60"}}), seconds{60});
  EXPECT_EQ(lifetime({{"Cache-Control", "max-age=60"}, {"Age", "20"}}), seconds{40});
  EXPECT_EQ(lifetime({{"Cache-Control", "max-age=60"}, {"Age", "90"}}), seconds{0});
  EXPECT_EQ(lifetime({{"Cache-Control", "max-age=60"}, {"Cache-Control", "no-store"}}), seconds{0});
  EXPECT_EQ(lifetime({{"Cache-Control", "max-age=x"}}), std::nullopt);
  EXPECT_EQ(lifetime({{"Cache-Control", "max-age=-5"}}), std::nullopt);
}

TEST_F(Documents, AServerThatIsAwayDoesNotTakeItsDocumentAlong) {
  outside.publish(kUrl, {{"a", 1}}, "max-age=300");
  EXPECT_TRUE(get());
  outside.forget(kUrl);
  wait(minutes{5});
  EXPECT_TRUE(get()) << "away: the last one stays";
  EXPECT_TRUE(get());
  EXPECT_EQ(outside.asked(), 2u) << "and the server is left alone for a while";
  wait(seconds{30});
  EXPECT_TRUE(get());
  EXPECT_EQ(outside.asked(), 3u);
  wait(hours{24});
  EXPECT_EQ(get().error().code(), Code::unavailable) << "but not for ever";
}

TEST_F(Documents, AServerThatSaysNoIsBelieved) {
  outside.publish(kUrl, {{"a", 1}}, "max-age=300");
  EXPECT_TRUE(get());
  http::Response gone;
  gone.status = 404;
  outside.answer(kUrl, gone);
  wait(minutes{5});
  EXPECT_THAT(get().error().description(), HasSubstr("404"));
  outside.publish(kUrl, {{"a", 2}});
  EXPECT_EQ(get().error().code(), Code::invalid_input) << "not asked again at once";
  wait(seconds{30});
  EXPECT_TRUE(get());
}

// Security case 61.
TEST_F(Documents, Case61WhatIsNoDocumentIsRefused) {
  const auto refusal = [&](core::Result<http::Response> answer) {
    outside.answer(kUrl, std::move(answer));
    wait(hours{25});
    const auto got = get();
    return got ? std::string("accepted") : got.error().description();
  };
  const auto page = [](int status, std::string type, std::string body) {
    http::Response response;
    response.status = status;
    response.headers.add("Content-Type", type);
    response.body = std::move(body);
    return response;
  };
  EXPECT_EQ(refusal(page(200, "application/jwk-set+json; charset=utf-8", "{}")), "accepted");
  EXPECT_THAT(refusal(page(301, "application/json", "{}")), HasSubstr("redirects"));
  EXPECT_THAT(refusal(page(302, "application/json", "{}")), HasSubstr("redirects"));
  EXPECT_THAT(refusal(page(201, "application/json", "{}")), HasSubstr("201"));
  EXPECT_THAT(refusal(page(200, "text/html", "{}")), HasSubstr("application/json"));
  EXPECT_THAT(refusal(page(200, "application/json", "<html>")), HasSubstr("not JSON"));
  EXPECT_THAT(refusal(page(200, "application/json", R"({"a":1,"a":2})")), HasSubstr("not JSON"));
  EXPECT_THAT(refusal(page(200, "application/json", '"' + std::string(1'000, 'x') + '"')), HasSubstr("larger"));
  const std::string forbidden = refusal(core::Error{Code::forbidden, "10.0.0.1 is private"});
  EXPECT_THAT(forbidden, HasSubstr("cannot be reached at the moment"));
  EXPECT_EQ(forbidden, refusal(core::Error{Code::unavailable, "no such name"})) << "what inner names there are";
  EXPECT_THAT(refusal(page(500, "application/json", "{}")), HasSubstr("at the moment"));
}

TEST_F(Documents, NewerIsAskedForNowAndThenOnly) {
  outside.publish(kUrl, {{"a", 1}});
  const auto first = *get();
  outside.publish(kUrl, {{"a", 2}});
  EXPECT_EQ(*run(documents.newer(kUrl, first)), first) << "it was fetched this moment";
  wait(seconds{30});
  const auto second = *run(documents.newer(kUrl, first));
  EXPECT_EQ((*second)["a"], 2);
  EXPECT_EQ(*run(documents.newer(kUrl, first)), second) << "whoever comes later gets the same";
  for (int i = 0; i < 10; ++i) EXPECT_EQ(*run(documents.newer(kUrl, second)), second);
  EXPECT_EQ(outside.asked(), 2u);
  outside.forget(kUrl);
  wait(seconds{30});
  EXPECT_EQ(*run(documents.newer(kUrl, second)), second) << "a failure leaves what is there";
}

TEST_F(Documents, AreBoundedInNumber) {
  for (int i = 0; i < 5; ++i) {
    const std::string url = fmt::format("https://{}.example/d", i);
    outside.publish(url, i);
    EXPECT_TRUE(get(url));
    wait(seconds{1});
  }
  EXPECT_TRUE(get("https://4.example/d"));
  EXPECT_TRUE(get("https://2.example/d"));
  EXPECT_EQ(outside.asked(), 5u);
  EXPECT_TRUE(get("https://0.example/d"));
  EXPECT_EQ(outside.asked(), 6u) << "the one used longest ago went";
}

TEST_F(Documents, NobodyIsFloodedThroughUs) {
  std::size_t refused = 0;
  for (int i = 0; i < 40; ++i) {
    const std::string url = fmt::format("https://victim.example/{}", i);
    outside.publish(url, i);
    const auto got = get(url);
    refused += !got && got.error().code() == Code::overloaded;
  }
  EXPECT_EQ(outside.asked(), 30u);
  EXPECT_EQ(refused, 10u);
  outside.publish(kUrl, 1);
  EXPECT_TRUE(get()) << "other hosts are not concerned";
}

}  // namespace
}  // namespace sigma::oauth::testing
