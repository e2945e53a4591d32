#include "assets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sigma::web {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

http::Request get(std::string path, std::initializer_list<http::Headers::Field> fields = {}) {
  http::Request request;
  request.path = std::move(path);
  for (const auto& [name, value] : fields) request.headers.add(name, value);
  return request;
}

http::Response serve(const http::Request& request) {
  const Asset* asset = find_asset(request.path);
  EXPECT_NE(asset, nullptr) << request.path;
  return asset != nullptr ? serve_asset(request, *asset) : http::Response{};
}

std::string header(const http::Response& response, std::string_view name) {
  return std::string(response.headers.find(name).value_or(""));
}

/// The addresses below /assets/ that a page names: its scripts with all that they import, its style, its icon.
std::vector<std::string> named_by_page(std::string_view page) {
  const std::string& html = *find_asset(page)->identity;
  std::vector<std::string> paths;
  for (std::size_t at = html.find("/assets/"); at != std::string::npos; at = html.find("/assets/", at + 1)) {
    paths.push_back(html.substr(at, html.find('"', at) - at));
  }
  return paths;
}

/// The first of the sign-in page's with that ending.
std::string named_by_login_page(std::string_view ending) {
  for (std::string& path : named_by_page("/login")) {
    if (path.ends_with(ending)) return std::move(path);
  }
  return {};
}

/// What a browser without a cache receives for a page, gzip where that helps.
std::size_t bytes_to_load(std::string_view page) {
  std::size_t bytes = find_asset(page)->identity->size();
  for (const std::string& path : named_by_page(page)) {
    const Asset* asset = find_asset(path);
    EXPECT_NE(asset, nullptr) << page << " names " << path;
    if (asset != nullptr) bytes += (asset->gzip ? asset->gzip : asset->identity)->size();
  }
  return bytes;
}

TEST(Assets, EveryPageIsThereAtItsAddressWithoutExtension) {
  for (const auto* path : {"/", "/login", "/select-identity", "/consent", "/device", "/signer", "/account",
                           "/developers", "/developers/try", "/admin"}) {
    const auto response = serve(get(path));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Content-Type"), "text/html; charset=utf-8");
    EXPECT_THAT(*response.shared_body, HasSubstr("<noscript>"));
  }
}

TEST(Assets, WhatIsNoAddressIsNotFound) {
  for (const auto* path : {"", "/login.html", "/LOGIN", "/assets", "/assets/", "/../login", "/error"}) {
    EXPECT_EQ(find_asset(path), nullptr) << path;
  }
}

