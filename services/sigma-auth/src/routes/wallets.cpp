// Connected wallets (contract §8), as better-auth's Sigma plugin calls them.
#include "wallets.hpp"

#include "routes/audit_event.hpp"
#include "routes/body.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_access.hpp"
#include "sigma/http/form.hpp"

namespace sigma::service {
namespace {

using core::Json;

oauth::Result<wallet::ConnectRequest> connect_request(const http::Request& request) {
  SIGMA_TRY(const Json body, json_object(request));
  wallet::ConnectRequest connect;
  SIGMA_TRY(connect.bap_id, text_member(body, "bapId"));
  SIGMA_TRY(connect.auth_token, text_member(body, "authToken"));
  SIGMA_TRY(connect.challenge, optional_text_member(body, "challenge"));
  SIGMA_TRY(auto provider, optional_text_member(body, "provider"));
  if (provider) connect.provider = std::move(*provider);
  return connect;
}

Json wallet_json(const store::Wallet& wallet) {
  return {{"address", wallet.address},
          {"bapId", wallet.bap_id.str()},
          {"provider", wallet.provider},
          {"connectionMethod", wallet.connection_method},
          {"isPrimary", wallet.is_primary},
          {"connectedAt", to_iso8601(wallet.connected_at)},
          {"lastVerified", to_iso8601(wallet.last_verified)}};
}

Task<http::Response> list_wallets(App& app, http::Request request) {
  auto session = co_await require_session_or_token(app, request);
  if (!session) co_return session_error(session.error());
  auto wallets = co_await app.wallets.book.list(session->user.id, query_parameter(request, "bapId"));
  if (!wallets) co_return session_error(wallets.error());
  Json list = Json::array();
  for (const store::Wallet& wallet : *wallets) list.push_back(wallet_json(wallet));
  co_return json_answer({{"wallets", std::move(list)}});
}

Task<http::Response> wallet_challenge(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto session = co_await require_session_or_token(app, request);
  if (!session) co_return session_error(session.error());
  const auto body = json_object(request);
  if (!body) co_return session_error(body.error());
  auto bap_id = text_member(*body, "bapId");
  if (!bap_id) co_return session_error(bap_id.error());
  auto challenge = co_await app.wallets.book.challenge(std::move(*session), std::move(*bap_id));
  if (!challenge) co_return session_error(challenge.error());
  co_return json_answer({{"challenge", challenge->text},
                         {"requestPath", wallet::kConnectPath},
                         {"expiresAt", to_iso8601(challenge->expires_at)}});
}

Task<http::Response> connect_wallet(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto session = co_await require_session_or_token(app, request);
  if (!session) co_return session_error(session.error());
  auto connect = connect_request(request);
  if (!connect) co_return session_error(connect.error());
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::identity_changed, *session);
  event.detail["what"] = "wallet_connected";
  auto wallet = co_await app.wallets.book.connect(std::move(*session), std::move(*connect));
  if (wallet) event.bap_id = wallet->bap_id;
  record(app.audit, std::move(event), wallet);
  if (!wallet) co_return session_error(wallet.error());
  co_return json_answer({{"success", true},
                         {"walletAddress", wallet->address},
                         {"pubkey", wallet->pubkey},
                         {"connectedAt", to_iso8601(wallet->connected_at)}});
}

Task<http::Response> disconnect_wallet(App& app, http::Request request) {
  auto session = co_await require_session_or_token(app, request);
  if (!session) co_return session_error(session.error());
  auto bap_id = query_parameter(request, "bapId");
  auto address = query_parameter(request, "address");
  if (!bap_id || !address)
    co_return session_error(invalid("[query] Name the wallet with bapId and address, both in the query string."));
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::identity_changed, *session);
  event.bap_id = store::BapId{*bap_id};
  event.detail["what"] = "wallet_disconnected";
  auto gone = co_await app.wallets.book.disconnect(session->user.id, std::move(*bap_id), *address);
  record(app.audit, std::move(event), gone);
  if (!gone) co_return session_error(gone.error());
  co_return json_answer({{"success", true}, {"walletAddress", *address}});
}

