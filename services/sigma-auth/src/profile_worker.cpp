#include "profile_worker.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "sigma/core/log.hpp"

namespace sigma::service {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kConcurrent = 4;
constexpr std::chrono::milliseconds kLook{200};

core::Task<> refresh(App& app, store::BapId bap_id) {
  auto changed = co_await app.profiles.refresh(bap_id);
  if (!changed) {
    core::log::error("profile_not_refreshed", changed.error().cause());
  } else if (*changed) {
    core::log::info("profile_refreshed", {{"bap_id", bap_id.str()}});
  }
}

}  // namespace

core::Task<> refresh_profiles(App& app, Chain& chain) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor);
  std::size_t under_way = 0;
  for (;;) {
    for (store::BapId& bap_id : app.profiles.take(kConcurrent - under_way)) {
      ++under_way;
      asio::co_spawn(executor, refresh(app, std::move(bap_id)), [&under_way](std::exception_ptr) { --under_way; });
    }
    chain.measure();
    timer.expires_after(kLook);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace sigma::service
