// sim_entry_store.h - a disk in memory that fails in the ways a real one does, and the entry store
// on it.
//
// The disk outlives the stores opened on it, as a real one outlives the process. A failed append
// keeps nothing, keeps all, or tears the batch: some whole entries are kept, and the rest is
// dropped when the store is opened again. After a failure the store is dead until it is opened
// again.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "needs/entry_store.h"
#include "sim/sim_dice.h"

namespace halligan::sim {

class SimDisk {
 public:
  // How often an append goes wrong: once in so many, 0 for never.
  struct Faults {
    std::uint64_t fail_one_in = 0;
    std::uint64_t full_one_in = 0;  // refused early, and nothing is lost
  };
  // The one append at which the power fails, counted from 1, and what is kept of it.
  enum class Keeps { nothing, all, some };
  struct Cut {
    std::uint64_t at = 0;  // 0 for never
    Keeps keeps = Keeps::nothing;
  };
  explicit SimDisk(SimDice dice) : dice_(std::move(dice)) {}

  void set_faults(Faults faults) { faults_ = faults; }
  void set_cut(Cut cut) { cut_ = cut; }
  void fail_next() { fail_next_ = true; }
  void set_room(needs::Room room) { room_ = room; }  // below plenty only the reserve may be used
  void spoil(EntryIndex index) { kept_.at(index).bytes.back() ^= 0x10; }  // twice is not at all
  std::uint64_t failures() const { return failures_; }
  std::uint64_t appends() const { return appends_; }

 private:
  friend class SimEntryStore;
  struct Kept {
    Bytes bytes;
    Bytes written;  // what the writer meant: a checksum would tell the difference
  };
  enum class Outcome { success, nothing_kept, all_kept, torn, full };
  Outcome throw_outcome(bool may_use_reserve);
  void keep(std::span<const Bytes> batch);

  SimDice dice_;
  Faults faults_;
  Cut cut_;
  bool fail_next_ = false;
  needs::Room room_ = needs::Room::plenty;
  std::vector<Kept> kept_;
  std::uint64_t failures_ = 0;
  std::uint64_t appends_ = 0;
};

class SimEntryStore final : public needs::EntryStore {
 public:
  // Drops nothing that was acknowledged; Fault ledger_damaged where a kept entry was changed.
  static Result<std::unique_ptr<SimEntryStore>> open(SimDisk& disk);

  EntryIndex size() const override { return size_; }
  Result<Unit> append(std::span<const Bytes> batch, bool may_use_reserve) override;
  Result<Bytes> read(EntryIndex index) override;
  Result<Unit> scan(EntryIndex from,
                    const std::function<bool(EntryIndex, ByteView)>& visit) override;
  needs::Room room() const override { return disk_.room_; }

 private:
  explicit SimEntryStore(SimDisk& disk) : disk_(disk), size_(disk.kept_.size()) {}
  SimDisk& disk_;
  EntryIndex size_;
  bool dead_ = false;
};

}  // namespace halligan::sim
