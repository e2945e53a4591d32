#include "routes/metadata.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "sigma/oauth/metadata/discovery.hpp"

namespace sigma::service {
namespace {

constexpr const char* kCacheControl = "public, max-age=15, stale-while-revalidate=15, stale-if-error=86400";

http::Response cacheable_json(std::shared_ptr<const std::string> body) {
  http::Response response;
  response.headers.add("Content-Type", "application/json");
  response.headers.add("Cache-Control", kCacheControl);
  response.shared_body = std::move(body);
  return response;
}

struct Discovery {
  std::shared_ptr<const std::string> body;
  Task<http::Response> operator()(http::Request) const { return answer(body); }
  static Task<http::Response> answer(std::shared_ptr<const std::string> body) {
    co_return cacheable_json(std::move(body));
  }
};

}  // namespace

http::Handler discovery_handler(const App& app) {
  const core::Json document = oauth::discovery_document(app.settings, app.token.grant_types());
  return Discovery{std::make_shared<const std::string>(core::dump_json(document))};
}

Task<http::Response> protected_resource(App& app, http::Request request) {
  constexpr std::string_view kWellKnown = "/.well-known/oauth-protected-resource";
  const std::string resource = app.settings.base_url + request.path.substr(kWellKnown.size());
  co_return cacheable_json(
      std::make_shared<const std::string>(core::dump_json(oauth::protected_resource_document(app.settings, resource))));
}

Task<http::Response> jwks(App& app, http::Request) {
  co_return cacheable_json(app.keys.current()->jwks_text());
}

}  // namespace sigma::service
