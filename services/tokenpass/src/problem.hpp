// Why a request fails, in the words and numbers of the TokenPass profile.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"

namespace sigma::tokenpass {

/// The "code" of an error answer. Clients decide by it; the text is for people.
enum class ProblemCode {
  none = 0,
  wallet_locked = 1,  ///< also: there is no wallet yet (417)
  token_missing = 2,
  token_unknown = 3,
  token_expired = 5,
  scope_missing = 6,
  not_authorised = 7,  ///< this origin or host may not do this
  no_connector = 8,
};

class Problem {
 public:
  Problem() = default;
  Problem(int status, std::string text, ProblemCode code = ProblemCode::none)
      : status_(status), text_(std::move(text)), code_(code) {}
  /// invalid_input 400, unauthorized 401, forbidden 403, not_found 404, conflict 409, overloaded, deadline and
  /// unavailable 503, internal 500 (with the cause logged and a neutral text).
  Problem(const core::Error& error);  // NOLINT(google-explicit-constructor): errors of the libraries pass through

  static Problem no_wallet();
  static Problem locked();
  static Problem foreign_origin();
  /// An encrypted body that this process cannot open; its code is a word, which the dashboard of 2026 looks for.
  static Problem envelope_unreadable();
  static Problem rate_limited(std::chrono::seconds retry_after, int limit);

  int status() const { return status_; }
  const std::string& text() const { return text_; }
  ProblemCode code() const { return code_; }
  std::optional<std::chrono::seconds> retry_after() const { return retry_after_; }
  int limit() const { return limit_; }
  /// Where a person can mend it; overrides the general address.
  const std::string& url() const { return url_; }
  bool unreadable_envelope() const { return unreadable_envelope_; }
  Problem with_url(std::string url) &&;

 private:
  int status_ = 500;
  std::string text_;
  ProblemCode code_ = ProblemCode::none;
  std::optional<std::chrono::seconds> retry_after_;
  int limit_ = 0;
  std::string url_;
  bool unreadable_envelope_ = false;
};

template <class T>
using Outcome = boost::system::result<T, Problem>;
using core::Task;

[[noreturn]] void throw_exception_from_error(const Problem& problem, const boost::source_location& where);

}  // namespace sigma::tokenpass
