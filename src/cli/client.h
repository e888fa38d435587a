// client.h - one request to a Halligan server and its answer, blocking, over TLS.
//
// Never sends a token to a server that neither a CA nor the pinned fingerprint vouches for, never
// over plain HTTP beyond this machine, never through a proxy from the environment, and follows no
// redirect.
#pragma once

#include <map>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/sealed.h"

namespace halligan::cli {

struct Target {
  std::string server{};   // "https://host:port"
  std::string ca_file{};  // empty: the machine's own list
  std::string
      fingerprint{};  // lower-case hex SHA-256 of the server's certificate; empty: not pinned
  Sealed<std::string> token{};  // empty: not signed in
};

struct Request {
  std::string method = "GET";
  std::string path{};  // from the first '/', query included
  std::string body{};
  std::string content_type = "application/json";
  std::string accept = "application/json";
  std::string idempotency_key{};  // empty: none
};

struct Answer {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body{};
};

// Faults: bad_input (a target that may not be used), crypto_failed (nobody vouches for the
// certificate; the text carries its fingerprint), upstream_unreachable, upstream_timeout,
// too_large, upstream_nonsense.
Result<Answer> exchange(const Target& target, const Request& request);

// "AB:CD:..." or "abcd..." to 64 lower-case hex digits, or nothing.
std::optional<std::string> parse_fingerprint(std::string_view text);
// One segment of a path: everything outside RFC 3986's unreserved is percent-encoded.
std::string path_segment(std::string_view text);

}  // namespace halligan::cli
