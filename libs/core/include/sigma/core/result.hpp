// Errors are values: Result<T> is either a T or an Error.
#pragma once
#include <boost/system/result.hpp>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace sigma::core {

/// Why something failed, in words every layer shares. OAuth's codes live in sigma::oauth, HTTP's numbers in routes.
enum class Code {
  internal,       ///< a bug or a broken invariant; never the caller's fault
  invalid_input,  ///< the caller can fix it
  not_found,
  conflict,      ///< lost a race, or exists already
  unauthorized,  ///< a proof is missing or wrong
  forbidden,     ///< known, and not allowed
  unavailable,   ///< a collaborator is down, or the outcome of a write is unknown
  overloaded,    ///< a bounded queue is full; try later
  deadline,      ///< took longer than the caller would wait
};

std::string_view to_string(Code code);

/// `description` may be shown to the caller and says how to fix it; `cause` only reaches the log.
class Error {
 public:
  Error() = default;
  Error(Code code, std::string description, std::string cause = {},
        std::source_location where = std::source_location::current())
      : code_(code), description_(std::move(description)), cause_(std::move(cause)), where_(where) {}

  Code code() const { return code_; }
  const std::string& description() const { return description_; }
  const std::string& cause() const { return cause_; }
  const std::source_location& where() const { return where_; }

 private:
  Code code_ = Code::internal;
  std::string description_;
  std::string cause_;
  std::source_location where_;
};

template <class T>
using Result = boost::system::result<T, Error>;

/// Called by Result::value() on an error: a broken promise of the programmer, not a normal path.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

}  // namespace sigma::core

#define SIGMA_CONCAT_(a, b) a##b
#define SIGMA_CONCAT(a, b) SIGMA_CONCAT_(a, b)

/// SIGMA_TRY(auto user, find(id)): declares `user`, or returns the error. In coroutines use SIGMA_CO_TRY.
#define SIGMA_TRY(declaration, ...)                                                                            \
  auto SIGMA_CONCAT(sigma_result_, __LINE__) = (__VA_ARGS__);                                                  \
  if (!SIGMA_CONCAT(sigma_result_, __LINE__)) return std::move(SIGMA_CONCAT(sigma_result_, __LINE__)).error(); \
  declaration = std::move(*SIGMA_CONCAT(sigma_result_, __LINE__))

#define SIGMA_CO_TRY(declaration, ...)                                                                            \
  auto SIGMA_CONCAT(sigma_result_, __LINE__) = (__VA_ARGS__);                                                     \
  if (!SIGMA_CONCAT(sigma_result_, __LINE__)) co_return std::move(SIGMA_CONCAT(sigma_result_, __LINE__)).error(); \
  declaration = std::move(*SIGMA_CONCAT(sigma_result_, __LINE__))

/// The same for Result<void>.
#define SIGMA_CHECK(...) \
  if (auto sigma_check = (__VA_ARGS__); !sigma_check) return std::move(sigma_check).error()
#define SIGMA_CO_CHECK(...) \
  if (auto sigma_check = (__VA_ARGS__); !sigma_check) co_return std::move(sigma_check).error()
