// patch.h - JSON Patch (RFC 6902) on a resource, in process.
//
// BOUNDS  operations, their bytes, what they put in together, and how deep it lies are limited: a
//         copy of what was copied doubles.
// Numbers keep their spelling: 1.50 is not 1.5 in a record. No answer here repeats a value.
#pragma once

#include <boost/json.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "in/fhir/target.h"

namespace halligan::in::fhir {

struct Operation {
  enum class Kind { add, remove, replace, move, copy, test } kind = Kind::test;
  std::vector<std::string> path;  // a JSON Pointer (RFC 6901), taken apart
  std::vector<std::string> from;
  boost::json::value value;  // as patch.cc keeps it
};
using Operations = std::vector<Operation>;

// 400 and 413: it is no patch, or too large a one.
std::variant<Operations, NotAllowed> read_patch(std::string_view text);
// The patched text; 422 where an operation fails: then nothing of it has come about.
std::variant<std::string, NotAllowed> patched(std::string_view resource,
                                              const Operations& operations);

}  // namespace halligan::in::fhir
