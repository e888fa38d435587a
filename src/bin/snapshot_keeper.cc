#include "bin/snapshot_keeper.h"

#include <sys/resource.h>

#include "app/snapshot.h"

namespace halligan::bin {
namespace {

using namespace std::chrono_literals;

constexpr int lowest_priority = 19;
constexpr std::size_t kept = 2;  // the one before as well: the newest may turn out to be damaged

}  // namespace

SnapshotKeeper::SnapshotKeeper(Parts parts) : parts_(std::move(parts)) {
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void SnapshotKeeper::run(const std::stop_token& stop) {
  setpriority(PRIO_PROCESS, 0, lowest_priority);  // of this thread alone, on Linux
  compare();
  std::string told;
  EntryIndex last = 0;
  bool known = false;
  while (!stop.stop_requested()) {
    EntryIndex size = 0;
    const auto asked = parts_.writer.run(
        [&](app::House& house, const Now&) { size = house.journal().durable(); });
    if (!known) {
      const auto sizes = parts_.snapshots.list();
      known = sizes.ok();
      if (known && !sizes->empty()) last = sizes->front();
    }
    if (asked && known && size >= last + parts_.every) {
      const auto done = take(size);
      const std::string what = done ? "" : done.fault().what;
      if (done) last = size;
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

void SnapshotKeeper::compare() {
  std::optional<facts::SnapshotTaken> from;
  const auto asked =
      parts_.writer.run([&](app::House& house, const Now&) { from = house.begun_from(); });
  const auto store = parts_.writer.store();
  if (!asked || !from || store == nullptr) return;
  const auto remade = app::remake(*store, parts_.vault, parts_.dice, parts_.snapshots, from->size,
                                  app::Beginning::first_entry);
  // Entries that cannot be read back are the writer's to find; a patient may have been erased.
  if (!remade || remade->name.state == from->state) return;
  bool erased = false;
  const auto again = parts_.writer.run([&](app::House& house, const Now&) {
    erased = house.state().erased_below > from->size;
  });
  if (!again || erased) return;
  static_cast<void>(needs::drop_all(parts_.snapshots));
  parts_.writer.stop_serving("the snapshot of " + std::to_string(from->size) +
                             " entries that the server began from is not what these entries give: "
                             "start it again, it then reads them all");
}

}  // namespace halligan::bin
