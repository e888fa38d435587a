// snapshot_store.h - where sealed snapshots of the state are kept, each under a key of its own.
//
// SEALED   what load() gives is what save() got, or nothing: a file that was changed, or whose key
//          is gone, is no snapshot. Whether it is of this ledger, an entry says (snapshot-taken).
// ERASURE  drop_all() destroys the keys first: a copy of the files that lies elsewhere is gone,
// too. THREADS  any.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace halligan::needs {

class SnapshotStore {
 public:
  virtual ~SnapshotStore() = default;
  // By how many entries each is of, newest first.
  virtual Result<std::vector<EntryIndex>> list() = 0;
  virtual Result<std::optional<Bytes>> load(EntryIndex size) = 0;
  // Durable when it succeeds. One of the same size is replaced.
  virtual Result<Unit> save(EntryIndex size, ByteView plain) = 0;
  virtual Result<Unit> drop(EntryIndex size) = 0;  // fine if there is none
};

// Fault where one of them may still be there.
inline Result<Unit> drop_all(SnapshotStore& store) {
  const auto sizes = store.list();
  if (!sizes) return sizes.fault();
  for (const auto size : *sizes)
    if (auto done = store.drop(size); !done) return done;
  return Unit{};
}

}  // namespace halligan::needs
