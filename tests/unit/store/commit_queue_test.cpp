#include "sigma/store/commit_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "scripted_connection.hpp"

namespace sigma::store {
namespace {

using core::Code;
using sql::Failure;
using ::testing::ElementsAre;

/// What became of the jobs: "a done", "b unavailable".
using Answers = std::vector<std::string>;

/// Runs one statement, named after the job.
class StatementJob final : public WriteJob {
 public:
  StatementJob(std::string name, Answers& answers, WriteTraits traits)
      : WriteJob(std::move(traits)), name_(std::move(name)), query_(name_), answers_(answers) {}
  core::Result<void> run(sql::Connection& connection) override {
    SIGMA_CHECK(connection.execute(query_, {}, [](const sql::Row&) {}));
    return {};
  }
  void succeed() noexcept override { answers_.push_back(name_ + " done"); }
  void fail(core::Error error) noexcept override {
    const bool unknown = error.description().find("unknown") != std::string::npos;
    answers_.push_back(name_ + " " + std::string(core::to_string(error.code())) + (unknown ? ", outcome unknown" : ""));
  }

 private:
  std::string name_;
  sql::Query query_;
  Answers& answers_;
};

class CommitWorkerTest : public ::testing::Test {
 protected:
  std::unique_ptr<WriteJob> job(std::string name, WriteTraits traits) {
    return std::make_unique<StatementJob>(std::move(name), answers_, std::move(traits));
  }
  void process(std::vector<std::string> names, bool single_statement = false) {
    WriteBatch batch;
    for (auto& name : names) batch.push_back(job(name, {.key = name, .single_statement = single_statement}));
    worker_.process(std::move(batch));
  }

