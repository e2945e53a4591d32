#include "redis_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <fstream>
#include <random>
#include <stdexcept>
#include <thread>

namespace sigma::cache_redis::contract {
namespace {

bool is_free(int port) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::acceptor acceptor(context);
  boost::system::error_code error;
  const boost::asio::ip::tcp::endpoint here(boost::asio::ip::address_v4::loopback(), static_cast<unsigned short>(port));
  acceptor.open(here.protocol(), error);
  acceptor.bind(here, error);
  return !error;
}

/// By connecting: to bind the port, be it for a moment, could keep the server from doing so.
bool is_served(int port) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket socket(context);
  boost::system::error_code error;
  socket.connect({boost::asio::ip::address_v4::loopback(), static_cast<unsigned short>(port)}, error);
  return !error;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "sigma-redis-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

int free_port() {
  // Below the range that the kernel takes for outgoing connections, so that a restart finds the port free again.
  static std::mt19937 engine{std::random_device{}()};
  std::uniform_int_distribution<int> ports(11'000, 21'000);
  for (int i = 0; i < 100; ++i) {
    const int port = ports(engine);
    if (is_free(port) && is_free(port + 10'000)) return port;
  }
  throw std::runtime_error("no free port");
}

std::string shell(const std::string& command) {
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("popen failed");
  std::string output;
  char buffer[4096];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, count);
  if (::pclose(pipe) != 0) throw std::runtime_error(command + ": " + output);
  while (output.ends_with('\n')) output.pop_back();
  return output;
}

RedisProcess::RedisProcess(std::vector<std::string> directives, bool sentinel)
    : directives_(std::move(directives)), sentinel_(sentinel), port_(free_port()) {
  start();
}

RedisProcess::~RedisProcess() {
  if (pid_ != 0) kill();
}

std::string RedisProcess::url() const {
  return fmt::format("redis://127.0.0.1:{}", port_);
}

std::string RedisProcess::cli(const std::string& command) const {
  return shell(fmt::format("redis-cli -h 127.0.0.1 -p {} {} {}", port_, cli_options_, command));
}

void RedisProcess::start() {
  const std::filesystem::path file = folder_.path() / "redis.conf";
  if (!std::filesystem::exists(file)) {  // sentinels write into theirs
    std::ofstream out(file);
    out << fmt::format("bind 127.0.0.1\ndir {}\nlogfile {}/log\n", folder_.path().string(), folder_.path().string());
    bool port_given = false;
    if (!sentinel_) out << "save \"\"\n";
    for (const std::string& directive : directives_) {
      port_given = port_given || directive.starts_with("tls-port");
      std::string line = directive;
      if (const auto place = line.find("$PORT"); place != std::string::npos)
        line.replace(place, 5, std::to_string(port_));
      out << line << '\n';
    }
    out << (port_given ? "port 0\n" : fmt::format("port {}\n", port_));
  }
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::execlp("redis-server", "redis-server", file.c_str(), sentinel_ ? "--sentinel" : nullptr, nullptr);
    ::_exit(127);
  }
  await_answer();
}

void RedisProcess::await_answer() const {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!is_served(port_)) {
    if (std::chrono::steady_clock::now() >= limit) throw std::runtime_error("redis-server did not start");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void RedisProcess::kill() {
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void RedisProcess::freeze() {
  ::kill(pid_, SIGSTOP);
}

void RedisProcess::thaw() {
  ::kill(pid_, SIGCONT);
}

}  // namespace sigma::cache_redis::contract
