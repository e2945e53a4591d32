#include "admin/paging.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sigma::service {
namespace {

core::Result<store::Page> page_of(std::string query) {
  http::Request request;
  request.query = std::move(query);
  return parse_page(request);
}

TEST(Paging, ReadsWhatItMade) {
  EXPECT_EQ(page_of("")->limit, 50u);
  EXPECT_EQ(page_of("")->after, "");
  const auto page = page_of("limit=200&cursor=" + make_cursor("my-app/ü"));
  ASSERT_TRUE(page) << page.error().description();
  EXPECT_EQ(page->limit, 200u);
  EXPECT_EQ(page->after, "my-app/ü");
}

TEST(Paging, RefusesEverythingElse) {
  for (const char* query :
       {"limit=0", "limit=201", "limit=-1", "limit=+1", "limit=1x", "limit=", "limit=1&limit=2",
        "cursor=", "cursor=forged", "cursor=%00", "cursor=YWZ0ZXI6AA", "cursor=YWZ0ZXI6_w", "page=1", "limit=%zz"}) {
    const auto page = page_of(query);
    ASSERT_FALSE(page) << query;
    EXPECT_THAT(page.error().description(), testing::ContainsRegex("limit|cursor")) << query;
  }
}

}  // namespace
}  // namespace sigma::service
