#include "sim/sim_entry_store.h"

#include "base/limits.h"

namespace halligan::sim {
namespace {

Fault failed() { return Fault{FaultCode::disk_failed, "the simulated disk failed"}; }

}  // namespace

SimDisk::Outcome SimDisk::throw_outcome(bool may_use_reserve) {
  constexpr Outcome ways[] = {Outcome::nothing_kept, Outcome::all_kept, Outcome::torn};
  if (++appends_ == cut_.at) {
    ++failures_;
    return ways[static_cast<std::size_t>(cut_.keeps)];
  }
  const bool fail = std::exchange(fail_next_, false) || dice_.one_in(faults_.fail_one_in);
  if (fail) {
    ++failures_;
    return ways[dice_.below(3)];
  }
  const bool full = room_ == needs::Room::reserve_only || dice_.one_in(faults_.full_one_in);
  return full && !may_use_reserve ? Outcome::full : Outcome::success;
}

void SimDisk::keep(std::span<const Bytes> batch) {
  for (const Bytes& entry : batch) kept_.push_back({entry, entry});
}

Result<std::unique_ptr<SimEntryStore>> SimEntryStore::open(SimDisk& disk) {
  for (std::size_t i = 0; i < disk.kept_.size(); ++i) {
    if (disk.kept_[i].bytes == disk.kept_[i].written) continue;
    return Fault{FaultCode::ledger_damaged, "entry " + std::to_string(i) + " is spoiled"};
  }
  return std::unique_ptr<SimEntryStore>(new SimEntryStore(disk));
}

Result<Unit> SimEntryStore::append(std::span<const Bytes> batch, bool may_use_reserve) {
  MUST(batch.size() <= limits::batch_entries_max);
  for (const Bytes& entry : batch) {
    MUST(!entry.empty() && entry.size() <= limits::entry_bytes_format_max);
  }
  if (dead_) return failed();
  if (batch.empty()) return Unit{};
  switch (disk_.throw_outcome(may_use_reserve)) {
    case SimDisk::Outcome::success:
      disk_.keep(batch);
      size_ += batch.size();
      return Unit{};
    case SimDisk::Outcome::full: return Fault{FaultCode::disk_full, "the simulated disk is full"};
    case SimDisk::Outcome::nothing_kept: break;
    case SimDisk::Outcome::all_kept: disk_.keep(batch); break;
    case SimDisk::Outcome::torn: disk_.keep(batch.first(disk_.dice_.below(batch.size()))); break;
  }
  dead_ = true;
  return failed();
}

Result<Bytes> SimEntryStore::read(EntryIndex index) {
  if (index >= size_) return Fault{FaultCode::not_found, "no entry " + std::to_string(index)};
  const auto& kept = disk_.kept_[index];
  if (kept.bytes != kept.written) return Fault{FaultCode::ledger_damaged, "an entry is spoiled"};
  return kept.bytes;
}

Result<Unit> SimEntryStore::scan(EntryIndex from,
                                 const std::function<bool(EntryIndex, ByteView)>& visit) {
  for (EntryIndex index = from; index < size_; ++index) {
    const auto entry = read(index);
    if (!entry) return entry.fault();
    if (!visit(index, *entry)) return Unit{};
  }
  return Unit{};
}

}  // namespace halligan::sim
