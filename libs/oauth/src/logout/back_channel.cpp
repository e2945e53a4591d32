#include "sigma/oauth/logout/back_channel.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/core/uuid.hpp"
#include "sigma/oauth/sessions/session_identifier.hpp"
#include "sigma/oauth/tokens/token_issuer.hpp"

namespace sigma::oauth {
namespace {

using Outcome = DeliveryReport::Outcome;

constexpr const char* kLogoutEvent = "http://schemas.openid.net/event/backchannel-logout";
/// Back-Channel Logout §2.4: at most two minutes.
constexpr core::Milliseconds kTokenLifetime = std::chrono::minutes{2};

core::Milliseconds pause_after(std::int64_t attempts) {
  core::Milliseconds pause = BackChannelLogout::kFirstPause;
  for (std::int64_t i = 1; i < attempts; ++i) pause *= 3;
  return pause;
}

}  // namespace

core::Task<Result<std::vector<store::LogoutDelivery>>> BackChannelLogout::take(std::size_t limit) {
  const core::UtcTime now = clock_.now();
  SIGMA_CO_TRY(auto taken, co_await queue_.claim(now, now + kLease, limit));
  co_return taken;
}

core::Task<core::Result<std::string>> BackChannelLogout::logout_token(const store::LogoutDelivery& delivery,
                                                                      const store::Client& client) {
  const core::UtcTime now = clock_.now();
  core::Json claims;
  claims["iss"] = settings_.issuer;
  claims["sub"] = subjects_.for_client(client, delivery.user_id);
  claims["aud"] = client.id.str();
  claims["iat"] = now.seconds();
  claims["exp"] = (now + kTokenLifetime).seconds();
  claims["jti"] = core::uuid_v7(clock_, random_);
  claims["sid"] = session_identifier(client.id, delivery.session_id);
  claims["events"] = {{kLogoutEvent, core::Json::object()}};
  const auto keys = keys_.current();
  co_return co_await keys->sign_jwt(id_token_algorithm(client, settings_), "logout+jwt", std::move(claims),
                                    signing_pool_);
}

core::Task<DeliveryReport> BackChannelLogout::attempt(const store::LogoutDelivery& delivery,
                                                      const store::Client& client, std::string uri) {
  const auto token = co_await logout_token(delivery, client);
  if (!token) co_return DeliveryReport{Outcome::postponed, token.error().description()};
  http::FetchRequest request;
  request.method = http::Method::post;
  request.url = std::move(uri);
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = "logout_token=" + core::form_encode(*token);
  const auto answer = co_await outbound_.fetch(std::move(request));
  if (!answer) co_return DeliveryReport{Outcome::postponed, answer.error().description()};
  // §2.8 knows 200 and 400; some frameworks make 204 of an empty answer. 400 is the client's considered no.
  if (answer->status >= 200 && answer->status < 300) co_return DeliveryReport{Outcome::delivered, {}};
  co_return DeliveryReport{answer->status == 400 ? Outcome::given_up : Outcome::postponed,
                           fmt::format("The client answered with status {}.", answer->status)};
}

core::Task<Result<DeliveryReport>> BackChannelLogout::deliver(store::LogoutDelivery delivery) {
  SIGMA_CO_TRY(const auto client, co_await clients_.find_kept(delivery.client_id));
  auto uri = client ? core::json_string(client->metadata, "backchannel_logout_uri") : std::nullopt;
  if (!uri || client->disabled) {
    SIGMA_CO_CHECK(co_await queue_.remove(std::move(delivery)));
    co_return DeliveryReport{Outcome::unwanted, {}};
  }
  DeliveryReport report = co_await attempt(delivery, *client, std::move(*uri));
  if (report.outcome == Outcome::postponed && delivery.attempts < kMaxAttempts) {
    const core::UtcTime until = clock_.now() + pause_after(delivery.attempts);
    SIGMA_CO_CHECK(co_await queue_.postpone(std::move(delivery), until));
    co_return report;
  }
  if (report.outcome == Outcome::postponed) report.outcome = Outcome::given_up;
  SIGMA_CO_CHECK(co_await queue_.remove(std::move(delivery)));
  co_return report;
}

}  // namespace sigma::oauth
