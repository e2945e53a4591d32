#include "cli/terminal.hpp"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace sigma::tokenpass {
namespace {

/// Turns the echo off for as long as it lives.
class Hidden {
 public:
  Hidden() {
    active_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!active_) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
  }
  ~Hidden() {
    if (!active_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::cerr << '\n';
  }
  Hidden(const Hidden&) = delete;
  Hidden& operator=(const Hidden&) = delete;

 private:
  termios before_{};
  bool active_ = false;
};

core::Result<std::string> read_line() {
  std::string line;
  if (!std::getline(std::cin, line)) return core::Error{core::Code::invalid_input, "There was no answer to read."};
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace

core::Result<std::string> ask_secret(std::string_view question) {
  std::cerr << question << ": " << std::flush;
  const Hidden hidden;
  return read_line();
}

core::Result<std::string> ask(std::string_view question) {
  std::cerr << question << ": " << std::flush;
  return read_line();
}

}  // namespace sigma::tokenpass
