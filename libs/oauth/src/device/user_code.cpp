#include "sigma/oauth/device/user_code.hpp"

namespace sigma::oauth {

std::string make_user_code(core::Random& random) {
  return random.text(kUserCodeLength, kUserCodeAlphabet);
}

std::string show_user_code(std::string_view canonical) {
  std::string shown(canonical.substr(0, kUserCodeLength / 2));
  return shown.append("-").append(canonical.substr(kUserCodeLength / 2));
}

std::optional<std::string> canonical_user_code(std::string_view typed) {
  std::string code;
  for (char c : typed) {
    if (c == '-' || c == ' ' || c == '\t') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (kUserCodeAlphabet.find(c) == std::string_view::npos || code.size() == kUserCodeLength) return std::nullopt;
    code += c;
  }
  if (code.size() != kUserCodeLength) return std::nullopt;
  return code;
}

}  // namespace sigma::oauth
