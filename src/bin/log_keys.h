// log_keys.h - changing the key that the log signs with. The ledger says which key that is; the
// vault holds its seed, and while it is being changed both.
//
//   1  log.vkey.new is written, the new seed kept in the vault as the next one
//   2  the newest checkpoint is signed by both keys: it opens, whichever of them the ledger names
//   3  the ledger names the new one (log-key-rotated): from here on it signs
//   4  a checkpoint of that entry, signed by both, is kept for those who followed the old key;
//      log.vkey and log.vkey.old are written, the new seed takes the old one's place
#pragma once

#include "app/house.h"
#include "bin/home.h"

namespace halligan::bin {

struct LogKey {
  ledger::VerifierKey key;
  crypto::SecretKey seed;
  std::string said{};  // for people: what was found half done, and what became of it; may be empty
};
// The key that the ledger names, with its seed; finishes 4 where that was broken off.
// vault_failed where the vault does not hold it.
Result<LogKey> settle_log_key(const Home& home, needs::Vault& vault, app::Desk& desk);

// 1 to 4. Gives the new key; one that an earlier attempt made is taken up again.
Result<LogKey> rotate_log_key(const Home& home, needs::Vault& vault, app::Desk& desk,
                              needs::Dice& dice);

}  // namespace halligan::bin
