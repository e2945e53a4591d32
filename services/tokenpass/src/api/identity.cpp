#include "api/fetch.hpp"
#include "api/handlers.hpp"
#include "api/owner.hpp"
#include "api/render.hpp"

namespace sigma::tokenpass {
namespace {

using core::Json;
using keyring::Identity;
using keyring::Keyring;

Json identity_details(const Identity& identity) {
  Json attributes = Json::object();
  for (const auto& [name, attribute] : identity.attributes) {
    attributes[name] = {{"value", attribute.value}, {"nonce", attribute.nonce}};
  }
  return {{"idKey", identity.id_key},
          {"name", identity.name},
          {"description", identity.description},
          {"rootAddress", identity.root_address},
          {"identityKey", identity.id_key},
          {"counter", identity.counter()},
          {"attributes", std::move(attributes)}};
}

}  // namespace

Task<Answer> identities(App& app, Call call) {
  const std::string wanted = call.query("idKey");
  auto answer = app.wallet.read([&](const Keyring& keyring) -> Outcome<Json> {
    if (!wanted.empty()) {
      const Identity* identity = keyring.find_identity(wanted);
      if (identity == nullptr) return Problem(404, "Identity not found");
      return identity_details(*identity);
    }
    Json list = Json::array();
    for (const Identity& identity : keyring.identities()) list.push_back(identity_summary(identity));
    return Json{{"count", list.size()},
                {"identities", std::move(list)},
                {"primaryId", keyring.identities().front().id_key},
                {"success", true}};
  });
  if (!answer) co_return answer.error();
  co_return json_answer(*answer);
}

Task<Answer> create_identity(App& app, Call call) {
  SIGMA_CO_TRY(const std::string name, required_member(call.body, "name"));
  if (name.size() > 4 * kMaxName) co_return Problem(400, fmt::format("name has room for {} characters.", kMaxName));
  auto made = co_await app.costly([&app, name] {
    return app.wallet.change([&](Keyring& keyring) -> Outcome<Identity> {
      SIGMA_TRY(Identity identity, keyring.add_identity(name));
      return identity;
    });
  });
  if (!made) co_return made.error();
  Json body = identity_summary(*made);
  body["success"] = true;
  co_return json_answer(body);
}

// A site has one guest: asking again finds it again.
Task<Answer> create_guest(App& app, Call call) {
  SIGMA_CO_TRY(const std::string name, required_member(call.body, "host"));
  if (!is_host(name)) co_return Problem(400, "host must be a host name.");
  auto made = co_await app.costly([&app, host = keyring::canonical_host(name)] {
    return app.wallet.change([&](Keyring& keyring) -> Outcome<Identity> {
      const auto is_guest = [&](const Identity& identity) {
        const auto found = identity.attributes.find(std::string(kGuestFor));
        return found != identity.attributes.end() && found->second.value == host;
      };
      const auto guest = std::ranges::find_if(keyring.identities(), is_guest);
      if (guest != keyring.identities().end()) return *guest;
      SIGMA_TRY(const Identity identity, keyring.add_identity("Guest @ " + host));
      keyring.set_attribute(identity.id_key, std::string(kGuestFor), host, app.random);
      return *keyring.find_identity(identity.id_key);
    });
  });
  if (!made) co_return made.error();
  Json body = identity_summary(*made);
  body["success"] = true;
  co_return json_answer(body);
}

Task<Answer> bap_profile(App& app, Call call) {
  const std::string id_key = call.query("idKey");
  if (id_key.empty() || id_key.size() > 64) co_return Problem(400, "idKey is required.");
  if (app.config.bap_api_url.empty()) co_return Problem(503, "Looking up profiles is switched off here.");
  auto answer = co_await fetch_json(app, {.method = http::Method::post,
                                          .url = app.config.bap_api_url + "/identity/get",
                                          .headers = {},
                                          .body = core::dump_json({{"idKey", id_key}})});
  if (!answer) co_return answer.error();
  if (answer->status == 404) co_return Problem(404, "Profile not found");
  if (answer->status != 200) co_return Problem(502, "The profile service did not answer as expected.");
  co_return json_answer(answer->body);
}

}  // namespace sigma::tokenpass
