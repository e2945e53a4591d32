#include "sigma/store_postgres/revocations.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pipeline.hpp"
#include "settings.hpp"
#include "sigma/core/log.hpp"
#include "sigma/store/revocation_channel.hpp"

namespace sigma::store_postgres {
namespace {

using namespace std::chrono_literals;

struct FreeNotification {
  void operator()(PGnotify* notification) const { PQfreemem(notification); }
};

}  // namespace

Revocations::Revocations(std::string url, Options options)
    : url_(with_defaults(std::move(url))), options_(options), stop_(eventfd(0, EFD_CLOEXEC)) {}

Revocations::~Revocations() {
  stop();
  ::close(stop_);
}

void Revocations::start() {
  thread_ = std::thread([this] { work(); });
  pthread_setname_np(thread_.native_handle(), "db-listen");
}

void Revocations::stop() {
  if (!thread_.joinable()) return;
  eventfd_write(stop_, 1);
  thread_.join();
}

core::Task<bool> Revocations::publish(std::string, std::string) {
  co_return true;
}

void Revocations::subscribe(std::string, Listener listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
}

void Revocations::work() {
  do {
    listen();
    if (listening_.exchange(false)) core::log::warn("revocations_not_heard", {});
    tell_gap();
  } while (pause(1s));
}

void Revocations::listen() {
  const PqConnection connection(PQconnectdb(url_.c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK) return;
  PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);
  const std::string listen = fmt::format("LISTEN {}", store::kRevocationChannel);
  const PqResult answer(PQexec(connection.get(), listen.c_str()));
  if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK) return;
  // What was told before is missed; what comes from now on is heard.
  tell_gap();
  listening_ = true;
  for (;;) {
    pollfd waiting[] = {{.fd = PQsocket(connection.get()), .events = POLLIN, .revents = 0},
                        {.fd = stop_, .events = POLLIN, .revents = 0}};
    if (::poll(waiting, std::size(waiting), -1) < 0 && errno != EINTR) return;
    if (waiting[1].revents != 0 || PQconsumeInput(connection.get()) != 1) return;
    bool told = false;
    while (const auto one = std::unique_ptr<PGnotify, FreeNotification>(PQnotifies(connection.get()))) told = true;
    if (!told) continue;
    const std::lock_guard lock(mutex_);
    for (const Listener& listener : listeners_) listener.on_message("");
  }
}

void Revocations::tell_gap() {
  const std::lock_guard lock(mutex_);
  for (const Listener& listener : listeners_) listener.on_gap();
}

bool Revocations::pause(std::chrono::milliseconds time) {
  pollfd stopped{.fd = stop_, .events = POLLIN, .revents = 0};
  return ::poll(&stopped, 1, static_cast<int>(time.count())) == 0;
}

}  // namespace sigma::store_postgres
