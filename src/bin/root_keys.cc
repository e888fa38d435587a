#include "bin/root_keys.h"

#include <filesystem>

#include "app/keys.h"

namespace halligan::bin {
namespace {

constexpr std::size_t id_bytes = 8;
constexpr const char* note_owner = "vault";  // nobody's secret: what the ledger is still to say
constexpr const char* note_kind = "root-keys-rotated";

out::Path fresh(const out::Path& path) { return path.string() + ".new"; }

Fault recovery_key_is_here(const Home& home) {
  return Fault{FaultCode::bad_input,
               home.recovery_key().string() +
                   " is still here, and the new recovery key is to stand there: take the old one "
                   "away, for older backups of the vault need it, and name it where it is then"};
}

// What an earlier rotation left unsaid; empty: nothing.
Result<std::string> unsaid(const Home& home, const crypto::SecretKey& root, needs::Dice& dice) {
  auto vault = out::SqliteVault::open(home.vault(), root, dice, {});
  if (!vault) return vault.fault();
  const auto note = (*vault)->secret(note_owner, note_kind);
  if (!note) return note.fault();
  return *note ? (*note)->reveal() + "; then " : std::string{};
}

}  // namespace

std::string id_of(const crypto::SecretKey& root) {
  const auto id = crypto::derive(root, "halligan root key id");
  return to_hex(ByteView{id.reveal()}.first(id_bytes));
}

Result<RootKeysLeft> root_keys_left(const Home& home, const out::Path& root_key) {
  std::error_code unknown;
  if (!std::filesystem::exists(fresh(root_key), unknown)) return RootKeysLeft::in_place;
  const auto key = read_key_file(fresh(root_key));
  if (!key) return key.fault();
  const auto kind = out::SqliteVault::check(home.vault(), *key);
  if (kind) return RootKeysLeft::turned;
  if (kind.fault().code == FaultCode::wrong_key) return RootKeysLeft::untouched;
  return kind.fault();
}

Result<Unit> turn_root_keys(const Home& home, const out::Path& root_key,
                            const crypto::SecretKey& recovery, needs::Dice& dice) {
  const auto kind = out::SqliteVault::check(home.vault(), recovery);
  if (!kind) return kind.fault();
  if (*kind != out::RootKind::recovery)
    return Fault{FaultCode::bad_input,
                 "that is the operational key: a rotation takes the recovery key"};
  if (std::filesystem::exists(home.recovery_key())) return recovery_key_is_here(home);
  const auto before = unsaid(home, recovery, dice);
  if (!before) return before.fault();
  const out::SqliteVault::RootKeys roots{.operational = crypto::SecretKey{dice.roll<32>()},
                                         .recovery = crypto::SecretKey{dice.roll<32>()}};
  if (auto kept = write_key_file(fresh(root_key), roots.operational); !kept) return kept;
  if (auto kept = write_key_file(fresh(home.recovery_key()), roots.recovery); !kept) return kept;
  return out::SqliteVault::rekey(home.vault(), recovery, roots, dice,
                                 {.owner = note_owner,
                                  .kind = note_kind,
                                  .text = *before + "operational " + id_of(roots.operational) +
                                          ", recovery " + id_of(roots.recovery)});
}

Result<Unit> put_root_keys_in_place(const Home& home, const out::Path& root_key) {
  const auto recovery = fresh(home.recovery_key());
  if (std::filesystem::exists(recovery)) {
    if (std::filesystem::exists(home.recovery_key())) return recovery_key_is_here(home);
    if (auto moved = out::rename_file(recovery, home.recovery_key()); !moved) return moved;
  }
  return out::rename_file(fresh(root_key), root_key);
}

Result<Unit> tell_root_keys(needs::Vault& vault, app::Desk& desk) {
  const auto note = vault.secret(note_owner, note_kind);
  if (!note) return note.fault();
  if (!*note) return Unit{};
  const auto told = app::ask(desk, app::NoteRootKeys{.keys = (*note)->reveal()});
  if (!told) return told.fault();
  return vault.drop_secrets(note_owner);
}

Result<std::string> finish_root_keys(const Home& home, const out::Path& root_key) {
  const auto left = root_keys_left(home, root_key);
  if (!left) return left.fault();
  switch (*left) {
    case RootKeysLeft::in_place: return std::string{};
    case RootKeysLeft::untouched:
      return "a rotation of the root keys was begun and changed nothing: the old ones hold. Begin "
             "it "
             "again with `halligan key rotate`, or remove " +
             fresh(root_key).string() + " and " + fresh(home.recovery_key()).string();
    case RootKeysLeft::turned:
      if (auto done = put_root_keys_in_place(home, root_key); !done) return done.fault();
      return "a rotation of the root keys was left half done and is finished now: take " +
             home.recovery_key().string() +
             " away, the recovery key of before opens older copies "
             "of the vault alone";
  }
  base::stop("a state of the root keys outside its enum", __FILE__, __LINE__);
}

}  // namespace halligan::bin
