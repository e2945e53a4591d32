#pragma once
#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::service {

/// A signing key for people and scripts: kid, alg, status (active, upcoming, retired, expired), times, public JWK.
/// Never the private part.
core::Json render_key(const store::SigningKey& key, core::UtcTime now);

}  // namespace sigma::service
