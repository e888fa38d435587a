#include "bin/snapshot_keeper.h"

#include <sys/resource.h>

#include <algorithm>

#include "app/snapshot.h"

namespace halligan::bin {
namespace {

using namespace std::chrono_literals;

constexpr int lowest_priority = 19;
// A snapshot reads the whole ledger for its hashes: by so much it must have grown.
constexpr EntryIndex growth = 8;
constexpr std::size_t kept = 2;  // the one before as well: the newest may turn out to be damaged

}  // namespace

SnapshotKeeper::SnapshotKeeper(Parts parts) : parts_(std::move(parts)) {
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void SnapshotKeeper::run(const std::stop_token& stop) {
  setpriority(PRIO_PROCESS, 0, lowest_priority);  // of this thread alone, on Linux
  std::string told;
  std::string compared;
  while (!stop.stop_requested()) {
    EntryIndex size = 0;
    std::optional<facts::SnapshotTaken> from;
    const auto asked = parts_.writer.run([&](app::House& house, const Now&) {
      size = house.journal().durable();
      from = house.begun_from();
    });
    // Also the one from which the house began that was opened after a failed commit.
    if (asked && from && from->state != compared) {
      compare(*from);
      compared = from->state;
    }
    // What lies there, not what was taken: after an erasure there is none, and a start would be
    // long.
    const auto sizes = parts_.snapshots.list();
    const EntryIndex last = !sizes || sizes->empty() ? 0 : sizes->front();
    if (asked && size >= last + std::max(parts_.every, last / growth)) {
      const auto done = sizes ? take(size) : Result<Unit>{sizes.fault()};
      const std::string what = done ? "" : done.fault().what;
      if (!what.empty() && what != told) parts_.tell("no snapshot can be kept: " + what);
      told = what;
    }
    for (int i = 0; i < 20 && !stop.stop_requested(); ++i) std::this_thread::sleep_for(100ms);
  }
}

Result<Unit> SnapshotKeeper::take(EntryIndex size) {
  const auto store = parts_.writer.store();
  if (store == nullptr) return Fault{FaultCode::ledger_unavailable, "the ledger is being opened"};
  const auto remade = app::remake(*store, parts_.vault, parts_.dice, parts_.snapshots, size,
                                  app::Beginning::newest_snapshot);
  if (!remade) return remade.fault();
  if (auto saved = parts_.snapshots.save(size, remade->text); !saved) return saved;
  const auto named = app::ask(parts_.writer, app::NameSnapshot{.name = remade->name});
  if (!named) return named.fault();
  if (!named->get()) return parts_.snapshots.drop(size);  // somebody was erased meanwhile
  return drop_older(size);
}

Result<Unit> SnapshotKeeper::drop_older(EntryIndex size) {
  const auto sizes = parts_.snapshots.list();
  if (!sizes) return sizes.fault();
  std::size_t seen = 0;
  for (const auto each : *sizes)
    if (each <= size && ++seen > kept)
      if (auto dropped = parts_.snapshots.drop(each); !dropped) return dropped;
  return Unit{};
}

void SnapshotKeeper::compare(const facts::SnapshotTaken& from) {
  const auto store = parts_.writer.store();
  if (store == nullptr) return;
  const auto remade = app::remake(*store, parts_.vault, parts_.dice, parts_.snapshots, from.size,
                                  app::Beginning::first_entry);
  if (remade && remade->name.state == from.state) return;
  // Of a patient who was erased meanwhile nothing is read back, and the snapshots are gone already.
  bool erased = false;
  const auto again = parts_.writer.run(
      [&](app::House& house, const Now&) { erased = house.state().erased_below > from.size; });
  if (!again || erased) return;
  if (!remade)
    return parts_.tell("the snapshot that the server began from cannot be compared: " +
                       remade.fault().what);
  static_cast<void>(needs::drop_all(parts_.snapshots));
  parts_.writer.stop_serving("the snapshot of " + std::to_string(from.size) +
                             " entries that the server began from is not what these entries give: "
                             "start it again, it then reads them all");
}

}  // namespace halligan::bin
