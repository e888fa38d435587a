// snapshot_keeper.h - a thread that keeps a snapshot of the state behind the ledger, and that holds
// the one the server began from against the entries themselves.
//
// Both are replays of their own, at the lowest priority, beside the writer and never in its way.
// Where the replay gives another state than the one that serves began from, serving stops: one of
// the two is wrong, and people were answered from it.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "bin/writer_thread.h"
#include "needs/snapshot_store.h"

namespace halligan::bin {

class SnapshotKeeper {
 public:
  struct Parts {
    WriterThread& writer;
    needs::Vault& vault;
    needs::Dice& dice;
    needs::SnapshotStore& snapshots;
    EntryIndex every = 50'000;  // entries between two snapshots; an eighth of the ledger, if more
    std::function<void(const std::string&)> tell;  // one line for the log
  };
  explicit SnapshotKeeper(Parts parts);

 private:
  void run(const std::stop_token& stop);
  void compare(const facts::SnapshotTaken& from);
  Result<Unit> take(EntryIndex size);
  Result<Unit> drop_older(EntryIndex size);

  Parts parts_;
  std::jthread thread_;
};

}  // namespace halligan::bin
