#include "core/policy/zone.h"

#include <unicode/basictz.h>
#include <unicode/timezone.h>
#include <unicode/tztrans.h>

#include <algorithm>
#include <memory>

#include "base/must.h"

namespace halligan::policy {
namespace {

constexpr Instant tables_end{Millis{4'102'444'800'000}};  // 2100-01-01
constexpr Millis widest{15 * 3'600'000};                  // no offset is further from UTC

Instant instant(UDate at) { return Instant{Millis{static_cast<std::int64_t>(at)}}; }

}  // namespace

std::optional<Zone> Zone::named(const std::string& iana) {
  if (iana.empty() || iana.find_first_of("+ \"\\") != std::string::npos) return std::nullopt;
  const std::unique_ptr<icu::TimeZone> zone{
      icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(iana))};
  if (zone == nullptr || *zone == icu::TimeZone::getUnknown()) return std::nullopt;
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeString canonical;
  UBool of_system = 0;
  icu::TimeZone::getCanonicalID(icu::UnicodeString::fromUTF8(iana), canonical, of_system, status);
  if (U_FAILURE(status) != 0 || of_system == 0) return std::nullopt;

  std::int32_t raw = 0;
  std::int32_t summer = 0;
  zone->getOffset(0.0, 0, raw, summer, status);
  if (U_FAILURE(status) != 0) return std::nullopt;
  std::vector<Period> periods{{.from = far_past, .offset = Millis{raw + summer}}};
  if (const auto* rules = dynamic_cast<const icu::BasicTimeZone*>(zone.get())) {
    icu::TimeZoneTransition next;
    UDate at = 0.0;
    while (rules->getNextTransition(at, 0, next) != 0 && instant(next.getTime()) < tables_end) {
      at = next.getTime();
      const Millis offset{next.getTo()->getRawOffset() + next.getTo()->getDSTSavings()};
      if (offset != periods.back().offset)
        periods.push_back({.from = instant(at), .offset = offset});
    }
  }
  return Zone{std::move(periods)};
}

std::size_t Zone::period_at(Instant at) const {
  const auto after = std::ranges::upper_bound(periods_, at, {}, &Period::from);
  return after == periods_.begin() ? 0 : static_cast<std::size_t>(after - periods_.begin()) - 1;
}

Millis Zone::offset(Instant at) const { return periods_[period_at(at)].offset; }

Instant Zone::from_local(Instant local) const {
  for (std::size_t i = period_at(local - widest); i < periods_.size(); ++i) {
    const Instant end = i + 1 < periods_.size() ? periods_[i + 1].from : far_future;
    const Instant at = local - periods_[i].offset;
    if (at >= end) continue;                // this clock was gone before it showed that
    return std::max(at, periods_[i].from);  // or this one began later: a gap
  }
  return local - periods_.back().offset;
}

Instant Zone::shift(Instant at, const ast::Span& span, bool back) const {
  if (at == far_past || at == far_future) return at;
  const int sign = back ? -1 : 1;
  if (span.days != 0) {
    at = from_local(at + offset(at) + sign * std::chrono::days{span.days});
  }
  return at + sign * span.exact;
}

Instant Zone::midnight(std::chrono::year_month_day date) const {
  MUST(date.ok());
  return from_local(Instant{std::chrono::sys_days{date}});
}

}  // namespace halligan::policy