Task<http::Response> set_primary_wallet(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto session = co_await require_session_or_token(app, request);
  if (!session) co_return session_error(session.error());
  const auto body = json_object(request);
  if (!body) co_return session_error(body.error());
  auto bap_id = text_member(*body, "bapId");
  if (!bap_id) co_return session_error(bap_id.error());
  auto address = text_member(*body, "walletAddress");
  if (!address) co_return session_error(address.error());
  oauth::AuditEvent event = audit_event(request, oauth::AuditType::identity_changed, *session);
  event.bap_id = store::BapId{*bap_id};
  event.detail["what"] = "wallet_made_primary";
  auto done = co_await app.wallets.book.set_primary(session->user.id, std::move(*bap_id), *address);
  record(app.audit, std::move(event), done);
  if (!done) co_return session_error(done.error());
  co_return json_answer({{"success", true}, {"primaryAddress", *address}});
}

constexpr const char* kSchemas = R"json({
  "WalletList": {
    "type": "object", "required": ["wallets"], "additionalProperties": false,
    "properties": {
      "wallets": {
        "type": "array",
        "items": {
          "type": "object",
          "required": ["address", "bapId", "provider", "connectionMethod", "isPrimary", "connectedAt", "lastVerified"],
          "additionalProperties": false,
          "properties": {
            "address": {"type": "string"}, "bapId": {"type": "string"}, "provider": {"type": "string"},
            "connectionMethod": {"type": "string"}, "isPrimary": {"type": "boolean"},
            "connectedAt": {"$ref": "#/components/schemas/Time"},
            "lastVerified": {"$ref": "#/components/schemas/Time"}
          }
        }
      }
    }
  },
  "WalletChallengeRequest": {"type": "object", "required": ["bapId"], "properties": {"bapId": {"type": "string"}}},
  "WalletChallenge": {
    "type": "object", "required": ["challenge", "requestPath", "expiresAt"], "additionalProperties": false,
    "properties": {
      "challenge": {"type": "string"}, "requestPath": {"type": "string"},
      "expiresAt": {"$ref": "#/components/schemas/Time"}
    }
  },
  "WalletConnect": {
    "type": "object", "required": ["bapId", "authToken"],
    "properties": {
      "bapId": {"type": "string"}, "authToken": {"type": "string"}, "challenge": {"type": ["string", "null"]},
      "provider": {"type": ["string", "null"]}, "connectionMethod": {"type": ["string", "null"]},
      "walletAddress": {"type": ["string", "null"]}, "pubkey": {"type": ["string", "null"]}
    }
  },
  "WalletConnected": {
    "type": "object", "required": ["success", "walletAddress", "pubkey", "connectedAt"],
    "additionalProperties": false,
    "properties": {
      "success": {"const": true}, "walletAddress": {"type": "string"},
      "pubkey": {"type": "string", "pattern": "^0[23][0-9a-f]{64}$"},
      "connectedAt": {"$ref": "#/components/schemas/Time"}
    }
  },
  "WalletDisconnected": {
    "type": "object", "required": ["success", "walletAddress"], "additionalProperties": false,
    "properties": {"success": {"const": true}, "walletAddress": {"type": "string"}}
  },
  "WalletPrimary": {
    "type": "object", "required": ["bapId", "walletAddress"],
    "properties": {"bapId": {"type": "string"}, "walletAddress": {"type": "string"}}
  },
  "WalletPrimaryAnswer": {
    "type": "object", "required": ["success", "primaryAddress"], "additionalProperties": false,
    "properties": {"success": {"const": true}, "primaryAddress": {"type": "string"}}
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint list_wallets{
    .handler = service::list_wallets,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session", "bearer"], "query": {"bapId": null}, "ok": {"200": "WalletList"}})json"};
extern constexpr Endpoint wallet_challenge{
    .handler = service::wallet_challenge, .schemas = kSchemas, .operation = R"json({
  "who": ["session", "bearer"], "json": "WalletChallengeRequest", "ok": {"200": "WalletChallenge"}
})json"};
extern constexpr Endpoint connect_wallet{.handler = service::connect_wallet, .schemas = kSchemas, .operation = R"json({
  "who": ["session", "bearer"], "json": "WalletConnect", "ok": {"200": "WalletConnected"}
})json"};
extern constexpr Endpoint disconnect_wallet{
    .handler = service::disconnect_wallet, .schemas = kSchemas, .operation = R"json({
  "who": ["session", "bearer"], "query": {"bapId!": null, "address!": null}, "ok": {"200": "WalletDisconnected"}
})json"};
extern constexpr Endpoint set_primary_wallet{
    .handler = service::set_primary_wallet, .schemas = kSchemas, .operation = R"json({
  "who": ["session", "bearer"], "json": "WalletPrimary", "ok": {"200": "WalletPrimaryAnswer"}
})json"};

}  // namespace endpoints
}  // namespace sigma::service
