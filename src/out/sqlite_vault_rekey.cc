// sqlite_vault_rekey.cc - a vault under new root keys and a new key of its own, everything in it
// sealed afresh. Nothing under the old keys is changed before the new file takes the old one's
// name.
#include "out/vault_form.h"

namespace halligan::out {
namespace {

using vault_form::failed;
using vault_form::joined;
using vault_form::unwrap;
using vault_form::wrap;

Result<Unit> copy_keys(sqlite::Database& from, const VaultKeys& old_keys, sqlite::Database& to,
                       const VaultKeys& new_keys, needs::Dice& dice) {
  auto select = from.prepare("SELECT number, id, sealed FROM keys ORDER BY number");
  if (!select) return select.fault();
  auto insert = to.prepare("INSERT INTO keys(number, id, sealed) VALUES(?1, ?2, ?3)");
  if (!insert) return insert.fault();
  while (true) {
    const auto row = select->step();
    if (!row) return row.fault();
    if (!*row) return Unit{};
    const ByteView id = select->bytes(1);
    const auto plain = unwrap(old_keys.data, id, select->bytes(2));
    if (!plain) return failed("a data key is damaged: nothing was changed");
    const Bytes sealed = wrap(new_keys.data, dice, id, *plain);
    auto copied = insert->bind(1, select->number(0)).bind(2, id).bind(3, ByteView{sealed}).finish();
    if (!copied) return copied;
  }
}

Result<Unit> copy_secrets(sqlite::Database& from, const VaultKeys& old_keys, sqlite::Database& to,
                          const VaultKeys& new_keys, needs::Dice& dice) {
  auto select = from.prepare("SELECT owner, kind, sealed FROM secrets");
  if (!select) return select.fault();
  auto insert = to.prepare("INSERT INTO secrets VALUES(?1, ?2, ?3)");
  if (!insert) return insert.fault();
  while (true) {
    const auto row = select->step();
    if (!row) return row.fault();
    if (!*row) return Unit{};
    const Bytes name = joined(select->bytes(0), select->bytes(1));
    const auto plain = unwrap(old_keys.secrets, name, select->bytes(2));
    if (!plain) return failed("a secret is damaged: nothing was changed");
    const Bytes sealed = wrap(new_keys.secrets, dice, name, *plain);
    auto copied = insert->bind(1, select->bytes(0))
                      .bind(2, select->bytes(1))
                      .bind(3, ByteView{sealed})
                      .finish();
    if (!copied) return copied;
  }
}

Result<Unit> put_note(sqlite::Database& to, const VaultKeys& keys, needs::Dice& dice,
                      const SqliteVault::Note& note) {
  const auto name = vault_form::name_secret(keys, note.owner, note.kind);
  const Bytes sealed =
      wrap(keys.secrets, dice, joined(name.owner, name.kind), vault_form::pad_secret(note.text));
  auto insert = to.prepare("INSERT OR REPLACE INTO secrets VALUES(?1, ?2, ?3)");
  if (!insert) return insert.fault();
  return insert->bind(1, ByteView{name.owner})
      .bind(2, ByteView{name.kind})
      .bind(3, ByteView{sealed})
      .finish();
}

// A log that stayed under the file's name would be read into the next file of that name, and SQLite
// does not say so where it could not remove one. It belongs to the old file, which then stays.
Result<Unit> let_go(sqlite::Database& database, const Path& path) {
  auto pragma = database.prepare("PRAGMA journal_mode = DELETE");
  if (!pragma) return pragma.fault();
  const auto row = pragma->step();
  if (!row || !*row || text_view(pragma->bytes(0)) != "delete")
    return failed(path.string() + " is held open by somebody else: nothing was changed");
  if (auto done = pragma->finish(); !done) return done;  // only then the journal is gone
  for (const char* log : {"-wal", "-journal"}) {
    const Path beside = path.string() + log;
    std::error_code unknown;
    if (std::filesystem::exists(beside, unknown) || unknown)
      return failed(beside.string() + " could not be removed: nothing was changed, try again");
  }
  return sync_folder(path.parent_path());
}

}  // namespace

Result<Unit> SqliteVault::rekey(const Path& path, const crypto::SecretKey& root,
                                const RootKeys& roots, needs::Dice& dice, const Note& note) {
  if (!std::filesystem::exists(path))
    return Fault{FaultCode::not_found, path.string() + " is not there"};
  if (equal_in_constant_time(roots.operational.reveal(), roots.recovery.reveal()))
    return Fault{FaultCode::bad_input, "the two root keys must differ"};
  auto database = vault_form::open_database(path, sqlite::Mode::write);
  if (!database) return database.fault();
  const auto old = vault_form::unlock(*database, root);
  if (!old) return old.fault();
  return vault_form::write_vault(
      path, roots, old->keys.names, dice,
      [&](sqlite::Database& fresh, const VaultKeys& keys) -> Result<Unit> {
        if (auto done = copy_keys(*database, old->keys, fresh, keys, dice); !done) return done;
        if (auto done = copy_secrets(*database, old->keys, fresh, keys, dice); !done) return done;
        if (auto done = put_note(fresh, keys, dice, note); !done) return done;
        return let_go(*database, path);
      });
}

}  // namespace halligan::out
