#pragma once
#include "app.hpp"
#include "sigma/http/router.hpp"

namespace sigma::service {

/// The discovery document, rendered once: it only changes with the configuration.
http::Handler discovery_handler(const App& app);

}  // namespace sigma::service
