#pragma once
#include <memory>
#include <string>

#include "config.hpp"
#include "sigma/core/json.hpp"

namespace sigma::tokenpass {

/// The API for the command line: that of the running server, or the same functions in this process when none runs.
class WalletPeer {
 public:
  static core::Result<std::unique_ptr<WalletPeer>> connect(const Config& config);
  virtual ~WalletPeer() = default;

  struct Reply {
    int status = 0;
    core::Json body;
  };
  /// `body`: null for GET.
  virtual core::Result<Reply> call(std::string_view method, std::string path, core::Json body) = 0;
  virtual bool is_running_server() const = 0;
};

}  // namespace sigma::tokenpass
