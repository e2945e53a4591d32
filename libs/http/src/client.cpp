#include "sigma/http/client.hpp"

#include <pthread.h>

#include <atomic>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <thread>

#include "client_call.hpp"

namespace sigma::http {
namespace asio = boost::asio;

class Client::Impl {
 public:
  Impl(ClientOptions options, TlsContext tls)
      : options_(std::move(options)), tls_(std::move(tls)), lookups_("lookups", options_.lookups, options_.concurrent) {
    thread_ = std::thread([this] { context_.run(); });
    pthread_setname_np(thread_.native_handle(), "http-client");
  }
  ~Impl() {
    context_.stop();
    thread_.join();
  }

  core::Task<core::Result<Response>> fetch(FetchRequest request);

 private:
  using Answer = core::Result<Response>;
  using Handler = asio::any_completion_handler<void(Answer)>;

  /// One who waits: gets the answer or, when that is earlier, the deadline. A resolver that hangs cannot be
  /// interrupted, so the call itself is not waited for.
  struct Waiter {
    Waiter(asio::io_context& context, Handler waiting)
        : timer(context),
          executor(asio::get_associated_executor(waiting, context.get_executor())),
          handler(std::move(waiting)) {}

    void answer(Answer result) {
      if (!handler) return;
      timer.cancel();
      asio::dispatch(executor, [waiting = std::move(handler), result = std::move(result)]() mutable {
        std::move(waiting)(std::move(result));
      });
      handler = nullptr;
    }

    asio::steady_timer timer;
    asio::any_completion_executor executor;
    Handler handler;
  };

  void start(FetchRequest request, std::chrono::steady_clock::time_point until, Handler handler);
  core::Task<Answer> perform(std::shared_ptr<ClientCall> call);
  std::unique_ptr<Stream> take_idle(const std::string& origin);
  void keep_idle(const std::string& origin, std::unique_ptr<Stream> stream);
  void forget_idle();

  struct Idle {
    std::unique_ptr<Stream> stream;
    std::chrono::steady_clock::time_point until;
  };

  ClientOptions options_;
  TlsContext tls_;
  std::atomic<std::size_t> under_way_{0};
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::map<std::string, std::vector<Idle>> idle_;  ///< by origin; only on our thread
  core::WorkPool lookups_;
  std::thread thread_;
};

core::Task<core::Result<Response>> Client::Impl::fetch(FetchRequest request) {
  const auto until = std::chrono::steady_clock::now() + options_.deadline;  // waiting for our thread counts, too
  if (under_way_.fetch_add(1) >= options_.concurrent) {
    --under_way_;
    co_return core::Error{core::Code::overloaded, "Too many outbound requests are under way; try again in a moment."};
  }
  if (const auto trace = co_await core::current_trace()) {
    request.headers.set("traceparent", core::to_traceparent(*trace));
  }
  auto initiate = [this, until](auto handler, FetchRequest outgoing) {
    asio::post(context_,
               [this, until, outgoing = std::move(outgoing), waiting = Handler(std::move(handler))]() mutable {
                 start(std::move(outgoing), until, std::move(waiting));
               });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(Answer)>(initiate, asio::use_awaitable,
                                                                                       std::move(request));
}

void Client::Impl::start(FetchRequest request, std::chrono::steady_clock::time_point until, Handler handler) {
  auto waiter = std::make_shared<Waiter>(context_, std::move(handler));
  auto call = std::make_shared<ClientCall>(context_, lookups_, options_, tls_, std::move(request));
  waiter->timer.expires_at(until);
  waiter->timer.async_wait([waiter, call](ErrorCode error) {
    if (error) return;
    waiter->answer(core::Error{core::Code::deadline, "The other server took too long to answer."});
    call->cancel();
  });
  asio::co_spawn(context_, perform(call), [this, waiter, call](std::exception_ptr thrown, Answer answer) {
    --under_way_;
    if (thrown) answer = core::Error{core::Code::internal, "The outbound request failed."};
    waiter->answer(std::move(answer));
  });
}

core::Task<core::Result<Response>> Client::Impl::perform(std::shared_ptr<ClientCall> call) {
  SIGMA_CO_CHECK(call->prepare());
  const std::string origin = call->origin();
  forget_idle();
  // A kept connection may have been closed by the peer a moment ago: only what may be sent twice goes out on it.
  if (call->is_repeatable()) {
    if (auto stream = take_idle(origin)) {
      Answer answer = co_await call->converse(std::move(stream));
      if (auto kept = call->release_stream()) keep_idle(origin, std::move(kept));
      if (answer || call->received_anything() || call->cancelled()) co_return answer;
    }
  }
  SIGMA_CO_TRY(auto stream, co_await call->connect());
  Answer answer = co_await call->converse(std::move(stream));
  if (auto kept = call->release_stream()) keep_idle(origin, std::move(kept));
  co_return answer;
}

void Client::Impl::forget_idle() {
  const auto now = std::chrono::steady_clock::now();
  for (auto entry = idle_.begin(); entry != idle_.end();) {
    std::erase_if(entry->second, [&](const Idle& idle) { return idle.until <= now; });
    entry = entry->second.empty() ? idle_.erase(entry) : std::next(entry);
  }
}

std::unique_ptr<Stream> Client::Impl::take_idle(const std::string& origin) {
  const auto found = idle_.find(origin);
  if (found == idle_.end()) return nullptr;
  auto stream = std::move(found->second.back().stream);
  found->second.pop_back();
  return stream;
}

void Client::Impl::keep_idle(const std::string& origin, std::unique_ptr<Stream> stream) {
  auto& kept = idle_[origin];
  if (kept.size() < options_.idle_connections) {
    kept.push_back({std::move(stream), std::chrono::steady_clock::now() + options_.idle_timeout});
  }
}

core::Result<std::unique_ptr<Client>> Client::make(ClientOptions options) {
  SIGMA_TRY(auto tls, make_tls_client_context(options.ca_file));
  return std::unique_ptr<Client>(new Client(std::make_unique<Impl>(std::move(options), std::move(tls))));
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

void Client::stop() {
  impl_.reset();
}

core::Task<core::Result<Response>> Client::fetch(FetchRequest request) {
  return impl_->fetch(std::move(request));
}

}  // namespace sigma::http
