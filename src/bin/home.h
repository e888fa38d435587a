// home.h - the folder that a Halligan lives in, and opening what is in it.
//
//   ledger/         segment files        vault.sqlite     keys and secrets, encrypted
//   root.key        operational root key checkpoint       the newest published one
//   index.sqlite    derived              tls.crt tls.key  the server's certificate
//   snapshots/      sealed, dropped with every erasure
//   recovery.key    made once by init, to be taken away
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
};

// A key file holds 64 hexadecimal digits, and only its owner may read it.
Result<crypto::SecretKey> read_key_file(const out::Path& path);
Result<Unit> write_key_file(const out::Path& path, const crypto::SecretKey& key);

// The log's signing seed, from the vault.
Result<crypto::SecretKey> signing_seed(needs::Vault& vault);
Result<Unit> keep_signing_seed(needs::Vault& vault, const crypto::SecretKey& seed);

}  // namespace halligan::bin
