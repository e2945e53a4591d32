#include "targets.hpp"

namespace sigma::fuzz {

std::map<std::string, Target>& targets() {
  static std::map<std::string, Target> all;
  return all;
}

}  // namespace sigma::fuzz
