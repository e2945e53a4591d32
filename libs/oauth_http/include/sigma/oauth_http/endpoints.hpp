// Endpoints where only an application speaks: what they read from a request, whom they ask, how they answer.
#pragma once
#include "sigma/core/task.hpp"
#include "sigma/http/message.hpp"
#include "sigma/oauth/engine.hpp"

namespace sigma::oauth_http {

core::Task<http::Response> token(oauth::Engine& engine, http::Request request);           ///< RFC 6749 §3.2
core::Task<http::Response> pushed_request(oauth::Engine& engine, http::Request request);  ///< RFC 9126 §2
core::Task<http::Response> introspect(oauth::Engine& engine, http::Request request);      ///< RFC 7662 §2
core::Task<http::Response> revoke(oauth::Engine& engine, http::Request request);          ///< RFC 7009 §2
core::Task<http::Response> userinfo(oauth::Engine& engine, http::Request request);        ///< OpenID Connect Core §5.3

}  // namespace sigma::oauth_http
