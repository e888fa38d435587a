// sqlite_vault.h - the vault: an SQLite file whose values are encrypted.
//
// The file holds one vault key, wrapped twice: under the operational root key and under the
// recovery root key. From the vault key are derived the key of the data keys and the key of the
// secrets; the key of their names lies wrapped under it (vault_form.h). Key ids stand in clear, as
// they do in the ledger; owner and kind of a secret are stored as HMACs, and values are padded, so
// that the file tells how many there are and nothing else. No root key is ever written.
//
// Two connections: one writes and checkpoints, the other only reads, so that find() and take()
// never wait for a commit. A thread fills the pool of unused keys up again when it runs low, so the
// dice must stand being thrown by several threads.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "needs/dice.h"
#include "needs/vault.h"
#include "out/sqlite.h"

namespace halligan::out {

enum class RootKind { operational, recovery };

// What the vault key opens.
struct VaultKeys {
  crypto::SecretKey data;
  crypto::SecretKey secrets;
  crypto::SecretKey names;
};

class SqliteVault final : public needs::Vault {
 public:
  struct RootKeys {
    crypto::SecretKey operational;
    crypto::SecretKey recovery;
  };
  struct Options {
    std::size_t pool_keys = 256;  // made at once, when fewer than a quarter are left
  };
  using Opened = Result<std::unique_ptr<SqliteVault>>;

  // A new vault, with a full pool. Fault bad_input where the file is there already.
  static Opened create(const Path& path, const RootKeys& roots, needs::Dice& dice, Options options);
  // With either root key. Faults not_found, wrong_key, vault_failed.
  static Opened open(const Path& path, const crypto::SecretKey& root, needs::Dice& dice,
                     Options options);
  // Which of the two this key is, for `halligan key check`. Changes nothing.
  static Result<RootKind> check(const Path& path, const crypto::SecretKey& root);
  // Everything sealed afresh under a new vault key, which these root keys open; `note` is kept with
  // it as a secret. Needs no other root key than the one given, and nobody else may have the vault
  // open. The new file takes the place of the old one as a whole: after a Fault, or where the
  // process ended, either the old keys open it or the new ones do, never both.
  // Faults not_found, wrong_key, bad_input, vault_failed and those of the disk.
  struct Note {
    std::string owner, kind, text;
  };
  static Result<Unit> rekey(const Path& path, const crypto::SecretKey& root, const RootKeys& roots,
                            needs::Dice& dice, const Note& note);
  ~SqliteVault() override;

  // The whole vault as it is, under another path, durable; what was deleted is not in it.
  Result<Unit> copy_to(const Path& path);

  Result<needs::DataKey> take() override;
  void mark_used(const KeyId& id) override;
  Result<std::optional<needs::DataKey>> find(const KeyId& id) override;
  Result<Unit> destroy(const KeyId& id) override;
  Result<std::optional<Sealed<std::string>>> secret(std::string_view owner,
                                                    std::string_view kind) override;
  Result<Unit> set_secret(std::string_view owner, std::string_view kind,
                          const Sealed<std::string>& value) override;
  Result<Unit> drop_secrets(std::string_view owner) override;

 private:
  struct IdHash {
    std::size_t operator()(const KeyId& id) const { return get_u64(id.data()); }
  };
  SqliteVault(sqlite::Database writer, sqlite::Database reader, const VaultKeys& keys,
              needs::Dice& dice, Options options);

  bool pool_is_low() const { return unused_.size() <= options_.pool_keys / 4; }
  Result<Unit> load_ids();
  Result<Unit> refill();
  Result<Unit> insert_key(sqlite::Statement& insert, const KeyId& id);
  Result<Unit> checkpoint();
  void keep_pool_full();

  const VaultKeys keys_;
  needs::Dice& dice_;
  const Options options_;

  // Locked in this order where more than one is held.
  std::mutex writer_mutex_;
  sqlite::Database writer_;
  std::mutex reader_mutex_;
  sqlite::Database reader_;
  std::mutex pool_mutex_;
  std::unordered_set<KeyId, IdHash> unused_;
  std::condition_variable pool_low_;
  bool stop_ = false;
  std::thread filler_;
};

}  // namespace halligan::out
