#include "sim/sim_dice.h"

namespace halligan::sim {

// SplitMix64: a counter stepped by the golden ratio, and mixed (Steele, Lea and Flood, 2014).
std::uint64_t SimDice::next() {
  std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  return mixed ^ (mixed >> 31);
}

// The bias of the remainder is of no matter to a simulation.
std::uint64_t SimDice::below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }

bool SimDice::one_in(std::uint64_t n) { return n != 0 && below(n) == 0; }

void SimDice::fill(std::span<std::uint8_t> out) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i % 8 == 0) word = next();
    out[i] = static_cast<std::uint8_t>(word >> (8 * (i % 8)));
  }
}

}  // namespace halligan::sim
