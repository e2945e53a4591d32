// The store in the domain's words. One implementation over sql::Connection; SQLite and Postgres are drivers (decision
// 0003). Every method is a coroutine; its work is done on database threads, or on Postgres by the caller's event loop
// (decision 0021), and it resumes on the caller's executor.
// Errors: Code::unavailable (down, timed out, or the outcome of a write is unknown), Code::overloaded (queue full).
// Losing a race or finding nothing is a value, not an error.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/result.hpp"
#include "sigma/core/task.hpp"
#include "sigma/store/account_store.hpp"
#include "sigma/store/audit_store.hpp"
#include "sigma/store/backup_store.hpp"
#include "sigma/store/chain_key_store.hpp"
#include "sigma/store/database.hpp"
#include "sigma/store/device_store.hpp"
#include "sigma/store/exchange_store.hpp"
#include "sigma/store/live_access_store.hpp"
#include "sigma/store/logout_delivery_store.hpp"
#include "sigma/store/rows.hpp"
#include "sigma/store/statistics.hpp"

namespace sigma::store {

using core::Result;
using core::Task;
template <class T>
using Found = Result<std::optional<T>>;  ///< an error, nothing, or a T

struct Page {
  std::size_t limit = 50;  ///< 1 to 200
  std::string after;       ///< last id of the previous page, empty for the first
};

/// How many clients like a new one there may be.
struct ClientLimit {
  std::int64_t max;
  std::optional<UtcTime> since;  ///< of those that have registered themselves since; nothing: of its owner's
};
enum class ClientCreation {
  done,
  taken,     ///< the id
  too_many,  ///< as many as the limit allows are there
};

/// Registered applications.
class ClientStore {
 public:
  explicit ClientStore(Database& db) : db_(db) {}
  Task<Found<Client>> find(ClientId id);
  /// The client registered under this member key when exactly one is.
  Task<Found<Client>> find_by_member_key(std::string pubkey);
  /// Ordered by id. With `search`: those whose id or name holds that text (ASCII letters in either case), or whose
  /// owner or member key it is.
  Task<Result<std::vector<Client>>> list(Page page, std::string search = {});
  /// The clients of an identity, oldest first; 200 at most.
  Task<Result<std::vector<Client>>> list_owned(BapId owner);
  /// How many of the clients that registered themselves did so after `since`.
  Task<Result<std::int64_t>> count_self_registered(UtcTime since);
  /// False when the id is taken.
  Task<Result<bool>> create(Client client);
  /// create() unless there are `limit.max` already, also when others create theirs at the same time.
  Task<Result<ClientCreation>> create_within(Client client, ClientLimit limit);
  /// Replaces everything but created_at; false when unknown. With `expected_updated_at`, false also when changed since.
  Task<Result<bool>> update(Client client, std::optional<UtcTime> expected_updated_at = {});
  /// Removes the client with its codes, tokens and consents; false when unknown. It is switched off at once; the rest
  /// follows in commits of a bounded size, the client last: whoever is interrupted repeats it, or maintenance does.
  Task<Result<bool>> remove(ClientId id);

 private:
  Task<Result<bool>> retire(ClientId id);

  Database& db_;
};

/// What changes of an identity: what is left out stays as it is, whoever else changes it meanwhile.
struct ProfileChange {
  BapId bap_id;
  UserId user_id;  ///< whose it has to be
  std::optional<std::string> name = {};
  std::optional<std::optional<std::string>> image = {};  ///< an empty one takes the picture away
  std::optional<std::string> member_pubkey = {};
  std::optional<std::int64_t> counter = {};
  bool make_primary = false;  ///< in the place of the user's primary one
  UtcTime updated_at;
};
enum class ProfileAddition {
  done,
  elsewhere,  ///< another user has this identity
  too_many,   ///< the user has UserStore::kMaxProfiles
};

/// Accounts, and the identities that belong to them.
class UserStore {
 public:
  /// Identities of one user: as many as a wallet holds (keyring::Keyring::kMaxIdentities).
  static constexpr std::int64_t kMaxProfiles = 200;

  explicit UserStore(Database& db) : db_(db) {}
  Task<Found<User>> find(UserId id);
  /// By users.pubkey first, then by a profile's member key.
  Task<Found<User>> find_by_pubkey(std::string pubkey);
  /// Creates user and profile in one transaction; when the pubkey or the identity exists already, changes nothing and
  /// returns the user who has it (two first sign-ins may race). The caller has a proof for both.
  Task<Result<User>> create_with_profile(User user, Profile profile);
  Task<Result<bool>> update(User user);  ///< name, image and updated_at; the rest changes by statements of its own

