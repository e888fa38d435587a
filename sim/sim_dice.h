// sim_dice.h - chance from a seed: the same seed, the same throws, on every machine.
//
// Never for keys that matter. One thread.
#pragma once

#include "needs/dice.h"

namespace halligan::sim {

class SimDice final : public needs::Dice {
 public:
  explicit SimDice(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> out) override;

  std::uint64_t next();                        // any 64 bits
  std::uint64_t below(std::uint64_t bound);    // 0 to bound - 1; 0 where bound is 0
  bool one_in(std::uint64_t n);                // true once in n; never where n is 0
  SimDice split() { return SimDice(next()); }  // dice of their own, for another part

 private:
  std::uint64_t state_;
};

}  // namespace halligan::sim
