#include "logout_worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "metrics_table.hpp"
#include "sigma/core/log.hpp"

namespace sigma::service {
namespace asio = boost::asio;
namespace {

using Outcome = oauth::DeliveryReport::Outcome;

/// A quarter of what the outbound client does at once: receivers that hang leave room for the rest.
constexpr std::size_t kConcurrent = 16;
/// How long a delivery of another replica, or a repeated one, may wait for us to look.
constexpr std::chrono::seconds kLook{1};

void log_report(const store::LogoutDelivery& delivery, const oauth::DeliveryReport& report) {
  const auto client = delivery.client_id.str();
  const auto session = delivery.session_id.str();
  switch (report.outcome) {
    case Outcome::delivered:
    case Outcome::unwanted:
      return core::log::info("logout_delivered", {{"client", client},
                                                  {"session", session},
                                                  {"attempt", delivery.attempts},
                                                  {"wanted", report.outcome == Outcome::delivered}});
    case Outcome::postponed:
    case Outcome::given_up:
      return core::log::warn("logout_not_delivered", {{"client", client},
                                                      {"session", session},
                                                      {"attempt", delivery.attempts},
                                                      {"reason", report.reason},
                                                      {"will_retry", report.outcome == Outcome::postponed}});
  }
}

/// One counter an outcome, from the start: what was never seen is 0.
struct Counters {
  explicit Counters(core::Metrics& metrics) {
    for (const auto& [outcome, name] : {std::pair(Outcome::delivered, "delivered"),
                                        {Outcome::postponed, "postponed"},
                                        {Outcome::given_up, "given_up"},
                                        {Outcome::unwanted, "unwanted"}})
      of.emplace(outcome, &core::counter_of(metrics, metric::kLogoutDeliveries, {{"outcome", name}}));
  }
  std::map<Outcome, prometheus::Counter*> of;
};

core::Task<> deliver(App& app, const Counters& counters, store::LogoutDelivery delivery) {
  auto report = co_await app.back_channel_logout.deliver(delivery);
  if (report) {
    counters.of.at(report->outcome)->Increment();
    log_report(delivery, *report);
  } else {
    core::log::error("logout_delivery_failed", report.error().cause());
  }
}

}  // namespace

core::Task<> deliver_logouts(App& app, core::Metrics& metrics) {
  const Counters counters(metrics);
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor);
  std::size_t under_way = 0;
  for (;;) {
    const std::size_t free = kConcurrent - under_way;
    if (free > 0) {
      auto taken = co_await app.back_channel_logout.take(free);
      if (!taken) core::log::error("logout_deliveries_not_read", taken.error().cause());
      for (std::size_t i = 0; taken && i < taken->size(); ++i) {
        ++under_way;
        asio::co_spawn(executor, deliver(app, counters, std::move((*taken)[i])),
                       [&under_way, &timer](std::exception_ptr) {
                         --under_way;
                         timer.cancel();  // look at once: more may wait
                       });
      }
    }
    timer.expires_after(kLook);
    boost::system::error_code cancelled;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
  }
}

}  // namespace sigma::service
