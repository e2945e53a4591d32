#pragma once
#include <filesystem>
#include <string>

#include "sigma/core/result.hpp"

namespace sigma::tokenpass {

/// Where the server that works with a folder answers, told in a file there: nobody else can write it, while anybody can
/// listen on a port and say that it is TokenPass. For holders of the folder's lock.
class ServerAddress {
 public:
  explicit ServerAddress(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ~ServerAddress() { forget(folder_); }
  ServerAddress(const ServerAddress&) = delete;
  ServerAddress& operator=(const ServerAddress&) = delete;

  core::Result<void> tell(const std::string& url) const;
  /// For others than the holder: "http://127.0.0.1:21000". Code::unavailable when no server has told.
  static core::Result<std::string> read(const std::filesystem::path& folder);
  /// What a server left that ended without a word.
  static void forget(const std::filesystem::path& folder);

 private:
  std::filesystem::path folder_;
};

}  // namespace sigma::tokenpass
