#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::store {

/// A wallet that somebody has proven to hold. An address is connected to one person at a time.
struct Wallet {
  std::string address;  ///< mainnet P2PKH address of the key that signed
  std::string pubkey;   ///< compressed, hex
  UserId user_id;
  BapId bap_id;                   ///< the identity it was connected to; one of the user's
  std::string provider;           ///< of the wallet, as the client names it ("yours")
  std::string connection_method;  ///< "signature", or "challenge" when the proof names the account
  bool is_primary = false;        ///< one of each identity
  UtcTime connected_at;
  UtcTime last_verified;  ///< last proof
  bool operator==(const Wallet&) const = default;
};

/// What the operator's rules make of a person's wallets, as it was last worked out.
struct Entitlements {
  UserId user_id;
  std::int64_t revision = 0;       ///< counts wallets that come and go, and evaluations
  std::vector<std::string> roles;  ///< beyond those that the operator gave by hand
  std::string subscription_tier = "free";
  core::Json evidence = core::Json::array();  ///< rule by rule: what was looked at, what was found
  bool complete = true;                       ///< false: something could not be asked, ask again soon
  std::optional<UtcTime> evaluated_at;        ///< age of the oldest fact in it; nothing: not worked out since a change
  bool operator==(const Entitlements&) const = default;
};

}  // namespace sigma::store
