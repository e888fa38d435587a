#include "in/http/router.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/must.h"
#include "in/http/refusals.h"

namespace halligan::in::http {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '+' && plus_is_space) c = ' ';
    if (c == '%') {
      const int high = at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
      const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      at += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    out.push_back(c);
  }
  if (!valid_utf8(out)) return std::nullopt;
  return out;
}

}  // namespace

std::optional<std::vector<std::string>> split_path(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  path.remove_prefix(1);
  std::vector<std::string> out;
  while (!path.empty()) {
    const auto end = path.find('/');
    auto segment = decode(path.substr(0, end), false);
    if (!segment || segment->empty() || *segment == "." || *segment == ".." ||
        segment->find_first_of("/\\") != std::string::npos)
      return std::nullopt;
    out.push_back(std::move(*segment));
    if (end == std::string_view::npos) return out;
    path.remove_prefix(end + 1);
    if (path.empty()) return std::nullopt;  // a slash at the end
  }
  return out;
}

std::optional<QueryPairs> parse_query(std::string_view query) {
  QueryPairs out;
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = decode(pair.substr(0, equals), true);
    auto value = decode(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value || name->empty()) return std::nullopt;
    out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

const std::string& PathParams::operator[](std::string_view name) const {
  const auto found = std::find_if(pairs_.begin(), pairs_.end(),
                                  [&](const auto& pair) { return pair.first == name; });
  MUST(found != pairs_.end());
  return found->second;
}

void PathParams::set(std::string_view name, std::string value) {
  const auto found = std::find_if(pairs_.begin(), pairs_.end(),
                                  [&](const auto& pair) { return pair.first == name; });
  if (found == pairs_.end())
    pairs_.emplace_back(name, std::move(value));
  else
    found->second = std::move(value);
}

// "/a/" -> {"a", ""}: the last segment is empty, and nothing but the same in a template matches it.
std::optional<std::vector<std::string>> Router::segments_of(std::string_view path) {
  const bool slash = path.size() > 1 && path.ends_with('/');
  auto out = split_path(slash ? path.substr(0, path.size() - 1) : path);
  if (out && slash) out->emplace_back();
  return out;
}

bool Router::goes_before(const Route& a, const Route& b) {
  return std::lexicographical_compare(
      a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
      [](const Segment& x, const Segment& y) { return x.kind < y.kind; });
}

bool Router::matches(const Route& route, const std::vector<std::string>& path) {
  const bool open = !route.segments.empty() && route.segments.back().kind == Segment::Kind::rest;
  if (open ? path.size() < route.segments.size() : path.size() != route.segments.size())
    return false;
  for (std::size_t n = 0; n < route.segments.size(); ++n)
    if (route.segments[n].kind == Segment::Kind::literal && route.segments[n].text != path[n])
      return false;
  return path.empty() || !path.back().empty() ||
         route.segments.back().kind == Segment::Kind::literal;
}

void Router::add(std::string_view method, std::string_view path_template, RouteHandler handler) {
  const auto parts = segments_of(path_template);
  MUST(parts.has_value() && handler);
  Route route{.method = std::string{method}, .segments = {}, .handler = std::move(handler)};
  for (const auto& part : *parts) {
    MUST(route.segments.empty() || route.segments.back().kind != Segment::Kind::rest);
    if (!part.starts_with('{')) {
      route.segments.push_back({Segment::Kind::literal, part});
      continue;
    }
    MUST(part.ends_with('}') && part.size() > 2);
    const bool rest = part.ends_with("...}");
    route.segments.push_back({rest ? Segment::Kind::rest : Segment::Kind::param,
                              part.substr(1, part.size() - (rest ? 5 : 2))});
  }
  for (const auto& other : routes_) {
    const bool same =
        other.method == route.method &&
        std::equal(other.segments.begin(), other.segments.end(), route.segments.begin(),
                   route.segments.end(), [](const Segment& a, const Segment& b) {
                     return a.kind == b.kind &&
                            (a.kind != Segment::Kind::literal || a.text == b.text);
                   });
    MUST(!same);
  }
  const auto place = std::upper_bound(routes_.begin(), routes_.end(), route, goes_before);
  routes_.insert(place, std::move(route));
}

Response Router::operator()(const Request& request) const {
  const auto path = segments_of(request.path);
  if (!path) return problem(refusals::bad_path);
  const Route* chosen = nullptr;
  std::vector<std::string> allowed;
  for (const auto& route : routes_) {
    if (!matches(route, *path)) continue;
    if (route.method == request.method) {
      chosen = &route;
      break;
    }
    if (request.method == "HEAD" && route.method == "GET" && chosen == nullptr) chosen = &route;
    if (std::find(allowed.begin(), allowed.end(), route.method) == allowed.end())
      allowed.push_back(route.method);
  }
  if (chosen == nullptr && allowed.empty())
    return problem(!path->empty() && path->back().empty() ? refusals::bad_path
                                                          : refusals::no_such_path);
  if (chosen == nullptr) {
    Response answer = problem(refusals::method_not_allowed);
    std::string list;
    for (const auto& method : allowed) list += (list.empty() ? "" : ", ") + method;
    answer.headers.push_back({"Allow", std::move(list)});
    return answer;
  }
  PathParams params;
  for (std::size_t n = 0; n < chosen->segments.size(); ++n) {
    const auto& segment = chosen->segments[n];
    if (segment.kind == Segment::Kind::literal) continue;
    std::string value = (*path)[n];
    if (segment.kind == Segment::Kind::rest)
      for (std::size_t more = n + 1; more < path->size(); ++more) value += "/" + (*path)[more];
    params.set(segment.text, std::move(value));
  }
  return chosen->handler(request, params);
}

}  // namespace halligan::in::http
