// keys.h - `halligan key`: rehearsing the root keys, and changing them or the log's signing key.
// What changes keys takes that no server runs: it holds the folder's lock and the ledger's.
#pragma once

#include "cli/shell.h"

namespace halligan::bin {

// Changes nothing, and may be asked while a server runs.
int check_key(const cli::KeyCheckOptions& options, const cli::Io& io);
int rotate_root_keys(const cli::KeyRotateOptions& options, const cli::Io& io);
int rotate_signing_key(const cli::KeyRotateSigningOptions& options, const cli::Io& io);

}  // namespace halligan::bin
