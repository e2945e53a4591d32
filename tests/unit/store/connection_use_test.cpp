#include "sigma/store/connection_use.hpp"

#include <gtest/gtest.h>

#include "scripted_connection.hpp"

namespace sigma::store::testing {
namespace {

const sql::Query kLook("look");
const sql::RowVisitor kIgnore = [](const sql::Row&) {};

class ConnectionUseTest : public ::testing::Test {
 protected:
  std::unique_ptr<sql::Connection> open() { return connector_.open().value(); }

  Script script_;
  const std::shared_ptr<ConnectionUse> use_ = std::make_shared<ConnectionUse>();
  const sql::Connector connector_ = counted(connector_of(script_), use_);
};

TEST_F(ConnectionUseTest, counts_what_is_open) {
  auto one = open();
  {
    const auto two = open();
    EXPECT_EQ(use_->open, 2);
  }
  EXPECT_EQ(use_->open, 1);
  script_.opens = {false};
  EXPECT_FALSE(connector_.open());
  EXPECT_EQ(use_->open, 1);
  one.reset();
  EXPECT_EQ(use_->open, 0);
}

TEST_F(ConnectionUseTest, a_transaction_is_busy_from_its_beginning_to_its_end) {
  const auto connection = open();
  ASSERT_TRUE(connection->begin());
  EXPECT_EQ(use_->busy, 1);
  ASSERT_TRUE(connection->execute(kLook, {}, kIgnore));
  EXPECT_EQ(use_->busy, 1) << "also between its statements";
  ASSERT_TRUE(connection->commit());
  EXPECT_EQ(use_->busy, 0);
  ASSERT_TRUE(connection->begin());
  connection->rollback();
  EXPECT_EQ(use_->busy, 0);
}

TEST_F(ConnectionUseTest, failures_leave_nobody_busy) {
  script_.begins = {Failure::lost};
  script_.commits = {Failure::in_doubt};
  script_.statements["look"] = {Failure::statement};
  {
    const auto connection = open();
    EXPECT_FALSE(connection->begin());
    EXPECT_EQ(use_->busy, 0);
    EXPECT_FALSE(connection->execute(kLook, {}, kIgnore));
    EXPECT_EQ(use_->busy, 0);
    ASSERT_TRUE(connection->begin());
    EXPECT_FALSE(connection->commit());
    EXPECT_EQ(use_->busy, 0);
    EXPECT_EQ(connection->last_failure(), Failure::in_doubt);
    ASSERT_TRUE(connection->begin());
  }
  EXPECT_EQ(use_->busy, 0) << "dropped in a transaction";
  EXPECT_EQ(use_->open, 0);
}

}  // namespace
}  // namespace sigma::store::testing
