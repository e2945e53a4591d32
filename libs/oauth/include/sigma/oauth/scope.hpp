#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/http/form.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::oauth {

using Scopes = std::vector<std::string>;

/// Splits at blanks, keeps the order, drops repeats. invalid_scope on a character outside RFC 6749 §3.3 or when longer
/// than 2,000 bytes.
Result<Scopes> parse_scopes(std::string_view text);
std::string join_scopes(const Scopes& scopes);
bool has_scope(const Scopes& scopes, std::string_view scope);
/// True when every element of `part` is in `whole`.
bool covers(const Scopes& whole, const Scopes& part);

/// The scopes of a token request: those of `scope` if it names any, else all that was granted. invalid_scope when it
/// asks for more.
Result<Scopes> narrowed_scopes(const http::Form& form, const Scopes& granted);

/// The scopes of an authorization request: names of early Sigma clients are dropped (`bsv:tools`, `read`; nothing
/// beside them and nothing at all mean "openid profile", or the one of them that the client may have); others must be
/// known to the server and allowed to the client. Contract §13.7.
Result<Scopes> requested_scopes(std::string_view text, const Scopes& known, const Scopes& allowed);
/// The same for `client`. Without the grant refresh_token `offline_access` is ignored (OpenID Connect Core §11):
/// nothing would come of it but an access token that outlives the session.
Result<Scopes> requested_scopes(std::string_view text, const Scopes& known, const store::Client& client);

}  // namespace sigma::oauth
