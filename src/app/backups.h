// backups.h - copies of the ledger: who may ask for one, and what is written down when one is put
// back.
#pragma once

#include <variant>

#include "app/access.h"
#include "app/journal.h"
#include "needs/backups.h"

namespace halligan::app {

struct MayBackUp {
  using Answer = std::variant<StaffId, Refusal>;
  std::string token_hash;
};
MayBackUp::Answer decide(const MayBackUp& command, Context& context);

struct NoteBackup {
  using Answer = EntryIndex;
  StaffId staff;  // empty: the server's own habit
  needs::Backups::Made made;
};
NoteBackup::Answer decide(const NoteBackup& command, Context& context);

// A backup was put back: nothing that was open then is open now, whoever was signed in. With a new
// signing key where the log goes on under a new name.
struct BeginAgain {
  using Answer = std::size_t;  // sessions that ended
  facts::LedgerRestored restored;
  std::string log_key;  // empty: the one of before
};
BeginAgain::Answer decide(const BeginAgain& command, Context& context);

// An erasure that the backup does not know of.
struct EraseAgain {
  using Answer = bool;
  Journal::Erasable what;
};
EraseAgain::Answer decide(const EraseAgain& command, Context& context);

}  // namespace halligan::app
