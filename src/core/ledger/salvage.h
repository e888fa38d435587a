// salvage.h - takes a damaged entry bundle apart with the help of the leaf hashes it should have.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace halligan::ledger {

struct SalvagedEntry {
  ByteView bytes;  // into the bundle; empty when the entry is not there
  Hash leaf{};
  std::optional<std::uint64_t> moved_from;  // the slot whose bytes these are, when it is another
  bool present() const { return !bytes.empty(); }
};
struct Salvaged {
  std::vector<SalvagedEntry> slots;
  std::uint64_t surplus = 0;  // entries for which there is no slot
  bool torn = false;          // some bytes belong to no entry
};

// `leaves` are the hashes of the level 0 tile, nothing where unknown; there are as many slots.
Salvaged salvage(ByteView bundle, std::span<const std::optional<Hash>> leaves);

}  // namespace halligan::ledger
