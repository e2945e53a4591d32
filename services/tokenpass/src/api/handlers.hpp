// One function an endpoint: parse, decide, answer. routes.cpp says who may call it and what state the wallet must have.
#pragma once
#include "api/call.hpp"

namespace sigma::tokenpass {

using Answer = Outcome<http::Response>;

// wallet.cpp
Task<Answer> register_wallet(App& app, Call call);
Task<Answer> login(App& app, Call call);
Task<Answer> logout(App& app, Call call);
Task<Answer> export_secrets(App& app, Call call);
Task<Answer> import_wallet(App& app, Call call);
Task<Answer> change_password(App& app, Call call);
Task<Answer> session_key(App& app, Call call);
// status.cpp
Task<Answer> status(App& app, Call call);
Task<Answer> health(App& app, Call call);
Task<Answer> icon(App& app, Call call);
Task<Answer> settings(App& app, Call call);
Task<Answer> set_settings(App& app, Call call);
// auth.cpp
Task<Answer> auth(App& app, Call call);
// sign.cpp
Task<Answer> sign(App& app, Call call);
Task<Answer> sign_aip(App& app, Call call);
// encrypt.cpp
Task<Answer> encrypt(App& app, Call call);
Task<Answer> decrypt(App& app, Call call);
Task<Answer> friend_pubkey(App& app, Call call);
// profile.cpp
Task<Answer> profile(App& app, Call call);
Task<Answer> set_profile(App& app, Call call);
Task<Answer> state(App& app, Call call);
Task<Answer> set_state(App& app, Call call);
Task<Answer> erase_state(App& app, Call call);
Task<Answer> fund(App& app, Call call);
Task<Answer> transfer(App& app, Call call);
// identity.cpp
Task<Answer> identities(App& app, Call call);
Task<Answer> create_identity(App& app, Call call);
Task<Answer> create_guest(App& app, Call call);
Task<Answer> bap_profile(App& app, Call call);
// backups.cpp
Task<Answer> backups(App& app, Call call);
Task<Answer> add_backup(App& app, Call call);
Task<Answer> forget_backup(App& app, Call call);
Task<Answer> switch_backup(App& app, Call call);
Task<Answer> create_backup(App& app, Call call);
Task<Answer> import_backup(App& app, Call call);
Task<Answer> download_backup(App& app, Call call);
// sync.cpp
Task<Answer> sync_status(App& app, Call call);
Task<Answer> sync_push(App& app, Call call);
Task<Answer> sync_pull(App& app, Call call);
// approvals.cpp
Task<Answer> approvals(App& app, Call call);
Task<Answer> decide_approval(App& app, Call call);
Task<Answer> grant_approval(App& app, Call call);
Task<Answer> sites(App& app, Call call);
Task<Answer> revoke_site(App& app, Call call);
Task<Answer> activity(App& app, Call call);
// auto_approval.cpp
Task<Answer> auto_approval(App& app, Call call);
Task<Answer> approve_automatically(App& app, Call call);
Task<Answer> ask_again(App& app, Call call);
// authorization.cpp
Task<Answer> describe_authorization(App& app, Call call);
Task<Answer> answer_authorization(App& app, Call call);
Task<Answer> applications(App& app, Call call);
Task<Answer> end_application(App& app, Call call);

}  // namespace sigma::tokenpass
