// target.h - what a request asks of the record, understood completely or refused.
//
// Nothing of a client's text goes upstream: what goes is printed from the form that was understood.
// LAW: classify(print(form)) is that form again; no two spellings of one request reach two
// patients.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "in/http/message.h"

namespace halligan::in::fhir {

struct Param {
  std::string name;
  std::string value;
  bool operator==(const Param&) const = default;
};

struct Read {  // GET Type/id, GET Type/id/_history/version
  std::string type;
  std::string id;
  std::vector<std::string> held{};  // If-None-Match: see conditions.h
  std::string version{};            // empty: the current one
  bool operator==(const Read&) const = default;
};
struct BinaryOf {  // GET Binary/id?of=Type/id: by the resource that refers to it
  std::string id;
  std::string type;
  std::string of;
  bool operator==(const BinaryOf&) const = default;
};
struct Search {  // GET Type?patient=p&..., Patient?_id=p, POST Type/_search: within one chart
  std::string type;
  PatientId patient;
  std::vector<Param> params;  // beside patient and _count, in the order given
  std::size_t count = 0;      // resources a page
  bool operator==(const Search&) const = default;
};
struct NextPage {  // GET Type?page=...: a token of ours
  std::string type;
  std::string token;
  bool operator==(const NextPage&) const = default;
};
struct History {  // GET Type/id/_history
  std::string type;
  std::string id;
  std::size_t count = 0;
  std::string since{};  // an instant; empty: all of it
  bool operator==(const History&) const = default;
};
struct HistoryPage {  // GET Type/id/_history?page=...: a token of ours
  std::string type;
  std::string id;
  std::string token;
  bool operator==(const HistoryPage&) const = default;
};
struct PersonSearch {  // GET Patient?name=...
  std::vector<Param> params;
  std::size_t count = 0;
  bool operator==(const PersonSearch&) const = default;
};
struct Everything {  // GET Patient/id/$everything
  PatientId patient;
  bool operator==(const Everything&) const = default;
};
struct Create {  // POST Type
  std::string type;
  bool operator==(const Create&) const = default;
};
struct Update {  // PUT Type/id
  std::string type;
  std::string id;
  std::string if_match;  // W/"..."; empty: not conditional
  bool operator==(const Update&) const = default;
};
struct Patch {  // PATCH Type/id, of JSON Patch
  std::string type;
  std::string id;
  std::string if_match;
  bool operator==(const Patch&) const = default;
};
struct Delete {  // DELETE Type/id
  std::string type;
  std::string id;
  bool operator==(const Delete&) const = default;
};
struct Batch {  // POST to the base: requests that stand for themselves
  bool operator==(const Batch&) const = default;
};
struct Metadata {  // GET metadata
  bool operator==(const Metadata&) const = default;
};
struct NotAllowed {
  int status = 400;
  std::string code;  // of FHIR's issue types: "not-supported", "invalid" ...
  std::string what;  // what was wrong and what would be right; none of the request's values
  bool operator==(const NotAllowed&) const = default;
};

using Target = std::variant<Read, BinaryOf, Search, NextPage, History, HistoryPage, PersonSearch,
                            Everything, Create, Update, Patch, Delete, Batch, Metadata, NotAllowed>;

// Types that refer to a Binary by an attachment.
bool refers_to_binaries(std::string_view type);

inline constexpr std::string_view mount = "/fhir";
inline constexpr std::size_t count_default = 50;
inline constexpr std::size_t count_max = 500;

// `request.path` begins with `mount`.
Target classify(const http::Request& request);

// Below the base: "Observation?patient=Patient%2Fp-1&_count=50". Nothing for what is not allowed.
std::string print(const Target& target);
// The method that goes with it.
std::string_view method_of(const Target& target);

}  // namespace halligan::in::fhir
