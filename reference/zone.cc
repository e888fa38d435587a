#include "reference/zone.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <set>

namespace halligan::reference {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

// How far local time is ahead of UTC at that moment.
Millis offset_at(const std::string& timezone, Instant at) {
  const std::string wanted = ":" + timezone;
  const char* set = std::getenv("TZ");
  if (set == nullptr || wanted != set) setenv("TZ", wanted.c_str(), 1);
  tzset();
  const std::time_t moment = std::chrono::floor<seconds>(at).time_since_epoch().count();
  std::tm broken_down{};
  localtime_r(&moment, &broken_down);
  return seconds{broken_down.tm_gmtoff};
}

// The moment at which the clocks of the hospital show `local` (an Instant that is to be read as
// local time).
Instant moment_of(const std::string& timezone, Instant local) {
  std::set<Millis> offsets;
  for (hours away{-48}; away <= hours{48}; away += hours{6}) {
    offsets.insert(offset_at(timezone, local + away));
  }
  std::set<Instant> moments;
  for (const Millis offset : offsets) {
    if (offset_at(timezone, local - offset) == offset) moments.insert(local - offset);
  }
  if (!moments.empty()) return *moments.begin();

  // A gap: before it the lesser offset holds, after it the greater. Look for the first moment at
  // which it is the greater.
  Instant before = local - *offsets.rbegin();
  Instant after = local - *offsets.begin();
  while (after - before > Millis{1}) {
    const Instant middle = before + (after - before) / 2;
    (offset_at(timezone, middle) == *offsets.rbegin() ? after : before) = middle;
  }
  return after;
}

}  // namespace

Instant shift(const std::string& timezone, Instant at, const policy::ast::Span& span, Way way) {
  if (at <= far_past || at >= far_future) return at;
  const int sign = way == Way::ahead ? 1 : -1;
  Instant moved = at;
  if (span.days != 0) {
    const Instant local = at + offset_at(timezone, at);
    moved = moment_of(timezone, local + sign * days{span.days});
  }
  return moved + sign * span.exact;
}

}  // namespace halligan::reference
