// answers.h - what every part of SCIM answers, and how it reads a request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "in/http/message.h"
#include "in/scim/filter.h"
#include "in/scim/resources.h"

namespace halligan::in::scim {

http::Response scim_json(int status, const json::value& body);
json::object error_json(const Error& error);
http::Response refused(const Error& error);
http::Response stopped();  // the ledger cannot be written
Error nobody();            // whose token this is

// A bearer token alone: no browser's cookie enrols anybody.
std::string hash_of(const http::Request& request);
Or<json::object> body_of(const http::Request& request);
// W/"3"; nothing where it is asked of no version, or of any.
Or<std::optional<std::uint64_t>> version_in(const std::optional<std::string_view>& header);

inline constexpr std::size_t page_max = 200;

// Of a list: a query, or the body of .search (RFC 7644, 3.4.2 and 3.4.3).
struct Query {
  std::optional<Filter> filter;
  std::size_t start = 1;
  std::size_t count = 100;
  Shown shown;
};
Or<Query> query_of(const http::Request& request);
// What is asked to be shown of a resource, in the address (3.9); of whatever answers with one.
Shown shown_of(const http::Request& request);

}  // namespace halligan::in::scim
