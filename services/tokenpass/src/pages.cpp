#include "pages.hpp"

#include "assets.hpp"
#include "origin.hpp"
#include "sigma/http/form.hpp"

namespace sigma::tokenpass {
namespace {

/// The consent page may show the icon of the very site that the answer goes to, and no other picture from outside: the
/// person comes from there, so loading it tells nobody anything.
void let_icon_show(const http::Request& request, http::Response& response) {
  constexpr std::string_view kPictures = "img-src 'self' data:";
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyz0123456789-.:[]/";  // what cannot end a directive
  const auto form = http::Form::parse(request.query);
  const auto icon = form ? origin_of_url(form->find("icon").value_or("")) : std::nullopt;
  const auto back = form ? origin_of_url(form->find("returnURL").value_or("")) : std::nullopt;
  if (!icon || icon != back || icon->text.find_first_not_of(kPlain) != std::string::npos) return;
  std::string policy(response.headers.find("content-security-policy").value_or(""));
  const auto at = policy.find(kPictures);
  if (at == std::string::npos) return;
  policy.insert(at + kPictures.size(), " " + icon->text);
  response.headers.set("Content-Security-Policy", std::move(policy));
}

/// Where one address is all we hold, http://localhost may be somebody else's: our pages are not used there.
bool is_elsewhere(const Config& config, const http::Request& request) {
  if (config.addresses.size() > 1 || request.method != http::Method::get) return false;
  const std::string_view host = request.headers.find("host").value_or("");
  const std::string& ours = config.addresses.front();
  return !host.starts_with(ours) || (host.size() > ours.size() && host[ours.size()] != ':');
}

http::Response lead_home(const Config& config, const http::Request& request) {
  http::Response response;
  response.status = 307;
  response.headers.add("Location",
                       config.base_url() + request.path + (request.query.empty() ? "" : "?" + request.query));
  response.headers.add("Cache-Control", "no-store");
  return response;
}

core::Task<http::Response> page(const Config& config, http::Request request) {
  if (is_elsewhere(config, request)) co_return lead_home(config, request);
  const web::Asset* asset = web::find_asset(request.path);
  if (asset == nullptr) {
    http::Response missing;
    missing.status = 404;
    missing.headers.add("Content-Type", "text/plain; charset=utf-8");
    missing.body = "There is nothing at this address.\n";
    co_return missing;
  }
  http::Response response = web::serve_asset(request, *asset);
  if (request.path == "/auth") let_icon_show(request, response);
  // A site that opened the consent page as a popup gets its answer by postMessage, which needs the opener.
  if (request.path == "/auth") response.headers.set("Cross-Origin-Opener-Policy", "unsafe-none");
  co_return response;
}

struct Page {
  const Config* config;
  core::Task<http::Response> operator()(http::Request request) const { return page(*config, std::move(request)); }
};

}  // namespace

std::vector<http::Route> page_routes(const Config& config) {
  std::vector<http::Route> routes;
  for (const char* path : {"/", "/auth", "/consent", "/assets/{file}"}) {
    routes.push_back({http::Method::get,
                      path,
                      Page{&config},
                      {.cors = http::Cors::none, .spec = "", .summary = "A page for people"}});
  }
  return routes;
}

}  // namespace sigma::tokenpass
