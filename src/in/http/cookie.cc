#include "in/http/cookie.h"

#include <algorithm>

namespace halligan::in::http {

std::optional<std::string_view> cookie(const Request& request, std::string_view name) {
  constexpr std::string_view between = "; ";
  std::optional<std::string_view> found;
  for (const auto& header : request.headers) {
    if (!same_name(header.name, "cookie")) continue;
    std::string_view pairs = header.value;
    while (!pairs.empty()) {
      const auto pair = pairs.substr(0, pairs.find(between));
      pairs.remove_prefix(std::min(pair.size() + between.size(), pairs.size()));
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      if (found) return std::nullopt;
      found = pair.substr(equals + 1);
    }
  }
  return found;
}

}  // namespace halligan::in::http
