#include "sigma/oauth/keys/key_manager.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "keys/purposes.hpp"

namespace sigma::oauth {
namespace {

constexpr jose::Algorithm kAlgorithms[] = {jose::Algorithm::RS256, jose::Algorithm::ES256, jose::Algorithm::EdDSA,
                                           jose::Algorithm::ES256K};
constexpr core::UtcTime kNever{std::numeric_limits<std::int64_t>::max()};
// Beyond the last use of a token: for clocks of those who verify, and for replicas that learn of the change late.
constexpr std::chrono::hours kLeeway{1};

// How long a key must stay published after it has signed for the last time. An ID token that has expired is a hint for
// as long as its session lasts (RP-Initiated Logout 1.0 §2).
core::Milliseconds overlap(const Settings& settings) {
  return std::max({settings.id_token_lifetime, settings.access_token_lifetime, settings.session_lifetime}) + kLeeway;
}

const store::SigningKey* find_unretired(const std::vector<store::SigningKey>& rows, jose::Algorithm algorithm) {
  const auto found = std::ranges::find_if(rows, [&](const store::SigningKey& row) {
    return row.algorithm == jose::to_string(algorithm) && !row.retired_at;
  });
  return found == rows.end() ? nullptr : &*found;
}

// A clock that was set back to before an algorithm's first key was made must not leave it without one.
bool is_first(const std::vector<store::SigningKey>& rows, const store::SigningKey& key) {
  return std::ranges::none_of(rows, [&](const store::SigningKey& other) {
    return other.algorithm == key.algorithm && other.active_from < key.active_from;
  });
}

}  // namespace

core::Task<core::Result<store::SigningKey>> KeyManager::make(jose::Algorithm algorithm, core::Milliseconds lead) {
  SIGMA_CO_TRY(const auto key,
               co_await pool_.run([this, algorithm] { return jose::SigningKey::generate(algorithm, random_); }));
  store::SigningKey row;
  row.kid = key->kid();
  row.algorithm = std::string(jose::to_string(algorithm));
  row.public_jwk = key->public_jwk();
  SIGMA_CO_TRY(const crypto::SecretBytes secret, key->export_private());
  SIGMA_CO_TRY(row.sealed_private, sealer_.seal(kSigningKeyPurpose, row.kid, secret.view(), random_));
  row.created_at = clock_.now();
  row.active_from = row.created_at + lead;
  co_return row;
}

core::Task<core::Result<void>> KeyManager::start() {
  SIGMA_CO_TRY(const auto rows, co_await keys_.list());
  for (const jose::Algorithm algorithm : kAlgorithms) {
    if (find_unretired(rows, algorithm)) continue;
    SIGMA_CO_TRY(store::SigningKey row, co_await make(algorithm, core::Milliseconds{0}));
    SIGMA_CO_CHECK(co_await keys_.create_if_none(std::move(row)));  // another replica may have been first
  }
  co_return co_await reload();
}

core::Task<core::Result<KeyManager::Rows>> KeyManager::load() {
  SIGMA_CO_TRY(Rows rows, co_await keys_.list());
  const core::UtcTime now = clock_.now();
  std::vector<std::shared_ptr<const jose::SigningKey>> signing;
  std::vector<core::Json> published;
  for (const store::SigningKey& row : rows) {
    if (row.expires_at && *row.expires_at <= now) continue;
    const bool begun = row.active_from <= now || is_first(rows, row);
    const bool signs = begun && (!row.retired_at || now < *row.retired_at);
    if (!signs) {
      published.push_back(row.public_jwk);
      continue;
    }
    const auto algorithm = jose::parse_algorithm(row.algorithm);
    if (!algorithm)
      co_return core::Error{core::Code::internal, "A signing key has an unknown algorithm.", row.algorithm};
    SIGMA_CO_TRY(const crypto::SecretBytes secret, sealer_.open(kSigningKeyPurpose, row.kid, row.sealed_private));
    SIGMA_CO_TRY(auto key, jose::SigningKey::import_private(*algorithm, secret.view()));
    signing.push_back(std::move(key));
  }
  SIGMA_CO_TRY(auto snapshot, jose::KeySet::create(std::move(signing), published));
  {
    const std::lock_guard lock(current_mutex_);
    current_.swap(snapshot);
  }
  co_return rows;
}

std::shared_ptr<const jose::KeySet> KeyManager::current() const {
  const std::lock_guard lock(current_mutex_);
  return current_;
}

core::Task<core::Result<void>> KeyManager::reload() {
  SIGMA_CO_CHECK(co_await load());
  co_return core::Result<void>{};
}

core::Task<core::Result<store::SigningKey>> KeyManager::make_successor(const store::SigningKey& old,
                                                                       Takeover takeover) {
  const auto lead =
      takeover == Takeover::at_once ? core::Milliseconds{0} : core::Milliseconds{settings_.key_publication_lead};
  return make(*jose::parse_algorithm(old.algorithm), lead);
}

core::Task<core::Result<bool>> KeyManager::replace(store::SigningKey old, store::SigningKey successor,
                                                   Takeover takeover) {
  const auto kept = takeover == Takeover::at_once ? core::Milliseconds{0} : overlap(settings_);
  const core::UtcTime unpublished = successor.active_from + kept;
  return keys_.rotate(std::move(successor), std::move(old.kid), unpublished);
}

core::Task<core::Result<void>> KeyManager::rotate(jose::Algorithm algorithm, Takeover takeover) {
  SIGMA_CO_TRY(const Rows rows, co_await keys_.list());
  const store::SigningKey* old = find_unretired(rows, algorithm);
  if (!old) co_return core::Error{core::Code::not_found, "There is no key of this algorithm yet; start the server."};
  SIGMA_CO_TRY(store::SigningKey successor, co_await make_successor(*old, takeover));
  SIGMA_CO_TRY(const bool replaced, co_await replace(*old, std::move(successor), takeover));
  if (!replaced)
    co_return core::Error{core::Code::conflict, "The key was replaced at the same moment; look at the list of keys."};
  co_return co_await reload();
}

// The successor is announced so early that the key signs for one interval, not for one and the lead.
core::UtcTime KeyManager::due(const store::SigningKey& key) const {
  if (settings_.key_rotation_interval.count() == 0 || key.retired_at) return kNever;
  return key.active_from + settings_.key_rotation_interval - settings_.key_publication_lead;
}

core::Task<core::Result<KeyManager::Rows>> KeyManager::announce_due(Rows rows) {
  bool changed = false;
  for (const jose::Algorithm algorithm : kAlgorithms) {
    const store::SigningKey* key = find_unretired(rows, algorithm);
    if (!key || clock_.now() < due(*key)) continue;
    SIGMA_CO_TRY(store::SigningKey successor, co_await make_successor(*key, Takeover::announced));
    begun_.push_back({algorithm, successor.kid});
    // False: another replica was first.
    SIGMA_CO_CHECK(co_await replace(*key, std::move(successor), Takeover::announced));
    changed = true;
  }
  if (!changed) co_return std::move(rows);
  co_return co_await load();
}

// What is in the store was done by us, whatever the answer to the write was; what is not there was not.
void KeyManager::forget_undone(const Rows& rows) {
  std::erase_if(begun_, [&](const KeyRotation& rotation) {
    return std::ranges::none_of(rows, [&](const store::SigningKey& row) { return row.kid == rotation.kid; });
  });
}

core::Task<core::Result<KeyManager::Tended>> KeyManager::tend() {
  SIGMA_CO_TRY(Rows rows, co_await load());
  forget_undone(rows);
  SIGMA_CO_TRY(rows, co_await announce_due(std::move(rows)));
  forget_undone(rows);
  const core::UtcTime now = clock_.now();
  Tended tended{.next = kNever, .rotations = std::exchange(begun_, {})};
  for (const store::SigningKey& row : rows) {
    for (const core::UtcTime moment :
         {row.active_from, row.retired_at.value_or(kNever), row.expires_at.value_or(kNever), due(row)}) {
      if (now < moment) tended.next = std::min(tended.next, moment);
    }
  }
  co_return tended;
}

}  // namespace sigma::oauth
