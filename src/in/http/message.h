// message.h - a request as it was understood, and the answer to it.
//
// Plain data. A Request has passed every check of request_parser.h; nothing here reads a socket.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/lease.h"
#include "app/release.h"
#include "in/http/event_source.h"

namespace halligan::in::http {

struct Header {
  std::string name;
  std::string value;
};
using Headers = std::vector<Header>;

// ASCII only, as header names are.
bool same_name(std::string_view a, std::string_view b);

struct Request {
  std::string method;
  std::string target;  // origin form, as received: path and query
  std::string path;    // still percent-encoded: router.h decodes
  std::string query;   // raw, without the question mark
  Headers headers;     // in order, names as received, values without outer blanks
  std::string body;
  std::string peer_address;
  std::string peer_network;  // the same; of IPv6 the /64 that one host may have all of
  bool tls = false;
  // SHA-256 of the certificate that the client showed, as hex; empty: none. Whoever shows it has
  // its key; whose it is, and whether it is still good, is for the caller to know.
  std::string client_certificate;

  std::optional<std::string_view> header(std::string_view name) const;  // the first
  std::size_t count(std::string_view name) const;
};

// A record on its way out. `lease` is asked before every chunk of 64 KiB; once it is over, the
// connection is reset. `on_done` is called exactly once for every answer given to the server, with
// the bytes of the body that were handed to the connection; from any thread, and it must not block.
struct ReleasedRecord {
  app::Released bytes;
  std::shared_ptr<const app::Lease> lease;
  std::function<void(std::uint64_t bytes_written, app::Done how)> on_done;
};

// Bytes that are part of the program: never of a record, and there as long as it runs.
struct BuiltIn {
  std::string_view bytes;
};

// Text is ours: problem details, answers of the API, metrics.
using Body = std::variant<std::string, ReleasedRecord, BuiltIn, EventStream>;

// The server adds Date, Content-Length, Connection, Cache-Control (no-store unless given) and
// X-Content-Type-Options; the framing headers Content-Length, Transfer-Encoding and Connection are
// its alone, and dropped when given. A HEAD request gets the length of the body and no body. Events
// have no length, and nothing follows them on their connection.
struct Response {
  int status = 200;
  Headers headers{};
  Body body{};
};

using Handler = std::function<Response(const Request&)>;

std::string_view body_text(const Response& response);

// RFC 9457. `slug` names the kind ("header-too-large"), `code` is what a person reads out on the
// telephone. None of them may carry patient data.
struct Problem {
  int status;
  std::string_view slug;
  std::string_view title;
  std::string_view detail;
  std::string_view code;
};
Response problem(const Problem& what);
Response problem(int status, std::string_view slug, std::string_view title, std::string_view detail,
                 std::string_view code);
Response json_response(int status, std::string json);

// The status line and headers as they go on the wire; nothing where a header given by the handler
// cannot be sent (control characters in it).
struct HeadFacts {
  bool close = false;
  std::string_view date;  // IMF-fixdate
};
std::optional<std::string> head_text(const Response& response, const HeadFacts& facts);
bool may_have_body(int status);
std::string_view reason_phrase(int status);

}  // namespace halligan::in::http
