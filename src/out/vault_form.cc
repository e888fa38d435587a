#include "out/vault_form.h"

#include <fcntl.h>

#include <algorithm>

namespace halligan::out::vault_form {
namespace {

constexpr std::size_t secret_padding = 256;
constexpr std::string_view names_row = "names";
constexpr const char* schema =
    "PRAGMA application_id = 0x48675631;"
    "CREATE TABLE roots(kind TEXT PRIMARY KEY, wrapped BLOB NOT NULL);"
    "CREATE TABLE keys(number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL);"
    "CREATE TABLE secrets(owner BLOB NOT NULL, kind BLOB NOT NULL, sealed BLOB NOT NULL,"
    " PRIMARY KEY(owner, kind)) WITHOUT ROWID;";

std::string_view name_of(RootKind kind) {
  return kind == RootKind::operational ? "operational" : "recovery";
}

Bytes label_of(std::string_view row) {
  const std::string text = "halligan vault 1 root " + std::string{row};
  return {text.begin(), text.end()};
}

crypto::SecretKey names_wrapper(const crypto::SecretKey& vault_key) {
  return crypto::derive(vault_key, "halligan vault 1 wrapped names");
}

VaultKeys keys_under(const crypto::SecretKey& vault_key,
                     const std::optional<crypto::SecretKey>& names) {
  return {.data = crypto::derive(vault_key, "halligan vault 1 data keys"),
          .secrets = crypto::derive(vault_key, "halligan vault 1 secrets"),
          .names = names ? *names : crypto::derive(vault_key, "halligan vault 1 names")};
}

// The key wrapped in a row of `roots`. Nothing where the row is not there; wrong_key where `under`
// does not open it.
Result<std::optional<crypto::SecretKey>> read_root(sqlite::Database& database, std::string_view row,
                                                   const crypto::SecretKey& under) {
  auto select = database.prepare("SELECT wrapped FROM roots WHERE kind = ?1");
  if (!select) return select.fault();
  const auto found = select->bind(1, row).step();
  if (!found) return found.fault();
  if (!*found) return std::optional<crypto::SecretKey>{};
  const auto key = unwrap(under, label_of(row), select->bytes(0));
  if (!key) return Fault{FaultCode::wrong_key, "this root key does not open this vault"};
  crypto::Key256 bytes;
  MUST(key->size() == bytes.size());
  std::copy_n(key->begin(), bytes.size(), bytes.begin());
  return std::optional{crypto::SecretKey{bytes}};
}

Result<Unit> write_root(sqlite::Database& database, std::string_view row,
                        const crypto::SecretKey& under, const crypto::SecretKey& key,
                        needs::Dice& dice) {
  const Bytes wrapped = wrap(under, dice, label_of(row), key.reveal());
  auto insert = database.prepare("INSERT INTO roots VALUES(?1, ?2)");
  if (!insert) return insert.fault();
  return insert->bind(1, row).bind(2, ByteView{wrapped}).finish();
}

}  // namespace

Fault failed(std::string what) { return Fault{FaultCode::vault_failed, std::move(what)}; }

Bytes wrap(const crypto::SecretKey& key, needs::Dice& dice, ByteView associated, ByteView plain) {
  const auto nonce = dice.roll<12>();
  Bytes out(nonce.begin(), nonce.end());
  const Bytes sealed = crypto::seal(key, nonce, associated, plain);
  out.insert(out.end(), sealed.begin(), sealed.end());
  return out;
}

std::optional<Bytes> unwrap(const crypto::SecretKey& key, ByteView associated, ByteView wrapped) {
  crypto::Nonce nonce;
  if (wrapped.size() < nonce.size()) return std::nullopt;
  std::copy_n(wrapped.begin(), nonce.size(), nonce.begin());
  return crypto::open(key, nonce, associated, wrapped.subspan(nonce.size()));
}

Bytes joined(ByteView a, ByteView b) {
  Bytes out(a.begin(), a.end());
  out.insert(out.end(), b.begin(), b.end());
  return out;
}

SecretName name_secret(const VaultKeys& keys, std::string_view owner, std::string_view kind) {
  const Hash hidden = crypto::hmac_sha256(keys.names.reveal(), view(owner));
  return {hidden, crypto::hmac_sha256(keys.names.reveal(), joined(hidden, view(kind)))};
}

Bytes pad_secret(std::string_view value) {
  Bytes plain;
  put_u32(plain, static_cast<std::uint32_t>(value.size()));
  plain = joined(plain, view(value));
  plain.resize((plain.size() / secret_padding + 1) * secret_padding);
  return plain;
}

Result<sqlite::Database> open_database(const Path& path, sqlite::Mode mode) {
  auto database = sqlite::Database::open(path, mode, FaultCode::vault_failed);
  if (!database || mode == sqlite::Mode::query_only) return database;
  // secure_delete: a deleted value is overwritten, not only unlinked.
  if (auto done = database->run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                "PRAGMA secure_delete = ON;");
      !done) {
    return done.fault();
  }
  return database;
}

Result<Unlocked> unlock(sqlite::Database& database, const crypto::SecretKey& root) {
  for (const RootKind kind : {RootKind::operational, RootKind::recovery}) {
    const auto vault_key = read_root(database, name_of(kind), root);
    if (!vault_key && vault_key.fault().code == FaultCode::wrong_key) continue;
    if (!vault_key) return vault_key.fault();
    if (!*vault_key) return failed("not a vault: a root key is missing");
    const auto names = read_root(database, names_row, names_wrapper(**vault_key));
    if (!names && names.fault().code == FaultCode::wrong_key)
      return failed("the key of the secrets' names is damaged");
    if (!names) return names.fault();
    return Unlocked{kind, keys_under(**vault_key, *names)};
  }
  return Fault{FaultCode::wrong_key, "this root key does not open this vault"};
}

// Under another name first, so that a half-made vault is never taken for one.
Result<Unit> write_vault(const Path& path, const SqliteVault::RootKeys& roots,
                         const std::optional<crypto::SecretKey>& names, needs::Dice& dice,
                         const Fill& fill) {
  const Path unfinished = path.string() + ".unfinished";
  std::error_code ignored;
  std::filesystem::remove(unfinished, ignored);
  std::filesystem::remove(unfinished.string() + "-journal", ignored);  // of another attempt
  {
    auto file = open_file(unfinished, O_RDWR | O_CREAT | O_EXCL);
    if (!file) return file.fault();
    auto database =
        sqlite::Database::open(unfinished, sqlite::Mode::write, FaultCode::vault_failed);
    if (!database) return database.fault();
    const crypto::SecretKey vault_key{dice.roll<32>()};
    const crypto::SecretKey names_key = names ? *names : crypto::SecretKey{dice.roll<32>()};
    auto done = database->transaction([&]() -> Result<Unit> {
      if (auto made = database->run(schema); !made) return made;
      for (const RootKind kind : {RootKind::operational, RootKind::recovery}) {
        const auto& root = kind == RootKind::operational ? roots.operational : roots.recovery;
        if (auto kept = write_root(*database, name_of(kind), root, vault_key, dice); !kept)
          return kept;
      }
      if (auto kept = write_root(*database, names_row, names_wrapper(vault_key), names_key, dice);
          !kept)
        return kept;
      return fill(*database, keys_under(vault_key, names_key));
    });
    if (!done) return done;
  }
  return rename_file(unfinished, path);
}

}  // namespace halligan::out::vault_form
