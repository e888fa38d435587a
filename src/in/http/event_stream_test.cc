// Streams of events over real sockets: what is told arrives, and nobody pays for who only listens.
#include <filesystem>
#include <thread>

#include "in/http/running_server.h"
#include "in/http/self_signed.h"

namespace halligan::in::http {
namespace {

// Says what a test wants it to say.
class Script final : public EventSource {
 public:
  Told take() override {
    const std::lock_guard lock{mutex_};
    return {.text = std::exchange(text_, {}), .over = over_};
  }
  void when_more(std::function<void()> wake) override {
    const std::lock_guard lock{mutex_};
    wake_ = std::move(wake);
    if (wake_ == nullptr) ++left_;
    changed_.notify_all();
  }
  void say(const std::string& text, bool over = false) {
    const std::lock_guard lock{mutex_};
    text_ += text;
    over_ = over_ || over;
    if (wake_) wake_();
  }
  void wait_for_listener() {
    std::unique_lock lock{mutex_};
    EXPECT_TRUE(changed_.wait_for(lock, 10s, [&] { return wake_ != nullptr; }));
  }
  void wait_until_left() {
    std::unique_lock lock{mutex_};
    EXPECT_TRUE(changed_.wait_for(lock, 10s, [&] { return left_ > 0; }));
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  bool over_ = false;
  int left_ = 0;
  std::function<void()> wake_;
};

Handler telling(const std::shared_ptr<Script>& script) {
  return [script](const Request& request) {
    if (request.path != "/events") return echo(request);
    return Response{.status = 200,
                    .headers = {{"Content-Type", "text/event-stream"}},
                    .body = EventStream{script}};
  };
}

void until(const std::function<bool()>& holds) {
  for (int n = 0; n < 2'000; ++n) {
    if (holds()) return;
    std::this_thread::sleep_for(5ms);
  }
  ADD_FAILURE() << "it never came to hold";
}

TEST(EventStream, WhatIsToldArrivesAndTheEndIsAnEnd) {
  const auto script = std::make_shared<Script>();
  script->say("data: first\n\n");
  Running run{quick(), telling(script)};
  TestClient client{run.port};
  client.send(get("/events"));
  const auto head = client.receive_until("\r\n\r\n");
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n")) << head;
  EXPECT_NE(head.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  EXPECT_NE(head.find("Cache-Control: no-store\r\n"), std::string::npos);
  EXPECT_EQ(client.receive_until("\n\n"), "data: first\n\n");
  EXPECT_EQ(run.server.counters().streams_open, 1U);
  for (const std::string text : {"data: a\n\n", "data: b\n\n", "data: c\n\n"}) {
    script->say(text);
    EXPECT_EQ(client.receive_until("\n\n"), text);
  }
  script->say("data: last\n\n", true);
  EXPECT_EQ(client.receive_all(), "data: last\n\n");
  EXPECT_FALSE(client.was_reset());
  script->wait_until_left();
  until([&] { return run.server.counters().streams_open == 0; });
  EXPECT_EQ(run.server.counters().timeouts, 0U);
}

TEST(EventStream, UnderTlsToo) {
  std::string folder = (std::filesystem::temp_directory_path() / "halligan-sse-XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  auto options = quick();
  options.tls = TlsFiles{.cert_path = folder + "/cert.pem", .key_path = folder + "/key.pem"};
  ASSERT_TRUE(ensure_certificate(*options.tls).ok());
  const auto script = std::make_shared<Script>();
  {
    Running run{options, telling(script)};
    TestClient client{run.port};
    ASSERT_TRUE(client.start_tls(0, "http/1.1"));
    client.send(get("/events"));
    client.receive_until("\r\n\r\n");
    for (int n = 0; n < 20; ++n) {
      const auto text = "data: " + std::to_string(n) + "\n\n";
      script->say(text);
      EXPECT_EQ(client.receive_until("\n\n"), text);
    }
    client.close();
    script->wait_until_left();
  }
  std::filesystem::remove_all(folder);
}

TEST(EventStream, GivesSignsOfLifeAndIsNeverIdle) {
  const auto script = std::make_shared<Script>();
  auto options = quick();
  options.idle_time = 20ms;
  options.header_time = 20ms;
  options.alive_time = 30ms;
  Running run{options, telling(script)};
  TestClient client{run.port};
  client.send(get("/events"));
  client.receive_until("\r\n\r\n");
  for (int n = 0; n < 5; ++n) EXPECT_EQ(client.receive_until("\n\n"), ": alive\n\n");
  script->say("data: x\n\n");
  until([&] { return client.receive_until("\n\n") == "data: x\n\n"; });
  EXPECT_EQ(run.server.counters().timeouts, 0U);
}

TEST(EventStream, AClientThatGoesIsNoticed) {
  const auto script = std::make_shared<Script>();
  Running run{quick(), telling(script)};
  {
    TestClient client{run.port};
    client.send(get("/events"));
    script->wait_for_listener();
  }
  script->wait_until_left();
  until([&] { return run.server.counters().connections_open == 0; });
  script->say("data: to nobody\n\n");
}

TEST(EventStream, NothingMoreIsHeardOnItsConnection) {
  const auto script = std::make_shared<Script>();
  Running run{quick(), telling(script)};
  TestClient client{run.port};
  client.send(get("/events"));
  client.receive_until("\r\n\r\n");
  client.send(get("/"));
  client.receive_all();
  script->wait_until_left();
  EXPECT_EQ(run.server.counters().requests, 1U);
}

TEST(EventStream, AHeadIsAskedForWithoutAStream) {
  const auto script = std::make_shared<Script>();
  Running run{quick(), telling(script)};
  TestClient client{run.port};
  client.send("HEAD /events HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_TRUE(client.receive_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  client.send(get("/"));
  EXPECT_TRUE(client.receive_answer().starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(run.server.counters().streams_open, 0U);
}

TEST(EventStream, WhoDoesNotReadIsCut) {
  const auto script = std::make_shared<Script>();
  Running run{quick(), telling(script)};
  TestClient client{run.port, 4'096};
  client.send(get("/events"));
  script->wait_for_listener();
  const std::string much = "data: " + std::string(30 * 1024, 'x') + "\n\n";
  for (int n = 0; n < 4'000 && run.server.counters().timeouts == 0; ++n) {
    script->say(much);
    std::this_thread::sleep_for(1ms);
  }
  script->wait_until_left();
  EXPECT_EQ(run.server.counters().timeouts, 1U);
  until([&] { return run.server.counters().connections_open == 0; });
}

TEST(EventStream, WhoTakesNothingForLongIsCutThoughLittleWaits) {
  const auto script = std::make_shared<Script>();
  auto options = quick();
  options.write_time = 50ms;
  options.alive_time = 20ms;
  Running run{options, telling(script)};
  TestClient client{run.port, 4'096};
  client.send(get("/events"));
  script->wait_for_listener();
  // Until the kernel takes no more: then a little waits, and goes on waiting.
  std::uint64_t out = 0;
  do {
    out = run.server.counters().bytes_out;
    script->say("data: " + std::string(8 * 1024, 'x') + "\n\n");
    std::this_thread::sleep_for(5ms);
  } while (run.server.counters().bytes_out != out);
  script->wait_until_left();
  EXPECT_EQ(run.server.counters().timeouts, 1U);
}

TEST(EventStream, StoppingEndsThemAtOnce) {
  const auto script = std::make_shared<Script>();
  auto options = quick();
  options.stop_time = 60s;
  Running run{options, telling(script)};
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int n = 0; n < 20; ++n) {
    clients.push_back(std::make_unique<TestClient>(run.port));
    clients.back()->send(get("/events"));
    clients.back()->receive_until("\r\n\r\n");
  }
  const auto before = std::chrono::steady_clock::now();
  run.server.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 30s) << "it did not wait for them";
  for (const auto& client : clients) EXPECT_EQ(client->receive_all(), "");
}

TEST(EventStream, AThousandThatListenTakeNoWorker) {
  std::vector<std::shared_ptr<Script>> scripts;
  std::mutex mutex;
  auto options = quick();
  options.workers = 2;
  Running run{options, [&](const Request& request) {
                if (request.path != "/events") return echo(request);
                const std::lock_guard lock{mutex};
                scripts.push_back(std::make_shared<Script>());
                return Response{.status = 200, .body = EventStream{scripts.back()}};
              }};
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int n = 0; n < 1'000; ++n) {
    clients.push_back(std::make_unique<TestClient>(run.port));
    ASSERT_TRUE(clients.back()->connected()) << n;
    clients.back()->send(get("/events"));
    clients.back()->receive_until("\r\n\r\n");
  }
  EXPECT_EQ(run.server.counters().streams_open, 1'000U);
  for (int n = 0; n < 10; ++n)
    EXPECT_TRUE(one_answer(run.port, get("/")).starts_with("HTTP/1.1 200 "));
  for (const auto& script : scripts) script->say("data: all\n\n");
  for (const auto& client : clients) EXPECT_EQ(client->receive_until("\n\n"), "data: all\n\n");
}

TEST(EventStream, AScreenMakesRoomAfterWhoeverIsIdle) {
  const auto script = std::make_shared<Script>();
  auto options = quick();
  options.connections_max = 2;
  Running run{options, telling(script)};
  TestClient screen{run.port};
  screen.send(get("/events"));
  screen.receive_until("\r\n\r\n");
  TestClient idle{run.port};
  idle.send(get("/"));
  idle.receive_answer();
  TestClient newcomer{run.port};
  newcomer.send(get("/events"));
  EXPECT_TRUE(newcomer.receive_until("\r\n\r\n").starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(idle.receive_all(), "") << "the idle one went";
  script->say("data: x\n\n");
  until([&] { return run.server.counters().connections_open == 2; });
  TestClient at_work{run.port};
  at_work.send(get("/"));
  EXPECT_TRUE(at_work.receive_answer().starts_with("HTTP/1.1 200 "))
      << "with screens alone, the oldest makes room";
  EXPECT_EQ(run.server.counters().connections_dropped, 2U);
}

// A source that talks while connections come and go: no wake-up is lost, none comes too late.
TEST(EventStream, TalkingWhileClientsComeAndGo) {
  std::mutex mutex;
  std::vector<std::shared_ptr<Script>> scripts;
  Running run{quick(), [&](const Request&) {
                const auto script = std::make_shared<Script>();
                const std::lock_guard lock{mutex};
                scripts.push_back(script);
                return Response{.status = 200, .body = EventStream{script}};
              }};
  std::atomic<bool> done{false};
  std::thread talker{[&] {
    while (!done) {
      std::vector<std::shared_ptr<Script>> all;
      {
        const std::lock_guard lock{mutex};
        all = scripts;
      }
      for (const auto& each : all) each->say("data: x\n\n");
      std::this_thread::sleep_for(1ms);
    }
  }};
  std::vector<std::thread> clients;
  for (int c = 0; c < 4; ++c)
    clients.emplace_back([&] {
      for (int n = 0; n < 50; ++n) {
        TestClient client{run.port};
        client.send(get("/events"));
        client.receive_until("\r\n\r\n");
        EXPECT_EQ(client.receive_until("\n\n"), "data: x\n\n");
      }
    });
  for (auto& client : clients) client.join();
  run.server.stop();
  done = true;
  talker.join();
  EXPECT_EQ(run.server.counters().streams_open, 0U);
}

}  // namespace
}  // namespace halligan::in::http
