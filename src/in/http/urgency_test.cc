// Who goes first, who is refused first, and that nobody who waits is forgotten.
#include <latch>
#include <semaphore>
#include <thread>

#include "in/http/running_server.h"
#include "in/http/worker_pool.h"

namespace halligan::in::http {
namespace {

constexpr std::array all{Urgency::immediate, Urgency::under_glass, Urgency::ordinary,
                         Urgency::bulk};

struct Act : Runnable {
  explicit Act(std::function<void()> given) : act(std::move(given)) {}
  void run() override { act(); }
  std::function<void()> act;
};
std::shared_ptr<Runnable> job(std::function<void()> act) {
  return std::make_shared<Act>(std::move(act));
}

// Jobs that run until they are let go.
struct Gate {
  std::shared_ptr<Runnable> hold() {
    return job([this] {
      ++held;
      open.acquire();
      --held;
    });
  }
  void wait_for(int many) const {
    while (held != many) std::this_thread::yield();
  }
  std::atomic<int> held{0};
  std::counting_semaphore<> open{0};
};

TEST(WorkerPool, EachUrgencyKeepsWorkersForThoseBeforeIt) {
  Gate gate;
  WorkerPool pool{{{{4, 0}, {3, 0}, {2, 0}, {1, 0}}}};
  // From the least urgent on: each finds the one worker that it has more, and no second one.
  for (std::size_t n = all.size(); n-- > 0;) {
    EXPECT_TRUE(pool.submit(gate.hold(), all[n])) << n;
    gate.wait_for(static_cast<int>(all.size() - n));
    for (std::size_t less = n; less < all.size(); ++less)
      EXPECT_FALSE(pool.submit(gate.hold(), all[less])) << n << " and " << less;
  }
  gate.open.release(4);
}

TEST(WorkerPool, TheMoreUrgentMayHaveAllThatNobodyElseHas) {
  Gate gate;
  WorkerPool pool{{{{4, 0}, {3, 0}, {2, 0}, {1, 0}}}};
  for (int n = 1; n <= 4; ++n) {
    EXPECT_TRUE(pool.submit(gate.hold(), Urgency::immediate));
    gate.wait_for(n);
  }
  EXPECT_FALSE(pool.submit(gate.hold(), Urgency::bulk));
  gate.open.release(4);
}

TEST(WorkerPool, TheLessUrgentIsRefusedAPlaceFirst) {
  Gate gate;
  WorkerPool pool{{{{1, 4}, {1, 3}, {1, 2}, {1, 1}}}};
  ASSERT_TRUE(pool.submit(gate.hold(), Urgency::bulk));
  gate.wait_for(1);
  for (std::size_t n = all.size(); n-- > 0;) {
    EXPECT_TRUE(pool.submit(job([] {}), all[n])) << n;
    EXPECT_FALSE(pool.submit(job([] {}), all[n])) << n;
  }
  gate.open.release();
}

// What each of many jobs of two urgencies is, in the order in which one worker runs them.
std::string order_of(Urgency first, Urgency second, int each) {
  Gate gate;
  std::string out;
  {
    WorkerPool pool{{{{1, 100}, {1, 100}, {1, 100}, {1, 100}}}};
    EXPECT_TRUE(pool.submit(gate.hold(), Urgency::immediate));
    gate.wait_for(1);
    for (int n = 0; n < each; ++n) {
      EXPECT_TRUE(pool.submit(job([&] { out += 'b'; }), second));
      EXPECT_TRUE(pool.submit(job([&] { out += 'a'; }), first));
    }
    gate.open.release();
  }
  return out;
}

TEST(WorkerPool, TheMoreUrgentGoesFirstAndNothingStarves) {
  const auto order = order_of(Urgency::immediate, Urgency::bulk, 16);
  EXPECT_EQ(order.size(), 32U);
  EXPECT_EQ(std::ranges::count(order.substr(0, 16), 'b'), 2) << order;
  EXPECT_EQ(order.find("aaaaaaaa"), std::string::npos) << order;
  EXPECT_EQ(order_of(Urgency::under_glass, Urgency::ordinary, 3), "aaabbb");
}

TEST(WorkerPool, GivesBackWhatHasWaitedTooLongAndRunsItNoMore) {
  Gate gate;
  std::atomic<int> ran{0};
  const auto count = job([&] { ++ran; });
  {
    WorkerPool pool{{{{1, 9}, {1, 9}, {1, 9}, {1, 9}}}};
    ASSERT_TRUE(pool.submit(gate.hold(), Urgency::bulk));
    gate.wait_for(1);
    const auto before = WorkerPool::Clock::now();
    for (const auto each : all) ASSERT_TRUE(pool.submit(count, each));
    EXPECT_TRUE(pool.take_back(before).empty());
    EXPECT_EQ(pool.take_back(WorkerPool::Clock::now() + 1s).size(), all.size());
    ASSERT_TRUE(pool.submit(count, Urgency::bulk));
    gate.open.release();
  }
  EXPECT_EQ(ran, 1);
}

ServerOptions by_path(std::size_t workers, std::size_t queue) {
  auto options = quick();
  options.workers = workers;
  options.queue_max = queue;
  options.urgency = [](const Request& request) {
    if (request.path.starts_with("/break")) return Urgency::immediate;
    if (request.path.starts_with("/glass")) return Urgency::under_glass;
    return request.path.starts_with("/chart") ? Urgency::ordinary : Urgency::bulk;
  };
  return options;
}

// The record system hangs for whole charts; who breaks glass, and reads under it, is answered.
TEST(Server, GlassIsBrokenAndReadWhileAllBulkHangs) {
  std::latch leave{1};
  std::atomic<int> hanging{0};
  Running run{by_path(8, 8), [&](const Request& request) {
                if (request.path == "/everything") {
                  ++hanging;
                  leave.wait();
                }
                return json_response(200, "{}");
              }};
  std::vector<std::unique_ptr<TestClient>> bulk;
  for (int n = 0; n < 4; ++n) {  // two run, two wait
    bulk.push_back(std::make_unique<TestClient>(run.port));
    bulk.back()->send(get("/everything"));
    while (run.server.counters().requests != static_cast<std::size_t>(n) + 1)
      std::this_thread::yield();
  }
  while (hanging != 2) std::this_thread::yield();
  std::string answer;  // the last of them may be on its way to its place still
  for (int n = 0; n < 1'000 && !answer.starts_with("HTTP/1.1 503 "); ++n)
    answer = one_answer(run.port, get("/everything", "Connection: close\r\n"));
  EXPECT_NE(answer.find("Retry-After: "), std::string::npos) << answer;
  for (const auto* path : {"/break", "/glass", "/chart", "/break"})
    EXPECT_TRUE(one_answer(run.port, get(path)).starts_with("HTTP/1.1 200 ")) << path;
  EXPECT_EQ(hanging, 2);
  leave.count_down();
  for (const auto& each : bulk)
    EXPECT_TRUE(each->receive_answer().starts_with("HTTP/1.1 200 ")) << "nothing is forgotten";
}

TEST(Server, SaysSoToWhoeverHasWaitedTooLongForAWorker) {
  auto options = by_path(1, 8);
  options.queue_time = 50ms;
  options.small_body_bytes = 10;
  options.admit = [](const Request&) { return std::nullopt; };
  std::latch entered{1};
  std::latch leave{1};
  Running run{options, [&](const Request& request) {
                if (request.path == "/break/hang") {
                  entered.count_down();
                  leave.wait();
                }
                return json_response(200, request.path);
              }};
  TestClient holder{run.port};
  holder.send(get("/break/hang"));
  entered.wait();
  TestClient waiting{run.port};
  waiting.send(get("/break/1") + get("/break/2"));
  for (int n = 0; n < 2; ++n) {
    const auto answer = waiting.receive_answer();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    EXPECT_NE(answer.find("Retry-After: "), std::string::npos);
  }
  TestClient large{run.port};
  large.send("POST /break HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n");
  EXPECT_TRUE(large.receive_all().starts_with("HTTP/1.1 503 ")) << "to be admitted takes a worker";
  leave.count_down();
  EXPECT_TRUE(holder.receive_answer().starts_with("HTTP/1.1 200 "));
  waiting.send(get("/break/3"));
  EXPECT_TRUE(waiting.receive_answer().ends_with("/break/3")) << "its connection goes on";
  EXPECT_EQ(run.server.counters().overloads, 3U);
}

}  // namespace
}  // namespace halligan::in::http
