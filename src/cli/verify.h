// verify.h - `halligan verify`: checks an exported ledger, or one served at an address.
//
// Reads files only; needs the log's public key from outside, no decryption key and no server of
// ours.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace halligan::cli {

struct VerifyArgs {
  std::string where{};  // a folder, or an address that begins with http:// or https://
  // The log's verifier key, or files with it: one way or the other. The first signs now; those
  // after it signed before a rotation, and open checkpoints of --since alone.
  std::vector<std::string> keys{};
  std::vector<std::string> key_files{};
  std::vector<std::string> since{};  // files with checkpoints that were seen earlier
  bool json = false;
  bool shows_progress = false;
  bool hashes_only = false;  // the server keeps the entries from whoever asks
};

// Gets a path below the address in `where` ("checkpoint", "tile/0/000"); nothing when there is
// none.
using FetchLogFile = std::function<Result<std::optional<Bytes>>(const std::string& path)>;

bool is_address(const std::string& where);

// 0 the ledger is whole, 1 it is not, 2 wrong arguments or what cannot be read.
int verify(const VerifyArgs& args, const FetchLogFile& fetch, std::ostream& out, std::ostream& err);

}  // namespace halligan::cli
