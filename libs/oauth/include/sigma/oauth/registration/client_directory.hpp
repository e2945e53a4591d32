#pragma once
#include <optional>
#include <string>

#include "sigma/core/task.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// Every client that this server accepts, wherever it is described: the one place where the protocol looks clients up.
/// Disabled clients are found; what that means is the caller's decision.
class ClientDirectory {
 public:
  explicit ClientDirectory(store::ClientStore& clients) : clients_(clients) {}

  /// For a request that names a client.
  core::Task<Result<std::optional<store::Client>>> find(store::ClientId id);
  /// The client registered under this member key when exactly one is.
  core::Task<Result<std::optional<store::Client>>> find_by_member_key(std::string pubkey);
  /// For what was issued already: whether the client may still use it. Never asks anybody outside.
  core::Task<Result<std::optional<store::Client>>> find_kept(store::ClientId id);
  /// A person has agreed to this client. One that nobody registered becomes a row, so that the operator sees it and can
  /// disable it; for others nothing happens.
  core::Task<Result<void>> keep(store::Client client);

 private:
  store::ClientStore& clients_;
};

}  // namespace sigma::oauth
