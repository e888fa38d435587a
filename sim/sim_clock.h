// sim_clock.h - a clock that only moves when told, and goes wrong when told: it drifts, steps,
// stops, and the machine reboots.
#pragma once

#include "needs/clock.h"

namespace halligan::sim {

class SimClock final : public needs::Clock {
 public:
  explicit SimClock(Instant start) : wall_(start) {}
  Now now() override { return Now{.wall = wall_, .boot = boot_}; }
  std::string boot_id() override { return "boot-" + std::to_string(boots_); }

  // True time passes: the boot clock follows it, the wall clock by its drift, unless stopped.
  void pass(Millis span);
  void step_wall(Millis by) { wall_ += by; }  // back or forward
  // Parts per million by which the wall clock runs fast (or slow, below zero).
  void set_drift_ppm(std::int64_t ppm) { drift_ppm_ = ppm; }
  void stop_wall(bool stopped) { wall_stopped_ = stopped; }
  // The boot clock starts again from nearly nothing, under another name.
  void reboot();

 private:
  Instant wall_;
  Millis boot_{60'000};
  std::int64_t drift_ppm_ = 0;
  std::int64_t drift_owed_ = 0;  // in millionths of a millisecond
  bool wall_stopped_ = false;
  int boots_ = 1;
};

}  // namespace halligan::sim
