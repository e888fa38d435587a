#include "bin/begin_ledger.h"

#include <filesystem>
#include <ostream>

#include "app/begin.h"
#include "app/house.h"
#include "bin/home.h"
#include "bin/say.h"
#include "core/identity/totp.h"
#include "core/ledger/export.h"
#include "out/argon2_hasher.h"
#include "out/file_checkpoint_store.h"
#include "out/os_dice.h"
#include "out/segment_entry_store.h"
#include "out/system_clock.h"

namespace halligan::bin {
namespace {

// Secrets of one officer; gives the TOTP secret in base32 for the person to enrol.
Result<std::string> keep_officer(needs::Vault& vault, needs::Dice& dice,
                                 const cli::Officer& officer) {
  out::Argon2Hasher hasher{{}};
  const auto hash = hasher.hash(officer.password);
  if (!hash) return hash.fault();
  const auto owner = "staff/" + officer.staff;
  if (const auto kept = vault.set_secret(owner, "password", *hash); !kept) return kept.fault();
  const auto secret =
      officer.totp_base32.empty() ? to_base32(dice.roll<20>()) : officer.totp_base32;
  if (const auto kept = vault.set_secret(owner, "totp", Sealed<std::string>{secret}); !kept)
    return kept.fault();
  return secret;
}

Result<Unit> publish_first(app::House& house, const ledger::VerifierKey& key,
                           const crypto::SecretKey& seed, const Home& home) {
  const auto& tree = house.journal().tree();
  const auto note =
      ledger::sign_checkpoint({.origin = key.name, .size = tree.size(), .root = tree.root()}, seed);
  return out::FileCheckpointStore{home.checkpoint()}.save(note);
}

}  // namespace

int begin_ledger(const cli::InitOptions& options, const cli::Io& io) {
  const Home home{options.dir};
  if (std::filesystem::exists(home.ledger()))
    return refuse(io, options.dir + " holds a ledger already");
  const auto policy = out::read_small_file(options.policy_file, limits::policy_bytes_max);
  if (!policy) return complain(io, policy.fault());
  if (const auto made = out::make_folder(home.dir); !made) return complain(io, made.fault());

  out::OsDice dice;
  out::SystemClock clock;
  const crypto::SecretKey operational{dice.roll<32>()};
  const crypto::SecretKey recovery{dice.roll<32>()};
  const crypto::SecretKey seed{dice.roll<32>()};
  const ledger::VerifierKey key{.name = options.origin, .key = crypto::public_key(seed)};

  auto vault = out::SqliteVault::create(
      home.vault(), {.operational = operational, .recovery = recovery}, dice, {});
  if (!vault) return complain(io, vault.fault());
  for (const auto& [path, held] :
       {std::pair{home.root_key(), &operational}, {home.recovery_key(), &recovery}})
    if (const auto kept = write_key_file(path, *held); !kept) return complain(io, kept.fault());
  if (const auto kept = keep_signing_seed(**vault, Seed::current, seed); !kept)
    return complain(io, kept.fault());

  app::Begin command{.hospital = options.hospital,
                     .origin = options.origin,
                     .log_key = to_text(key),
                     .boot_id = clock.boot_id(),
                     .version = version,
                     .officers = {},
                     .policy = *policy};
  std::vector<std::string> uris;
  for (const auto& officer : options.officers) {
    const auto secret = keep_officer(**vault, dice, officer);
    if (!secret) return complain(io, secret.fault());
    command.officers.push_back({.id = StaffId{officer.staff},
                                .name = officer.name,
                                .roles = {"administrator", "privacy-officer"}});
    if (officer.totp_base32.empty())
      uris.push_back(
          identity::totp_uri("Halligan " + options.hospital, officer.staff, *from_base32(*secret)));
  }

  auto store = out::SegmentEntryStore::create(home.ledger(), dice, {});
  if (!store) return complain(io, store.fault());
  auto house =
      app::House::open({.store = **store, .vault = **vault, .dice = dice, .clock = clock}, version);
  if (!house) return complain(io, house.fault());
  const auto begun = (*house)->perform(command, clock.now());
  if (const auto* refusal = std::get_if<app::Refusal>(&begun)) {
    house = Fault{FaultCode::cancelled, {}};
    store = Fault{FaultCode::cancelled, {}};
    vault = Fault{FaultCode::cancelled, {}};
    // Nothing was begun: what was made above must not be mistaken for a ledger.
    for (const auto& path : {home.ledger(), home.vault(), home.root_key(), home.recovery_key()})
      std::filesystem::remove_all(path);
    return refuse(io, refusal->what);
  }
  if (const auto durable = (*house)->commit(); !durable) return complain(io, durable.fault());
  if (const auto kept = out::write_small_file(home.log_key(), view(to_text(key) + "\n")); !kept)
    return complain(io, kept.fault());
  if (const auto kept = publish_first(**house, key, seed, home); !kept)
    return complain(io, kept.fault());

  io.out << "The ledger of " << options.hospital << " has begun in " << options.dir << " ("
         << (*house)->journal().durable() << " entries).\n"
         << "Its key, for whoever verifies it: " << to_text(key) << '\n'
         << "Take " << home.recovery_key().string()
         << " away from this machine and delete it here.\n";
  for (const auto& uri : uris) io.out << "Enrol this in an authenticator: " << uri << '\n';
  return static_cast<int>(cli::Exit::done);
}

int export_ledger(const cli::ExportOptions& options, const cli::Io& io) {
  const Home home{options.dir};
  std::error_code unknown;  // what cannot be asked about fails when it is written
  if (std::filesystem::exists(options.out, unknown) &&
      !std::filesystem::is_empty(options.out, unknown)) {
    io.err << options.out << " is not empty: name a new folder\n";
    return static_cast<int>(cli::Exit::usage);
  }
  auto store = out::SegmentEntryStore::open(home.ledger(), {});
  if (!store) return complain(io, store.fault());
  const auto note = out::FileCheckpointStore{home.checkpoint()}.load();
  if (!note) return complain(io, note.fault());
  if (!*note) return refuse(io, "nothing was ever published from " + options.dir);
  const auto key = read_log_key(home);
  if (!key && key.fault().code == FaultCode::bad_input) return refuse(io, key.fault().what);
  if (!key) return complain(io, key.fault());
  const auto opened = ledger::open_checkpoint(**note, *key);
  if (opened.error != ledger::NoteError::none)
    return refuse(io, "the published checkpoint does not verify");

  ledger::Tree tree;
  const auto scanned = (*store)->scan(0, [&](EntryIndex, ByteView stored) {
    tree.append(ledger::leaf_hash(stored));
    return tree.size() < opened.head.size;
  });
  if (!scanned) return complain(io, scanned.fault());
  if (tree.size() < opened.head.size)
    return refuse(io, "the ledger is shorter than its published checkpoint");
  const out::Path to{options.out};
  const auto done = ledger::export_log(
      tree, 0, opened.head.size, **note, [&](EntryIndex index) { return (*store)->read(index); },
      [&](const std::string& path, ByteView content) -> Result<Unit> {
        const out::Path file = to / path;
        std::filesystem::create_directories(file.parent_path());
        return out::write_small_file(file, content);
      });
  if (!done) return complain(io, done.fault());
  io.out << "Exported " << opened.head.size << " entries to " << options.out << ".\n";
  if (const auto newer = (*store)->size() - opened.head.size; newer > 0)
    io.out << newer << (newer == 1 ? " newer entry is" : " newer entries are")
           << " not in it: no checkpoint covers them yet. A server that starts publishes one.\n";
  io.out << "Verify them with:\n"
         << "  halligan verify --key-file " << home.log_key().string() << ' ' << options.out
         << '\n';
  return static_cast<int>(cli::Exit::done);
}

}  // namespace halligan::bin
