#include "routes/pages.hpp"

#include "assets.hpp"
#include "routes/render.hpp"

namespace sigma::service {
namespace {

core::Task<http::Response> page(http::Request request) {
  const web::Asset* asset = web::find_asset(request.path);
  if (!asset)
    co_return transport_error(request, 404,
                              "This address does not exist. Check the link, or go back to the application.");
  co_return web::serve_asset(request, *asset);
}

}  // namespace

std::vector<http::Route> page_routes() {
  std::vector<http::Route> routes;
  for (const char* path : {"/", "/login", "/select-identity", "/consent", "/device", "/signer", "/admin", "/account",
                           "/developers", "/developers/try", "/assets/{file}"}) {
    routes.push_back(
        {http::Method::get, path, page, {.cors = http::Cors::none, .spec = "", .summary = "A page for people"}});
  }
  return routes;
}

}  // namespace sigma::service
