// Where settings come from, what is refused, and how it is said. Touches a temporary directory: secrets are files.
#include "config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "config_table.hpp"
#include "sigma/core/testing/fixed.hpp"

namespace sigma::service {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ConfigTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "sigma-config-XXXXXX").string();
    dir_ = ::mkdtemp(pattern.data());
    environment_ = {{"data_dir", (dir_ / "var").string()}};
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  core::Result<Config> load(Needs needs = {}) { return load_config(flags_, environment_, needs, random_); }
  std::string faults(Needs needs = {}) {
    const auto config = load(needs);
    return config ? "" : config.error().description();
  }
  std::string write_file(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const auto path = dir_ / name;
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path.string();
  }
  static mode_t mode_of(const std::filesystem::path& path) {
    struct stat info{};
    EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 0777;
  }

  std::filesystem::path dir_;
  Settings flags_;
  Settings environment_;
  core::testing::SeededRandom random_;
};

TEST_F(ConfigTest, DefaultsAreThoseOfTheInterface) {
  const auto config = load();
  ASSERT_TRUE(config) << config.error().description();
  EXPECT_EQ(config->base_url, "http://localhost:8787");
  EXPECT_EQ(config->issuer, "http://localhost:8787/api/auth");
  EXPECT_EQ(config->listen, "127.0.0.1:8787");
  EXPECT_EQ(config->admin_listen, "127.0.0.1:8788");
  EXPECT_EQ(config->database_url, "sqlite:" + (dir_ / "var/sigma.db").string());
  EXPECT_TRUE(config->embedded());
  EXPECT_EQ(config->sqlite_path(), dir_ / "var/sigma.db");
  EXPECT_EQ(config->bap_api_url, "https://api.sigmaidentity.com/v1");
  EXPECT_EQ(config->db_workers, 4 * config->io_threads);
  EXPECT_EQ(config->drain_delay.count(), 0);
  EXPECT_TRUE(config->implicit_sign_up);
  EXPECT_FALSE(config->legacy_token_path);
}

TEST_F(ConfigTest, FlagBeatsEnvironmentBeatsFile) {
  environment_["config"] =
      write_file("c.toml", "base_url = \"http://file.example\"\nlisten = \"127.0.0.1:1\"\nlog_level = \"warn\"\n");
  environment_["base_url"] = "http://environment.example";
  environment_["listen"] = "127.0.0.1:2";
  flags_["base_url"] = "http://flag.example";
  const auto config = load();
  ASSERT_TRUE(config) << config.error().description();
  EXPECT_EQ(config->base_url, "http://flag.example");
  EXPECT_EQ(config->listen, "127.0.0.1:2");
  EXPECT_EQ(config->log_level, core::log::Level::warn);
}

TEST_F(ConfigTest, AnEmptyVariableIsUnset) {
  environment_["base_url"] = "";
  environment_["tls_cert"] = "";
  ASSERT_TRUE(load());
  EXPECT_EQ(load()->base_url, "http://localhost:8787");
}

TEST_F(ConfigTest, ReportsAllFaultsAtOnceEachWithItsExample) {
  environment_["base_url"] = "not a url";
  environment_["listen"] = "nowhere";
  environment_["database_url"] = "mysql://x";
  environment_["log_level"] = "loud";
  environment_["io_threads"] = "0";
  environment_["code_lifetime"] = "1h";
  environment_["tls_cert"] = "/cert.pem";
  const std::string text = faults();
  for (const char* variable : {"SIGMA_BASE_URL=", "SIGMA_LISTEN=", "SIGMA_DATABASE_URL=", "SIGMA_LOG_LEVEL=",
                               "SIGMA_IO_THREADS=", "SIGMA_CODE_LIFETIME="}) {
    EXPECT_THAT(text, HasSubstr(std::string("for example ") + variable)) << text;
  }
  EXPECT_THAT(text, HasSubstr("SIGMA_TLS_KEY"));
}

TEST_F(ConfigTest, UnknownNamesStopTheStartWithTheNearestOne) {
  environment_["base_uri"] = "http://localhost";
  flags_["lisen"] = "x";
  environment_["config"] = write_file("c.toml", "admin_lisen = \"127.0.0.1:1\"\nqqqqqqqqqqqqqqqqqqqq = 1\n");
  const std::string text = faults();
  EXPECT_THAT(text, HasSubstr("SIGMA_BASE_URI is not a setting; did you mean SIGMA_BASE_URL?"));
  EXPECT_THAT(text, HasSubstr("--lisen is not a setting; did you mean --listen?"));
  EXPECT_THAT(text, HasSubstr("did you mean admin_listen?"));
  EXPECT_THAT(text, HasSubstr("qqqqqqqqqqqqqqqqqqqq is not a setting"));
}

