#include "assets.hpp"

#include <algorithm>
#include <vector>

#include "assets_table.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/text.hpp"

namespace sigma::web {
namespace {

// No inline code or style, nothing from another host, no frames. Redirects to a client's callback are made by script
// (location.assign) or by 303, so form-action may stay narrow. Svelte makes elements through the one policy named.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

// The sign-in may ask for TokenPass on the person's own computer, when they press the button that says so.
constexpr std::string_view kTokenPass = "http://localhost:21000";
constexpr std::string_view kLoginPath = "/login";

// The signer lives in frames of applications: anybody may show it (it asks the person before it does anything), it has
// no business with any server, and window.opener must reach it when it stands in a window of its own.
constexpr std::string_view kSignerSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'none'; "
    "form-action 'none'; frame-ancestors *; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

constexpr std::string_view kSignerPath = "/signer";

constexpr std::string_view kPermissionsPolicy =
    "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
    "midi=(), payment=(), usb=()";

std::shared_ptr<const std::string> copy_of(Extent extent) {
  if (extent.length == 0) return nullptr;
  const std::string_view packed(sigma_web_assets_begin, sigma_web_assets_end);
  return std::make_shared<const std::string>(packed.substr(extent.offset, extent.length));
}

const std::vector<Asset>& all_assets() {
  static const std::vector<Asset> assets = [] {
    std::vector<Asset> made;
    for (const EmbeddedFile& file : embedded_files()) {
      made.push_back({.path = file.path,
                      .content_type = file.content_type,
                      .tag = file.tag,
                      .immutable = file.immutable,
                      .page = file.content_type.starts_with("text/html"),
                      .identity = copy_of(file.identity),
                      .gzip = copy_of(file.gzip),
                      .brotli = copy_of(file.brotli)});
    }
    return made;
  }();
  return assets;
}

bool same_ignoring_case(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower, [](char x, char y) { return (x >= 'A' && x <= 'Z' ? x + 32 : x) == y; });
}

/// True unless the weight says zero; an unreadable weight counts as refusal, which costs only bytes.
bool weight_allows(std::string_view parameters) {
  const auto equals = parameters.find('=');
  if (equals == std::string_view::npos) return parameters.empty();
  return parameters.find_first_of("123456789", equals) != std::string_view::npos;
}

/// RFC 9110 §12.5.3: a named coding counts before "*".
bool accepts_coding(const http::Request& request, std::string_view coding) {
  bool any = false;
  for (const auto& [name, value] : request.headers.fields()) {
    if (!same_ignoring_case(name, "accept-encoding")) continue;
    std::string_view list = value;
    while (!list.empty()) {
      std::string_view weight = core::take_until(list, ',');
      const auto token = core::trim(core::take_until(weight, ';'));
      const bool allowed = weight_allows(core::trim(weight));
      if (same_ignoring_case(token, coding)) return allowed;
      if (token == "*") any = allowed;
    }
  }
  return any;
}

struct Form {
  std::string_view coding;  ///< empty: as it is
  std::shared_ptr<const std::string> body;
};

Form choose_form(const http::Request& request, const Asset& asset) {
  if (asset.brotli && accepts_coding(request, "br")) return {"br", asset.brotli};
  if (asset.gzip && accepts_coding(request, "gzip")) return {"gzip", asset.gzip};
  return {"", asset.identity};
}

/// Weak comparison, as RFC 9110 §13.1.2 asks for If-None-Match.
bool none_match_names(const http::Request& request, std::string_view entity_tag) {
  for (const auto& [name, value] : request.headers.fields()) {
    if (!same_ignoring_case(name, "if-none-match")) continue;
    std::string_view list = value;
    while (!list.empty()) {
      std::string_view element = core::trim(core::take_until(list, ','));
      if (element.starts_with("W/")) element.remove_prefix(2);
      if (element == entity_tag || element == "*") return true;
    }
  }
  return false;
}

void add_common_headers(http::Response& response) {
  response.headers.set("X-Content-Type-Options", "nosniff");
  response.headers.set("Referrer-Policy", "no-referrer");
  response.headers.set("Permissions-Policy", std::string(kPermissionsPolicy));
}

/// For the one page that may be framed (Sigma contract §7), also by pages that are cross-origin isolated.
void add_signer_headers(http::Response& response) {
  add_common_headers(response);
  response.headers.set("Content-Security-Policy", std::string(kSignerSecurityPolicy));
  response.headers.set("Cross-Origin-Embedder-Policy", "require-corp");
  response.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
}

std::string login_security_policy() {
  constexpr std::string_view kConnect = "connect-src 'self'";
  std::string policy(kContentSecurityPolicy);
  return policy.insert(policy.find(kConnect) + kConnect.size(), " " + std::string(kTokenPass));
}

}  // namespace

const Asset* find_asset(std::string_view path) {
  const auto& assets = all_assets();
  const auto found = std::ranges::lower_bound(assets, path, {}, &Asset::path);
  return found != assets.end() && found->path == path ? &*found : nullptr;
}

void add_page_headers(http::Response& response) {
  add_common_headers(response);
  response.headers.set("Content-Security-Policy", std::string(kContentSecurityPolicy));
  response.headers.set("X-Frame-Options", "DENY");
  response.headers.set("Cross-Origin-Opener-Policy", "same-origin");
  response.headers.set("Cross-Origin-Resource-Policy", "same-origin");
}

http::Response serve_asset(const http::Request& request, const Asset& asset) {
  const Form form = choose_form(request, asset);
  // A form of its own has a tag of its own: a cache must not mix their bytes in a range answer.
  std::string entity_tag =
      "\"" + std::string(asset.tag) + (form.coding.empty() ? "" : "-") + std::string(form.coding) + "\"";

  http::Response response;
  response.headers.set("Cache-Control", asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.set("Vary", "Accept-Encoding");
  if (asset.path == kSignerPath) {
    add_signer_headers(response);
  } else if (asset.page) {
    add_page_headers(response);
    if (asset.path == kLoginPath) response.headers.set("Content-Security-Policy", login_security_policy());
  } else {
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Cross-Origin-Resource-Policy", "same-origin");
  }
  const bool unchanged = none_match_names(request, entity_tag);
  response.headers.set("ETag", std::move(entity_tag));
  if (unchanged) {
    response.status = 304;
    return response;
  }
  response.headers.set("Content-Type", std::string(asset.content_type));
  if (!form.coding.empty()) response.headers.set("Content-Encoding", std::string(form.coding));
  response.shared_body = form.body;
  return response;
}

http::Response fill_template(int status, std::string_view name, std::span<const TemplateText> texts) {
  http::Response response;
  response.status = status;
  response.headers.set("Content-Type", "text/html; charset=utf-8");
  response.headers.set("Cache-Control", "no-store");
  add_page_headers(response);
  std::string_view rest = *find_asset(name)->identity;
  while (!rest.empty()) {
    const auto brace = rest.find("{{");
    response.body += rest.substr(0, brace);
    if (brace == std::string_view::npos) break;
    rest.remove_prefix(brace + 2);
    const auto text = std::ranges::find_if(
        texts, [&](const TemplateText& entry) { return rest.starts_with(std::string(entry.name) + "}}"); });
    if (text == texts.end()) {
      response.body += "{{";
      continue;
    }
    response.body += core::html_escape(text->value);
    rest.remove_prefix(text->name.size() + 2);
  }
  return response;
}

}  // namespace sigma::web
