// sqlite.h - the little of SQLite that the vault and the index use, as Results.
//
// A Database belongs to one thread at a time; its owner guards it. Fault texts carry SQLite's
// reason, never a value.
#pragma once

#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "out/posix_file.h"

struct sqlite3;
struct sqlite3_stmt;

namespace halligan::out::sqlite {

class Statement {
 public:
  // Parameters from 1, columns from 0, as SQLite counts them. Bound bytes must outlive the step.
  Statement& bind(int at, ByteView bytes);
  Statement& bind(int at, std::string_view text);
  Statement& bind(int at, std::int64_t number);
  Result<bool> step();    // true while there is a row
  Result<Unit> finish();  // steps to the end and makes it ready to be bound again
  std::int64_t number(int column) const;
  ByteView bytes(int column) const;  // until the next step

 private:
  friend class Database;
  Statement(sqlite3_stmt* statement, FaultCode code) : statement_(statement), code_(code) {}
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  FaultCode code_;
};

enum class Mode { write, query_only };

class Database {
 public:
  // An existing file (an empty one is a new database). Whatever SQLite finds wrong is `code`.
  static Result<Database> open(const Path& path, Mode mode, FaultCode code);
  Result<Unit> run(const char* sql);
  Result<Statement> prepare(const char* sql);
  // Runs `work` in a transaction; its Fault rolls back.
  template <class Work>
  Result<Unit> transaction(Work work) {
    if (auto begun = run("BEGIN IMMEDIATE"); !begun) return begun;
    if (Result<Unit> done = work(); !done) {
      static_cast<void>(run("ROLLBACK"));  // the first fault is the one that counts
      return done;
    }
    auto committed = run("COMMIT");
    if (!committed) static_cast<void>(run("ROLLBACK"));  // likewise
    return committed;
  }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  Database(sqlite3* database, FaultCode code) : database_(database), code_(code) {}
  std::unique_ptr<sqlite3, Close> database_;
  FaultCode code_;
};

}  // namespace halligan::out::sqlite
