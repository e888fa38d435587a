// shrink.h - from a case that shows something, the smallest one nearby that still shows it.
#pragma once

#include <functional>

#include "reference/generate.h"

namespace halligan::reference {

// Takes away rules, facts, conditions, duties and details one at a time as long as `shows` stays
// true. `shows(start)` is true.
Case shrink(const Case& start, const std::function<bool(const Case&)>& shows);

}  // namespace halligan::reference
