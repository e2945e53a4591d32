// OAuth 2.0 Form Post Response Mode: the answer travels in a form that posts itself to the application.
#pragma once
#include <string>

#include "app.hpp"
#include "sigma/http/message.hpp"

namespace sigma::service {

http::Response form_post_page(const http::Request& request, const oauth::GoToClient& client);
/// An address of ours that shows form_post_page() for the next minute: for scripts, which can only navigate. The answer
/// in it is encrypted.
std::string form_post_url(const App& app, const oauth::GoToClient& client);

}  // namespace sigma::service
