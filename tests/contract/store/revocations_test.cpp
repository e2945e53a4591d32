// What Postgres tells every process of: that something may have been revoked.
#include "sigma/store_postgres/revocations.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "sigma/store/revocation_channel.hpp"
#include "sigma/store_postgres/connector.hpp"

namespace sigma::store::contract {
namespace {

template <class Condition>
void wait_until(Condition condition) {
  for (int i = 0; i < 10'000 && !condition(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ASSERT_TRUE(condition());
}

class Heard : public ::testing::Test {
 protected:
  static std::string url() {
    const char* const given = std::getenv("SIGMA_TEST_POSTGRES_URL");
    return given ? given : "";
  }
  static std::unique_ptr<sql::Connection> connect() {
    auto connection = store_postgres::make_connector(url()).open();
    if (!connection) throw std::runtime_error(connection.error().cause());
    return std::move(*connection);
  }
  void listen() {
    revocations_.subscribe("", {.on_message = [this](std::string_view) { ++messages_; },
                                .on_gap =
                                    [this] {
                                      deaf_at_gap_ = deaf_at_gap_ && !revocations_.listening();
                                      ++gaps_;
                                    }});
    revocations_.start();
    wait_until([this] { return revocations_.listening(); });
  }

  std::atomic<int> messages_{0}, gaps_{0};
  std::atomic<bool> deaf_at_gap_{true};
  store_postgres::Revocations revocations_{url(), {}};
};

// Between the end of one connection and the beginning of the next somebody may have read what was revoked meanwhile.
TEST_F(Heard, a_gap_is_told_before_it_is_said_that_one_listens) {
  listen();
  EXPECT_EQ(gaps_, 1);
  EXPECT_TRUE(deaf_at_gap_);
  revocations_.stop();
  EXPECT_EQ(gaps_, 2) << "and when it ends";
}

TEST_F(Heard, a_commit_is_heard) {
  listen();
  const auto connection = connect();
  ASSERT_TRUE(connection->execute_script(fmt::format("SELECT pg_notify('{}', '')", kRevocationChannel)));
  wait_until([this] { return messages_ > 0; });
}

}  // namespace
}  // namespace sigma::store::contract
