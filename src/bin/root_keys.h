// root_keys.h - changing the two root keys and the vault's own, in an order that a lost power
// supply at any point leaves with one key that opens the vault.
//
//   1  <root key>.new and recovery.key.new are written
//   2  a vault that they open takes the old one's place: before this the old keys hold, after it
//   the new 3  recovery.key.new becomes recovery.key, then <root key>.new the root key 4  the
//   ledger says so; that it has yet to say so, the vault notes since 2
//
// INVARIANT: while <root key>.new is there, 3 is not over; whoever comes next finishes it.
#pragma once

#include "app/house.h"
#include "bin/home.h"

namespace halligan::bin {

enum class RootKeysLeft {
  in_place,   // no rotation was broken off
  untouched,  // one was, before 2: nothing has changed
  turned,     // one was, after 2: the new keys are not where they belong
};
Result<RootKeysLeft> root_keys_left(const Home& home, const out::Path& root_key);

// 1 and 2. bad_input where `recovery` is not the vault's recovery key, or a recovery key lies in
// the folder still: the new one would replace it, and older copies of the vault need it.
Result<Unit> turn_root_keys(const Home& home, const out::Path& root_key,
                            const crypto::SecretKey& recovery, needs::Dice& dice);
// 3, after `turned`. bad_input where a recovery key of before lies in the folder.
Result<Unit> put_root_keys_in_place(const Home& home, const out::Path& root_key);
// 4. Does nothing where there is nothing to say. Broken off at its end it says it twice.
Result<Unit> tell_root_keys(needs::Vault& vault, app::Desk& desk);

// What of this a server does before it opens the vault. The text is for people; empty: nothing.
Result<std::string> finish_root_keys(const Home& home, const out::Path& root_key);

// Names a root key and tells nothing of it: 16 hexadecimal digits.
std::string id_of(const crypto::SecretKey& root);

}  // namespace halligan::bin
