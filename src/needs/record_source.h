// record_source.h - what the gateway needs from the system that holds the records.
//
// ONE TRY   a request is sent once; a write whose answer did not arrive is reported as such
//           (Fault upstream_timeout) and never sent again.
// BOUNDS    an answer larger than `bytes_max` is Fault too_large; an answer later than the limits
//           say is upstream_timeout; one that breaks HTTP is upstream_nonsense. One for which
//           there is no room ends there, as Fault no_room.
// IDENTITY  upstream is asked for identity encoding; an encoded answer is upstream_nonsense.
// TRUST     upstream is trusted to hold the records, not to say whose they are: what comes back is
//           checked again by the gateway.
// THREADS   any.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace halligan::needs {

// Bytes of a record on their way back. They can be looked at, to be checked; only
// app/release.h turns them into something that leaves.
class RecordBytes {
 public:
  RecordBytes() = default;
  explicit RecordBytes(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string_view look() const { return bytes_; }

 private:
  std::string bytes_;
};

struct RecordRequest {
  std::string method;  // GET, POST, PUT, DELETE
  std::string target;  // below the upstream's base, without leading slash: "Patient/p-1"
  std::vector<std::pair<std::string, std::string>> headers;  // besides Accept and the credential
  std::string body;
  std::size_t bytes_max = 0;  // of the answer's body
  // Asked, as the answer's body grows, whether so many bytes of it may be held; none: they may.
  std::function<bool(std::size_t bytes)> room{};
};

struct RecordAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  RecordBytes body;
};

class RecordSource {
 public:
  virtual ~RecordSource() = default;
  virtual Result<RecordAnswer> send(const RecordRequest& request) = 0;  // blocks, within the limits
  virtual std::string base() const = 0;  // "http://127.0.0.1:8103/fhir": to recognise its links
};

}  // namespace halligan::needs
