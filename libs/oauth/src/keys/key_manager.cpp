#include "sigma/oauth/keys/key_manager.hpp"

#include <algorithm>

namespace sigma::oauth {
namespace {

constexpr std::string_view kPurpose = "signing-key";
constexpr jose::Algorithm kAlgorithms[] = {jose::Algorithm::RS256, jose::Algorithm::ES256, jose::Algorithm::EdDSA,
                                           jose::Algorithm::ES256K};

}  // namespace

core::Result<store::SigningKey> KeyManager::make(jose::Algorithm algorithm) {
  SIGMA_TRY(const auto key, jose::SigningKey::generate(algorithm, random_));
  store::SigningKey row;
  row.kid = key->kid();
  row.algorithm = std::string(jose::to_string(algorithm));
  row.public_jwk = key->public_jwk();
  SIGMA_TRY(const crypto::SecretBytes secret, key->export_private());
  SIGMA_TRY(row.sealed_private, sealer_.seal(kPurpose, row.kid, secret.view(), random_));
  row.created_at = row.active_from = clock_.now();
  return row;
}

core::Task<core::Result<void>> KeyManager::start() {
  SIGMA_CO_TRY(const auto rows, co_await keys_.list());
  for (const jose::Algorithm algorithm : kAlgorithms) {
    const bool present = std::any_of(rows.begin(), rows.end(), [&](const store::SigningKey& row) {
      return row.algorithm == jose::to_string(algorithm) && !row.retired_at;
    });
    if (present) continue;
    SIGMA_CO_TRY(store::SigningKey row, make(algorithm));
    SIGMA_CO_CHECK(co_await keys_.create_if_none(std::move(row)));  // another replica may have been first
  }
  co_return co_await reload();
}

core::Task<core::Result<void>> KeyManager::reload() {
  SIGMA_CO_TRY(const auto rows, co_await keys_.list());
  const core::UtcTime now = clock_.now();
  std::vector<std::shared_ptr<const jose::SigningKey>> signing;
  std::vector<core::Json> published;
  for (const store::SigningKey& row : rows) {
    if (row.expires_at && *row.expires_at <= now) continue;
    const bool signs = row.active_from <= now && (!row.retired_at || now < *row.retired_at);
    if (!signs) {
      published.push_back(row.public_jwk);
      continue;
    }
    const auto algorithm = jose::parse_algorithm(row.algorithm);
    if (!algorithm)
      co_return core::Error{core::Code::internal, "A signing key has an unknown algorithm.", row.algorithm};
    SIGMA_CO_TRY(const crypto::SecretBytes secret, sealer_.open(kPurpose, row.kid, row.sealed_private));
    SIGMA_CO_TRY(auto key, jose::SigningKey::import_private(*algorithm, secret.view()));
    signing.push_back(std::move(key));
  }
  SIGMA_CO_TRY(auto snapshot, jose::KeySet::create(std::move(signing), published));
  current_.store(std::move(snapshot));
  co_return core::Result<void>{};
}

core::Task<core::Result<void>> KeyManager::rotate(jose::Algorithm algorithm, core::Milliseconds overlap) {
  SIGMA_CO_TRY(store::SigningKey row, make(algorithm));
  SIGMA_CO_CHECK(co_await keys_.rotate(std::move(row), clock_.now() + overlap));
  co_return co_await reload();
}

}  // namespace sigma::oauth
