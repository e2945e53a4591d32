// better-auth's organisation calls: an organisation is an identity, its id and slug are the BAP id (contract §6).
#include <algorithm>

#include "routes/body.hpp"
#include "routes/handler.hpp"
#include "routes/render.hpp"
#include "routes/session_cookie.hpp"
#include "sigma/http/form.hpp"
#include "sigma/oauth/sessions/session_renewal.hpp"
#include "sigma/oauth/userinfo/claims.hpp"

namespace sigma::service {
namespace {

using core::Json;

std::string name_of(const store::Profile& profile) {
  return oauth::display_name({{}, profile});
}

Json organization_json(const store::Profile& profile) {
  Json json = {{"id", profile.bap_id.str()},
               {"name", name_of(profile)},
               {"slug", profile.bap_id.str()},
               {"createdAt", to_iso8601(profile.created_at)}};
  if (auto picture = oauth::display_picture({{}, profile})) json["logo"] = std::move(*picture);
  return json;
}

Json member_json(const store::Profile& profile, const store::User& user) {
  return {{"id", profile.bap_id.str() + ":" + user.id.str()},
          {"organizationId", profile.bap_id.str()},
          {"userId", user.id.str()},
          {"role", "owner"},
          {"createdAt", to_iso8601(profile.created_at)},
          {"user",
           {{"id", user.id.str()}, {"name", user.name}, {"image", user.image ? Json(*user.image) : Json(nullptr)}}}};
}

// The identity named by `wanted`, else the session's current one.
Task<oauth::Result<store::Profile>> owned_identity(App& app, const store::SessionWithUser& session,
                                                   std::optional<std::string> wanted) {
  auto id = wanted ? std::optional(store::BapId{std::move(*wanted)}) : session.session.active_bap_id;
  if (!id)
    co_return oauth::Error{oauth::ErrorCode::organization_not_found,
                           "No identity is active in this session; call organization/set-active."};
  co_return co_await app.identities.of_user(session.user.id, std::move(*id));
}

Task<http::Response> list_organizations(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  auto profiles = co_await app.identities.of_user(session->user.id);
  if (!profiles) co_return session_error(profiles.error());
  Json list = Json::array();
  for (const auto& profile : *profiles) list.push_back(organization_json(profile));
  co_return json_answer(list);
}

Task<http::Response> set_active_organization(App& app, http::Request request) {
  if (!is_json(request)) co_return not_json(request);
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  const auto body = json_object(request);
  if (!body) co_return session_error(body.error());
  const auto member = body->find("organizationId");
  if (member == body->end() || !(member->is_string() || member->is_null()))
    co_return session_error(invalid("[body.organizationId] Invalid input: expected string or null"));
  std::optional<store::BapId> wanted;
  if (member->is_string()) wanted = store::BapId{member->get<std::string>()};
  const auto active = co_await app.sessions.set_active_identity(std::move(*session), std::move(wanted));
  if (!active) co_return session_error(active.error());
  http::Response response = json_answer(*active ? organization_json(**active) : Json(nullptr));
  if (const auto presented = presented_session(app, request)) set_session_cookie(app, response, presented->token);
  co_return response;
}

Task<http::Response> get_full_organization(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  auto wanted = query_parameter(request, "organizationId");
  if (!wanted && !session->session.active_bap_id) co_return json_answer(nullptr);
  auto profile = co_await owned_identity(app, *session, std::move(wanted));
  if (!profile) co_return session_error(profile.error());
  Json json = organization_json(*profile);
  json["members"] = Json::array({member_json(*profile, session->user)});
  json["invitations"] = Json::array();
  co_return json_answer(json);
}

Task<http::Response> get_active_member(App& app, http::Request request) {
  auto session = co_await require_session(app, request);
  if (!session) co_return session_error(session.error());
  auto profile = co_await owned_identity(app, *session, std::nullopt);
  if (!profile) co_return session_error(profile.error());
  co_return json_answer(member_json(*profile, session->user));
}

constexpr const char* kSchemas = R"json({
  "Organization": {
    "type": "object", "required": ["id", "name", "slug", "createdAt"], "additionalProperties": false,
    "properties": {
      "id": {"type": "string"}, "name": {"type": "string"}, "slug": {"type": "string"},
      "createdAt": {"$ref": "#/components/schemas/Time"}, "logo": {"type": ["string", "null"]}
    }
  },
  "OrganizationOrNull": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Organization"}]},
  "FullOrganizationOrNull": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/FullOrganization"}]},
  "OrganizationArray": {"type": "array", "items": {"$ref": "#/components/schemas/Organization"}},
  "OrganizationChoice": {"type": "object", "properties": {"organizationId": {"type": ["string", "null"]}}},
  "OrganizationMember": {
    "type": "object", "required": ["id", "organizationId", "userId", "role", "createdAt", "user"],
    "additionalProperties": false,
    "properties": {
      "id": {"type": "string"}, "organizationId": {"type": "string"}, "userId": {"type": "string"},
      "role": {"const": "owner"}, "createdAt": {"$ref": "#/components/schemas/Time"},
      "user": {
        "type": "object", "required": ["id", "name", "image"], "additionalProperties": false,
        "properties": {
          "id": {"type": "string"}, "name": {"type": "string"}, "image": {"type": ["string", "null"]},
          "email": {"type": "string"}
        }
      }
    }
  },
  "FullOrganization": {
    "type": "object", "required": ["id", "name", "slug", "createdAt", "members", "invitations"],
    "additionalProperties": false,
    "properties": {
      "id": {"type": "string"}, "name": {"type": "string"}, "slug": {"type": "string"},
      "createdAt": {"$ref": "#/components/schemas/Time"}, "logo": {"type": ["string", "null"]},
      "members": {"type": "array", "items": {"$ref": "#/components/schemas/OrganizationMember"}},
      "invitations": {"$ref": "#/components/schemas/NothingArray"}
    }
  }
})json";

}  // namespace

namespace endpoints {

extern constexpr Endpoint list_organizations{
    .handler = service::list_organizations,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session"], "ok": {"200": "OrganizationArray"}})json"};
extern constexpr Endpoint set_active_organization{
    .handler = service::set_active_organization, .schemas = kSchemas, .operation = R"json({
  "who": ["session"], "json": "OrganizationChoice", "ok": {"200": "OrganizationOrNull"}
})json"};
extern constexpr Endpoint get_full_organization{
    .handler = service::get_full_organization, .schemas = kSchemas, .operation = R"json({
  "who": ["session"], "query": {"organizationId": null}, "ok": {"200": "FullOrganizationOrNull"}
})json"};
extern constexpr Endpoint get_active_member{
    .handler = service::get_active_member,
    .schemas = kSchemas,
    .operation = R"json({"who": ["session"], "ok": {"200": "OrganizationMember"}})json"};

}  // namespace endpoints
}  // namespace sigma::service
