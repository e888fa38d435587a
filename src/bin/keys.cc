#include "bin/keys.h"

#include <filesystem>
#include <ostream>

#include "app/house.h"
#include "bin/log_keys.h"
#include "bin/root_keys.h"
#include "bin/say.h"
#include "out/file_snapshot_store.h"
#include "out/os_dice.h"
#include "out/segment_entry_store.h"
#include "out/system_clock.h"

namespace halligan::bin {
namespace {

// The ledger without a server: a job is durable when run() returns.
class OfflineDesk final : public app::Desk {
 public:
  static Result<std::unique_ptr<OfflineDesk>> open(const Home& home, needs::EntryStore& store,
                                                   needs::Vault& vault, needs::Dice& dice) {
    auto desk = std::unique_ptr<OfflineDesk>{new OfflineDesk{home, vault, dice}};
    auto house = app::House::open({.store = store,
                                   .vault = vault,
                                   .dice = dice,
                                   .clock = desk->clock_,
                                   .snapshots = &desk->snapshots_},
                                  version);
    if (!house) return house.fault();
    desk->house_ = std::move(*house);
    return desk;
  }
  Result<app::Durable> run(const std::function<void(app::House&, const Now&)>& job) override {
    job(*house_, clock_.now());
    return house_->commit();
  }