  Task<Found<Profile>> find_profile(BapId id);
  /// Primary first, then oldest first; kMaxProfiles at most.
  Task<Result<std::vector<Profile>>> list_profiles(UserId id);
  /// The identity that the user was seen through when this client last got a grant, else the one last agreed to.
  Task<Found<BapId>> last_identity(UserId user, ClientId client);
  /// Gives a user another identity; one that they have already stays as it is. A primary one replaces the primary one.
  Task<Result<ProfileAddition>> add_profile(Profile profile);
  /// False when the user has no such identity.
  Task<Result<bool>> update_profile(ProfileChange change);

 private:
  Database& db_;
};

/// Sessions of browsers and of the command line; found by the SHA-256 of their secret.
class SessionStore {
 public:
  /// Sessions of one user, give or take those that begin in the same moment.
  static constexpr std::int64_t kMaxPerUser = 200;

  explicit SessionStore(Database& db) : db_(db) {}
  /// One beyond kMaxPerUser ends, as remove() does, the one of the user that would have ended first.
  Task<Result<void>> create(Session session);
  /// Live session of a live user: not expired at `now`; disabled users are returned (the caller decides).
  Task<Found<SessionWithUser>> find(SecretHash token_hash, UtcTime now);
  /// Moves expiry and updated_at; false when gone.
  Task<Result<bool>> renew(SessionId id, UtcTime now, UtcTime expires_at);
  /// Gives the session a new secret, identity, authentication time, origin and expiry; its tokens stay. False when the
  /// session is gone or its secret is not `old_token_hash` any more.
  Task<Result<bool>> replace_secret(Session session, SecretHash old_token_hash);
  /// As renew(), and makes this identity, or none, the active one.
  Task<Result<bool>> set_active_identity(SessionId id, std::optional<BapId> bap_id, UtcTime now, UtcTime expires_at);
  /// Ends the session and, in the same commit, revokes its access tokens, except those of grants whose scopes hold
  /// offline_access, and queues a logout delivery for each of its clients that has a backchannel_logout_uri. False when
  /// it was gone already.
  Task<Result<bool>> remove(SessionId id, UtcTime now);
  /// The same for a session of that user only, named by its id or by the hash of its secret.
  Task<Result<bool>> remove_own(UserId user, SessionId id, SecretHash token_hash, UtcTime now);
  /// Every session of the user but `keep`, in one commit; how many, nothing when the user is unknown.
  Task<Found<std::size_t>> remove_all(UserId user, std::optional<SessionId> keep, UtcTime now);
  /// Oldest first; of more than kMaxPerUser those that live longest.
  Task<Result<std::vector<Session>>> list(UserId id, UtcTime now);

 private:
  Database& db_;
};

/// Codes, access and refresh tokens; found by their SHA-256. A token is live when it and its grant are (decision 0003).
class TokenStore {
 public:
  explicit TokenStore(Database& db) : db_(db) {}

  Task<Result<void>> create_code(AuthorizationCode code);
  /// As create_code(), when at this moment the person's consent to the client, for the code's identity, holds all of
  /// `scopes`. False, and nothing is stored, when it was withdrawn or narrowed since it was read.
  Task<Result<bool>> create_consented_code(AuthorizationCode code, std::vector<std::string> scopes);
  Task<Found<AuthorizationCode>> find_code(SecretHash hash);
  /// One atomic step: marks the code consumed if it was not and, only then, stores the tokens.
  Task<Result<Consumed>> redeem_code(SecretHash hash, UtcTime now, IssuedTokens tokens);
  /// Marks it consumed without issuing: a failed exchange spends the code.
  Task<Result<Consumed>> consume_code(SecretHash hash, UtcTime now);

  Task<Found<AccessToken>> find_access(SecretHash hash);
  Task<Found<RefreshToken>> find_refresh(SecretHash hash);
  /// One atomic step: marks `old_hash` rotated (if neither rotated nor revoked) with its sealed answer and request
  /// fingerprint, and stores the successors.
  Task<Result<Consumed>> rotate_refresh(SecretHash old_hash, UtcTime now, std::string request_fingerprint,
                                        std::string sealed_answer, IssuedTokens successors);
  /// Revokes every access and refresh token of the grant. Idempotent.
  Task<Result<void>> revoke_grant(GrantId id, UtcTime now);
  Task<Result<bool>> revoke_access(SecretHash hash, UtcTime now);
  /// Stores an access token that needs no one-time input (client_credentials …).
  Task<Result<void>> create_access(AccessToken token);

