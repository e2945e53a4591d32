#pragma once
#include <optional>
#include <string>

#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/registration/client_documents.hpp"
#include "sigma/oauth/tokens/recent_reads.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// Every client that this server accepts, wherever it is described: the one place where the protocol looks clients up.
/// Disabled clients are found; what that means is the caller's decision.
class ClientDirectory {
 public:
  static constexpr std::size_t kMaxRemembered = 1'000;

  /// Without `documents`, clients whose id is the address of a document are unknown. With `revocations`, which reach
  /// every replica, registered clients are remembered for a moment (RecentReads).
  explicit ClientDirectory(store::ClientStore& clients, ClientDocuments* documents = nullptr,
                           cache::PubSub* revocations = nullptr)
      : clients_(clients), documents_(documents), known_(revocations, kMaxRemembered) {}

  /// For a request that names a client. Errors: invalid_client for a document that cannot be used, and outages.
  core::Task<Result<std::optional<store::Client>>> find(store::ClientId id);
  /// The client registered under this member key when exactly one is.
  core::Task<Result<std::optional<store::Client>>> find_by_member_key(std::string pubkey);
  /// For what was issued already: whether the client may still use it. Never asks anybody outside.
  core::Task<Result<std::optional<store::Client>>> find_kept(store::ClientId id);
  /// Whether a client that was read with what it was issued is still one: the rule of find_kept().
  bool counts(const store::Client& kept) const;
  /// A person has agreed to this client. One that nobody registered becomes a row, so that the operator sees it and can
  /// disable it; one that registered itself is not removed for want of use any more; for others nothing happens.
  core::Task<Result<void>> keep(store::Client client);
  /// A client may have changed.
  void forget() { known_.forget(); }
  const core::LookupCounts& lookups() const { return known_.lookups(); }

 private:
  core::Task<Result<std::optional<store::Client>>> find_row(store::ClientId id);

  store::ClientStore& clients_;
  ClientDocuments* documents_;
  RecentReads<store::Client> known_;  ///< by id
};

}  // namespace sigma::oauth
