#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

SigningKey make_key(const std::string& kid, const std::string& algorithm = "RS256") {
  SigningKey key;
  key.kid = kid;
  key.algorithm = algorithm;
  key.public_jwk = {{"kty", "RSA"}, {"n", "x"}};
  key.sealed_private = std::string("\0sealed\xff ", 9) + kid;
  key.created_at = kNow;
  key.active_from = after(1);
  return key;
}

template <class Backend>
class Keys : public StoreContract<Backend> {
 protected:
  KeyStore& keys() { return this->store().keys; }
};
TYPED_TEST_SUITE(Keys, Backends);

TYPED_TEST(Keys, first_of_an_algorithm_wins) {
  EXPECT_TRUE(await(this->keys().create_if_none(make_key("a"))));
  EXPECT_FALSE(await(this->keys().create_if_none(make_key("b"))));
  EXPECT_TRUE(await(this->keys().create_if_none(make_key("c", "ES256"))));
  EXPECT_EQ(await(this->keys().list()), (std::vector{make_key("a"), make_key("c", "ES256")}));
}

TYPED_TEST(Keys, replicas_that_start_at_once_make_one_key) {
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<bool>>> attempts;
  for (int i = 0; i < 20; ++i)
    attempts.push_back((i % 2 == 0 ? this->store() : other).keys.create_if_none(make_key("k" + std::to_string(i))));
  int made = 0;
  for (auto& result : run_all(std::move(attempts))) made += must(std::move(result)) ? 1 : 0;
  EXPECT_EQ(made, 1);
  EXPECT_EQ(await(this->keys().list()).size(), 1u);
}

TYPED_TEST(Keys, rotation_retires_the_old_and_adds_the_new) {
  await(this->keys().create_if_none(make_key("a")));
  await(this->keys().create_if_none(make_key("e", "ES256")));
  SigningKey next = make_key("b");
  next.created_at = after(kHour);
  next.active_from = after(2 * kHour);
  EXPECT_TRUE(await(this->keys().rotate(next, "a", after(kDay))));

  SigningKey retired = make_key("a");
  retired.retired_at = after(2 * kHour);
  retired.expires_at = after(kDay);
  EXPECT_EQ(await(this->keys().list()), (std::vector{retired, make_key("e", "ES256"), next}));
  EXPECT_FALSE(await(this->keys().create_if_none(make_key("c"))));
}

TYPED_TEST(Keys, replicas_that_rotate_at_once_make_one_key) {
  await(this->keys().create_if_none(make_key("a")));
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<bool>>> attempts;
  for (int i = 0; i < 20; ++i) {
    attempts.push_back(
        (i % 2 == 0 ? this->store() : other).keys.rotate(make_key("k" + std::to_string(i)), "a", after(kDay)));
  }
  int made = 0;
  for (auto& result : run_all(std::move(attempts))) made += must(std::move(result)) ? 1 : 0;
  EXPECT_EQ(made, 1);
  EXPECT_EQ(await(this->keys().list()).size(), 2u);
}

TYPED_TEST(Keys, a_rotation_at_once_also_ends_one_that_is_under_way) {
  await(this->keys().create_if_none(make_key("a")));
  SigningKey announced = make_key("b");
  announced.active_from = after(kHour);
  EXPECT_TRUE(await(this->keys().rotate(announced, "a", after(kDay))));
  SigningKey now = make_key("c");
  now.active_from = after(10);
  EXPECT_TRUE(await(this->keys().rotate(now, "b", after(10))));
  SigningKey old = make_key("a");
  old.retired_at = announced.retired_at = old.expires_at = announced.expires_at = after(10);
  EXPECT_EQ(await(this->keys().list()), (std::vector{old, announced, now}));
}

TYPED_TEST(Keys, rotation_to_a_known_kid_changes_nothing) {
  await(this->keys().create_if_none(make_key("a")));
  EXPECT_EQ(core::testing::run(this->keys().rotate(make_key("a"), "a", after(kDay))).error().code(),
            core::Code::conflict);
  EXPECT_EQ(await(this->keys().list()), std::vector{make_key("a")});
}

}  // namespace
}  // namespace sigma::store::contract
