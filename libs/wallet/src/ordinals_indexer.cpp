#include "sigma/wallet/ordinals_indexer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sigma/core/number.hpp"

namespace sigma::wallet {
namespace {

using core::Code;
using core::Json;

constexpr std::size_t kMaxAnswer = 2 * 1024 * 1024;
constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxTokens = 1'000;    ///< of one wallet
constexpr std::size_t kMaxMetadata = 1'024;  ///< bytes of an inscription's own description that are passed on

core::Error unusable(std::string description) {
  return {Code::unavailable, std::move(description)};
}

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

const Json* member(const Json& object, std::initializer_list<const char*> path) {
  const Json* value = &object;
  for (const char* name : path) value = value ? member(*value, name) : nullptr;
  return value;
}

bool is_txid(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_outpoint(std::string_view text) {
  if (text.size() < 66 || text.size() > 75 || text[64] != '_' || !is_txid(text.substr(0, 64))) return false;
  return std::ranges::all_of(text.substr(65), [](char c) { return c >= '0' && c <= '9'; });
}

std::string outpoint_at(const Json* value) {
  return value && value->is_string() && is_outpoint(value->get_ref<const std::string&>()) ? value->get<std::string>()
                                                                                          : "";
}

// MAP metadata holds subTypeData as an object, or as the JSON text of one.
std::string collection_of(const Json& origin) {
  const Json* map = member(origin, {"data", "map"});
  if (!map || core::json_string(*map, "subType") != "collectionItem") return "";
  const Json* details = member(*map, "subTypeData");
  if (!details || !details->is_string()) return outpoint_at(member(details ? *details : *map, "collectionId"));
  const auto parsed = core::parse_json(details->get_ref<const std::string&>(), kMaxDepth);
  return parsed ? outpoint_at(member(*parsed, "collectionId")) : "";
}

std::vector<std::string> signers_of(const Json& origin) {
  std::vector<std::string> signers;
  const Json* signatures = member(origin, {"data", "sigma"});
  if (!signatures || !signatures->is_array()) return signers;
  for (const Json& signature : *signatures) {
    const Json* valid = member(signature, "valid");
    const auto address = core::json_string(signature, "address");
    if (address && valid && valid->is_boolean() && valid->get<bool>()) signers.push_back(*address);
  }
  return signers;
}

// What pages show of an inscription; its description is its maker's, so only so much of it.
Json shown_origin(const Json& origin, const std::string& outpoint) {
  Json shown = {{"outpoint", outpoint}};
  if (const Json* file = member(origin, {"data", "insc", "file"})) {
    Json kept = Json::object();
    for (const char* name : {"hash", "size", "type"}) {
      if (const Json* value = member(*file, name); value && value->is_primitive()) kept[name] = *value;
    }
    shown["data"]["insc"]["file"] = std::move(kept);
  }
  if (const Json* map = member(origin, {"data", "map"}); map && core::dump_json(*map).size() <= kMaxMetadata)
    shown["data"]["map"] = *map;
  return shown;
}

// Nothing for rows that are no NFT of this address: spent, somebody else's, without inscription, malformed.
std::optional<Nft> read_nft(const Json& row, const std::string& address) {
  const auto txid = core::json_string(row, "txid");
  const Json* vout = member(row, "vout");
  const Json* origin = member(row, "origin");
  if (!txid || !is_txid(*txid) || !vout || !vout->is_number_unsigned() || !origin) return std::nullopt;
  if (core::json_string(row, "owner") != address) return std::nullopt;
  if (const Json* spend = member(row, "spend");
      spend && !(spend->is_string() && spend->get_ref<const std::string&>().empty()))
    return std::nullopt;
  Nft nft;
  nft.origin = outpoint_at(member(*origin, "outpoint"));
  if (nft.origin.empty()) return std::nullopt;
  nft.outpoint = fmt::format("{}_{}", *txid, vout->get<std::uint64_t>());
  nft.collection = collection_of(*origin);
  nft.signers = signers_of(*origin);
  nft.shown = {{"txid", *txid}, {"vout", *vout}, {"outpoint", nft.outpoint}, {"owner", address}};
  nft.shown["origin"] = shown_origin(*origin, nft.origin);
  const Json* satoshis = member(row, "satoshis");
  nft.shown["satoshis"] = satoshis && satoshis->is_number_unsigned() ? *satoshis : Json(1);
  for (const char* name : {"height", "idx"}) {
    const Json* value = member(row, name);
    if (value && (value->is_number_integer() || value->is_string())) nft.shown[name] = *value;
  }
  return nft;
}

std::optional<std::uint64_t> read_amount(const Json* value) {
  if (!value) return std::nullopt;
  if (value->is_number_unsigned()) return value->get<std::uint64_t>();
  if (!value->is_string()) return std::nullopt;
  return core::parse_number<std::uint64_t>(value->get_ref<const std::string&>());
}

std::optional<TokenBalance> read_balance(const Json& row) {
  TokenBalance balance;
  // A symbol can be taken by anybody, so it never names a token; an id cannot, and neither can a tick.
  balance.token = outpoint_at(member(row, "id"));
  if (balance.token.empty()) balance.token = core::json_string(row, "tick").value_or("");
  const auto confirmed = read_amount(member(row, {"all", "confirmed"}));
  const auto decimals = member(row, "dec") ? read_amount(member(row, "dec")) : std::optional<std::uint64_t>{0};
  if (balance.token.empty() || balance.token.size() > 80 || !confirmed || !decimals || *decimals > 18)
    return std::nullopt;
  balance.confirmed = *confirmed;
  balance.decimals = static_cast<int>(*decimals);
  return balance;
}

core::Result<Json> read_array(const core::Result<http::Response>& answer) {
  if (!answer) return answer.error();
  if (answer->status != 200) return unusable(fmt::format("The indexer answered with status {}.", answer->status));
  auto json = core::parse_json(answer->body, kMaxDepth);
  if (!json) return unusable("The indexer's answer cannot be read.");
  if (!json->is_array()) return unusable("The indexer's answer is no list.");
  return json;
}

}  // namespace

core::Task<core::Result<Json>> OrdinalsIndexer::get(std::string path) {
  http::FetchRequest request;
  request.url = base_url_ + path;
  request.headers.add("Accept", "application/json");
  request.body_limit = kMaxAnswer;
  co_return read_array(co_await fetcher_.fetch(std::move(request)));
}

core::Task<core::Result<NftPage>> OrdinalsIndexer::nfts(std::string address, std::size_t offset, std::size_t limit) {
  SIGMA_CO_TRY(const Json rows, co_await get(fmt::format("/api/txos/address/{}/unspent?bsv20=false&limit={}&offset={}",
                                                         address, limit, offset)));
  NftPage page;
  page.last = rows.size() < limit;
  std::set<std::string> seen;
  for (const Json& row : rows) {
    auto nft = read_nft(row, address);
    if (nft && page.nfts.size() < limit && seen.insert(nft->outpoint).second) page.nfts.push_back(std::move(*nft));
  }
  co_return page;
}

core::Task<core::Result<std::vector<TokenBalance>>> OrdinalsIndexer::balances(std::string address) {
  SIGMA_CO_TRY(const Json rows, co_await get(fmt::format("/api/bsv20/{}/balance", address)));
  std::vector<TokenBalance> balances;
  std::set<std::string> seen;
  for (const Json& row : rows) {
    auto balance = read_balance(row);
    if (balance && balances.size() < kMaxTokens && seen.insert(balance->token).second)
      balances.push_back(std::move(*balance));
  }
  co_return balances;
}

}  // namespace sigma::wallet
