#include "sigma/oauth/audit/audit_log.hpp"

#include "sigma/core/encoding.hpp"
#include "sigma/core/log.hpp"
#include "sigma/core/uuid.hpp"

namespace sigma::oauth {
namespace {

/// Streams that a row names: more replicas than anybody runs, and all that began shortly before.
constexpr std::size_t kHeads = 32;
constexpr std::size_t kRemovedAtOnce = 500;
/// Longest text of one member: ids are shorter; what strangers send may not be.
constexpr std::size_t kMaxText = 512;
constexpr std::size_t kMaxDetail = 8'192;

std::string cut(std::string text) {
  if (text.size() > kMaxText) text.resize(kMaxText);
  return text;
}

template <class Tag>
void cut(std::optional<core::Strong<Tag>>& id) {
  if (id && id->str().size() > kMaxText) id = core::Strong<Tag>{id->str().substr(0, kMaxText)};
}

std::optional<std::string> unless_empty(std::string text) {
  return text.empty() ? std::nullopt : std::optional(cut(std::move(text)));
}

store::AuditRow row_of(AuditEvent event, core::UtcTime at) {
  store::AuditRow row;
  row.at = at;
  row.type = traits(event.type).name;
  row.outcome = to_string(event.outcome);
  row.actor = cut(std::move(event.actor));
  row.client_id = std::move(event.client_id);
  row.user_id = std::move(event.user_id);
  row.bap_id = std::move(event.bap_id);
  row.session_id = std::move(event.session_id);
  cut(row.client_id);
  cut(row.user_id);
  cut(row.bap_id);
  cut(row.session_id);
  row.network = unless_empty(std::move(event.network));
  row.request_id = unless_empty(std::move(event.request_id));
  row.detail = core::dump_json(event.detail);
  if (row.detail.size() > kMaxDetail) row.detail = R"({"too_long":true})";
  return row;
}

// In the process log with all that the row would have said.
void log_instead(std::string_view event_name, const store::AuditRow& row) {
  core::log::error(event_name, {{"at", core::to_iso8601(row.at)},
                                {"type", row.type},
                                {"outcome", row.outcome},
                                {"actor", row.actor},
                                {"client", row.client_id ? row.client_id->str() : ""},
                                {"user", row.user_id ? row.user_id->str() : ""},
                                {"session", row.session_id ? row.session_id->str() : ""},
                                {"network", row.network.value_or("")},
                                {"request_id", row.request_id.value_or("")},
                                {"detail", row.detail}});
}

AuditEvent own_event(AuditType type, core::Json detail) {
  AuditEvent event{.type = type};
  event.actor = kServer;
  event.detail = std::move(detail);
  return event;
}

// Where the stream stands, outside of the database: what a removed tail can be compared with.
void log_position(const std::string& stream, std::int64_t sequence, const std::string& hash) {
  core::log::info("audit_position", {{"stream", stream}, {"sequence", sequence}, {"hash", core::hex_encode(hash)}});
}

core::Json head_of(const store::AuditRow& row) {
  return {{"stream", row.stream}, {"sequence", row.sequence}, {"hash", core::hex_encode(row.hash)}};
}

}  // namespace

AuditLog::AuditLog(store::AuditStore& rows, const AuditKey& key, const core::Clock& clock, core::Random& random)
    : rows_(rows), key_(key), clock_(clock), stream_(core::uuid_v7(clock, random)) {}

void AuditLog::record(AuditEvent event) {
  const core::UtcTime now = clock_.now();
  {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() < kMaxQueued) {
      queue_.push_back({std::move(event), now});
      return;
    }
    ++lost_;
    ++lost_in_all_;
  }
  log_instead("audit_event_not_stored", row_of(std::move(event), now));
}

std::size_t AuditLog::queued() const {
  const std::scoped_lock lock(mutex_);
  return queue_.size();
}

std::uint64_t AuditLog::lost() const {
  const std::scoped_lock lock(mutex_);
  return lost_in_all_;
}

void AuditLog::append(AuditEvent event, core::UtcTime at) {
  store::AuditRow row = row_of(std::move(event), at);
  row.stream = stream_;
  row.sequence = ++sequence_;
  row.previous_hash = last_hash_;
  row.hash = last_hash_ = audit_hash(row);
  batch_.push_back(std::move(row));
}