 private:
  Database& db_;
};

/// The scopes that release the claims of a grant (AuthorizationCode::claims), which the domain knows.
using ScopesOfClaims = std::vector<std::string> (*)(const core::Json& claims);

/// What people have agreed to, by user, client and identity.
class ConsentStore {
 public:
  explicit ConsentStore(Database& db) : db_(db) {}
  Task<Found<Consent>> find(UserId user, ClientId client, std::optional<BapId> bap_id);
  /// Adds the scopes to what is remembered.
  Task<Result<void>> remember(Consent consent);
  /// As remember(), and takes those in `declined` away, as narrow() does.
  Task<Result<void>> remember_part(Consent consent, std::vector<std::string> declined, ScopesOfClaims scopes_of_claims);
  Task<Result<std::vector<Consent>>> list(UserId user);
  /// Keeps of its scopes only those in `keep` and revokes, in the same commit, every grant to that client (and
  /// identity) that holds one of the others, or a claim of one. Answers what is left; nothing when there is no such
  /// consent.
  Task<Found<Consent>> narrow(UserId user, ClientId client, std::optional<BapId> bap_id, std::vector<std::string> keep,
                              ScopesOfClaims scopes_of_claims, UtcTime now);
  /// Withdraws it and revokes, in the same commit, every token of that user and client (and identity).
  Task<Result<bool>> withdraw(UserId user, ClientId client, std::optional<BapId> bap_id, UtcTime now);

 private:
  Database& db_;
};

/// Keys that sign tokens, private parts sealed by the caller.
class KeyStore {
 public:
  explicit KeyStore(Database& db) : db_(db) {}
  Task<Result<std::vector<SigningKey>>> list();
  /// Inserts if no unretired key of that algorithm exists; false when another replica was first.
  Task<Result<bool>> create_if_none(SigningKey key);
  /// In one commit: retires `replaced` (retired_at = the new one's active_from, expires_at as given), lets no earlier
  /// key of the algorithm sign or stay published for longer than that, and inserts the new one. False, and nothing
  /// changes, when `replaced` is not the unretired key of the algorithm any more: of several replicas one wins.
  Task<Result<bool>> rotate(SigningKey key, std::string replaced, UtcTime old_expires_at);

 private:
  Database& db_;
};

/// Pushed authorization requests (RFC 9126).
class PushedRequestStore {
 public:
  explicit PushedRequestStore(Database& db) : db_(db) {}
  Task<Result<void>> create(PushedRequest request);
  Task<Found<PushedRequest>> find(SecretHash hash);
  /// One atomic step: done for the first caller only.
  Task<Result<Consumed>> consume(SecretHash hash, UtcTime now);

 private:
  Database& db_;
};

/// Random values that all replicas share, sealed by the caller.
class ServerSecretStore {
 public:
  explicit ServerSecretStore(Database& db) : db_(db) {}
  /// Keeps `sealed` under `name` unless another replica was first; answers what is kept.
  Task<Result<std::string>> find_or_create(std::string name, std::string sealed, UtcTime now);

 private:
  Database& db_;
};

/// Remembers what may be used once (X-Auth-Tokens, jti …) across processes. Lives in the store because Redis may be
/// lost.
class ReplayGuard {
 public:
  explicit ReplayGuard(Database& db) : db_(db) {}
  /// True the first time `key` (any bytes; hashed already) is seen; false while it is remembered.
  Task<Result<bool>> first_use(std::string key, UtcTime now, UtcTime remember_until);

 private:
  Database& db_;
};

/// What upkeep asks of the database.
class Maintenance {
 public:
  explicit Maintenance(Database& db) : db_(db) {}
  /// Removes up to `batch` expired rows per table; returns how many went.
  Task<Result<std::size_t>> remove_expired(UtcTime now, std::size_t batch);
  /// A trivial query: is the database there?
  Task<Result<void>> ping();

 private:
  Database& db_;
};

/// Everything above over one Database.
struct Store {
  explicit Store(Database& db)
      : clients(db),
        users(db),
        accounts(db),
        sessions(db),
        tokens(db),
        exchanges(db),
        devices(db),
        consents(db),
        backups(db),
        chain_keys(db),
        keys(db),
        pushed_requests(db),
        logout_deliveries(db),
        live_access(db),
        server_secrets(db),
        replay(db),
        statistics(db),
        audit(db),
        maintenance(db) {}
  ClientStore clients;
  UserStore users;
  AccountStore accounts;
  SessionStore sessions;
  TokenStore tokens;
  ExchangeStore exchanges;
  DeviceStore devices;
  ConsentStore consents;
  BackupStore backups;
  ChainKeyStore chain_keys;
  KeyStore keys;
  PushedRequestStore pushed_requests;
  LogoutDeliveryStore logout_deliveries;
  LiveAccessStore live_access;
  ServerSecretStore server_secrets;
  ReplayGuard replay;
  Statistics statistics;
  AuditStore audit;
  Maintenance maintenance;
};

}  // namespace sigma::store
