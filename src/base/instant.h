// instant.h - a moment, and the two clocks that tell it.
//
// An Instant counts milliseconds since 1970-01-01T00:00:00Z. Nothing in core or app asks what time
// it is: Now is an argument, made by needs/clock.h.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace halligan {

using Millis = std::chrono::milliseconds;
using Instant = std::chrono::sys_time<Millis>;

// `boot` counts from an arbitrary start and never steps; it only means something while `boot_id`
// (one value for each run of the machine) stays the same.
struct Now {
  Instant wall;
  Millis boot;
};

inline constexpr Instant far_future{Millis{253402300799999}};  // 9999-12-31T23:59:59.999Z
inline constexpr Instant far_past{Millis{-62135596800000}};    // 0001-01-01T00:00:00Z

// RFC 3339 in UTC with milliseconds: "2026-11-22T03:14:00.000Z".
std::string to_text(Instant at);
// RFC 3339 with any offset and fraction, or nothing.
std::optional<Instant> parse_instant(std::string_view text);
// "90s", "15m", "8h", "7d" (24 h each) or a sum such as "1h30m"; at most 10 years; or nothing.
std::optional<Millis> parse_duration(std::string_view text);
std::string duration_text(Millis span);  // the shortest such text

}  // namespace halligan
