// query.h - the query of a GET, read as strictly as a body: unknown, repeated and ill-formed
// parameters are refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "in/http/json.h"
#include "in/http/router.h"

namespace halligan::in::api {

// Digits alone, of what fits; nothing for every other text.
std::optional<std::uint64_t> whole_number(std::string_view text);
// A number in its one spelling: digits alone, no leading zero. Nothing for every other text.
std::optional<std::uint64_t> decimal(std::string_view text);

class Query {
 public:
  explicit Query(const http::Request& request) : pairs_(http::parse_query(request.query)) {}

  std::string text(std::string_view name);  // empty where absent
  std::string one_of(std::string_view name, std::initializer_list<std::string_view> allowed);
  bool flag(std::string_view name);  // "true" or "false"; false where absent
  struct Bounds {
    std::uint64_t otherwise;
    std::uint64_t min;
    std::uint64_t max;
  };
  std::uint64_t number(std::string_view name, Bounds bounds);
  // Call it when everything has been asked for.
  std::optional<http::FieldError> error() const;

 private:
  const std::string* find(std::string_view name);
  void fail(std::string_view name, std::string found, std::string expected);

  std::optional<http::QueryPairs> pairs_;
  std::vector<std::string> asked_;
  std::optional<http::FieldError> error_;
};

}  // namespace halligan::in::api
