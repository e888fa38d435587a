// Promise P2 (a stream already running is cut) and the edge's own rules, over real sockets.
#include "in/http/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <latch>
#include <mutex>
#include <thread>

#include "in/http/self_signed.h"
#include "in/http/test_client.h"

namespace halligan::in::http {
namespace {

using namespace std::chrono_literals;

ServerOptions quick() {
  ServerOptions options;
  options.workers = 4;
  options.tick = 5ms;
  options.linger_time = 500ms;
  options.stop_time = 2s;
  return options;
}

Response echo(const Request& request) {
  return json_response(200, request.method + " " + request.path + " " + request.query + " " + request.body);
}

struct Running {
  explicit Running(ServerOptions options, Handler handler = echo) : server(std::move(options)) {
    const auto started = server.start(std::move(handler));
    EXPECT_TRUE(started.ok()) << (started.ok() ? "" : started.fault().what);
    port = started.ok() ? *started : std::uint16_t{0};
  }
  Server server;
  std::uint16_t port = 0;
};

std::string get(std::string_view target, std::string_view more = "") {
  return "GET " + std::string{target} + " HTTP/1.1\r\nHost: halligan.test\r\n" + std::string{more} + "\r\n";
}

std::string one_answer(std::uint16_t port, std::string_view request) {
  TestClient client{port};
  client.send(request);
  return client.receive_answer();
}

// A place for a certificate of one test.
struct Folder {
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "halligan-http-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TlsFiles files() const { return {.cert_path = path + "/cert.pem", .key_path = path + "/key.pem"}; }
  std::string path;
};

TEST(Server, EchoesThroughAHandler) {
  Running run{quick()};
  TestClient client{run.port};
  client.send("POST /a%20b?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
  const auto answer = client.receive_answer();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("POST /a%20b x=1 hello")) << answer;
  EXPECT_NE(answer.find("\r\nCache-Control: no-store\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\r\nX-Content-Type-Options: nosniff\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\r\nDate: "), std::string::npos);
  EXPECT_EQ(answer.find("Server:"), std::string::npos);
  client.send(get("/again"));
  EXPECT_TRUE(client.receive_answer().ends_with("GET /again  "));
  EXPECT_EQ(run.server.counters().connections, 1U);
  EXPECT_EQ(run.server.counters().requests, 2U);
}

TEST(Server, EchoesUnderTls) {
  Folder folder;
  auto options = quick();
  options.tls = folder.files();
  const auto made = ensure_certificate(folder.files());
  ASSERT_TRUE(made.ok());
  Running run{options};
  TestClient client{run.port};
  ASSERT_TRUE(client.start_tls(0, "http/1.1"));
  EXPECT_EQ(client.protocol(), "http/1.1");
  for (int n = 0; n < 3; ++n) {
    client.send("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
    EXPECT_TRUE(client.receive_answer().ends_with("POST /x  abcde"));
  }
}

TEST(Server, RefusesInProblemDetailsAndCloses) {
  Running run{quick()};
  TestClient client{run.port};
  client.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  const auto answer = client.receive_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << answer;
  EXPECT_NE(answer.find("Content-Type: application/problem+json\r\n"), std::string::npos);
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  EXPECT_NE(answer.find("\"code\":\"H-104\""), std::string::npos);
  EXPECT_TRUE(one_answer(run.port, "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("HTTP/1.1 501 "));
}

}  // namespace
}  // namespace halligan::in::http
