#include "sigma/oauth/registration/remote_documents.hpp"

#include <algorithm>

#include <boost/url/parse.hpp>

#include "registration/host_of.hpp"
#include "sigma/core/encoding.hpp"
#include "sigma/core/log.hpp"
#include "sigma/core/number.hpp"
#include "sigma/core/text.hpp"

namespace sigma::oauth {
namespace {

using core::Code;
using core::Json;

core::Error unusable(std::string description) {
  return {Code::invalid_input, std::move(description)};
}

core::Error unreachable(std::string description) {
  return {Code::unavailable, std::move(description)};
}

std::optional<std::int64_t> parse_seconds(std::string_view text) {
  const auto value = core::parse_number<std::int64_t>(text);
  if (!value || *value < 0) return std::nullopt;
  return std::min<std::int64_t>(*value, 366 * 86'400);
}

bool is_json_type(std::string_view content_type) {
  const std::string type = core::to_lower_ascii(core::trim(content_type.substr(0, content_type.find(';'))));
  return type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
}

/// Nothing has to be looked up to know where it leads.
bool names_an_address(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  return parsed && (parsed->host_type() != boost::urls::host_type::name || host_of(url) == "localhost");
}

// What went wrong below, in words for whoever published the address. Names that do not exist and names of what we must
// not ask get one answer: whoever may register clients is not told which names an inner network has.
core::Error fetch_error(const std::string& url, const core::Error& error) {
  if (error.code() == Code::invalid_input) return unusable("cannot be fetched: " + error.description());
  if (error.code() == Code::forbidden && names_an_address(url))
    return unusable("is at an address that this server must not reach.");
  return unreachable("cannot be reached at the moment; it has to be at a public address.");
}

core::Result<Json> read_document(const http::Response& answer, std::size_t max_bytes) {
  if (answer.status >= 500 || answer.status == 429) return unreachable("cannot be had from its server at the moment.");
  if (answer.status >= 300 && answer.status < 400) return unusable("redirects; publish it at the address itself.");
  if (answer.status != 200) return unusable(fmt::format("is answered with status {}, not 200.", answer.status));
  if (answer.body.size() > max_bytes) return unusable(fmt::format("is larger than {} bytes.", max_bytes));
  if (!is_json_type(answer.headers.find("Content-Type").value_or("")))
    return unusable("is not sent as application/json.");
  auto json = core::parse_json(answer.body);
  if (!json) return unusable("is not JSON: " + json.error().description());
  return json;
}

}  // namespace

std::optional<core::Milliseconds> cache_lifetime(const http::Headers& headers) {
  std::optional<std::int64_t> max_age;
  for (const auto& [name, value] : headers.fields()) {
    if (core::to_lower_ascii(name) != "cache-control") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const std::string directive = core::to_lower_ascii(core::trim(core::take_until(rest, ',')));
      if (directive == "no-store" || directive == "no-cache") return core::Milliseconds{0};
      constexpr std::string_view kMaxAge = "max-age=";
      if (directive.starts_with(kMaxAge)) max_age = parse_seconds(std::string_view(directive).substr(kMaxAge.size()));
    }
  }
  if (!max_age) return std::nullopt;
  const auto age = parse_seconds(core::trim(headers.find("Age").value_or("0"))).value_or(0);
  return std::chrono::seconds{std::max<std::int64_t>(*max_age - age, 0)};
}

std::optional<core::Result<RemoteDocuments::Document>> RemoteDocuments::recall(const std::string& url) {
  const core::UtcTime now = clock_.now();
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find(url);
  if (found == entries_.end()) return std::nullopt;
  Entry& entry = found->second;
  entry.used_at = now;
  const bool usable = entry.document && now < entry.fetched_at + options_.max_age;
  if (usable && now < entry.fresh_until) return entry.document;
  const bool asked_just_now = entry.failed && now < entry.asked_at + options_.retry_after;
  if (usable && (asked_just_now || entry.under_way > 0)) return entry.document;
  if (asked_just_now) return entry.failure;
  return std::nullopt;
}

core::Task<core::Result<RemoteDocuments::Document>> RemoteDocuments::get(std::string url) {
  auto known = recall(url);
  lookups_.count(known.has_value());
  if (known) co_return std::move(*known);
  co_return co_await fetch(std::move(url));
}

core::Task<core::Result<RemoteDocuments::Document>> RemoteDocuments::newer(std::string url, Document seen) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = entries_.find(url); found != entries_.end()) {
      const Entry& entry = found->second;
      if (entry.document && entry.document != seen) co_return entry.document;
      if (clock_.now() < entry.asked_at + options_.retry_after) co_return seen;
    }
  }
  auto fetched = co_await fetch(std::move(url));
  if (!fetched) co_return seen;
  co_return fetched;
}

