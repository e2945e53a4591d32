#include "cli/commands.hpp"

extern char** environ;

int main(int argc, char** argv) { return sigma::service::cli::main(argc, argv, environ); }
