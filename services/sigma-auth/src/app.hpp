#pragma once
#include <memory>
#include <string>
#include <vector>

#include "counted_audit.hpp"
#include "sigma/core/metrics.hpp"
#include "sigma/oauth/audit/audit_log.hpp"
#include "sigma/oauth/engine.hpp"

namespace sigma::service {

struct Wallets;

/// What is the same for everybody until the next start, rendered once, as JSON.
struct Documents {
  std::shared_ptr<const std::string> discovery, openapi;
};

/// The protocol engine with what only a web server knows: what the public routes call. Lives as long as the servers.
struct App : oauth::Engine {
  App(oauth::Settings settings_, std::vector<std::string> trusted_origins_, std::vector<std::string> administrators_,
      const oauth::Surroundings& surroundings, Wallets& wallets_, oauth::AuditLog& log, core::Metrics& metrics);

  const std::vector<std::string> trusted_origins;  ///< exact origins allowed to send cookies; our own is the first
  const bool secure_cookies;                       ///< base URL is https
  const std::vector<std::string> administrators;   ///< BAP ids whose owners administer this server
  const Documents documents;
  Wallets& wallets;

  oauth::AuditLog& audit_log;  ///< open() before the first request, close() after the last
  CountedAudit audit;          ///< what handlers tell: counted, then to the log
};

}  // namespace sigma::service