TEST_F(ConfigTest, FilesThatCannotBeReadAreFaults) {
  environment_["config"] = (dir_ / "none.toml").string();
  EXPECT_THAT(faults(), HasSubstr("SIGMA_CONFIG: cannot read"));
}

TEST_F(ConfigTest, EnvironmentTakesOwnVariablesOnly) {
  const char* environment[] = {"PATH=/bin",
                               "SIGMA_BASE_URL=http://a=b",
                               "SIGMA_TEST_POSTGRES_URL=x",
                               "SIGMA_AUTH_BIN=x",
                               "SIGMA_MEMBER_PRIVATE_KEY=x",
                               "SIGMAX=1",
                               nullptr};
  EXPECT_EQ(settings_of_environment(environment), (Settings{{"base_url", "http://a=b"}}));
}

TEST_F(ConfigTest, BaseUrlIsABareOrigin) {
  const std::pair<const char*, const char*> good[] = {
      {"https://ID.Example.com/", "https://id.example.com"},
      {"https://id.example.com:443", "https://id.example.com"},
      {"http://[::1]:8787", "http://[::1]:8787"},
  };
  for (const auto& [given, kept] : good) {
    environment_["base_url"] = given;
    const auto config = load();
    ASSERT_TRUE(config) << given << ": " << config.error().description();
    EXPECT_EQ(config->base_url, kept);
  }
  for (const char* bad : {"id.example.com", "ftp://id.example.com", "https://", "https://id.example.com/auth",
                          "https://u:p@id.example.com", "https://id.example.com?x", "https://id.example.com#x",
                          "https://id.example.com:99999", "https://a b"}) {
    environment_["base_url"] = bad;
    EXPECT_THAT(faults(), HasSubstr("SIGMA_BASE_URL")) << bad;
  }
}

TEST_F(ConfigTest, IssuerStaysBelowTheBaseUrl) {
  environment_["base_url"] = environment_["issuer"] = "https://id.example.com";
  EXPECT_EQ(faults(), "");
  environment_["issuer"] = "https://other.example.com/api/auth";
  EXPECT_THAT(faults(), HasSubstr("SIGMA_ISSUER"));
  environment_["issuer"] = "https://id.example.com.evil.com/api/auth";
  EXPECT_THAT(faults(), HasSubstr("SIGMA_ISSUER"));
  environment_["issuer"] = "https://id.example.com/tenant";
  EXPECT_THAT(faults(), HasSubstr("SIGMA_ISSUER")) << "its discovery document is served nowhere";
  environment_["issuer"] = "https://id.example.com/api/auth";
  EXPECT_EQ(faults(), "");
}

