// The outside world as a test says it is: what is published where, and who asked for it.
#pragma once
#include <map>
#include <mutex>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/http/fetcher.hpp"

namespace sigma::oauth::testing {

class FakeFetcher final : public http::Fetcher {
 public:
  core::Task<core::Result<http::Response>> fetch(http::FetchRequest request) override {
    const std::scoped_lock lock(mutex_);
    asked_.push_back(request.url);
    const auto found = answers_.find(request.url);
    if (found == answers_.end()) co_return core::Error{core::Code::unavailable, "nobody there"};
    co_return found->second;
  }

  void publish(const std::string& url, const core::Json& document, const std::string& cache_control = "") {
    http::Response response;
    response.headers.add("Content-Type", "application/json");
    if (!cache_control.empty()) response.headers.add("Cache-Control", cache_control);
    response.body = core::dump_json(document);
    answer(url, std::move(response));
  }
  void answer(const std::string& url, core::Result<http::Response> answer) {
    const std::scoped_lock lock(mutex_);
    answers_.insert_or_assign(url, std::move(answer));
  }
  void forget(const std::string& url) {
    const std::scoped_lock lock(mutex_);
    answers_.erase(url);
  }
  std::size_t asked() const {
    const std::scoped_lock lock(mutex_);
    return asked_.size();
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, core::Result<http::Response>> answers_;
  std::vector<std::string> asked_;
};

}  // namespace sigma::oauth::testing