  testing::Script script_;
  Answers answers_;
  sql::Connector connector_ = testing::connector_of(script_);
  CommitWorker worker_{connector_, core::Milliseconds{0}};
};

TEST_F(CommitWorkerTest, batch_is_one_transaction_in_order_of_keys) {
  process({"c", "a", "b"});
  EXPECT_THAT(script_.log, ElementsAre("open", "begin", "run a", "run b", "run c", "commit"));
  EXPECT_THAT(answers_, ElementsAre("a done", "b done", "c done"));
}

TEST_F(CommitWorkerTest, connection_is_kept_between_batches) {
  process({"a"});
  process({"b"});
  EXPECT_THAT(script_.log, ElementsAre("open", "begin", "run a", "commit", "begin", "run b", "commit"));
}

TEST_F(CommitWorkerTest, refused_statement_fails_alone) {
  script_.statements["b"] = {Failure::statement, Failure::statement};
  process({"a", "b", "c"});
  EXPECT_THAT(script_.log,
              ElementsAre("open", "begin", "run a", "run b", "rollback",  // together
                          "begin", "run a", "commit", "begin", "run b", "rollback", "begin", "run c", "commit"));
  EXPECT_THAT(answers_, ElementsAre("a done", "b conflict", "c done"));
}

TEST_F(CommitWorkerTest, refused_commit_sends_each_alone) {
  script_.commits = {Failure::conflict};
  process({"a", "b"});
  EXPECT_THAT(script_.log, ElementsAre("open", "begin", "run a", "run b", "commit", "rollback", "begin", "run a",
                                       "commit", "begin", "run b", "commit"));
  EXPECT_THAT(answers_, ElementsAre("a done", "b done"));
}

TEST_F(CommitWorkerTest, lost_connection_in_a_batch_is_reopened_and_all_repeated) {
  script_.statements["b"] = {Failure::lost};
  process({"a", "b"});
  EXPECT_THAT(script_.log, ElementsAre("open", "begin", "run a", "run b", "open", "begin", "run a", "commit", "begin",
                                       "run b", "commit"));
  EXPECT_THAT(answers_, ElementsAre("a done", "b done"));
}

TEST_F(CommitWorkerTest, connection_that_died_idle_is_replaced_before_use) {
  process({"a"});
  script_.usable = false;
  process({"b"});
  EXPECT_THAT(script_.log, ElementsAre("open", "begin", "run a", "commit", "open", "begin", "run b", "commit"));
}

TEST_F(CommitWorkerTest, connection_that_dies_at_begin_is_replaced) {
  process({"a"});
  script_.begins = {Failure::lost};
  process({"b", "c"});
  EXPECT_THAT(answers_, ElementsAre("a done", "b done", "c done"));
  script_.begins = {Failure::lost, Failure::lost};
  process({"d", "e"});
  EXPECT_THAT(answers_, ElementsAre("a done", "b done", "c done", "d unavailable", "e unavailable"));
}

TEST_F(CommitWorkerTest, in_doubt_commit_is_not_repeated) {
  script_.commits = {Failure::in_doubt};
  process({"a", "b"});
  EXPECT_THAT(script_.log, ElementsAre("open", "begin", "run a", "run b", "commit"));
  EXPECT_THAT(answers_, ElementsAre("a unavailable, outcome unknown", "b unavailable, outcome unknown"));
  process({"c"});
  EXPECT_EQ(script_.log[5], "open");
}

TEST_F(CommitWorkerTest, in_doubt_commit_of_a_lone_job_is_not_repeated) {
  script_.commits = {Failure::in_doubt};
  process({"a"});
  EXPECT_THAT(script_.log, ElementsAre("open", "begin", "run a", "commit"));
  EXPECT_THAT(answers_, ElementsAre("a unavailable, outcome unknown"));
}

TEST_F(CommitWorkerTest, unreachable_database_fails_the_batch_at_once) {
  script_.opens = {false};
  process({"a", "b", "c"});
  EXPECT_THAT(script_.log, ElementsAre("refused"));
  EXPECT_THAT(answers_, ElementsAre("a unavailable", "b unavailable", "c unavailable"));
  process({"d"});
  EXPECT_EQ(answers_.back(), "d done");
}

TEST_F(CommitWorkerTest, conflict_is_repeated_three_times) {
  script_.statements["a"] = {Failure::conflict, Failure::conflict, Failure::conflict};
  process({"a"});
  EXPECT_THAT(answers_, ElementsAre("a done"));
  EXPECT_EQ(std::count(script_.log.begin(), script_.log.end(), "run a"), 4);

  script_.statements["b"] = std::deque<Failure>(9, Failure::conflict);
  process({"b"});
  EXPECT_EQ(answers_.back(), "b unavailable");
  EXPECT_EQ(std::count(script_.log.begin(), script_.log.end(), "run b"), 4);
}

TEST_F(CommitWorkerTest, who_meets_a_lock_is_answered_and_the_others_go_together) {
  script_.statements["b"] = {Failure::locked};
  process({"a", "b", "c", "d"});
  EXPECT_THAT(script_.log, ElementsAre("open", "begin", "run a", "run b", "rollback",  //
                                       "begin", "run a", "run c", "run d", "commit"));
  EXPECT_THAT(answers_, ElementsAre("b unavailable", "a done", "c done", "d done"));
}

TEST_F(CommitWorkerTest, who_contends_for_the_same_thing_does_not_meet_its_lock_again) {
  script_.statements["b1"] = {Failure::locked};
  WriteBatch batch;
  batch.push_back(job("a", {.key = "a"}));
  batch.push_back(job("b1", {.key = "b"}));
  batch.push_back(job("b2", {.key = "b"}));
  batch.push_back(job("c", {.key = "c"}));
  worker_.process(std::move(batch));
  EXPECT_THAT(answers_, ElementsAre("b1 unavailable", "b2 unavailable", "a done", "c done"));
}

TEST_F(CommitWorkerTest, a_lock_is_waited_for_once) {
  script_.statements["a"] = {Failure::locked};
  process({"a"});
  EXPECT_THAT(script_.log, ElementsAre("open", "begin", "run a", "rollback"));
  EXPECT_THAT(answers_, ElementsAre("a unavailable"));
}

TEST_F(CommitWorkerTest, what_comes_too_late_is_not_begun) {
  WriteBatch batch;
  batch.push_back(job("a", {.key = "a"}));
  batch.push_back(job("late", {.key = "b", .deadline = std::chrono::steady_clock::now()}));
  batch.push_back(job("c", {.key = "c"}));
  worker_.process(std::move(batch));
  EXPECT_THAT(script_.log, ElementsAre("open", "begin", "run a", "run c", "commit"));
  EXPECT_THAT(answers_, ElementsAre("late overloaded", "a done", "c done"));
}

TEST_F(CommitWorkerTest, read_only_server_is_left_and_nothing_is_in_doubt) {
  script_.prefers_autocommit = true;
  script_.statements["a"] = {Failure::read_only};
  process({"a"}, true);
  EXPECT_THAT(script_.log, ElementsAre("open", "run a", "open", "run a"));
  EXPECT_THAT(answers_, ElementsAre("a done"));
}

TEST_F(CommitWorkerTest, batch_that_loses_an_unreachable_database_asks_for_it_once) {
  script_.statements["b"] = {Failure::lost};
  script_.opens = {true, false};
  process({"a", "b", "c"});
  EXPECT_THAT(script_.log, ElementsAre("open", "begin", "run a", "run b", "refused"));
  EXPECT_THAT(answers_, ElementsAre("a unavailable", "b unavailable", "c unavailable"));
}

TEST_F(CommitWorkerTest, unreachable_database_is_asked_for_once_by_a_lone_job) {
  script_.opens = {false};
  process({"a"}, true);
  EXPECT_THAT(script_.log, ElementsAre("refused"));
  EXPECT_THAT(answers_, ElementsAre("a unavailable"));
}

TEST_F(CommitWorkerTest, connection_lost_in_a_transaction_is_repeated) {
  script_.statements["a"] = {Failure::lost, Failure::lost};
  process({"a"});
  EXPECT_THAT(script_.log,
              ElementsAre("open", "begin", "run a", "open", "begin", "run a", "open", "begin", "run a", "commit"));
  EXPECT_THAT(answers_, ElementsAre("a done"));
}

TEST_F(CommitWorkerTest, lone_statement_needs_no_transaction) {
  script_.prefers_autocommit = true;
  process({"a"}, true);
  EXPECT_THAT(script_.log, ElementsAre("open", "run a"));
  process({"b", "c"}, true);
  EXPECT_THAT(script_.log, ElementsAre("open", "run a", "begin", "run b", "run c", "commit"));
  process({"d"}, false);
  EXPECT_EQ(script_.log.back(), "commit");
}

TEST_F(CommitWorkerTest, lone_statement_without_answer_is_in_doubt) {
  script_.prefers_autocommit = true;
  script_.statements["a"] = {Failure::lost};
  process({"a"}, true);
  EXPECT_THAT(script_.log, ElementsAre("open", "run a"));
  EXPECT_THAT(answers_, ElementsAre("a unavailable, outcome unknown"));
}

TEST_F(CommitWorkerTest, lone_statement_is_repeated_after_a_conflict) {
  script_.prefers_autocommit = true;
  script_.statements["a"] = {Failure::conflict};
  process({"a"}, true);
  EXPECT_THAT(answers_, ElementsAre("a done"));
}

class CommitQueueTest : public ::testing::Test {
 protected:
  bool push(CommitQueue& queue, const std::string& name) {
    std::unique_ptr<WriteJob> job = std::make_unique<StatementJob>(name, answers_, WriteTraits{.key = name});
    const bool accepted = queue.push(job);
    EXPECT_EQ(job == nullptr, accepted) << "a refused job stays with its owner";
    return accepted;
  }
  Answers answers_;
};

TEST_F(CommitQueueTest, is_bounded) {
  CommitQueue queue(3, 2);
  EXPECT_TRUE(push(queue, "a"));
  EXPECT_TRUE(push(queue, "b"));
  EXPECT_TRUE(push(queue, "c"));
  EXPECT_FALSE(push(queue, "d"));
  EXPECT_EQ(queue.queued(), 3u);
  EXPECT_EQ(queue.take().size(), 2u) << "a batch is bounded too";
  EXPECT_TRUE(push(queue, "e"));
  EXPECT_EQ(queue.take().size(), 2u);
}

TEST_F(CommitQueueTest, stop_refuses_and_drains) {
  testing::Script script;
  const sql::Connector connector = testing::connector_of(script);
  CommitQueue queue(10, 2);
  for (const char* name : {"a", "b", "c"}) EXPECT_TRUE(push(queue, name));
  queue.stop();
  EXPECT_FALSE(push(queue, "d"));
  CommitWorker(connector).serve(queue);
  EXPECT_THAT(answers_, ElementsAre("a done", "b done", "c done"));
}

TEST_F(CommitQueueTest, waiting_worker_wakes_for_work_and_for_stop) {
  testing::Script script;
  const sql::Connector connector = testing::connector_of(script);
  CommitQueue queue(10, 2);
  std::thread worker([&] { CommitWorker(connector).serve(queue); });
  EXPECT_TRUE(push(queue, "a"));
  queue.stop();
  worker.join();
  EXPECT_THAT(answers_, ElementsAre("a done"));
}

}  // namespace
}  // namespace sigma::store
