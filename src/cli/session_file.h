// session_file.h - where the command line keeps the session between two calls.
//
// The file is made with mode 0600 in a folder of mode 0700; one that others can read is refused.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/sealed.h"

namespace halligan::cli {

struct KeptSession {
  std::string server;
  std::string fingerprint;  // empty: not pinned
  std::string ca_file;      // empty: the machine's own list
  std::string staff;
  Sealed<std::string> token;
  // The chart on which this command line broke glass last, and that glass; empty: none is known.
  std::string glass_patient{};
  std::string glass{};
};

// Nothing when there is no file.
Result<std::optional<KeptSession>> load_session(const std::string& path);
Result<Unit> keep_session(const std::string& path, const KeptSession& session);
void forget_session(const std::string& path);

}  // namespace halligan::cli
