#include "sigma/oauth/audit/audit_verifier.hpp"

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/oauth/audit/audit.hpp"

namespace sigma::oauth {
namespace {

constexpr std::size_t kPage = 1'000;
/// How far a row may have been moved for us to say from where.
constexpr std::int64_t kMoved = 100;

bool is_type(const store::AuditRow& row, AuditType type) {
  return row.type == traits(type).name;
}

// Whose place the row has, if its content belongs to another one nearby.
std::optional<std::int64_t> true_place(store::AuditRow row) {
  const std::int64_t here = row.sequence;
  for (std::int64_t place = std::max<std::int64_t>(1, here - kMoved); place <= here + kMoved; ++place) {
    row.sequence = place;
    if (audit_hash(row) == row.hash) return place;
  }
  return std::nullopt;
}

std::string rows_text(std::int64_t first, std::int64_t last) {
  return first == last ? fmt::format("Row {} is", first) : fmt::format("Rows {} to {} are", first, last);
}

}  // namespace

void AuditVerifier::add(const std::string& stream, std::int64_t sequence, std::string what, std::string description) {
  if (report_.findings.size() < kMaxFindings)
    report_.findings.push_back({stream, sequence, std::move(what), std::move(description)});
}

void AuditVerifier::check_first(const store::AuditRow& row) {
  if (row.sequence != 1) return;  // rows may have been removed: check_front()
  if (!is_type(row, AuditType::log_opened) || row.previous_hash != audit_origin() || !row.signature)
    add(row.stream, 1, "inserted", "The stream does not begin as a process of this server begins one.");
}

void AuditVerifier::check_row(const store::AuditRow& row) {
  if (audit_hash(row) != row.hash) {
    const auto place = true_place(row);
    if (place) {
      add(row.stream, row.sequence, "moved", fmt::format("The row was written as row {}.", *place));
    } else {
      add(row.stream, row.sequence, "changed", "The row is not what was written: its hash does not fit.");
    }
  }
  if (row.signature && !key_.has_signed(row))
    add(row.stream, row.sequence, "forged", "The row's signature was not made with this server's audit key.");
}

void AuditVerifier::note_marks(const store::AuditRow& row) {
  const bool removal = is_type(row, AuditType::rows_removed);
  if (!removal && !is_type(row, AuditType::log_opened) && !is_type(row, AuditType::checkpoint)) return;
  const auto detail = core::parse_json(row.detail);
  if (!detail || !detail->is_object()) return;
  const core::Json marks = removal ? core::Json::array({detail->value("through", core::Json())})
                                   : detail->value("heads", core::Json::array());
  for (const core::Json& mark : marks) {
    const auto stream = core::json_string(mark, "stream");
    const auto hash = core::json_string(mark, "hash");
    if (!stream || !hash || !mark.contains("sequence") || !mark["sequence"].is_number_integer()) continue;
    const Mark noted{mark["sequence"].get<std::int64_t>(), core::hex_decode(*hash).value_or("")};
    if (removal) {
      removed_[*stream].push_back(noted);
    } else if (Mark& furthest = seen_[*stream]; furthest.sequence < noted.sequence) {
      furthest = noted;
    }
  }
}

core::Task<core::Result<void>> AuditVerifier::check_stream(std::string stream) {
  std::optional<store::AuditRow> previous;
  std::int64_t after = 0;
  for (;;) {
    SIGMA_CO_TRY(auto rows, co_await rows_.read(stream, after, kPage));
    for (store::AuditRow& row : rows) {
      if (!previous) {
        check_first(row);
        extents_[stream] = {row.sequence, row.sequence, row.previous_hash};
      } else if (row.sequence != previous->sequence + 1) {
        add(stream, previous->sequence + 1, "missing",
            fmt::format("{} not there.", rows_text(previous->sequence + 1, row.sequence - 1)));
      } else if (row.previous_hash != previous->hash) {
        add(stream, row.sequence, "changed", "The row does not follow from the one before it.");
      }
      check_row(row);
      note_marks(row);
      ++report_.rows;
      previous = std::move(row);
    }
    if (previous) after = previous->sequence;
    if (rows.size() < kPage) break;
  }
  if (!previous) co_return core::Result<void>{};
  extents_[stream].last = previous->sequence;
  if (!previous->signature)
    add(stream, previous->sequence, "unsigned",
        "The last row is not signed: rows after it were cut off, or it was added.");
  if (!is_type(*previous, AuditType::log_closed)) report_.open_streams.push_back(stream);
  co_return core::Result<void>{};
}

// A stream that does not begin at its beginning: the removal must be on record, and fit.
void AuditVerifier::check_front(const std::string& stream, const Extent& extent) {
  if (extent.first == 1) return;
  const auto& removals = removed_[stream];
  const bool known = std::ranges::any_of(removals, [&](const Mark& mark) {
    return mark.sequence == extent.first - 1 && mark.hash == extent.before_first;
  });
  if (!known)
    add(stream, 1, "removed",
        fmt::format("{} gone, and no row says that they were removed.", rows_text(1, extent.first - 1)));
}

core::Task<core::Result<void>> AuditVerifier::check_mark(std::string stream, Mark mark) {
  const auto removed = removed_.find(stream);
  if (removed != removed_.end() &&
      std::ranges::any_of(removed->second, [&](const Mark& gone) { return gone.sequence >= mark.sequence; }))
    co_return core::Result<void>{};
  // Read now: the stream may have grown since we went through it.
  SIGMA_CO_TRY(const auto rows, co_await rows_.read(stream, mark.sequence - 1, 1));
  const bool there = !rows.empty() && rows.front().sequence == mark.sequence;
  if (there && rows.front().hash == mark.hash) co_return core::Result<void>{};
  const auto extent = extents_.find(stream);
  if (there) {
    add(stream, mark.sequence, "changed", "Another stream has seen this row with another hash.");
  } else if (extent == extents_.end()) {
    add(stream, 1, "removed", fmt::format("The stream is gone; another one has seen {} rows of it.", mark.sequence));
  } else if (extent->second.last < mark.sequence) {
    add(stream, extent->second.last + 1, "cut",
        fmt::format("{} gone; another stream has seen them.", rows_text(extent->second.last + 1, mark.sequence)));
  }  // else: a gap that is reported already
  co_return core::Result<void>{};
}

core::Task<core::Result<AuditReport>> AuditVerifier::read_all() {
  report_ = {};
  extents_.clear();
  seen_.clear();
  removed_.clear();
  SIGMA_CO_TRY(const auto streams, co_await rows_.list_streams());
  for (const store::AuditStream& stream : streams) SIGMA_CO_CHECK(co_await check_stream(stream.first.stream));
  report_.streams = extents_.size();
  for (const auto& [stream, extent] : extents_) check_front(stream, extent);
  for (const auto& [stream, mark] : seen_) SIGMA_CO_CHECK(co_await check_mark(stream, mark));
  co_return report_;
}

core::Task<core::Result<AuditReport>> AuditVerifier::verify() {
  SIGMA_CO_TRY(AuditReport report, co_await read_all());
  // Old rows may have been removed while we read. What is wrong is wrong a second time.
  if (!report.findings.empty()) {
    SIGMA_CO_TRY(report, co_await read_all());
  }
  co_return report;
}

}  // namespace sigma::oauth
