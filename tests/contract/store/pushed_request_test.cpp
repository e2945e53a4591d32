// Pushed authorization requests and the secrets that replicas share.
#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

template <class Backend>
class PushedRequests : public StoreContract<Backend> {};
TYPED_TEST_SUITE(PushedRequests, Backends);

PushedRequest make_pushed_request() {
  PushedRequest request;
  request.hash = hash_of("request");
  request.client_id = ClientId{"client-1"};
  request.parameters = "response_type=code&state=%C3%A9";
  request.created_at = kNow;
  request.request_expires_at = after(kMinute);
  request.expires_at = after(kHour);
  return request;
}

TYPED_TEST(PushedRequests, comes_back_as_it_was_and_goes_when_its_time_is_over) {
  Store& store = this->store();
  EXPECT_FALSE(await(store.pushed_requests.find(hash_of("request"))));
  await(store.pushed_requests.create(make_pushed_request()));
  EXPECT_EQ(await(store.pushed_requests.find(hash_of("request"))), make_pushed_request());
  EXPECT_EQ(await(store.maintenance.remove_expired(after(kHour - 1), 100)), 0u);
  EXPECT_EQ(await(store.maintenance.remove_expired(after(kHour), 100)), 1u);
  EXPECT_FALSE(await(store.pushed_requests.find(hash_of("request"))));
}

TYPED_TEST(PushedRequests, one_of_fifty_consumes_it) {
  EXPECT_EQ(await(this->store().pushed_requests.consume(hash_of("request"), kNow)), Consumed::not_found);
  await(this->store().pushed_requests.create(make_pushed_request()));
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<Consumed>>> attempts;
  for (int i = 0; i < 50; ++i)
    attempts.push_back((i % 2 == 0 ? this->store() : other).pushed_requests.consume(hash_of("request"), after(i)));
  int done = 0;
  for (auto& result : run_all(std::move(attempts))) done += must(std::move(result)) == Consumed::done ? 1 : 0;
  EXPECT_EQ(done, 1);
  EXPECT_TRUE(await(this->store().pushed_requests.find(hash_of("request")))->consumed_at);
}

TYPED_TEST(PushedRequests, first_replica_decides_about_a_server_secret) {
  ServerSecretStore& secrets = this->store().server_secrets;
  const std::string sealed("\0first\xff", 7);
  EXPECT_EQ(await(secrets.find_or_create("salt", sealed, kNow)), sealed);
  EXPECT_EQ(await(secrets.find_or_create("salt", "second", kNow)), sealed);
  EXPECT_EQ(await(secrets.find_or_create("other", "second", kNow)), "second");
}

}  // namespace
}  // namespace sigma::store::contract
