// The pages that people see: built by Vite from web/, packed into this program, answered from memory.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "sigma/http/message.hpp"

namespace sigma::web {

/// One embedded file with its pre-compressed forms. Lives as long as the program.
struct Asset {
  std::string_view path;          ///< address: "/", "/login", "/assets/login-BxK3.js"; templates have no leading slash
  std::string_view content_type;  ///< with charset where it has one
  std::string_view tag;           ///< names the content; the entity tags are made of it
  bool immutable = false;         ///< the address holds a content hash: may be kept for a year
  bool page = false;              ///< HTML: gets the page headers
  std::shared_ptr<const std::string> identity;
  std::shared_ptr<const std::string> gzip;    ///< null when it would save nothing
  std::shared_ptr<const std::string> brotli;  ///< likewise
};

/// The file served at `path` (Request::path, without query), or null.
const Asset* find_asset(std::string_view path);

/// Answers GET and HEAD: content coding by Accept-Encoding (RFC 9110 §12.5.3), entity tag of the chosen form, 304 when
/// If-None-Match names it (§13.1.2), caching, and for pages the headers of add_page_headers(); the signer has its own.
http::Response serve_asset(const http::Request& request, const Asset& asset);

/// A text for the place that a template calls {{name}}.
struct TemplateText {
  std::string_view name;
  std::string_view value;  ///< escaped when it is put in
};
/// A page made of an embedded template ("error.html"). Never cached.
http::Response fill_template(int status, std::string_view name, std::span<const TemplateText> texts);

/// What every HTML answer of this service but the signer carries: content security policy without inline code, framing
/// refused, no referrer, no sniffing, no device features, an own browsing context group.
void add_page_headers(http::Response& response);

}  // namespace sigma::web
