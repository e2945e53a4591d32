#pragma once
#include "sigma/core/json.hpp"
#include "sigma/oauth/accounts/account_book.hpp"
#include "sigma/store/rows.hpp"

namespace sigma::service {

/// A user for people and scripts who administer the server.
core::Json render_user(const store::User& user);
/// The same with "identities".
core::Json render_account(const oauth::Account& account);
/// What a person has allowed a client.
core::Json render_consent(const store::Consent& consent);
/// A session, without its secret's hash.
core::Json render_session(const store::Session& session);

}  // namespace sigma::service
