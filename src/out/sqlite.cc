#include "out/sqlite.h"

#include <sqlite3.h>

#include <string>

namespace halligan::out::sqlite {
namespace {

Fault fault(FaultCode code, int reason) {
  return Fault{code, std::string("sqlite: ") + sqlite3_errstr(reason)};
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Statement& Statement::bind(int at, ByteView bytes) {
  MUST(sqlite3_bind_blob64(statement_.get(), at, bytes.data(), bytes.size(), SQLITE_STATIC) ==
       SQLITE_OK);
  return *this;
}

Statement& Statement::bind(int at, std::string_view text) {
  MUST(sqlite3_bind_text64(statement_.get(), at, text.data(), text.size(), SQLITE_STATIC,
                           SQLITE_UTF8) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(int at, std::int64_t number) {
  MUST(sqlite3_bind_int64(statement_.get(), at, number) == SQLITE_OK);
  return *this;
}

Result<bool> Statement::step() {
  const int answer = sqlite3_step(statement_.get());
  if (answer == SQLITE_ROW) return true;
  if (answer == SQLITE_DONE) return false;
  return fault(code_, answer);
}

Result<Unit> Statement::finish() {
  while (true) {
    const auto row = step();
    if (row && *row) continue;
    sqlite3_reset(statement_.get());
    if (!row) return row.fault();
    return Unit{};
  }
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

ByteView Statement::bytes(int column) const {
  const auto* data =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<Database> Database::open(const Path& path, Mode mode, FaultCode code) {
  sqlite3* raw = nullptr;
  const int answer =
      sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw, code);
  if (answer != SQLITE_OK) return fault(code, answer);
  sqlite3_busy_timeout(raw, 5'000);
  // Schemas come from a file that somebody may have touched: nothing in it may run.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (mode == Mode::query_only) {
    if (auto done = database.run("PRAGMA query_only = ON"); !done) return done.fault();
  }
  return database;
}

Result<Unit> Database::run(const char* sql) {
  const int answer = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  if (answer != SQLITE_OK) return fault(code_, answer);
  return Unit{};
}

Result<Statement> Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int answer = sqlite3_prepare_v2(database_.get(), sql, -1, &statement, nullptr);
  if (answer != SQLITE_OK) return fault(code_, answer);
  return Statement(statement, code_);
}

}  // namespace halligan::out::sqlite
