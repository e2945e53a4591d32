#include "pages.hpp"

#include "assets.hpp"

namespace sigma::tokenpass {
namespace {

core::Task<http::Response> page(http::Request request) {
  const web::Asset* asset = web::find_asset(request.path);
  if (asset == nullptr) {
    http::Response missing;
    missing.status = 404;
    missing.headers.add("Content-Type", "text/plain; charset=utf-8");
    missing.body = "There is nothing at this address.\n";
    co_return missing;
  }
  http::Response response = web::serve_asset(request, *asset);
  // A site that opened the consent page as a popup gets its answer by postMessage, which needs the opener.
  if (request.path == "/auth") response.headers.set("Cross-Origin-Opener-Policy", "unsafe-none");
  co_return response;
}

}  // namespace

std::vector<http::Route> page_routes() {
  std::vector<http::Route> routes;
  for (const char* path : {"/", "/auth", "/consent", "/assets/{file}"}) {
    routes.push_back(
        {http::Method::get, path, page, {.cors = http::Cors::none, .spec = "", .summary = "A page for people"}});
  }
  return routes;
}

}  // namespace sigma::tokenpass
