#include "in/fhir/urgency.h"

#include <algorithm>
#include <array>

#include "in/fhir/target.h"

namespace halligan::in::fhir {
namespace {

using http::Urgency;

// Whether one of these parameters stands in a query, whatever its value.
bool names_a_chart(std::string_view query) {
  constexpr std::array<std::string_view, 5> names{"patient", "subject", "_id", "identifier",
                                                  "page"};
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    const auto name = pair.substr(0, pair.find_first_of("=:"));
    if (std::ranges::find(names, name) != names.end()) return true;
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return false;
}

bool is_bulk(const http::Request& request) {
  auto path = std::string_view{request.path}.substr(mount.size());
  if (path.starts_with('/')) path.remove_prefix(1);
  if (path.empty()) return true;  // a batch
  if (path.find('$') != std::string_view::npos || path.ends_with("/_history")) return true;
  const auto slash = path.find('/');
  const bool searches = slash == std::string_view::npos ? request.method != "POST"
                                                        : path.substr(slash + 1) == "_search";
  return searches && path != "metadata" && !names_a_chart(request.query) &&
         !names_a_chart(request.body);
}

}  // namespace

Urgency urgency(const Edge& edge, const http::Request& request) {
  if (is_bulk(request)) return Urgency::bulk;
  if (edge.under_glass == nullptr || !edge.under_glass->any()) return Urgency::ordinary;
  const bool theirs = edge.under_glass->has(hash_shown(request), edge.clock.now().boot);
  return theirs ? Urgency::under_glass : Urgency::ordinary;
}

}  // namespace halligan::in::fhir
