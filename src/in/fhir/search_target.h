// search_target.h - what target.cc asks of search_target.cc: parameters, understood or refused.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "in/fhir/target.h"
#include "in/http/router.h"

namespace halligan::in::fhir {

NotAllowed unsupported(std::string what, int status = 400);
NotAllowed invalid(std::string what);

bool json_format(std::string_view value);
// What searches and histories share: `_count` and `_format` are taken out of the query.
struct Common {
  std::vector<Param> rest;
  std::size_t count = count_default;
};
std::variant<Common, NotAllowed> read_common(http::QueryPairs&& pairs);

// GET Type?..., and the form of POST Type/_search.
Target search(const std::string& type, http::QueryPairs pairs);

}  // namespace halligan::in::fhir