core::Task<core::Result<RemoteDocuments::Document>> RemoteDocuments::fetch(std::string url) {
  if (auto turn = co_await take_turn(url); !turn) {
    // Whoever has a document goes on with it.
    const std::scoped_lock lock(mutex_);
    const auto found = entries_.find(url);
    const bool usable =
        found != entries_.end() && found->second.document && clock_.now() < found->second.fetched_at + options_.max_age;
    if (usable) co_return found->second.document;
    co_return turn.error();
  }
  http::FetchRequest request;
  request.url = url;
  request.headers.add("Accept", "application/json");
  request.body_limit = options_.max_bytes;
  auto answer = co_await fetcher_.fetch(std::move(request));
  co_return record(url, std::move(answer));
}

core::Task<core::Result<void>> RemoteDocuments::take_turn(const std::string& url) {
  core::Error busy{Code::overloaded, "is being asked for too often; try again in a minute."};
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = entries_.find(url);
        found != entries_.end() && found->second.under_way >= options_.concurrent)
      co_return busy;
  }
  const auto of_host = co_await limiter_.allow("host " + host_of(url), options_.per_host);
  if (!of_host.allowed) co_return busy;
  const auto of_all = co_await limiter_.allow("all", options_.in_all);
  if (!of_all.allowed) co_return busy;
  const std::scoped_lock lock(mutex_);
  Entry& entry = entry_of(url, clock_.now());
  entry.asked_at = clock_.now();
  ++entry.under_way;
  co_return core::Result<void>{};
}

core::Result<RemoteDocuments::Document> RemoteDocuments::record(const std::string& url,
                                                                core::Result<http::Response> answer) {
  auto json =
      answer ? read_document(*answer, options_.max_bytes) : core::Result<Json>(fetch_error(url, answer.error()));
  const core::UtcTime now = clock_.now();
  const std::scoped_lock lock(mutex_);
  Entry& entry = entry_of(url, now);
  if (entry.under_way > 0) --entry.under_way;
  entry.failed = !json;
  if (json) {
    const auto lifetime = cache_lifetime(answer->headers).value_or(options_.default_age);
    entry.document = std::make_shared<const Json>(std::move(*json));
    entry.fetched_at = now;
    entry.fresh_until = now + std::clamp(lifetime, options_.min_age, options_.max_age);
    return entry.document;
  }
  core::log::info("remote_document_refused",
                  {{"url", url},
                   {"description", json.error().description()},
                   {"cause", answer ? std::string_view() : std::string_view(answer.error().description())}});
  entry.failure = json.error();
  // A server that says no means it; one that is away may come back.
  if (json.error().code() != Code::unavailable) entry.document.reset();
  if (entry.document && now < entry.fetched_at + options_.max_age) return entry.document;
  return json.error();
}

RemoteDocuments::Entry& RemoteDocuments::entry_of(const std::string& url, core::UtcTime now) {
  if (const auto found = entries_.find(url); found != entries_.end()) return found->second;
  if (entries_.size() >= options_.max_documents) {
    entries_.erase(std::ranges::min_element(entries_, {}, [](const auto& known) { return known.second.used_at; }));
  }
  Entry& entry = entries_[url];
  entry.used_at = now;
  return entry;
}

}  // namespace sigma::oauth
