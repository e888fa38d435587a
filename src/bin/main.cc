// main.cc - a list of parts: the command line, and what it needs of the server.
#include "bin/begin_ledger.h"
#include "bin/keys.h"
#include "bin/restore.h"
#include "bin/serve.h"
#include "cli/shell.h"

int main(int argc, char** argv) {
  using namespace halligan;
  const cli::Parts parts{.serve = bin::serve,
                         .init = bin::begin_ledger,
                         .export_ledger = bin::export_ledger,
                         .key_check = bin::check_key,
                         .restore = bin::restore,
                         .key_rotate = bin::rotate_root_keys,
                         .key_rotate_signing = bin::rotate_signing_key};
  return cli::run(argc, argv, cli::real_io(), parts);
}
