// log_book.h - publishes checkpoints off the commit path, and serves the log from the journal.
//
// INVARIANT (P4): a checkpoint is signed only when it is consistent with the one published before,
// which is loaded at start; where it cannot be, nothing is published any more.
#pragma once

#include <atomic>
#include <memory>

#include "app/house.h"
#include "app/log_view.h"
#include "base/crypto.h"
#include "needs/checkpoint_store.h"

namespace halligan::app {

class LogBook : public LogView {
 public:
  struct Parts {
    Desk& desk;
    std::function<std::shared_ptr<needs::EntryStore>()> entries;  // null while it is reopened
    std::unique_ptr<needs::CheckpointStore> checkpoints;
    crypto::SecretKey seed;
    ledger::VerifierKey key;
    // While the log's key is being changed: the other key's seed, which signs as well.
    std::optional<crypto::SecretKey> also{};
  };
  // ledger_damaged where the ledger is shorter than, or differs from, what was published before,
  // and where that is missing: a ledger begins with a checkpoint.
  static Result<std::unique_ptr<LogBook>> open(Parts parts);

  // Signs, keeps and then serves a checkpoint of everything durable; does nothing when there is
  // nothing new. Called by one thread.
  Result<Unit> publish();

  std::string checkpoint() const override;
  std::uint64_t published_size() const override;
  Result<std::optional<Bytes>> tile(const ledger::TileName& name) override;
  Result<std::optional<std::string>> receipt(EntryIndex index) override;

 private:
  struct Published {
    ledger::TreeHead head;
    std::string note;
  };
  explicit LogBook(Parts parts) : parts_(std::move(parts)) {}
  Result<ledger::TreeHead> head_at(std::optional<std::uint64_t> size);
  bool signed_by_all(const std::string& note) const;

  Parts parts_;
  std::atomic<std::shared_ptr<const Published>> published_;
};

}  // namespace halligan::app
