// Which access tokens are live: asked at every userinfo, introspection, exchange and token session.
#pragma once
#include <memory>
#include <optional>

#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/registration/client_directory.hpp"
#include "sigma/oauth/tokens/recent_reads.hpp"
#include "sigma/store/live_access_store.hpp"

namespace sigma::oauth {

/// Not expired, not revoked; its client is there and not disabled, and so is its person, if it has one.
struct LiveToken {
  store::AccessToken token;
  store::Client client;
  std::optional<store::User> user;
  std::optional<store::Profile> profile;  ///< of the token's identity
};

/// Finds live tokens in one read of the store, and remembers them where revocations are told to everybody
/// (RecentReads). Thread-safe.
class LiveTokens {
 public:
  using Moment = RecentReads<LiveToken>::Moment;
  static constexpr std::chrono::milliseconds kStaleness = RecentReads<LiveToken>::kStaleness;
  static constexpr std::size_t kMaxRemembered = 20'000;

  /// `revocations`: a PubSub that reaches every replica, or nullptr.
  LiveTokens(store::LiveAccessStore& store, ClientDirectory& clients, const core::Clock& clock,
             cache::PubSub* revocations)
      : store_(store),
        clients_(clients),
        clock_(clock),
        revocations_(revocations),
        known_(revocations, kMaxRemembered) {}

  /// nullptr when there is no such token or it is not live.
  core::Task<Result<std::shared_ptr<const LiveToken>>> find(store::SecretHash hash);

  /// A token that was just stored is asked about next, most of the time. Before its client, person and profile are
  /// read, and when it is committed.
  Moment begin() const { return known_.begin(); }
  bool remembers() const { return known_.remembers(); }
  void issued(LiveToken token, Moment begun);

  /// Something may be live no more: forgets here, and tells the other replicas.
  core::Task<> revoked();
  std::size_t remembered() const { return known_.size(); }
  const core::LookupCounts& lookups() const { return known_.lookups(); }

 private:
  store::LiveAccessStore& store_;
  ClientDirectory& clients_;
  const core::Clock& clock_;
  cache::PubSub* const revocations_;
  RecentReads<LiveToken> known_;  ///< by hash
};

}  // namespace sigma::oauth
