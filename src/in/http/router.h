// router.h - which handler a method and a path belong to; paths and queries decoded strictly.
//
// One path has one spelling as far as we can help it: what decodes to a slash, a control character,
// a dot segment or broken UTF-8 is refused, never cleaned.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "in/http/message.h"

namespace halligan::in::http {

// "/a/b%20c" -> {"a", "b c"}; "/" -> {}. Nothing for a path that is not acceptable.
std::optional<std::vector<std::string>> split_path(std::string_view path);

using QueryPairs = std::vector<std::pair<std::string, std::string>>;
// Names and values decoded, '+' a space, in order, duplicates kept. Nothing where a percent sign
// is not followed by two hexadecimal digits, or where the text is not UTF-8 or has controls in it.
std::optional<QueryPairs> parse_query(std::string_view query);

class PathParams {
 public:
  // The decoded text that stood for {name}; asking for one that the template lacks is a bug.
  const std::string& operator[](std::string_view name) const;
  void set(std::string_view name, std::string value);  // in place of what stood for it

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

class Router {
 public:
  using RouteHandler = std::function<Response(const Request&, const PathParams&)>;

  // "/api/v1/glass/{id}/close"; a last segment "{rest...}" takes one or more segments, joined by
  // '/'. A literal segment wins over a parameter, a parameter over the rest. A HEAD without a route
  // of its own goes to the GET route. A slash at the end is refused unless a template is written
  // with it. Adding one method and template twice is a bug.
  void add(std::string_view method, std::string_view path_template, RouteHandler handler);

  Response operator()(const Request& request) const;  // 400, 404 and 405 are answered here

 private:
  struct Segment {
    enum class Kind { literal, param, rest } kind;
    std::string text;
  };
  struct Route {
    std::string method;
    std::vector<Segment> segments;
    RouteHandler handler;
  };
  static std::optional<std::vector<std::string>> segments_of(std::string_view path);
  static bool matches(const Route& route, const std::vector<std::string>& path);
  static bool goes_before(const Route& a, const Route& b);
  std::vector<Route> routes_;  // the most literal first
};

}  // namespace halligan::in::http
