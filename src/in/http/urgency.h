// urgency.h - who goes first where not everybody can be served at once.
//
// A share of the workers, and of the places to wait for one, is kept for each urgency and those
// before it: bulk work is refused first, and breaking the glass finds a worker whatever else waits.
#pragma once

#include <cstddef>
#include <cstdint>

namespace halligan::in::http {

enum class Urgency : std::uint8_t {
  immediate,    // getting in and being let in; ending a right
  under_glass,  // one chart, for who has broken glass
  ordinary,
  bulk,  // whole charts, many people, lists and exports: can be asked for again later
};
inline constexpr std::size_t urgencies = 4;

}  // namespace halligan::in::http
