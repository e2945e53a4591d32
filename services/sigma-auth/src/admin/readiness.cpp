#include "admin/readiness.hpp"

namespace sigma::service {

core::Task<core::Result<void>> Readiness::ask() {
  auto answer = co_await pings_.join("ping", [this] { return store_.ping(); }, kPatience);
  if (answer || answer.error().code() != core::Code::deadline) co_return answer;
  co_return core::Error{core::Code::unavailable, "The database does not answer.",
                        fmt::format("no answer in {} ms", kPatience.count())};
}

}  // namespace sigma::service
