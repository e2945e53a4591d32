// Which access tokens are live: asked at every userinfo, introspection, exchange and token session.
#pragma once
#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "sigma/cache/pub_sub.hpp"
#include "sigma/core/clock.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/registration/client_directory.hpp"
#include "sigma/store/live_access_store.hpp"

namespace sigma::oauth {

/// Not expired, not revoked; its client is there and not disabled, and so is its person, if it has one.
struct LiveToken {
  store::AccessToken token;
  store::Client client;
  std::optional<store::User> user;
  std::optional<store::Profile> profile;  ///< of the token's identity
};

/// Finds live tokens in one read of the store, and remembers them where revocations are told to everybody.
///
/// A remembered token is served for kStaleness at most, whatever happens: that is the bound for a revocation that did
/// not arrive, because messages are lost or somebody writes to the database who tells nobody. One that arrives forgets
/// everything at once. Nothing is remembered without `revocations`, nor while they cannot be heard. Thread-safe.
class LiveTokens {
 public:
  static constexpr std::chrono::milliseconds kStaleness{2'000};
  static constexpr std::size_t kMaxRemembered = 20'000;

  /// `revocations`: a PubSub that reaches every replica, or nullptr.
  LiveTokens(store::LiveAccessStore& store, ClientDirectory& clients, const core::Clock& clock,
             cache::PubSub* revocations);

  /// nullptr when there is no such token or it is not live.
  core::Task<Result<std::shared_ptr<const LiveToken>>> find(store::SecretHash hash);

  /// Something may be live no more: forgets here, and tells the other replicas.
  core::Task<> revoked();
  std::size_t remembered() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    store::SecretHash hash;
    std::shared_ptr<const LiveToken> token;
    Clock::time_point read_at;
  };

  std::shared_ptr<const LiveToken> recall(const store::SecretHash& hash);
  void remember(Entry entry, std::uint64_t generation);
  void forget_all();

  store::LiveAccessStore& store_;
  ClientDirectory& clients_;
  const core::Clock& clock_;
  cache::PubSub* const revocations_;
  mutable std::mutex mutex_;
  std::uint64_t generation_ = 0;  ///< of what may be remembered: a read that began before a revocation is not
  std::list<Entry> entries_;      ///< oldest reading first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_hash_;  ///< views into entries_
};

}  // namespace sigma::oauth
