// sealed.h - a secret or a piece of patient data that cannot be printed or compared by accident.
#pragma once

#include <utility>

namespace halligan {

template <class T>
class Sealed {
 public:
  Sealed() = default;
  explicit Sealed(T value) : value_(std::move(value)) {}
  const T& reveal() const { return value_; }  // greppable
  template <class Stream>
  friend Stream& operator<<(Stream&, const Sealed&) = delete;
  bool operator==(const Sealed&) const = delete;

 private:
  T value_{};
};

}  // namespace halligan
