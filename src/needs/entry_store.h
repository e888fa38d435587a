// entry_store.h - what the journal needs from a disk: an append-only list of entries.
//
// DURABLE      when append() succeeds, every entry of the batch survives power loss, in order.
// ALL OR ANY   when append() fails, any prefix of the batch (none, some, all, the last one torn and
//              then dropped) may be found after the store is opened again; never a later batch.
// AFTER FAULT  every later append() fails until the store is opened again.
// DAMAGE       opening tells a torn tail (dropped, was never acknowledged) from damage to what was
//              acknowledged (Fault ledger_damaged, nothing is opened, nothing is repaired).
// TRUST        whoever controls the disk can destroy entries or hide the newest ones; they cannot
//              alter one unseen by a holder of a checkpoint.
// THREADS      append() is called by one thread; read() and size() by any.
#pragma once

#include <functional>
#include <span>

#include "base/bytes.h"
#include "base/pages.h"
#include "base/result.h"

namespace halligan::needs {

// How much the writer may still promise to write.
enum class Room { plenty, low, reserve_only };

class EntryStore {
 public:
  virtual ~EntryStore() = default;

  // Number of entries that are durable.
  virtual EntryIndex size() const = 0;
  // Appends the batch behind the last entry; each 1..limits::entry_bytes_format_max bytes; at most
  // limits::batch_entries_max of them. Returns when all are durable.
  // `may_use_reserve` lets endings and emergencies be written when the disk is nearly full;
  // without it, Fault disk_full is returned early, nothing is written and the store goes on.
  virtual Result<Unit> append(std::span<const Bytes> batch, bool may_use_reserve) = 0;
  virtual Result<Bytes> read(EntryIndex index) = 0;
  // Calls `visit` for each entry of [from, size()) in order, until it returns false.
  virtual Result<Unit> scan(EntryIndex from,
                            const std::function<bool(EntryIndex, ByteView)>& visit) = 0;
  virtual Room room() const = 0;
  // Memory for what is derived from the entries. What is in it does not outlive it.
  virtual std::unique_ptr<Pages> pages() { return std::make_unique<HeapPages>(); }
};

}  // namespace halligan::needs
