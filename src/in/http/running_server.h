// running_server.h - for tests: a server on a free port, and records of nobody for it to release.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include "in/http/server.h"
#include "in/http/test_client.h"

// Bytes of nobody's record, to see how the wire treats those of somebody's.
namespace halligan::app {
struct ReleasedForTests {
  static Released make(std::string bytes) { return Released{std::move(bytes)}; }
};
}  // namespace halligan::app

namespace halligan::in::http {

using namespace std::chrono_literals;

inline ServerOptions quick() {
  ServerOptions options;
  options.workers = 4;
  options.tick = 5ms;
  options.linger_time = 500ms;
  options.stop_time = 2s;
  return options;
}

inline Response echo(const Request& request) {
  return json_response(
      200, request.method + " " + request.path + " " + request.query + " " + request.body);
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

inline std::string get(std::string_view target, std::string_view more = "") {
  return "GET " + std::string{target} + " HTTP/1.1\r\nHost: halligan.test\r\n" + std::string{more} +
         "\r\n";
}

inline std::string one_answer(std::uint16_t port, std::string_view request) {
  TestClient client{port};
  client.send(request);
  return client.receive_answer();
}
// The outcome of one released record, for a test to wait for.
struct Outcome {
  void set(std::uint64_t written, app::Done ended) {
    const std::lock_guard lock{mutex};
    bytes = written;
    how = ended;
    ++calls;
    changed.notify_all();
  }
  void wait() {
    std::unique_lock lock{mutex};
    EXPECT_TRUE(changed.wait_for(lock, 10s, [&] { return calls > 0; }));
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t bytes = 0;
  app::Done how = app::Done::whole;
  int calls = 0;
};

struct Switch : app::Lease {
  bool over() const noexcept override { return off; }
  std::atomic<bool> off{false};
};

inline Handler releasing(std::size_t size, const std::shared_ptr<Switch>& lease, Outcome& outcome) {
  return [size, lease, &outcome](const Request&) {
    return Response{
        .status = 200,
        .body = ReleasedRecord{.bytes = app::ReleasedForTests::make(std::string(size, 'r')),
                               .lease = lease,
                               .on_done = [&outcome](std::uint64_t bytes, app::Done how) {
                                 outcome.set(bytes, how);
                               }}};
  };
}

}  // namespace halligan::in::http
