// How rows of the audit log hold together: each carries the hash of the one before it, and the last of every batch is
// signed (decision 0018).
#pragma once
#include <memory>
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/task.hpp"
#include "sigma/crypto/sealer.hpp"
#include "sigma/jose/keys.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// What the first row of a stream carries as the hash before it: 32 zero bytes.
std::string audit_origin();

/// SHA-256 of `previous_hash` and the row's other members but hash and signature, as one JSON array.
std::string audit_hash(const store::AuditRow& row);

/// A row for people and scripts: JSON with hashes in hex and the signature in base64url.
core::Json render_audit_row(const store::AuditRow& row);

/// The Ed25519 key of the audit log: made once, kept sealed with the server's secret, shared by all replicas. It is not
/// one of the keys that sign tokens: those go after some months, and what they signed with them.
class AuditKey {
 public:
  AuditKey(store::ServerSecretStore& secrets, const crypto::Sealer& sealer, const core::Clock& clock,
           core::Random& random)
      : secrets_(secrets), sealer_(sealer), clock_(clock), random_(random) {}

  /// Makes or loads it. Code::unauthorized when it was sealed with another secret.
  core::Task<core::Result<void>> start();

  core::Result<std::string> sign(const store::AuditRow& row) const;
  /// The row is signed by this key.
  bool has_signed(const store::AuditRow& row) const;
  const core::Json& public_jwk() const { return signing_->public_jwk(); }

 private:
  store::ServerSecretStore& secrets_;
  const crypto::Sealer& sealer_;
  const core::Clock& clock_;
  core::Random& random_;
  std::shared_ptr<const jose::SigningKey> signing_;
  std::shared_ptr<const jose::VerificationKey> verification_;
};

}  // namespace sigma::oauth
