// suspect.h - a part of the tree that agrees with itself but not with what was signed above it:
// entries and hashes that were changed together.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"

namespace halligan::ledger {

struct Subtree {
  unsigned level = 0;
  Hash root{};
};

struct Suspect {
  std::uint64_t first = 0;  // the entries among which the change is
  std::uint64_t last = 0;
  std::string place{};
  std::string what{};
  Hash expected{};              // the root that was signed or proven
  std::vector<Subtree> left{};  // what stands before the leaves under that root
  std::uint64_t first_leaf = 0;
  std::vector<Hash> leaves{};  // may be empty: then nothing more can be found out
};

// True when the part is as signed once entry `index` has the leaf hash `claim`: then that entry is
// what was changed, and nothing else was.
bool explains(const Suspect& suspect, EntryIndex index, const Hash& claim);

}  // namespace halligan::ledger
