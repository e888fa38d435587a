#include "in/console/console.h"

#include <gtest/gtest.h>

#include <array>

namespace halligan::in::console {
namespace {

constexpr std::array<File, 4> files{{
    {.path = "assets/console-1a2b.js",
     .content_type = "text/javascript; charset=utf-8",
     .hash = "h1",
     .bytes = "alert(1)",
     .brotli = "smaller"},
    {.path = "assets/icon-3c4d.svg",
     .content_type = "image/svg+xml",
     .hash = "h2",
     .bytes = "<svg/>",
     .brotli = {}},
    {.path = "index.html",
     .content_type = "text/html; charset=utf-8",
     .hash = "h3",
     .bytes = "<!doctype html>",
     .brotli = "page"},
    {.path = "robots.txt",
     .content_type = "text/plain; charset=utf-8",
     .hash = "h4",
     .bytes = "User-agent: *",
     .brotli = {}},
}};

class ConsoleTest : public ::testing::Test {
 protected:
  ConsoleTest() { Console{files}.add_to(router_); }

  http::Response get(std::string path, http::Headers headers = {}, bool tls = false) {
    http::Request request;
    request.method = "GET";
    request.path = request.target = std::move(path);
    request.headers = std::move(headers);
    request.tls = tls;
    return router_(request);
  }
  static std::string header(const http::Response& response, std::string_view name) {
    std::string out;
    for (const auto& each : response.headers)
      if (http::same_name(each.name, name)) out += (out.empty() ? "" : " AND ") + each.value;
    return out;
  }
  // As it goes on the wire.
  static std::string head(const http::Response& response) {
    return http::head_text(response, {.close = false, .date = "now"}).value();
  }

