#pragma once
#include <atomic>
#include <memory>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/core/work_pool.hpp"
#include "sigma/crypto/sealer.hpp"
#include "sigma/jose/key_set.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// The server's signing keys: made at first start, sealed at rest, shared by all replicas through the store.
/// current() is a snapshot that any thread may use.
class KeyManager {
 public:
  KeyManager(store::KeyStore& keys, const crypto::Sealer& sealer, const core::Clock& clock, core::Random& random)
      : keys_(keys), sealer_(sealer), clock_(clock), random_(random) {}

  /// Makes the keys that are missing (one per algorithm), then loads. Several replicas may do so at once.
  core::Task<core::Result<void>> start();
  /// Reads the keys again, to see what another replica or the CLI has rotated.
  core::Task<core::Result<void>> reload();
  /// Replaces the signing key of `algorithm`; the old one stays published for `overlap` so that its tokens verify.
  core::Task<core::Result<void>> rotate(jose::Algorithm algorithm, core::Milliseconds overlap);

  std::shared_ptr<const jose::KeySet> current() const { return current_.load(); }

 private:
  core::Result<store::SigningKey> make(jose::Algorithm algorithm);

  store::KeyStore& keys_;
  const crypto::Sealer& sealer_;
  const core::Clock& clock_;
  core::Random& random_;
  std::atomic<std::shared_ptr<const jose::KeySet>> current_;
};

}  // namespace sigma::oauth
