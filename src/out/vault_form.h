// vault_form.h - how the vault's file is made: its tables, who wraps what, the names of secrets.
//
//   roots    kind 'operational', 'recovery': the vault key, wrapped under that root key
//            kind 'names': the key of the secrets' names, wrapped under the vault key. It outlives
//            the vault key, for a name cannot be made anew from its HMAC. A vault that never had
//            its keys rotated may have no such row: the key is derived from the vault key then.
//   keys     a data key and its pseudonym, sealed under the key of the data keys
//   secrets  owner and kind as HMACs, the value padded and sealed under the key of the secrets
//
// For sqlite_vault.cc and sqlite_vault_rekey.cc alone.
#pragma once

#include <functional>

#include "out/sqlite_vault.h"

namespace halligan::out::vault_form {

struct Unlocked {
  RootKind kind;
  VaultKeys keys;
};

Fault failed(std::string what);

// nonce, ciphertext, tag
Bytes wrap(const crypto::SecretKey& key, needs::Dice& dice, ByteView associated, ByteView plain);
std::optional<Bytes> unwrap(const crypto::SecretKey& key, ByteView associated, ByteView wrapped);
Bytes joined(ByteView a, ByteView b);

struct SecretName {
  Hash owner;
  Hash kind;
};
SecretName name_secret(const VaultKeys& keys, std::string_view owner, std::string_view kind);
Bytes pad_secret(std::string_view value);

Result<sqlite::Database> open_database(const Path& path, sqlite::Mode mode);
// Faults wrong_key, vault_failed.
Result<Unlocked> unlock(sqlite::Database& database, const crypto::SecretKey& root);

// A vault under `path`, whole and durable, or none: `fill` gets it before anybody else does. The
// key of the names is a new one where none is given.
using Fill = std::function<Result<Unit>(sqlite::Database&, const VaultKeys&)>;
Result<Unit> write_vault(const Path& path, const SqliteVault::RootKeys& roots,
                         const std::optional<crypto::SecretKey>& names, needs::Dice& dice,
                         const Fill& fill);

}  // namespace halligan::out::vault_form
