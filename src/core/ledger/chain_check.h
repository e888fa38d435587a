// chain_check.h - whether each patient's entries follow one another, and time never runs back.
//
// Each entry names the leaf hash of its patient's entry before it, so an entry bears witness to its
// predecessor: that settles some questions that the tree leaves open.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/ledger/entry.h"

namespace halligan::ledger {

struct ChainFinding {
  bool time = false;  // else it is about the sequence or the previous entry
  EntryIndex entry = 0;
  std::optional<EntryIndex> before;  // the entry that it contradicts
  std::optional<Hash> claim;         // the leaf hash it says that entry has
  std::string what;
};

class ChainCheck {
 public:
  // Entries in the order of the log. `good`: whole, as far as is known.
  void good(EntryIndex index, const Clear& clear, const Hash& leaf);
  // The entry is not there or not what was logged; its leaf hash may be known.
  void lost(const std::optional<Hash>& leaf);
  // Entry and tile disagree: a successor may tell which is right.
  void undecided(EntryIndex index, const Hash& entry, const Hash& tile);

  const std::vector<ChainFinding>& findings() const { return findings_; }
  // For an undecided entry: true when a successor confirms the entry, false when it confirms the
  // tile.
  std::optional<bool> entry_is_right(EntryIndex index) const;
  std::uint64_t patients() const { return last_.size(); }
  std::optional<Instant> first() const { return first_; }
  std::optional<Instant> last() const { return latest_; }

 private:
  struct Last {
    EntryIndex index = 0;
    std::uint64_t sequence = 0;
    Hash leaf{};
  };
  struct PseudonymHash {
    std::size_t operator()(const Pseudonym& pseudonym) const;
  };
  void check_time(EntryIndex index, Instant at);
  void check_previous(EntryIndex index, const Clear& clear, const Last* last);
  bool excused(const Clear& clear);

  std::unordered_map<Pseudonym, Last, PseudonymHash> last_;
  std::map<Hash, std::optional<EntryIndex>> lost_;  // leaf hash, and whom it settles
  std::map<EntryIndex, Hash> undecided_;            // the entry's own account
  std::map<EntryIndex, bool> settled_;
  bool lost_unknown_ = false;  // an entry is lost of which not even the hash is known
  std::optional<Instant> first_;
  std::optional<Instant> latest_;
  EntryIndex latest_index_ = 0;
  std::vector<ChainFinding> findings_;
};

}  // namespace halligan::ledger
