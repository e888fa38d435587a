#include "sim/sim_clock.h"

namespace halligan::sim {

void SimClock::pass(Millis span) {
  boot_ += span;
  if (wall_stopped_) return;
  drift_owed_ += span.count() * drift_ppm_;
  const std::int64_t due = drift_owed_ / 1'000'000;
  drift_owed_ -= due * 1'000'000;
  wall_ += span + Millis{due};
}

void SimClock::reboot() {
  boot_ = Millis{5'000};
  ++boots_;
}

}  // namespace halligan::sim
