// web_client.h - asking another system over HTTPS, once: an OpenID provider, a receiver of events.
//
// TRUST     nobody is asked without TLS whose certificate and name were checked; plain HTTP is for
//           this machine, where a caller allows it. A redirect is an answer: it is not followed.
// BOUNDS    an answer above `bytes_max` is Fault too_large, one later than `within` (all of it,
//           names looked up and TLS included) upstream_timeout, one that breaks HTTP or is not
//           vouched for upstream_nonsense; where nobody answers, upstream_unreachable.
// THREADS   any.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "base/result.h"
#include "base/sealed.h"

namespace halligan::needs {

struct WebBasic {  // RFC 7617
  std::string user;
  Sealed<std::string> password;
};

struct WebRequest {
  std::string method = "GET";  // or POST
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  std::optional<WebBasic> basic{};
  Sealed<std::string> bearer{};  // empty: none
  std::string ca_file{};         // PEM; empty: the system's
  Millis connect_within{2'000};
  Millis within{5'000};
  std::size_t bytes_max = 64 * 1024;
  bool allow_loopback_http = false;
};

struct WebAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
};

class WebClient {
 public:
  virtual ~WebClient() = default;
  virtual Result<WebAnswer> send(const WebRequest& request) = 0;  // blocks, within its limits
};

}  // namespace halligan::needs
