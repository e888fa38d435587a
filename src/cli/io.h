// io.h - what the command line needs from the person's side: streams, terminal, environment, time.
//
// Tests pass their own; real_io() is the process's. Nothing else in cli touches std::cout, the
// environment or a clock.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>

#include "base/instant.h"
#include "base/result.h"
#include "base/sealed.h"
#include "cli/client.h"

namespace halligan::cli {

using Secret = Sealed<std::string>;

struct Io {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool asks = false;            // a person can be asked: there is a terminal
  bool shows_progress = false;  // standard error is a terminal
  // Asks with the echo off (hidden) or on; nothing when no terminal answers.
  std::function<std::optional<std::string>(const std::string& prompt, bool hidden)> ask;
  std::function<std::optional<std::string>(const std::string& name)> environment;
  std::function<Instant()> now;
  std::function<void(Millis)> wait;
  std::function<Result<Answer>(const Target&, const Request&)> exchange;
};

Io real_io();

// A file's text, or standard input for "-". Never says what was in it.
Result<std::string> read_file(const Io& io, const std::string& path);
// The same for one secret: a single line, without its end. Refuses what others can read.
Result<Secret> read_secret(const Io& io, const std::string& path);
// From the file when one is named, else asked on the terminal.
Result<Secret> obtain_secret(const Io& io, const std::string& path, const std::string& prompt,
                             const std::string& option);

}  // namespace halligan::cli
