// blame.cc - tries which choice among differing hashes gives the expected root.
#include "core/ledger/blame.h"

#include <algorithm>

namespace halligan::ledger {
namespace {

constexpr std::size_t mixed_max = 8;  // so many independent differences are told apart: 256 roots

}  // namespace

Judgement judge(std::span<const Slot> slots,
                const std::function<Hash(std::span<const Hash>)>& root_of,
                const std::function<bool(const Hash&)>& expected) {
  Judgement out;
  out.blame.assign(slots.size(), Blame::none);
  std::vector<Hash> chosen;
  std::vector<std::size_t> differing;
  for (const Slot& slot : slots) {
    if (slot.differs()) differing.push_back(chosen.size());
    if (!slot.stored && !slot.below) break;
    chosen.push_back(slot.stored ? *slot.stored : *slot.below);
  }
  const bool complete = chosen.size() == slots.size();
  if (complete && differing.empty()) {
    out.root = root_of(chosen);
    out.proven = expected(*out.root);
    return out;
  }
  // Bit i of the mask takes the account from below for differing slot i. All of one account comes
  // first: that is the usual case, and the only one tried when there are many differences.
  const std::uint64_t all = (std::uint64_t{1} << std::min<std::size_t>(differing.size(), 63)) - 1;
  std::vector<std::uint64_t> masks{0, all};
  if (differing.size() <= mixed_max)
    for (std::uint64_t mask = 1; mask < all; ++mask) masks.push_back(mask);
  for (const std::uint64_t mask : complete ? masks : std::vector<std::uint64_t>{}) {
    const auto from_below = [&](std::size_t i) {
      return mask == all || (mask != 0 && ((mask >> i) & 1) != 0);
    };
    for (std::size_t i = 0; i < differing.size(); ++i) {
      const Slot& slot = slots[differing[i]];
      chosen[differing[i]] = from_below(i) ? *slot.below : *slot.stored;
    }
    const Hash root = root_of(chosen);
    if (!expected(root)) continue;
    out.root = root;
    out.proven = true;
    for (std::size_t i = 0; i < differing.size(); ++i)
      out.blame[differing[i]] = from_below(i) ? Blame::stored : Blame::below;
    return out;
  }
  for (std::size_t i = 0; i < slots.size(); ++i)
    if (slots[i].differs()) out.blame[i] = Blame::undecided;
  return out;
}

}  // namespace halligan::ledger
