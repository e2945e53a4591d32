#pragma once
#include <optional>
#include <string>

#include "sigma/core/clock.hpp"
#include "sigma/core/json.hpp"
#include "sigma/core/random.hpp"
#include "sigma/core/task.hpp"
#include "sigma/oauth/audit/audit.hpp"
#include "sigma/oauth/client_auth/client_authenticator.hpp"
#include "sigma/oauth/device/attempt_limiter.hpp"
#include "sigma/oauth/error.hpp"
#include "sigma/oauth/registration/client_directory.hpp"
#include "sigma/oauth/scope.hpp"
#include "sigma/oauth/settings.hpp"
#include "sigma/store/store.hpp"

namespace sigma::oauth {

/// Who asks about a user code: for the throttle, and for what they may see.
struct DeviceVisitor {
  std::optional<store::SessionWithUser> session;
  std::string ip_address;
  AuditEvent* audit = nullptr;  ///< gets the client that the code belongs to
};

/// What a person may know about a device that waits for them.
struct DeviceRequest {
  std::string user_code;  ///< as shown: "ABCD-2345"
  store::DeviceCodeStatus status = store::DeviceCodeStatus::pending;
  std::optional<store::Client> client;  ///< only for somebody who is signed in
  Scopes scopes;
  std::optional<std::string> network;  ///< where the device asked from, as http::coarse_network(); as `client`
  std::optional<bool> same_network;    ///< as the visitor's; nothing when they cannot be compared (IPv4 and IPv6)
  core::UtcTime created_at;
  core::UtcTime expires_at;
};

/// How often somebody may try. `guesses`: wrong user codes per account and per network. `alarm`: wrong user codes in
/// all; exceeding it refuses nobody, but is logged.
struct DeviceLimits {
  AttemptLimiter& starts;
  AttemptLimiter& guesses;
  AttemptLimiter& alarm;
};

/// The device authorization grant up to the person's answer (RFC 8628 §3.1–3.3, contract §5). What the device gets for
/// it is DeviceCodeGrant's.
class DeviceAuthorization {
 public:
  DeviceAuthorization(store::Store& store, ClientDirectory& clients, ClientAuthenticator& authenticator,
                      DeviceLimits limits, const core::Clock& clock, core::Random& random, const Settings& settings)
      : store_(store),
        clients_(clients),
        authenticator_(authenticator),
        limits_(limits),
        clock_(clock),
        random_(random),
        settings_(settings) {}

  /// A device asks for codes: the answer of RFC 8628 §3.2. `path`: where the request came in, for X-Auth-Token.
  /// Errors: invalid_request, invalid_client, unauthorized_client, invalid_scope, too_many_requests.
  core::Task<Result<core::Json>> start(ClientCredentials request, std::string path, std::string ip_address);

  /// Looks a typed code up. One answer, invalid_request, for unknown, expired and used codes; only who answered a
  /// request sees how. Changes nothing but the count of wrong codes (too_many_requests).
  core::Task<Result<DeviceRequest>> describe(std::string user_code, DeviceVisitor visitor);

  /// The person says yes, with this identity or else the session's. Errors: as describe(), and unauthorized,
  /// access_denied (not their identity; client switched off), invalid_request (no identity chosen).
  core::Task<Result<void>> approve(std::string user_code, std::optional<store::BapId> bap_id, DeviceVisitor visitor);
  core::Task<Result<void>> deny(std::string user_code, DeviceVisitor visitor);

 private:
  core::Task<Result<store::DeviceCode>> find(std::string user_code, DeviceVisitor visitor);
  core::Task<Result<store::DeviceCode>> find_pending(std::string user_code, DeviceVisitor visitor);
  core::Task<Result<void>> count_guess(DeviceVisitor visitor);
  core::Task<> forgive_guess(DeviceVisitor visitor);
  core::Task<> raise_alarm();
  core::Task<Result<std::optional<store::Client>>> client_of(const store::DeviceCode& code);
  core::Task<Result<std::optional<store::BapId>>> choose_identity(const store::SessionWithUser& session,
                                                                  std::optional<store::BapId> wanted);

  store::Store& store_;
  ClientDirectory& clients_;
  ClientAuthenticator& authenticator_;
  DeviceLimits limits_;
  const core::Clock& clock_;
  core::Random& random_;
  const Settings& settings_;
};

}  // namespace sigma::oauth
