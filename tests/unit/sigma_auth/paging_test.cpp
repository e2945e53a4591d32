#include "paging.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sigma::service {
namespace {

constexpr ListRules kList{.name = "things", .filters = {"search"}};

core::Result<ListQuery> query_of(std::string query) {
  http::Request request;
  request.query = std::move(query);
  return parse_list_query(request, kList);
}

TEST(Paging, ReadsWhatItMade) {
  EXPECT_EQ(query_of("")->limit, 50u);
  EXPECT_EQ(query_of("")->after, "");
  const auto page = query_of("limit=200&search=%25_&cursor=" + make_cursor(kList, "my-app/ü"));
  ASSERT_TRUE(page) << page.error().description();
  EXPECT_EQ(page->limit, 200u);
  EXPECT_EQ(page->after, "my-app/ü");
  EXPECT_EQ(page->filter("search"), "%_");
  EXPECT_EQ(query_of("search=")->filter("search"), "");
}

TEST(Paging, Case60CursorsOfOtherListsAreRefused) {
  const std::string cursor = "cursor=" + make_cursor({.name = "others"}, "1");
  ASSERT_FALSE(query_of(cursor));
  EXPECT_THAT(query_of(cursor).error().description(), testing::HasSubstr("cursor"));
}

TEST(Paging, RefusesEverythingElse) {
  for (const std::string query :
       {"limit=0", "limit=201", "limit=-1", "limit=+1", "limit=1x", "limit=", "limit=1&limit=2",
        "cursor=", "cursor=forged", "cursor=%00", "cursor=dGhpbmdzOgA", "cursor=dGhpbmdzOv8", "page=1", "limit=%zz",
        "name=limit", "search=%00", "search=%ff", "search=a&search=b"}) {
    const auto page = query_of(query);
    ASSERT_FALSE(page) << query;
    EXPECT_THAT(page.error().description(), testing::ContainsRegex("limit|cursor|search")) << query;
  }
  EXPECT_FALSE(query_of("search=" + std::string(257, 'x')));
}

}  // namespace
}  // namespace sigma::service
