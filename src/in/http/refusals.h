// refusals.h - what the edge itself refuses: the server, the router and the reader of JSON.
//
// The codes are stable: people read them out, and `halligan explain` knows them.
#pragma once

#include <array>

#include "in/http/message.h"

namespace halligan::in::http::refusals {

inline constexpr Problem bad_line{
    400, "bad-request-line", "The request line cannot be read",
    "expected METHOD SP /path SP HTTP/1.1 in visible ASCII characters", "H-101"};
inline constexpr Problem bad_header{400, "bad-header", "A header cannot be read",
                                    "expected name: value on one line ending in CRLF, the name a "
                                    "token, the value UTF-8 without control characters",
                                    "H-102"};
inline constexpr Problem bad_target{
    400, "bad-target", "The request target is not acceptable",
    "expected an absolute path, with no host before it and no fragment behind it", "H-103"};
inline constexpr Problem bad_host{
    400, "bad-host", "The Host header is not acceptable",
    "expected exactly one Host header with a host name or address and an optional port", "H-104"};
inline constexpr Problem bad_framing{
    400, "bad-framing", "The length of the body is in doubt",
    "expected either one Content-Length in digits or one Transfer-Encoding: chunked, never both",
    "H-105"};
inline constexpr Problem bad_chunk{
    400, "bad-chunk", "A chunk of the body cannot be read",
    "expected the size in hexadecimal digits, no chunk extensions and no trailers", "H-106"};
inline constexpr Problem too_slow{408, "too-slow", "The request took too long to arrive",
                                  "the connection is closed; send the request again", "H-107"};
inline constexpr Problem body_too_large{413, "body-too-large", "The body is too large",
                                        "this path takes a smaller body", "H-108"};
inline constexpr Problem target_too_long{414, "target-too-long", "The request target is too long",
                                         "expected a shorter path and query", "H-109"};
inline constexpr Problem bad_expectation{417, "bad-expectation", "The expectation cannot be met",
                                         "the only Expect that is understood is 100-continue",
                                         "H-110"};
inline constexpr Problem header_too_large{431, "header-too-large", "The header block is too large",
                                          "expected fewer or shorter headers", "H-111"};
inline constexpr Problem handler_failed{500, "internal-error", "The request could not be handled",
                                        "nothing was released; the fault has been counted",
                                        "H-112"};
inline constexpr Problem unknown_method{501, "unknown-method", "The method is not known here",
                                        "expected GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS",
                                        "H-113"};
inline constexpr Problem overloaded{503, "overloaded", "Too many requests are waiting",
                                    "try again in a moment", "H-114"};
inline constexpr Problem bad_version{505, "bad-version", "The HTTP version is not spoken here",
                                     "expected HTTP/1.1", "H-115"};
inline constexpr Problem not_tls{400, "not-tls", "This port speaks https only",
                                 "use an address that begins with https://", "H-116"};
inline constexpr Problem bad_path{
    400, "bad-path", "The path is not acceptable",
    "expected segments without dots alone, empty parts, encoded slashes or control characters",
    "H-117"};
inline constexpr Problem no_such_path{
    404, "no-such-path", "There is nothing at this path",
    "see the description of the interface for the paths that exist", "H-118"};
inline constexpr Problem method_not_allowed{405, "method-not-allowed",
                                            "The method is not allowed here",
                                            "the Allow header lists the methods that are", "H-119"};
inline constexpr Problem not_json{415, "not-json", "The body is not JSON",
                                  "expected Content-Type: application/json", "H-120"};
inline constexpr Problem bad_json{400, "bad-json", "The JSON cannot be read",
                                  "the answer said where, what was found and what was expected",
                                  "H-121"};
inline constexpr Problem bad_field{
    400, "bad-field", "A field is not acceptable",
    "the answer named the field, what was found and what was expected", "H-122"};

// Everything above, for those who explain codes.
inline constexpr std::array all{
    bad_line,         bad_header,     bad_target,     bad_host,           bad_framing,
    bad_chunk,        too_slow,       body_too_large, target_too_long,    bad_expectation,
    header_too_large, handler_failed, unknown_method, overloaded,         bad_version,
    not_tls,          bad_path,       no_such_path,   method_not_allowed, not_json,
    bad_json,         bad_field};

}  // namespace halligan::in::http::refusals
