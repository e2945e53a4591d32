// The audit log as processes write it, and what somebody who may write to the database can do to it (issue 6): each
// attack has to be found, and named.
#include <gmock/gmock.h>

#include "backend.hpp"
#include "samples.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/crypto/random.hpp"
#include "sigma/oauth/audit/audit_log.hpp"
#include "sigma/oauth/audit/audit_verifier.hpp"

namespace sigma::store::contract {
namespace {

using oauth::AuditEvent;
using oauth::AuditKey;
using oauth::AuditLog;
using oauth::AuditType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

crypto::Sealer make_sealer(const char* secret = "a secret of the test, long enough to be one") {
  std::vector<crypto::SecretBytes> secrets;
  secrets.emplace_back(secret);
  return std::move(crypto::Sealer::create(secrets)).value();
}

template <class Backend>
class Audit : public StoreContract<Backend> {
 protected:
  Audit() : key_(this->store().server_secrets, sealer_, clock_, random_) { await(key_.start()); }

  AuditLog log() { return AuditLog(this->store().audit, key_, clock_, random_); }

  static AuditEvent sign_in(const std::string& user = "user-1") {
    AuditEvent event{.type = AuditType::sign_in};
    event.by_user(UserId{user});
    event.network = "192.0.2.0/24";
    event.detail["note"] = "n";
    return event;
  }
  void write(AuditLog& log, int events = 1) {
    for (int i = 0; i < events; ++i) {
      clock_.advance(core::Milliseconds{1});
      log.record(sign_in());
    }
    await(log.flush());
  }
  /// A process from its start to its end; rows 1 and last are the log's own.
  std::string finished_stream(int events = 5) {
    AuditLog whole = log();
    await(whole.open("test"));
    write(whole, events);
    await(whole.close());
    clock_.advance(core::Milliseconds{10});
    return whole.stream();
  }
  /// "what sequence" of each finding.
  std::vector<std::string> findings() {
    oauth::AuditVerifier verifier(this->store().audit, key_);
    std::vector<std::string> found;
    report_ = await(verifier.verify());
    for (const oauth::AuditFinding& finding : report_.findings)
      found.push_back(fmt::format("{} {}", finding.what, finding.sequence));
    return found;
  }
  /// A statement past the store; `$1` is the stream.
  void attack(const sql::Query& query, const std::string& stream) {
    await(this->database().write({}, [&query, stream](sql::Connection& connection) -> Result<bool> {
      SIGMA_TRY(const auto rows, connection.execute(query, sql::Params{stream}, [](const sql::Row&) {}));
      return rows > 0;
    }));
  }
  std::vector<AuditRow> rows(const std::string& stream) { return await(this->store().audit.read(stream, 0, 1'000)); }

  core::testing::FixedClock clock_;
  crypto::SystemRandom random_;
  const crypto::Sealer sealer_ = make_sealer();
  AuditKey key_;
  oauth::AuditReport report_;
};
TYPED_TEST_SUITE(Audit, Backends);

TYPED_TEST(Audit, an_untouched_log_holds) {
  EXPECT_THAT(this->findings(), IsEmpty());
  const std::string first = this->finished_stream();
  AuditLog second = this->log();
  await(second.open("serve"));
  this->write(second, 3);
  AuditLog third = this->log();
  await(third.open("serve"));
  this->write(second, 2);
  this->write(third, 2);
  await(second.checkpoint());
  this->write(third, 1);
  EXPECT_THAT(this->findings(), IsEmpty());
  EXPECT_EQ(this->report_.streams, 3u);
  EXPECT_EQ(this->report_.rows, 7u + 7u + 4u);
  EXPECT_EQ(this->report_.open_streams.size(), 2u);
  const auto written = this->rows(first);
  ASSERT_EQ(written.size(), 7u);
  EXPECT_EQ(written.front().type, "log_opened");
  EXPECT_EQ(written.back().type, "log_closed");
  EXPECT_EQ(written[1].user_id, UserId{"user-1"});
  EXPECT_EQ(written[1].actor, "user:user-1");
  EXPECT_EQ(written[1].detail, R"({"note":"n"})");
  EXPECT_TRUE(written.back().signature);
}

TYPED_TEST(Audit, every_member_of_a_row_is_covered) {
  const std::string stream = this->finished_stream(1);
  const AuditRow row = this->rows(stream)[1];
  const std::string hash = oauth::audit_hash(row);
  EXPECT_EQ(hash, row.hash);
  const std::vector<std::function<void(AuditRow&)>> changes = {
      [](AuditRow& r) { r.stream += "x"; },
      [](AuditRow& r) { r.sequence += 1; },
      [](AuditRow& r) { r.at.ms += 1; },
      [](AuditRow& r) { r.type = "sign_out"; },
      [](AuditRow& r) { r.outcome = "refused"; },
      [](AuditRow& r) { r.actor = "operator"; },
      [](AuditRow& r) { r.client_id = ClientId{""}; },
      [](AuditRow& r) { r.user_id.reset(); },
      [](AuditRow& r) { r.bap_id = BapId{"b"}; },
      [](AuditRow& r) { r.session_id = SessionId{"s"}; },
      [](AuditRow& r) { r.network.reset(); },
      [](AuditRow& r) { r.request_id = "r"; },
      [](AuditRow& r) { r.detail = "{}"; },
      [](AuditRow& r) { r.previous_hash[0] ^= 1; },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    AuditRow changed = row;
    changes[i](changed);
    EXPECT_NE(oauth::audit_hash(changed), hash) << "member " << i;
  }
}

TYPED_TEST(Audit, attack_a_row_altered) {
  static const sql::Query kAlter("UPDATE audit_log SET user_id = 'user-2' WHERE stream = $1 AND sequence = 3");
  const std::string stream = this->finished_stream();
  this->attack(kAlter, stream);
  EXPECT_THAT(this->findings(), ElementsAre("changed 3"));
  EXPECT_EQ(this->report_.findings[0].stream, stream);
}

// With the hash made to fit: then the next row does not.
TYPED_TEST(Audit, attack_a_row_altered_with_its_hash) {
  const std::string stream = this->finished_stream();
  AuditRow row = this->rows(stream)[2];
  row.user_id = UserId{"user-2"};
  row.hash = oauth::audit_hash(row);
  static const sql::Query kRemove("DELETE FROM audit_log WHERE stream = $1 AND sequence = 3");
  this->attack(kRemove, stream);
  await(this->store().audit.append({row}));
  EXPECT_THAT(this->findings(), ElementsAre("changed 4"));
}

// With all hashes from there on made to fit: the signatures do not.
TYPED_TEST(Audit, attack_a_tail_rewritten) {
  const std::string stream = this->finished_stream();
  auto rows = this->rows(stream);
  static const sql::Query kRemove("DELETE FROM audit_log WHERE stream = $1");
  this->attack(kRemove, stream);
  rows[2].user_id = UserId{"user-2"};
  for (std::size_t i = 2; i < rows.size(); ++i) {
    rows[i].previous_hash = rows[i - 1].hash;
    rows[i].hash = oauth::audit_hash(rows[i]);
  }
  await(this->store().audit.append(rows));
  EXPECT_THAT(this->findings(), ElementsAre("forged 6", "forged 7"));
}

TYPED_TEST(Audit, attack_a_row_removed) {
  static const sql::Query kRemove("DELETE FROM audit_log WHERE stream = $1 AND sequence IN (3, 4)");
  const std::string stream = this->finished_stream();
  this->attack(kRemove, stream);
  EXPECT_THAT(this->findings(), ElementsAre("missing 3"));
  EXPECT_EQ(this->report_.findings[0].description, "Rows 3 to 4 are not there.");
}

TYPED_TEST(Audit, attack_a_row_removed_and_the_rest_moved_up) {
  static const sql::Query kRemove("DELETE FROM audit_log WHERE stream = $1 AND sequence = 5");
  static const sql::Query kMove("UPDATE audit_log SET sequence = 5 WHERE stream = $1 AND sequence = 6");
  static const sql::Query kMoveToo("UPDATE audit_log SET sequence = 6 WHERE stream = $1 AND sequence = 7");
  const std::string stream = this->finished_stream();
  this->attack(kRemove, stream);
  this->attack(kMove, stream);
  this->attack(kMoveToo, stream);
  EXPECT_THAT(this->findings(), ::testing::IsSupersetOf({"moved 5", "moved 6"}));
}

TYPED_TEST(Audit, attack_two_rows_swapped) {
  static const sql::Query kAway("UPDATE audit_log SET sequence = -1 WHERE stream = $1 AND sequence = 3");
  static const sql::Query kThere("UPDATE audit_log SET sequence = 3 WHERE stream = $1 AND sequence = 4");
  static const sql::Query kBack("UPDATE audit_log SET sequence = 4 WHERE stream = $1 AND sequence = -1");
  const std::string stream = this->finished_stream();
  for (const sql::Query* query : {&kAway, &kThere, &kBack}) this->attack(*query, stream);
  EXPECT_THAT(this->findings(), ::testing::IsSupersetOf({"moved 3", "moved 4"}));
  EXPECT_THAT(this->report_.findings[1].description, HasSubstr("row 4"));
}

// To the end of a batch, where a signed row is the last one: only who has seen more knows.
TYPED_TEST(Audit, attack_a_tail_cut_off) {
  static const sql::Query kInside("DELETE FROM audit_log WHERE stream = $1 AND sequence > 3");
  static const sql::Query kAtBatch("DELETE FROM audit_log WHERE stream = $1 AND sequence > 6");
  const std::string inside = this->finished_stream();
  const std::string at_batch = this->finished_stream();
  this->finished_stream();
  this->attack(kInside, inside);
  this->attack(kAtBatch, at_batch);
  EXPECT_THAT(this->findings(), ElementsAre("unsigned 3", "cut 4", "cut 7"));
  EXPECT_THAT(this->report_.open_streams, ElementsAre(inside, at_batch));
}

// The process that still writes it goes on where it was.
TYPED_TEST(Audit, attack_the_tail_of_a_living_stream_cut_off) {
  static const sql::Query kCut("DELETE FROM audit_log WHERE stream = $1 AND sequence > 1");
  AuditLog log = this->log();
  await(log.open("serve"));
  this->write(log, 3);
  this->attack(kCut, log.stream());
  EXPECT_THAT(this->findings(), IsEmpty()) << "not yet";
  this->write(log, 1);
  EXPECT_THAT(this->findings(), ElementsAre("missing 2"));
}

TYPED_TEST(Audit, attack_the_front_cut_off) {
  static const sql::Query kCut("DELETE FROM audit_log WHERE stream = $1 AND sequence < 4");
  const std::string stream = this->finished_stream();
  this->attack(kCut, stream);
  EXPECT_THAT(this->findings(), ElementsAre("removed 1"));
}

TYPED_TEST(Audit, attack_a_stream_removed) {
  static const sql::Query kRemove("DELETE FROM audit_log WHERE stream = $1");
  const std::string stream = this->finished_stream();
  this->finished_stream();
  this->attack(kRemove, stream);
  EXPECT_THAT(this->findings(), ElementsAre("removed 1"));
  EXPECT_EQ(this->report_.findings[0].stream, stream);
}

TYPED_TEST(Audit, attack_a_stream_inserted) {
  this->finished_stream();
  // Somebody else's log: everything fits but the key.
  const crypto::Sealer other_sealer = make_sealer("another secret of another server, long enough");
  TypeParam elsewhere;
  ASSERT_TRUE(Migrator(elsewhere.connector(), this->clock_).migrate());
  Database other_database(elsewhere.connector());
  Store other_store(other_database);
  AuditKey other_key(other_store.server_secrets, other_sealer, this->clock_, this->random_);
  await(other_key.start());
  AuditLog other(this->store().audit, other_key, this->clock_, this->random_);
  await(other.open("serve"));
  this->write(other, 1);
  EXPECT_THAT(this->findings(), ElementsAre("forged 1", "forged 2"));
  EXPECT_EQ(this->report_.findings[0].stream, other.stream());
}

TYPED_TEST(Audit, attack_a_stream_inserted_without_signatures) {
  const std::string stream = this->finished_stream();
  auto rows = this->rows(stream);
  std::string previous = oauth::audit_origin();
  for (AuditRow& row : rows) {
    row.stream = "z" + stream;
    row.signature.reset();
    row.previous_hash = previous;
    previous = row.hash = oauth::audit_hash(row);
  }
  await(this->store().audit.append(rows));
  EXPECT_THAT(this->findings(), ElementsAre("inserted 1", "unsigned 7"));
}

TYPED_TEST(Audit, attack_rows_added_to_a_dead_stream) {
  AuditLog log = this->log();
  await(log.open("serve"));
  this->write(log, 1);  // and killed
  AuditRow row = this->rows(log.stream()).back();
  row.sequence += 1;
  row.previous_hash = row.hash;
  row.user_id = UserId{"user-2"};
  row.hash = oauth::audit_hash(row);
  await(this->store().audit.append({row}));
  EXPECT_THAT(this->findings(), ElementsAre("forged 3"));
}

TYPED_TEST(Audit, attack_the_key_replaced) {
  this->finished_stream();
  static const sql::Query kRemove("DELETE FROM server_secrets WHERE name = 'audit-key' AND name <> $1");
  this->attack(kRemove, "");
  AuditKey fresh(this->store().server_secrets, this->sealer_, this->clock_, this->random_);
  await(fresh.start());
  oauth::AuditVerifier verifier(this->store().audit, fresh);
  const auto report = await(verifier.verify());
  ASSERT_FALSE(report.findings.empty());
  for (const auto& finding : report.findings) EXPECT_EQ(finding.what, "forged");
}

TYPED_TEST(Audit, a_key_of_another_secret_is_refused) {
  const crypto::Sealer other = make_sealer("another secret of another server, long enough");
  AuditKey key(this->store().server_secrets, other, this->clock_, this->random_);
  EXPECT_EQ(core::testing::run(key.start()).error().code(), core::Code::unauthorized);
}

TYPED_TEST(Audit, old_rows_leave_and_the_log_still_holds) {
  this->finished_stream();  // leaves as a whole
  AuditLog living = this->log();
  await(living.open("serve"));
  this->write(living, 4);
  this->clock_.advance(core::Milliseconds{kDay});
  const UtcTime cutoff = this->clock_.now();
  this->write(living, 3);
  await(living.checkpoint());
  EXPECT_EQ(await(living.remove_before(cutoff)), 7u + 5u);
  EXPECT_EQ(this->rows(living.stream()).front().sequence, 6);
  EXPECT_THAT(this->findings(), IsEmpty());
  EXPECT_EQ(this->report_.streams, 1u);
  EXPECT_EQ(await(living.remove_before(cutoff)), 0u);
  this->finished_stream();

  static const sql::Query kRemove("DELETE FROM audit_log WHERE stream = $1 AND sequence = 6");
  this->attack(kRemove, living.stream());
  EXPECT_THAT(this->findings(), ElementsAre("removed 1")) << "one row more than was said";
}

TYPED_TEST(Audit, of_two_replicas_one_says_what_is_removed) {
  this->finished_stream();
  AuditLog one = this->log(), two = this->log();
  await(one.open("serve"));
  await(two.open("serve"));
  this->clock_.advance(core::Milliseconds{1});
  const UtcTime cutoff = this->clock_.now();
  std::vector<Task<Result<std::size_t>>> at_once;
  at_once.push_back(one.remove_before(cutoff));
  at_once.push_back(two.remove_before(cutoff));
  for (auto& result : run_all(std::move(at_once))) must(std::move(result));
  std::size_t said = 0;
  for (const AuditLog* log : {&one, &two}) {
    for (const AuditRow& row : this->rows(log->stream())) said += row.type == "rows_removed" ? 1 : 0;
  }
  EXPECT_EQ(said, 3u) << "one word for each stream: the finished one and the two that were opened";
  this->write(one, 2);
  this->write(two, 2);
  EXPECT_THAT(this->findings(), IsEmpty()) << "who came second goes on as if it had said nothing";
}

TYPED_TEST(Audit, a_removal_that_another_has_begun_is_not_announced) {
  const std::string old = this->finished_stream();
  AuditStore& rows = this->store().audit;
  AuditRow announcement = this->rows(old).front();
  announcement.stream = "another";
  EXPECT_TRUE(await(rows.begin_removal(old, 1, announcement)));
  EXPECT_EQ(this->rows(old).front().sequence, 2);
  announcement.sequence = 2;
  EXPECT_FALSE(await(rows.begin_removal(old, 1, announcement)));
  EXPECT_EQ(this->rows("another").size(), 1u);
}

TYPED_TEST(Audit, a_full_queue_is_told_of_and_loses_nothing_silently) {
  AuditLog log = this->log();
  await(log.open("serve"));
  constexpr int kTooMany = 3;
  for (std::size_t i = 0; i < AuditLog::kMaxQueued + kTooMany; ++i) log.record(this->sign_in());
  EXPECT_EQ(log.queued(), AuditLog::kMaxQueued);
  await(log.flush());
  const auto rows = this->rows(log.stream());
  EXPECT_EQ(rows.back().type, "events_lost");
  EXPECT_EQ(rows.back().detail, R"({"count":3})");
  await(log.close());
  EXPECT_THAT(this->findings(), IsEmpty());
  EXPECT_EQ(this->report_.rows, AuditLog::kMaxQueued + 3) << "opened, lost, closed";
}

TYPED_TEST(Audit, what_strangers_send_is_cut) {
  AuditLog log = this->log();
  await(log.open("serve"));
  AuditEvent event{.type = AuditType::token_issued};
  event.client_id = ClientId{std::string(100'000, 'x')};
  event.actor = std::string(100'000, 'y');
  event.detail["grant_type"] = std::string(100'000, 'z');
  log.record(event);
  await(log.flush());
  const AuditRow row = this->rows(log.stream()).back();
  EXPECT_EQ(row.client_id->str().size(), 512u);
  EXPECT_EQ(row.actor.size(), 512u);
  EXPECT_EQ(row.detail, R"({"too_long":true})");
  EXPECT_THAT(this->findings(), IsEmpty());
}

}  // namespace
}  // namespace sigma::store::contract
