// file_snapshot_store.h - sealed snapshots as files of one folder, their keys in the vault.
//
// <size>.snapshot, the size in 20 digits: "halligan sealed snapshot 1\n", 12 octets of nonce, then
// AES-256-GCM of the text with the size as associated data. The key is random and lies in the vault
// as secret "snapshot/<size>", "key": without it the file is noise.
#pragma once

#include "needs/dice.h"
#include "needs/snapshot_store.h"
#include "needs/vault.h"
#include "out/posix_file.h"

namespace halligan::out {

class FileSnapshotStore final : public needs::SnapshotStore {
 public:
  // The folder is made with the first snapshot.
  FileSnapshotStore(Path folder, needs::Vault& vault, needs::Dice& dice)
      : folder_(std::move(folder)), vault_(vault), dice_(dice) {}
  Result<std::vector<EntryIndex>> list() override;
  Result<std::optional<Bytes>> load(EntryIndex size) override;
  Result<Unit> save(EntryIndex size, ByteView plain) override;
  Result<Unit> drop(EntryIndex size) override;

 private:
  Path path_of(EntryIndex size) const;

  const Path folder_;
  needs::Vault& vault_;
  needs::Dice& dice_;
};

}  // namespace halligan::out
