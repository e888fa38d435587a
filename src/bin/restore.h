// restore.h - `halligan restore`: a backup becomes a ledger that can be served.
//
// REFUSED  where the entries and the vault do not fit, where a checkpoint that somebody kept is of
//          another history, and where one is later than the backup: then entries are lost, which
//          only a new origin may say, in its first entry.
// ENDS     every session and every glass that was open when the backup was made.
// WHOLE    everything is made beside the new folder, which is there when all is done.
#pragma once

#include "cli/shell.h"

namespace halligan::bin {

int restore(const cli::RestoreOptions& options, const cli::Io& io);

}  // namespace halligan::bin
