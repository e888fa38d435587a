// zone.h - the hospital's calendar: moving a moment by calendar days, as spec/policy-language.md,
// section 3, tells it.
//
// The time zones are those of the C library. It holds one zone at a time for the whole process, so
// nothing here may be called from two threads; tests do not.
#pragma once

#include <string>

#include "base/instant.h"
#include "core/policy/ast.h"

namespace halligan::reference {

enum class Way { back, ahead };

// shift(t, span): the local date moves by the days, the local time of day stays, then the exact
// rest is added (both subtracted when going back). A local time that does not exist becomes the
// first moment after the gap; of two, the earlier is taken. A span without days is exact. The far
// past and the far future stay where they are.
Instant shift(const std::string& timezone, Instant at, const policy::ast::Span& span, Way way);

}  // namespace halligan::reference
