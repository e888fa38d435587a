#include "out/sqlite_index.h"

#include <fcntl.h>

#include <algorithm>

namespace halligan::out {
namespace {

constexpr std::size_t rows_max = 1'000;
constexpr const char* schema =
    "PRAGMA application_id = 0x48674931;"
    "PRAGMA user_version = 1;"
    "CREATE TABLE ledger(genesis BLOB NOT NULL);"
    "CREATE TABLE accesses(entry INTEGER PRIMARY KEY, at INTEGER NOT NULL, patient BLOB NOT NULL,"
    " staff BLOB NOT NULL, kind TEXT NOT NULL, place BLOB NOT NULL);"
    "CREATE INDEX by_patient ON accesses(patient, entry);"
    "CREATE INDEX by_staff ON accesses(staff, entry);"
    "CREATE INDEX by_kind ON accesses(kind, entry);"
    "CREATE INDEX by_place ON accesses(place, entry);"
    "CREATE INDEX by_time ON accesses(at);";

Fault unusable(std::string what) {
  return Fault{FaultCode::disk_failed, "the index cannot be used: " + std::move(what)};
}

std::int64_t number(EntryIndex index) { return static_cast<std::int64_t>(index); }
std::int64_t number(Instant at) { return at.time_since_epoch().count(); }

Result<sqlite::Database> open_writer(const Path& path) {
  auto file = open_file(path, O_RDWR | O_CREAT);  // for its mode
  if (!file) return file.fault();
  auto database = sqlite::Database::open(path, sqlite::Mode::write, FaultCode::disk_failed);
  if (!database) return database;
  // secure_delete: whom an erasure takes out is overwritten, not only unlinked.
  auto done = database->run(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
      "PRAGMA secure_delete = ON;");
  if (!done) return done.fault();
  return database;
}

Result<Unit> check(sqlite::Database& database, const SqliteIndex::Ledger& ledger) {
  auto quick = database.prepare("PRAGMA quick_check(1)");
  if (!quick) return quick.fault();
  const auto row = quick->step();
  if (!row) return row.fault();
  if (!*row || text_view(quick->bytes(0)) != "ok") return unusable("it is damaged");
  auto select = database.prepare("SELECT genesis FROM ledger");
  if (!select) return select.fault();
  const auto found = select->step();
  if (!found) return found.fault();
  if (!*found || !std::ranges::equal(select->bytes(0), ledger.genesis)) {
    return unusable("it is of another ledger");
  }
  return Unit{};
}

Result<EntryIndex> count_complete(sqlite::Database& database) {
  auto select = database.prepare("SELECT coalesce(max(entry) + 1, 0), count(*) FROM accesses");
  if (!select) return select.fault();
  const auto row = select->step();
  if (!row) return row.fault();
  if (select->number(0) != select->number(1)) return unusable("it has gaps");
  return static_cast<EntryIndex>(select->number(0));
}

void remove_files(const Path& path) {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    std::filesystem::remove(path.string() + suffix, ignored);
  }
}

Result<Unit> make_new(const Path& path, const Hash& genesis) {
  auto database = open_writer(path);
  if (!database) return database.fault();
  return database->transaction([&]() -> Result<Unit> {
    if (auto made = database->run(schema); !made) return made;
    auto insert = database->prepare("INSERT INTO ledger VALUES(?1)");
    if (!insert) return insert.fault();
    return insert->bind(1, ByteView{genesis}).finish();
  });
}

// The query's conditions; the parameters keep their numbers whichever of them are there.
std::string select_text(const needs::IndexQuery& query) {
  std::string sql = "SELECT entry FROM accesses WHERE at BETWEEN ?1 AND ?2";
  if (query.patient) sql += " AND patient = ?3";
  if (query.staff) sql += " AND staff = ?4";
  if (query.kind) sql += " AND kind = ?5";
  if (query.before) sql += " AND entry < ?6";
  return sql + " ORDER BY entry DESC LIMIT ?7";
}

}  // namespace

