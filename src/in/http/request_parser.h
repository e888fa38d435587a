// request_parser.h - octets of a connection become a Request, or a refusal.
//
// Bounded at every point: it never holds more than the limits allow and never looks at a byte twice
// without need. What HTTP lets a server guess, it refuses: a request that two programs could read
// differently reaches nobody. Nothing here touches a socket.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/limits.h"
#include "in/http/message.h"

namespace halligan::in::http {

struct RequestLimits {
  std::size_t header_bytes_max = limits::header_bytes_max;
  std::size_t headers_max = limits::headers_max;
  std::size_t target_bytes_max = limits::target_bytes_max;
  // How much body a path may bring; where none is given, limits::command_body_bytes_max.
  std::function<std::size_t(std::string_view path)> body_bytes_max{};
};

class RequestParser {
 public:
  enum class State {
    head,      // the head is not complete
    body,      // the head is accepted, the body is not complete
    complete,  // take() gives the request
    refused,   // refusal() says why; the connection cannot go on
  };

  explicit RequestParser(const RequestLimits& limits);  // `limits` must outlive the parser
  ~RequestParser();

  // Reads on and returns how many bytes it is done with; the others must come again with more
  // behind them. It stops after the head and at the end of the request: call it again.
  std::size_t feed(std::string_view bytes);
  State state() const { return state_; }
  const Problem& refusal() const;

  // Once the head is complete:
  bool keep_alive() const;        // the client may send another request on this connection
  bool expects_continue() const;  // and waits for 100 before it sends the body
  std::string_view method() const;
  std::string_view path() const;
  std::size_t body_bytes() const;       // received so far
  std::size_t body_bytes_told() const;  // by Content-Length; else those received so far
  const Request& request() const;       // its body as far as it was received

  Request take();  // complete only
  void reset();    // ready for the next request

 private:
  class Beast;
  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  std::size_t read_head(std::string_view head);
  std::size_t refuse(const Problem& why);
  const Problem* line_fault(std::string_view line) const;

  const RequestLimits& limits_;
  State state_ = State::head;
  const Problem* refusal_ = nullptr;
  std::size_t scanned_ = 0;   // bytes of the head that hold only good, whole lines
  std::size_t searched_ = 0;  // bytes already searched for the end of the present line
  std::size_t lines_ = 0;
  bool forgiven_ = false;  // an empty line came first
  std::unique_ptr<Beast> beast_;
};

}  // namespace halligan::in::http
