// choices.h - where a generated case takes its choices from: a seed, or the bytes of a fuzzer.
//
// The same seed, or the same bytes, give the same case. Bytes that have run out read as 0, and 0 is
// always the plainest choice, so that shorter inputs are plainer cases.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "reference/insist.h"

namespace halligan::reference {

class Choices {
 public:
  explicit Choices(std::uint64_t seed) : seed_(seed) {}
  explicit Choices(std::span<const std::uint8_t> bytes) : bytes_(bytes), from_bytes_(true) {}

  std::size_t below(std::size_t bound) {
    INSIST(bound > 0 && bound <= 256);
    return from_bytes_ ? next_byte() % bound : static_cast<std::size_t>(next_number() % bound);
  }
  bool percent(std::size_t chance) { return below(100) >= 100 - chance; }

  template <class T>
  const T& among(const std::vector<T>& list) {
    return list[below(list.size())];
  }

 private:
  std::uint8_t next_byte() { return at_ < bytes_.size() ? bytes_[at_++] : std::uint8_t{0}; }
  std::uint64_t next_number() {  // splitmix64
    seed_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = seed_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  std::uint64_t seed_ = 0;
  std::span<const std::uint8_t> bytes_;
  std::size_t at_ = 0;
  bool from_bytes_ = false;
};

}  // namespace halligan::reference
