#include "routes/form_post.hpp"

#include <fmt/format.h>

#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/crypto/random.hpp"

namespace sigma::service {
namespace {

constexpr std::string_view kPurpose = "form-post";
constexpr std::string_view kScript = "document.forms[0].submit()";
constexpr core::Milliseconds kLifetime = std::chrono::minutes{1};

// The one inline script of this server is constant, so the policy can name it by its digest.
const std::string& content_security_policy() {
  static const std::string policy =
      fmt::format("default-src 'none'; script-src 'sha256-{}'; frame-ancestors 'none'; base-uri 'none'",
                  core::base64_encode(crypto::view(crypto::sha256(kScript))));
  return policy;
}

/// For browsers without scripts; the others are gone before anybody reads it.
struct Texts {
  std::string_view title;
  std::string_view almost;
  std::string_view go_on;
};
constexpr Texts kTexts[] = {
    // in the order of Language
    {"Going back to the application", "Almost done.", "Continue to the application"},
    {"Zurück zur Anwendung", "Fast fertig.", "Weiter zur Anwendung"},
    {"De vuelta a la aplicación", "Casi listo.", "Continuar a la aplicación"},
};

}  // namespace

http::Response form_post_page(const http::Request& request, const oauth::GoToClient& client) {
  const Language language = language_of(request);
  const Texts& says = kTexts[static_cast<std::size_t>(language)];
  std::string inputs;
  for (const auto& [name, value] : client.answer.parameters()) {
    inputs += fmt::format("<input type=\"hidden\" name=\"{}\" value=\"{}\">", core::html_escape(name),
                          core::html_escape(value));
  }
  http::Response response;
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Content-Security-Policy", content_security_policy());
  response.body = fmt::format(
      "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title></head><body>"
      "<form method=\"post\" action=\"{}\">{}<noscript><p>{}</p><button>{}</button></noscript></form>"
      "<script>{}</script></body></html>",
      tag_of(language), says.title, core::html_escape(client.redirect_uri), inputs, says.almost, says.go_on, kScript);
  return response;
}

std::string form_post_url(const App& app, const oauth::GoToClient& client) {
  crypto::SystemRandom random;
  const core::Json message = {{"redirect_uri", client.redirect_uri},
                              {"answer", client.answer.encode()},
                              {"expires_at", (app.clock.now() + kLifetime).ms}};
  const auto sealed = app.sealer.seal(kPurpose, "", core::dump_json(message), random);
  return "/api/auth/oauth2/form-post?response=" + core::percent_encode(sealed.value());
}

Task<http::Response> form_post(App& app, http::Request request) {
  const oauth::Error gone{oauth::ErrorCode::invalid_signature,
                          "This sign-in took too long; go back to the application and start again."};
  const auto query = http::Form::parse(request.query);
  const auto sealed = query ? query->find_nonempty("response") : std::nullopt;
  if (!sealed) co_return error_page(request, gone);
  const auto opened = app.sealer.open(kPurpose, "", *sealed);
  if (!opened) co_return error_page(request, gone);
  const auto message = core::parse_json(opened->view());
  if (!message || message->value("expires_at", std::int64_t{0}) <= app.clock.now().ms)
    co_return error_page(request, gone);
  const auto answer = http::Form::parse(message->value("answer", ""));
  if (!answer) co_return error_page(request, gone);
  co_return form_post_page(request, {message->value("redirect_uri", ""), *answer, oauth::ResponseMode::form_post});
}

namespace endpoints {

extern constexpr Endpoint form_post{
    .handler = service::form_post,
    .operation = R"json({"query": {"response!": null}, "ok": {"200": "page"}, "errors": "page"})json"};

}  // namespace endpoints
}  // namespace sigma::service
