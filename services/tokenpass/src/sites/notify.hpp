#pragma once
#include <string>

#include "config.hpp"

namespace sigma::tokenpass {

/// Shows a desktop notification that `host` waits for an answer, where notify-send can be run. Never waits for it.
void notify_person(const Config& config, const std::string& host);

}  // namespace sigma::tokenpass
