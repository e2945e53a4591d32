// Clients of a person who is signed in: better-auth's calls (contract §6) and those of Sigma's command line (§8b).
#include "routes/audit_event.hpp"
#include "routes/body.hpp"
#include "routes/client_json.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_cookie.hpp"
#include "sigma/http/form.hpp"

namespace sigma::service {
namespace {

using core::Json;

oauth::Error bad_request(std::string description) {
  return {oauth::ErrorCode::invalid_request, std::move(description)};
}

// The session API speaks of sessions and origins; the rest speaks OAuth.
http::Response refusal(const oauth::Error& error) {
  switch (error.code()) {
    case oauth::ErrorCode::unauthorized:
    case oauth::ErrorCode::user_disabled:
    case oauth::ErrorCode::invalid_origin:
    case oauth::ErrorCode::missing_or_null_origin:
      return session_error(error);
    default:
      return oauth_error(error);
  }
}

struct OwnersCall {
  store::SessionWithUser session;
  Json body;
  oauth::KeyProofs proofs;
};

Task<oauth::Result<OwnersCall>> owners_call(App& app, const http::Request& request, Callers callers = Callers::pages) {
  OwnersCall call;
  SIGMA_CO_TRY(call.session, co_await require_session(app, request, callers));
  SIGMA_CO_TRY(call.body, json_object(request, oauth::ErrorCode::invalid_request));
  call.proofs = key_proofs(request);
  co_return std::move(call);
}

oauth::Result<store::ClientId> client_id_of(const Json& body) {
  const auto id = core::json_string(body, "client_id");
  if (!id) return bad_request("client_id is missing.");
  return store::ClientId{*id};
}

Json owned_json(const oauth::IssuedClient& issued) {
  Json json = oauth::render_issued(issued);
  add_sigma_names(issued.client, json);
  return json;
}

// What anybody may know of a client, in the words of §8b.
Json listed_json(const store::Client& client) {
  Json json = {{"clientId", client.id.str()}, {"name", client.name}, {"verified", oauth::is_vouched_for(client)}};
  if (client.owner_bap_id) json["ownerBapId"] = client.owner_bap_id->str();
  for (const char* member : {"logo_uri", "client_uri"}) {
    if (const auto found = client.metadata.find(member); found != client.metadata.end()) json[member] = *found;
  }
  return json;
}

template <class T>
void record_change(App& app, const http::Request& request, oauth::AuditType type, const store::SessionWithUser& session,
                   const store::ClientId& id, const oauth::Result<T>& result) {
  oauth::AuditEvent event = audit_event(request, type, session);
  event.client_id = id;
  if constexpr (std::is_same_v<T, oauth::IssuedClient>) {
    if (result && type == oauth::AuditType::client_changed) event.detail = oauth::describe_change(*result);
  }
  record(app.audit, std::move(event), result);
}

store::ClientId id_of(const oauth::Result<oauth::IssuedClient>& issued) {
  return issued ? issued->client.id : store::ClientId{};
}

Task<http::Response> create_owned_client(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto call = co_await owners_call(app, request);
  if (!call) co_return refusal(call.error());
  read_sigma_names(call->body);
  const auto issued = co_await app.owner_clients.create(
      call->session, {.metadata = std::move(call->body), .proofs = std::move(call->proofs), .id = {}, .owner = {}});
  record_change(app, request, oauth::AuditType::client_created, call->session, id_of(issued), issued);
  co_return issued ? json_answer(owned_json(*issued), 201) : refusal(issued.error());
}

Task<http::Response> get_owned_client(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return refusal(session.error());
  auto id = query_parameter(request, "client_id");
  if (!id) co_return refusal(bad_request("client_id is missing."));
  auto client = co_await app.owner_clients.find(session->user.id, store::ClientId{std::move(*id)});
  co_return client ? json_answer(owned_json({std::move(*client), std::nullopt})) : refusal(client.error());
}

Task<http::Response> get_owned_clients(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return refusal(session.error());
  auto clients = co_await app.owner_clients.list(session->user.id);
  if (!clients) co_return refusal(clients.error());
  Json list = Json::array();
  for (store::Client& client : *clients) list.push_back(owned_json({std::move(client), std::nullopt}));
  co_return json_answer(list);
}

Task<http::Response> update_owned_client(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto call = co_await owners_call(app, request);
  if (!call) co_return refusal(call.error());
  auto id = client_id_of(call->body);
  if (!id) co_return refusal(id.error());
  const auto update = call->body.find("update");
  if (update == call->body.end() || !update->is_object())
    co_return refusal(bad_request("update is missing: send an object of the members to change."));
  Json changes = *update;
  read_sigma_names(changes);
  const auto issued = co_await app.owner_clients.update(
      call->session.user.id, *id,
      {.metadata = std::move(changes), .proofs = std::move(call->proofs), .id = {}, .owner = {}});
  record_change(app, request, oauth::AuditType::client_changed, call->session, *id, issued);
  co_return issued ? json_answer(owned_json(*issued)) : refusal(issued.error());
}

Task<http::Response> delete_owned_client(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto call = co_await owners_call(app, request);
  if (!call) co_return refusal(call.error());
  auto id = client_id_of(call->body);
  if (!id) co_return refusal(id.error());
  const auto removed = co_await app.owner_clients.remove(call->session.user.id, *id);
  record_change(app, request, oauth::AuditType::client_deleted, call->session, *id, removed);
  co_return removed ? json_answer({{"success", true}}) : refusal(removed.error());
}

Task<http::Response> rotate_owned_client_secret(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto call = co_await owners_call(app, request);
  if (!call) co_return refusal(call.error());
  auto id = client_id_of(call->body);
  if (!id) co_return refusal(id.error());
  const auto issued = co_await app.owner_clients.rotate_secret(call->session.user.id, *id);
  record_change(app, request, oauth::AuditType::client_secret_rotated, call->session, *id, issued);
  co_return issued ? json_answer(owned_json(*issued)) : refusal(issued.error());
}

Task<http::Response> list_oauth_clients(App& app, http::Request request) {
  Json answer = {{"clients", Json::array()}};
  if (auto id = query_parameter(request, "clientId")) {
    const auto client = co_await app.clients.find_kept(store::ClientId{std::move(*id)});
    if (!client) co_return refusal(client.error());
    if (*client && !(*client)->disabled) answer["clients"].push_back(listed_json(**client));
    co_return json_answer(answer);
  }
  auto session = co_await require_session(app, request);
  if (!session) co_return refusal(session.error());
  auto clients = co_await app.owner_clients.list(session->user.id);
  if (!clients) co_return refusal(clients.error());
  for (const store::Client& client : *clients) answer["clients"].push_back(listed_json(client));
  co_return json_answer(answer);
}

Task<http::Response> create_oauth_client(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto call = co_await owners_call(app, request, Callers::pages_and_cli);
  if (!call) co_return refusal(call.error());
  const Json& body = call->body;
  const auto id = core::json_string(body, "clientId"), owner = core::json_string(body, "ownerBapId");
  if (!id || !owner) co_return refusal(bad_request("clientId and ownerBapId are needed, as strings."));
  oauth::OwnedClientRequest wanted{
      .metadata = {{"token_endpoint_auth_method", "none"}, {"grant_types", {"authorization_code", "refresh_token"}}},
      .proofs = std::move(call->proofs),
      .id = store::ClientId{*id},
      .owner = store::BapId{*owner}};
  for (const auto& [theirs, ours] : {std::pair{"name", "client_name"}, std::pair{"redirectUris", "redirect_uris"},
                                     std::pair{"accountPubkey", "member_pubkey"}}) {
    if (const auto found = body.find(theirs); found != body.end()) wanted.metadata[ours] = *found;
  }
  const auto issued = co_await app.owner_clients.create(call->session, std::move(wanted));
  record_change(app, request, oauth::AuditType::client_created, call->session, id_of(issued), issued);
  if (!issued) co_return refusal(issued.error());
  Json client = listed_json(issued->client);
  if (!issued->client.member_keys.empty()) client["accountPubkey"] = issued->client.member_keys.front().pubkey;
  co_return json_answer({{"client", std::move(client)}}, 201);
}

constexpr const char* kSchemas = R"json({
  "OwnedClient": {
    "type": "object", "allOf": [{"$ref": "#/components/schemas/ClientDescription"}],
    "required": [
      "client_id", "client_id_issued_at", "client_name", "token_endpoint_auth_method", "redirect_uris",
      "grant_types", "response_types", "member_pubkeys", "skip_consent", "disabled", "owner_bap_id",
      "ownerBapId"
    ],
    "properties": {
      "client_id": {"type": "string"}, "client_id_issued_at": {"type": "integer"},
      "client_secret": {"type": "string"}, "client_secret_expires_at": {"type": "integer"},
      "member_pubkeys": {"type": "array"}, "skip_consent": {"type": "boolean"}, "disabled": {"type": "boolean"},
      "owner_bap_id": {"type": "string"}, "ownerBapId": {"type": "string"}, "memberPubkey": {"type": "string"},
      "verified": {"type": "boolean"}
    }
  },
  "OwnedClientArray": {"type": "array", "items": {"$ref": "#/components/schemas/OwnedClient"}},
  "ClientId": {"type": "object", "required": ["client_id"], "properties": {"client_id": {"type": "string"}}},
  "ClientUpdate": {
    "type": "object", "required": ["client_id", "update"],
    "properties": {"client_id": {"type": "string"}, "update": {"$ref": "#/components/schemas/ClientDescription"}}
  },
  "CommandLineClientInfo": {
    "type": "object", "required": ["clientId", "name"],
    "properties": {
      "clientId": {"type": "string"}, "name": {"type": "string"}, "ownerBapId": {"type": "string"},
      "verified": {"type": "boolean"}, "accountPubkey": {"type": ["string", "null"]},
      "memberPubkey": {"type": ["string", "null"]},
      "redirectUris": {"type": "array", "items": {"type": "string"}}
    }
  },
  "CommandLineClients": {
    "type": "object", "required": ["clients"], "additionalProperties": false,
    "properties": {"clients": {"type": "array", "items": {"$ref": "#/components/schemas/CommandLineClientInfo"}}}
  },
  "CommandLineClient": {
    "type": "object", "required": ["client"], "additionalProperties": false,
    "properties": {"client": {"$ref": "#/components/schemas/CommandLineClientInfo"}}
  },
  "CommandLineClientRequest": {
    "type": "object", "required": ["clientId", "ownerBapId"],
    "properties": {
      "clientId": {"type": "string"}, "ownerBapId": {"type": "string"}, "name": {"type": "string"},
      "redirectUris": {"type": "array", "items": {"type": "string"}}, "accountPubkey": {"type": "string"}
    }
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint create_owned_client{
    .handler = service::create_owned_client, .schemas = kSchemas, .operation = R"json({
  "who": ["session"], "json": "ClientDescription", "ok": {"201": "OwnedClient"}, "errors": "oauth"
})json"};
extern constexpr Endpoint get_owned_client{
    .handler = service::get_owned_client, .schemas = kSchemas, .operation = R"json({
  "who": ["session"], "query": {"client_id!": null}, "ok": {"200": "OwnedClient"}, "errors": "oauth"
})json"};
extern constexpr Endpoint get_owned_clients{
    .handler = service::get_owned_clients,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session"], "ok": {"200": "OwnedClientArray"}, "errors": "oauth"})json"};
extern constexpr Endpoint update_owned_client{
    .handler = service::update_owned_client, .schemas = kSchemas, .operation = R"json({
  "who": ["session"], "json": "ClientUpdate", "ok": {"200": "OwnedClient"}, "errors": "oauth"
})json"};
extern constexpr Endpoint delete_owned_client{
    .handler = service::delete_owned_client,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session"], "json": "ClientId", "ok": {"200": "Success"}, "errors": "oauth"})json"};
extern constexpr Endpoint rotate_owned_client_secret{
    .handler = service::rotate_owned_client_secret, .schemas = kSchemas, .operation = R"json({
  "who": ["session"], "json": "ClientId", "ok": {"200": "OwnedClient"}, "errors": "oauth"
})json"};
extern constexpr Endpoint list_oauth_clients{
    .handler = service::list_oauth_clients, .schemas = kSchemas, .operation = R"json({
  "who": ["session", "public"], "query": {"clientId": null}, "ok": {"200": "CommandLineClients"}, "errors": "oauth"
})json"};
extern constexpr Endpoint create_oauth_client{
    .handler = service::create_oauth_client, .schemas = kSchemas, .operation = R"json({
  "who": ["x_auth_token"], "json": "CommandLineClientRequest", "ok": {"201": "CommandLineClient"}, "errors": "oauth"
})json"};

}  // namespace endpoints
}  // namespace sigma::service
