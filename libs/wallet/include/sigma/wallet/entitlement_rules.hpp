// Which NFTs and tokens give which roles and subscription tiers: the operator's rules, and what they make of wallets.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"
#include "sigma/wallet/holdings.hpp"

namespace sigma::wallet {

/// Amount of a token in units of 10^-18, whatever the token's decimals; saturates.
__extension__ typedef unsigned __int128 Amount;

/// From the least to the most; what clients know (contract §8).
inline constexpr std::string_view kTiers[] = {"free", "plus", "pro", "premium", "enterprise"};

struct Grant {
  std::string role;           ///< empty: none
  std::string tier = "free";  ///< one of kTiers
};

/// Holding enough of the NFTs that match.
struct NftRule {
  std::string collection;            ///< origin of the collection; empty when `origins` names the NFTs themselves
  std::vector<std::string> signers;  ///< addresses, one of which must have signed the inscription; empty: anybody may
  std::vector<std::string> origins;
  std::int64_t min_count = 1;
  Grant grant;

  bool matches(const Nft& nft) const;
};

/// Holding enough of one token, over all wallets.
struct TokenRule {
  std::string token;  ///< BSV-21 id or BSV-20 tick
  Amount min_amount = 0;
  std::string min_text;  ///< as the operator wrote it
  Grant grant;
};

struct Evaluation {
  std::vector<std::string> roles;  ///< in the order of the rules, without doubles
  std::string tier = "free";       ///< the best one
  /// A rule each:
  /// {"rule","granted","needs","found","role"?,"tier"?,"collection"|"origins"|"token","wallets":[{"address",
  /// "found"|"error"}],"origin"?}.
  core::Json evidence = core::Json::array();
  bool complete = true;  ///< every wallet could be read
};

class EntitlementRules {
 public:
  /// Reads the operator's file (docs/how-to/give-roles-and-tiers.md). Code::invalid_input with the place and what is
  /// wrong.
  static core::Result<EntitlementRules> parse(std::string_view json);

  /// Pure. A wallet that could not be read counts as empty: nothing is granted that is not proven.
  Evaluation evaluate(const std::vector<WalletHoldings>& wallets) const;

  bool empty() const { return nfts_.empty() && tokens_.empty(); }
  const std::vector<std::string>& features(const std::string& tier) const;
  /// The signers that a rule demands of a collection; empty when no rule does.
  std::vector<std::string> signers_of(const std::string& collection) const;

 private:
  std::vector<NftRule> nfts_;
  std::vector<TokenRule> tokens_;
  std::map<std::string, std::vector<std::string>> features_;
};

/// "75000", "0.5": at most 20 digits before and 18 after the point. Nothing for anything else.
std::optional<Amount> parse_amount(std::string_view text);
/// Without needless zeros.
std::string format_amount(Amount amount);
/// `confirmed` of a balance as an Amount.
Amount amount_of(const TokenBalance& balance);

}  // namespace sigma::wallet
