// backup_folder.h - one folder that follows the ledger: its entries, the vault, the newest
// checkpoint, the log's public key.
//
// Entries are added to those that are there, which must be the first ones of this ledger; the vault
// is replaced whole, so that a key that was destroyed is gone from here with the next backup. Which
// earlier states of the folder are kept, and where, is the affair of whoever copies it away.
#pragma once

#include <functional>
#include <mutex>
#include <thread>

#include "app/log_view.h"
#include "bin/home.h"
#include "bin/writer_thread.h"
#include "needs/backups.h"

namespace halligan::bin {

class BackupFolder final : public needs::Backups {
 public:
  struct Parts {
    Home home;
    out::Path folder;
    WriterThread& writer;
    out::SqliteVault& vault;
    needs::Dice& dice;
    app::LogView& log;
    Millis every{0};                               // zero: when asked
    std::function<void(const std::string&)> tell;  // one line for the log
  };
  explicit BackupFolder(Parts parts);
  Result<Made> make() override;

 private:
  void run(const std::stop_token& stop);
  Result<Made> try_once(bool& again);
  Result<Unit> add_entries(Made& made);
  Result<Hash> root_at(EntryIndex size);

  Parts parts_;
  std::mutex one_at_a_time_;
  std::jthread thread_;
};

}  // namespace halligan::bin
