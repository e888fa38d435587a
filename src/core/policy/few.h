// few.h - a short list of fixed capacity: what a decision carries, without allocating.
#pragma once

#include <array>
#include <cstddef>

#include "base/must.h"

namespace halligan::policy {

template <class T, std::size_t N>
class Few {
 public:
  Few() : size_(0) {}  // the elements stay uninitialised: they are written before they are read

  // False, and nothing is added, when it is full.
  [[nodiscard]] bool add(const T& item) {
    if (size_ == N) return false;
    items_[size_++] = item;
    return true;
  }
  void clear() { size_ = 0; }
  void shorten(std::size_t size) {
    MUST(size <= size_);
    size_ = size;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T& operator[](std::size_t i) { return items_[i]; }
  const T& operator[](std::size_t i) const { return items_[i]; }
  T* begin() { return items_.data(); }
  T* end() { return items_.data() + size_; }
  const T* begin() const { return items_.data(); }
  const T* end() const { return items_.data() + size_; }

 private:
  std::size_t size_;
  std::array<T, N> items_;
};

}  // namespace halligan::policy
