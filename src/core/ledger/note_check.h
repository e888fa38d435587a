// note_check.h - what a log's checkpoint says, and if it is not as signed, which line is not.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/ledger/checkpoint.h"
#include "core/ledger/log_files.h"

namespace halligan::ledger {

class NoteCheck {
 public:
  // Reads "checkpoint"; where it cannot be trusted, finds out from the files how large the log is.
  NoteCheck(LogFiles& files, const VerifierKey& key);

  bool trusted() const { return opened_.error == NoteError::none && present_; }
  const TreeHead& signed_head() const { return opened_.head; }  // only when trusted
  std::uint64_t size() const { return size_; }
  // Whether this is the root of the log as far as the checkpoint can say.
  bool accepts(const Hash& root) const;
  // What is wrong with the checkpoint, given the root that the files have; nothing when it is
  // trusted.
  std::vector<Problem> problems(const std::optional<Hash>& root) const;

 private:
  std::uint64_t find_size(LogFiles& files) const;
  bool signed_with(std::uint64_t size, const Hash& root) const;
  std::vector<Problem> wrong_lines(const Hash& root) const;

  const VerifierKey& key_;
  bool present_ = false;
  NoteReading reading_;
  OpenedCheckpoint opened_;
  std::uint64_t size_ = 0;
};

}  // namespace halligan::ledger
