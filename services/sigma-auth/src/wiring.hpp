// From the configuration to what the server is made of: the store and its driver, listeners, secrets.
#pragma once
#include <memory>

#include "config.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/crypto/sealer.hpp"
#include "sigma/http/client.hpp"
#include "sigma/http/server.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/store/connection_use.hpp"
#include "sigma/store/database.hpp"
#include "sigma/store/migrator.hpp"
#include "sigma/store/store.hpp"

namespace sigma::service {

/// An open database with everything on top of it. Used by the server and by CLI commands alike.
struct OpenStore {
  std::unique_ptr<store::Database> database;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::Migrator> migrator;
  bool embedded = false;  ///< SQLite: migrates by itself
  std::shared_ptr<store::ConnectionUse> connections = std::make_shared<store::ConnectionUse>();
  std::int64_t max_connections = 0;  ///< as many as the database's threads may open
};

enum class Schema {
  current,  ///< must be up to date: migrations run here on the embedded store; on Postgres an outdated one is an error
  any,      ///< for the commands that look at the schema themselves
};

/// Opens the database of the configuration. A schema that does not fit is an error that says what to do.
core::Result<OpenStore> open_store(const Config& config, const core::Clock& clock, Schema schema = Schema::current);

oauth::Settings make_settings(const Config& config);
core::Result<crypto::Sealer> make_sealer(const Config& config);

/// The one way out: bounded, without redirects, never to private addresses unless the configuration says so.
/// Code::invalid_input when the authorities cannot be read.
core::Result<std::unique_ptr<http::Client>> make_outbound(const Config& config);

http::ServerOptions public_server_options(const Config& config);
http::ServerOptions admin_server_options(const Config& config);

/// Runs the server until SIGTERM or SIGINT; the exit code.
int serve(const Config& config);

}  // namespace sigma::service
