#include "bin/backup_folder.h"

#include "app/backups.h"
#include "base/limits.h"
#include "core/ledger/merkle.h"
#include "out/file_checkpoint_store.h"
#include "out/segment_entry_store.h"

namespace halligan::bin {
namespace {

using namespace std::chrono_literals;

constexpr int tries_max = 5;
constexpr std::size_t batch_bytes_max = 4 * 1024 * 1024;

out::SegmentEntryStore::Opened open_or_create(const out::Path& folder, needs::Dice& dice) {
  auto opened = out::SegmentEntryStore::open(folder, {});
  if (opened || opened.fault().code != FaultCode::not_found) return opened;
  return out::SegmentEntryStore::create(folder, dice, {});
}

Result<Hash> root_of(needs::EntryStore& store) {
  ledger::Frontier tree;
  const auto scanned = store.scan(0, [&](EntryIndex, ByteView stored) {
    tree.append(ledger::leaf_hash(stored));
    return true;
  });
  if (!scanned) return scanned.fault();
  return tree.root();
}

}  // namespace

BackupFolder::BackupFolder(Parts parts) : parts_(std::move(parts)) {
  if (parts_.every > Millis{0})
    thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void BackupFolder::run(const std::stop_token& stop) {
  auto next = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    std::this_thread::sleep_for(100ms);
    if (std::chrono::steady_clock::now() < next) continue;
    next += parts_.every;
    const auto made = make();
    if (!made) {
      parts_.tell("no backup was made: " + made.fault().what);
      continue;
    }
    const auto noted = app::ask(parts_.writer, app::NoteBackup{.staff = {}, .made = *made});
    if (!noted) parts_.tell("a backup was made, and cannot be recorded: " + noted.fault().what);
  }
}

Result<needs::Backups::Made> BackupFolder::make() {
  const std::unique_lock lock{one_at_a_time_, std::try_to_lock};
  if (!lock)
    return Fault{FaultCode::bad_input, "a backup is being made: ask again when it is done"};
  for (int tries = 0; tries < tries_max; ++tries) {
    bool again = false;
    auto made = try_once(again);
    if (!made || !again) return made;
  }
  return Fault{FaultCode::bad_input, "patients were erased all the while: ask again later"};
}

Result<Hash> BackupFolder::root_at(EntryIndex size) {
  std::optional<Hash> root;
  const auto asked = parts_.writer.run([&](app::House& house, const Now&) {
    if (size <= house.journal().durable()) root = house.journal().tree().root_at(size);
  });
  if (!asked) return asked.fault();
  if (!root)
    return Fault{FaultCode::bad_input,
                 "the folder holds more entries than the ledger: it is the "
                 "backup of another one, or this one was restored from an "
                 "older backup; name a new folder"};
  return *root;
}

// The entries first: the vault that is copied after them has the key of each, unless a patient was
// erased in between; then it all begins again, for the entry that says so.
Result<needs::Backups::Made> BackupFolder::try_once(bool& again) {
  if (auto done = out::make_folder(parts_.folder); !done) return done.fault();
  const auto note = parts_.log.checkpoint();
  Made made{.size = 0, .added = 0, .root = {}, .name = parts_.folder.filename().string()};
  const auto asked = parts_.writer.run(
      [&](app::House& house, const Now&) { made.size = house.journal().durable(); });
  if (!asked) return asked.fault();
  if (auto done = add_entries(made); !done) return done.fault();
  const Home copy{parts_.folder.string()};
  if (auto done = parts_.vault.copy_to(copy.vault()); !done) return done.fault();
  EntryIndex erased_below = 0;
  const auto checked = parts_.writer.run(
      [&](app::House& house, const Now&) { erased_below = house.state().erased_below; });
  if (!checked) return checked.fault();
  again = erased_below > made.size;
  const auto key = out::read_small_file(parts_.home.log_key(), 4096);
  if (!key) return key.fault();
  if (auto done = out::write_small_file(copy.log_key(), view(*key)); !done) return done.fault();
  if (auto done = out::FileCheckpointStore{copy.checkpoint()}.save(note); !done)
    return done.fault();
  return made;
}

Result<Unit> BackupFolder::add_entries(Made& made) {
  const auto source = parts_.writer.store();
  if (source == nullptr)
    return Fault{FaultCode::ledger_unavailable, "the ledger is being opened again"};
  auto copy = open_or_create(Home{parts_.folder.string()}.ledger(), parts_.dice);
  if (!copy) return copy.fault();
  const auto held = (*copy)->size();
  const auto wanted = root_at(held);
  if (!wanted) return wanted.fault();
  const auto found = root_of(**copy);
  if (!found) return found.fault();
  if (*found != *wanted)
    return Fault{FaultCode::bad_input,
                 "the folder holds the backup of another ledger: name a new folder"};
  std::vector<Bytes> batch;
  std::size_t bytes = 0;
  std::optional<Fault> trouble;
  const auto flush = [&] {
    const auto done = batch.empty() ? Result{Unit{}} : (*copy)->append(batch, false);
    if (!done) trouble = done.fault();
    batch.clear();
    bytes = 0;
    return done.ok();
  };
  const auto scanned = source->scan(held, [&](EntryIndex index, ByteView stored) {
    if (index >= made.size) return false;
    batch.emplace_back(stored.begin(), stored.end());
    bytes += stored.size();
    return (batch.size() < limits::batch_entries_max && bytes < batch_bytes_max) || flush();
  });
  if (!scanned) return scanned.fault();
  if (!trouble) flush();
  if (trouble) return *trouble;
  made.added = (*copy)->size() - held;
  const auto root = root_at(made.size);
  if (!root) return root.fault();
  made.root = *root;
  return Unit{};
}

}  // namespace halligan::bin
