#include "loop_statements.hpp"
#include "row_statements.hpp"

namespace sigma::store {

void read_row(Columns columns, User& user) {
  columns.read(user.id, user.name, user.email, user.email_verified, user.image, user.pubkey, user.subscription_tier,
               user.roles, user.disabled, user.created_at, user.updated_at);
}

void read_row(Columns columns, Profile& profile) {
  columns.read(profile.bap_id, profile.user_id, profile.name, profile.image, profile.member_pubkey, profile.is_primary,
               profile.counter, profile.profile, profile.created_at, profile.updated_at);
}

static void read_row(Columns columns, BapId& id) {
  columns.read(id);
}

static void read_row(Columns columns, UserId& id) {
  columns.read(id);
}

namespace {

const Query kInsertProfile(fmt::format("INSERT INTO profiles ({}", kProfileColumns) + ") VALUES (" +
                           placeholders(1, 10) + ") ON CONFLICT (bap_id) DO NOTHING");
const Query kFindByPubkey(fmt::format("SELECT {}", kUserColumns) + " FROM users WHERE pubkey = $1");
const Query kFindByProfileKey(fmt::format("SELECT {}", kUserColumns) +
                              " FROM users WHERE id = (SELECT user_id FROM profiles WHERE member_pubkey = $1 "
                              "ORDER BY created_at, bap_id LIMIT 1)");

Params params_of(const User& user) {
  return {
      user.id,    user.name,     user.email,      user.email_verified, user.image, user.pubkey, user.subscription_tier,
      user.roles, user.disabled, user.created_at, user.updated_at};
}

Params params_of(const Profile& profile) {
  return {profile.bap_id,        profile.user_id,    profile.name,    profile.image,
          profile.member_pubkey, profile.is_primary, profile.counter, json_text(profile.profile),
          profile.created_at,    profile.updated_at};
}

Result<std::optional<User>> find_user_by_pubkey(Connection& connection, const std::string& pubkey) {
  SIGMA_TRY(auto user, find_one<User>(connection, kFindByPubkey, {pubkey}));
  if (user) return user;
  return find_one<User>(connection, kFindByProfileKey, {pubkey});
}

Result<User> met_another() {
  return core::Error{core::Code::unavailable, "The sign-in met another one; try again."};
}

/// The user's primary identity becomes one among the others. The caller holds lock_user().
Result<void> demote_others(Connection& connection, const UserId& user, const BapId& primary, UtcTime now) {
  static const Query kDemote(
      "UPDATE profiles SET is_primary = FALSE, updated_at = $3 WHERE user_id = $1 AND bap_id <> $2 AND is_primary");
  SIGMA_CHECK(change(connection, kDemote, {user, primary, now}));
  return {};
}

}  // namespace

Result<bool> lock_user(Connection& connection, const UserId& id) {
  static const Query kLock("SELECT 1 FROM users WHERE id = $1", "SELECT 1 FROM users WHERE id = $1 FOR UPDATE");
  SIGMA_TRY(const auto found, change(connection, kLock, {id}));
  return found > 0;
}

Task<Found<User>> UserStore::find(UserId id) {
  static const Query kFind(fmt::format("SELECT {} FROM users WHERE id = $1", kUserColumns));
  co_return co_await find_first<User>(db_, kFind, {id});
}

Task<Found<User>> UserStore::find_by_pubkey(std::string pubkey) {
  return db_.read(
      [pubkey = std::move(pubkey)](Connection& connection) { return find_user_by_pubkey(connection, pubkey); });
}

Task<Result<User>> UserStore::create_with_profile(User user, Profile profile) {
  static const Query kInsertUser(fmt::format("INSERT INTO users ({}", kUserColumns) + ") VALUES (" +
                                 placeholders(1, 11) + ") ON CONFLICT (pubkey) DO NOTHING");
  static const Query kFindByProfile(fmt::format("SELECT {}", kUserColumns) +
                                    " FROM users WHERE id = (SELECT user_id FROM profiles WHERE bap_id = $1)");
  static const Query kRemoveUser("DELETE FROM users WHERE id = $1");
  WriteTraits traits{.key = user.pubkey.value_or(user.id.str())};
  return db_.write(std::move(traits),
                   [user = std::move(user), profile = std::move(profile)](Connection& connection) -> Result<User> {
                     if (user.pubkey) {
                       SIGMA_TRY(auto existing, find_user_by_pubkey(connection, *user.pubkey));
                       if (existing) return std::move(*existing);
                     }
                     SIGMA_TRY(const auto inserted, change(connection, kInsertUser, params_of(user)));
                     if (inserted == 0) {
                       // Somebody was first after we looked.
                       SIGMA_TRY(auto existing, find_one<User>(connection, kFindByPubkey, {user.pubkey}));
                       return existing ? std::move(*existing) : met_another();
                     }
                     SIGMA_TRY(const auto joined, change(connection, kInsertProfile, params_of(profile)));
                     if (joined > 0) return user;
                     // Another key of the identity was first.
                     SIGMA_CHECK(change(connection, kRemoveUser, {user.id}));
                     SIGMA_TRY(auto existing, find_one<User>(connection, kFindByProfile, {profile.bap_id}));
                     return existing ? std::move(*existing) : met_another();
                   });
}

Task<Result<bool>> UserStore::update(User user) {
  // Nothing else of the row: what the caller has read of it may be old by now, and an account that was switched off
  // since stays off.
  static const Query kUpdate("UPDATE users SET name = $2, image = $3, updated_at = $4 WHERE id = $1");
  WriteTraits traits{.key = user.id.str(), .single_statement = true, .revokes = true};
  return db_.write(std::move(traits), [user = std::move(user)](Connection& connection) -> Result<bool> {
    SIGMA_TRY(const auto updated, change(connection, kUpdate, {user.id, user.name, user.image, user.updated_at}));
    return updated > 0;
  });
}

Task<Found<Profile>> UserStore::find_profile(BapId id) {
  static const Query kFind(fmt::format("SELECT {} FROM profiles WHERE bap_id = $1", kProfileColumns));
  co_return co_await find_first<Profile>(db_, kFind, {id});
}

Task<Result<std::vector<Profile>>> UserStore::list_profiles(UserId id) {
  static const Query kList(
      fmt::format("SELECT {} FROM profiles WHERE user_id = $1 ORDER BY is_primary DESC, created_at, bap_id LIMIT {}",
                  kProfileColumns, kMaxProfiles));
  return db_.read([id = std::move(id)](Connection& connection) { return find_all<Profile>(connection, kList, {id}); });
}

Task<Found<BapId>> UserStore::last_identity(UserId user, ClientId client) {
  static const Query kGranted(
      "SELECT bap_id FROM grants WHERE client_id = $2 AND user_id = $1 AND bap_id IS NOT NULL "
      "ORDER BY created_at DESC, id DESC LIMIT 1");
  static const Query kAgreed(
      "SELECT bap_id FROM consents WHERE user_id = $1 AND client_id = $2 AND bap_id <> $3 "
      "ORDER BY updated_at DESC, bap_id LIMIT 1");
  return db_.read(
      [user = std::move(user), client = std::move(client)](Connection& connection) -> Result<std::optional<BapId>> {
        SIGMA_TRY(auto granted, find_one<BapId>(connection, kGranted, {user, client}));
        if (granted) return granted;
        return find_one<BapId>(connection, kAgreed, {user, client, std::string()});  // empty: without an identity
      });
}

Task<Result<ProfileAddition>> UserStore::add_profile(Profile profile) {
  static const Query kOwner("SELECT user_id FROM profiles WHERE bap_id = $1");
  static const Query kCount("SELECT COUNT(*) FROM profiles WHERE user_id = $1");
  WriteTraits traits{.key = profile.user_id.str(), .revokes = true};
  return db_.write(std::move(traits),
                   [profile = std::move(profile)](Connection& connection) -> Result<ProfileAddition> {
                     SIGMA_CHECK(lock_user(connection, profile.user_id));
                     SIGMA_TRY(const auto owner, find_one<UserId>(connection, kOwner, {profile.bap_id}));
                     if (owner) return *owner == profile.user_id ? ProfileAddition::done : ProfileAddition::elsewhere;
                     SIGMA_TRY(const auto count, find_one<std::int64_t>(connection, kCount, {profile.user_id}));
                     if (*count >= kMaxProfiles) return ProfileAddition::too_many;
                     SIGMA_TRY(const auto added, change(connection, kInsertProfile, params_of(profile)));
                     if (added == 0) return ProfileAddition::elsewhere;
                     if (profile.is_primary)
                       SIGMA_CHECK(demote_others(connection, profile.user_id, profile.bap_id, profile.updated_at));
                     return ProfileAddition::done;
                   });
}

Task<Result<bool>> UserStore::update_profile(ProfileChange profile) {
  static const Query kUpdate(
      "UPDATE profiles SET name = COALESCE($3, name), image = CASE WHEN $4 THEN $5 ELSE image END, member_pubkey = "
      "COALESCE($6, member_pubkey), counter = COALESCE($7, counter), is_primary = (is_primary OR $8), updated_at = $9 "
      "WHERE bap_id = $1 AND user_id = $2");
  // Alone, it is one statement; else by user, so that two of their identities cannot become primary at once.
  WriteTraits traits{.key = profile.user_id.str(), .single_statement = !profile.make_primary, .revokes = true};
  return db_.write(std::move(traits), [profile = std::move(profile)](Connection& connection) -> Result<bool> {
    if (profile.make_primary) SIGMA_CHECK(lock_user(connection, profile.user_id));
    const std::optional<std::string> image = profile.image.value_or(std::nullopt);
    SIGMA_TRY(const auto updated,
              change(connection, kUpdate,
                     {profile.bap_id, profile.user_id, profile.name, profile.image.has_value(), image,
                      profile.member_pubkey, profile.counter, profile.make_primary, profile.updated_at}));
    if (updated == 0) return false;
    if (profile.make_primary)
      SIGMA_CHECK(demote_others(connection, profile.user_id, profile.bap_id, profile.updated_at));
    return true;
  });
}

}  // namespace sigma::store
