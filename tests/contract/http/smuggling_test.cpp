// What two parsers could read differently is refused, and the connection ends (RFC 9112 §6.3, §11.2).
#include "test_server.hpp"

namespace sigma::http::testing {
namespace {

using namespace std::string_literals;

struct Case {
  std::string name;
  std::string request;
};

std::string post_with(std::string_view fields, std::string_view body = "") {
  return fmt::format("POST /echo HTTP/1.1\r\nHost: test\r\n{}\r\n{}", fields, body);
}

class Smuggling : public ::testing::TestWithParam<Case> {};

// Security case 51.
TEST_P(Smuggling, IsRefusedAndTheConnectionCloses) {
  const TestServer server;
  RawClient client(server.port());
  client.send(GetParam().request);
  client.send(get("/hello"));  // what an attacker would smuggle
  client.finish_sending();
  const auto answer = client.receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.field("connection"), "close");
  EXPECT_FALSE(answer.body.empty());
  EXPECT_TRUE(client.closed_by_server());
}

const std::vector<Case> kCases = {
    {"length_and_chunked", post_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
    {"chunked_and_length", post_with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
    {"two_equal_lengths", post_with("Content-Length: 3\r\nContent-Length: 3\r\n", "abc")},
    {"two_lengths", post_with("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd")},
    {"length_list", post_with("Content-Length: 3, 3\r\n", "abc")},
    {"length_with_sign", post_with("Content-Length: +3\r\n", "abc")},
    {"negative_length", post_with("Content-Length: -1\r\n")},
    {"empty_length", post_with("Content-Length: \r\n")},
    {"hex_length", post_with("Content-Length: 0x3\r\n", "abc")},
    {"length_overflow", post_with("Content-Length: 18446744073709551617\r\n", "a")},
    {"chunked_then_identity", post_with("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")},
    {"gzip_then_chunked", post_with("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
    {"identity", post_with("Transfer-Encoding: identity\r\n")},
    {"unknown_encoding", post_with("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")},
    {"quoted_chunked", post_with("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")},
    {"chunked_twice", post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
    {"chunked_twice_in_one", post_with("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")},
    {"two_encodings", post_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n")},
    {"empty_encoding", post_with("Transfer-Encoding:\r\n")},
    {"chunked_in_http10", "POST /echo HTTP/1.0\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
    {"folded_field", post_with("X-A: b\r\n c\r\nContent-Length: 0\r\n")},
    {"folded_encoding", post_with("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")},
    {"folded_first_field", "POST /echo HTTP/1.1\r\n Host: test\r\n\r\n"},
    {"leading_blank", " POST /echo HTTP/1.1\r\nHost: test\r\n\r\n"},
    {"bare_line_feeds", "GET /hello HTTP/1.1\nHost: test\n\n"},
    {"bare_line_feed_in_field", post_with("X-A: b\nContent-Length: 3\r\n", "abc")},
    {"bare_carriage_return", post_with("X-A: b\rContent-Length: 3\r\n", "abc")},
    {"nul_in_value", post_with("X-A: a\0b\r\n"s)},
    {"nul_in_name", post_with("X\0A: b\r\n"s)},
    {"nul_in_target", "GET /hel\0lo HTTP/1.1\r\nHost: test\r\n\r\n"s},
    {"delete_in_value", post_with("X-A: a\x7f\r\n")},
    {"blank_before_colon", post_with("Content-Length : 3\r\n", "abc")},
    {"tab_before_colon", post_with("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n")},
    {"no_colon", post_with("Content-Length\r\n")},
    {"empty_name", post_with(": value\r\n")},
    {"name_with_umlaut", post_with("X-\xc3\xa4: b\r\n")},
    {"chunk_size_overflow", post_with("Transfer-Encoding: chunked\r\n", "10000000000000001\r\na\r\n0\r\n\r\n")},
    {"chunk_size_not_hex", post_with("Transfer-Encoding: chunked\r\n", "xyz\r\na\r\n0\r\n\r\n")},
    {"chunk_size_with_prefix", post_with("Transfer-Encoding: chunked\r\n", "0x1\r\na\r\n0\r\n\r\n")},
    {"chunk_size_negative", post_with("Transfer-Encoding: chunked\r\n", "-1\r\na\r\n0\r\n\r\n")},
    {"chunk_size_empty", post_with("Transfer-Encoding: chunked\r\n", "\r\na\r\n0\r\n\r\n")},
    {"chunk_longer_than_announced", post_with("Transfer-Encoding: chunked\r\n", "1\r\nab\r\n0\r\n\r\n")},
    {"chunk_line_with_bare_feed", post_with("Transfer-Encoding: chunked\r\n", "1\na\r\n0\r\n\r\n")},
    {"missing_final_chunk", post_with("Transfer-Encoding: chunked\r\n", "1\r\na\r\n")},
    {"no_version", "GET /hello\r\nHost: test\r\n\r\n"},
    {"version_2", "GET /hello HTTP/2.0\r\nHost: test\r\n\r\n"},
    {"version_lower_case", "GET /hello http/1.1\r\nHost: test\r\n\r\n"},
    {"two_blanks", "GET  /hello HTTP/1.1\r\nHost: test\r\n\r\n"},
    {"blank_in_target", "GET /hel lo HTTP/1.1\r\nHost: test\r\n\r\n"},
    {"target_not_ascii", "GET /h\xc3\xa4llo HTTP/1.1\r\nHost: test\r\n\r\n"},
    {"target_with_fragment", "GET /hello#x HTTP/1.1\r\nHost: test\r\n\r\n"},
    {"target_without_slash", "GET hello HTTP/1.1\r\nHost: test\r\n\r\n"},
    {"authority_form", "CONNECT test:443 HTTP/1.1\r\nHost: test\r\n\r\n"},
    {"asterisk_for_get", "GET * HTTP/1.1\r\nHost: test\r\n\r\n"},
    {"method_not_a_token", "G(T /hello HTTP/1.1\r\nHost: test\r\n\r\n"},
    {"http2_preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
    {"tls_hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s},
};

INSTANTIATE_TEST_SUITE_P(Cases, Smuggling, ::testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

TEST(Framing, IncompleteBodyIsRefusedWhenTheClientEnds) {
  const TestServer server;
  RawClient client(server.port());
  client.send("POST /echo HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nabc");
  client.finish_sending();
  EXPECT_EQ(client.receive().status, 400);
}

TEST(Framing, ChunkedBodiesArriveWholeHoweverTheyAreCut) {
  const TestServer server;
  const std::string request =
      post_with("Transfer-Encoding: Chunked\r\n", "3\r\nabc\r\n1;x=\"y\"\r\nd\r\n0\r\nX-Trailer: 1\r\n\r\n");
  for (std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{7}, request.size()}) {
    RawClient client(server.port());
    for (std::size_t i = 0; i < request.size(); i += step) client.send(request.substr(i, step));
    const auto answer = client.receive();
    ASSERT_TRUE(answer) << step;
    EXPECT_EQ(answer.body, "abcd") << step;
    client.send(get("/hello"));
    EXPECT_EQ(client.receive().body, "hello") << "the connection goes on after the trailer, step " << step;
  }
}

TEST(Framing, TrailersAreNotHeaderFields) {
  const TestServer server;
  const auto ask = [&](std::string_view trailer) {
    return server.ask("POST /fields HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n" +
                      std::string(trailer) + "\r\n");
  };
  const auto answer = ask("X-Auth-Token: forged\r\nConnection: close\r\n");
  EXPECT_EQ(answer.body, "Host Transfer-Encoding ");
  EXPECT_FALSE(answer.has("connection"));
  EXPECT_EQ(ask("Content-Length: 99\r\n").status, 400);
  EXPECT_EQ(ask("X A: b\r\n").status, 400);
}

TEST(Framing, EmptyLinesBeforeARequestAreIgnored) {
  const TestServer server;
  RawClient client(server.port());
  client.send("\r\n\r\n" + get("/hello"));
  EXPECT_EQ(client.receive().status, 200);
  client.send("\r");
  client.send("\n" + get("/hello"));
  EXPECT_EQ(client.receive().status, 200);
}

}  // namespace
}  // namespace sigma::http::testing