TEST_F(ConfigTest, ListsAndUnits) {
  environment_["trusted_proxies"] = "10.0.0.0/8, fd00::/8 127.0.0.1";
  environment_["trusted_origins"] = "https://App.example.com/";
  environment_["access_token_lifetime"] = "15m";
  environment_["header_limit"] = "32k";
  environment_["drain_delay"] = "1500ms";
  environment_["bap_api_url"] = "off";
  const auto config = load();
  ASSERT_TRUE(config) << config.error().description();
  EXPECT_THAT(config->trusted_proxies, testing::ElementsAre("10.0.0.0/8", "fd00::/8", "127.0.0.1"));
  EXPECT_THAT(config->trusted_origins, testing::ElementsAre("https://app.example.com"));
  EXPECT_EQ(config->access_token_lifetime.count(), 900);
  EXPECT_EQ(config->header_limit, 32'768u);
  EXPECT_EQ(config->drain_delay.count(), 1'500);
  EXPECT_EQ(config->bap_api_url, "");
  environment_["trusted_proxies"] = "10.0.0.0/33";
  environment_["access_token_lifetime"] = "1 hour";
  environment_["header_limit"] = "99999999999999999999";
  EXPECT_THAT(faults(), AllOf(HasSubstr("SIGMA_TRUSTED_PROXIES"), HasSubstr("SIGMA_ACCESS_TOKEN_LIFETIME"),
                              HasSubstr("SIGMA_HEADER_LIMIT")));
}

TEST_F(ConfigTest, RequestsAreLimitedUnlessEverybodyIsLoopback) {
  for (const char* origin : {"http://localhost:8787", "http://127.0.0.1", "http://[::1]:1"}) {
    environment_["base_url"] = origin;
    EXPECT_FALSE(load()->rate_limits) << origin;
  }
  for (const char* origin : {"https://id.example.com", "https://localhost.example.com", "http://10.0.0.1:8787"}) {
    environment_["base_url"] = origin;
    EXPECT_TRUE(load()->rate_limits) << origin;
  }
  environment_["rate_limits"] = "off";
  EXPECT_FALSE(load()->rate_limits);
}

TEST_F(ConfigTest, RateLimitsAreNamedByClass) {
  environment_["rate_limit_per_minute"] = "token=20, register=0";
  RateLimits expected;
  expected[Limit::token] = 20;
  expected[Limit::registration] = 0;
  EXPECT_EQ(load()->rate_limit_per_minute, expected);
  for (const char* text : {"tokens=1", "none=1", "token", "token=-1", "token=1000001", "=5"}) {
    environment_["rate_limit_per_minute"] = text;
    EXPECT_THAT(faults(), HasSubstr("SIGMA_RATE_LIMIT_PER_MINUTE")) << text;
  }
}

TEST_F(ConfigTest, KeysAreRotatedByTheClockOrNot) {
  EXPECT_EQ(load()->key_rotation_interval, std::chrono::days(90));
  for (const char* text : {"off", "0"}) {
    environment_["key_rotation_interval"] = text;
    EXPECT_EQ(load()->key_rotation_interval.count(), 0) << text;
  }
  environment_["key_rotation_interval"] = "10m";
  EXPECT_THAT(faults(), HasSubstr("SIGMA_KEY_PUBLICATION_LEAD"));
  environment_["key_publication_lead"] = "5m";
  EXPECT_EQ(faults(), "");
  environment_["key_rotation_interval"] = "30s";
  EXPECT_THAT(faults(), HasSubstr("SIGMA_KEY_ROTATION_INTERVAL"));
}

TEST_F(ConfigTest, PublicListenersDrainSlowly) {
  environment_["listen"] = "0.0.0.0:8787";
  EXPECT_EQ(load()->drain_delay, std::chrono::seconds(5));
  environment_["drain_delay"] = "0";
  EXPECT_EQ(load()->drain_delay.count(), 0);
}

TEST_F(ConfigTest, EmbeddedSecretsAreMadeOnceAndPrivate) {
  const auto first = load({.secret = true, .admin_token = true});
  ASSERT_TRUE(first) << first.error().description();
  ASSERT_EQ(first->secrets.size(), 1u);
  EXPECT_EQ(first->secrets[0].size(), 64u);
  EXPECT_EQ(first->admin_token.size(), 64u);
  EXPECT_NE(first->secrets[0].view(), first->admin_token.view());
  EXPECT_EQ(mode_of(dir_ / "var"), 0700u);
  EXPECT_EQ(mode_of(dir_ / "var/secret"), 0600u);
  EXPECT_EQ(mode_of(dir_ / "var/admin-token"), 0600u);

  const auto second = load({.secret = true, .admin_token = true});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->secrets[0].view(), first->secrets[0].view());
  EXPECT_EQ(second->admin_token.view(), first->admin_token.view());
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(dir_ / "var")) ++files;
  EXPECT_EQ(files, 2u) << "no drafts left behind";
}

TEST_F(ConfigTest, NothingIsMadeThatIsNotNeeded) {
  ASSERT_TRUE(load());
  EXPECT_FALSE(std::filesystem::exists(dir_ / "var/secret"));
  EXPECT_TRUE(load()->secrets.empty());
}

TEST_F(ConfigTest, GeneratedSecretsThatOthersCanReadAreRefused) {
  ASSERT_TRUE(load({.secret = true}));
  ::chmod((dir_ / "var/secret").c_str(), 0644);
  EXPECT_THAT(faults({.secret = true}), AllOf(HasSubstr("SIGMA_SECRET"), HasSubstr("chmod 600")));
}

TEST_F(ConfigTest, SharedDatabasesNeedGivenSecrets) {
  environment_["database_url"] = "postgresql://db/sigma";
  EXPECT_EQ(faults(), "");
  EXPECT_THAT(faults({.secret = true, .admin_token = true}),
              AllOf(HasSubstr("SIGMA_SECRET is required"), HasSubstr("SIGMA_ADMIN_TOKEN is required")));
  environment_["secret"] = std::string(32, 'a') + "," + std::string(32, 'b');
  environment_["admin_token_file"] = write_file("token", std::string(32, 't') + "\n");
  const auto config = load({.secret = true, .admin_token = true});
  ASSERT_TRUE(config) << config.error().description();
  ASSERT_EQ(config->secrets.size(), 2u);
  EXPECT_EQ(config->secrets[0].view(), std::string(32, 'a'));
  EXPECT_EQ(config->admin_token.view(), std::string(32, 't'));
}

