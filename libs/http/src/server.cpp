#include "sigma/http/server.hpp"

#include "fleet.hpp"
#include "sigma/core/number.hpp"
#include "text.hpp"
#include "tls_context.hpp"
#include "worker.hpp"

namespace sigma::http {
namespace {

core::Result<Worker::Endpoint> parse_endpoint(const std::string& listen) {
  core::Error bad{core::Code::invalid_input,
                  "\"" + listen + "\" is not an address to listen on; write for example 127.0.0.1:8787 or [::1]:8787."};
  const auto colon = listen.rfind(':');
  if (colon == std::string::npos) return bad;
  std::string_view host = std::string_view(listen).substr(0, colon);
  const bool brackets = host.starts_with('[') && host.ends_with(']');
  if (brackets) host = host.substr(1, host.size() - 2);
  const auto address = parse_address(host);
  if (!address || address->is_v6() != brackets) return bad;
  const auto port = core::parse_number<std::uint16_t>(std::string_view(listen).substr(colon + 1));
  if (!port) return bad;
  return Worker::Endpoint{*address, *port};
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, std::shared_ptr<const Router> router, core::Random& random, core::Metrics& metrics)
      : options_(std::move(options)), router_(std::move(router)), random_(random), metrics_(metrics) {}

  core::Result<void> start();
  std::uint16_t port() const { return workers_.empty() ? 0 : workers_.front()->endpoint().port(); }
  void retire();
  bool drain(std::chrono::milliseconds deadline);
  void stop();
  core::Result<void> reload_tls();

 private:
  core::Result<void> listen();

  ServerOptions options_;
  std::shared_ptr<const Router> router_;
  core::Random& random_;
  core::Metrics& metrics_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<Fleet> fleet_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

core::Result<void> Server::Impl::start() {
  SIGMA_TRY(gate_, Gate::make(options_, router_, metrics_));
  TlsContext tls;
  if (options_.tls) {
    SIGMA_TRY(tls, load_tls_context(*options_.tls));
  }
  fleet_ = std::make_unique<Fleet>(*gate_, std::move(tls));
  SIGMA_CHECK(listen());
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->start(workers_, fmt::format("{}-{}", options_.name, i));
  }
  return {};
}

core::Result<void> Server::Impl::listen() {
  SIGMA_TRY(Worker::Endpoint endpoint, parse_endpoint(options_.listen));
  const bool share_port = options_.threads > 1 || options_.share_port;
  if (share_port && !options_.share_port) {
    // Two servers of one user may share a port without an error; whoever asks for a port wants it alone.
    Worker probe(*fleet_, random_);
    SIGMA_CHECK(probe.listen(endpoint, false));
    endpoint = probe.endpoint();
  }
  for (std::size_t i = 0; i < std::max<std::size_t>(options_.threads, 1); ++i) {
    auto worker = std::make_unique<Worker>(*fleet_, random_);
    SIGMA_CHECK(worker->listen(endpoint, share_port));
    endpoint = worker->endpoint();
    workers_.push_back(std::move(worker));
  }
  return {};
}

void Server::Impl::retire() {
  if (fleet_) fleet_->start_retiring();
}

bool Server::Impl::drain(std::chrono::milliseconds deadline) {
  if (workers_.empty()) return true;
  const auto end = std::chrono::steady_clock::now() + deadline;
  fleet_->start_draining();
  for (const auto& worker : workers_) worker->drain();
  return fleet_->wait_until_empty(end);
}

void Server::Impl::stop() {
  for (const auto& worker : workers_) worker->stop();
}

core::Result<void> Server::Impl::reload_tls() {
  if (!options_.tls || !fleet_) return {};
  SIGMA_TRY(TlsContext tls, load_tls_context(*options_.tls));
  fleet_->set_tls(std::move(tls));
  return {};
}

Server::Server(ServerOptions options, std::shared_ptr<const Router> router, core::Random& random,
               core::Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(router), random, metrics)) {}
Server::~Server() {
  impl_->stop();
}

core::Result<void> Server::start() {
  return impl_->start();
}
std::uint16_t Server::port() const {
  return impl_->port();
}
void Server::retire() {
  impl_->retire();
}
bool Server::drain(std::chrono::milliseconds deadline) {
  return impl_->drain(deadline);
}
void Server::stop() {
  impl_->stop();
}
core::Result<void> Server::reload_tls() {
  return impl_->reload_tls();
}

}  // namespace sigma::http
