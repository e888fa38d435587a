#include "out/system_clock.h"

#include <time.h>

#include <fstream>

#include "base/must.h"

namespace halligan::out {
namespace {

Millis read_clock(clockid_t which) {
  timespec at{};
  MUST(::clock_gettime(which, &at) == 0);
  return Millis{std::int64_t{at.tv_sec} * 1000 + at.tv_nsec / 1'000'000};
}

}  // namespace

SystemClock::SystemClock() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::getline(file, boot_id_);
  MUST(!boot_id_.empty());
}

Now SystemClock::now() {
  return Now{.wall = Instant{read_clock(CLOCK_REALTIME)}, .boot = read_clock(CLOCK_BOOTTIME)};
}

}  // namespace halligan::out
