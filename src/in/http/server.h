// server.h - HTTP/1.1 over TCP or TLS: connections in, requests to a handler, answers out.
//
// One thread moves bytes; complete requests go to a bounded pool of workers that run the handler,
// which may block. A request that finds every worker busy and no place to wait is answered 503 at
// once, one that has waited too long for a worker likewise; what is less urgent first.
// Pipelined requests are answered in order.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"
#include "in/http/message.h"
#include "in/http/request_parser.h"
#include "in/http/transport.h"
#include "in/http/urgency.h"

namespace halligan::in::http {

struct ServerOptions {
  std::string host = "127.0.0.1";  // an address, not a name
  std::uint16_t port = 0;          // 0: any
  std::optional<TlsFiles> tls{};
  // Requests that may be inside the handler at once, and those that may wait for a worker. Of both,
  // what is not immediate has 7/8, what is not under glass 3/4, bulk 1/4.
  std::size_t workers = 64;
  std::size_t queue_max = 1'024;
  // Asked on the thread that moves bytes, so it must be quick; none: everything is as urgent. Of a
  // request that is to be admitted, the body may be missing.
  std::function<Urgency(const Request& request)> urgency{};
  // At the limit a newcomer takes the place of whoever has longest not brought a first request,
  // or else of one that waits for its next; at its own limit an address makes room among its own.
  std::size_t connections_max = limits::connections_max;
  std::size_t connections_peer_max = limits::connections_peer_max;
  // Bodies of requests, and answers, held at once: all together, and of one address. Bodies of up
  // to small_body_bytes and answers of up to 64 KiB always fit.
  std::size_t buffered_bytes_max = 512 * 1024 * 1024;
  std::size_t buffered_bytes_peer_max = 256 * 1024 * 1024;
  std::size_t answer_bytes_max = 512 * 1024 * 1024;
  std::size_t answer_bytes_peer_max = 256 * 1024 * 1024;
  RequestLimits request{};
  // Asked on a worker before more than small_body_bytes of a body are read: an answer refuses it.
  std::size_t small_body_bytes = limits::small_body_bytes;
  std::function<std::optional<Response>(const Request& head)> admit{};  // none: everybody's

  std::chrono::milliseconds header_time = limits::header_time_max;  // also for the TLS handshake
  std::chrono::milliseconds body_time = limits::body_time_max;
  std::chrono::milliseconds body_grace{10'000};  // before the lowest rate is asked for
  std::size_t body_rate_min = 1'024;             // bytes a second
  std::chrono::milliseconds idle_time = limits::idle_connection_time_max;
  std::chrono::milliseconds write_time{30'000};                   // for each 64 KiB of an answer
  std::size_t write_rate_min = 32 * 1024;                         // bytes a second beyond them
  std::chrono::milliseconds queue_time = limits::queue_time_max;  // for a worker to be free
  std::chrono::milliseconds linger_time{2'000};  // for the client to read a refusal
  std::chrono::milliseconds stop_time{10'000};   // for running requests when stopping
  std::chrono::milliseconds alive_time{10'000};  // between two signs of life of a stream of events
  std::chrono::milliseconds tick{100};           // how often time-outs and leases are looked at
};

// Only ever added to, except the gauges.
struct ServerCounters {
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> connections_open{0};  // gauge
  std::atomic<std::uint64_t> connections_refused{0};
  std::atomic<std::uint64_t> connections_dropped{0};  // to make room
  std::atomic<std::uint64_t> requests{0};
  std::array<std::atomic<std::uint64_t>, 6> answers{};  // by status / 100
  std::atomic<std::uint64_t> refusals{0};               // answered by the edge itself
  std::atomic<std::uint64_t> overloads{0};
  std::atomic<std::uint64_t> timeouts{0};
  std::atomic<std::uint64_t> cuts{0};  // leases that ended under a running body
  std::atomic<std::uint64_t> handler_failures{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> bytes_out{0};
  std::atomic<std::uint64_t> buffered_bytes{0};  // gauge
  std::atomic<std::uint64_t> answer_bytes{0};    // gauge; of those above 64 KiB
  std::atomic<std::uint64_t> streams_open{0};    // gauge; of events
};

class Server {
 public:
  explicit Server(ServerOptions options);
  ~Server();  // stops

  // Listens and serves; the port it listens on. The process then ignores SIGPIPE.
  Result<std::uint16_t> start(Handler handler);
  // Reads the files again; connections that stand keep the certificate they have.
  Result<Unit> reload_certificate();
  // Accepts no more, ends idle connections, lets running requests finish within stop_time, then
  // cuts what is left. Returns when the last handler has returned.
  void stop();

  const ServerCounters& counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace halligan::in::http
