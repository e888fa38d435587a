// metrics.h - what the API counts beside what state and server count. Numbers only, no names.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/instant.h"

namespace halligan::in::api {

struct Metrics {
  // Time from asking the writer to a durable answer, in milliseconds; the last is everything above.
  static constexpr std::array<std::int64_t, 8> bounds{1, 2, 5, 10, 25, 50, 100, 1'000};
  std::array<std::atomic<std::uint64_t>, bounds.size() + 1> durable{};
  std::atomic<std::uint64_t> durable_millis{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> refusals{0};  // ordinary ones
  std::atomic<std::uint64_t> faults{0};    // of ledger, vault or record system

  void took(Millis span) {
    std::size_t at = 0;
    while (at < bounds.size() && span.count() > bounds[at]) ++at;
    ++durable[at];
    durable_millis += static_cast<std::uint64_t>(std::max<std::int64_t>(span.count(), 0));
  }
};

}  // namespace halligan::in::api