TEST(Assets, PagesForbidInlineCodeFramesAndOtherHosts) {
  const auto response = serve(get("/consent"));
  const auto policy = header(response, "Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("script-src 'self';"));
  EXPECT_THAT(policy, HasSubstr("style-src 'self';"));
  EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(policy, Not(HasSubstr("http")));
  EXPECT_EQ(header(response, "X-Frame-Options"), "DENY");
  EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(response, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(header(response, "Cross-Origin-Opener-Policy"), "same-origin");
  EXPECT_THAT(header(response, "Permissions-Policy"), HasSubstr("camera=()"));
}

TEST(Assets, TheSignInMayAlsoAskTheComputersOwnTokenPass) {
  const auto policy = header(serve(get("/login")), "Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("connect-src 'self' http://localhost:21000; form-action 'self';"));
  EXPECT_THAT(policy, HasSubstr("script-src 'self'; "));
}

TEST(Assets, OnlyTheSignerMayBeFramedAndItReachesNoServer) {
  for (const auto* path : {"/", "/login", "/select-identity", "/consent", "/device", "/account", "/developers",
                           "/developers/try", "/admin"})
    EXPECT_THAT(header(serve(get(path)), "Content-Security-Policy"), HasSubstr("frame-ancestors 'none'")) << path;
  const auto signer = serve(get("/signer"));
  const auto policy = header(signer, "Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("frame-ancestors *;"));
  EXPECT_THAT(policy, HasSubstr("connect-src 'none';"));
  EXPECT_THAT(policy, HasSubstr("script-src 'self';"));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_FALSE(signer.headers.contains("X-Frame-Options"));
  EXPECT_FALSE(signer.headers.contains("Cross-Origin-Opener-Policy"));
  EXPECT_EQ(header(signer, "Referrer-Policy"), "no-referrer");
}

TEST(Assets, PagesKeepToThePolicyTheyAreServedWith) {
  for (const auto* path :
       {"/", "/login", "/select-identity", "/consent", "/device", "/signer", "/account", "/developers",
        "/developers/try", "/admin", "error.html", "sign-out.html", "signed-out.html"}) {
    const std::string& html = *find_asset(path)->identity;
    EXPECT_THAT(html, Not(HasSubstr("style="))) << path;
    EXPECT_THAT(html, Not(HasSubstr("<style"))) << path;
    EXPECT_THAT(html, Not(HasSubstr("<script>"))) << path;
    EXPECT_THAT(html, Not(HasSubstr("http://"))) << path;
    EXPECT_THAT(html, Not(HasSubstr("https://"))) << path;
    EXPECT_THAT(html, Not(HasSubstr("onclick"))) << path;
  }
}

TEST(Assets, HashedFilesMayBeKeptAYearPagesAreAskedForAgain) {
  EXPECT_EQ(header(serve(get("/login")), "Cache-Control"), "no-cache");
  const auto script = serve(get(named_by_login_page(".js")));
  EXPECT_EQ(header(script, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(script, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(script, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(serve(get(named_by_login_page(".css"))), "Content-Type"), "text/css; charset=utf-8");
  EXPECT_EQ(header(serve(get(named_by_login_page(".svg"))), "Content-Type"), "image/svg+xml");
}

struct CodingCase {
  const char* accept;
  const char* coding;
};

class ContentCoding : public testing::TestWithParam<CodingCase> {};

TEST_P(ContentCoding, FollowsAcceptEncoding) {
  const auto response = serve(get(named_by_login_page(".js"), {{"Accept-Encoding", GetParam().accept}}));
  EXPECT_EQ(header(response, "Content-Encoding"), GetParam().coding) << GetParam().accept;
  EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
}

INSTANTIATE_TEST_SUITE_P(Rfc9110, ContentCoding,
                         testing::Values(CodingCase{"gzip, deflate, br, zstd", "br"}, CodingCase{"gzip", "gzip"},
                                         CodingCase{"GZip;q=0.8", "gzip"}, CodingCase{"br;q=0, gzip", "gzip"},
                                         CodingCase{"br;q=0.000, gzip;q=0", ""}, CodingCase{"*", "br"},
                                         CodingCase{"*, br;q=0", "gzip"}, CodingCase{"*;q=0", ""},
                                         CodingCase{"identity", ""}, CodingCase{"", ""}, CodingCase{" , ;;=, br", "br"},
                                         CodingCase{"brotli, xgzip", ""}));

TEST(Assets, WithoutAcceptEncodingTheBytesComeAsTheyAre) {
  const auto response = serve(get(named_by_login_page(".js")));
  EXPECT_FALSE(response.headers.contains("Content-Encoding"));
  EXPECT_THAT(*response.shared_body, HasSubstr("import"));
}

TEST(Assets, CompressedFormsAreSmaller) {
  const Asset& script = *find_asset(named_by_login_page(".js"));
  ASSERT_TRUE(script.gzip && script.brotli);
  EXPECT_LT(script.gzip->size(), script.identity->size());
  EXPECT_LT(script.brotli->size(), script.gzip->size());
  EXPECT_TRUE(script.gzip->starts_with("\x1f\x8b"));
}

TEST(Assets, PagesAreLightAndThoseWithoutKeysLoadNoCryptography) {
  EXPECT_LT(bytes_to_load("/login"), 200'000U);
  EXPECT_LT(bytes_to_load("/signer"), 120'000U);
  for (const auto* page : {"/", "/select-identity", "/consent", "/device"})
    EXPECT_LT(bytes_to_load(page), 50'000U) << page;
  EXPECT_LT(bytes_to_load("/admin"), 80'000U);
}

TEST(Assets, EachFormHasATagAndTheTagSavesTheBody) {
  const auto plain = header(serve(get("/login")), "ETag");
  const auto brotli = header(serve(get("/login", {{"Accept-Encoding", "br"}})), "ETag");
  EXPECT_NE(plain, brotli);
  for (const auto& named : {plain, "W/" + plain, "\"x\", " + plain, std::string("*")}) {
    const auto again = serve(get("/login", {{"If-None-Match", named}}));
    EXPECT_EQ(again.status, 304) << named;
    EXPECT_EQ(header(again, "ETag"), plain);
    EXPECT_EQ(header(again, "Cache-Control"), "no-cache");
    EXPECT_EQ(again.shared_body, nullptr);
    EXPECT_TRUE(again.body.empty());
  }
  EXPECT_EQ(serve(get("/login", {{"If-None-Match", plain}, {"Accept-Encoding", "br"}})).status, 200);
  EXPECT_EQ(serve(get("/login", {{"If-None-Match", "\"another\""}})).status, 200);
}

TEST(Template, PutsEscapedTextsWhereTheyAreNamedAndNowhereElse) {
  const TemplateText texts[] = {{"question", "<b>?</b>"}, {"user", "{{confirmation}}"}, {"confirmation", "\"c\""}};
  const auto page = fill_template(200, "sign-out.html", texts);
  EXPECT_THAT(page.body, HasSubstr("<p>&lt;b&gt;?&lt;/b&gt;</p>"));
  EXPECT_THAT(page.body, HasSubstr(">{{confirmation}}<"));
  EXPECT_THAT(page.body, HasSubstr("value=\"&quot;c&quot;\""));
  EXPECT_EQ(header(page, "Cache-Control"), "no-store");
  EXPECT_THAT(header(page, "Content-Security-Policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(page.body, EndsWith("</html>\n"));
}

}  // namespace
}  // namespace sigma::web
