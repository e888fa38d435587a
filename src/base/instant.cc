#include "base/instant.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace halligan {
namespace {

// Reads exactly `digits` decimal digits at `at`, moving it on.
std::optional<int> digits_at(std::string_view text, std::size_t& at, std::size_t digits) {
  if (at + digits > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  at += digits;
  return value;
}

bool take(std::string_view text, std::size_t& at, char wanted) {
  if (at >= text.size() || text[at] != wanted) return false;
  ++at;
  return true;
}

struct UnitOf {
  char letter;
  std::int64_t millis;
};
constexpr std::array<UnitOf, 4> units{
    {{'d', 86'400'000}, {'h', 3'600'000}, {'m', 60'000}, {'s', 1'000}}};

}  // namespace

std::string to_text(Instant at) {
  using namespace std::chrono;
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  std::array<char, 40> out{};
  const int n = std::snprintf(
      out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
      static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return std::string(out.data(), static_cast<std::size_t>(n));
}

std::optional<Instant> parse_instant(std::string_view text) {
  using namespace std::chrono;
  std::size_t at = 0;
  const auto y = digits_at(text, at, 4);
  if (!y || !take(text, at, '-')) return std::nullopt;
  const auto mo = digits_at(text, at, 2);
  if (!mo || !take(text, at, '-')) return std::nullopt;
  const auto d = digits_at(text, at, 2);
  if (!d || !(take(text, at, 'T') || take(text, at, 't'))) return std::nullopt;
  const auto h = digits_at(text, at, 2);
  if (!h || !take(text, at, ':')) return std::nullopt;
  const auto mi = digits_at(text, at, 2);
  if (!mi || !take(text, at, ':')) return std::nullopt;
  const auto s = digits_at(text, at, 2);
  if (!s) return std::nullopt;
  int millis = 0;
  if (take(text, at, '.')) {
    int scale = 100;
    std::size_t count = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
      millis += (text[at] - '0') * scale;
      scale /= 10;
      ++at;
      if (++count > 12) return std::nullopt;
    }
    if (count == 0) return std::nullopt;
  }
  minutes offset{0};
  if (!(take(text, at, 'Z') || take(text, at, 'z'))) {
    const bool minus = take(text, at, '-');
    if (!minus && !take(text, at, '+')) return std::nullopt;
    const auto oh = digits_at(text, at, 2);
    if (!oh || !take(text, at, ':')) return std::nullopt;
    const auto om = digits_at(text, at, 2);
    if (!om || *oh > 14 || *om > 59) return std::nullopt;
    offset = minutes{(minus ? -1 : 1) * (*oh * 60 + *om)};
  }
  if (at != text.size()) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*mo)},
                            day{static_cast<unsigned>(*d)}};
  if (!date.ok() || *y < 1 || *h > 23 || *mi > 59 || *s > 60) return std::nullopt;
  return Instant{sys_days{date} + hours{*h} + minutes{*mi} + seconds{*s == 60 ? 59 : *s} - offset} +
         Millis{millis};
}

std::optional<Millis> parse_duration(std::string_view text) {
  constexpr std::int64_t ten_years = 3'653LL * 86'400'000;
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t at = 0;
  std::size_t next_unit = 0;  // units must come in falling order, each once
  while (at < text.size()) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), count);
    if (error != std::errc{} || count < 0 || count > ten_years) return std::nullopt;
    at = static_cast<std::size_t>(end - text.data());
    if (at >= text.size()) return std::nullopt;
    while (next_unit < units.size() && units[next_unit].letter != text[at]) ++next_unit;
    if (next_unit == units.size() || count > ten_years / units[next_unit].millis)
      return std::nullopt;
    total += count * units[next_unit].millis;
    if (total > ten_years) return std::nullopt;
    ++next_unit;
    ++at;
  }
  return Millis{total};
}

std::string duration_text(Millis span) {
  if (span.count() == 0) return "0s";
  std::string out;
  std::int64_t left = span.count();
  for (const auto& unit : units) {
    if (left >= unit.millis) out += std::to_string(left / unit.millis) + unit.letter;
    left %= unit.millis;
  }
  return out.empty() ? "0s" : out;
}

}  // namespace halligan
