// What one program could read differently from another reaches nobody.
#include "in/http/request_parser.h"

#include <gtest/gtest.h>

namespace halligan::in::http {
namespace {

using State = RequestParser::State;

// Feeds `text` in pieces of `piece` bytes, as a connection would; the state at the end.
State feed_all(RequestParser& parser, std::string_view text, std::size_t piece) {
  std::string held;
  while (true) {
    const auto some = text.substr(0, piece);
    held.append(some);
    text.remove_prefix(some.size());
    for (std::size_t used = 1; used > 0 && !held.empty();) {
      const auto before = parser.state();
      used = parser.feed(held);
      held.erase(0, used);
      if (parser.state() == State::complete || parser.state() == State::refused)
        return parser.state();
      if (before != parser.state()) used = 1;
    }
    if (text.empty()) return parser.state();
  }
}

int status_of(std::string_view text, std::size_t piece = 10'000, const RequestLimits& limits = {}) {
  RequestParser parser{limits};
  switch (feed_all(parser, text, piece)) {
    case State::complete: return 200;
    case State::refused: return parser.refusal().status;
    case State::head: return 1;
    case State::body: return 2;
  }
  return 0;
}

struct Case {
  std::string text;
  int status;
};

const std::string host = "Host: h\r\n";

std::vector<Case> table() {
  using namespace std::string_literals;
  const auto get = [](const std::string& headers) {
    return "GET / HTTP/1.1\r\n" + headers + "\r\n";
  };
  const auto post = [](const std::string& headers, const std::string& body) {
    return "POST / HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n" + body;
  };
  return {
      // Good ones.
      {get(host), 200},
      {"\r\n" + get(host), 200},
      {"GET /a?b=c|d HTTP/1.1\r\nHost: h:8443\r\n\r\n", 200},
      {"GET / HTTP/1.1\r\nhOsT: [::1]:1\r\n\r\n", 200},
      {"GET / HTTP/1.0\r\n\r\n", 200},
      {get(host + "X:\r\nY: \t a b \t\r\n"), 200},
      {get(host + "X: \xc3\xa9\r\n"), 200},
      {post("Content-Length: 3\r\n", "abc"), 200},
      {post("Content-Length: 0\r\n", ""), 200},
      {post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"), 200},
      {post("Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), 200},
      {post("Transfer-Encoding: chunked\r\n", "0\r\nXXXXXXXX\r\n0\r\n\r\n"), 400},
      {post("Transfer-Encoding: Chunked\r\n", "A\r\n0123456789\r\n000\r\n\r\n"), 200},
      {post("Content-Length: 1\r\nExpect: 100-continue\r\n", "a"), 200},
      // Not complete.
      {"GET / HTTP/1.1\r\nHost: h\r\n", 1},
      {post("Content-Length: 3\r\n", "ab"), 2},
      {post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\n"), 2},
      // The body's length in doubt.
      {post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "abc"), 400},
      {post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "abc"), 400},
      {post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400},
      {post("Content-Length: 3\r\nContent-Length: 4\r\n", "abc"), 400},
      {post("Content-Length: 3, 3\r\n", "abc"), 400},
      {post("Content-Length: +3\r\n", "abc"), 400},
      {post("Content-Length: -3\r\n", "abc"), 400},
      {post("Content-Length: 0x3\r\n", "abc"), 400},
      {post("Content-Length: 3 3\r\n", "abc"), 400},
      {post("Content-Length:\r\n", "abc"), 400},
      {post("Content-Length: 99999999999999999999\r\n", "abc"), 400},
      {post("Content-Length : 3\r\n", "abc"), 400},
      {post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding: identity\r\n", "abc"), 400},
      {post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 400},
      {post("Transfer-Encoding:\x0b"
            "chunked\r\n",
            "0\r\n\r\n"),
       400},
      {post("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n"), 400},
      {post("X: y\r\n Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
      {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      // Chunks.
      {post("Transfer-Encoding: chunked\r\n", "3;a=b\r\nabc\r\n0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\n", "3\nabc\n0\n\n" + std::string(40, 'x')), 400},
      {post("Transfer-Encoding: chunked\r\n", "0x3\r\nabc\r\n0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\n", "-3\r\nabc\r\n0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\n", " 3\r\nabc\r\n0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff1\r\nabc\r\n0\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\nabc"), 413},
      {post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\nX: y\r\n\r\n"), 400},
      {post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n0\r\nContent-Length: 9\r\n\r\n"), 400},
      // Hosts.
      {get(""), 400},
      {get("Host: a\r\nHost: a\r\n"), 400},
      {get("Host:\r\n"), 400},
      {get("Host: a b\r\n"), 400},
      {get("Host: a@b\r\n"), 400},
      {get("Host: a/b\r\n"), 400},
      {get("Host: a, b\r\n"), 400},
      // Targets and methods.
      {"GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /a\\b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /\xc3\xa9 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"s, 400},
      {"GET /\t HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /  HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /\r\nHost: h\r\n\r\n", 400},
      {"GET\r\n\r\n", 400},
      {" GET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"G@T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"get / HTTP/1.1\r\nHost: h\r\n\r\n", 501},
      {"CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", 501},
      {"TRACE / HTTP/1.1\r\nHost: h\r\n\r\n", 501},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505},
      {"GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400},
      {"GET / http/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: h\n\n", 400},
      {"\r\n\r\n" + get(host), 400},
      {"\x16\x03\x01\x02\n\x01", 400},
      // Headers.
      {get(host + " X: folded\r\n"), 400},
      {get(host + "X: a\r\n\tb\r\n"), 400},
      {get(host + "X y: a\r\n"), 400},
      {get(host + ": a\r\n"), 400},
      {get(host + "X\r\n"), 400},
      {get(host + "X: a\0b\r\n"s), 400},
      {get(host + "X: a\rb\r\n"), 400},
      {get(host + "X: a\x7f\r\n"), 400},
      {get(host + "X: \xff\r\n"), 400},
      {get(host + "X: a\nY: b\r\n"), 400},
      {get(host + "X\xc3\xa9: a\r\n"), 400},
      {get(host + "Expect: cake\r\n"), 417},
  };
}

std::string shown(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 200)) {
    if (c == '\r')
      out += "\\r";
    else if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

TEST(RequestParser, ReadsOneWayOrRefuses) {
  for (const auto& each : table()) EXPECT_EQ(status_of(each.text), each.status) << shown(each.text);
}

// Where the bytes are cut into packets changes nothing.
TEST(RequestParser, ReadsTheSameInPieces) {
  for (const auto& each : table())
    for (const std::size_t piece : {1U, 2U, 3U, 7U, 16U})
      EXPECT_EQ(status_of(each.text, piece), each.status) << piece << ": " << shown(each.text);
}

TEST(RequestParser, GivesTheRequestAsItWas) {
  const RequestLimits limits;
  RequestParser parser{limits};
  const std::string text =
      "PUT /a/b%2Fc?x=1?y HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nx-one:  2 \r\nTransfer-Encoding: "
      "chunked\r\n\r\n"
      "3\r\nabc\r\n1\r\n\n\r\n0\r\n\r\n";
  ASSERT_EQ(feed_all(parser, text, 1), State::complete);
  EXPECT_TRUE(parser.keep_alive());
  const auto request = parser.take();
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/a/b%2Fc?x=1?y");
  EXPECT_EQ(request.path, "/a/b%2Fc");
  EXPECT_EQ(request.query, "x=1?y");
  EXPECT_EQ(request.body, "abc\n");
  EXPECT_EQ(request.header("X-ONE"), "1");
  EXPECT_EQ(request.count("x-ONE"), 2U);
  EXPECT_EQ(request.headers[2].name, "x-one");
  EXPECT_EQ(request.headers[2].value, "2");
  EXPECT_FALSE(request.header("y").has_value());
}

TEST(RequestParser, TakesOneRequestAtATime) {
  const RequestLimits limits;
  RequestParser parser{limits};
  std::string held =
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: "
      "close\r\n\r\nGET";
  held.erase(0, parser.feed(held));
  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_EQ(parser.take().target, "/1");
  parser.reset();
  held.erase(0, parser.feed(held));
  ASSERT_EQ(parser.state(), State::complete);
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(parser.take().target, "/2");
  EXPECT_EQ(held, "GET");
}

TEST(RequestParser, HoldsItsLimits) {
  RequestLimits limits{.header_bytes_max = 500, .headers_max = 5, .target_bytes_max = 100};
  limits.body_bytes_max = [](std::string_view path) -> std::size_t {
    return path == "/big" ? 20 : 10;
  };
  const auto status = [&](const std::string& text) {
    const int whole = status_of(text, 100'000, limits);
    EXPECT_EQ(status_of(text, 13, limits), whole) << shown(text);
    return whole;
  };
  const auto with_headers = [](int count) {
    std::string text = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int n = 1; n < count; ++n) text += "X" + std::to_string(n) + ": y\r\n";
    return text + "\r\n";
  };
  EXPECT_EQ(status(with_headers(5)), 200);
  EXPECT_EQ(status(with_headers(6)), 431);
  EXPECT_EQ(status(with_headers(10'000)), 431);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(400, 'a') + "\r\n\r\n"), 200);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(500, 'a') + "\r\n\r\n"), 431);
  EXPECT_EQ(status("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(5'000, 'a')), 431);
  EXPECT_EQ(status("GET /" + std::string(99, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 200);
  EXPECT_EQ(status("GET /" + std::string(100, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n"), 414);
  EXPECT_EQ(status("GET /" + std::string(400, 'a')), 414);
  EXPECT_EQ(status(std::string(5'000, 'A')), 414);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789"), 200);
  EXPECT_EQ(status("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n"), 413);
  EXPECT_EQ(status("POST /big?x HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n01234567890"),
            200);
  const std::string chunked = " HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(status("POST /" + chunked + "a\r\n0123456789\r\n0\r\n\r\n"), 200);
  EXPECT_EQ(status("POST /" + chunked + "9\r\n012345678\r\n2\r\n90\r\n0\r\n\r\n"), 413);
  EXPECT_EQ(status("POST /" + chunked + "b\r\n01"), 413);
  EXPECT_EQ(status("POST /" + chunked + std::string(100, '0')), 400);  // a size without end
}

}  // namespace
}  // namespace halligan::in::http
