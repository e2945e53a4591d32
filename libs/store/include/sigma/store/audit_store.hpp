#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/database.hpp"
#include "sigma/store/ids.hpp"

namespace sigma::store {

using core::UtcTime;

/// One line of the audit log. The store keeps it as given; what the hashes cover, oauth::audit_hash() says.
struct AuditRow {
  std::string stream;         ///< UUIDv7: one for each start of a process
  std::int64_t sequence = 0;  ///< in the stream, from 1 on without gaps
  UtcTime at;
  std::string type;
  std::string outcome;
  std::string actor;
  std::optional<ClientId> client_id;
  std::optional<UserId> user_id;
  std::optional<BapId> bap_id;
  std::optional<SessionId> session_id;
  std::optional<std::string> network;     ///< of the peer, as http::client_network()
  std::optional<std::string> request_id;  ///< as in the process log
  std::string detail = "{}";              ///< JSON text
  std::string previous_hash;              ///< 32 bytes
  std::string hash;                       ///< 32 bytes
  std::optional<std::string> signature;   ///< over `hash`
  bool operator==(const AuditRow&) const = default;
};

/// What a list shows; empty members say nothing.
struct AuditFilter {
  std::optional<UtcTime> since;  ///< from then on
  std::optional<UtcTime> until;  ///< before then
  std::string type;
  std::string outcome;
  std::string actor;
  std::string client_id;
  std::string user_id;
};

/// Where a page of a list ended.
struct AuditPosition {
  UtcTime at;
  std::string stream;
  std::int64_t sequence = 0;
};

/// The ends of a stream as it is kept now.
struct AuditStream {
  AuditRow first;
  AuditRow last;
};

/// The audit log: rows are added, read, and removed from the front of a stream when they are old enough; never changed.
class AuditStore {
 public:
  explicit AuditStore(Database& db) : db_(db) {}

  /// All of them or none. Rows that are there already are left alone, so that a batch whose outcome is unknown may be
  /// sent again.
  core::Task<core::Result<void>> append(std::vector<AuditRow> rows);
  /// Newest first; `limit` 1 to 1,000.
  core::Task<core::Result<std::vector<AuditRow>>> list(AuditFilter filter, std::size_t limit,
                                                       std::optional<AuditPosition> before);
  /// Rows of one stream after `sequence`, in order; `limit` 1 to 1,000.
  core::Task<core::Result<std::vector<AuditRow>>> read(std::string stream, std::int64_t sequence, std::size_t limit);
  /// All streams, oldest first; or the `newest` so many.
  core::Task<core::Result<std::vector<AuditStream>>> list_streams(std::optional<std::size_t> newest = {});
  /// The last row of the stream before the first one that is not older than `moment`; nothing when there is none.
  core::Task<core::Result<std::optional<AuditRow>>> find_last_before(std::string stream, UtcTime moment);
  /// In one commit: removes row `sequence` of the stream and adds `announcement`, which says so. False, and nothing
  /// changes, when that row is gone: another process was faster.
  core::Task<core::Result<bool>> begin_removal(std::string stream, std::int64_t sequence, AuditRow announcement);
  /// Removes rows up to and with `sequence`, the oldest `batch` of them; how many went.
  core::Task<core::Result<std::size_t>> remove_through(std::string stream, std::int64_t sequence, std::size_t batch);

 private:
  Database& db_;
};

}  // namespace sigma::store
