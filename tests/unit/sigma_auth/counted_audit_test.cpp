#include "counted_audit.hpp"

#include <gtest/gtest.h>

#include "metrics_table.hpp"

namespace sigma::service {
namespace {

struct Log final : oauth::Audit {
  void record(oauth::AuditEvent event) override { events.push_back(std::move(event)); }
  std::vector<oauth::AuditEvent> events;
};

class CountedAuditTest : public ::testing::Test {
 protected:
  double tokens(const char* grant, const char* outcome) {
    return core::counter_of(metrics_, metric::kTokenRequests, {{"grant", grant}, {"outcome", outcome}}).Value();
  }
  double events(const char* type, const char* outcome, const char* error) {
    return core::counter_of(metrics_, metric::kSecurityEvents, {{"type", type}, {"outcome", outcome}, {"error", error}})
        .Value();
  }

  core::Metrics metrics_;
  Log log_;
  CountedAudit audit_{log_, {"authorization_code", "refresh_token"}, metrics_};
};

TEST_F(CountedAuditTest, events_are_counted_and_go_on_to_the_log) {
  oauth::AuditEvent refused{.type = oauth::AuditType::sign_in};
  refused.refuse("invalid_request");
  audit_.record({.type = oauth::AuditType::sign_in});
  audit_.record({.type = oauth::AuditType::sign_in});
  audit_.record(refused);
  audit_.record({.type = oauth::AuditType::rate_limited, .outcome = oauth::AuditOutcome::refused});
  EXPECT_EQ(events("sign_in", "ok", ""), 2);
  EXPECT_EQ(events("sign_in", "refused", "invalid_request"), 1);
  EXPECT_EQ(events("rate_limited", "refused", ""), 1);
  EXPECT_EQ(log_.events.size(), 4U);
}

TEST_F(CountedAuditTest, requests_for_tokens_by_grant_and_outcome) {
  audit_.count_token_request("refresh_token", "");
  audit_.count_token_request("refresh_token", "invalid_grant");
  audit_.count_token_request("refresh_token", "invalid_grant");
  audit_.count_token_request("", "invalid_request");
  EXPECT_EQ(tokens("refresh_token", "ok"), 1);
  EXPECT_EQ(tokens("refresh_token", "invalid_grant"), 2);
  EXPECT_EQ(tokens("authorization_code", "ok"), 0);
  EXPECT_EQ(tokens("none", "invalid_request"), 1);
  EXPECT_TRUE(log_.events.empty());
}

TEST_F(CountedAuditTest, no_text_of_a_stranger_becomes_a_label) {
  for (int i = 0; i < 1'000; ++i) {
    const std::string word = "made-up-" + std::to_string(i);
    audit_.count_token_request(word, word);
    oauth::AuditEvent event{.type = oauth::AuditType::token_issued};
    event.refuse(word);
    audit_.record(std::move(event));
  }
  EXPECT_EQ(tokens("none", "other"), 1'000);
  EXPECT_EQ(events("token_issued", "refused", "other"), 1'000);
  EXPECT_EQ(metrics_.render().find("made-up"), std::string::npos);
}

}  // namespace
}  // namespace sigma::service
