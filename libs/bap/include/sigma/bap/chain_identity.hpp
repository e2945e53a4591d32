// What the chain says about an identity, as the BAP API reports it, once it is believed (contract §9).
#pragma once
#include <string>
#include <string_view>

#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"

namespace sigma::bap {

/// Only read_identity() makes one, so `bap_id` derives from `root_address`.
struct ChainIdentity {
  std::string bap_id;
  std::string root_address;
  std::string current_address;  ///< of the key that speaks for it now; the root address unless it was rotated
  core::Json profile;           ///< profile JSON of contract §9, made harmless
  bool valid = true;            ///< the API's word on the address that was asked for
};

/// How a key stands to an identity.
enum class Standing {
  root,      ///< the member key, which never changes
  current,   ///< it has taken the place of another
  replaced,  ///< another has taken its place
  stranger,
};

/// Code::invalid_input, with what is wrong, for anything that must not be believed: members of the wrong type, an id
/// that does not derive from the root address, addresses that are none. `result` is the API's `result` member, or a
/// `profile` that was kept.
core::Result<ChainIdentity> read_identity(const core::Json& result);

Standing standing_of(const ChainIdentity& identity, std::string_view address);

}  // namespace sigma::bap
