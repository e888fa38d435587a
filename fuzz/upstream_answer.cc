// upstream_answer.cc - whatever the record system answers is one answer or a fault, within the
// bytes that were asked for; what it means does not depend on how it arrives.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <thread>

#include "out/https_record_source.h"

namespace {

using namespace halligan;

constexpr std::size_t bytes_max = 1'000;

void must(bool law) {
  if (!law) std::abort();
}

// Answers one request with these octets, in pieces of this size, and hangs up.
class Upstream {
 public:
  Upstream() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof at;
    must(::bind(listener_, reinterpret_cast<sockaddr*>(&at), length) == 0);
    must(::listen(listener_, 1) == 0);
    must(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &length) == 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  }
  const std::string& url() const { return url_; }

  void answer(std::string_view octets, std::size_t piece) const {
    const int link = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (link < 0) return;
    const int on = 1;
    ::setsockopt(link, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    std::string head;
    char some[2'048];
    while (head.find("\r\n\r\n") == std::string::npos) {
      const auto got = ::recv(link, some, sizeof some, 0);
      if (got <= 0) break;
      head.append(some, static_cast<std::size_t>(got));
    }
    while (!octets.empty()) {
      const auto sent = ::send(link, octets.data(), std::min(piece, octets.size()), MSG_NOSIGNAL);
      if (sent <= 0) break;
      octets.remove_prefix(static_cast<std::size_t>(sent));
    }
    ::close(link);
  }

 private:
  int listener_;
  std::string url_;
};

// The answer, or nothing where it was a fault.
std::optional<needs::RecordAnswer> asked(const Upstream& upstream, std::string_view octets,
                                         std::size_t piece) {
  // A source for each, so that no connection is used again.
  const auto source = out::HttpsRecordSource::open(
      {.base_url = upstream.url(), .answer_time = std::chrono::milliseconds{5'000}, .idle_max = 0});
  must(source.ok());
  std::jthread other{[&] { upstream.answer(octets, piece); }};
  auto answer = (*source)->send(
      {.method = "POST", .target = "Patient", .headers = {}, .body = "{}", .bytes_max = bytes_max});
  if (!answer) {
    must(octets.size() < 24 || answer.fault().what.find(octets) == std::string::npos);
    return std::nullopt;
  }
  return std::move(*answer);
}

// An octet that goes on after a hang-up may be lost with it, so a fault says nothing of the other
// way.
void compare(const needs::RecordAnswer& one, const needs::RecordAnswer& two) {
  must(one.status == two.status && one.headers == two.headers &&
       one.body.look() == two.body.look());
}

}  // namespace

// One octet for the size of the pieces, and then the answer.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Upstream upstream;
  if (size < 1) return 0;
  const std::string_view octets{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto whole = asked(upstream, octets, octets.size());
  const auto pieces = asked(upstream, octets, 1 + data[0] % 64U);
  for (const auto* answer : {&whole, &pieces}) {
    if (!*answer) continue;
    must((*answer)->status >= 200 && (*answer)->status <= 999 &&
         (*answer)->body.look().size() <= bytes_max);
    for (const auto& [name, value] : (*answer)->headers)
      must(std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; }) &&
           value.find('\n') == std::string::npos);
  }
  if (whole && pieces) compare(*whole, *pieces);
  return 0;
}
