#include "cli/cli.hpp"

extern char** environ;

int main(int argc, char** argv) {
  return sigma::tokenpass::run_command_line(argc, argv, environ);
}
