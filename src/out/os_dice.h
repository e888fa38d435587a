// os_dice.h - chance from the operating system (getrandom). A system that has none stops us.
#pragma once

#include "needs/dice.h"

namespace halligan::out {

class OsDice final : public needs::Dice {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace halligan::out
