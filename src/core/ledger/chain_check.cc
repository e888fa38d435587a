// chain_check.cc - one line of memory for each patient.
#include "core/ledger/chain_check.h"

namespace halligan::ledger {

// Pseudonyms are random: any eight bytes of one are a hash.
std::size_t ChainCheck::PseudonymHash::operator()(const Pseudonym& pseudonym) const {
  return static_cast<std::size_t>(get_u64(pseudonym.data()));
}

void ChainCheck::lost(const std::optional<Hash>& leaf) {
  if (leaf)
    lost_.emplace(*leaf, std::nullopt);
  else
    lost_unknown_ = true;
}

void ChainCheck::undecided(EntryIndex index, const Hash& entry, const Hash& tile) {
  undecided_[index] = entry;
  lost_.emplace(entry, index);
  lost_.emplace(tile, index);
}

std::optional<bool> ChainCheck::entry_is_right(EntryIndex index) const {
  const auto found = settled_.find(index);
  return found == settled_.end() ? std::nullopt : std::optional{found->second};
}

void ChainCheck::good(EntryIndex index, const Clear& clear, const Hash& leaf) {
  check_time(index, clear.at);
  if (clear.patient_sequence == 0) return;
  const auto found = last_.find(clear.patient);
  check_previous(index, clear, found == last_.end() ? nullptr : &found->second);
  last_[clear.patient] = {.index = index, .sequence = clear.patient_sequence, .leaf = leaf};
}

void ChainCheck::check_time(EntryIndex index, Instant at) {
  if (latest_ && at < *latest_) {
    findings_.push_back({.time = true,
                         .entry = index,
                         .before = latest_index_,
                         .claim = {},
                         .what = "its time " + to_text(at) + " is before that of entry " +
                                 std::to_string(latest_index_) + ", " + to_text(*latest_)});
    return;
  }
  if (!first_) first_ = at;
  latest_ = at;
  latest_index_ = index;
}

// Whether the entry before this one is among those known to be lost.
bool ChainCheck::excused(const Clear& clear) {
  if (clear.patient_sequence == 1) return false;
  const auto found = lost_.find(clear.previous);
  if (found == lost_.end()) return lost_unknown_;
  if (found->second) settled_[*found->second] = undecided_.at(*found->second) == clear.previous;
  return true;
}

void ChainCheck::check_previous(EntryIndex index, const Clear& clear, const Last* last) {
  const std::uint64_t expected = last == nullptr ? 1 : last->sequence + 1;
  const bool follows = last == nullptr || clear.previous == last->leaf;
  if ((clear.patient_sequence == expected && follows) || excused(clear)) return;
  ChainFinding finding{.time = false, .entry = index, .before = {}, .claim = {}, .what = {}};
  const std::string number = std::to_string(clear.patient_sequence);
  if (last == nullptr) {
    finding.what = "it is number " + number + " of its patient, and none before it is there";
  } else if (clear.patient_sequence == expected) {
    finding.before = last->index;
    finding.claim = clear.previous;
    finding.what = "the patient's entry before it, entry " + std::to_string(last->index) +
                   ", does not have the leaf hash that this one names";
  } else {
    finding.what = "it is number " + number + " of its patient, where number " +
                   std::to_string(expected) + " should follow entry " + std::to_string(last->index);
  }
  findings_.push_back(std::move(finding));
}

}  // namespace halligan::ledger
