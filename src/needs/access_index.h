// access_index.h - what the queries need from the derived index: pseudonyms and times only.
//
// BEHIND   written after the acknowledgement, never in its path; complete() says up to which entry
//          its answers are complete, and the caller adds the tail from memory or the store.
// REBUILT  whenever it is missing, damaged or of another ledger; nothing is lost with it.
// THREADS  add() and forget() by one thread, the rest by any.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/instant.h"
#include "base/result.h"

namespace halligan::needs {

struct IndexRow {
  EntryIndex index = 0;
  Instant at{};
  Pseudonym patient{};
  Pseudonym staff{};
  std::string kind;   // the fact's kind, e.g. "glass-opened"
  Pseudonym place{};  // zero where unknown
};

struct IndexQuery {
  std::optional<Pseudonym> patient;
  std::optional<Pseudonym> staff;
  std::optional<std::string> kind;
  Instant from = far_past;
  Instant to = far_future;
  std::optional<EntryIndex> before;  // for paging, newest first
  std::size_t limit = 100;           // at most 1,000
};

class AccessIndex {
 public:
  virtual ~AccessIndex() = default;
  virtual Result<Unit> add(std::span<const IndexRow> rows) = 0;  // in order, without gaps
  // The rows so far name this patient no more; they keep their place.
  virtual Result<Unit> forget(const Pseudonym& patient) = 0;
  virtual EntryIndex complete() const = 0;  // entries [0, complete()) are in it
  virtual Result<std::vector<EntryIndex>> find(const IndexQuery& query) = 0;  // newest first
};

}  // namespace halligan::needs
