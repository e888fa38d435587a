// snapshot.h - the state and the journal after the first entries of a ledger, as one text.
//
// Made by a replay, never from the state that serves: so it is what the entries alone give, and
// making it keeps nobody waiting. A snapshot is used where an entry behind it names it
// (snapshot-taken: size, root, SHA-256 of the text); else, or where it is damaged or of another
// form, it is as if there were none.
#pragma once

#include "app/journal.h"
#include "app/state.h"
#include "needs/snapshot_store.h"

namespace halligan::app {

struct Snapshot {
  Journal::Kept journal;
  State state;
};
Bytes encode(const Journal::Kept& journal, const State& state);
// bad_input where it is not one, or one of another form.
Result<std::unique_ptr<Snapshot>> decode_snapshot(ByteView text);

// The state of the whole ledger, from the newest snapshot that an entry behind it names, else from
// the first entry. Snapshots that no entry names, that do not fit, or that are older than an
// erasure are dropped.
struct Begun {
  std::unique_ptr<Journal> journal;
  std::unique_ptr<State> state;
  std::optional<facts::SnapshotTaken> from;
};
Result<Begun> begin_from(needs::EntryStore& store, needs::Vault& vault, needs::Dice& dice,
                         needs::SnapshotStore* snapshots);

// The state after the first `size` entries: from the newest snapshot that is not of more, else from
// the first entry. For another thread than the writer's; needs room for a second state.
struct Remade {
  facts::SnapshotTaken name;
  Bytes text;
};
enum class Beginning { newest_snapshot, first_entry };
Result<Remade> remake(needs::EntryStore& store, needs::Vault& vault, needs::Dice& dice,
                      needs::SnapshotStore& snapshots, EntryIndex size, Beginning beginning);

// Says in the ledger that a snapshot was kept. Refused where a patient was erased since.
struct NameSnapshot {
  using Answer = bool;
  facts::SnapshotTaken name;
};
NameSnapshot::Answer decide(const NameSnapshot& command, struct Context& context);

}  // namespace halligan::app
