// claims.h - reading members of a token: each has the kind that it should have, or is not there.
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"

namespace halligan::identity {

inline std::optional<std::string_view> text_in(const boost::json::object& object,
                                               std::string_view name) {
  const auto* held = object.if_contains({name.data(), name.size()});
  if (held == nullptr || !held->is_string()) return std::nullopt;
  return std::string_view{held->get_string().data(), held->get_string().size()};
}

// A name that somebody chose: some bytes, no control characters.
inline std::optional<std::string> name_in(const boost::json::object& object, std::string_view name,
                                          std::size_t bytes_max) {
  const auto text = text_in(object, name);
  if (!text || text->empty() || text->size() > bytes_max) return std::nullopt;
  for (const char c : *text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
  return std::string{*text};
}

// A NumericDate (RFC 7519 section 2): seconds since 1970, perhaps with a fraction; in this era.
inline std::optional<Instant> moment_in(const boost::json::object& object, std::string_view name) {
  const auto* held = object.if_contains({name.data(), name.size()});
  if (held == nullptr) return std::nullopt;
  double seconds = -1;
  if (const auto* whole = held->if_int64()) seconds = static_cast<double>(*whole);
  if (const auto* exact = held->if_double()) seconds = *exact;
  constexpr double last = 253402300799.0;  // 9999-12-31T23:59:59Z
  if (!(seconds >= 0 && seconds <= last)) return std::nullopt;
  return Instant{Millis{static_cast<std::int64_t>(seconds * 1000)}};
}

}  // namespace halligan::identity
