// home.h - the folder that a Halligan lives in, and opening what is in it.
//
//   ledger/         segment files        vault.sqlite     keys and secrets, encrypted
//   root.key        operational root key checkpoint       the newest published one
//   index.sqlite    derived              tls.crt tls.key  the server's certificate
//   snapshots/      sealed, dropped with every erasure
//   recovery.key    made by init and by `key rotate`, to be taken away
//   log.vkey        the log's public key; log.vkey.old is the one before it
//   checkpoint.handover  of the last change of that key, signed by both
//   lock            held by whoever has the vault open to change it
//   *.new           a rotation of keys was left half done (root_keys.h, log_keys.h)
#pragma once

#include <memory>
#include <string>

#include "base/crypto.h"
#include "base/result.h"
#include "core/ledger/checkpoint.h"
#include "needs/dice.h"
#include "out/posix_file.h"
#include "out/sqlite_vault.h"

namespace halligan::bin {

inline constexpr const char* version = "0.1.0";

struct Home {
  explicit Home(const std::string& folder) : dir(folder) {}
  out::Path dir;
  out::Path ledger() const { return dir / "ledger"; }
  out::Path vault() const { return dir / "vault.sqlite"; }
  out::Path root_key() const { return dir / "root.key"; }
  out::Path recovery_key() const { return dir / "recovery.key"; }
  out::Path checkpoint() const { return dir / "checkpoint"; }
  out::Path snapshots() const { return dir / "snapshots"; }
  out::Path log_key() const { return dir / "log.vkey"; }
  out::Path old_log_key() const { return dir / "log.vkey.old"; }
  out::Path new_log_key() const { return dir / "log.vkey.new"; }
  out::Path handover() const { return dir / "checkpoint.handover"; }
  // Where `named` is empty, the one in the folder.
  out::Path root_key(const std::string& named) const {
    return named.empty() ? root_key() : out::Path{named};
  }
};

// Held while it lives; ledger_locked where another process holds it. Taken before the vault is
// opened: a rotation puts another file in the vault's place.
Result<out::Fd> hold(const Home& home);

// A key file holds 64 hexadecimal digits, and only its owner may read it.
Result<crypto::SecretKey> read_key_file(const out::Path& path);
Result<Unit> write_key_file(const out::Path& path, const crypto::SecretKey& key);

// The first key of log.vkey. bad_input where that is none.
Result<ledger::VerifierKey> read_log_key(const Home& home);

// The seed that the log signs with, and while that is being changed the one it is to sign with
// next. Nothing where the vault holds none.
enum class Seed { current, next };
Result<std::optional<crypto::SecretKey>> signing_seed(needs::Vault& vault, Seed which);
Result<Unit> keep_signing_seed(needs::Vault& vault, Seed which, const crypto::SecretKey& seed);
Result<Unit> drop_next_signing_seed(needs::Vault& vault);

}  // namespace halligan::bin
