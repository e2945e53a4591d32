#include "sigma/wallet/ordinals_indexer.hpp"

#include <gtest/gtest.h>

#include "sigma/core/testing/run.hpp"

namespace sigma::wallet {
namespace {

using core::testing::run;

class OneAnswer final : public http::Fetcher {
 public:
  core::Task<core::Result<http::Response>> fetch(http::FetchRequest request) override {
    url = request.url;
    http::Response response;
    response.status = status;
    response.body = body;
    co_return response;
  }
  int status = 200;
  std::string body = "[]", url;
};

class Indexer : public ::testing::Test {
 protected:
  core::Result<NftPage> nfts(std::string body) {
    fetcher.body = std::move(body);
    return run(indexer.nfts("1me", 0, 100));
  }
  core::Result<std::vector<TokenBalance>> balances(std::string body) {
    fetcher.body = std::move(body);
    return run(indexer.balances("1me"));
  }

  OneAnswer fetcher;
  OrdinalsIndexer indexer{fetcher, "https://indexer.example"};
};

const std::string kTxid(64, 'a');
const std::string kOutpoint = kTxid + "_0";

core::Json row(const core::Json& more = core::Json::object()) {
  core::Json json = {{"txid", kTxid},
                     {"vout", 0},
                     {"outpoint", "ignored"},
                     {"owner", "1me"},
                     {"spend", ""},
                     {"satoshis", 1},
                     {"origin", {{"outpoint", kOutpoint}}}};
  json.update(more);
  return json;
}

std::string list(std::initializer_list<core::Json> rows) {
  core::Json json = core::Json::array();
  for (const auto& one : rows) json.push_back(one);
  return json.dump();
}

TEST_F(Indexer, IsAskedByAddressAndPage) {
  EXPECT_TRUE(run(indexer.nfts("1me", 200, 100))->last);
  EXPECT_EQ(fetcher.url, "https://indexer.example/api/txos/address/1me/unspent?bsv20=false&limit=100&offset=200");
  EXPECT_TRUE(run(indexer.balances("1me")));
  EXPECT_EQ(fetcher.url, "https://indexer.example/api/bsv20/1me/balance");
}

TEST_F(Indexer, OnlyWhatIsThisAddresssOwnUnspentNftCounts) {
  for (const core::Json& more : std::initializer_list<core::Json>{{{"owner", "1other"}},
                                                                  {{"owner", nullptr}},
                                                                  {{"spend", kTxid}},
                                                                  {{"spend", 5}},
                                                                  {{"txid", "x"}},
                                                                  {{"txid", std::string(64, 'A')}},
                                                                  {{"vout", -1}},
                                                                  {{"vout", "0"}},
                                                                  {{"origin", nullptr}},
                                                                  {{"origin", {{"outpoint", "x"}}}},
                                                                  {{"origin", "x"}}}) {
    EXPECT_TRUE(nfts(list({row(more)}))->nfts.empty()) << more;
  }
  EXPECT_TRUE(nfts(R"([null, 5, "x", [], {}])")->nfts.empty());
  const auto page = nfts(list({row(), row()}));
  ASSERT_EQ(page->nfts.size(), 1u) << "once";
  EXPECT_EQ(page->nfts[0].outpoint, kOutpoint) << "made of txid and vout, not believed";
}

TEST_F(Indexer, CollectionAndSignersAreReadFromTheOrigin) {
  const auto with = [&](const core::Json& data) {
    return nfts(list({row({{"origin", {{"outpoint", kOutpoint}, {"data", data}}}})}))->nfts.at(0);
  };
  const core::Json details = {{"collectionId", kOutpoint}};
  EXPECT_EQ(with({{"map", {{"subType", "collectionItem"}, {"subTypeData", details}}}}).collection, kOutpoint);
  EXPECT_EQ(with({{"map", {{"subType", "collectionItem"}, {"subTypeData", details.dump()}}}}).collection, kOutpoint);
  EXPECT_EQ(with({{"map", {{"subType", "collection"}, {"subTypeData", details}}}}).collection, "");
  EXPECT_EQ(with({{"map", {{"subType", "collectionItem"}, {"subTypeData", "{{{"}}}}).collection, "");
  EXPECT_EQ(with({{"map", {{"subType", "collectionItem"}, {"subTypeData", 5}}}}).collection, "");
  const core::Json signatures = {{{"address", "1a"}, {"valid", true}},
                                 {{"address", "1b"}, {"valid", false}},
                                 {{"address", "1c"}},
                                 {{"address", "1d"}, {"valid", "true"}},
                                 5};
  EXPECT_EQ(with({{"sigma", signatures}}).signers, std::vector<std::string>{"1a"});
  EXPECT_TRUE(with({{"sigma", "x"}}).signers.empty());
  const core::Json long_map = {{"name", std::string(5'000, 'x')}};
  EXPECT_FALSE(with({{"map", long_map}}).shown["origin"].contains("data")) << "descriptions have a bound";
}

TEST_F(Indexer, BalancesAreConfirmedAmountsOfIdsAndTicksNeverOfSymbols) {
  const core::Json amount = {{"confirmed", "12"}, {"pending", "99"}};
  const auto found = balances(list({{{"id", kOutpoint}, {"sym", "GM"}, {"dec", 8}, {"all", amount}},
                                    {{"tick", "PEPE"}, {"id", nullptr}, {"all", amount}},
                                    {{"sym", "GM"}, {"all", amount}},
                                    {{"id", "x"}, {"all", amount}},
                                    {{"tick", "A"}, {"all", {{"confirmed", "-1"}}}},
                                    {{"tick", "B"}, {"all", {{"confirmed", "99999999999999999999"}}}},
                                    {{"tick", "C"}, {"dec", 19}, {"all", amount}},
                                    {{"tick", "D"}},
                                    {{"tick", "PEPE"}, {"all", {{"confirmed", "5000"}}}}}));
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ(found->at(0).token, kOutpoint);
  EXPECT_EQ(found->at(0).confirmed, 12u);
  EXPECT_EQ(found->at(0).decimals, 8);
  EXPECT_EQ(found->at(1).token, "PEPE");
  EXPECT_EQ(found->at(1).confirmed, 12u) << "the first word counts";
}

TEST_F(Indexer, WhatIsNoListIsNoAnswer) {
  for (const char* body : {"", "{}", "null", "<html>", "[1", "{\"result\":[]}"}) EXPECT_FALSE(nfts(body)) << body;
  EXPECT_FALSE(nfts(std::string(10'000, '[') + std::string(10'000, ']')));
  for (const int status : {204, 301, 302, 404, 429, 500}) {
    fetcher.status = status;
    EXPECT_FALSE(nfts("[]")) << status;
  }
}

}  // namespace
}  // namespace sigma::wallet
