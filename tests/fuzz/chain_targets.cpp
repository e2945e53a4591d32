// What others say about identities and wallets on chain.
#include "sigma/bap/bap_id.hpp"
#include "sigma/bap/chain_identity.hpp"
#include "sigma/core/testing/run.hpp"
#include "sigma/wallet/entitlement_rules.hpp"
#include "sigma/wallet/ordinals_indexer.hpp"
#include "targets.hpp"

namespace sigma::fuzz {
namespace {

class FixedAnswer final : public http::Fetcher {
 public:
  explicit FixedAnswer(std::string_view body) { response_.body = body; }
  core::Task<core::Result<http::Response>> fetch(http::FetchRequest) override { co_return response_; }

 private:
  http::Response response_;
};

}  // namespace

SIGMA_FUZZ(bap_identity) {
  const auto json = core::parse_json(input, 16);
  if (!json) return;
  const auto identity = bap::read_identity(*json);
  if (!identity) return;
  promise(bap::bap_id_from_root_address(identity->root_address) == identity->bap_id, "an id derives from its root");
  const auto again = bap::read_identity(identity->profile);
  promise(again && again->profile == identity->profile, "what was made harmless stays as it is");
}

SIGMA_FUZZ(indexer_answer) {
  FixedAnswer answer(input);
  wallet::OrdinalsIndexer indexer(answer, "https://indexer.example");
  const auto page = core::testing::run(indexer.nfts("1me", 0, 3));
  promise(!page || page->nfts.size() <= 3, "no more NFTs than were asked for");
  const auto balances = core::testing::run(indexer.balances("1me"));
  if (!balances) return;
  for (const wallet::TokenBalance& balance : *balances)
    promise(wallet::parse_amount(wallet::format_amount(wallet::amount_of(balance))).has_value(),
            "amounts are readable");
}

SIGMA_FUZZ(entitlement_rules) {
  const auto rules = wallet::EntitlementRules::parse(input);
  if (rules) promise(rules->evaluate({}).roles.empty(), "who has no wallet has no role");
}

}  // namespace sigma::fuzz
