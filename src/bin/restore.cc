#include "bin/restore.h"

#include <fcntl.h>
#include <sys/file.h>

#include <filesystem>
#include <ostream>

#include "app/backups.h"
#include "app/house.h"
#include "app/snapshot.h"
#include "bin/home.h"
#include "out/file_checkpoint_store.h"
#include "out/os_dice.h"
#include "out/segment_entry_store.h"
#include "out/system_clock.h"

namespace halligan::bin {
namespace {

using cli::RestoreOptions;

constexpr std::size_t small_file_max = 1024 * 1024;

// What was found out about the backup before anything of it is changed.
struct Found {
  ledger::VerifierKey key;
  EntryIndex size = 0;
  Hash root{};
  EntryIndex known_size = 0;  // of the latest checkpoint that somebody has
  std::size_t sessions = 0;
};

Fault bad(std::string what) { return {FaultCode::bad_input, std::move(what)}; }

// Nobody adds to it while it is held. Shared, and opened to be read: it may lie where nothing can
// be written.
Result<out::Fd> hold(const out::Path& ledger) {
  auto lock = out::open_file(ledger / "lock", O_RDONLY);
  if (!lock && lock.fault().code == FaultCode::not_found) return out::Fd{};
  if (lock && ::flock(lock->get(), LOCK_SH | LOCK_NB) != 0)
    return bad(ledger.string() + " is in use: a backup is being made, or it is a server's own");
  return lock;
}

Result<Unit> copy_files(const out::Path& from, const Home& to) {
  const auto held = hold(Home{from.string()}.ledger());
  if (!held) return held.fault();
  std::error_code wrong;
  if (auto made = out::make_folder(to.dir); !made) return made;
  if (auto made = out::make_folder(to.ledger()); !made) return made;
  const Home source{from.string()};
  for (const auto& each : std::filesystem::directory_iterator{source.ledger(), wrong})
    if (each.path().filename() != "lock" && !wrong)
      std::filesystem::copy_file(each.path(), to.ledger() / each.path().filename(), wrong);
  for (const auto& [here, there] : {std::pair{source.vault(), to.vault()},
                                    {source.checkpoint(), to.checkpoint()},
                                    {source.log_key(), to.log_key()}})
    if (!wrong && std::filesystem::exists(here)) std::filesystem::copy_file(here, there, wrong);
  if (wrong) return bad(from.string() + " cannot be copied: " + wrong.message());
  return Unit{};
}

// Held against the entries: of the same history, and not of more than there is, where that is not
// to be given up.
Result<Unit> hold_against(const std::string& name, const std::string& note,
                          const ledger::Tree& tree, Found& found) {
  const auto opened = ledger::open_checkpoint(note, found.key);
  if (opened.error != ledger::NoteError::none)
    return bad(name + " is no checkpoint that this log signed");
  found.known_size = std::max(found.known_size, opened.head.size);
  if (opened.head.size <= tree.size() && tree.root_at(opened.head.size) != opened.head.root)
    return bad(name + " is of another history: the backup's entries were changed, or are of " +
               "another ledger");
  return Unit{};
}

Result<Unit> check_known(const RestoreOptions& options, const Home& home, const ledger::Tree& tree,
                         Found& found) {
  if (const auto own = out::FileCheckpointStore{home.checkpoint()}.load(); !own) {
    return own.fault();
  } else if (*own) {
    if (auto good = hold_against("the backup's checkpoint", **own, tree, found); !good) return good;
  }
  for (const auto& path : options.known) {
    const auto note = out::read_small_file(path, small_file_max);
    if (!note) return note.fault();
    if (auto good = hold_against(path, *note, tree, found); !good) return good;
  }
  const bool lost = found.known_size > tree.size();
  if (lost && options.new_origin.empty())
    return bad("a checkpoint of " + std::to_string(found.known_size) +
               " entries is known, and the " + "backup has " + std::to_string(tree.size()) +
               ": find a newer backup, or say with --new-origin NAME that the rest is lost");
  if (!lost && !options.new_origin.empty())
    return bad("--new-origin is for entries that are lost, and no checkpoint says that any are");
  if (!options.new_origin.empty() &&
      (!ledger::valid_origin(options.new_origin) || options.new_origin == found.key.name))
    return bad(
        "--new-origin takes a name that the log has not had, such as ledger.example.org/h1-2");
  return Unit{};
}

Result<std::vector<KeyId>> erased_keys(const RestoreOptions& options) {
  std::vector<KeyId> out;
  if (options.erased_file.empty()) return out;
  const auto text = out::read_small_file(options.erased_file, small_file_max);
  if (!text) return text.fault();
  std::size_t line = 0;
  for (std::size_t from = 0; from < text->size();) {
    const auto end = std::min(text->find('\n', from), text->size());
    const auto hex = text->substr(from, end - from);
    from = end + 1;
    ++line;
    if (hex.empty()) continue;
    const auto bytes = from_hex(hex);
    if (!bytes || bytes->size() != KeyId{}.size())
      return bad(options.erased_file + ":" + std::to_string(line) +
                 ": expected the id of a key, 32 hexadecimal digits");
    std::copy(bytes->begin(), bytes->end(), out.emplace_back().begin());
  }
  return out;
}

struct Machine {
  needs::EntryStore& store;
  out::SqliteVault& vault;
  out::OsDice& dice;
  out::SystemClock& clock;
};

// The first entry behind the backup's. The journal's own, before a house is there that would say
// first that it started.
Result<Unit> write_first(const Machine& machine, const RestoreOptions& options, Found& found,
                         const Home& home) {
  auto begun = app::begin_from(machine.store, machine.vault, machine.dice, nullptr);
  if (!begun) return begun.fault();
  auto& journal = *begun->journal;
  found.size = journal.durable();
  found.root = journal.tree().root();
  found.sessions = begun->state->sessions.size();
  if (begun->state->origin != found.key.name)
    return bad("the backup's key is of the log " + found.key.name + ", its entries are not");
  if (auto good = check_known(options, home, journal.tree(), found); !good) return good;
  if (options.new_origin.empty()) return Unit{};
  const facts::Body body{.fact = facts::OriginRenewed{.origin = options.new_origin,
                                                      .lost_origin = found.key.name,
                                                      .lost_from = found.size,
                                                      .lost_to = found.known_size},
                         .boot = machine.clock.now().boot,
                         .idempotency = {}};
  const auto at = std::max(machine.clock.now().wall, journal.last_at());
  if (const auto written = journal.write(body, facts::encode(body), at); !written)
    return written.fault();
  if (const auto durable = journal.commit(true); !durable) return durable.fault();
  return Unit{};
}

// Of the two that a backup holds which was made while the signing key was changed.
Result<crypto::SecretKey> seed_of(needs::Vault& vault, const ledger::VerifierKey& key) {
  for (const auto which : {Seed::current, Seed::next}) {
    const auto seed = signing_seed(vault, which);
    if (!seed) return seed.fault();
    if (*seed && crypto::public_key(**seed) == key.key) return **seed;
  }
  return bad("the vault does not hold the signing key that log.vkey names");
}

Result<Unit> begin_again(const Machine& machine, const RestoreOptions& options, Found& found,
                         const Home& home) {
  auto seed = seed_of(machine.vault, found.key);
  if (!seed) return seed.fault();
  app::BeginAgain command{.restored = {.size = found.size, .root = to_hex(found.root)},
                          .log_key = {}};
  if (!options.new_origin.empty()) {
    seed = crypto::SecretKey{machine.dice.roll<32>()};
    found.key = {.name = options.new_origin, .key = crypto::public_key(*seed)};
    command.log_key = to_text(found.key);
    if (auto kept = keep_signing_seed(machine.vault, Seed::current, *seed); !kept) return kept;
    if (auto dropped = drop_next_signing_seed(machine.vault); !dropped) return dropped;
    if (auto kept = out::write_small_file(home.log_key(), view(to_text(found.key) + "\n")); !kept)
      return kept;
  }
  auto house = app::House::open({.store = machine.store,
                                 .vault = machine.vault,
                                 .dice = machine.dice,
                                 .clock = machine.clock},
                                version);
  if (!house) return house.fault();
  (*house)->perform(command, machine.clock.now());
  const auto keys = erased_keys(options);
  if (!keys) return keys.fault();
  for (const auto& key : *keys)
    if (const auto what = (*house)->journal().erasable(key))
      (*house)->perform(app::EraseAgain{.what = *what}, machine.clock.now());
  if (const auto durable = (*house)->commit(); !durable) return durable.fault();
  const auto& tree = (*house)->journal().tree();
  const ledger::TreeHead head{.origin = found.key.name, .size = tree.size(), .root = tree.root()};
  return out::FileCheckpointStore{home.checkpoint()}.save(ledger::sign_checkpoint(head, *seed));
}

Result<Found> restore_into(const RestoreOptions& options, const Home& home,
                           const crypto::SecretKey& root) {
  out::OsDice dice;
  out::SystemClock clock;
  if (auto done = copy_files(options.from, home); !done) return done.fault();
  auto key = read_log_key(Home{options.from});
  if (!key) return key.fault();
  Found found{.key = *key};
  auto vault = out::SqliteVault::open(home.vault(), root, dice, {});
  if (!vault) return vault.fault();
  auto store = out::SegmentEntryStore::open(home.ledger(), {});
  if (!store) return store.fault();
  const Machine machine{.store = **store, .vault = **vault, .dice = dice, .clock = clock};
  if (auto done = write_first(machine, options, found, home); !done) return done.fault();
  if (auto done = begin_again(machine, options, found, home); !done) return done.fault();
  return found;
}

// What was copied is in memory only, so far.
Result<Unit> make_durable(const out::Path& folder) {
  std::error_code wrong;
  for (const auto& each : std::filesystem::recursive_directory_iterator{folder, wrong}) {
    if (each.is_directory()) {
      if (auto done = out::sync_folder(each.path()); !done) return done;
      continue;
    }
    const auto file = out::open_file(each.path(), O_RDONLY);
    if (!file) return file.fault();
    if (auto done = out::sync_data(*file, each.path()); !done) return done;
  }
  if (wrong) return bad(folder.string() + " cannot be listed: " + wrong.message());
  return out::sync_folder(folder);
}

Result<Found> restore_whole(const RestoreOptions& options, bool& recovery) {
  std::error_code unknown;
  if (std::filesystem::exists(options.dir, unknown))
    return bad(options.dir + " is there already: name a new folder");
  const auto root = read_key_file(options.root_key_file);
  if (!root) return root.fault();
  const auto kind = out::SqliteVault::check(Home{options.from}.vault(), *root);
  if (!kind) return kind.fault();
  recovery = *kind == out::RootKind::recovery;
  const Home unfinished{options.dir + ".unfinished"};
  std::filesystem::remove_all(unfinished.dir, unknown);
  auto found = restore_into(options, unfinished, *root);
  if (!found) {
    std::filesystem::remove_all(unfinished.dir, unknown);
    return found;
  }
  if (!recovery)
    if (auto kept = write_key_file(unfinished.root_key(), *root); !kept) return kept.fault();
  if (auto done = make_durable(unfinished.dir); !done) return done.fault();
  if (auto done = out::rename_file(unfinished.dir, options.dir); !done) return done.fault();
  return found;
}

}  // namespace

int restore(const cli::RestoreOptions& options, const cli::Io& io) {
  bool recovery = false;
  const auto found = restore_whole(options, recovery);
  if (!found) {
    io.err << "halligan: " << found.fault().what << "; nothing was restored\n";
    return static_cast<int>(found.fault().code == FaultCode::bad_input ? cli::Exit::refused
                                                                       : cli::Exit::unreachable);
  }
  io.out << "Restored " << found->size << " entries into " << options.dir << ".\n"
         << found->sessions << (found->sessions == 1 ? " session" : " sessions")
         << " and all open glass have ended: everybody signs in again.\n";
  if (!options.new_origin.empty())
    io.out << "Entries " << found->size << " to " << found->known_size - 1
           << " are lost. The log goes on as " << found->key.name
           << ", with a new key: " << to_text(found->key) << '\n';
  if (recovery)
    io.out << "It was opened with the recovery key: make new keys before you serve it.\n";
  return static_cast<int>(cli::Exit::done);
}

}  // namespace halligan::bin
