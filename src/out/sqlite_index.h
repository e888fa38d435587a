// sqlite_index.h - the derived index in an SQLite file: pseudonyms and times, nothing else.
//
// Everything in it can be had from the ledger again, so a file that is missing, damaged, of another
// ledger or ahead of its ledger is thrown away and begun anew at entry 0, and commits do not wait
// for the disk. One connection writes and checkpoints; readers have query-only ones.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "needs/access_index.h"
#include "out/sqlite.h"

namespace halligan::out {

class SqliteIndex final : public needs::AccessIndex {
 public:
  // What the index must be of: the leaf hash of entry 0, and how many entries the ledger has.
  struct Ledger {
    Hash genesis{};
    EntryIndex size = 0;
  };
  static Result<std::unique_ptr<SqliteIndex>> open(const Path& path, const Ledger& ledger);

  Result<Unit> add(std::span<const needs::IndexRow> rows) override;
  Result<Unit> forget(const Pseudonym& patient) override;
  EntryIndex complete() const override { return complete_.load(); }
  Result<std::vector<EntryIndex>> find(const needs::IndexQuery& query) override;

 private:
  SqliteIndex(Path path, sqlite::Database writer, EntryIndex complete);
  static Result<std::unique_ptr<SqliteIndex>> open_existing(const Path& path, const Ledger& ledger);
  Result<sqlite::Database> borrow_reader();

  const Path path_;
  sqlite::Database writer_;
  std::atomic<EntryIndex> complete_;
  std::mutex readers_mutex_;
  std::vector<sqlite::Database> idle_readers_;
};

}  // namespace halligan::out
