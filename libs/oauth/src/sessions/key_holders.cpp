#include "sigma/oauth/sessions/key_holders.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "sigma/bap/bap_id.hpp"
#include "sigma/bitcoin/keys.hpp"
#include "sigma/oauth/identities/identity_book.hpp"

namespace sigma::oauth {
namespace {

using bap::Standing;

std::string address_of(const std::string& pubkey) {
  return bitcoin::PublicKey::from_hex(pubkey).value().address();  // verified tokens carry valid keys
}

Error replaced(const std::string& bap_id) {
  return {
      ErrorCode::bap_ownership_failed,
      fmt::format("Another key has taken the place of this one: identity {} is not signed with it any more. Sign in "
                  "with its current key, or name in bapId the identity that derives from this key.",
                  bap_id)};
}

// An account that goes while its key signs in takes the identity along.
Error moved_meanwhile() {
  return {ErrorCode::temporarily_unavailable, "The account of this identity went in this moment; sign in again."};
}

}  // namespace

const store::Profile* KeyHolder::find(const store::BapId& bap_id) const {
  const auto found = std::ranges::find(profiles, bap_id, &store::Profile::bap_id);
  return found == profiles.end() ? nullptr : &*found;
}

core::Task<Result<void>> KeyHolders::add_user(KeyHolder& holder, store::UserId id) {
  SIGMA_CO_TRY(holder.user, co_await users_.find(id));
  if (holder.user && holder.user->disabled)
    co_return Error{ErrorCode::user_disabled, "This account is switched off. Ask the operator of this server."};
  SIGMA_CO_TRY(holder.profiles, co_await users_.list_profiles(std::move(id)));
  co_return Result<void>{};
}

core::Task<Result<KeyHolder>> KeyHolders::find(std::string pubkey, std::optional<std::string> wanted) {
  KeyHolder holder;
  holder.identity = identity_of_key({}, pubkey, true, clock_.now());
  SIGMA_CO_TRY(holder.user, co_await users_.find_by_pubkey(pubkey));
  if (holder.user) co_return co_await of_known_user(std::move(holder), std::move(pubkey), std::move(wanted));
  co_return co_await of_stranger(std::move(holder), std::move(pubkey), std::move(wanted));
}

core::Task<Result<KeyHolder>> KeyHolders::of_known_user(KeyHolder holder, std::string pubkey,
                                                        std::optional<std::string> wanted) {
  if (holder.user->disabled)
    co_return Error{ErrorCode::user_disabled, "This account is switched off. Ask the operator of this server."};
  SIGMA_CO_TRY(holder.profiles, co_await users_.list_profiles(holder.user->id));
  const store::Profile* own = holder.find(holder.identity.bap_id);
  if (own) holder.identity = *own;
  const bool names_own = !wanted || *wanted == holder.identity.bap_id.str() || holder.find(store::BapId{*wanted});
  if (own && names_own) co_return holder;

  // The key came here as the current one of an identity, or is to speak for one now: is it still so?
  const std::string address = address_of(pubkey);
  auto resolution = co_await chain_.of_address(address, bap::Asker::holder);
  if (!resolution.identity || resolution.standing == Standing::root) co_return holder;
  const store::BapId chain_id{resolution.identity->bap_id};
  const bool concerns_us = !own || wanted == chain_id.str();
  if (resolution.standing == Standing::replaced && concerns_us) co_return replaced(chain_id.str());
  const bool came_with_it = !own && holder.find(chain_id);
  SIGMA_CO_TRY(const bool named, co_await names(resolution, address, wanted));
  if (!named && !came_with_it) co_return holder;
  co_return co_await take_identity(std::move(holder), std::move(pubkey), std::move(*resolution.identity));
}

// Does the holder want the key to speak for an identity that does not derive from it?
core::Task<Result<bool>> KeyHolders::names(const bap::Resolution& resolution, std::string address,
                                           const std::optional<std::string>& wanted) {
  const store::BapId bap_id{resolution.identity->bap_id};
  if (resolution.standing != Standing::current || (wanted && *wanted != bap_id.str())) co_return false;
  if (wanted) {
    SIGMA_CO_CHECK(co_await keys_.name(std::move(address), bap_id, clock_.now()));
    co_return true;
  }
  SIGMA_CO_TRY(const auto kept, co_await keys_.find(std::move(address)));
  co_return kept && kept->bap_id == bap_id && kept->named_at.has_value();
}

core::Task<Result<KeyHolder>> KeyHolders::of_stranger(KeyHolder holder, std::string pubkey,
                                                      std::optional<std::string> wanted) {
  SIGMA_CO_TRY(auto kept, co_await users_.find_profile(holder.identity.bap_id));
  if (kept) {
    // The member key of an identity that a later key of it has brought here.
    SIGMA_CO_CHECK(co_await add_user(holder, kept->user_id));
    kept->member_pubkey = pubkey;
    store::ProfileChange change{.bap_id = kept->bap_id, .user_id = kept->user_id, .updated_at = clock_.now()};
    change.member_pubkey = std::move(pubkey);
    SIGMA_CO_TRY(const bool updated, co_await users_.update_profile(std::move(change)));
    if (!updated) co_return moved_meanwhile();
    holder.identity = std::move(*kept);
    co_return holder;
  }
  const std::string address = address_of(pubkey);
  auto resolution = co_await chain_.of_address(address, bap::Asker::holder);
  if (!resolution.identity) co_return holder;
  const bool may_mean_it = !wanted || *wanted == resolution.identity->bap_id;
  if (resolution.standing == Standing::replaced && may_mean_it) co_return replaced(resolution.identity->bap_id);
  SIGMA_CO_TRY(const bool named, co_await names(resolution, address, wanted));
  if (!named && resolution.standing != Standing::root) co_return holder;
  co_return co_await take_identity(std::move(holder), std::move(pubkey), std::move(*resolution.identity));
}

// The chain says that the key speaks for the identity. Whose account it is in already, that one the key opens.
core::Task<Result<KeyHolder>> KeyHolders::take_identity(KeyHolder holder, std::string pubkey,
                                                        bap::ChainIdentity identity) {
  const store::BapId bap_id{identity.bap_id};
  SIGMA_CO_TRY(auto kept, co_await users_.find_profile(bap_id));
  if (!kept) {
    holder.identity = identity_on_chain({}, pubkey, identity, !holder.user, clock_.now());
    co_return holder;
  }
  if (!holder.user || holder.user->id != kept->user_id) SIGMA_CO_CHECK(co_await add_user(holder, kept->user_id));
  holder.identity = std::move(*kept);
  co_return holder;
}

}  // namespace sigma::oauth
