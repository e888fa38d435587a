// sim_vault.h - a vault in memory: the storage outlives the vaults opened on it, and fails by dice.
//
// A failed destroy or set_secret may or may not have happened; what take() gave out was kept
// before.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <utility>

#include "needs/vault.h"
#include "sim/sim_dice.h"

namespace halligan::sim {

class SimVaultStorage {
 public:
  SimVaultStorage(SimDice dice, const crypto::SecretKey& root)
      : dice_(std::move(dice)), root_(root) {}
  void set_fail_one_in(std::uint64_t n) { fail_one_in_ = n; }  // of all calls; 0 for never
  std::size_t keys() const { return keys_.size(); }

 private:
  friend class SimVault;
  enum class Outcome { success, not_done, done_yet_failed };
  Outcome throw_outcome();

  SimDice dice_;
  const crypto::SecretKey root_;
  std::uint64_t fail_one_in_ = 0;
  std::map<KeyId, needs::DataKey> keys_;
  std::map<std::pair<std::string, std::string>, std::string> secrets_;  // by owner and kind
};

class SimVault final : public needs::Vault {
 public:
  static Result<std::unique_ptr<SimVault>> open(SimVaultStorage& storage,
                                                const crypto::SecretKey& root);

  Result<needs::DataKey> take() override;
  void mark_used(const KeyId& id) override { unused_.erase(id); }
  Result<std::optional<needs::DataKey>> find(const KeyId& id) override;
  Result<Unit> destroy(const KeyId& id) override;
  Result<std::optional<Sealed<std::string>>> secret(std::string_view owner,
                                                    std::string_view kind) override;
  Result<Unit> set_secret(std::string_view owner, std::string_view kind,
                          const Sealed<std::string>& value) override;
  Result<Unit> drop_secrets(std::string_view owner) override;

 private:
  explicit SimVault(SimVaultStorage& storage);
  void refill();
  // Does `change` as the dice say, and says whether it is known to have been done.
  template <class Change>
  Result<Unit> perform(Change change);

  SimVaultStorage& storage_;
  std::set<KeyId> unused_;
};

}  // namespace halligan::sim
