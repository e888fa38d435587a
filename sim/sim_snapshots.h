// sim_snapshots.h - snapshots in memory: they outlive the machine, are lost, are damaged, and fail
// to be written, by dice.
#pragma once

#include <map>
#include <utility>

#include "needs/snapshot_store.h"
#include "sim/sim_dice.h"

namespace halligan::sim {

class SimSnapshots final : public needs::SnapshotStore {
 public:
  explicit SimSnapshots(SimDice dice) : dice_(std::move(dice)) {}
  void set_fail_one_in(std::uint64_t n) { fail_one_in_ = n; }  // of changes; 0 for never

  Result<std::vector<EntryIndex>> list() override {
    std::vector<EntryIndex> out;
    for (const auto& each : kept_) out.insert(out.begin(), each.first);
    return out;
  }
  Result<std::optional<Bytes>> load(EntryIndex size) override {
    const auto found = kept_.find(size);
    // A damaged file does not open: it is as if there were none.
    if (found == kept_.end() || dice_.one_in(20)) return std::optional<Bytes>{};
    return std::optional{found->second};
  }
  Result<Unit> save(EntryIndex size, ByteView plain) override {
    if (dice_.one_in(fail_one_in_)) return failed();
    kept_[size] = Bytes(plain.begin(), plain.end());
    return Unit{};
  }
  Result<Unit> drop(EntryIndex size) override {
    if (dice_.one_in(fail_one_in_)) return failed();
    kept_.erase(size);
    return Unit{};
  }

 private:
  static Fault failed() { return {FaultCode::disk_failed, "the simulated snapshots failed"}; }
  SimDice dice_;
  std::uint64_t fail_one_in_ = 0;
  std::map<EntryIndex, Bytes> kept_;
};

}  // namespace halligan::sim
