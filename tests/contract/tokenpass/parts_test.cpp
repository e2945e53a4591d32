// Small parts with rules of their own: origins, settings, the security picture.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "config.hpp"
#include "origin.hpp"
#include "security_picture.hpp"

namespace sigma::tokenpass {
namespace {

TEST(OriginTest, ReadsWhatBrowsersSend) {
  EXPECT_EQ(parse_origin("https://App.Example")->text, "https://app.example");
  EXPECT_EQ(parse_origin("https://app.example:443")->host, "app.example");
  EXPECT_EQ(parse_origin("http://app.example:443")->host, "app.example:443");
  EXPECT_EQ(parse_origin("http://localhost:3000")->host, "localhost:3000");
  EXPECT_EQ(parse_origin("http://[::1]:3000")->host, "[::1]:3000");
  // A name may begin like an address.
  EXPECT_EQ(parse_origin("https://1.2.3.4.nip.io")->host, "1.2.3.4.nip.io");
  EXPECT_EQ(origin_of_url("http://127.0.0.1.nip.io:3000/x?y")->text, "http://127.0.0.1.nip.io:3000");
  for (const char* bad : {"", "null", "app.example", "ftp://app.example", "chrome-extension://abc", "https://",
                          "https://app.example/", "https://app.example/x", "https://app.example?x", "https://a b",
                          "https://me@app.example", "https://app.example#x"}) {
    EXPECT_FALSE(parse_origin(bad)) << bad;
  }
}

TEST(HostTest, IsANameWithAPort) {
  for (const char* good :
       {"example.com", "localhost:3000", "[::1]:80", "xn--bcher-kva.example", "EXAMPLE.com", "a_b", "bücher.example"}) {
    EXPECT_TRUE(is_host(good)) << good;
  }
  for (const char* bad : {"", "a b", "a/b", "a?b", "a\n", "<a>", "a@b", "a\xff"}) EXPECT_FALSE(is_host(bad)) << bad;
  EXPECT_FALSE(is_host(std::string(256, 'a')));
}

TEST(SecurityPicture, IsThatOfTheNpmPackage) {
  std::ifstream file(std::string(SIGMA_VECTORS_DIR) + "/tokenpass/security-icon.json");
  const auto vectors = nlohmann::json::parse(file).at("vectors");
  ASSERT_FALSE(vectors.empty());
  for (const auto& vector : vectors) {
    EXPECT_EQ(security_picture(vector.at("seed").get<std::string>()), vector.at("svg").get<std::string>());
  }
}

TEST(ConfigTest, Defaults) {
  const Config config = load_config({{"HOME", "/home/alice"}, {"PATH", "/bin"}}).value();
  EXPECT_EQ(config.base_url(), "http://localhost:21000");
  EXPECT_EQ(config.folder, "/home/alice/.tokenpass");
  EXPECT_EQ(config.addresses, (std::vector<std::string>{"127.0.0.1", "[::1]"}));
  EXPECT_FALSE(config.allow_cli);
  EXPECT_TRUE(config.whitelist.empty());
}

TEST(ConfigTest, EveryVariable) {
  const Config config = load_config({{"TOKENPASS_DIR", "/data/tp/"},
                                     {"TOKENPASS_HOST", "127.0.0.1"},
                                     {"TOKENPASS_PORT", "3000"},
                                     {"TOKENPASS_ORIGIN_WHITELIST", " https://a.example ,http://localhost:3000,"},
                                     {"TOKENPASS_ALLOW_CLI", "1"},
                                     {"TOKENPASS_AUTO_LOCK", "off"},
                                     {"TOKENPASS_DEFAULT_EXPIRY", "1h"},
                                     {"TOKENPASS_SYNC_URL", "http://localhost:8787/"},
                                     {"TOKENPASS_BAP_API_URL", "off"},
                                     {"TOKENPASS_URL", "http://localhost:21000"}})
                            .value();
  EXPECT_EQ(config.whitelist, (std::vector<std::string>{"https://a.example", "http://localhost:3000"}));
  EXPECT_EQ(config.folder, "/data/tp");
  EXPECT_EQ(config.addresses, std::vector<std::string>{"127.0.0.1"});
  EXPECT_EQ(config.base_url(), "http://127.0.0.1:3000") << "localhost may be another's at [::1]";
  EXPECT_EQ(config.auto_lock.count(), 0);
  EXPECT_EQ(config.sync_url, "http://localhost:8787");
  EXPECT_TRUE(config.default_hour && config.allow_cli && config.bap_api_url.empty());
}

TEST(ConfigTest, MistakesAreNamed) {
  const std::pair<const char*, const char*> bad[] = {
      {"TOKENPASS_HOST", "0.0.0.0"},       {"TOKENPASS_HOST", "192.168.1.2"}, {"TOKENPASS_PORT", "70000"},
      {"TOKENPASS_AUTO_LOCK", "5"},        {"TOKENPASS_AUTO_LOCK", "-1h"},    {"TOKENPASS_SYNC_URL", "nowhere"},
      {"TOKENPASS_DEFAULT_EXPIRY", "1d"},  {"TOKENPASS_LOG_LEVEL", "loud"},   {"TOKENPASS_ALLOW_CLI", "yes"},
      {"TOKENPASS_ORIGIN_WHITELIST", "*"},
  };
  for (const auto& [name, value] : bad) {
    const auto refused = load_config({{"HOME", "/home/alice"}, {name, value}});
    ASSERT_FALSE(refused) << name;
    EXPECT_NE(refused.error().description().find(std::string(name) + "=" + value), std::string::npos);
  }
  EXPECT_FALSE(load_config({}));
}

}  // namespace
}  // namespace sigma::tokenpass
