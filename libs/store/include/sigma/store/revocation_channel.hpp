#pragma once

namespace sigma::store {

/// The channel of Postgres (NOTIFY) in which every commit with WriteTraits::revokes says so.
inline constexpr const char* kRevocationChannel = "sigma_revocations";

}  // namespace sigma::store
