// serve.h - `halligan serve`: make the world, make the app, listen, stop cleanly on a signal.
#pragma once

#include "cli/shell.h"

namespace halligan::bin {

int serve(const cli::ServeOptions& options, const cli::Io& io);

}  // namespace halligan::bin