  http::Router router_;
};

TEST_F(ConsoleTest, TheFrontDoorLeadsToIt) {
  for (const auto* path : {"/", "/console"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 302) << path;
    EXPECT_EQ(header(answer, "Location"), "/console/");
    EXPECT_EQ(http::body_text(answer), "");
  }
}

TEST_F(ConsoleTest, EveryViewIsThePage) {
  for (const auto* path : {"/console/", "/console/index.html", "/console/find", "/console/work/c-1",
                           "/console/assetsx", "/console/a.js"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_EQ(http::body_text(answer), "<!doctype html>") << path;
    EXPECT_EQ(header(answer, "Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(header(answer, "Cache-Control"), "no-cache");
  }
}

TEST_F(ConsoleTest, ThePageMayDoLittle) {
  const auto answer = get("/console/");
  EXPECT_EQ(header(answer, "Content-Security-Policy"),
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
            "require-trusted-types-for 'script'; trusted-types 'none'");
  EXPECT_EQ(header(answer, "Referrer-Policy"), "no-referrer");
  EXPECT_EQ(header(answer, "Cross-Origin-Opener-Policy"), "same-origin");
  EXPECT_EQ(header(answer, "Cross-Origin-Resource-Policy"), "same-origin");
  EXPECT_EQ(header(answer, "Cross-Origin-Embedder-Policy"), "require-corp");
  EXPECT_EQ(header(answer, "X-Frame-Options"), "DENY");
  const auto off = header(answer, "Permissions-Policy");
  for (const auto* device : {"camera", "microphone", "geolocation", "usb", "display-capture"})
    EXPECT_NE(off.find(std::string{device} + "=()"), std::string::npos) << device;
  EXPECT_NE(head(answer).find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
  EXPECT_EQ(header(answer, "Set-Cookie"), "");
}

TEST_F(ConsoleTest, OverTlsItStaysThere) {
  for (const auto* path : {"/", "/console/", "/console/assets/console-1a2b.js"}) {
    EXPECT_EQ(header(get(path, {}, true), "Strict-Transport-Security"), "max-age=31536000") << path;
    EXPECT_EQ(header(get(path), "Strict-Transport-Security"), "") << path;
  }
}

TEST_F(ConsoleTest, AnAssetIsKeptForGood) {
  const auto answer = get("/console/assets/console-1a2b.js");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(http::body_text(answer), "alert(1)");
  EXPECT_EQ(header(answer, "Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(header(answer, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(answer, "Cross-Origin-Resource-Policy"), "same-origin");
  EXPECT_EQ(header(answer, "Vary"), "Accept-Encoding");
  EXPECT_EQ(header(answer, "Content-Encoding"), "");
  const auto text = head(answer);
  EXPECT_NE(text.find("X-Content-Type-Options: nosniff\r\n"), std::string::npos);
  EXPECT_NE(text.find("Content-Length: 8\r\n"), std::string::npos);
  EXPECT_EQ(text.find("no-store"), std::string::npos);
}

TEST_F(ConsoleTest, BrotliGoesToWhoTakesIt) {
  const std::string path = "/console/assets/console-1a2b.js";
  for (const auto* accept : {"br", "gzip, deflate, br, zstd", "BR", "br;q=0.1", "br; q=1.0", " br ",
                             "gzip;q=1.0,br;q=0.001"}) {
    const auto answer = get(path, {{"Accept-Encoding", accept}});
    EXPECT_EQ(http::body_text(answer), "smaller") << accept;
    EXPECT_EQ(header(answer, "Content-Encoding"), "br") << accept;
    EXPECT_EQ(header(answer, "Vary"), "Accept-Encoding") << accept;
  }
  EXPECT_EQ(http::body_text(get(path, {{"Accept-Encoding", "gzip"}, {"accept-encoding", "br"}})),
            "smaller");
  for (const auto* accept : {"", "gzip", "br;q=0", "br;q=0.000", "br ; q=0.0", "brx", "xbr", "b",
                             "*", "identity", "gzip;q=br", "br;", "br;x=1"}) {
    const auto answer = get(path, {{"Accept-Encoding", accept}});
    EXPECT_EQ(http::body_text(answer), "alert(1)") << accept;
    EXPECT_EQ(header(answer, "Content-Encoding"), "") << accept;
  }
  const auto plain = get("/console/assets/icon-3c4d.svg", {{"Accept-Encoding", "br"}});
  EXPECT_EQ(http::body_text(plain), "<svg/>") << "there is no smaller form";
  EXPECT_EQ(header(plain, "Content-Encoding"), "");
}

TEST_F(ConsoleTest, ThePageIsSentAgainOnlyWhenItChanged) {
  const auto first = get("/console/");
  EXPECT_EQ(header(first, "ETag"), "\"h3\"");
  const auto small = get("/console/", {{"Accept-Encoding", "br"}});
  EXPECT_EQ(header(small, "ETag"), "\"h3-br\"");
  EXPECT_EQ(http::body_text(small), "page");
  for (const auto* tag : {"\"h3\"", "W/\"h3\"", "\"x\", \"h3\"", "*"}) {
    const auto again = get("/console/find", {{"If-None-Match", tag}});
    EXPECT_EQ(again.status, 304) << tag;
    EXPECT_EQ(http::body_text(again), "") << tag;
    EXPECT_EQ(header(again, "ETag"), "\"h3\"");
    EXPECT_FALSE(header(again, "Content-Security-Policy").empty()) << "what is kept keeps it";
  }
  for (const auto* tag : {"", "h3", "\"h4\"", "\"h3-br\"", "\"h3"})
    EXPECT_EQ(get("/console/", {{"If-None-Match", tag}}).status, 200) << tag;
}

TEST_F(ConsoleTest, WhatIsNotAmongItsFilesIsNotThere) {
  for (const auto* path : {"/console/assets", "/console/assets/x.js", "/console/assets/index.html",
                           "/console/assets/console-1a2b.js.br", "/console/assets/CONSOLE-1a2b.js",
                           "/console/assets/a/b", "/console/assets/%252e%252e"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(header(answer, "Content-Type"), "application/problem+json") << path;
    EXPECT_EQ(header(answer, "Cache-Control"), "") << "so the server says no-store: " << path;
  }
}

TEST_F(ConsoleTest, NoPathLeadsOutOfIt) {
  for (const auto* path :
       {"/console/assets/../../x", "/console/assets/%2e%2e/%2E%2e/x", "/console/..", "/console/.",
        "/console/assets/..%2f..%2fx", "/console/assets%2fconsole-1a2b.js", "/console/%00",
        "/console/assets/console-1a2b.js%00.html", "/console/a%5c..%5cb", "/console//",
        "/console//assets/console-1a2b.js", "/console/assets/", "/console/find/", "/console/%ff"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 400) << path;
    EXPECT_EQ(header(answer, "Content-Type"), "application/problem+json") << path;
  }
}

TEST_F(ConsoleTest, ItIsReadAndNothingElse) {
  http::Request request;
  for (const auto* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS"}) {
    request.method = method;
    for (const auto* path : {"/", "/console/", "/console/find", "/console/assets/x.js"}) {
      request.path = request.target = path;
      EXPECT_EQ(router_(request).status, 405) << method << ' ' << path;
    }
  }
  request.method = "HEAD";
  request.path = request.target = "/console/";
  EXPECT_EQ(router_(request).status, 200);
}

TEST(ConsoleDeathTest, WithoutAPageThereIsNone) {
  EXPECT_DEATH(Console{std::span{files}.first(2)}, "");
}

}  // namespace
}  // namespace halligan::in::console
