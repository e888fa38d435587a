// http_request.cc - what octets mean does not depend on how they arrive; what is accepted is one
// request with one length, and says so again when it is written out.
#include <algorithm>
#include <cstdlib>

#include "in/http/request_parser.h"

namespace {

using namespace halligan::in::http;

using State = RequestParser::State;

void must(bool law) {
  if (!law) std::abort();
}

struct Outcome {
  State state = State::head;
  std::string_view slug;  // of the refusal
  Request request;
  std::size_t rest = 0;  // octets that belong to the next request
};

// The octets in pieces of this size, as a connection would bring them.
Outcome parsed(const RequestLimits& limits, std::string_view octets, std::size_t piece) {
  RequestParser parser{limits};
  std::string held;
  Outcome out;
  const auto reading = [&] {
    return parser.state() == State::head || parser.state() == State::body;
  };
  while (reading() && !octets.empty()) {
    held += octets.substr(0, piece);
    octets.remove_prefix(std::min(piece, octets.size()));
    for (;;) {
      const auto before = parser.state();
      const auto used = parser.feed(held);
      must(used <= held.size());
      held.erase(0, used);
      if (!reading() || (used == 0 && parser.state() == before)) break;
    }
  }
  out.state = parser.state();
  if (out.state == State::refused) out.slug = parser.refusal().slug;
  if (out.state == State::complete) {
    out.request = parser.take();
    out.rest = held.size() + octets.size();
  }
  return out;
}

bool same(const Request& a, const Request& b) {
  return a.method == b.method && a.target == b.target && a.path == b.path && a.query == b.query &&
         a.body == b.body &&
         std::ranges::equal(a.headers, b.headers, [](const Header& x, const Header& y) {
           return x.name == y.name && x.value == y.value;
         });
}

std::string written(const Request& request) {
  std::string out = request.method + " " + request.target + " HTTP/1.1\r\n";
  for (const auto& header : request.headers)
    if (!same_name(header.name, "Content-Length") && !same_name(header.name, "Transfer-Encoding"))
      out += header.name + ": " + header.value + "\r\n";
  if (!request.header("Host")) out += "Host: h\r\n";  // HTTP/1.0 needs none
  return out + "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" + request.body;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const RequestLimits limits{.header_bytes_max = 2048, .headers_max = 16, .target_bytes_max = 256};
  const std::string_view octets{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto whole = parsed(limits, octets, octets.size() + 1);
  const auto pieces = parsed(limits, octets, data[0] % 16 + 1U);
  const auto waits = [](const Outcome& each) { return each.state < State::complete; };
  // In pieces it may be refused later, never otherwise.
  must(whole.state == pieces.state || (whole.state == State::refused && waits(pieces)));
  must(whole.slug == pieces.slug || waits(pieces));
  if (whole.state != State::complete) return 0;
  must(same(whole.request, pieces.request) && whole.rest == pieces.rest);
  must(whole.request.target.starts_with(whole.request.path));
  const auto again = parsed({}, written(whole.request), 65536);
  must(again.state == State::complete && again.rest == 0);
  must(again.request.method == whole.request.method &&
       again.request.target == whole.request.target && again.request.body == whole.request.body);
  return 0;
}
