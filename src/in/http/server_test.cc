// Promise P2 (a stream already running is cut) and the edge's own rules, over real sockets.
#include <filesystem>
#include <future>
#include <latch>
#include <thread>

#include "in/http/running_server.h"
#include "in/http/self_signed.h"

namespace halligan::in::http {
namespace {

// A place for a certificate of one test.
struct Folder {
  Folder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "halligan-http-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TlsFiles files() const {
    return {.cert_path = path + "/cert.pem", .key_path = path + "/key.pem"};
  }
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

TEST(Server, TellsTheNetworkOfAnAddressBesideIt) {
  const auto where = [](const Request& request) {
    return json_response(200, request.peer_address + " " + request.peer_network);
  };
  {
    Running run{quick(), where};
    EXPECT_TRUE(one_answer(run.port, get("/")).ends_with("127.0.0.1 127.0.0.1"));
  }
  auto options = quick();
  options.host = "::1";
  Running run{options, where};
  TestClient client{run.port, 0, "::1"};
  client.send(get("/"));
  EXPECT_TRUE(client.receive_answer().ends_with("::1 ::/64"));
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
    client.send(
        "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
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
  EXPECT_TRUE(
      one_answer(run.port, "TRACE / HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("HTTP/1.1 501 "));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  Running run{quick(), [](const Request& request) {
                // The earlier ones take longer: order must not depend on it.
                if (request.path == "/1") std::this_thread::sleep_for(20ms);
                return json_response(200, request.path);
              }};
  TestClient client{run.port};
  client.send(get("/1") + get("/2") + "POST /3 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab" +
              get("/4", "Connection: close\r\n") + get("/5"));
  for (const char* path : {"/1", "/2", "/3", "/4"})
    EXPECT_TRUE(client.receive_answer().ends_with(std::string{"\r\n\r\n"} + path)) << path;
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(run.server.counters().requests, 4U);
}

TEST(Server, AnswersAThousandPipelinedRefusalsWithoutGrowingItsStack) {
  auto options = quick();
  options.workers = 1;
  options.queue_max = 0;
  std::latch busy{1};
  std::latch leave{1};
  Running run{options, [&](const Request& request) {
                if (request.path == "/wait") {
                  busy.count_down();
                  leave.wait();
                }
                return json_response(200, "{}");
              }};
  TestClient holder{run.port};
  holder.send(get("/wait"));
  busy.wait();
  std::string many;
  for (int n = 0; n < 1'000; ++n) many += get("/");
  TestClient client{run.port};
  client.send(many);
  for (int n = 0; n < 1'000; ++n) {
    const auto answer = client.receive_answer();
    ASSERT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << n;
    ASSERT_NE(answer.find("Retry-After: 1\r\n"), std::string::npos);
  }
  leave.count_down();
  EXPECT_TRUE(holder.receive_answer().starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(run.server.counters().overloads, 1'000U);
}

TEST(Server, Answers10OnceAndCloses) {
  Running run{quick()};
  TestClient client{run.port};
  client.send("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const auto answer = client.receive_all();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
}

TEST(Server, SaysContinueOnlyWhenTheBodyIsWanted) {
  auto options = quick();
  options.request.body_bytes_max = [](std::string_view) { return std::size_t{10}; };
  Running run{options};
  TestClient client{run.port};
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: ";
  client.send(head + "4\r\n\r\n");
  EXPECT_EQ(client.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  EXPECT_TRUE(client.receive_answer().ends_with("body"));
  client.send(head + "11\r\n\r\n");
  EXPECT_TRUE(client.receive_answer().starts_with("HTTP/1.1 413 "));
}

TEST(Server, SendsNoBodyForHead) {
  Running run{quick()};
  TestClient client{run.port};
  client.send(
      "HEAD /x HTTP/1.1\r\nHost: h\r\n\r\nHEAD /x HTTP/1.1\r\nHost: h\r\nConnection: "
      "close\r\n\r\n");
  const auto answers = client.receive_all();
  EXPECT_NE(answers.find("Content-Length: 9\r\n"), std::string::npos) << answers;
  EXPECT_EQ(answers.find("HEAD /x"), std::string::npos);
}

TEST(Server, ReleasesARecordWhole) {
  for (const bool tls : {false, true}) {
    Folder folder;
    auto options = quick();
    if (tls) {
      options.tls = folder.files();
      ASSERT_TRUE(ensure_certificate(folder.files()).ok());
    }
    const auto lease = std::make_shared<Switch>();
    Outcome outcome;
    Running run{options, releasing(5'000'000, lease, outcome)};
    TestClient client{run.port};
    if (tls) {
      ASSERT_TRUE(client.start_tls());
    }
    client.send(get("/"));
    const auto answer = client.receive_answer();
    EXPECT_EQ(answer.size() - (answer.find("\r\n\r\n") + 4), 5'000'000U);
    outcome.wait();
    EXPECT_EQ(outcome.how, app::Done::whole);
    EXPECT_EQ(outcome.bytes, 5'000'000U);
    EXPECT_EQ(outcome.calls, 1);
    client.send(get("/"));  // the connection goes on
    EXPECT_GT(client.receive_answer().size(), 5'000'000U);
  }
}

TEST(Server, CutsARunningBodyWhenItsLeaseIsOver) {  // P2
  for (const bool tls : {false, true}) {
    Folder folder;
    auto options = quick();
    if (tls) {
      options.tls = folder.files();
      ASSERT_TRUE(ensure_certificate(folder.files()).ok());
    }
    const auto lease = std::make_shared<Switch>();
    Outcome outcome;
    Running run{options, releasing(50'000'000, lease, outcome)};
    TestClient client{run.port, 65'536};
    if (tls) {
      ASSERT_TRUE(client.start_tls());
    }
    client.send(get("/"));
    std::size_t got = client.receive_until("\r\n\r\n").size();
    for (int n = 0; n < 10; ++n) got += client.receive().size();
    lease->off = true;  // while the client does not take what is there
    outcome.wait();
    EXPECT_EQ(outcome.how, app::Done::cut);
    EXPECT_LT(outcome.bytes, 10'000'000U);
    got += client.receive_all().size();
    EXPECT_TRUE(client.was_reset());
    EXPECT_LE(got, outcome.bytes + 1'000);
    EXPECT_EQ(run.server.counters().cuts, 1U);
  }
}

TEST(Server, ReleasesNothingOnALeaseThatIsOver) {  // P2
  const auto lease = std::make_shared<Switch>();
  lease->off = true;
  Outcome outcome;
  Running run{quick(), releasing(100, lease, outcome)};
  TestClient client{run.port};
  client.send(get("/"));
  EXPECT_EQ(client.receive_all(), "");
  outcome.wait();
  EXPECT_EQ(outcome.how, app::Done::cut);
  EXPECT_EQ(outcome.bytes, 0U);
}

TEST(Server, SaysWhenTheClientIsGone) {
  const auto lease = std::make_shared<Switch>();
  Outcome outcome;
  Running run{quick(), releasing(50'000'000, lease, outcome)};
  {
    TestClient client{run.port, 65'536};
    client.send(get("/"));
    client.receive();
  }
  outcome.wait();
  EXPECT_EQ(outcome.how, app::Done::client_gone);
  EXPECT_LT(outcome.bytes, 50'000'000U);
  EXPECT_EQ(outcome.calls, 1);
}

TEST(Server, GivesUpOnAClientThatDoesNotRead) {
  auto options = quick();
  options.write_time = 60ms;
  Outcome outcome;
  Running run{options, releasing(50'000'000, std::make_shared<Switch>(), outcome)};
  TestClient client{run.port, 65'536};
  client.send(get("/"));
  outcome.wait();
  EXPECT_EQ(outcome.how, app::Done::client_gone);
  EXPECT_EQ(run.server.counters().timeouts, 1U);
}

TEST(Server, HandlersThatFailAnswer500) {
  Running run{
      quick(), [](const Request& request) -> Response {
        if (request.path == "/throw") throw std::bad_alloc{};
        return {.status = 200, .headers = {{"Location", "/a\r\nSet-Cookie: x"}}, .body = "secret"};
      }};
  for (const char* path : {"/throw", "/split"}) {
    const auto answer = one_answer(run.port, get(path));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 ")) << answer;
    EXPECT_EQ(answer.find("secret"), std::string::npos);
    EXPECT_EQ(answer.find("Set-Cookie"), std::string::npos);
  }
  EXPECT_EQ(run.server.counters().handler_failures, 2U);
}

TEST(Server, LetsRunningRequestsFinishWhenItStops) {
  std::latch entered{1};
  std::latch leave{1};
  Running run{quick(), [&](const Request&) {
                entered.count_down();
                leave.wait();
                return json_response(200, "done");
              }};
  TestClient idle{run.port};
  TestClient busy{run.port};
  busy.send(get("/"));
  entered.wait();
  auto stopped = std::async(std::launch::async, [&] { run.server.stop(); });
  EXPECT_EQ(idle.receive_all(), "");  // ended at once
  leave.count_down();
  const auto answer = busy.receive_all();
  EXPECT_TRUE(answer.ends_with("done")) << answer;
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  stopped.get();
  EXPECT_FALSE(TestClient{run.port}.connected());
}

TEST(Server, CutsWhatIsLeftWhenItMustStop) {
  auto options = quick();
  options.stop_time = 30ms;
  Outcome outcome;
  Running run{options, releasing(50'000'000, std::make_shared<Switch>(), outcome)};
  TestClient client{run.port, 65'536};
  client.send(get("/"));
  client.receive_until("\r\n\r\n");
  run.server.stop();
  EXPECT_EQ(outcome.calls, 1);
  EXPECT_EQ(outcome.how, app::Done::cut);
}

TEST(Server, SaysWhyItCannotListen) {
  Running run{quick()};
  auto options = quick();
  options.port = run.port;
  Server second{options};
  const auto started = second.start(echo);
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.fault().what.find("already in use"), std::string::npos) << started.fault().what;
  options.host = "not an address";
  EXPECT_FALSE(Server{options}.start(echo).ok());
  options = quick();
  options.tls = TlsFiles{.cert_path = "/nowhere/cert", .key_path = "/nowhere/key"};
  EXPECT_FALSE(Server{options}.start(echo).ok());
}

struct TlsServer : testing::Test {
  TlsServer() {
    options.tls = folder.files();
    const auto made = ensure_certificate(folder.files());
    EXPECT_TRUE(made.ok() && made->made);
    fingerprint = made.ok() ? made->fingerprint : "";
  }
  Folder folder;
  ServerOptions options = quick();
  std::string fingerprint;
};

TEST_F(TlsServer, SpeaksNothingOlderThan12) {
  Running run{options};
  EXPECT_FALSE(TestClient{run.port}.start_tls(TLS1_1_VERSION));
  EXPECT_FALSE(TestClient{run.port}.start_tls(TLS1_VERSION));
  TestClient client{run.port};
  ASSERT_TRUE(client.start_tls(TLS1_2_VERSION));
  client.send(get("/"));
  EXPECT_TRUE(client.receive_answer().starts_with("HTTP/1.1 200 "));
}

TEST_F(TlsServer, RefusesOtherProtocolsAndPlainText) {
  Running run{options};
  EXPECT_FALSE(TestClient{run.port}.start_tls(0, "h2"));
  EXPECT_NE(one_answer(run.port, get("/")).find("https"), std::string::npos);
  TestClient garbage{run.port};
  garbage.send(std::string(100, '\x16'));
  EXPECT_EQ(garbage.receive_all().find("HTTP"), std::string::npos);
}

TEST_F(TlsServer, EndsAHandshakeThatNeverComes) {
  options.header_time = 50ms;
  Running run{options};
  TestClient silent{run.port};
  EXPECT_EQ(silent.receive_all(), "");
}

TEST_F(TlsServer, TakesANewCertificateWhileRunning) {
  Running run{options};
  TestClient standing{run.port};
  ASSERT_TRUE(standing.start_tls());
  std::filesystem::remove(folder.files().cert_path);
  std::filesystem::remove(folder.files().key_path);
  EXPECT_FALSE(run.server.reload_certificate().ok());  // and the old one stays
  EXPECT_TRUE(TestClient{run.port}.start_tls());
  const auto made = ensure_certificate(folder.files());
  ASSERT_TRUE(made.ok());
  EXPECT_NE(made->fingerprint, fingerprint);
  EXPECT_TRUE(run.server.reload_certificate().ok());
  EXPECT_TRUE(TestClient{run.port}.start_tls());
  standing.send(get("/"));
  EXPECT_TRUE(standing.receive_answer().starts_with("HTTP/1.1 200 "));
}

TEST_F(TlsServer, KeepsTheCertificateItFinds) {
  const auto again = ensure_certificate(folder.files());
  ASSERT_TRUE(again.ok());
  EXPECT_FALSE(again->made);
  EXPECT_EQ(again->fingerprint, fingerprint);
  EXPECT_EQ(fingerprint.size(), 95U);
  const auto mode = std::filesystem::status(folder.files().key_path).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::remove(folder.files().key_path);
  EXPECT_FALSE(ensure_certificate(folder.files()).ok());
}

TEST_F(TlsServer, FinishesAPairThatAnEarlierStartLeftUnfinished) {
  const auto& path = folder.files().cert_path;
  std::filesystem::rename(path, path + ".new");
  const auto again = ensure_certificate(folder.files());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->fingerprint, fingerprint);
  // Neither has its name: what lies beside is of no use, and in nobody's way.
  std::filesystem::rename(path, path + ".new");
  std::filesystem::remove(folder.files().key_path);
  const auto fresh = ensure_certificate(folder.files());
  ASSERT_TRUE(fresh.ok());
  EXPECT_TRUE(fresh->made);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

// Many at once, over few workers: every answer belongs to its request.
TEST(Server, MixesNoAnswersUp) {
  Running run{quick()};
  std::vector<std::thread> clients;
  std::atomic<int> right{0};
  for (int c = 0; c < 8; ++c)
    clients.emplace_back([&, c] {
      TestClient client{run.port};
      for (int n = 0; n < 200; ++n) {
        const auto path = "/" + std::to_string(c) + "/" + std::to_string(n);
        client.send(get(path));
        if (client.receive_answer().ends_with("GET " + path + "  ")) ++right;
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(right, 1'600);
}

}  // namespace
}  // namespace halligan::in::http
