#include "sites/notify.hpp"

#include <spawn.h>

#include <cstdlib>

extern char** environ;

namespace sigma::tokenpass {

void notify_person(const Config& config, const std::string& host) {
  // Without a session bus there is no desktop to show anything on.
  if (std::getenv("DBUS_SESSION_BUS_ADDRESS") == nullptr && std::getenv("XDG_RUNTIME_DIR") == nullptr) return;
  std::string title = host + " asks for access";
  std::string text = "Answer on " + config.base_url();
  std::string words[] = {"notify-send", "--app-name=TokenPass", "--icon=dialog-password", "--", title, text};
  char* arguments[std::size(words) + 1] = {};
  for (std::size_t i = 0; i < std::size(words); ++i) arguments[i] = words[i].data();
  posix_spawn_file_actions_t actions;
  if (::posix_spawn_file_actions_init(&actions) != 0) return;
  ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);  // no socket of ours for a stranger's program
  pid_t child = 0;                                          // reaped by the kernel: serve() ignores SIGCHLD
  (void)::posix_spawnp(&child, "notify-send", &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
}

}  // namespace sigma::tokenpass
