// Clients are told of the end of a session (OpenID Connect Back-Channel Logout 1.0). SessionStore::remove() queues the
// deliveries; this sends them.
#pragma once
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/task.hpp"
#include "sigma/core/work_pool.hpp"
#include "sigma/http/fetcher.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/keys/key_manager.hpp"
#include "sigma/oauth/registration/client_directory.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/oauth/tokens/subject_identifiers.hpp"
#include "sigma/store/logout_delivery_store.hpp"

namespace sigma::oauth {

/// What became of one attempt.
struct DeliveryReport {
  enum class Outcome {
    delivered,
    postponed,  ///< failed, and will be tried again
    given_up,   ///< the client said that it cannot log the person out, or the last attempt failed
    unwanted,   ///< the client is gone, switched off, or has no backchannel_logout_uri any more
  };
  Outcome outcome = Outcome::delivered;
  std::string reason;  ///< of a failure; for the log
};

class BackChannelLogout {
 public:
  static constexpr std::int64_t kMaxAttempts = 5;
  /// Before the second attempt; three times as long before each further one: the last comes after ten minutes.
  static constexpr core::Milliseconds kFirstPause = std::chrono::seconds{15};
  /// Longer than an attempt can take (http::ClientOptions::deadline): a worker that died holds a delivery so long.
  static constexpr core::Milliseconds kLease = std::chrono::minutes{1};

  BackChannelLogout(store::LogoutDeliveryStore& queue, ClientDirectory& clients, const SubjectIdentifiers& subjects,
                    const KeyManager& keys, core::WorkPool& signing_pool, http::Fetcher& outbound,
                    const core::Clock& clock, core::Random& random, const Settings& settings)
      : queue_(queue),
        clients_(clients),
        subjects_(subjects),
        keys_(keys),
        signing_pool_(signing_pool),
        outbound_(outbound),
        clock_(clock),
        random_(random),
        settings_(settings) {}

  /// Up to `limit` deliveries that are due, for this caller alone.
  core::Task<Result<std::vector<store::LogoutDelivery>>> take(std::size_t limit);
  /// One attempt, and what follows from it. An error only when the store fails: the delivery is then due again when its
  /// lease ends.
  core::Task<Result<DeliveryReport>> deliver(store::LogoutDelivery delivery);

 private:
  /// Sends a logout token; changes nothing here.
  core::Task<DeliveryReport> attempt(const store::LogoutDelivery& delivery, const store::Client& client,
                                     std::string uri);
  core::Task<core::Result<std::string>> logout_token(const store::LogoutDelivery& delivery,
                                                     const store::Client& client);

  store::LogoutDeliveryStore& queue_;
  ClientDirectory& clients_;
  const SubjectIdentifiers& subjects_;
  const KeyManager& keys_;
  core::WorkPool& signing_pool_;
  http::Fetcher& outbound_;
  const core::Clock& clock_;
  core::Random& random_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
