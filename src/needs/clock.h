// clock.h - what the program needs from time: wall and boot clock read together, and nothing else.
//
// TRUST  whoever sets the wall clock can end rights early; they cannot lengthen one (Deadline in
//        core/glass holds the boot clock too).
#pragma once

#include "base/instant.h"

namespace halligan::needs {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Now now() = 0;
  // One value for each run of the machine (Linux: /proc/sys/kernel/random/boot_id).
  virtual std::string boot_id() = 0;
};

}  // namespace halligan::needs
