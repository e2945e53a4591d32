#include "sigma/http/message.hpp"

#include <gtest/gtest.h>

namespace sigma::http {
namespace {

TEST(Headers, CompareNamesWithoutCase) {
  Headers headers;
  headers.add("Accept", "a");
  headers.add("ACCEPT", "b");
  headers.add("Host", "h");
  EXPECT_EQ(headers.find("accept"), "a");
  EXPECT_EQ(headers.count("Accept"), 2u);
  headers.set("accept", "c");
  EXPECT_EQ(headers.count("accept"), 1u);
  EXPECT_EQ(headers.find("accept"), "c");
  headers.set("X-New", "d");
  EXPECT_EQ(headers.find("x-new"), "d");
  headers.erase("HOST");
  EXPECT_FALSE(headers.contains("host"));
  EXPECT_EQ(headers.find("acc"), std::nullopt);
}

TEST(Request, ContentTypeIsTheBareMediaType) {
  for (const auto& [value, expected] :
       std::vector<std::pair<std::string, std::string>>{{"application/json", "application/json"},
                                                        {"Application/JSON; charset=utf-8", "application/json"},
                                                        {" text/plain ;x", "text/plain"},
                                                        {"", ""},
                                                        {";", ""}}) {
    Request request;
    request.headers.add("content-type", value);
    EXPECT_EQ(request.content_type(), expected) << value;
  }
  Request twice;
  twice.headers.add("Content-Type", "application/json");
  twice.headers.add("Content-Type", "text/plain");
  EXPECT_EQ(twice.content_type(), "");
  EXPECT_EQ(Request{}.content_type(), "");
}

TEST(Request, Cookie) {
  const auto cookie = [](const std::vector<std::string>& fields) {
    Request request;
    for (const std::string& field : fields) request.headers.add("Cookie", field);
    return request.cookie("sid");
  };
  EXPECT_EQ(cookie({"sid=a"}), "a");
  EXPECT_EQ(cookie({"x=1; sid=a=b; y=2"}), "a=b");
  EXPECT_EQ(cookie({"x=1;sid=a"}), "a");
  EXPECT_EQ(cookie({"x=1", "sid=a"}), "a");
  EXPECT_EQ(cookie({"sid="}), "");
  EXPECT_EQ(cookie({}), std::nullopt);
  EXPECT_EQ(cookie({"xsid=a; sidx=b; SID=c"}), std::nullopt);
  EXPECT_EQ(cookie({"sid=a; sid=a"}), std::nullopt) << "whose would it be?";
  EXPECT_EQ(cookie({"sid=a", "sid=b"}), std::nullopt);
}

}  // namespace
}  // namespace sigma::http
