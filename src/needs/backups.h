// backups.h - a copy of what a hospital cannot do without, made while the server goes on.
//
// WHOLE    a copy that failed half-way is one that can be brought up to date; what was in it before
//          can still be put back.
// NOT IN IT the root keys: a copy tells nobody anything who does not have one of them.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

namespace halligan::needs {

class Backups {
 public:
  virtual ~Backups() = default;
  struct Made {
    EntryIndex size = 0;   // entries that are in it
    EntryIndex added = 0;  // of them by this
    Hash root{};
    std::string name;  // of the folder
  };
  // bad_input where one is being made, or where the folder holds the copy of another ledger.
  virtual Result<Made> make() = 0;
};

}  // namespace halligan::needs
