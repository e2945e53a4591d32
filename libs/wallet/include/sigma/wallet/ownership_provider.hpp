// What wallets hold, as somebody who watches the chain says.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"

namespace sigma::wallet {

/// An unspent ordinal with an inscription.
struct Nft {
  core::Json shown;                  ///< as the contract shows it (§8): txid, vout, outpoint, satoshis, owner, origin …
  std::string outpoint;              ///< "<txid>_<vout>": where it is now
  std::string origin;                ///< outpoint at which it was inscribed; names it for ever
  std::string collection;            ///< origin of the collection that it says it belongs to; anybody can say so
  std::vector<std::string> signers;  ///< addresses whose signatures on the inscription hold
};

struct TokenBalance {
  std::string token;            ///< BSV-21: id, the outpoint of its deployment; BSV-20: tick
  std::uint64_t confirmed = 0;  ///< in the smallest unit
  int decimals = 0;             ///< 0 to 18
};

struct NftPage {
  std::vector<Nft> nfts;
  bool last = true;
};

class OwnershipProvider {
 public:
  virtual ~OwnershipProvider() = default;
  /// Errors, for both: Code::unavailable (down, or its answer makes no sense), deadline, overloaded. Only what the
  /// address itself owns, and nothing twice within a page.
  virtual core::Task<core::Result<NftPage>> nfts(std::string address, std::size_t offset, std::size_t limit) = 0;
  virtual core::Task<core::Result<std::vector<TokenBalance>>> balances(std::string address) = 0;
};

}  // namespace sigma::wallet