void AuditLog::take_batch() {
  std::deque<Waiting> taken;
  std::int64_t lost = 0;
  {
    const std::scoped_lock lock(mutex_);
    std::swap(lost, lost_);
    while (!queue_.empty() && taken.size() < kMaxBatch) {
      taken.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
  }
  for (Waiting& waiting : taken) append(std::move(waiting.event), waiting.at);
  if (lost > 0) append(own_event(AuditType::events_lost, {{"count", lost}}), clock_.now());
}

core::Result<void> AuditLog::sign_batch() {
  store::AuditRow& last = batch_.back();
  if (last.signature) return {};
  SIGMA_TRY(last.signature, key_.sign(last));
  return {};
}

core::Task<core::Result<std::size_t>> AuditLog::flush() {
  if (batch_.empty()) take_batch();
  if (batch_.empty()) co_return std::size_t{0};
  SIGMA_CO_CHECK(sign_batch());
  SIGMA_CO_CHECK(co_await rows_.append(batch_));
  const std::size_t written = batch_.size();
  batch_.clear();
  co_return written;
}

core::Task<core::Result<void>> AuditLog::flush_all() {
  for (;;) {
    SIGMA_CO_TRY(const std::size_t written, co_await flush());
    if (written == 0) co_return core::Result<void>{};
  }
}

core::Task<core::Result<core::Json>> AuditLog::heads() const {
  SIGMA_CO_TRY(const auto streams, co_await rows_.list_streams(kHeads));
  core::Json heads = core::Json::array();
  for (const store::AuditStream& other : streams) {
    if (other.last.stream != stream_) heads.push_back(head_of(other.last));
  }
  co_return heads;
}

core::Task<core::Result<void>> AuditLog::open(std::string what) {
  SIGMA_CO_TRY(core::Json others, co_await heads());
  append(own_event(AuditType::log_opened, {{"process", std::move(what)}, {"heads", std::move(others)}}), clock_.now());
  SIGMA_CO_CHECK(co_await flush());
  log_position(stream_, sequence_, last_hash_);
  co_return core::Result<void>{};
}

core::Task<core::Result<void>> AuditLog::checkpoint() {
  SIGMA_CO_CHECK(co_await flush_all());
  SIGMA_CO_TRY(core::Json others, co_await heads());
  append(own_event(AuditType::checkpoint, {{"heads", std::move(others)}}), clock_.now());
  SIGMA_CO_CHECK(co_await flush());
  log_position(stream_, sequence_, last_hash_);
  co_return core::Result<void>{};
}

// The word in one commit with the first deed: of several replicas one says it, and one that dies then leaves rows that
// nobody misses.
core::Task<core::Result<bool>> AuditLog::announce_removal(const store::AuditRow& first, const store::AuditRow& last) {
  SIGMA_CO_CHECK(co_await flush_all());
  const std::int64_t sequence = sequence_;
  const std::string hash = last_hash_;
  append(own_event(AuditType::rows_removed, {{"through", head_of(last)}}), clock_.now());
  SIGMA_CO_CHECK(sign_batch());
  SIGMA_CO_TRY(const bool announced, co_await rows_.begin_removal(first.stream, first.sequence, batch_.front()));
  batch_.clear();
  if (!announced) {  // it was not said
    sequence_ = sequence;
    last_hash_ = hash;
  }
  co_return announced;
}

core::Task<core::Result<std::size_t>> AuditLog::remove_before(core::UtcTime moment) {
  std::size_t removed = 0;
  SIGMA_CO_TRY(const auto streams, co_await rows_.list_streams());
  for (const store::AuditStream& stream : streams) {
    if (stream.first.at >= moment) continue;
    SIGMA_CO_TRY(const auto last, co_await rows_.find_last_before(stream.first.stream, moment));
    if (!last) continue;
    SIGMA_CO_TRY(const bool announced, co_await announce_removal(stream.first, *last));
    if (!announced) continue;  // another replica does it
    ++removed;
    for (;;) {
      SIGMA_CO_TRY(const std::size_t gone, co_await rows_.remove_through(last->stream, last->sequence, kRemovedAtOnce));
      removed += gone;
      if (gone < kRemovedAtOnce) break;
    }
  }
  co_return removed;
}

core::Task<core::Result<void>> AuditLog::close() {
  auto written = co_await flush_all();
  if (written) {
    append(own_event(AuditType::log_closed, core::Json::object()), clock_.now());
    written = co_await flush_all();
  }
  if (written) {
    log_position(stream_, sequence_, last_hash_);
    co_return core::Result<void>{};
  }
  give_up();
  co_return written;
}

void AuditLog::give_up() {
  for (const store::AuditRow& row : batch_) log_instead("audit_event_not_stored", row);
  for (batch_.clear(), take_batch(); !batch_.empty(); batch_.clear(), take_batch()) {
    for (const store::AuditRow& row : batch_) log_instead("audit_event_not_stored", row);
  }
}

}  // namespace sigma::oauth
