#include "admin/answers.hpp"
#include "admin/handler.hpp"

namespace sigma::service {

core::Task<http::Response> health_live(AdminContext&, http::Request) {
  co_return admin_json({{"status", "live"}});
}

core::Task<http::Response> health_ready(AdminContext& admin, http::Request) {
  if (!admin.ready) co_return problem(503, "The server is starting or shutting down.");
  const auto alive = co_await admin.readiness.ask();
  if (!alive) co_return problem(alive.error());
  // Without Redis the server is slower and stricter, but it serves: taking it out would take all of them out.
  co_return admin_json({{"status", "ready"}, {"cache", admin.cache.state()}});
}

core::Task<http::Response> metrics(AdminContext& admin, http::Request) {
  admin.vitals.sample();
  http::Response response;
  response.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.headers.add("Cache-Control", "no-store");
  response.body = admin.metrics.render();
  co_return response;
}

}  // namespace sigma::service
