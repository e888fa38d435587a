// dice.h - what the program needs from chance. The real one is the operating system's; the
// simulated one is a seed.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace halligan::needs {

class Dice {
 public:
  virtual ~Dice() = default;
  virtual void fill(
      std::span<std::uint8_t> out) = 0;  // cannot fail: a system without entropy stops

  template <std::size_t N>
  std::array<std::uint8_t, N> roll() {
    std::array<std::uint8_t, N> out{};
    fill(out);
    return out;
  }
};

}  // namespace halligan::needs
