#include "out/sqlite_vault.h"

#include <fcntl.h>

#include <algorithm>

#include "out/vault_form.h"

namespace halligan::out {

using vault_form::failed;
using vault_form::joined;
using vault_form::open_database;
using vault_form::unlock;
using vault_form::unwrap;
using vault_form::wrap;

SqliteVault::Opened SqliteVault::create(const Path& path, const RootKeys& roots, needs::Dice& dice,
                                        Options options) {
  if (std::filesystem::exists(path)) {
    return Fault{FaultCode::bad_input, path.string() + " is there already"};
  }
  if (equal_in_constant_time(roots.operational.reveal(), roots.recovery.reveal())) {
    return Fault{FaultCode::bad_input, "the two root keys must differ"};
  }
  const auto empty = [](sqlite::Database&, const VaultKeys&) -> Result<Unit> { return Unit{}; };
  if (auto made = vault_form::write_vault(path, roots, {}, dice, empty); !made) return made.fault();
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
      std::move(writer).value(), std::move(reader).value(), unlocked->keys, dice, options));
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

SqliteVault::SqliteVault(sqlite::Database writer, sqlite::Database reader, const VaultKeys& keys,
                         needs::Dice& dice, Options options)
    : keys_(keys),
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
  const Bytes sealed = wrap(keys_.data, dice_, id, plain);
  return insert.bind(1, ByteView{id}).bind(2, ByteView{sealed}).finish();
}

Result<std::optional<needs::DataKey>> SqliteVault::find(const KeyId& id) {
  const std::lock_guard reading(reader_mutex_);
  auto select = reader_.prepare("SELECT sealed FROM keys WHERE id = ?1");
  if (!select) return select.fault();
  const auto row = select->bind(1, ByteView{id}).step();
  if (!row) return row.fault();
  if (!*row) return std::optional<needs::DataKey>{};
  const auto plain = unwrap(keys_.data, id, select->bytes(0));
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

Result<std::optional<Sealed<std::string>>> SqliteVault::secret(std::string_view owner,
                                                               std::string_view kind) {
  const auto hidden = vault_form::name_secret(keys_, owner, kind);
  const std::lock_guard reading(reader_mutex_);
  auto select = reader_.prepare("SELECT sealed FROM secrets WHERE owner = ?1 AND kind = ?2");
  if (!select) return select.fault();
  const auto row = select->bind(1, ByteView{hidden.owner}).bind(2, ByteView{hidden.kind}).step();
  if (!row) return row.fault();
  if (!*row) return std::optional<Sealed<std::string>>{};
  const auto plain = unwrap(keys_.secrets, joined(hidden.owner, hidden.kind), select->bytes(0));
  if (!plain || plain->size() < 4 || get_u32(plain->data()) > plain->size() - 4) {
    return failed("a secret is damaged");
  }
  const auto value = ByteView{*plain}.subspan(4, get_u32(plain->data()));
  return std::optional{Sealed<std::string>{std::string(text_view(value))}};
}

Result<Unit> SqliteVault::set_secret(std::string_view owner, std::string_view kind,
                                     const Sealed<std::string>& value) {
  const auto hidden = vault_form::name_secret(keys_, owner, kind);
  const Bytes sealed = wrap(keys_.secrets, dice_, joined(hidden.owner, hidden.kind),
                            vault_form::pad_secret(value.reveal()));
  const std::lock_guard writing(writer_mutex_);
  auto insert = writer_.prepare("INSERT OR REPLACE INTO secrets VALUES(?1, ?2, ?3)");
  if (!insert) return insert.fault();
  return insert->bind(1, ByteView{hidden.owner})
      .bind(2, ByteView{hidden.kind})
      .bind(3, ByteView{sealed})
      .finish();
}

Result<Unit> SqliteVault::drop_secrets(std::string_view owner) {
  const auto hidden = vault_form::name_secret(keys_, owner, {});
  const std::lock_guard writing(writer_mutex_);
  auto erase = writer_.prepare("DELETE FROM secrets WHERE owner = ?1");
  if (!erase) return erase.fault();
  if (auto done = erase->bind(1, ByteView{hidden.owner}).finish(); !done) return done;
  return checkpoint();
}

}  // namespace halligan::out
