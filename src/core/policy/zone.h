// zone.h - the hospital's time zone: calendar days that know about summer time.
//
// All transitions from 1970 to 2100 are taken from ICU's own tables when a Zone is made; afterwards
// it is plain arithmetic: no files, no environment, no allocation.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "core/policy/ast.h"

namespace halligan::policy {

class Zone {
 public:
  // Nothing for a name that IANA does not know.
  static std::optional<Zone> named(const std::string& iana);

  // Moves the local date by the span's days, keeps the local time of day, adds the exact rest;
  // `back` goes the other way. The far past and the far future stay where they are.
  Instant shift(Instant at, const ast::Span& span, bool back) const;
  // The first moment at which a local clock shows this, or, where it never does, the first after
  // the gap. `local` counts as if it were UTC.
  Instant from_local(Instant local) const;
  Instant midnight(std::chrono::year_month_day date) const;
  Millis offset(Instant at) const;

 private:
  struct Period {
    Instant from;
    Millis offset;
  };
  explicit Zone(std::vector<Period> periods) : periods_(std::move(periods)) {}
  std::size_t period_at(Instant at) const;

  std::vector<Period> periods_;  // in order; the first begins in the far past
};

}  // namespace halligan::policy
