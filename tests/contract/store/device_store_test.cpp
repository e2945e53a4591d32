#include "backend.hpp"
#include "samples.hpp"

namespace sigma::store::contract {
namespace {

DeviceCode make_device_code(const std::string& label = "1") {
  DeviceCode code;
  code.hash = hash_of("device-" + label);
  code.user_code_hash = hash_of("user-code-" + label);
  code.client_id = ClientId{"client-1"};
  code.scopes = {"openid", "offline_access"};
  code.network = "203.0.113.0/24";
  code.created_at = kNow;
  code.expires_at = after(15 * kMinute);
  return code;
}

DeviceApproval make_approval(const std::string& label = "1",
                             std::vector<std::string> scopes = {"openid", "offline_access"}) {
  return {GrantId{"grant-" + label}, UserId{"user-1"}, SessionId{"session-1"}, BapId{"bap-1"},
          std::move(scopes),         after(-7)};
}

Task<Result<bool>> says_yes(DeviceStore& devices, DeviceCode code, std::string label) {
  SIGMA_CO_TRY(const Approval approval, co_await devices.approve(code.user_code_hash, kNow, make_approval(label)));
  co_return approval == Approval::done;
}

/// A person who is signed in and has agreed.
template <class Backend>
class Devices : public StoreContract<Backend> {
 protected:
  Devices() {
    await(this->store().users.create_with_profile(make_user(), make_profile()));
    await(this->store().clients.create(make_client()));
    sign_in_and_agree();
  }
  void sign_in_and_agree() {
    await(this->store().sessions.create(make_session()));
    await(this->store().consents.remember({UserId{"user-1"}, ClientId{"client-1"}, BapId{"bap-1"}, {}, kNow, kNow}));
  }
  DeviceStore& devices() { return this->store().devices; }
  /// A poll by its client that must find the code.
  DevicePoll poll(const DeviceCode& code, UtcTime now) {
    return await(devices().poll(code.hash, code.client_id, now)).value();
  }
};
TYPED_TEST_SUITE(Devices, Backends);

TYPED_TEST(Devices, code_comes_back_as_stored) {
  const DeviceCode code = make_device_code();
  EXPECT_TRUE(await(this->devices().create(code)));
  EXPECT_EQ(await(this->devices().find_by_user_code(code.user_code_hash)), code);
  EXPECT_EQ(await(this->devices().find_by_user_code(hash_of("unknown"))), std::nullopt);
}

TYPED_TEST(Devices, a_user_code_names_one_device) {
  await(this->devices().create(make_device_code("1")));
  DeviceCode twin = make_device_code("2");
  twin.user_code_hash = make_device_code("1").user_code_hash;
  EXPECT_FALSE(await(this->devices().create(twin)));
  EXPECT_EQ(await(this->devices().find_by_user_code(twin.user_code_hash))->hash, make_device_code("1").hash);
}

// Security case 38: the interval is kept in the store, so every replica enforces the same one.
TYPED_TEST(Devices, polling_too_fast_makes_the_interval_longer) {
  const DeviceCode code = make_device_code();
  await(this->devices().create(code));
  EXPECT_FALSE(this->poll(code, after(10)).too_fast) << "the first poll may come at once";
  EXPECT_FALSE(this->poll(code, after(10 + 5'000)).too_fast);

  const DevicePoll early = this->poll(code, after(10 + 9'999));
  EXPECT_TRUE(early.too_fast);
  EXPECT_EQ(early.code.poll_interval, 10);
  EXPECT_EQ(early.code.last_polled_at, after(10 + 9'999));

  Database second(this->backend_.connector());
  Store other(second);
  const auto elsewhere = await(other.devices.poll(code.hash, code.client_id, after(10 + 9'999 + 9'999)));
  EXPECT_TRUE(elsewhere->too_fast);
  EXPECT_EQ(elsewhere->code.poll_interval, 15);
  EXPECT_FALSE(this->poll(code, after(10 + 9'999 + 9'999 + 15'000)).too_fast);
  EXPECT_EQ(this->poll(code, after(10 + 9'999 + 9'999 + 30'000)).code.poll_interval, 15);
}

TYPED_TEST(Devices, of_polls_at_the_same_time_one_is_in_time) {
  const DeviceCode code = make_device_code();
  await(this->devices().create(code));
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Found<DevicePoll>>> polls;
  for (int i = 0; i < 20; ++i)
    polls.push_back((i % 2 == 0 ? this->store() : other).devices.poll(code.hash, code.client_id, kNow));
  std::size_t in_time = 0;
  for (const auto& poll : run_all(std::move(polls))) in_time += must(poll)->too_fast ? 0 : 1;
  EXPECT_EQ(in_time, 1u);
  EXPECT_EQ(await(this->devices().find_by_user_code(code.user_code_hash))->poll_interval, 5 + 19 * 5);
}

// Security case 39.
TYPED_TEST(Devices, another_client_finds_nothing_and_leaves_no_trace) {
  const DeviceCode code = make_device_code();
  await(this->devices().create(code));
  EXPECT_EQ(await(this->devices().poll(code.hash, ClientId{"client-2"}, kNow)).has_value(), false);
  EXPECT_EQ(await(this->devices().find_by_user_code(code.user_code_hash)), code);
}

TYPED_TEST(Devices, approval_keeps_who_said_yes) {
  DeviceCode code = make_device_code();
  await(this->devices().create(code));
  EXPECT_EQ(await(this->devices().approve(code.user_code_hash, kNow, make_approval("1", {"openid"}))), Approval::done);
  code.status = DeviceCodeStatus::approved;
  code.grant_id = GrantId{"grant-1"};
  code.user_id = UserId{"user-1"};
  code.session_id = SessionId{"session-1"};
  code.bap_id = BapId{"bap-1"};
  code.auth_time = after(-7);
  code.scopes = {"openid"};
  EXPECT_EQ(await(this->devices().find_by_user_code(code.user_code_hash)), code);
  EXPECT_FALSE(this->poll(code, after(1)).too_fast);
  EXPECT_FALSE(this->poll(code, after(2)).too_fast) << "an answer that is there is not held back";
}

TYPED_TEST(Devices, only_the_first_answer_counts) {
  const DeviceCode code = make_device_code();
  await(this->devices().create(code));
  EXPECT_TRUE(await(this->devices().deny(code.user_code_hash, kNow, UserId{"user-2"})));
  EXPECT_EQ(await(this->devices().approve(code.user_code_hash, kNow, make_approval())), Approval::not_pending);
  EXPECT_FALSE(await(this->devices().deny(code.user_code_hash, kNow, UserId{"user-1"})));
  const auto denied = await(this->devices().find_by_user_code(code.user_code_hash));
  EXPECT_EQ(denied->status, DeviceCodeStatus::denied);
  EXPECT_EQ(denied->user_id, UserId{"user-2"});
  EXPECT_EQ(denied->grant_id, std::nullopt);
}

TYPED_TEST(Devices, one_of_many_answers_counts) {
  const DeviceCode code = make_device_code();
  await(this->devices().create(code));
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<bool>>> answers;
  for (int i = 0; i < 20; ++i) {
    DeviceStore& devices = (i % 2 == 0 ? this->store() : other).devices;
    answers.push_back(i % 3 == 0 ? devices.deny(code.user_code_hash, kNow, UserId{"user-1"})
                                 : says_yes(devices, code, std::to_string(i)));
  }
  std::size_t counted = 0;
  for (const auto& answer : run_all(std::move(answers))) counted += must(answer) ? 1 : 0;
  EXPECT_EQ(counted, 1u);
}

TYPED_TEST(Devices, approval_needs_the_consent_and_the_session_it_is_given_in) {
  const DeviceCode code = make_device_code();
  await(this->devices().create(code));
  const auto approve = [&](SessionId session, UtcTime now = kNow) {
    DeviceApproval approval = make_approval();
    approval.session_id = std::move(session);
    return await(this->devices().approve(code.user_code_hash, now, std::move(approval)));
  };
  EXPECT_EQ(approve(SessionId{"another"}), Approval::withdrawn);
  Session short_one = make_session("short");
  short_one.expires_at = after(kMinute);
  await(this->store().sessions.create(short_one));
  EXPECT_EQ(approve(short_one.id, after(kMinute)), Approval::withdrawn);
  await(this->store().consents.withdraw(UserId{"user-1"}, code.client_id, BapId{"bap-1"}, kNow));
  EXPECT_EQ(approve(make_session().id), Approval::withdrawn);
  EXPECT_EQ(await(this->devices().find_by_user_code(code.user_code_hash)), code) << "still pending";
  await(this->store().consents.remember({UserId{"user-1"}, code.client_id, BapId{"bap-1"}, {}, kNow, kNow}));

  AuthorizationCode of_token = make_code("token");
  await(this->store().tokens.create_code(of_token));
  await(this->store().tokens.revoke_grant(of_token.grant_id, kNow));
  EXPECT_EQ(approve(SessionId{of_token.grant_id.str()}), Approval::withdrawn);
  of_token = make_code("live");
  await(this->store().tokens.create_code(of_token));
  EXPECT_EQ(approve(SessionId{of_token.grant_id.str()}), Approval::done);
}

TYPED_TEST(Devices, expired_code_takes_no_answer) {
  const DeviceCode code = make_device_code();
  await(this->devices().create(code));
  EXPECT_EQ(await(this->devices().approve(code.user_code_hash, code.expires_at, make_approval())),
            Approval::not_pending);
  EXPECT_FALSE(await(this->devices().deny(code.user_code_hash, code.expires_at, UserId{"user-1"})));
  EXPECT_EQ(await(this->devices().approve(hash_of("unknown"), kNow, make_approval())), Approval::not_pending);
  EXPECT_EQ(await(this->devices().approve(code.user_code_hash, {code.expires_at.ms - 1}, make_approval())),
            Approval::done);
}

TYPED_TEST(Devices, redeeming_stores_the_tokens_once) {
  const DeviceCode code = make_device_code();
  await(this->devices().create(code));
  EXPECT_EQ(await(this->devices().redeem(code.hash, kNow, {make_access(), {}})), Consumed::already)
      << "nobody approved";
  EXPECT_EQ(await(this->store().tokens.find_access(make_access().hash)), std::nullopt);

  await(this->devices().approve(code.user_code_hash, kNow, make_approval()));
  EXPECT_EQ(await(this->devices().redeem(code.hash, after(1), {make_access(), make_refresh()})), Consumed::done);
  EXPECT_EQ(await(this->store().tokens.find_access(make_access().hash)), make_access());
  EXPECT_EQ(await(this->store().tokens.find_refresh(make_refresh().hash)), make_refresh());
  EXPECT_EQ(this->poll(code, after(2)).code.consumed_at, after(1));

  EXPECT_EQ(await(this->devices().redeem(code.hash, after(2), {make_access("2"), make_refresh("2")})),
            Consumed::already);
  EXPECT_EQ(await(this->store().tokens.find_access(make_access("2").hash)), std::nullopt);
  EXPECT_EQ(await(this->devices().redeem(hash_of("unknown"), kNow, {make_access("2"), {}})), Consumed::not_found);
}

TYPED_TEST(Devices, one_of_fifty_redemptions_wins) {
  const DeviceCode code = make_device_code();
  await(this->devices().create(code));
  await(this->devices().approve(code.user_code_hash, kNow, make_approval()));
  Database second(this->backend_.connector());
  Store other(second);
  std::vector<Task<Result<Consumed>>> attempts;
  for (int i = 0; i < 50; ++i) {
    attempts.push_back(
        (i % 2 == 0 ? this->store() : other).devices.redeem(code.hash, kNow, {make_access(std::to_string(i)), {}}));
  }
  std::size_t done = 0;
  for (const auto& attempt : run_all(std::move(attempts))) done += must(attempt) == Consumed::done ? 1 : 0;
  EXPECT_EQ(done, 1u);
}

TYPED_TEST(Devices, denied_and_expired_codes_cannot_be_redeemed) {
  const DeviceCode denied = make_device_code("1");
  await(this->devices().create(denied));
  await(this->devices().deny(denied.user_code_hash, kNow, UserId{"user-1"}));
  EXPECT_EQ(await(this->devices().redeem(denied.hash, kNow, {make_access(), {}})), Consumed::already);

  const DeviceCode late = make_device_code("2");
  await(this->devices().create(late));
  await(this->devices().approve(late.user_code_hash, kNow, make_approval("2")));
  EXPECT_EQ(await(this->devices().redeem(late.hash, late.expires_at, {make_access("2", "2"), {}})), Consumed::already);
}

// Between the person's yes and the device's next poll the grant is already there to be revoked.
TYPED_TEST(Devices, sign_out_reaches_an_approval_before_its_tokens) {
  for (const bool offline : {false, true}) {
    const std::string label = offline ? "1" : "2";
    const DeviceCode code = make_device_code(label);
    await(this->devices().create(code));
    const std::vector<std::string> scopes =
        offline ? std::vector<std::string>{"openid", "offline_access"} : std::vector<std::string>{"openid"};
    await(this->devices().approve(code.user_code_hash, kNow, make_approval(label, scopes)));
    await(this->store().sessions.remove(make_session().id, after(1)));
    EXPECT_EQ(await(this->devices().redeem(code.hash, after(2), {make_access(label, label), {}})),
              offline ? Consumed::done : Consumed::already);
    this->sign_in_and_agree();
  }
}

TYPED_TEST(Devices, tokens_of_a_device_die_with_their_grant) {
  const DeviceCode code = make_device_code();
  await(this->devices().create(code));
  await(this->devices().approve(code.user_code_hash, kNow, make_approval()));
  await(this->devices().redeem(code.hash, kNow, {make_access(), make_refresh()}));
  await(this->store().tokens.revoke_grant(GrantId{"grant-1"}, after(3)));
  EXPECT_EQ(await(this->store().tokens.find_access(make_access().hash))->revoked_at, after(3));
  EXPECT_EQ(await(this->store().tokens.find_refresh(make_refresh().hash))->revoked_at, after(3));
}

TYPED_TEST(Devices, expired_codes_are_removed_after_late_polls_had_their_answer) {
  const DeviceCode code = make_device_code();
  await(this->devices().create(code));
  await(this->store().maintenance.remove_expired(after(16 * kMinute), 100));
  EXPECT_TRUE(await(this->devices().find_by_user_code(code.user_code_hash)));
  EXPECT_EQ(await(this->store().maintenance.remove_expired(after(75 * kMinute), 100)), 1u);
  EXPECT_FALSE(await(this->devices().find_by_user_code(code.user_code_hash)));
}

TYPED_TEST(Devices, the_grant_outlives_its_refresh_token) {
  const DeviceCode code = make_device_code();
  await(this->devices().create(code));
  await(this->devices().approve(code.user_code_hash, kNow, make_approval()));
  await(this->devices().redeem(code.hash, kNow, {make_access(), make_refresh()}));
  await(this->store().maintenance.remove_expired(after(29 * kDay), 100));
  await(this->store().tokens.revoke_grant(GrantId{"grant-1"}, after(29 * kDay)));
  EXPECT_TRUE(await(this->store().tokens.find_refresh(make_refresh().hash))->revoked_at) << "revoked through its grant";
}

}  // namespace
}  // namespace sigma::store::contract