TEST_F(ConfigTest, WeakOrDoubledSecretsAreFaultsAndNeverShown) {
  environment_["secret"] = "hunter2";
  environment_["admin_token"] = "swordfish";
  const std::string text = faults({.secret = true, .admin_token = true});
  EXPECT_THAT(text, AllOf(HasSubstr("SIGMA_SECRET"), HasSubstr("SIGMA_ADMIN_TOKEN"), Not(HasSubstr("hunter2")),
                          Not(HasSubstr("swordfish"))));
  environment_["database_url"] = "mysql://root:hunter2@db";
  EXPECT_THAT(faults(), AllOf(HasSubstr("SIGMA_DATABASE_URL"), Not(HasSubstr("hunter2"))));
  environment_.erase("database_url");
  environment_["secret"] = std::string(32, 'a');
  environment_["secret_file"] = write_file("secret", std::string(32, 'b'));
  EXPECT_THAT(faults({.secret = true}), HasSubstr("SIGMA_SECRET and SIGMA_SECRET_FILE are both set"));
  environment_.erase("secret");
  environment_["secret_file"] = (dir_ / "missing").string();
  EXPECT_THAT(faults({.secret = true}), HasSubstr("SIGMA_SECRET_FILE cannot be read"));
}

TEST_F(ConfigTest, EverySettingThatNamesAFileIsRead) {
  const std::string secret(40, 's');
  const auto text = [](const crypto::SecretBytes& bytes) { return std::string(bytes.view()); };
  // What the file holds, or for what others open later, its name.
  const std::map<std::string, std::function<std::string(const Config&)>, std::less<>> contents = {
      {"secret_file", [&](const Config& c) { return c.secrets.empty() ? "" : text(c.secrets.front()); }},
      {"admin_token_file", [&](const Config& c) { return text(c.admin_token); }},
      {"registration_token_file", [&](const Config& c) { return text(c.registration_token); }},
      {"bap_api_token_file", [&](const Config& c) { return text(c.bap_api_token); }},
  };
  const std::map<std::string, std::string Config::*, std::less<>> names = {
      {"redis_ca_file", &Config::redis_ca_file},
      {"clients_file", &Config::clients_file},
      {"entitlements_file", &Config::entitlements_file},
      {"outbound_ca_file", &Config::outbound_ca_file},
  };
  environment_["dynamic_registration"] = "token";
  for (const Setting& setting : setting_table()) {
    if (!setting.key.ends_with("_file")) continue;
    const std::string key(setting.key);
    Settings& environment = environment_;
    if (key != "registration_token_file") environment["registration_token"] = std::string(40, 'r');
    environment[key] = write_file(key, secret + "\n");
    const auto config = load({.secret = true, .admin_token = true});
    ASSERT_TRUE(config) << key << ": " << config.error().description();
    if (const auto content = contents.find(key); content != contents.end()) {
      EXPECT_EQ(content->second(*config), secret) << key;
    } else {
      const auto name = names.find(key);
      ASSERT_NE(name, names.end()) << "say here what becomes of " << key;
      EXPECT_EQ((*config).*(name->second), environment[key]);
    }
    environment.erase(key);
    environment.erase("registration_token");
  }
}

TEST_F(ConfigTest, EveryExampleIsAccepted) {
  for (const Setting& setting : setting_table()) {
    if (!setting.apply) continue;
    Config config;
    const auto applied = setting.apply(config, setting.example);
    EXPECT_TRUE(applied) << setting.key << " " << setting.example;
  }
}

TEST_F(ConfigTest, TheReferencePageListsEverySetting) {
  std::ifstream in(SIGMA_SOURCE_DIR "/docs/reference/configuration.md");
  const std::string page(std::istreambuf_iterator<char>(in), {});
  for (const Setting& setting : setting_table()) {
    const std::string flag = setting.flag ? fmt::format("`{}`", flag_name(setting.key)) : "–";
    EXPECT_THAT(page, HasSubstr(fmt::format("| `{}` | {} | {} | {} | `{}` |\n", variable_name(setting.key), flag,
                                            setting.default_text, setting.meaning, setting.example)));
  }
}

}  // namespace
}  // namespace sigma::service
