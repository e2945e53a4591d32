#include "sigma/oauth/registration/dynamic_registration.hpp"

#include <algorithm>

#include "sigma/core/encoding.hpp"
#include "sigma/core/log.hpp"
#include "sigma/crypto/digest.hpp"
#include "sigma/oauth/registration/sector_identifier.hpp"
#include "sigma/oauth/tokens/secret.hpp"

namespace sigma::oauth {
namespace {

using core::Json;

constexpr core::Milliseconds kDay = std::chrono::hours{24};
constexpr std::chrono::seconds kRetryAfter = std::chrono::hours{1};
constexpr core::Milliseconds kUnusedLifetime = 30 * kDay;

// What a client sees of itself: nothing that only the operator decides (RFC 7592 §2.2 has it send all of this back).
constexpr const char* kOperatorsMembers[] = {"skip_consent", "disabled", "owner_bap_id", "verified"};

Error not_its_token() {
  return {ErrorCode::invalid_token, "There is no such client, or this is not its registration access token."};
}

Error enough_for_today() {
  return Error{ErrorCode::too_many_requests,
               "As many clients as this server allows in a day have registered; try again later, or ask its operator."}
      .with_retry_after(kRetryAfter);
}

// RFC 7592 §2.2: the client names itself and may repeat its secret, but not choose one. What else it was told belongs
// to the answer, not to its description.
Result<void> strip_issued(const store::Client& current, Json& metadata) {
  if (!metadata.is_object()) return {};
  if (core::json_string(metadata, "client_id") != current.id.str())
    return Error{ErrorCode::invalid_client_metadata, "client_id must be there and be this client's own."};
  if (const auto secret = metadata.find("client_secret"); secret != metadata.end()) {
    const auto hash = hash_secret(secret->is_string() ? secret->get_ref<const std::string&>() : "");
    const bool is_current = std::ranges::any_of(
        current.secrets, [&](const auto& known) { return crypto::constant_time_equal(known.hash.str(), hash.str()); });
    if (!is_current)
      return Error{ErrorCode::invalid_client_metadata, "client_secret is not the one that was issued; leave it out."};
  }
  for (const char* told : {"client_id", "client_secret", "client_secret_expires_at"}) metadata.erase(told);
  return {};
}

}  // namespace

std::optional<Error> metadata_error(const std::vector<MetadataFault>& faults) {
  if (faults.empty()) return std::nullopt;
  const auto concerns = [&](std::string_view member) {
    return std::ranges::any_of(faults, [&](const MetadataFault& fault) { return fault.member.starts_with(member); });
  };
  const ErrorCode code = concerns("software_statement") ? ErrorCode::invalid_software_statement
                         : concerns("redirect_uris")    ? ErrorCode::invalid_redirect_uri
                                                        : ErrorCode::invalid_client_metadata;
  return Error{code, describe_faults(faults)};
}

core::Task<Result<void>> DynamicRegistration::check_allowed(const RegistrationRequest& request) {
  const DynamicRegistrationMode mode = settings_.dynamic_registration;
  if (mode == DynamicRegistrationMode::off) {
    co_return Error{ErrorCode::access_denied,
                    "Clients cannot register themselves at this server. Ask its operator to register the client, or to "
                    "set SIGMA_DYNAMIC_REGISTRATION to token or open."};
  }
  if (mode == DynamicRegistrationMode::token &&
      !crypto::constant_time_equal(hash_secret(request.bearer.value_or("")).str(), settings_.registration_token_hash)) {
    co_return Error{ErrorCode::invalid_token,
                    "Registration needs the initial access token of this server's operator: Authorization: Bearer ..."};
  }
  if (mode == DynamicRegistrationMode::open) {
    SIGMA_CO_TRY(const auto today, co_await clients_.count_self_registered(clock_.now() - kDay));
    if (today >= settings_.open_registrations_per_day) co_return enough_for_today();
  }
  co_return Result<void>{};
}

core::Task<Result<Json>> DynamicRegistration::create(RegistrationRequest request) {
  SIGMA_CO_CHECK(co_await check_allowed(request));
  auto [client, faults] = describe_client(request.metadata, registry_.rules(), clock_.now());
  if (auto error = metadata_error(faults)) co_return std::move(*error);
  SIGMA_CO_TRY(const auto proven, co_await proven_keys(x_auth_token_, std::move(request.proofs)));
  SIGMA_CO_CHECK(check_keys_proven(client, proven));
  SIGMA_CO_CHECK(co_await check_sector_identifier(client, documents_));
  const std::string token = make_bearer_secret(random_);
  client.registration_token = hash_secret(token);
  std::optional<store::ClientLimit> limit;
  if (settings_.dynamic_registration == DynamicRegistrationMode::open) {
    client.expires_at = clock_.now() + kUnusedLifetime;
    // Once more: others may have registered since check_allowed(), which spares us the fetching.
    limit = {.max = settings_.open_registrations_per_day, .since = clock_.now() - kDay};
  }
  auto added = co_await registry_.add(std::move(client), limit);
  if (!added && added.error().code() == core::Code::forbidden) co_return enough_for_today();
  SIGMA_CO_TRY(const IssuedClient issued, std::move(added));
  core::log::info("client_registered_itself",
                  {{"client_id", issued.client.id.str()}, {"remote_address", request.ip_address}});
  co_return render(issued, token);
}

core::Task<Result<store::Client>> DynamicRegistration::find(const store::ClientId& id, const std::string& token) {
  SIGMA_CO_TRY(auto client, co_await clients_.find(id));
  const std::string given = hash_secret(token).str();
  if (!client || !client->registration_token || !crypto::constant_time_equal(given, client->registration_token->str()))
    co_return not_its_token();
  if (client->disabled) co_return Error{ErrorCode::access_denied, "The operator has switched this client off."};
  co_return std::move(*client);
}

core::Task<Result<Json>> DynamicRegistration::read(store::ClientId id, std::string token) {
  SIGMA_CO_TRY(store::Client client, co_await find(id, token));
  co_return render({std::move(client), std::nullopt}, token);
}

core::Task<Result<Json>> DynamicRegistration::replace(store::ClientId id, std::string token,
                                                      RegistrationRequest request, Json* change) {
  SIGMA_CO_TRY(store::Client current, co_await find(id, token));
  SIGMA_CO_CHECK(strip_issued(current, request.metadata));
  auto [changed, faults] = replace_client(current, request.metadata, registry_.rules(), clock_.now());
  if (auto error = metadata_error(faults)) co_return std::move(*error);
  SIGMA_CO_TRY(auto proven, co_await proven_keys(x_auth_token_, std::move(request.proofs)));
  for (const store::MemberKey& key : current.member_keys) proven.push_back(key.pubkey);
  SIGMA_CO_CHECK(check_keys_proven(changed, proven));
  SIGMA_CO_CHECK(co_await check_sector_identifier(changed, documents_));
  auto issued = co_await registry_.replace(std::move(current), std::move(changed));
  if (!issued && issued.error().code() == core::Code::conflict)
    co_return Error{ErrorCode::invalid_request, issued.error().description()};
  if (!issued) co_return issued.error();
  if (change) *change = describe_change(*issued);
  core::log::info("client_changed_itself", {{"client_id", id.str()}, {"remote_address", request.ip_address}});
  co_return render(*issued, token);
}

core::Task<Result<void>> DynamicRegistration::remove(store::ClientId id, std::string token) {
  SIGMA_CO_CHECK(co_await find(id, token));
  SIGMA_CO_CHECK(co_await clients_.remove(id));
  core::log::info("client_removed_itself", {{"client_id", id.str()}});
  co_return Result<void>{};
}

Json DynamicRegistration::render(const IssuedClient& issued, const std::string& token) const {
  Json json = render_issued(issued);
  for (const char* member : kOperatorsMembers) json.erase(member);
  if (issued.client.member_keys.empty()) json.erase("member_pubkeys");
  json["registration_access_token"] = token;
  json["registration_client_uri"] =
      settings_.base_url + std::string(kRegistrationPath) + '/' + core::percent_encode(issued.client.id.str());
  return json;
}

}  // namespace sigma::oauth
