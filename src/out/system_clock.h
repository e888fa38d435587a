// system_clock.h - the machine's clocks: CLOCK_REALTIME and CLOCK_BOOTTIME, read one after the
// other.
//
// CLOCK_BOOTTIME counts through suspension, so that a right does not outlive a sleeping machine.
#pragma once

#include "needs/clock.h"

namespace halligan::out {

class SystemClock final : public needs::Clock {
 public:
  SystemClock();
  Now now() override;
  std::string boot_id() override { return boot_id_; }

 private:
  std::string boot_id_;
};

}  // namespace halligan::out
