#include "sigma/wallet/holdings.hpp"

#include <set>

#include "sigma/core/log.hpp"

namespace sigma::wallet {
namespace {

using core::Json;

/// An answer from further in the future was kept while a clock was wrong.
constexpr core::Milliseconds kClockSkew = std::chrono::minutes{1};

Json optional_json(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

std::optional<std::string> optional_text(const Json& value) {
  return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

std::string to_text(const WalletHoldings& holdings) {
  Json nfts = Json::array(), balances = Json::array();
  for (const Nft& nft : holdings.nfts)
    nfts.push_back({nft.shown, nft.outpoint, nft.origin, nft.collection, nft.signers});
  for (const TokenBalance& balance : holdings.balances)
    balances.push_back({balance.token, balance.confirmed, balance.decimals});
  return core::dump_json({{"address", holdings.address},
                          {"nfts", std::move(nfts)},
                          {"truncated", holdings.truncated},
                          {"nft_error", optional_json(holdings.nft_error)},
                          {"balances", std::move(balances)},
                          {"balance_error", optional_json(holdings.balance_error)},
                          {"fetched_at", holdings.fetched_at.ms}});
}

// A cache is written by us alone, but it may be shared with an older release of us: what does not fit is forgotten.
std::optional<WalletHoldings> from_text(const std::string& text) try {
  const Json json = Json::parse(text);
  WalletHoldings holdings;
  holdings.address = json.at("address").get<std::string>();
  for (const Json& nft : json.at("nfts")) {
    holdings.nfts.push_back({nft.at(0), nft.at(1).get<std::string>(), nft.at(2).get<std::string>(),
                             nft.at(3).get<std::string>(), nft.at(4).get<std::vector<std::string>>()});
  }
  for (const Json& balance : json.at("balances")) {
    holdings.balances.push_back(
        {balance.at(0).get<std::string>(), balance.at(1).get<std::uint64_t>(), balance.at(2).get<int>()});
  }
  holdings.truncated = json.at("truncated").get<bool>();
  holdings.nft_error = optional_text(json.at("nft_error"));
  holdings.balance_error = optional_text(json.at("balance_error"));
  holdings.fetched_at.ms = json.at("fetched_at").get<std::int64_t>();
  return holdings;
} catch (const Json::exception&) {
  return std::nullopt;
}

std::string cache_key(const std::string& address) {
  return "wallet:holdings:" + address;
}

}  // namespace

core::Task<std::optional<WalletHoldings>> Holdings::remembered(std::string address, core::Milliseconds max_age) {
  const auto text = co_await cache_.get(cache_key(address));
  if (!text) co_return std::nullopt;
  auto holdings = from_text(*text);
  const core::Milliseconds bound =
      holdings && holdings->complete() ? max_age : std::min(max_age, options_.refresh_interval);
  if (!holdings) co_return std::nullopt;
  const core::Milliseconds age = clock_.now() - holdings->fetched_at;
  if (age >= bound || age < -kClockSkew) co_return std::nullopt;
  co_return holdings;
}

core::Task<core::Result<WalletHoldings>> Holdings::fetch(std::string address) {
  WalletHoldings holdings;
  holdings.address = address;
  holdings.fetched_at = clock_.now();
  std::set<std::string> seen;
  for (std::size_t page = 0;; ++page) {
    if (page == kMaxNftPages) {
      holdings.truncated = true;
      break;
    }
    auto read = co_await provider_.nfts(address, page * kNftPage, kNftPage);
    if (!read) {
      holdings.nft_error = "The NFTs of this wallet could not be read: " + read.error().description();
      break;
    }
    // While pages are read things move; what shows up twice is there once.
    for (Nft& nft : read->nfts) {
      if (seen.insert(nft.outpoint).second) holdings.nfts.push_back(std::move(nft));
    }
    if (read->last) break;
  }
  auto balances = co_await provider_.balances(address);
  if (balances) {
    holdings.balances = std::move(*balances);
  } else {
    holdings.balance_error = "The tokens of this wallet could not be read: " + balances.error().description();
  }
  if (!holdings.complete()) {
    core::log::warn("holdings_incomplete", {{"address", address},
                                            {"nfts", holdings.nft_error.value_or("")},
                                            {"tokens", holdings.balance_error.value_or("")}});
  }
  co_await cache_.put(
      cache_key(address), to_text(holdings),
      holdings.complete() ? std::max(options_.max_age, options_.refresh_interval) : options_.refresh_interval);
  co_return holdings;
}

core::Task<std::vector<WalletHoldings>> Holdings::of(std::vector<std::string> addresses, bool refresh) {
  const auto until = std::chrono::steady_clock::now() + options_.patience;
  const auto executor = co_await boost::asio::this_coro::executor;
  std::vector<std::optional<WalletHoldings>> found;
  for (const std::string& address : addresses) {
    found.push_back(co_await remembered(address, refresh ? options_.refresh_interval : options_.max_age));
    // All at once; then one is waited for after the other.
    if (!found.back()) flights_.launch(executor, address, [this, address] { return fetch(address); });
  }
  std::vector<WalletHoldings> holdings;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const std::string& address = addresses[i];
    if (!found[i]) found[i] = co_await remembered(address, options_.refresh_interval);
    if (!found[i]) {
      const auto left = std::chrono::ceil<core::Milliseconds>(until - std::chrono::steady_clock::now());
      auto read = co_await flights_.join(address, [this, address] { return fetch(address); }, left);
      if (read) found[i] = std::move(*read);
    }
    if (found[i]) {
      holdings.push_back(std::move(*found[i]));
      continue;
    }
    const std::string slow = "The indexer takes long to answer about this wallet; try again in a moment.";
    holdings.push_back({address, {}, slow, false, {}, slow, clock_.now()});
  }
  co_return holdings;
}

}  // namespace sigma::wallet
