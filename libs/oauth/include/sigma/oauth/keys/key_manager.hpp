#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/core/work_pool.hpp"
#include "sigma/crypto/sealer.hpp"
#include "sigma/jose/key_set.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// How a new key takes over.
enum class Takeover {
  announced,  ///< published first; signs after Settings::key_publication_lead. The old one verifies what it has signed
  at_once,  ///< for a key that others know: it and those before it are no longer published; their tokens die with them
};

/// A key that has got a successor.
struct KeyRotation {
  jose::Algorithm algorithm;
  std::string kid;  ///< of the successor
};

/// The server's signing keys: made at first start, sealed at rest, shared by all replicas through the store.
/// current() is a snapshot that any thread may use.
class KeyManager {
 public:
  /// Keys are made on `pool`: an RSA key takes a few hundred milliseconds.
  KeyManager(store::KeyStore& keys, const crypto::Sealer& sealer, core::WorkPool& pool, const core::Clock& clock,
             core::Random& random, const Settings& settings)
      : keys_(keys), sealer_(sealer), pool_(pool), clock_(clock), random_(random), settings_(settings) {}

  /// Makes the keys that are missing (one per algorithm), then loads. Several replicas may do so at once.
  core::Task<core::Result<void>> start();
  /// Reads the keys again, to see what another replica or the CLI has rotated.
  core::Task<core::Result<void>> reload();
  /// Replaces the signing key of `algorithm`. Code::conflict when somebody else has replaced it at the same moment.
  core::Task<core::Result<void>> rotate(jose::Algorithm algorithm, Takeover takeover);
  struct Tended {
    core::UtcTime next;                  ///< when a key starts, ends or is due; far ahead when none does
    std::vector<KeyRotation> rotations;  ///< by this process; each is told once, also one that was in doubt at first
  };
  /// What is to be done by the clock: announces a successor for each key that comes to the end of
  /// Settings::key_rotation_interval, then loads. Replicas may do so at once; one of them makes the key. One caller at
  /// a time.
  core::Task<core::Result<Tended>> tend();

  std::shared_ptr<const jose::KeySet> current() const;

 private:
  using Rows = std::vector<store::SigningKey>;
  core::Task<core::Result<Rows>> announce_due(Rows rows);
  void forget_undone(const Rows& rows);
  core::Task<core::Result<store::SigningKey>> make(jose::Algorithm algorithm, core::Milliseconds lead);
  core::Task<core::Result<store::SigningKey>> make_successor(const store::SigningKey& old, Takeover takeover);
  core::Task<core::Result<bool>> replace(store::SigningKey old, store::SigningKey successor, Takeover takeover);
  core::Task<core::Result<Rows>> load();
  core::UtcTime due(const store::SigningKey& key) const;

  store::KeyStore& keys_;
  const crypto::Sealer& sealer_;
  core::WorkPool& pool_;
  const core::Clock& clock_;
  core::Random& random_;
  const Settings& settings_;
  mutable std::mutex current_mutex_;  ///< and no std::atomic: that of libstdc++ 12 lets a reader go without release
  std::shared_ptr<const jose::KeySet> current_;
  std::vector<KeyRotation> begun_;  ///< of tend(): what the store has of it is done
};

}  // namespace sigma::oauth
