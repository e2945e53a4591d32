#include "problem.hpp"

#include <stdexcept>

#include "sigma/core/log.hpp"
#include "sigma/http/status.hpp"

namespace sigma::tokenpass {
Problem::Problem(const core::Error& error) : status_(http::status_of(error.code())), text_(error.description()) {
  if (error.code() != core::Code::internal) return;
  core::log::error("request_failed", error);
  text_ = "TokenPass failed to answer. Its log says why.";
}

Problem Problem::no_wallet() {
  return {417, "There is no wallet yet. Create one first.", ProblemCode::wallet_locked};
}

Problem Problem::locked() {
  return {401, "Wallet is locked. Please login first.", ProblemCode::wallet_locked};
}

Problem Problem::foreign_origin() {
  return {403, "This site may not do that here.", ProblemCode::not_authorised};
}

Problem Problem::envelope_unreadable() {
  Problem problem(400, "Failed to decrypt the body. Get a fresh key from /api/session-key and try again.");
  problem.unreadable_envelope_ = true;
  return problem;
}

Problem Problem::rate_limited(std::chrono::seconds retry_after, int limit) {
  const bool long_wait = retry_after > std::chrono::seconds{120};
  const auto count = long_wait ? std::chrono::ceil<std::chrono::minutes>(retry_after).count() : retry_after.count();
  Problem problem(429, fmt::format("Too many wrong passwords. Please try again in {} {}{}.", count,
                                   long_wait ? "minute" : "second", count == 1 ? "" : "s"));
  problem.retry_after_ = retry_after;
  problem.limit_ = limit;
  return problem;
}

Problem Problem::with_url(std::string url) && {
  url_ = std::move(url);
  return std::move(*this);
}

void throw_exception_from_error(const Problem& problem, const boost::source_location&) {
  throw std::logic_error("value of a failed outcome: " + problem.text());
}

}  // namespace sigma::tokenpass
