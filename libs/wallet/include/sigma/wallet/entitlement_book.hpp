// Roles and subscription tiers of people, from the operator's rules and their wallets (contract §8).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "sigma/core/clock.hpp"
#include "sigma/core/single_flight.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/audit/audit.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/sessions/entitlement_source.hpp"
#include "sigma/store/store.hpp"
#include "sigma/store/wallet_store.hpp"
#include "sigma/wallet/entitlement_rules.hpp"
#include "sigma/wallet/holdings.hpp"

namespace sigma::wallet {

struct EntitlementOptions {
  /// What the indexer said counts for at most so long. Past half of it, it is asked again in the background.
  core::Milliseconds max_age = std::chrono::minutes{5};
  core::Milliseconds patience = std::chrono::seconds{3};      ///< how long a request waits for the first answer
  core::Milliseconds retry_after = std::chrono::seconds{10};  ///< where something could not be asked
  std::size_t concurrent = 256;                               ///< people who are looked at at the same time
  std::vector<std::string> admin_bap_ids;  ///< whoever has one of these identities has the role admin
};

/// A person's standing and where it comes from.
struct Standing {
  std::vector<std::string> roles;  ///< "user" first
  std::string tier = "free";
  std::vector<std::string> by_hand;     ///< of `roles`, those on the row of the user
  std::optional<std::string> admin_by;  ///< the identity that makes them an administrator
  store::Entitlements from_wallets;     ///< with evidence; evaluated_at is empty when nothing could be found out
};

/// Works out what people are entitled to, keeps it in the store for all replicas, and tells the audit log why it
/// changed. Thread-safe; outlives the tasks that it starts.
class EntitlementBook final : public oauth::EntitlementSource {
 public:
  /// `holdings` may be null (no indexer): then only identities and rows of users count.
  EntitlementBook(store::UserStore& users, store::WalletStore& wallets, store::EntitlementStore& entitlements,
                  Holdings* holdings, EntitlementRules rules, oauth::Audit& audit, const core::Clock& clock,
                  EntitlementOptions options)
      : users_(users),
        wallets_(wallets),
        entitlements_(entitlements),
        holdings_(holdings),
        rules_(std::move(rules)),
        audit_(audit),
        clock_(clock),
        options_(std::move(options)),
        flights_(options_.concurrent) {}

  core::Task<store::User> entitled(store::User user) override;
  core::Task<> expect(store::UserId user) override;
  /// The same with its reasons.
  core::Task<Standing> standing(store::User user);

  /// At the end, while the executors of those who wait still exist but run no more.
  void stop() { flights_.stop(); }

  const EntitlementRules& rules() const { return rules_; }
  core::Milliseconds max_age() const { return options_.max_age; }

 private:
  struct Known;

  core::Task<Known> known(store::UserId user);
  core::Task<store::Entitlements> current(store::UserId user);
  core::Task<core::Result<store::Entitlements>> evaluate(store::UserId user);
  core::Task<store::Entitlements> keep(store::Entitlements before, store::Entitlements after);
  core::Task<std::optional<std::string>> admin_identity(store::UserId user);

  store::UserStore& users_;
  store::WalletStore& wallets_;
  store::EntitlementStore& entitlements_;
  Holdings* const holdings_;
  const EntitlementRules rules_;
  oauth::Audit& audit_;
  const core::Clock& clock_;
  const EntitlementOptions options_;
  core::SingleFlight<store::Entitlements> flights_;
};

}  // namespace sigma::wallet
