// What nobody may take of the server, by much or by slowness: connections, bytes, time.
#include <latch>
#include <thread>

#include "in/http/running_server.h"

namespace halligan::in::http {
namespace {

TEST(Server, RefusesAHugeBodyBeforeItArrives) {
  Running run{quick()};
  TestClient client{run.port};
  ASSERT_TRUE(client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 104857600\r\n\r\n"));
  client.send(std::string(1'000'000, 'x'));  // a client that does not listen
  EXPECT_TRUE(client.receive_answer().starts_with("HTTP/1.1 413 "));
  EXPECT_LT(run.server.counters().bytes_in, 200'000U);
  EXPECT_EQ(run.server.counters().requests, 0U);
}

TEST(Server, RefusesTenThousandHeaders) {
  Running run{quick()};
  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int n = 0; n < 10'000; ++n) many += "X-" + std::to_string(n) + ": y\r\n";
  EXPECT_TRUE(one_answer(run.port, many + "\r\n").starts_with("HTTP/1.1 431 "));
  EXPECT_TRUE(one_answer(run.port, get("/")).starts_with("HTTP/1.1 200 "));
}

TEST(Server, HoldsNoMoreBodiesThanItMay) {
  auto options = quick();
  options.small_body_bytes = 100;
  options.buffered_bytes_max = 1'000;
  options.buffered_bytes_peer_max = 500;
  Running run{options};
  const auto post = [](std::size_t size, std::size_t there) {
    return "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n" +
           std::string(there, 'x');
  };
  const auto begin = [&](TestClient& client, std::size_t there) {
    const auto before = run.server.counters().buffered_bytes.load();
    client.send(post(there + 1, there));
    while (run.server.counters().buffered_bytes != before + there) std::this_thread::yield();
  };
  EXPECT_TRUE(one_answer(run.port, post(501, 501)).starts_with("HTTP/1.1 503 ")) << "its share";
  EXPECT_TRUE(one_answer(run.port, post(500, 500)).starts_with("HTTP/1.1 200 "));
  {
    TestClient one{run.port};
    TestClient two{run.port, 0, "127.0.0.2"};
    begin(one, 500);
    begin(two, 499);
    TestClient three{run.port, 0, "127.0.0.3"};
    three.send(post(200, 200));
    EXPECT_TRUE(three.receive_answer().starts_with("HTTP/1.1 503 ")) << "all is taken";
    EXPECT_TRUE(one_answer(run.port, post(100, 100)).starts_with("HTTP/1.1 200 "))
        << "small ones always fit";
  }
  while (run.server.counters().buffered_bytes != 0) std::this_thread::yield();
  EXPECT_TRUE(one_answer(run.port, post(500, 500)).starts_with("HTTP/1.1 200 "));
}

TEST(Server, ReadsALargeBodyOnlyOfThoseItAdmits) {
  auto options = quick();
  options.small_body_bytes = 10;
  options.admit = [](const Request& head) -> std::optional<Response> {
    EXPECT_EQ(head.path, "/x");
    EXPECT_TRUE(head.body.empty() || head.count("transfer-encoding") == 1);
    if (head.path == "/x" && head.header("authorization") == "Bearer good") return std::nullopt;
    return problem(401, "no-session", "Sign in", "", "H-1");
  };
  Running run{options};
  const auto head = [](std::string_view more) {
    return "POST /x HTTP/1.1\r\nHost: h\r\n" + std::string{more} + "\r\n";
  };
  const std::string good = "Authorization: Bearer good\r\n";
  const std::string large = "Content-Length: 11\r\n";
  EXPECT_TRUE(one_answer(run.port, head("Content-Length: 10\r\n") + "0123456789")
                  .ends_with("POST /x  0123456789"));
  {
    TestClient client{run.port};
    client.send(head(large));
    const auto answer = client.receive_all();  // without a byte of the body
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 401 ")) << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
  }
  {
    TestClient client{run.port};
    client.send(head(large + "Expect: 100-continue\r\n"));
    EXPECT_TRUE(client.receive_all().starts_with("HTTP/1.1 401 "));
  }
  EXPECT_TRUE(one_answer(run.port, head("Transfer-Encoding: chunked\r\n") + "c\r\n0123456789ab\r\n")
                  .starts_with("HTTP/1.1 401 "));
  EXPECT_EQ(run.server.counters().requests, 1U);

  TestClient client{run.port};
  client.send(head(good + large + "Expect: 100-continue\r\n"));
  EXPECT_EQ(client.receive_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("0123456789a");
  EXPECT_TRUE(client.receive_answer().ends_with("POST /x  0123456789a"));
  client.send(head(good + large) + "bbbbbbbbbbb" + head(good + "Transfer-Encoding: chunked\r\n") +
              "c\r\ncccccccccccc\r\n");
  EXPECT_TRUE(client.receive_answer().ends_with("POST /x  bbbbbbbbbbb"));
  client.send("0\r\n\r\n");
  EXPECT_TRUE(client.receive_answer().ends_with("POST /x  cccccccccccc"));
  client.send(head(large));
  EXPECT_TRUE(client.receive_all().starts_with("HTTP/1.1 401 ")) << "asked for every request";
}

TEST(Server, EndsSlowAndIdleClients) {
  auto options = quick();
  options.header_time = 60ms;
  options.body_time = 60ms;
  options.idle_time = 60ms;
  Running run{options};
  TestClient silent{run.port};
  TestClient half{run.port};
  half.send("GET / HTTP/1.1\r\nHo");
  TestClient body{run.port};
  body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  TestClient idle{run.port};
  idle.send(get("/"));
  EXPECT_TRUE(idle.receive_answer().starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(silent.receive_all(), "");
  EXPECT_TRUE(half.receive_all().starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(body.receive_all().starts_with("HTTP/1.1 408 "));
  EXPECT_EQ(idle.receive_all(), "");
}

// Each byte comes soon enough, all of them never: no dripping client keeps a connection.
TEST(Server, EndsADrippingClient) {
  auto options = quick();
  options.header_time = 80ms;
  options.body_grace = 40ms;
  options.body_rate_min = 1'000'000;
  Running run{options};
  const auto drip = [&](std::string_view first) {
    TestClient client{run.port};
    client.send(first);
    for (int n = 0; n < 200 && client.send("a"); ++n) std::this_thread::sleep_for(2ms);
    return run.server.counters().timeouts.load();
  };
  EXPECT_EQ(drip("GET / HTTP/1.1\r\nX: "), 1U);
  EXPECT_EQ(drip("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n"), 2U);
}
TEST(Server, KeepsToItsNumberOfConnections) {
  auto options = quick();
  options.connections_max = 3;
  options.connections_peer_max = 2;
  std::atomic<int> entered{0};
  std::latch leave{1};
  const auto wait_for = [&](int many) {
    while (entered != many) std::this_thread::yield();
  };
  Running run{options, [&](const Request&) {
                ++entered;
                leave.wait();
                return json_response(200, "done");
              }};
  TestClient one{run.port};
  TestClient two{run.port};
  one.send(get("/"));
  two.send(get("/"));
  wait_for(2);
  EXPECT_EQ(TestClient{run.port}.receive_all(), "") << "more than its address may have";
  EXPECT_EQ(run.server.counters().connections_refused, 1U);
  TestClient three{run.port, 0, "127.0.0.2"};
  three.send(get("/"));
  wait_for(3);
  EXPECT_EQ((TestClient{run.port, 0, "127.0.0.3"}.receive_all()), "") << "more than there may be";
  EXPECT_EQ(run.server.counters().connections_refused, 2U);
  leave.count_down();
  for (auto* each : {&one, &two, &three}) EXPECT_TRUE(each->receive_answer().ends_with("done"));
  EXPECT_EQ(run.server.counters().connections_dropped, 0U);
}

TEST(Server, ANewcomerTakesThePlaceOfWhoBringsNothing) {
  auto options = quick();
  options.connections_max = 2;
  options.connections_peer_max = 2;
  Running run{options};
  TestClient silent{run.port};
  TestClient half{run.port};
  half.send("GET / HTTP/1.1\r\nHo");
  TestClient newcomer{run.port};
  newcomer.send(get("/"));
  EXPECT_TRUE(newcomer.receive_answer().starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(silent.receive_all(), "");
  half.send("st: h\r\n\r\n");
  EXPECT_TRUE(half.receive_answer().starts_with("HTTP/1.1 200 ")) << "it came later";
  EXPECT_EQ(run.server.counters().connections_dropped, 1U);
  EXPECT_EQ(run.server.counters().connections_refused, 0U);
}

TEST(Server, ANewcomerTakesThePlaceOfWhoIsIdle) {
  auto options = quick();
  options.connections_max = 1;
  Running run{options};
  TestClient idle{run.port};
  idle.send(get("/"));
  EXPECT_TRUE(idle.receive_answer().starts_with("HTTP/1.1 200 "));
  // It is idle a moment after it has its answer.
  std::string answer;
  for (int n = 0; n < 1'000 && answer.empty(); ++n) answer = one_answer(run.port, get("/"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(idle.receive_all(), "");
}

TEST(Server, ANewcomerTakesThePlaceOfWhoHasBegunAgain) {
  auto options = quick();
  options.connections_max = 1;
  Running run{options};
  TestClient slow{run.port};
  slow.send(get("/"));
  EXPECT_TRUE(slow.receive_answer().starts_with("HTTP/1.1 200 "));
  const auto before = run.server.counters().bytes_in.load();
  slow.send("GET / HT");
  while (run.server.counters().bytes_in == before) std::this_thread::yield();
  std::string answer;
  for (int n = 0; n < 1'000 && answer.empty(); ++n) answer = one_answer(run.port, get("/"));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(slow.receive_all().starts_with("HTTP/1.1 408 "));
}

TEST(Server, AThousandThatBringNothingKeepNobodyOut) {
  auto options = quick();
  options.connections_max = 20;
  options.connections_peer_max = 10;
  Running run{options};
  TestClient other{run.port, 0, "127.0.0.2"};
  std::vector<std::unique_ptr<TestClient>> flood;
  for (int n = 0; n < 300; ++n) flood.push_back(std::make_unique<TestClient>(run.port));
  EXPECT_TRUE(one_answer(run.port, get("/")).starts_with("HTTP/1.1 200 "));
  other.send(get("/"));
  EXPECT_TRUE(other.receive_answer().starts_with("HTTP/1.1 200 ")) << "of another address";
  EXPECT_EQ(run.server.counters().connections_refused, 0U);
}

TEST(Server, HoldsNoMoreAnswersThanItMay) {
  auto options = quick();
  options.answer_bytes_max = 20'000'000;
  options.answer_bytes_peer_max = 12'000'000;
  Outcome first;
  Outcome second;
  Outcome third;
  Running run{
      options, [&](const Request& request) {
        if (request.path == "/small") return json_response(200, std::string(60'000, 's'));
        auto& outcome = request.path == "/1" ? first : request.path == "/2" ? second : third;
        return releasing(10'000'000, std::make_shared<Switch>(), outcome)(request);
      }};
  {
    TestClient slow{run.port, 65'536};
    slow.send(get("/1"));
    slow.receive_until("\r\n\r\n");
    const auto answer = one_answer(run.port, get("/2"));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer.substr(0, 100);
    EXPECT_EQ(answer.find("rrr"), std::string::npos);
    EXPECT_EQ(second.calls, 1);
    EXPECT_EQ(second.how, app::Done::cut);
    EXPECT_EQ(second.bytes, 0U);
    EXPECT_TRUE(one_answer(run.port, get("/small")).starts_with("HTTP/1.1 200 "));
    TestClient other{run.port, 0, "127.0.0.2"};
    other.send(get("/3"));
    EXPECT_TRUE(other.receive_answer().ends_with("rrr")) << "another address has its own share";
  }
  first.wait();
  while (run.server.counters().answer_bytes != 0) std::this_thread::yield();
}

TEST(Server, WhatIsPartOfTheProgramTakesNoneOfWhatThereIsForAnswers) {
  static const std::string page(10'000'000, 'p');
  auto options = quick();
  options.answer_bytes_max = options.answer_bytes_peer_max = 100'000;
  Running run{options,
              [](const Request&) { return Response{.status = 200, .body = BuiltIn{page}}; }};
  TestClient slow{run.port, 65'536};
  slow.send(get("/"));
  slow.receive_until("\r\n\r\n");
  EXPECT_EQ(run.server.counters().answer_bytes, 0U);
  EXPECT_TRUE(one_answer(run.port, get("/")).ends_with("ppp"));
}

TEST(Server, ThoseWhoReadTooSlowlyAreCut) {
  auto options = quick();
  options.write_time = 200ms;
  options.write_rate_min = 1'000'000'000;
  Outcome outcome;
  Running run{options, releasing(50'000'000, std::make_shared<Switch>(), outcome)};
  TestClient client{run.port, 65'536};
  client.send(get("/"));
  // Some of it again and again: within the time for each piece, and not for all of them.
  std::size_t taken = 0;
  for (auto some = client.receive(); !some.empty(); some = client.receive()) {
    taken += some.size();
    std::this_thread::sleep_for(2ms);
  }
  EXPECT_LT(taken, 50'000'000U);
  outcome.wait();
  EXPECT_EQ(outcome.how, app::Done::client_gone);
}

}  // namespace
}  // namespace halligan::in::http
