// Every public handler: parse, call the domain, render. The table that binds them to paths is routes.cpp.
#pragma once
#include "app.hpp"
#include "sigma/core/task.hpp"
#include "sigma/http/message.hpp"

namespace sigma::service {

using core::Task;

// session.cpp
Task<http::Response> sign_in_sigma(App& app, http::Request request);
Task<http::Response> get_session(App& app, http::Request request);
Task<http::Response> sign_out(App& app, http::Request request);
Task<http::Response> list_sessions(App& app, http::Request request);
Task<http::Response> revoke_session(App& app, http::Request request);
Task<http::Response> revoke_sessions(App& app, http::Request request);
Task<http::Response> revoke_other_sessions(App& app, http::Request request);
Task<http::Response> ok(App& app, http::Request request);
// end_session.cpp
Task<http::Response> end_session(App& app, http::Request request);
Task<http::Response> end_session_confirm(App& app, http::Request request);
// sign_up.cpp
Task<http::Response> sign_up_sigma(App& app, http::Request request);
// organization.cpp
Task<http::Response> list_organizations(App& app, http::Request request);
Task<http::Response> set_active_organization(App& app, http::Request request);
Task<http::Response> get_full_organization(App& app, http::Request request);
Task<http::Response> get_active_member(App& app, http::Request request);
// invitations.cpp
Task<http::Response> refuse_invitation(App& app, http::Request request);
Task<http::Response> no_invitations(App& app, http::Request request);
// consents.cpp
Task<http::Response> get_consents(App& app, http::Request request);
Task<http::Response> get_consent(App& app, http::Request request);
Task<http::Response> update_consent(App& app, http::Request request);
Task<http::Response> delete_consent(App& app, http::Request request);
Task<http::Response> store_consent_bap_id(App& app, http::Request request);
// identities.cpp
Task<http::Response> list_identities(App& app, http::Request request);
Task<http::Response> save_identity(App& app, http::Request request);
Task<http::Response> bap_profile(App& app, http::Request request);
Task<http::Response> last_oauth_identity(App& app, http::Request request);
Task<http::Response> token_for_endpoint(App& app, http::Request request);
// wallets.cpp
Task<http::Response> list_wallets(App& app, http::Request request);
Task<http::Response> wallet_challenge(App& app, http::Request request);
Task<http::Response> connect_wallet(App& app, http::Request request);
Task<http::Response> disconnect_wallet(App& app, http::Request request);
Task<http::Response> set_primary_wallet(App& app, http::Request request);
// holdings.cpp
Task<http::Response> list_nfts(App& app, http::Request request);
Task<http::Response> verify_ownership(App& app, http::Request request);
Task<http::Response> subscription_status(App& app, http::Request request);
// backup.cpp
Task<http::Response> push_backup(App& app, http::Request request);
Task<http::Response> pull_backup(App& app, http::Request request);
Task<http::Response> keep_backup(App& app, http::Request request);
// authorize.cpp
Task<http::Response> authorize(App& app, http::Request request);
Task<http::Response> legacy_authorize(App& app, http::Request request);
Task<http::Response> form_post(App& app, http::Request request);
Task<http::Response> oauth2_continue(App& app, http::Request request);
Task<http::Response> oauth2_consent(App& app, http::Request request);
Task<http::Response> public_client(App& app, http::Request request);
Task<http::Response> auth_error(App& app, http::Request request);
// token.cpp
Task<http::Response> token(App& app, http::Request request);
Task<http::Response> pushed_request(App& app, http::Request request);
Task<http::Response> userinfo(App& app, http::Request request);
Task<http::Response> introspect(App& app, http::Request request);
Task<http::Response> revoke(App& app, http::Request request);
// device.cpp
Task<http::Response> device_code(App& app, http::Request request);
Task<http::Response> device_token(App& app, http::Request request);
Task<http::Response> device_status(App& app, http::Request request);
Task<http::Response> device_approve(App& app, http::Request request);
Task<http::Response> device_deny(App& app, http::Request request);
// registration.cpp
Task<http::Response> register_client(App& app, http::Request request);
Task<http::Response> get_registration(App& app, http::Request request);
Task<http::Response> put_registration(App& app, http::Request request);
Task<http::Response> delete_registration(App& app, http::Request request);
// owner_clients.cpp
Task<http::Response> create_owned_client(App& app, http::Request request);
Task<http::Response> get_owned_client(App& app, http::Request request);
Task<http::Response> get_owned_clients(App& app, http::Request request);
Task<http::Response> update_owned_client(App& app, http::Request request);
Task<http::Response> delete_owned_client(App& app, http::Request request);
Task<http::Response> rotate_owned_client_secret(App& app, http::Request request);
Task<http::Response> list_oauth_clients(App& app, http::Request request);
Task<http::Response> create_oauth_client(App& app, http::Request request);
// metadata.cpp
Task<http::Response> jwks(App& app, http::Request request);
Task<http::Response> protected_resource(App& app, http::Request request);

}  // namespace sigma::service
