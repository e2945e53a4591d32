#include "routes/render.hpp"

#include <gmock/gmock.h>

namespace sigma::service {
namespace {

using testing::HasSubstr;
using testing::Not;

http::Response refused(int status, std::string path, const char* accept) {
  http::Request request;
  request.path = std::move(path);
  request.request_id = "req-1";
  if (accept != nullptr) request.headers.set("Accept", accept);
  return transport_error(request, status, "The server is busy.");
}

constexpr const char* kBrowser = "text/html,application/xhtml+xml,*/*;q=0.8";

TEST(TransportError, IsAPageForPeople) {
  for (const int status : {500, 503}) {
    const auto page = refused(status, "/login", kBrowser);
    EXPECT_EQ(page.status, status);
    EXPECT_THAT(page.body, HasSubstr("<h1>Something went wrong on our side</h1>"));
    EXPECT_THAT(page.body, HasSubstr("<code>req-1</code>"));
    EXPECT_EQ(page.headers.contains("Retry-After"), status == 503);
  }
  EXPECT_THAT(refused(404, "/nowhere", nullptr).body, HasSubstr("<h1>There is nothing here</h1>"));
}

TEST(TransportError, IsJsonForPrograms) {
  for (const auto& answer : {refused(503, "/login", nullptr), refused(503, "/login", "application/json"),
                             refused(503, "/api/auth/get-session", kBrowser), refused(404, "/api/auth/x", kBrowser)}) {
    EXPECT_THAT(answer.body, HasSubstr("\"message\""));
    EXPECT_THAT(answer.body, Not(HasSubstr("<html")));
  }
}

}  // namespace
}  // namespace sigma::service
