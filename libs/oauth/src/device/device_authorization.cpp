#include "sigma/oauth/device/device_authorization.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "each_once.hpp"
#include "sigma/core/log.hpp"
#include "sigma/core/uuid.hpp"
#include "sigma/http/network.hpp"
#include "sigma/oauth/device/unverified_client.hpp"
#include "sigma/oauth/device/user_code.hpp"
#include "sigma/oauth/grants/device_code.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

constexpr std::size_t kDeviceCodeLength = 40;
constexpr int kUserCodeTries = 5;  // a code that is taken is one in 2^40

// One sentence for everything that is not a request waiting for this person: what it was is nobody's business.
Error unknown_code() {
  return {ErrorCode::invalid_request,
          "This code is not valid (any more). Check it, or start again on the device to get a new one."};
}

Error ended_meanwhile() {
  return {ErrorCode::access_denied,
          "You signed out or withdrew this access at the same moment, so the device was not signed in. Sign in and "
          "try again."};
}

Error too_many(std::chrono::seconds wait, std::string_view what) {
  return Error{ErrorCode::too_many_requests, fmt::format("Too many {}; try again in {} seconds.", what, wait.count())}
      .with_retry_after(wait);
}

// However many sessions a person has, they are one guesser.
std::string account_key(const store::SessionWithUser& session) {
  return "account " + session.user.id.str();
}
std::string network_key(const DeviceVisitor& visitor) {
  return "network " + http::client_network(visitor.ip_address);
}

// A household that has both kinds of addresses may use one for the device and the other for the browser.
std::optional<bool> same_network(const std::optional<std::string>& one, const std::optional<std::string>& other) {
  const auto is_v6 = [](const std::string& network) { return network.find(':') != std::string::npos; };
  if (!one || !other || is_v6(*one) != is_v6(*other)) return std::nullopt;
  return *one == *other;
}

}  // namespace

core::Task<Result<core::Json>> DeviceAuthorization::start(ClientCredentials request, std::string path,
                                                          std::string ip_address) {
  const auto wait = co_await limits_.starts.take(http::client_network(ip_address));
  if (wait) co_return too_many(*wait, "device codes were asked for from this network");
  SIGMA_CO_CHECK(each_once(request.form, {"resource", "audience"}));
  const std::string scope(request.form.find("scope").value_or(""));
  SIGMA_CO_TRY(const store::Client client, co_await authenticator_.authenticate(std::move(request), std::move(path)));
  if (std::find(client.grant_types.begin(), client.grant_types.end(), kDeviceCodeGrant) == client.grant_types.end()) {
    co_return Error{
        ErrorCode::unauthorized_client,
        fmt::format("This client is not registered for the device flow; add the grant type {}.", kDeviceCodeGrant)};
  }
  store::DeviceCode code;
  SIGMA_CO_TRY(code.scopes, requested_scopes(scope, settings_.scopes, client));
  const std::string device_code = random_.text(kDeviceCodeLength, core::kLettersAndDigits);
  code.hash = hash_secret(device_code);
  code.client_id = client.id;
  code.poll_interval = settings_.device_poll_interval.count();
  code.network = http::coarse_network(ip_address);
  code.created_at = clock_.now();
  code.expires_at = code.created_at + settings_.device_code_lifetime;
  for (int i = 0; i < kUserCodeTries; ++i) {
    const std::string user_code = make_user_code(random_);
    code.user_code_hash = hash_secret(user_code);
    SIGMA_CO_TRY(const bool created, co_await store_.devices.create(code));
    if (!created) continue;
    const std::string shown = show_user_code(user_code);
    co_return core::Json{{"device_code", device_code},
                         {"user_code", shown},
                         {"verification_uri", settings_.base_url + "/device"},
                         {"verification_uri_complete", settings_.base_url + "/device?code=" + shown},
                         {"expires_in", settings_.device_code_lifetime.count()},
                         {"interval", code.poll_interval}};
  }
  co_return Error{core::Error{core::Code::internal, {}, "no free user code found"}};
}

core::Task<Result<DeviceRequest>> DeviceAuthorization::describe(std::string user_code, DeviceVisitor visitor) {
  const bool signed_in = visitor.session.has_value();
  const auto network = http::coarse_network(visitor.ip_address);
  SIGMA_CO_TRY(const store::DeviceCode code, co_await find(user_code, std::move(visitor)));
  DeviceRequest request;
  request.user_code = show_user_code(*canonical_user_code(user_code));
  request.status = code.status;
  request.created_at = code.created_at;
  request.expires_at = code.expires_at;
  if (!signed_in) co_return request;
  SIGMA_CO_TRY(request.client, co_await client_of(code));
  request.scopes = code.scopes;
  request.network = code.network;
  request.same_network = same_network(code.network, network);
  co_return request;
}

