#include "sigma/core/run.hpp"

namespace sigma::core {

boost::asio::io_context& program_loop() {
  static auto& loop = *new boost::asio::io_context;
  return loop;
}

}  // namespace sigma::core
