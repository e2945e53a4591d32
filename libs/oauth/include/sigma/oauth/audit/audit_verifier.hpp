#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/task.hpp"
#include "sigma/oauth/audit/audit_chain.hpp"
#include "sigma/store/audit_store.hpp"

namespace sigma::oauth {

/// Something that a log which nobody has touched does not have.
struct AuditFinding {
  std::string stream;
  std::int64_t sequence = 0;  ///< of the row, or of the first one missing
  std::string what;           ///< changed, moved, missing, inserted, unsigned, forged, cut, removed
  std::string description;
};

struct AuditReport {
  std::size_t streams = 0;
  std::size_t rows = 0;
  std::vector<AuditFinding> findings;  ///< AuditVerifier::kMaxFindings at most
  /// Streams whose process did not end them: it runs, or was killed. Events of its last moments may be missing.
  std::vector<std::string> open_streams;
};

/// Reads the whole log and checks that it is what the processes of this server wrote: each row's hash, the order of
/// rows, the signatures, and what the streams say of each other. Finds rows that were changed, removed, moved, cut off
/// or inserted, also by somebody who may write to the database, as long as the server's secret is not theirs.
class AuditVerifier {
 public:
  static constexpr std::size_t kMaxFindings = 100;

  AuditVerifier(store::AuditStore& rows, const AuditKey& key) : rows_(rows), key_(key) {}
  core::Task<core::Result<AuditReport>> verify();

 private:
  /// A row as another stream has seen it.
  struct Mark {
    std::int64_t sequence = 0;
    std::string hash;
  };
  struct Extent {
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::string before_first;  ///< hash before the first row
  };

  core::Task<core::Result<AuditReport>> read_all();
  core::Task<core::Result<void>> check_stream(std::string stream);
  void check_first(const store::AuditRow& row);
  void check_row(const store::AuditRow& row);
  void note_marks(const store::AuditRow& row);
  core::Task<core::Result<void>> check_mark(std::string stream, Mark mark);
  void check_front(const std::string& stream, const Extent& extent);
  void add(const std::string& stream, std::int64_t sequence, std::string what, std::string description);

  store::AuditStore& rows_;
  const AuditKey& key_;
  AuditReport report_;
  std::map<std::string, Extent> extents_;
  std::map<std::string, Mark> seen_;                  ///< the furthest row of each stream that others have seen
  std::map<std::string, std::vector<Mark>> removed_;  ///< what rows_removed says
};

}  // namespace sigma::oauth
