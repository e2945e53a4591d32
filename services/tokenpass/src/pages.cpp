#include "pages.hpp"

namespace sigma::tokenpass {
namespace {

core::Task<http::Response> home(http::Request) {
  http::Response response;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.body = "TokenPass is running. Its command line: tokenpass --help\n";
  co_return response;
}

}  // namespace

std::vector<http::Route> page_routes() {
  return {{http::Method::get, "/", home, {.cors = http::Cors::none, .spec = "", .summary = "A page for people"}}};
}

}  // namespace sigma::tokenpass
