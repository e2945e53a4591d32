#include "app.hpp"

#include "config_values.hpp"
#include "openapi/public_api.hpp"
#include "sigma/oauth/metadata/discovery.hpp"

namespace sigma::service {
namespace {

std::vector<std::string> with_own_origins(std::vector<std::string> origins, const std::string& base_url) {
  const auto own = own_origins(base_url);
  origins.insert(origins.begin(), own.begin(), own.end());
  return origins;
}

std::shared_ptr<const std::string> text_of(const core::Json& document) {
  return std::make_shared<const std::string>(core::dump_json(document));
}

}  // namespace

App::App(oauth::Settings settings_, std::vector<std::string> trusted_origins_, std::vector<std::string> administrators_,
         const oauth::Surroundings& surroundings, Wallets& wallets_, oauth::AuditLog& log, core::Metrics& metrics)
    : Engine(std::move(settings_), surroundings),
      trusted_origins(with_own_origins(std::move(trusted_origins_), settings.base_url)),
      secure_cookies(settings.base_url.starts_with("https:")),
      administrators(std::move(administrators_)),
      documents{.discovery = text_of(oauth::discovery_document(settings, token.grant_types())),
                .openapi = text_of(describe_public_api(public_calls(), settings.base_url))},
      wallets(wallets_),
      audit_log(log),
      audit(audit_log, token.grant_types(), metrics) {}

}  // namespace sigma::service
