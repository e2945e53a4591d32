// What connected wallets hold, and what follows from it (contract §8).
#include <algorithm>
#include <set>

#include "routes/body.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_access.hpp"
#include "sigma/core/number.hpp"
#include "sigma/http/form.hpp"
#include "wallets.hpp"

namespace sigma::service {
namespace {

using core::Json;

constexpr std::size_t kMaxShown = 2'000;  ///< NFTs in one answer
constexpr std::int64_t kMaxMinCount = 10'000;

oauth::Error not_configured() {
  return {
      oauth::ErrorCode::indexer_not_configured,
      "This server asks no indexer, so it does not know what wallets hold. Its operator can set SIGMA_INDEXER_URL."};
}

Task<oauth::Result<std::vector<wallet::WalletHoldings>>> holdings_of(App& app, store::UserId user, bool refresh) {
  if (!app.wallets.holdings) co_return not_configured();
  SIGMA_CO_TRY(const auto wallets, co_await app.wallets.book.list(std::move(user), std::nullopt));
  std::vector<std::string> addresses;
  for (const store::Wallet& wallet : wallets) addresses.push_back(wallet.address);
  co_return co_await app.wallets.holdings->of(std::move(addresses), refresh);
}

oauth::Result<std::size_t> number_of(const http::Form& query, std::string_view name, std::size_t otherwise) {
  const auto text = query.find_nonempty(name);
  if (!text) return otherwise;
  const auto value = core::parse_number<std::size_t>(*text);
  if (!value || *value > kMaxShown)
    return invalid(fmt::format("[query.{}] Invalid input: expected a number up to {}", name, kMaxShown));
  return *value;
}

Json wallet_nfts(const wallet::WalletHoldings& wallet, std::size_t offset, std::size_t limit) {
  Json nfts = Json::array();
  for (std::size_t i = offset; i < wallet.nfts.size() && nfts.size() < limit; ++i) nfts.push_back(wallet.nfts[i].shown);
  Json json = {{"address", wallet.address}, {"count", wallet.nfts.size()}};
  if (wallet.nft_error) {
    json["error"] = *wallet.nft_error;
  } else if (wallet.truncated) {
    json["error"] = fmt::format("This wallet holds more; only the first {} NFTs are known here.", wallet.nfts.size());
  } else if (offset + nfts.size() < wallet.nfts.size() && limit < kMaxShown) {
    json["next"] = offset + nfts.size();
  }
  json["nfts"] = std::move(nfts);
  return json;
}

struct Wanted {
  std::string origin, collection;
  std::int64_t min_count = 1;
};

oauth::Result<Wanted> wanted_ownership(const http::Request& request) {
  SIGMA_TRY(const Json body, json_object(request));
  Wanted wanted;
  SIGMA_TRY(auto origin, optional_text_member(body, "origin"));
  SIGMA_TRY(auto collection, optional_text_member(body, "collection"));
  wanted.origin = std::move(origin).value_or("");
  wanted.collection = std::move(collection).value_or("");
  if (wanted.origin.empty() == wanted.collection.empty())
    return invalid("[body] Name either an origin or a collection: the outpoint <txid>_<vout> of its inscription.");
  if (const auto count = body.find("minCount"); count != body.end() && !count->is_null()) {
    if (!count->is_number_unsigned() || count->get<std::uint64_t>() < 1 || count->get<std::uint64_t>() > kMaxMinCount)
      return invalid("[body.minCount] Invalid input: expected a number from 1 to 10000");
    wanted.min_count = count->get<std::int64_t>();
  }
  return wanted;
}

std::optional<std::string> unread_wallets(const std::vector<wallet::WalletHoldings>& wallets) {
  const auto unread = std::ranges::count_if(wallets, [](const auto& wallet) { return wallet.nft_error.has_value(); });
  if (unread == 0) return std::nullopt;
  return fmt::format("{} of {} wallets could not be read just now; what is in them is not counted.", unread,
                     wallets.size());
}

Task<http::Response> list_nfts(App& app, http::Request request) {
  auto session = co_await require_session_or_token(app, request);
  if (!session) co_return session_error(session.error());
  const auto query = http::Form::parse(request.query);
  if (!query) co_return session_error(invalid(query.error().description()));
  const auto limit = number_of(*query, "limit", kMaxShown);
  if (!limit) co_return session_error(limit.error());
  const auto offset = number_of(*query, "offset", 0);
  if (!offset) co_return session_error(offset.error());
  auto holdings = co_await holdings_of(app, session->user.id, query->find("refresh") == "true");
  if (!holdings) co_return session_error(holdings.error());
  Json wallets = Json::array(), addresses = Json::array();
  std::size_t total = 0, left = kMaxShown;
  for (const auto& wallet : *holdings) {
    Json shown = wallet_nfts(wallet, *offset, std::min(*limit, left));
    left -= shown["nfts"].size();
    total += wallet.nfts.size();
    addresses.push_back(wallet.address);
    wallets.push_back(std::move(shown));
  }
  co_return json_answer({{"wallets", std::move(wallets)}, {"totalNFTs", total}, {"addresses", std::move(addresses)}});
}

Task<http::Response> verify_ownership(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto session = co_await require_session_or_token(app, request);
  if (!session) co_return session_error(session.error());
  const auto wanted = wanted_ownership(request);
  if (!wanted) co_return session_error(wanted.error());
  auto holdings = co_await holdings_of(app, session->user.id, false);
  if (!holdings) co_return session_error(holdings.error());
  wallet::NftRule rule;
  rule.collection = wanted->collection;
  rule.signers = app.wallets.entitlements.rules().signers_of(wanted->collection);
  rule.origins = {wanted->origin};
  std::set<std::string> counted;
  Json nfts = Json::array();
  for (const auto& wallet : *holdings) {
    for (const wallet::Nft& nft : wallet.nfts) {
      if (rule.matches(nft) && counted.insert(nft.origin).second && nfts.size() < kMaxShown) nfts.push_back(nft.shown);
    }
  }
  Json answer = {{"owns", static_cast<std::int64_t>(counted.size()) >= wanted->min_count},
                 {"count", counted.size()},
                 {"nfts", std::move(nfts)}};
  if (holdings->empty()) answer["message"] = "No wallet is connected.";
  if (const auto unread = unread_wallets(*holdings)) answer["message"] = *unread;
  co_return json_answer(answer);
}

Task<http::Response> subscription_status(App& app, http::Request request) {
  auto session = co_await require_session_or_token(app, request);
  if (!session) co_return session_error(session.error());
  const wallet::Standing standing = co_await app.wallets.entitlements.standing(std::move(session->user));
  Json answer = {{"tier", standing.tier},
                 {"isActive", standing.tier != "free"},
                 {"features", app.wallets.entitlements.rules().features(standing.tier)}};
  const store::Entitlements& known = standing.from_wallets;
  if (known.evaluated_at) {
    answer["lastVerified"] = to_iso8601(*known.evaluated_at);
    if (known.subscription_tier == standing.tier && standing.tier != "free") {
      answer["validUntil"] = answer["expiresAt"] = to_iso8601(*known.evaluated_at + app.wallets.entitlements.max_age());
    }
    for (const Json& rule : known.evidence) {
      if (!rule.value("granted", false) || core::json_string(rule, "tier") != standing.tier) continue;
      if (rule.contains("origin")) answer["nftOrigin"] = rule["origin"];
      if (rule.contains("wallet")) answer["walletAddress"] = rule["wallet"];
      break;
    }
  }
  co_return json_answer(answer);
}

constexpr const char* kSchemas = R"json({
  "NftList": {
    "type": "object", "required": ["wallets", "totalNFTs", "addresses"], "additionalProperties": false,
    "properties": {
      "wallets": {
        "type": "array",
        "items": {
          "type": "object", "required": ["address", "count", "nfts"], "additionalProperties": false,
          "properties": {
            "address": {"type": "string"}, "count": {"type": "integer"}, "next": {"type": "integer"},
            "error": {"type": "string"}, "nfts": {"type": "array", "items": {"type": "object"}}
          }
        }
      },
      "totalNFTs": {"type": "integer"}, "addresses": {"type": "array", "items": {"type": "string"}}
    }
  },
  "OwnershipQuestion": {
    "type": "object",
    "properties": {
      "origin": {"type": ["string", "null"]}, "collection": {"type": ["string", "null"]},
      "minCount": {"type": ["integer", "null"], "minimum": 1, "maximum": 10000}
    }
  },
  "Ownership": {
    "type": "object", "required": ["owns", "count", "nfts"], "additionalProperties": false,
    "properties": {
      "owns": {"type": "boolean"}, "count": {"type": "integer"},
      "nfts": {"type": "array", "items": {"type": "object"}}, "message": {"type": "string"}
    }
  },
  "Subscription": {
    "type": "object", "required": ["tier", "isActive", "features"], "additionalProperties": false,
    "properties": {
      "tier": {"type": "string"}, "isActive": {"type": "boolean"},
      "features": {"type": "array", "items": {"type": "string"}},
      "lastVerified": {"$ref": "#/components/schemas/Time"}, "validUntil": {"$ref": "#/components/schemas/Time"},
      "expiresAt": {"$ref": "#/components/schemas/Time"}, "nftOrigin": {"type": "string"},
      "walletAddress": {"type": "string"}
    }
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint list_nfts{.handler = service::list_nfts, .schemas = kSchemas, .operation = R"json({
  "who": ["session", "bearer"],
  "query": {
    "limit": {"type": "integer", "minimum": 0, "maximum": 2000},
    "offset": {"type": "integer", "minimum": 0, "maximum": 2000}, "refresh": {"enum": ["true"]}
  },
  "ok": {"200": "NftList"}
})json"};
extern constexpr Endpoint verify_ownership{
    .handler = service::verify_ownership,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session", "bearer"], "json": "OwnershipQuestion", "ok": {"200": "Ownership"}})json"};
extern constexpr Endpoint subscription_status{
    .handler = service::subscription_status,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session", "bearer"], "ok": {"200": "Subscription"}})json"};

}  // namespace endpoints
}  // namespace sigma::service
