// blame.h - two accounts of the same hashes, and a root that tells which of them is right.
//
// `stored` is what a tile says; `below` is what the files under it hash to.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.h"

namespace halligan::ledger {

struct Slot {
  std::optional<Hash> stored;
  std::optional<Hash> below;
  bool differs() const { return stored && below && *stored != *below; }
};
enum class Blame { none, stored, below, undecided };

struct Judgement {
  std::optional<Hash> root;  // nothing when a slot is unknown or undecided
  bool proven = false;       // the root is the expected one
  std::vector<Blame> blame;  // one for each slot
};

Judgement judge(std::span<const Slot> slots,
                const std::function<Hash(std::span<const Hash>)>& root_of,
                const std::function<bool(const Hash&)>& expected);

}  // namespace halligan::ledger
