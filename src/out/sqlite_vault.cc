#include "out/sqlite_vault.h"

#include <fcntl.h>

#include <algorithm>

namespace halligan::out {
namespace {

constexpr std::size_t secret_padding = 256;
constexpr const char* schema =
    "PRAGMA application_id = 0x48675631;"
    "CREATE TABLE roots(kind TEXT PRIMARY KEY, wrapped BLOB NOT NULL);"
    "CREATE TABLE keys(number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, sealed BLOB NOT NULL);"
    "CREATE TABLE secrets(owner BLOB NOT NULL, kind BLOB NOT NULL, sealed BLOB NOT NULL,"
    " PRIMARY KEY(owner, kind)) WITHOUT ROWID;";

const char* name_of(RootKind kind) {
  return kind == RootKind::operational ? "operational" : "recovery";
}

Fault failed(std::string what) { return Fault{FaultCode::vault_failed, std::move(what)}; }

// nonce, ciphertext, tag
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

Bytes root_label(RootKind kind) {
  const std::string text = std::string("halligan vault 1 root ") + name_of(kind);
  return {text.begin(), text.end()};
}

Bytes joined(ByteView a, ByteView b) {
  Bytes out(a.begin(), a.end());
  out.insert(out.end(), b.begin(), b.end());
  return out;
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

struct Unlocked {
  RootKind kind;
  crypto::SecretKey vault_key;
};

Result<Unlocked> unlock(sqlite::Database& database, const crypto::SecretKey& root) {
  for (const RootKind kind : {RootKind::operational, RootKind::recovery}) {
    auto select = database.prepare("SELECT wrapped FROM roots WHERE kind = ?1");
    if (!select) return select.fault();
    const auto row = select->bind(1, std::string_view(name_of(kind))).step();
    if (!row) return row.fault();
    if (!*row) return failed("not a vault: a root key is missing");
    const auto key = unwrap(root, root_label(kind), select->bytes(0));
    if (!key) continue;
    crypto::Key256 bytes;
    MUST(key->size() == bytes.size());
    std::copy_n(key->begin(), bytes.size(), bytes.begin());
    return Unlocked{kind, crypto::SecretKey{bytes}};
  }
  return Fault{FaultCode::wrong_key, "this root key does not open this vault"};
}

Result<Unit> write_roots(sqlite::Database& database, const SqliteVault::RootKeys& roots,
                         const crypto::SecretKey& vault_key, needs::Dice& dice) {
  for (const RootKind kind : {RootKind::operational, RootKind::recovery}) {
    const auto& root = kind == RootKind::operational ? roots.operational : roots.recovery;
    const Bytes wrapped = wrap(root, dice, root_label(kind), vault_key.reveal());
    auto insert = database.prepare("INSERT INTO roots VALUES(?1, ?2)");
    if (!insert) return insert.fault();
    auto done =
        insert->bind(1, std::string_view(name_of(kind))).bind(2, ByteView{wrapped}).finish();
    if (!done) return done;
  }
  return Unit{};
}

// Under another name first, so that a half-made vault is never taken for one.
Result<Unit> write_new(const Path& path, const SqliteVault::RootKeys& roots, needs::Dice& dice) {
  const Path unfinished = path.string() + ".unfinished";
  std::error_code ignored;
  std::filesystem::remove(unfinished, ignored);
  {
    auto file = open_file(unfinished, O_RDWR | O_CREAT | O_EXCL);
    if (!file) return file.fault();
    auto database =
        sqlite::Database::open(unfinished, sqlite::Mode::write, FaultCode::vault_failed);
    if (!database) return database.fault();
    const crypto::SecretKey vault_key{dice.roll<32>()};
    auto done = database->transaction([&]() -> Result<Unit> {
      if (auto made = database->run(schema); !made) return made;
      return write_roots(*database, roots, vault_key, dice);
    });
    if (!done) return done;
  }
  return rename_file(unfinished, path);
}

}  // namespace

SqliteVault::Opened SqliteVault::create(const Path& path, const RootKeys& roots, needs::Dice& dice,
                                        Options options) {
  if (std::filesystem::exists(path)) {
    return Fault{FaultCode::bad_input, path.string() + " is there already"};
  }
  if (equal_in_constant_time(roots.operational.reveal(), roots.recovery.reveal())) {
    return Fault{FaultCode::bad_input, "the two root keys must differ"};
  }
  if (auto made = write_new(path, roots, dice); !made) return made.fault();
  auto vault = open(path, roots.operational, dice, options);
  if (!vault) return vault;
  if (auto filled = (*vault)->refill(); !filled) return filled.fault();
  return vault;
}

SqliteVault::Opened SqliteVault::open(const Path& path, const crypto::SecretKey& root,
                                      needs::Dice& dice, Options options) {
  if (!std::filesystem::exists(path)) {
    return Fault{FaultCode::not_found, path.string() + " is not there"};
  }
  auto writer = open_database(path, sqlite::Mode::write);
  if (!writer) return writer.fault();
  auto reader = open_database(path, sqlite::Mode::query_only);
  if (!reader) return reader.fault();
  const auto unlocked = unlock(*reader, root);
  if (!unlocked) return unlocked.fault();
  std::unique_ptr<SqliteVault> vault(new SqliteVault(
      std::move(writer).value(), std::move(reader).value(), unlocked->vault_key, dice, options));
  if (auto loaded = vault->load_ids(); !loaded) return loaded.fault();
  vault->filler_ = std::thread([raw = vault.get()] { raw->keep_pool_full(); });
  return vault;
}

Result<RootKind> SqliteVault::check(const Path& path, const crypto::SecretKey& root) {
  if (!std::filesystem::exists(path)) {
    return Fault{FaultCode::not_found, path.string() + " is not there"};
  }
  auto reader = open_database(path, sqlite::Mode::query_only);
  if (!reader) return reader.fault();
  const auto unlocked = unlock(*reader, root);
  if (!unlocked) return unlocked.fault();
  return unlocked->kind;
}

SqliteVault::SqliteVault(sqlite::Database writer, sqlite::Database reader,
                         const crypto::SecretKey& vault_key, needs::Dice& dice, Options options)
    : data_key_(crypto::derive(vault_key, "halligan vault 1 data keys")),
      secret_key_(crypto::derive(vault_key, "halligan vault 1 secrets")),
      name_key_(crypto::derive(vault_key, "halligan vault 1 names")),
      dice_(dice),
      options_(options),
      writer_(std::move(writer)),
      reader_(std::move(reader)) {}

SqliteVault::~SqliteVault() {
  {
    const std::lock_guard lock(pool_mutex_);
    stop_ = true;
  }
  pool_low_.notify_all();
  if (filler_.joinable()) filler_.join();
}

Result<Unit> SqliteVault::load_ids() {
  auto select = reader_.prepare("SELECT id FROM keys");
  if (!select) return select.fault();
  while (true) {
    const auto row = select->step();
    if (!row) return row.fault();
    if (!*row) return Unit{};
    KeyId id;
    if (select->bytes(0).size() != id.size()) return failed("a key id of the wrong length");
    std::copy_n(select->bytes(0).begin(), id.size(), id.begin());
    unused_.insert(id);
  }
}

Result<needs::DataKey> SqliteVault::take() {
  std::unique_lock pool(pool_mutex_);
  if (unused_.empty()) {
    pool.unlock();
    if (auto filled = refill(); !filled) return filled.fault();
    pool.lock();
  }
  const KeyId id = *unused_.begin();
  unused_.erase(id);
  if (pool_is_low()) pool_low_.notify_all();
  pool.unlock();
  auto key = find(id);
  if (!key) return key.fault();
  if (!*key) return failed("an unused key has vanished");
  return **key;
}

void SqliteVault::mark_used(const KeyId& id) {
  const std::lock_guard lock(pool_mutex_);
  unused_.erase(id);
}

void SqliteVault::keep_pool_full() {
  std::unique_lock pool(pool_mutex_);
  while (true) {
    pool_low_.wait(pool, [this] { return stop_ || pool_is_low(); });
    if (stop_) return;
    pool.unlock();
    const auto filled = refill();
    pool.lock();
    // A vault that cannot be written is told by the take() that finds the pool empty.
    if (!filled) pool_low_.wait(pool);
  }
}

Result<Unit> SqliteVault::refill() {
  const std::lock_guard writing(writer_mutex_);
  if (const std::lock_guard pool(pool_mutex_); !pool_is_low()) {
    return Unit{};  // filled meanwhile by another thread
  }
  std::vector<KeyId> made(options_.pool_keys);
  auto insert = writer_.prepare("INSERT INTO keys(id, sealed) VALUES(?1, ?2)");
  if (!insert) return insert.fault();
  auto done = writer_.transaction([&]() -> Result<Unit> {
    for (KeyId& id : made) {
      id = dice_.roll<16>();
      if (auto inserted = insert_key(*insert, id); !inserted) return inserted;
    }
    return Unit{};
  });
  if (!done) return done;
  const std::lock_guard pool(pool_mutex_);
  unused_.insert(made.begin(), made.end());
  return Unit{};
}

Result<Unit> SqliteVault::insert_key(sqlite::Statement& insert, const KeyId& id) {
  const Bytes plain = joined(dice_.roll<16>(), dice_.roll<32>());  // pseudonym, key
  const Bytes sealed = wrap(data_key_, dice_, id, plain);
  return insert.bind(1, ByteView{id}).bind(2, ByteView{sealed}).finish();
}

Result<std::optional<needs::DataKey>> SqliteVault::find(const KeyId& id) {
  const std::lock_guard reading(reader_mutex_);
  auto select = reader_.prepare("SELECT sealed FROM keys WHERE id = ?1");
  if (!select) return select.fault();
  const auto row = select->bind(1, ByteView{id}).step();
  if (!row) return row.fault();
  if (!*row) return std::optional<needs::DataKey>{};
  const auto plain = unwrap(data_key_, id, select->bytes(0));
  if (!plain || plain->size() != 48) return failed("a data key is damaged");
  needs::DataKey found;
  found.id = id;
  std::copy_n(plain->begin(), 16, found.pseudonym.begin());
  crypto::Key256 key;
  std::copy_n(plain->begin() + 16, 32, key.begin());
  found.key = crypto::SecretKey{key};
  return std::optional{found};
}

Result<Unit> SqliteVault::destroy(const KeyId& id) {
  mark_used(id);
  const std::lock_guard writing(writer_mutex_);
  auto erase = writer_.prepare("DELETE FROM keys WHERE id = ?1");
  if (!erase) return erase.fault();
  if (auto done = erase->bind(1, ByteView{id}).finish(); !done) return done;
  return checkpoint();
}

Result<Unit> SqliteVault::copy_to(const Path& path) {
  const Path fresh = path.string() + ".new";
  std::error_code ignored;
  std::filesystem::remove(fresh, ignored);
  {
    const std::lock_guard writing(writer_mutex_);
    auto copy = writer_.prepare("VACUUM INTO ?1");
    if (!copy) return copy.fault();
    if (auto done = copy->bind(1, std::string_view{fresh.native()}).finish(); !done) return done;
  }
  auto file = open_file(fresh, O_RDWR);
  if (!file) return file.fault();
  if (auto done = sync_data(*file, fresh); !done) return done;
  return rename_file(fresh, path);
}

// What was deleted must not live on in the write-ahead log either.
Result<Unit> SqliteVault::checkpoint() {
  const std::lock_guard reading(reader_mutex_);
  auto pragma = writer_.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!pragma) return pragma.fault();
  const auto row = pragma->step();
  if (!row) return row.fault();
  if (!*row || pragma->number(0) != 0)
    return failed("the write-ahead log is held by somebody else");
  return Unit{};
}

SqliteVault::SecretName SqliteVault::name(std::string_view owner, std::string_view kind) const {
  const Hash hidden = crypto::hmac_sha256(name_key_.reveal(), view(owner));
  return {hidden, crypto::hmac_sha256(name_key_.reveal(), joined(hidden, view(kind)))};
}

Result<std::optional<Sealed<std::string>>> SqliteVault::secret(std::string_view owner,
                                                               std::string_view kind) {
  const SecretName hidden = name(owner, kind);
  const std::lock_guard reading(reader_mutex_);
  auto select = reader_.prepare("SELECT sealed FROM secrets WHERE owner = ?1 AND kind = ?2");
  if (!select) return select.fault();
  const auto row = select->bind(1, ByteView{hidden.owner}).bind(2, ByteView{hidden.kind}).step();
  if (!row) return row.fault();
  if (!*row) return std::optional<Sealed<std::string>>{};
  const auto plain = unwrap(secret_key_, joined(hidden.owner, hidden.kind), select->bytes(0));
  if (!plain || plain->size() < 4 || get_u32(plain->data()) > plain->size() - 4) {
    return failed("a secret is damaged");
  }
  const auto value = ByteView{*plain}.subspan(4, get_u32(plain->data()));
  return std::optional{Sealed<std::string>{std::string(text_view(value))}};
}

Result<Unit> SqliteVault::set_secret(std::string_view owner, std::string_view kind,
                                     const Sealed<std::string>& value) {
  const SecretName hidden = name(owner, kind);
  Bytes plain;
  put_u32(plain, static_cast<std::uint32_t>(value.reveal().size()));
  plain = joined(plain, view(value.reveal()));
  plain.resize((plain.size() / secret_padding + 1) * secret_padding);
  const Bytes sealed = wrap(secret_key_, dice_, joined(hidden.owner, hidden.kind), plain);
  const std::lock_guard writing(writer_mutex_);
  auto insert = writer_.prepare("INSERT OR REPLACE INTO secrets VALUES(?1, ?2, ?3)");
  if (!insert) return insert.fault();
  return insert->bind(1, ByteView{hidden.owner})
      .bind(2, ByteView{hidden.kind})
      .bind(3, ByteView{sealed})
      .finish();
}

Result<Unit> SqliteVault::drop_secrets(std::string_view owner) {
  const SecretName hidden = name(owner, {});
  const std::lock_guard writing(writer_mutex_);
  auto erase = writer_.prepare("DELETE FROM secrets WHERE owner = ?1");
  if (!erase) return erase.fault();
  if (auto done = erase->bind(1, ByteView{hidden.owner}).finish(); !done) return done;
  return checkpoint();
}

}  // namespace halligan::out
