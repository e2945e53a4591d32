// A real redis-server for one test, on loopback ports that were free, in a folder that goes away with it.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace sigma::cache_redis::contract {

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// A port with a free one 10,000 above it, where a node of a cluster listens for the others.
int free_port();

class RedisProcess {
 public:
  /// Directives as in redis.conf: {"requirepass secret", "appendonly no"}. Runs when the constructor returns.
  explicit RedisProcess(std::vector<std::string> directives = {}, bool sentinel = false);
  ~RedisProcess();
  RedisProcess(const RedisProcess&) = delete;
  RedisProcess& operator=(const RedisProcess&) = delete;

  int port() const { return port_; }
  std::string url() const;
  /// What redis-cli prints, without the last line feed. `options` before the command, such as authentication.
  std::string cli(const std::string& command) const;
  /// For servers that want TLS or a password from redis-cli.
  void set_cli_options(std::string options) { cli_options_ = std::move(options); }

  void start();
  void kill();    ///< SIGKILL
  void freeze();  ///< SIGSTOP: connections stand, nothing is answered
  void thaw();

 private:
  void await_answer() const;

  TemporaryFolder folder_;
  std::vector<std::string> directives_;
  bool sentinel_;
  int port_;
  std::string cli_options_;
  int pid_ = 0;
};

/// Runs a command line; its output. Throws when it fails.
std::string shell(const std::string& command);

}  // namespace sigma::cache_redis::contract
