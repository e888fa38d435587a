#include "out/upstream_link.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <limits>
#include <mutex>
#include <optional>
#include <thread>

#include "base/must.h"

namespace halligan::out {
namespace {

struct AddressesFreer {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, AddressesFreer>;

std::string place_of(const UpstreamAddress& address) {
  return address.host + " port " + std::to_string(address.port);
}

Fault unreachable(const UpstreamAddress& address, const std::string& why) {
  return {FaultCode::upstream_unreachable, "cannot reach " + place_of(address) + ": " + why};
}

bool is_address(const std::string& host) {
  std::array<unsigned char, 16> waste{};
  return ::inet_pton(AF_INET, host.c_str(), waste.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), waste.data()) == 1;
}

Result<Addresses> look_up(const UpstreamAddress& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int failed =
      ::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &list);
  if (failed != 0) return unreachable(address, ::gai_strerror(failed));
  return Addresses{list};
}

// getaddrinfo cannot be told how long it may take: a thread of its own asks, and is left to itself
// where that is too long. The resolver's own time-outs end it.
Result<Addresses> look_up(const UpstreamAddress& address, UpstreamLink::Clock::time_point until) {
  if (is_address(address.host)) return look_up(address);
  struct Asked {
    std::mutex mutex;
    std::condition_variable told;
    std::optional<Result<Addresses>> answer;
  };
  const auto asked = std::make_shared<Asked>();
  std::thread{[asked, address] {
    auto found = look_up(address);
    const std::lock_guard lock{asked->mutex};
    asked->answer.emplace(std::move(found));
    asked->told.notify_one();
  }}.detach();
  std::unique_lock lock{asked->mutex};
  if (!asked->told.wait_until(lock, until, [&] { return asked->answer.has_value(); }))
    return unreachable(address, "its name was not resolved in time");
  return std::move(*asked->answer);
}

std::string tls_reason(SSL* ssl) {
  const long verified = SSL_get_verify_result(ssl);
  if (verified != X509_V_OK) return X509_verify_cert_error_string(verified);
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  return reason != nullptr ? reason : "the TLS handshake failed";
}

int bounded(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

Result<std::shared_ptr<ssl_ctx_st>> make_client_tls(const std::string& ca_file) {
  const std::shared_ptr<SSL_CTX> made{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  MUST(made != nullptr);
  SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(made.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(made.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const bool trusted =
      ca_file.empty() ? SSL_CTX_set_default_verify_paths(made.get()) == 1
                      : SSL_CTX_load_verify_locations(made.get(), ca_file.c_str(), nullptr) == 1;
  ERR_clear_error();
  if (!trusted)
    return Fault{FaultCode::bad_input, "cannot read trusted certificates from " +
                                           (ca_file.empty() ? "the system" : ca_file)};
  return made;
}

UpstreamLink::~UpstreamLink() {
  SSL_free(ssl_);
  ::close(socket_);
}

Result<std::unique_ptr<UpstreamLink>> UpstreamLink::connect(const UpstreamAddress& address,
                                                            ssl_ctx_st* tls,
                                                            Clock::time_point until) {
  const auto addresses = look_up(address, until);
  if (!addresses) return addresses.fault();
  std::string why = "no address";
  bool late = false;
  for (const addrinfo* each = addresses->get(); each != nullptr && !late; each = each->ai_next) {
    const int socket = ::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) return unreachable(address, std::strerror(errno));
    std::unique_ptr<UpstreamLink> link{new UpstreamLink{socket}};
    const int one = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    int error = ::connect(socket, each->ai_addr, each->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS) {
      late = link->wait(POLLOUT, until) == End::late;
      socklen_t size = sizeof error;
      ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (late || error != 0) {
      why = late ? "no answer in time" : std::strerror(error);
      continue;
    }
    if (tls != nullptr) {
      const auto done = link->shake_hands(address, tls, until);
      if (!done) return done.fault();
    }
    return link;
  }
  return unreachable(address, why);
}

Result<Unit> UpstreamLink::shake_hands(const UpstreamAddress& address, ssl_ctx_st* tls,
                                       Clock::time_point until) {
  ssl_ = SSL_new(tls);
  MUST(ssl_ != nullptr && SSL_set_fd(ssl_, socket_) == 1);
  if (is_address(address.host)) {
    MUST(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), address.host.c_str()) == 1);
  } else {
    MUST(SSL_set1_host(ssl_, address.host.c_str()) == 1);
    // SSL_set_tlsext_host_name, without its C cast.
    SSL_ctrl(ssl_, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(address.host.c_str()));
  }
  for (;;) {
    ERR_clear_error();
    const int returned = SSL_connect(ssl_);
    if (returned == 1) return Unit{};
    const End end = after(returned, until);
    if (end == End::late) return unreachable(address, "the TLS handshake was not finished in time");
    if (end != End::more) return unreachable(address, tls_reason(ssl_));
  }
}

UpstreamLink::End UpstreamLink::wait(short events, Clock::time_point until) const {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return End::late;
    pollfd one{.fd = socket_, .events = events, .revents = 0};
    const int ready = ::poll(&one, 1, static_cast<int>(std::min<long>(left, 60'000)));
    if (ready > 0) return End::more;
    if (ready < 0 && errno != EINTR) return End::broken;
  }
}

// What follows when an SSL call did not succeed: more (try again), or the end.
UpstreamLink::End UpstreamLink::after(int returned, Clock::time_point until) {
  switch (SSL_get_error(ssl_, returned)) {
    case SSL_ERROR_WANT_READ: return wait(POLLIN, until);
    case SSL_ERROR_WANT_WRITE: return wait(POLLOUT, until);
    case SSL_ERROR_ZERO_RETURN: return End::closed;
    default: return End::broken;
  }
}

UpstreamLink::End UpstreamLink::write(std::string_view bytes, Clock::time_point until) {
  while (!bytes.empty()) {
    End end = End::more;
    ssize_t sent = 0;
    if (ssl_ != nullptr) {
      ERR_clear_error();
      const int returned = SSL_write(ssl_, bytes.data(), bounded(bytes.size()));
      sent = returned;
      if (returned <= 0) end = after(returned, until);
    } else {
      sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) end = errno == EAGAIN || errno == EINTR ? wait(POLLOUT, until) : End::broken;
    }
    if (end != End::more) return end;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return End::more;
}

UpstreamLink::Got UpstreamLink::read(std::span<char> into, Clock::time_point until) {
  for (;;) {
    // A server that never stops talking is late all the same.
    if (Clock::now() >= until) return {End::late};
    End end = End::more;
    ssize_t got = 0;
    if (ssl_ != nullptr) {
      ERR_clear_error();
      const int returned = SSL_read(ssl_, into.data(), bounded(into.size()));
      got = returned;
      if (returned <= 0) end = after(returned, until);
    } else {
      end = wait(POLLIN, until);  // first: it is hardly ever there already
      if (end == End::more) got = ::recv(socket_, into.data(), into.size(), 0);
      if (end == End::more && got == 0) return {End::closed};
      if (got < 0 && errno != EAGAIN && errno != EINTR) end = End::broken;
    }
    if (got > 0) return {End::more, static_cast<std::size_t>(got)};
    if (end != End::more) return {end};
  }
}

bool UpstreamLink::quiet() const {
  pollfd one{.fd = socket_, .events = POLLIN | POLLRDHUP, .revents = 0};
  return ::poll(&one, 1, 0) == 0;
}

}  // namespace halligan::out
