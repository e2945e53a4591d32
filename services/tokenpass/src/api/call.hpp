#pragma once
#include <optional>
#include <string>

#include "app.hpp"
#include "origin.hpp"
#include "sigma/core/json.hpp"
#include "sigma/http/message.hpp"

namespace sigma::tokenpass {

enum class CallerKind {
  program,      ///< no browser page behind it: curl, our command line, a server of this machine
  own_page,     ///< a page that this server delivered
  whitelisted,  ///< a page of TOKENPASS_ORIGIN_WHITELIST
  foreign,      ///< any other page
};

/// The header in which our own pages show what KnownBrowsers gave their browser.
inline constexpr std::string_view kBrowserHeader = "x-tokenpass-browser";

/// Who is asking, as far as the browser tells. Says nothing about authority beyond that.
struct Caller {
  CallerKind kind = CallerKind::foreign;
  std::optional<Origin> origin;  ///< of whitelisted and foreign pages, unless it is opaque ("null")
  std::string browser;           ///< what a page of ours shows for KnownBrowsers; empty: nothing

  bool first_party() const { return kind != CallerKind::foreign; }
};

/// By Origin, and by Sec-Fetch-Site where browsers send no Origin (GET without CORS).
Caller caller_of(const http::Request& request, const Config& config);

/// One request to the API: who asks, and the JSON object of its body ({} when it has none).
struct Call {
  http::Request request;
  Caller caller;
  core::Json body;

  std::string query(std::string_view name) const;  ///< decoded; empty when absent
};

/// A string member; nothing when absent or null. 400 for another type.
Outcome<std::optional<std::string>> text_member(const core::Json& body, const char* name);
/// As text_member(), 400 when it is absent or empty.
Outcome<std::string> required_member(const core::Json& body, const char* name);

/// The token of "Authorization: <token>" or "Authorization: Bearer <token>", checked in the profile's order: present
/// (code 2), known (3), not expired (5), one of `any_of` among its scopes (6; none wanted: any token will do).
Outcome<Token> require_token(const App& app, const Call& call, std::initializer_list<std::string_view> any_of);
/// The text of the token; empty when there is none.
std::string token_text(const http::Request& request);

/// The identity a token speaks for: the one it is bound to, else the first. A copy.
keyring::Identity identity_of(const keyring::Keyring& keyring, const Token& token);

}  // namespace sigma::tokenpass
