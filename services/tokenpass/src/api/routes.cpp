#include "api/routes.hpp"

#include "api/envelope.hpp"
#include "api/handlers.hpp"
#include "api/render.hpp"

namespace sigma::tokenpass {
namespace {

using enum http::Method;

using ApiHandler = Task<Answer> (*)(App&, Call);

enum class Who {
  anyone,
  first_party,  ///< not a foreign page: 403, code 7
};
enum class Wants {
  nothing,
  wallet,    ///< 417 without
  unlocked,  ///< 417 without wallet, 401 code 1 while locked
};

/// How a body may come.
enum class Body {
  plain,
  sealable,  ///< also encrypted to the session key: {"ciphertext": …} (envelope.hpp)
};

struct Entry {
  http::Method method;
  const char* path;
  ApiHandler handler;
  Who who;
  Wants wants;
  Body body;
  const char* older_path;  ///< the same without /api, for clients of 2023; null: none
  const char* summary;
};

// The password routes, and everything that is only for our own pages and for programs, refuse foreign pages here.
constexpr Entry kTable[] = {
    {post, "/api/register", register_wallet, Who::first_party, Wants::nothing, Body::sealable, nullptr,
     "Make a wallet"},
    {post, "/api/login", login, Who::first_party, Wants::wallet, Body::sealable, "/login", "Unlock"},
    {post, "/api/logout", logout, Who::first_party, Wants::nothing, Body::plain, "/logout", "Lock"},
    {get, "/api/status", status, Who::anyone, Wants::nothing, Body::plain, nullptr,
     "Is there a wallet, and is it unlocked?"},
    {post, "/api/export", export_secrets, Who::first_party, Wants::wallet, Body::sealable, "/export", "Seed and words"},
    {post, "/api/import", import_wallet, Who::first_party, Wants::nothing, Body::sealable, nullptr,
     "A wallet from words or a file"},
    {post, "/api/password", change_password, Who::first_party, Wants::wallet, Body::sealable, nullptr,
     "Change the password"},
    {get, "/api/session-key", session_key, Who::anyone, Wants::nothing, Body::plain, nullptr,
     "The key for encrypted bodies"},

    {post, "/api/auth", auth, Who::anyone, Wants::wallet, Body::sealable, "/auth", "An access token for a host"},
    {post, "/api/sign", sign, Who::anyone, Wants::unlocked, Body::plain, "/sign", "Sign a message or a request"},
    {post, "/api/sign-aip", sign_aip, Who::anyone, Wants::unlocked, Body::plain, nullptr,
     "Sign the pushes of an output (AIP)"},
    {post, "/api/encrypt", encrypt, Who::anyone, Wants::unlocked, Body::plain, "/encrypt",
     "Encrypt for the host or a friend"},
    {post, "/api/decrypt", decrypt, Who::anyone, Wants::unlocked, Body::plain, nullptr, "Decrypt"},
    {post, "/api/friend-pubkey", friend_pubkey, Who::anyone, Wants::unlocked, Body::plain, nullptr,
     "Our key for a friend"},

    {get, "/api/profile", profile, Who::anyone, Wants::nothing, Body::plain, "/profile", "The person's public profile"},
    {post, "/api/profile", set_profile, Who::anyone, Wants::unlocked, Body::plain, "/profile", "Change the profile"},
    {get, "/api/state", state, Who::anyone, Wants::unlocked, Body::plain, "/state", "A host's scratch data"},
    {post, "/api/state", set_state, Who::anyone, Wants::unlocked, Body::plain, "/state", "Change it"},
    {del, "/api/state", erase_state, Who::anyone, Wants::unlocked, Body::plain, "/state", "Erase it"},
    {post, "/api/fund", fund, Who::anyone, Wants::unlocked, Body::plain, "/fund",
     "Hand a transaction to a connected wallet"},
    {post, "/api/transfer", transfer, Who::anyone, Wants::unlocked, Body::plain, nullptr,
     "Transfer by a connected wallet"},

    {get, "/api/auth/icon", icon, Who::first_party, Wants::nothing, Body::plain, "/auth/icon", "The security picture"},
    {get, "/api/health", health, Who::anyone, Wants::nothing, Body::plain, nullptr, "Is the server there?"},
    {get, "/api/settings", settings, Who::first_party, Wants::nothing, Body::plain, nullptr, "Settings of the server"},
    {post, "/api/settings", set_settings, Who::first_party, Wants::nothing, Body::plain, nullptr,
     "Nothing can be set here"},

    {get, "/api/identity", identities, Who::first_party, Wants::unlocked, Body::plain, nullptr,
     "The person's identities"},
    {post, "/api/identity", create_identity, Who::first_party, Wants::unlocked, Body::plain, nullptr,
     "Another identity"},
    {post, "/api/identity/guest", create_guest, Who::first_party, Wants::unlocked, Body::plain, nullptr,
     "One for a single site"},
    {get, "/api/bap-profile", bap_profile, Who::first_party, Wants::nothing, Body::plain, nullptr, "A public profile"},

    {get, "/api/backups", backups, Who::first_party, Wants::nothing, Body::plain, nullptr,
     "Wallet files of the folder"},
    {post, "/api/backups", add_backup, Who::first_party, Wants::nothing, Body::plain, nullptr,
     "Name a file of the folder"},
    {del, "/api/backups", forget_backup, Who::first_party, Wants::nothing, Body::plain, nullptr,
     "Take a file off the list"},
    {post, "/api/backups/switch", switch_backup, Who::first_party, Wants::nothing, Body::plain, nullptr,
     "Use another wallet"},
    {post, "/api/backups/create", create_backup, Who::first_party, Wants::nothing, Body::sealable, nullptr,
     "Another wallet"},
    {post, "/api/backups/import", import_backup, Who::first_party, Wants::nothing, Body::sealable, nullptr,
     "A wallet from a file"},
    {post, "/api/backups/download", download_backup, Who::first_party, Wants::unlocked, Body::sealable, nullptr,
     "A .bep file"},

    {get, "/api/sync/status", sync_status, Who::first_party, Wants::unlocked, Body::plain, nullptr,
     "Is there a cloud backup?"},
    {post, "/api/sync/push", sync_push, Who::first_party, Wants::unlocked, Body::sealable, nullptr,
     "Send the encrypted backup"},
    {post, "/api/sync/pull", sync_pull, Who::first_party, Wants::unlocked, Body::sealable, nullptr,
     "Look at it, or take it over"},

    {get, "/api/approvals", approvals, Who::first_party, Wants::unlocked, Body::plain, nullptr, "Questions that wait"},
    {post, "/api/approvals", grant_approval, Who::first_party, Wants::unlocked, Body::plain, nullptr,
     "Allow a host beforehand"},
    {post, "/api/approvals/{id}", decide_approval, Who::first_party, Wants::unlocked, Body::plain, nullptr,
     "Yes or no"},
    {get, "/api/sites", sites, Who::first_party, Wants::unlocked, Body::plain, nullptr, "Connected sites"},
    {del, "/api/sites", revoke_site, Who::first_party, Wants::unlocked, Body::plain, nullptr, "End what a site may do"},
    {get, "/api/activity", activity, Who::first_party, Wants::unlocked, Body::plain, nullptr, "What sites did"},

    {get, "/api/auto-approval", auto_approval, Who::first_party, Wants::unlocked, Body::plain, nullptr,
     "May sites have access without a question?"},
    {post, "/api/auto-approval", approve_automatically, Who::first_party, Wants::unlocked, Body::sealable, nullptr,
     "Let them, for a while"},
    {del, "/api/auto-approval", ask_again, Who::first_party, Wants::unlocked, Body::plain, nullptr,
     "Ask about every site again"},

    {post, "/api/authorization", describe_authorization, Who::first_party, Wants::nothing, Body::plain, nullptr,
     "What an application asks for through OAuth"},
    {post, "/api/authorization/answer", answer_authorization, Who::first_party, Wants::unlocked, Body::plain, nullptr,
     "Yes or no to it"},
    {get, "/api/applications", applications, Who::first_party, Wants::unlocked, Body::plain, nullptr,
     "Applications that sign in here"},
    {del, "/api/applications", end_application, Who::first_party, Wants::unlocked, Body::plain, nullptr,
     "End what one of them may do"},
};

Outcome<void> check_wallet(App& app, Wants wants) {
  if (wants == Wants::nothing) return {};
  const Wallet::State state = app.wallet.state();
  if (state == Wallet::State::none) return Problem::no_wallet();
  if (wants == Wants::unlocked && state == Wallet::State::locked) return Problem::locked();
  return {};
}

Outcome<core::Json> read_body(const App& app, const Entry& entry, const http::Request& request, const Caller& caller) {
  if (entry.method != post && entry.method != del) return core::Json::object();
  if (request.body.empty()) return core::Json::object();
  const bool from_a_page = caller.kind == CallerKind::foreign || caller.kind == CallerKind::whitelisted;
  if (from_a_page && request.content_type() != "application/json") {
    return Problem(400, "The body must be JSON, with Content-Type: application/json.");
  }
  SIGMA_TRY(core::Json body, core::parse_json(request.body));
  if (!body.is_object()) return Problem(400, "The body must be a JSON object.");
  if (entry.body == Body::plain) return body;
  return open_envelope(app.session_key, std::move(body));
}

Task<Answer> dispatch(App& app, const Entry& entry, http::Request request) {
  const Caller caller = caller_of(request, app.config);
  if (entry.who == Who::first_party && !caller.first_party()) co_return Problem::foreign_origin();
  SIGMA_CO_CHECK(check_wallet(app, entry.wants));
  SIGMA_CO_TRY(core::Json body, read_body(app, entry, request, caller));
  Call call{std::move(request), caller, std::move(body)};
  co_return co_await entry.handler(app, std::move(call));
}

struct Bound {
  App* app;
  const Entry* entry;
  Task<http::Response> operator()(http::Request request) const { return answer(*app, *entry, std::move(request)); }

