// recorded.h - a value and the proof that what it rests on was written down first (P1).
//
// Only the journal can make a Durable, after a commit; only a Durable makes a Recorded; only a
// Recorded releases a record (release.h). Nobody can forget the order, because it does not compile.
#pragma once

#include <utility>

#include "base/bytes.h"

namespace halligan::app {

template <class T>
class Recorded {
 public:
  const T& get() const { return value_; }
  const T* operator->() const { return &value_; }
  // Every entry below this index was durable when this value was made.
  EntryIndex durable_below() const { return below_; }

 private:
  friend class Durable;
  Recorded(T value, EntryIndex below) : value_(std::move(value)), below_(below) {}
  T value_;
  EntryIndex below_;
};

class Durable {
 public:
  template <class T>
  Recorded<T> seal(T value) const {
    return Recorded<T>{std::move(value), below_};
  }
  EntryIndex below() const { return below_; }

 private:
  friend class Journal;
  explicit Durable(EntryIndex below) : below_(below) {}
  EntryIndex below_;
};

}  // namespace halligan::app
