#pragma once
#include <string>
#include <vector>

#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/database.hpp"

namespace sigma::store {

struct SealedValue {
  enum class Kind { signing_key, server_secret };
  Kind kind = Kind::signing_key;
  std::string id;  ///< kid or name
  std::string sealed;
};

/// Everything in the database that the server's secret has sealed, for the day on which that secret changes.
class SealedValues {
 public:
  explicit SealedValues(Database& db) : db_(db) {}

  core::Task<core::Result<std::vector<SealedValue>>> list();
  /// False, and nothing changes, when somebody else has replaced or removed it meanwhile.
  core::Task<core::Result<bool>> replace(SealedValue value, std::string sealed);

 private:
  Database& db_;
};

}  // namespace sigma::store
