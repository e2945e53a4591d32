#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

AuditRow make_row(std::int64_t sequence, const std::string& stream = "stream-1") {
  AuditRow row;
  row.stream = stream;
  row.sequence = sequence;
  row.at = after(sequence);
  row.type = "sign_in";
  row.outcome = "ok";
  row.actor = "user:user-1";
  row.client_id = ClientId{"client-1"};
  row.user_id = UserId{"user-1"};
  row.bap_id = BapId{"bap-1"};
  row.session_id = SessionId{"session-1"};
  row.network = "192.0.2.0/24";
  row.request_id = "request-1";
  row.detail = R"({"a":"'\"\\"})";
  row.previous_hash = hash_of(stream + std::to_string(sequence - 1)).str();
  row.hash = hash_of(stream + std::to_string(sequence)).str();
  row.signature = std::string("s\0'\xff", 4);
  return row;
}

AuditRow make_bare_row(std::int64_t sequence, const std::string& stream = "stream-1") {
  AuditRow row = make_row(sequence, stream);
  row.client_id.reset();
  row.user_id.reset();
  row.bap_id.reset();
  row.session_id.reset();
  row.network.reset();
  row.request_id.reset();
  row.signature.reset();
  return row;
}

template <class Backend>
class AuditRows : public StoreContract<Backend> {
 protected:
  AuditStore& audit() { return this->store().audit; }
  std::vector<AuditRow> all(AuditFilter filter = {}) { return await(audit().list(std::move(filter), 100, {})); }
};
TYPED_TEST_SUITE(AuditRows, Backends);

using Rows = std::vector<AuditRow>;

TYPED_TEST(AuditRows, come_back_as_stored_in_order) {
  await(this->audit().append({make_row(1), make_bare_row(2)}));
  await(this->audit().append({make_row(3)}));
  await(this->audit().append({make_row(1, "stream-2")}));
  EXPECT_EQ(await(this->audit().read("stream-1", 0, 100)), (Rows{make_row(1), make_bare_row(2), make_row(3)}));
  EXPECT_EQ(await(this->audit().read("stream-1", 1, 1)), (Rows{make_bare_row(2)}));
  EXPECT_TRUE(await(this->audit().read("stream-3", 0, 100)).empty());
}

TYPED_TEST(AuditRows, a_batch_may_be_sent_again) {
  await(this->audit().append({make_row(1)}));
  await(this->audit().append({make_row(1), make_row(2)}));
  AuditRow other = make_row(1);
  other.actor = "somebody else";
  await(this->audit().append({other}));
  EXPECT_EQ(await(this->audit().read("stream-1", 0, 100)), (Rows{make_row(1), make_row(2)}));
}

TYPED_TEST(AuditRows, hostile_texts_come_back_unchanged) {
  std::int64_t sequence = 0;
  Rows rows;
  for (const std::string& text : hostile_texts()) {
    AuditRow row = make_row(++sequence);
    row.actor = row.detail = text;
    row.client_id = ClientId{text};
    rows.push_back(row);
  }
  await(this->audit().append(rows));
  EXPECT_EQ(await(this->audit().read("stream-1", 0, 100)), rows);
}

TYPED_TEST(AuditRows, are_listed_newest_first_in_pages) {
  await(this->audit().append({make_row(1), make_row(2), make_row(3)}));
  await(this->audit().append({make_row(2, "stream-0")}));  // the same moment as another row
  EXPECT_EQ(this->all(), (Rows{make_row(3), make_row(2), make_row(2, "stream-0"), make_row(1)}));
  Rows paged;
  std::optional<AuditPosition> position;
  for (;;) {
    const auto page = await(this->audit().list({}, 1, position));
    if (page.empty()) break;
    paged.push_back(page.front());
    position = AuditPosition{page.front().at, page.front().stream, page.front().sequence};
  }
  EXPECT_EQ(paged, this->all());
}

TYPED_TEST(AuditRows, are_filtered_by_each_member_and_time) {
  AuditRow other = make_row(2);
  other.type = "sign_out";
  other.outcome = "refused";
  other.actor = "operator";
  other.client_id = ClientId{"client-2"};
  other.user_id = UserId{"user-2"};
  await(this->audit().append({make_row(1), other, make_bare_row(3)}));
  const auto by = [](auto member, const char* value) {
    AuditFilter filter;
    filter.*member = value;
    return filter;
  };
  for (const AuditFilter& filter :
       {by(&AuditFilter::type, "sign_out"), by(&AuditFilter::outcome, "refused"), by(&AuditFilter::actor, "operator"),
        by(&AuditFilter::client_id, "client-2"), by(&AuditFilter::user_id, "user-2")}) {
    EXPECT_EQ(this->all(filter), (Rows{other}));
  }
  AuditFilter moment;
  moment.since = after(2);
  moment.until = after(3);
  EXPECT_EQ(this->all(moment), (Rows{other}));
  EXPECT_EQ(this->all(by(&AuditFilter::user_id, "%")), Rows{});
  EXPECT_EQ(this->all(by(&AuditFilter::type, "' OR 1=1 --")), Rows{});
}

TYPED_TEST(AuditRows, streams_are_known_by_their_ends) {
  EXPECT_TRUE(await(this->audit().list_streams()).empty());
  await(this->audit().append({make_row(1, "b"), make_row(2, "b"), make_row(3, "b")}));
  await(this->audit().append({make_row(7, "a")}));
  await(this->audit().append({make_row(1, "c")}));
  const auto ends = [](const std::vector<AuditStream>& streams) {
    std::vector<std::tuple<std::string, std::int64_t, std::int64_t>> found;
    for (const AuditStream& stream : streams)
      found.emplace_back(stream.first.stream, stream.first.sequence, stream.last.sequence);
    return found;
  };
  EXPECT_EQ(ends(await(this->audit().list_streams())),
            (std::vector<std::tuple<std::string, std::int64_t, std::int64_t>>{{"a", 7, 7}, {"b", 1, 3}, {"c", 1, 1}}));
  EXPECT_EQ(ends(await(this->audit().list_streams(2))),
            (std::vector<std::tuple<std::string, std::int64_t, std::int64_t>>{{"b", 1, 3}, {"c", 1, 1}}));
}

TYPED_TEST(AuditRows, leave_from_the_front_in_batches) {
  AuditRow set_back = make_row(3);
  set_back.at = after(-5);  // the clock went back
  await(this->audit().append({make_row(1), make_row(2), set_back, make_row(4)}));
  EXPECT_EQ(await(this->audit().find_last_before("stream-1", after(2))), make_row(1)) << "2 stays, so 3 must";
  EXPECT_EQ(await(this->audit().find_last_before("stream-1", after(1))), std::nullopt);
  EXPECT_EQ(await(this->audit().find_last_before("stream-1", after(9))), make_row(4));
  EXPECT_EQ(await(this->audit().remove_through("stream-1", 3, 2)), 2u);
  EXPECT_EQ(await(this->audit().read("stream-1", 0, 9)), (Rows{set_back, make_row(4)}));
  EXPECT_EQ(await(this->audit().remove_through("stream-1", 3, 2)), 1u);
  EXPECT_EQ(await(this->audit().remove_through("stream-1", 3, 2)), 0u);
  EXPECT_EQ(this->all(), (Rows{make_row(4)}));
}

}  // namespace
}  // namespace sigma::store::contract
