// say.h - what a verb that touches files says when it does not, and the exit code of that.
#pragma once

#include <ostream>

#include "base/result.h"
#include "cli/shell.h"

namespace halligan::bin {

inline int complain(const cli::Io& io, const Fault& fault) {
  io.err << "halligan: " << fault.what << '\n';
  return static_cast<int>(cli::Exit::unreachable);
}

inline int refuse(const cli::Io& io, const std::string& what) {
  io.err << "halligan: " << what << '\n';
  return static_cast<int>(cli::Exit::refused);
}

}  // namespace halligan::bin