core::Task<Result<void>> DeviceAuthorization::approve(std::string user_code, std::optional<store::BapId> bap_id,
                                                      DeviceVisitor visitor) {
  SIGMA_CO_TRY(const store::DeviceCode code, co_await find_pending(user_code, visitor));
  const store::SessionWithUser& session = *visitor.session;
  SIGMA_CO_TRY(auto client, co_await client_of(code));
  if (!client || client->disabled)
    co_return Error{ErrorCode::access_denied, "The application behind this code is switched off on this server."};
  SIGMA_CO_TRY(auto identity, co_await choose_identity(session, std::move(bap_id)));

  const core::UtcTime now = clock_.now();
  SIGMA_CO_CHECK(co_await clients_.keep(*client));
  SIGMA_CO_CHECK(co_await store_.consents.remember({session.user.id, code.client_id, identity, code.scopes, now, now}));
  store::DeviceApproval approval;
  approval.grant_id = store::GrantId{core::uuid_v7(clock_, random_)};
  approval.user_id = session.user.id;
  approval.session_id = session.session.id;
  approval.bap_id = std::move(identity);
  approval.scopes = code.scopes;
  approval.auth_time = session.session.auth_time;
  SIGMA_CO_TRY(const store::Approval approved,
               co_await store_.devices.approve(code.user_code_hash, now, std::move(approval)));
  if (approved == store::Approval::withdrawn) co_return ended_meanwhile();
  if (approved != store::Approval::done) co_return unknown_code();
  core::log::info(
      "device_approved",
      {{"user", session.user.id.str()}, {"client", code.client_id.str()}, {"session", session.session.id.str()}});
  co_return Result<void>{};
}

core::Task<Result<void>> DeviceAuthorization::deny(std::string user_code, DeviceVisitor visitor) {
  SIGMA_CO_TRY(const store::DeviceCode code, co_await find_pending(user_code, visitor));
  const store::UserId& user = visitor.session->user.id;
  SIGMA_CO_TRY(const bool denied, co_await store_.devices.deny(code.user_code_hash, clock_.now(), user));
  if (!denied) co_return unknown_code();
  core::log::info("device_denied", {{"user", user.str()}, {"client", code.client_id.str()}});
  co_return Result<void>{};
}

core::Task<Result<store::DeviceCode>> DeviceAuthorization::find_pending(std::string user_code, DeviceVisitor visitor) {
  if (!visitor.session) co_return Error{ErrorCode::unauthorized, "Sign in first."};
  AuditEvent* const audit = visitor.audit;
  SIGMA_CO_TRY(store::DeviceCode code, co_await find(std::move(user_code), std::move(visitor)));
  if (code.status != store::DeviceCodeStatus::pending) co_return unknown_code();
  if (audit) audit->client_id = code.client_id;
  co_return code;
}

core::Task<Result<store::DeviceCode>> DeviceAuthorization::find(std::string user_code, DeviceVisitor visitor) {
  SIGMA_CO_CHECK(co_await count_guess(visitor));
  // What cannot be a code is looked up too: its answer takes as long as that of a wrong one.
  const std::string canonical = canonical_user_code(user_code).value_or("");
  auto found = co_await store_.devices.find_by_user_code(hash_secret(canonical));
  if (!found) {
    co_await forgive_guess(std::move(visitor));  // an outage is not the person's mistake
    co_return found.error();
  }
  auto& code = *found;
  const bool is_live = code && clock_.now() < code->expires_at;
  const bool is_theirs = is_live && visitor.session && code->user_id == visitor.session->user.id;
  if (!is_live || (code->status != store::DeviceCodeStatus::pending && !is_theirs)) {
    co_await raise_alarm();
    co_return unknown_code();
  }
  co_await forgive_guess(std::move(visitor));
  co_return std::move(*code);
}

core::Task<Result<void>> DeviceAuthorization::count_guess(DeviceVisitor visitor) {
  if (visitor.session) {
    const auto wait = co_await limits_.guesses.take(account_key(*visitor.session));
    if (wait) co_return too_many(*wait, "wrong codes");
  }
  const auto wait = co_await limits_.guesses.take(network_key(visitor));
  if (!wait) co_return Result<void>{};
  if (visitor.session) co_await limits_.guesses.give_back(account_key(*visitor.session));
  co_return too_many(*wait, "wrong codes");
}

core::Task<> DeviceAuthorization::forgive_guess(DeviceVisitor visitor) {
  if (visitor.session) co_await limits_.guesses.give_back(account_key(*visitor.session));
  co_await limits_.guesses.give_back(network_key(visitor));
}

core::Task<> DeviceAuthorization::raise_alarm() {
  const auto too_many_in_all = co_await limits_.alarm.take("user codes");
  if (too_many_in_all) core::log::warn("device_user_codes_guessed", {{"for_seconds", too_many_in_all->count()}});
}

core::Task<Result<std::optional<store::Client>>> DeviceAuthorization::client_of(const store::DeviceCode& code) {
  SIGMA_CO_TRY(auto client, co_await clients_.find(code.client_id));
  if (!client && settings_.allow_unregistered_device_clients) client = unverified_client(code.client_id, clock_.now());
  co_return std::move(client);
}

core::Task<Result<std::optional<store::BapId>>> DeviceAuthorization::choose_identity(
    const store::SessionWithUser& session, std::optional<store::BapId> wanted) {
  if (!wanted) wanted = session.session.active_bap_id;
  SIGMA_CO_TRY(const auto profiles, co_await store_.users.list_profiles(session.user.id));
  if (!wanted && profiles.size() == 1) co_return std::optional{profiles.front().bap_id};
  if (!wanted && profiles.empty()) co_return std::optional<store::BapId>{};
  if (!wanted) co_return Error{ErrorCode::invalid_request, "You have several identities: choose one with bapId."};
  const bool is_theirs =
      std::any_of(profiles.begin(), profiles.end(), [&](const auto& profile) { return profile.bap_id == *wanted; });
  if (!is_theirs)
    co_return Error{ErrorCode::access_denied, "This identity is not one of yours; sign in with its member key first."};
  co_return std::move(wanted);
}

}  // namespace sigma::oauth
