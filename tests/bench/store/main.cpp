// sigma_store_bench DATABASE [COROUTINES] [OPERATIONS]: the store alone, from one event loop.
// DATABASE: a path of an SQLite file to be made, or a postgresql:// URL of an empty database.
#include <sys/resource.h>

#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>

#include "sigma/core/testing/run.hpp"
#include "sigma/store/migrator.hpp"
#include "sigma/store/store.hpp"
#include "sigma/store_postgres/connector.hpp"
#include "sigma/store_sqlite/connector.hpp"

namespace {

using namespace sigma;
using store::SecretHash;

constexpr store::UtcTime kNow{1'770'000'000'000};
constexpr std::int64_t kHour = 3'600'000;

SecretHash hash_of(char kind, int number) {
  // Spread like SHA-256 would be.
  std::string bytes(32, kind);
  std::uint64_t x = static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15ull;
  for (int i = 0; i < 8; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<char>(x >> (8 * i));
  return SecretHash{bytes};
}

store::AuthorizationCode make_code(int number) {
  store::AuthorizationCode code;
  code.hash = hash_of('c', number);
  code.grant_id = store::GrantId{fmt::format("019a0000-0000-7000-8000-{:012}", number)};
  code.client_id = store::ClientId{"client"};
  code.user_id = store::UserId{fmt::format("user-{}", number % 1000)};
  code.session_id = store::SessionId{fmt::format("session-{}", number % 1000)};
  code.redirect_uri = "https://client.example/callback";
  code.code_challenge = std::string(43, 'x');
  code.scopes = {"openid", "profile", "email", "offline_access"};
  code.created_at = code.auth_time = kNow;
  code.expires_at = {kNow.ms + kHour};
  return code;
}

store::IssuedTokens make_tokens(int number) {
  const store::AuthorizationCode code = make_code(number);
  store::AccessToken access;
  access.hash = hash_of('a', number);
  access.grant_id = code.grant_id;
  access.client_id = code.client_id;
  access.user_id = code.user_id;
  access.session_id = code.session_id;
  access.scopes = code.scopes;
  access.created_at = access.auth_time = kNow;
  access.expires_at = {kNow.ms + kHour};
  store::RefreshToken refresh;
  refresh.hash = hash_of('r', number);
  refresh.grant_id = code.grant_id;
  refresh.client_id = code.client_id;
  refresh.user_id = code.user_id;
  refresh.session_id = code.session_id;
  refresh.scopes = code.scopes;
  refresh.created_at = refresh.auth_time = kNow;
  refresh.expires_at = {kNow.ms + 720 * kHour};
  return {access, refresh};
}

[[noreturn]] void die(const core::Error& error) {
  std::fprintf(stderr, "%s (%s)\n", error.description().c_str(), error.cause().c_str());
  std::exit(1);
}

/// One coroutine: takes numbers until there are none.
template <class Operation>
core::Task<void> worker(Operation operation, int& next, int total) {
  while (next < total) {
    const auto result = co_await operation(next++);
    if (!result) die(result.error());
  }
}

template <class Operation>
void measure(const char* name, int coroutines, int total, Operation operation) {
  boost::asio::io_context context(1);
  int next = 0;
  rusage before{}, after{};
  getrusage(RUSAGE_SELF, &before);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < coroutines; ++i) {
    boost::asio::co_spawn(context, worker(operation, next, total), [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    });
  }
  context.run();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  getrusage(RUSAGE_SELF, &after);
  const auto cpu = [](const rusage& usage) {
    return 1e6 * static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
  };
  std::printf("%-12s %3d coroutines %9.0f op/s %7.1f us CPU/op %6.2f switches/op\n", name, coroutines, total / seconds,
              (cpu(after) - cpu(before)) / total,
              static_cast<double>(after.ru_nvcsw + after.ru_nivcsw - before.ru_nvcsw - before.ru_nivcsw) / total);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: sigma_store_bench PATH|URL [COROUTINES] [OPERATIONS]\n");
    return 2;
  }
  const std::string where = argv[1];
  const int coroutines = argc > 2 ? std::atoi(argv[2]) : 64;
  const int total = argc > 3 ? std::atoi(argv[3]) : 20'000;
  const auto connector =
      where.starts_with("postgres") ? store_postgres::make_connector(where) : store_sqlite::make_connector(where);
  core::SystemClock clock;
  if (const auto migrated = store::Migrator(connector, clock).migrate(); !migrated) die(migrated.error());
  store::Database database(connector, {.read_workers = 8});
  store::Store store(database);

  measure("create_code", coroutines, total, [&](int i) { return store.tokens.create_code(make_code(i)); });
  measure("redeem_code", coroutines, total,
          [&](int i) { return store.tokens.redeem_code(make_code(i).hash, kNow, make_tokens(i)); });
  measure("find_access", coroutines, total, [&](int i) { return store.tokens.find_access(hash_of('a', i)); });
  measure("first_use", coroutines, total,
          [&](int i) { return store.replay.first_use(hash_of('u', i).str(), kNow, {kNow.ms + kHour}); });
  return 0;
}
