// keys.h - the ledger says that its keys were changed. Making them, and keeping them where they
// belong, is the part of who has the vault's files (bin/root_keys.h, bin/log_keys.h).
#pragma once

#include <string>
#include <variant>

#include "app/context.h"
#include "app/refusal.h"

namespace halligan::app {

struct NoteRootKeys {
  using Answer = EntryIndex;
  std::string keys;  // the new ones by their ids
};
NoteRootKeys::Answer decide(const NoteRootKeys& command, Context& context);

// The log signs with another key from this entry on. Refused where the key is not one for this log,
// or is the one that it has.
struct RotateLogKey {
  using Answer = std::variant<EntryIndex, Refusal>;
  std::string log_key;  // verifier key
};
RotateLogKey::Answer decide(const RotateLogKey& command, Context& context);

}  // namespace halligan::app