 private:
  OfflineDesk(const Home& home, needs::Vault& vault, needs::Dice& dice)
      : snapshots_{home.snapshots(), vault, dice} {}
  out::SystemClock clock_;
  out::FileSnapshotStore snapshots_;
  std::unique_ptr<app::House> house_;
};

// Whether this key is of this kind, told to the person; an exit code.
int rehearse(const Home& home, const out::Path& path, out::RootKind wanted, const cli::Io& io) {
  const auto key = read_key_file(path);
  if (!key) return complain(io, key.fault());
  const auto kind = out::SqliteVault::check(home.vault(), *key);
  if (!kind) return complain(io, kind.fault());
  const bool recovery = *kind == out::RootKind::recovery;
  io.out << path.string() << (recovery ? " is the recovery key" : " is the operational key")
         << " of this vault (" << id_of(*key) << ").\n";
  if (*kind != wanted)
    return refuse(io, recovery ? "it should not be here" : "it is not the recovery key");
  return static_cast<int>(cli::Exit::done);
}

// What a rotation left half done, where one did.
Result<std::string> half_done(const Home& home, const out::Path& root_key) {
  const auto left = root_keys_left(home, root_key);
  if (!left) return left.fault();
  std::string text;
  if (*left == RootKeysLeft::turned)
    text = "a rotation of the root keys was left half done: the vault has new keys, and " +
           root_key.string() +
           ".new opens it. `halligan key rotate`, or starting the server, finishes it";
  else if (*left == RootKeysLeft::untouched)
    text =
        "a rotation of the root keys was begun and changed nothing: `halligan key rotate` begins "
        "it again";
  std::error_code unknown;
  if (std::filesystem::exists(home.new_log_key(), unknown))
    text +=
        std::string{text.empty() ? "" : "; and "} +
        "a rotation of the log's signing key was left half done: `halligan key rotate-signing`, "
        "or starting the server, goes on with it";
  return text;
}

// Everything a rotation needs for itself alone: nobody else opens the vault or the ledger
// meanwhile.
struct Held {
  out::Fd lock;
  std::unique_ptr<out::SegmentEntryStore> store;
};
Result<Held> hold_all(const Home& home) {
  std::error_code unknown;
  if (!std::filesystem::exists(home.ledger(), unknown))
    return Fault{FaultCode::not_found, home.dir.string() + " holds no ledger"};
  auto lock = hold(home);
  if (!lock) return lock.fault();
  auto store = out::SegmentEntryStore::open(home.ledger(), {});
  if (!store) return store.fault();
  return Held{.lock = std::move(*lock), .store = std::move(*store)};
}

// The vault and the ledger, as the operational key that stands in its place now opens them.
struct Opened {
  std::unique_ptr<out::SqliteVault> vault;
  std::unique_ptr<OfflineDesk> desk;
};
Result<Opened> open_all(const Home& home, const out::Path& root_key, Held& held,
                        needs::Dice& dice) {
  const auto root = read_key_file(root_key);
  if (!root) return root.fault();
  auto vault = out::SqliteVault::open(home.vault(), *root, dice, {});
  if (!vault) return vault.fault();
  auto desk = OfflineDesk::open(home, *held.store, **vault, dice);
  if (!desk) return desk.fault();
  return Opened{.vault = std::move(*vault), .desk = std::move(*desk)};
}

}  // namespace

int check_key(const cli::KeyCheckOptions& options, const cli::Io& io) {
  const Home home{options.dir};
  const auto root_key = home.root_key(options.root_key_file);
  const auto left = half_done(home, root_key);
  if (!left) return complain(io, left.fault());
  if (!left->empty()) io.err << "halligan: " << *left << '\n';
  const int code = options.recovery_file.empty()
                       ? rehearse(home, root_key, out::RootKind::operational, io)
                       : rehearse(home, options.recovery_file, out::RootKind::recovery, io);
  const int done = static_cast<int>(cli::Exit::done);
  return code == done && !left->empty() ? static_cast<int>(cli::Exit::refused) : code;
}

int rotate_root_keys(const cli::KeyRotateOptions& options, const cli::Io& io) {
  const Home home{options.dir};
  const auto root_key = home.root_key(options.root_key_file);
  auto held = hold_all(home);
  if (!held) return complain(io, held.fault());
  const auto left = root_keys_left(home, root_key);
  if (!left) return complain(io, left.fault());
  out::OsDice dice;
  const bool only_finish = *left == RootKeysLeft::turned;
  if (!only_finish) {
    const auto recovery = read_key_file(options.recovery_file);
    if (!recovery) return complain(io, recovery.fault());
    if (const auto turned = turn_root_keys(home, root_key, *recovery, dice); !turned)
      return turned.fault().code == FaultCode::bad_input ? refuse(io, turned.fault().what)
                                                         : complain(io, turned.fault());
  }
  if (const auto done = put_root_keys_in_place(home, root_key); !done)
    return complain(io, done.fault());
  {
    auto opened = open_all(home, root_key, *held, dice);
    if (!opened) return complain(io, opened.fault());
    if (const auto told = tell_root_keys(*opened->vault, *opened->desk); !told)
      return complain(io, told.fault());
  }
  io.out
      << (only_finish ? "A rotation that was left half done is finished; no further one was made."
                      : "The vault has new root keys and a new key of its own.")
      << "\nTake " << home.recovery_key().string()
      << " away from this machine and delete it here.\nThe root keys of before open this vault no "
         "more. Copies of the vault from before, in backups, open with them\nalone: keep the "
         "recovery key of before as long as such a copy is kept, then destroy both.\n";
  const int first = rehearse(home, root_key, out::RootKind::operational, io);
  const int second = rehearse(home, home.recovery_key(), out::RootKind::recovery, io);
  return first != static_cast<int>(cli::Exit::done) ? first : second;
}

int rotate_signing_key(const cli::KeyRotateSigningOptions& options, const cli::Io& io) {
  const Home home{options.dir};
  const auto root_key = home.root_key(options.root_key_file);
  auto held = hold_all(home);
  if (!held) return complain(io, held.fault());
  if (const auto finished = finish_root_keys(home, root_key); !finished)
    return complain(io, finished.fault());
  else if (!finished->empty())
    io.err << "halligan: " << *finished << '\n';
  out::OsDice dice;
  auto opened = open_all(home, root_key, *held, dice);
  if (!opened) return complain(io, opened.fault());
  if (const auto told = tell_root_keys(*opened->vault, *opened->desk); !told)
    return complain(io, told.fault());
  const auto made = rotate_log_key(home, *opened->vault, *opened->desk, dice);
  if (!made) return complain(io, made.fault());
  io.out << "The log signs with a new key from now on. For whoever verifies it: "
         << to_text(made->key) << "\nIt stands in " << home.log_key().string()
         << ", the one before it in " << home.old_log_key().string() << ".\n"
         << home.handover().string()
         << " is signed by both: whoever followed the old key\nsees by it that the log goes on.\n";
  return static_cast<int>(cli::Exit::done);
}

}  // namespace halligan::bin
