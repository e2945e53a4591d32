// What others say about identities and wallets on chain, and what follows from it.
#include "sigma/bap/bap_api.hpp"
#include "sigma/bap/bap_id.hpp"
#include "sigma/core/testing/run.hpp"
#include "sigma/wallet/entitlement_rules.hpp"
#include "sigma/wallet/ordinals_indexer.hpp"
#include "targets.hpp"

namespace sigma::fuzz {
namespace {

constexpr const char* kAddress = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2";

/// Answers 200 with the same body whatever is asked.
class OneAnswer final : public http::Fetcher {
 public:
  explicit OneAnswer(std::string_view body) : body_(body) {}
  core::Task<core::Result<http::Response>> fetch(http::FetchRequest) override {
    http::Response response;
    response.status = 200;
    response.body = std::string(body_);
    co_return response;
  }

 private:
  std::string_view body_;
};

}  // namespace

SIGMA_FUZZ(bap_answer) {
  OneAnswer fetcher(input);
  bap::BapApi api(fetcher, {.base_url = "https://bap.example/v1", .token = ""});
  const auto answer = core::testing::run(api.by_address(kAddress));
  if (!answer || !*answer) return;
  const bap::ChainIdentity& identity = **answer;
  promise(identity.bap_id == bap::bap_id_from_root_address(identity.root_address), "an id derives from its root");
  promise(bap::standing_of(identity, kAddress) != bap::Standing::stranger, "who is answered for was asked for");
  promise(core::dump_json(identity.profile).size() <= 256 * 1024, "a profile of a bearable size");
  const auto again = bap::read_identity(identity.profile);
  promise(again && again->profile == identity.profile, "what was kept is read as it was");
}

SIGMA_FUZZ(indexer_answer) {
  constexpr std::size_t kPage = 100;
  OneAnswer fetcher(input);
  wallet::OrdinalsIndexer indexer(fetcher, "https://indexer.example");
  if (const auto page = core::testing::run(indexer.nfts(kAddress, 0, kPage))) {
    promise(page->nfts.size() <= kPage, "a page within its limit");
    for (const wallet::Nft& nft : page->nfts) {
      promise(nft.origin.size() >= 66 && nft.outpoint.size() >= 66, "an outpoint is a transaction and a number");
      (void)core::dump_json(nft.shown);
    }
  }
  if (const auto balances = core::testing::run(indexer.balances(kAddress))) {
    for (const wallet::TokenBalance& balance : *balances) {
      promise(balance.decimals >= 0 && balance.decimals <= 18, "decimals as the standards have them");
      promise(wallet::parse_amount(wallet::format_amount(wallet::amount_of(balance))).has_value(),
              "amounts are readable");
    }
  }
}

SIGMA_FUZZ(entitlement_rules) {
  const auto rules = wallet::EntitlementRules::parse(input);
  if (rules) promise(rules->evaluate({}).roles.empty(), "who has no wallet has no role");
}

}  // namespace sigma::fuzz
