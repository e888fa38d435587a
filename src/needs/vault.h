// vault.h - what the journal and the sign-in need from the small mutable store beside the ledger.
//
// The vault holds what may have to be destroyed: data keys (one a patient, one a period for what
// concerns no single patient) with their pseudonyms, and the secrets of people and terminals.
// Everything in it is encrypted under the root key; opening it with a wrong root key is a Fault
// (wrong_key) and never starts a new ledger.
//
// POOL     take() hands out a key that was durable before it was handed out, so that a new patient
//          costs no second sync. Which keys are in use is known from the ledger itself (the clear
//          part of every entry names its key): mark_used() is called for each on replay.
// ERASURE  destroy() removes the key and its pseudonym for good.
// THREADS  all calls but those on secrets come from the writer; secrets from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/crypto.h"
#include "base/result.h"

namespace halligan::needs {

struct DataKey {
  KeyId id{};
  Pseudonym pseudonym{};  // goes with the key: a patient's, or unused for a period's key
  crypto::SecretKey key;
};

class Vault {
 public:
  virtual ~Vault() = default;

  virtual Result<DataKey> take() = 0;
  virtual void mark_used(const KeyId& id) = 0;
  // Nothing where the key was destroyed.
  virtual Result<std::optional<DataKey>> find(const KeyId& id) = 0;
  virtual Result<Unit> destroy(const KeyId& id) = 0;

  // Secrets: password hashes, factor secrets, terminal secrets, the log's signing seed. `owner` is
  // "staff/<id>", "terminal/<id>", "log"; `kind` is "password", "totp", "secret", "signing-seed".
  virtual Result<std::optional<Sealed<std::string>>> secret(std::string_view owner,
                                                            std::string_view kind) = 0;
  virtual Result<Unit> set_secret(std::string_view owner, std::string_view kind,
                                  const Sealed<std::string>& value) = 0;
  virtual Result<Unit> drop_secrets(std::string_view owner) = 0;
};

}  // namespace halligan::needs
