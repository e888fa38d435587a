// id_table.h - finds ids by a hash of what they name: eight bytes a slot, the names stay elsewhere.
//
// Open addressing, linear probing, three quarters full at most. The caller says whether an id is
// the one that is meant, since only it can read the name.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace halligan::policy {

inline std::uint64_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }

template <class Id>
class IdTable {
 public:
  // The id with this hash of which `is_it(id)` holds; `none` where there is none.
  template <class IsIt>
  Id find(std::uint64_t hash, Id none, const IsIt& is_it) const {
    if (used_ == 0) return none;
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t at = tag & mask();; at = (at + 1) & mask()) {
      if (!slots_[at].taken()) return none;
      const auto id = static_cast<Id>(slots_[at].id);
      if (slots_[at].tag == tag && is_it(id)) return id;
    }
  }

  // Precondition: it is not there yet, and below 2^32 - 1.
  void insert(std::uint64_t hash, Id id) {
    if ((used_ + 1) * 4 > slots_.size() * 3) grow();
    place({.tag = tag_of(hash), .id = static_cast<std::uint32_t>(id)});
    ++used_;
  }

  void erase(std::uint64_t hash, Id id) {
    if (used_ == 0) return;
    std::size_t at = tag_of(hash) & mask();
    while (slots_[at].taken() && slots_[at].id != static_cast<std::uint32_t>(id))
      at = (at + 1) & mask();
    if (!slots_[at].taken()) return;
    slots_[at] = {};
    --used_;
    // Those that stand behind it may have been pushed on by it.
    for (at = (at + 1) & mask(); slots_[at].taken(); at = (at + 1) & mask())
      place(std::exchange(slots_[at], {}));
  }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t id = 0xffffffff;
    bool taken() const { return id != 0xffffffff; }
  };
  static std::uint32_t tag_of(std::uint64_t hash) {
    return static_cast<std::uint32_t>((hash * 0x9e3779b97f4a7c15ULL) >> 32);
  }
  std::size_t mask() const { return slots_.size() - 1; }
  void place(const Slot& slot) {
    std::size_t at = slot.tag & mask();
    while (slots_[at].taken()) at = (at + 1) & mask();
    slots_[at] = slot;
  }
  void grow() {
    const auto old =
        std::exchange(slots_, std::vector<Slot>(slots_.empty() ? 8 : 2 * slots_.size()));
    for (const auto& slot : old)
      if (slot.taken()) place(slot);
  }

  std::vector<Slot> slots_;  // their number is a power of two
  std::size_t used_ = 0;
};

}  // namespace halligan::policy
