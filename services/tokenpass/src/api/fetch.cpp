#include "api/fetch.hpp"

namespace sigma::tokenpass {

Task<Outcome<FetchedJson>> fetch_json(App& app, http::FetchRequest request) {
  if (app.fetcher == nullptr) co_return Problem(503, "This server makes no requests of its own.");
  request.headers.add("Accept", "application/json");
  if (!request.body.empty()) request.headers.add("Content-Type", "application/json");
  auto answer = co_await app.fetcher->fetch(std::move(request));
  if (!answer) co_return Problem(503, "The service could not be reached: " + answer.error().description());
  auto body = core::parse_json(answer->body, 64);
  if (!body) co_return Problem(502, "The service did not answer with JSON.");
  co_return FetchedJson{answer->status, std::move(*body)};
}

}  // namespace sigma::tokenpass
