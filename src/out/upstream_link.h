// upstream_link.h - one connection to an upstream server: octets out and in, each before a
// deadline.
//
// Blocks with poll(2), never longer than it was told. Owned by one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

struct ssl_st;
struct ssl_ctx_st;

namespace halligan::out {

struct UpstreamAddress {
  bool tls = false;
  std::string host;  // without brackets
  std::uint16_t port = 0;
};

class UpstreamLink {
 public:
  using Clock = std::chrono::steady_clock;
  // `tls` is the client context, null for plain. A name that is not resolved by then is
  // unreachable.
  static Result<std::unique_ptr<UpstreamLink>> connect(const UpstreamAddress& address,
                                                       ssl_ctx_st* tls, Clock::time_point until);
  ~UpstreamLink();
  UpstreamLink(const UpstreamLink&) = delete;
  UpstreamLink& operator=(const UpstreamLink&) = delete;

  enum class End { more, closed, late, broken };
  struct Got {
    End end;
    std::size_t bytes = 0;
  };
  End write(std::string_view bytes, Clock::time_point until);  // all of them, or why not
  Got read(std::span<char> into, Clock::time_point until);
  bool quiet() const;  // nothing has arrived and the other side has not closed

  Clock::time_point idle_since{};

 private:
  explicit UpstreamLink(int socket) : socket_(socket) {}
  Result<Unit> shake_hands(const UpstreamAddress& address, ssl_ctx_st* tls,
                           Clock::time_point until);
  End wait(short events, Clock::time_point until) const;
  End after(int returned, Clock::time_point until);
  int socket_;
  ssl_st* ssl_ = nullptr;
};

// Verifies the server's certificate and name; TLS 1.2 and 1.3. `ca_file` empty: the system's.
Result<std::shared_ptr<ssl_ctx_st>> make_client_tls(const std::string& ca_file);

}  // namespace halligan::out
