// begin_ledger.h - `halligan init` and `halligan export`: verbs that touch files. While one of them
// runs no server can, and the other way round (the ledger's lock).
#pragma once

#include "cli/shell.h"

namespace halligan::bin {

int begin_ledger(const cli::InitOptions& options, const cli::Io& io);
int export_ledger(const cli::ExportOptions& options, const cli::Io& io);

}  // namespace halligan::bin
