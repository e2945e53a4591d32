#include "sigma/jose/key_set.hpp"

#include "jwk.hpp"

namespace sigma::jose {
namespace {

constexpr std::size_t kMaxKeys = 32;

/// RFC 7517 §5: keys that we cannot understand are to be skipped, not refused.
bool understood(const core::Json& jwk) {
  const auto kty = core::json_string(jwk, "kty").value_or("");
  const auto crv = core::json_string(jwk, "crv").value_or("");
  const auto fits = [&](Algorithm a) { return family(a).kty == kty && (kty == "RSA" || family(a).crv == crv); };
  const auto alg = core::json_string(jwk, "alg");
  const auto use = core::json_string(jwk, "use");
  return std::ranges::any_of(kAlgorithms, fits) && (!alg || parse_algorithm(*alg)) && (!use || use == "sig");
}

}  // namespace

core::Result<JwkSet> JwkSet::parse(const core::Json& jwks) {
  if (!jwks.is_object() || !jwks.contains("keys") || !jwks["keys"].is_array()) {
    return core::Error{core::Code::invalid_input, "A JWK set must be an object with an array \"keys\"."};
  }
  if (jwks["keys"].size() > kMaxKeys)
    return core::Error{core::Code::invalid_input, "A JWK set may hold 32 keys at most."};
  JwkSet out;
  for (const core::Json& jwk : jwks["keys"]) {
    if (!understood(jwk)) continue;
    SIGMA_TRY(auto key, VerificationKey::from_jwk(jwk));
    const auto same_kid = [&](const auto& other) { return key->kid() && other->kid() == key->kid(); };
    if (std::ranges::any_of(out.keys_, same_kid)) return bad_jwk("its kid occurs twice in the set");
    out.keys_.push_back(std::move(key));
  }
  return out;
}

std::shared_ptr<const VerificationKey> JwkSet::find(const std::optional<std::string>& kid, Algorithm algorithm) const {
  std::shared_ptr<const VerificationKey> found;
  for (const auto& key : keys_) {
    if (!key->fits(algorithm) || (kid && key->kid() != kid)) continue;
    if (found) return nullptr;
    found = key;
  }
  return found;
}

core::Result<std::shared_ptr<const KeySet>> KeySet::create(std::vector<std::shared_ptr<const SigningKey>> signing,
                                                           const std::vector<core::Json>& published) {
  auto out = std::make_shared<KeySet>();
  core::Json keys = core::Json::array();
  std::vector<core::Json> all;
  for (auto& key : signing) {
    all.push_back(key->public_jwk());
    if (!out->active_.emplace(key->algorithm(), key).second) {
      return core::Error{core::Code::invalid_input, "Two keys of one algorithm are active."};
    }
  }
  all.insert(all.end(), published.begin(), published.end());
  for (const core::Json& jwk : all) {
    SIGMA_TRY(auto key, VerificationKey::from_jwk(jwk));
    if (!key->kid() || !out->by_kid_.emplace(*key->kid(), key).second)
      return bad_jwk("its kid is missing or not unique");
    keys.push_back(jwk);
  }
  out->jwks_ = {{"keys", std::move(keys)}};
  out->jwks_text_ = std::make_shared<const std::string>(core::dump_json(out->jwks_));
  return out;
}

std::shared_ptr<const SigningKey> KeySet::active(Algorithm algorithm) const {
  const auto found = active_.find(algorithm);
  return found == active_.end() ? nullptr : found->second;
}

std::shared_ptr<const VerificationKey> KeySet::find(std::string_view kid) const {
  const auto found = by_kid_.find(kid);
  return found == by_kid_.end() ? nullptr : found->second;
}

KeyFinder KeySet::finder() const {
  return [this](const std::optional<std::string>& kid, Algorithm) { return kid ? find(*kid) : nullptr; };
}

core::Task<core::Result<std::string>> KeySet::sign_jwt(Algorithm algorithm, std::string typ, core::Json claims,
                                                       core::WorkPool& pool) const {
  const auto key = active(algorithm);
  if (!key) {
    co_return core::Error{core::Code::internal, "The server has no signing key.", std::string(to_string(algorithm))};
  }
  if (algorithm != Algorithm::RS256 && algorithm != Algorithm::PS256) co_return jose::sign_jwt(*key, typ, claims);
  co_return co_await pool.run([key, typ, claims] { return jose::sign_jwt(*key, typ, claims); });
}

}  // namespace sigma::jose
