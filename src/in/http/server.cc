#include "in/http/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <csignal>
#include <thread>
#include <vector>

#include "base/must.h"
#include "in/http/connection.h"

namespace halligan::in::http {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
using Failure = boost::system::error_code;

// What the kernel may hold of an answer that the client has not taken: little, so that a lease that
// ends cuts soon.
constexpr int unsent_bytes_max = 128 * 1024;

// By Urgency: see ServerOptions.
WorkerPool::Shares shares_of(const ServerOptions& options) {
  const auto part = [&](std::size_t eighths) {
    return WorkerPool::Share{
        .workers = std::max<std::size_t>(1, options.workers * eighths / 8),
        .waiting = options.queue_max * eighths / 8,
    };
  };
  return {part(8), part(7), part(6), part(2)};
}

// Whoever has one address of IPv6 has all of its /64.
Connection::Address address_of(const asio::ip::address& address) {
  Connection::Address out{.text = address.to_string(), .peer = {}};
  out.peer = out.text;
  if (!address.is_v6()) return out;
  const auto v6 = address.to_v6();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  out.peer = v6.is_v4_mapped() ? asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string()
                               : asio::ip::make_address_v6(bytes).to_string() + "/64";
  return out;
}

class AsioConnection final : public Connection {
 public:
  AsioConnection(Edge& edge, Socket socket, const TlsContext& tls, Address address)
      : Connection(edge, socket.native_handle(), tls, std::move(address)),
        socket_(std::move(socket)) {}

 private:
  void wait(Direction direction) override {
    socket_.async_wait(direction == Direction::read ? Socket::wait_read : Socket::wait_write,
                       [self = shared_from_this()](const Failure&) { self->woken(); });
  }
  void end_wait() override {
    Failure ignored;
    socket_.cancel(ignored);
  }
  void nudge() override {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->nudged(); });
  }
  void hand_over() override {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->woken(); });
  }
  void close_socket() override {
    Failure ignored;
    socket_.close(ignored);
  }
  Socket socket_;
};

}  // namespace

class Server::Impl {
 public:
  explicit Impl(ServerOptions given)
      : options(std::move(given)),
        edge{.options = options,
             .handler = {},
             .counters = {},
             .pool = nullptr,
             .stopping = false,
             .registry_mutex = {},
             .registry = {},
             .peers = {},
             .fresh = {},
             .streams = {},
             .leaving = 0},
        io(1),
        acceptor(io),
        timer(io) {}

  Result<std::uint16_t> listen();
  void accept();
  void take(Socket socket);
  void tick();
  void give_up_waiting();
  bool wait_until_empty(std::chrono::milliseconds most);
  TlsContext tls_now() {
    const std::lock_guard lock{tls_mutex};
    return tls;
  }

  const ServerOptions options;
  Edge edge;
  asio::io_context io;
  Acceptor acceptor;
  Timer timer;
  std::mutex tls_mutex;
  TlsContext tls;
  std::unique_ptr<WorkerPool> pool;
  std::thread thread;
};

Result<std::uint16_t> Server::Impl::listen() {
  const auto refused = [&](const Failure& why) {
    return Fault{FaultCode::bad_input, "cannot listen on " + options.host + " port " +
                                           std::to_string(options.port) + ": " + why.message()};
  };
  Failure failure;
  const auto address = asio::ip::make_address(options.host, failure);
  if (failure) return refused(failure);
  const Tcp::endpoint endpoint{address, options.port};
  acceptor.open(endpoint.protocol(), failure);
  if (!failure) acceptor.set_option(asio::socket_base::reuse_address{true}, failure);
  if (!failure) acceptor.bind(endpoint, failure);
  if (!failure) acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (failure) return refused(failure);
  return acceptor.local_endpoint().port();
}

void Server::Impl::accept() {
  acceptor.async_accept([this](const Failure& failure, Socket socket) {
    if (failure == asio::error::operation_aborted || !acceptor.is_open()) return;
    if (!failure) {
      accept();
      take(std::move(socket));
      return;
    }
    // Most likely out of file descriptors: the connection stays in the backlog; look again later
    // instead of spinning.
    auto later = std::make_shared<Timer>(io, options.tick);
    later->async_wait([this, later](const Failure&) { accept(); });
  });
}

void Server::Impl::take(Socket socket) {
  Failure failure;
  const auto peer = socket.remote_endpoint(failure);
  if (failure) return;  // gone already
  const int one = 1;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_bytes_max,
               sizeof unsent_bytes_max);
  socket.native_non_blocking(true, failure);
  const auto connection = std::make_shared<AsioConnection>(edge, std::move(socket), tls_now(),
                                                           address_of(peer.address()));
  if (connection->enter_registry()) connection->start();
}

void Server::Impl::tick() {
  timer.expires_after(options.tick);
  timer.async_wait([this](const Failure& failure) {
    if (failure) return;
    give_up_waiting();
    {
      const std::lock_guard lock{edge.registry_mutex};
      const auto now = Connection::Clock::now();
      for (auto* connection : edge.registry) connection->sweep(now);
    }
    tick();
  });
}

// Those who have waited too long for a worker are told, and belong to this thread again.
void Server::Impl::give_up_waiting() {
  for (const auto& each : pool->take_back(WorkerPool::Clock::now() - options.queue_time))
    std::static_pointer_cast<Connection>(each)->waited_too_long();
}

bool Server::Impl::wait_until_empty(std::chrono::milliseconds most) {
  const auto until = Connection::Clock::now() + most;
  while (edge.counters.connections_open > 0) {
    if (Connection::Clock::now() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  return true;
}

Server::Server(ServerOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Server::~Server() { stop(); }

Result<std::uint16_t> Server::start(Handler handler) {
  MUST(!impl_->thread.joinable() && handler);
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes with write(2), which would end the process
  if (const auto loaded = reload_certificate(); !loaded) return loaded.fault();
  auto port = impl_->listen();
  if (!port) return port;
  auto& impl = *impl_;
  impl.edge.handler = std::move(handler);
  impl.pool = std::make_unique<WorkerPool>(shares_of(impl.options));
  impl.edge.pool = impl.pool.get();
  impl.accept();
  impl.tick();
  impl.thread = std::thread{[&impl] { impl.io.run(); }};
  return port;
}

Result<Unit> Server::reload_certificate() {
  if (!impl_->options.tls) return Unit{};
  auto made = make_tls_context(*impl_->options.tls);
  if (!made) return made.fault();
  const std::lock_guard lock{impl_->tls_mutex};
  impl_->tls = *made;
  return Unit{};
}

void Server::stop() {
  auto& impl = *impl_;
  if (!impl.thread.joinable()) return;
  impl.edge.stopping = true;
  asio::post(impl.io, [&impl] {
    Failure ignored;
    impl.acceptor.close(ignored);
  });
  impl.wait_until_empty(impl.options.stop_time);
  // What is left is cut again and again: a handler may still hold its connection.
  do {
    const std::lock_guard lock{impl.edge.registry_mutex};
    for (auto* connection : impl.edge.registry) connection->cut();
  } while (!impl.wait_until_empty(impl.options.tick));
  impl.pool->stop();
  impl.io.stop();
  impl.thread.join();
}

const ServerCounters& Server::counters() const { return impl_->edge.counters; }

}  // namespace halligan::in::http
