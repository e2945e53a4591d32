#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "sigma/cache/memory.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/lookup_counts.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/fetcher.hpp"

namespace sigma::oauth {

struct RemoteDocumentOptions {
  std::size_t max_bytes = 64 * 1024;  ///< of one document
  std::size_t max_documents = 1'000;  ///< remembered; beyond that the one that was used longest ago is forgotten
  core::Milliseconds min_age = std::chrono::minutes{5};       ///< a document is used at least so long …
  core::Milliseconds default_age = std::chrono::hours{1};     ///< … without a word from its server so long …
  core::Milliseconds max_age = std::chrono::hours{24};        ///< … and at most so long
  core::Milliseconds retry_after = std::chrono::seconds{30};  ///< after a failure, and between two calls of newer()
  std::size_t concurrent = 4;                                 ///< requests for one document under way
  cache::RateLimit per_host{.limit = 30, .window = std::chrono::minutes{1}};
  cache::RateLimit in_all{.limit = 300, .window = std::chrono::minutes{1}};
};

/// JSON documents at addresses that strangers chose (jwks_uri, client metadata documents …), kept as their HTTP cache
/// headers say (RFC 9111 §5.2.2), within bounds. While a server cannot be reached its last document stays in use, up to
/// max_age. Thread-safe; must outlive the tasks that wait for it.
class RemoteDocuments {
 public:
  using Document = std::shared_ptr<const core::Json>;

  RemoteDocuments(http::Fetcher& fetcher, const core::Clock& clock, RemoteDocumentOptions options = {})
      : fetcher_(fetcher), clock_(clock), options_(options), limiter_(clock) {}

  /// Code::invalid_input: there is no document that can be used, the description completes "The document at … ";
  /// unavailable: its server cannot be reached now; overloaded: too many requests for it.
  core::Task<core::Result<Document>> get(std::string url);
  /// For a reader who misses something in `seen`: the document as it is now, asked for at most once in retry_after.
  /// `seen` itself when there is none newer.
  core::Task<core::Result<Document>> newer(std::string url, Document seen);
  /// Of get(): a failure that is remembered was found, too.
  const core::LookupCounts& lookups() const { return lookups_; }

 private:
  struct Entry {
    Document document;         ///< the last good one
    core::UtcTime fetched_at;  ///< of `document`
    core::UtcTime fresh_until;
    core::UtcTime asked_at;  ///< last request
    core::Error failure;     ///< of the last request, when it failed
    bool failed = false;
    std::size_t under_way = 0;
    core::UtcTime used_at;
  };

  /// What get() answers without asking.
  std::optional<core::Result<Document>> recall(const std::string& url);
  core::Task<core::Result<Document>> fetch(std::string url);
  core::Task<core::Result<void>> take_turn(const std::string& url);
  core::Result<Document> record(const std::string& url, core::Result<http::Response> answer);
  Entry& entry_of(const std::string& url, core::UtcTime now);

  http::Fetcher& fetcher_;
  const core::Clock& clock_;
  const RemoteDocumentOptions options_;
  cache::MemoryRateLimiter limiter_;
  core::LookupCounts lookups_;
  std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> entries_;
};

/// How long an answer may be kept by its Cache-Control: max-age less Age; 0 for no-store and no-cache; nothing when it
/// does not say (RFC 9111 §4.2.1).
std::optional<core::Milliseconds> cache_lifetime(const http::Headers& headers);

}  // namespace sigma::oauth