  static Task<http::Response> answer(App& app, const Entry& entry, http::Request request) {
    Answer answer = co_await dispatch(app, entry, std::move(request));
    if (!answer) co_return problem_answer(answer.error(), app.config);
    co_return std::move(*answer);
  }
};

}  // namespace

bool is_api(const http::Request& request) {
  if (request.path.starts_with("/api/") || request.path.starts_with("/.well-known/")) return true;
  const bool reads = request.method == get || request.method == head;
  // GET /auth is a page, POST /auth an answer to a program of 2023.
  return std::ranges::any_of(kTable, [&](const Entry& entry) {
    return entry.older_path != nullptr && request.path == entry.older_path && !(reads && entry.method != get);
  });
}

std::vector<http::Route> all_routes(App& app) {
  constexpr std::size_t kBodyLimit = 1024 * 1024;
  std::vector<http::Route> routes;
  for (const Entry& entry : kTable) {
    const http::RouteOptions options{
        .cors = http::Cors::none, .body_limit = kBodyLimit, .spec = "TokenPass profile", .summary = entry.summary};
    routes.push_back({entry.method, entry.path, Bound{&app, &entry}, options});
    if (entry.older_path) routes.push_back({entry.method, entry.older_path, Bound{&app, &entry}, options});
  }
  return routes;
}

}  // namespace sigma::tokenpass