Result<std::unique_ptr<SqliteIndex>> SqliteIndex::open(const Path& path, const Ledger& ledger) {
  if (std::filesystem::exists(path)) {
    auto existing = open_existing(path, ledger);
    if (existing) return existing;
  }
  remove_files(path);
  if (auto made = make_new(path, ledger.genesis); !made) return made.fault();
  return open_existing(path, ledger);
}

Result<std::unique_ptr<SqliteIndex>> SqliteIndex::open_existing(const Path& path,
                                                                const Ledger& ledger) {
  auto writer = open_writer(path);
  if (!writer) return writer.fault();
  if (auto good = check(*writer, ledger); !good) return good.fault();
  const auto complete = count_complete(*writer);
  if (!complete) return complete.fault();
  // Entries that the ledger does not have: it was restored from a backup, or lost its tail.
  if (*complete > ledger.size) return unusable("it is ahead of the ledger");
  return std::unique_ptr<SqliteIndex>(new SqliteIndex(path, std::move(writer).value(), *complete));
}

SqliteIndex::SqliteIndex(Path path, sqlite::Database writer, EntryIndex complete)
    : path_(std::move(path)), writer_(std::move(writer)), complete_(complete) {}

Result<Unit> SqliteIndex::add(std::span<const needs::IndexRow> rows) {
  if (rows.empty()) return Unit{};
  auto insert = writer_.prepare("INSERT INTO accesses VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
  if (!insert) return insert.fault();
  EntryIndex next = complete_;
  auto done = writer_.transaction([&]() -> Result<Unit> {
    for (const needs::IndexRow& row : rows) {
      MUST(row.index == next);
      auto inserted = insert->bind(1, number(row.index))
                          .bind(2, number(row.at))
                          .bind(3, ByteView{row.patient})
                          .bind(4, ByteView{row.staff})
                          .bind(5, std::string_view{row.kind})
                          .bind(6, ByteView{row.place})
                          .finish();
      if (!inserted) return inserted;
      ++next;
    }
    return Unit{};
  });
  if (done) complete_ = next;
  return done;
}

Result<Unit> SqliteIndex::forget(const Pseudonym& patient) {
  auto update = writer_.prepare("UPDATE accesses SET patient = ?1 WHERE patient = ?2");
  if (!update) return update.fault();
  if (auto done = update->bind(1, ByteView{Pseudonym{}}).bind(2, ByteView{patient}).finish(); !done)
    return done;
  // Nor does it live on in the write-ahead log.
  auto pragma = writer_.prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!pragma) return pragma.fault();
  const auto row = pragma->step();
  if (!row) return row.fault();
  if (!*row || pragma->number(0) != 0) return unusable("its write-ahead log is being read");
  return Unit{};
}

Result<sqlite::Database> SqliteIndex::borrow_reader() {
  {
    const std::lock_guard lock(readers_mutex_);
    if (!idle_readers_.empty()) {
      auto reader = std::move(idle_readers_.back());
      idle_readers_.pop_back();
      return reader;
    }
  }
  return sqlite::Database::open(path_, sqlite::Mode::query_only, FaultCode::disk_failed);
}

Result<std::vector<EntryIndex>> SqliteIndex::find(const needs::IndexQuery& query) {
  auto reader = borrow_reader();
  if (!reader) return reader.fault();
  std::vector<EntryIndex> found;
  {
    auto select = reader->prepare(select_text(query).c_str());
    if (!select) return select.fault();
    select->bind(1, number(query.from)).bind(2, number(query.to));
    if (query.patient) select->bind(3, ByteView{*query.patient});
    if (query.staff) select->bind(4, ByteView{*query.staff});
    if (query.kind) select->bind(5, std::string_view{*query.kind});
    if (query.before) select->bind(6, number(*query.before));
    select->bind(7, number(std::min(query.limit, rows_max)));
    while (true) {
      const auto row = select->step();
      if (!row) return row.fault();
      if (!*row) break;
      found.push_back(static_cast<EntryIndex>(select->number(0)));
    }
  }
  const std::lock_guard lock(readers_mutex_);
  idle_readers_.push_back(std::move(*reader));
  return found;
}

}  // namespace halligan::out
