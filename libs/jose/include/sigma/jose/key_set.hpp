#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sigma/core/json.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/core/work_pool.hpp"
#include "sigma/jose/jwt.hpp"
#include "sigma/jose/keys.hpp"

namespace sigma::jose {

/// A JWK set of somebody else (RFC 7517 §5): what a client registers for private_key_jwt. Immutable.
class JwkSet {
 public:
  /// {"keys": […]} of at most 32 keys. Keys of a type, curve or algorithm that we do not know are skipped; a malformed
  /// one of a known type, a private one, or a repeated `kid` makes the whole set Code::invalid_input.
  static core::Result<JwkSet> parse(const core::Json& jwks);

  /// The key named `kid`, if it fits `algorithm`. Without `kid`: the only key that fits; null when several do, because
  /// then the token must name one (OpenID Connect Core §10.1).
  std::shared_ptr<const VerificationKey> find(const std::optional<std::string>& kid, Algorithm algorithm) const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::vector<std::shared_ptr<const VerificationKey>> keys_;
};

/// Our own keys at one moment: what signs now, and what is published. Immutable snapshot, safe from any thread.
class KeySet {
 public:
  /// `signing`: the active key of each algorithm. `published`: public JWKs of retired and coming keys; they verify, but
  /// do not sign. Code::invalid_input for two active keys of one algorithm, or one `kid` twice.
  static core::Result<std::shared_ptr<const KeySet>> create(std::vector<std::shared_ptr<const SigningKey>> signing,
                                                            const std::vector<core::Json>& published);

  /// Null when no key of this algorithm is active.
  std::shared_ptr<const SigningKey> active(Algorithm algorithm) const;
  /// Null when no published key has this `kid`.
  std::shared_ptr<const VerificationKey> find(std::string_view kid) const;
  /// As a finder for verify_jwt(): our own tokens always carry a `kid`. Valid as long as this object.
  KeyFinder finder() const;
  /// {"keys": […]}: public members only, active keys first.
  const core::Json& jwks() const { return jwks_; }
  /// The same as text, rendered once.
  const std::shared_ptr<const std::string>& jwks_text() const { return jwks_text_; }

  /// Signs with the active key of `algorithm`: RSA on `pool` (Code::overloaded when it is full), curves in place.
  /// Code::internal when no key of the algorithm is active. Keep this object until the task is done.
  core::Task<core::Result<std::string>> sign_jwt(Algorithm algorithm, std::string typ, core::Json claims,
                                                 core::WorkPool& pool) const;

 private:
  std::map<Algorithm, std::shared_ptr<const SigningKey>> active_;
  std::map<std::string, std::shared_ptr<const VerificationKey>, std::less<>> by_kid_;
  core::Json jwks_;
  std::shared_ptr<const std::string> jwks_text_;
};

}  // namespace sigma::jose
