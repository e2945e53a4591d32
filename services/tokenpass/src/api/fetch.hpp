// Requests that this server makes itself: cloud backup and public profiles.
#pragma once
#include "app.hpp"
#include "sigma/core/json.hpp"

namespace sigma::tokenpass {

struct FetchedJson {
  int status = 0;
  core::Json body;
};

/// JSON in, JSON out; 502 when the peer answers something else, 503 when it cannot be reached.
Task<Outcome<FetchedJson>> fetch_json(App& app, http::FetchRequest request);

}  // namespace sigma::tokenpass
