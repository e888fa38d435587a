// vault_contract.h - what every Vault must do, as a GoogleTest suite. For tests only.
//
//   INSTANTIATE_TEST_SUITE_P(Mine, VaultContract, testing::Values(&make_my_world));
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <set>

#include "needs/vault.h"

namespace halligan::needs {

// Storage that outlives the vaults opened on it.
class VaultWorld {
 public:
  virtual ~VaultWorld() = default;
  // Opens the vault, new the first time. The vault opened before is gone by then.
  virtual Result<std::unique_ptr<Vault>> open() = 0;
  virtual Result<std::unique_ptr<Vault>> open_with_wrong_key() = 0;
};

using MakeVaultWorld = std::unique_ptr<VaultWorld> (*)();

class VaultContract : public testing::TestWithParam<MakeVaultWorld> {
 protected:
  void SetUp() override {
    world_ = GetParam()();
    reopen();
  }
  void reopen() {
    vault_.reset();
    auto opened = world_->open();
    ASSERT_TRUE(opened) << opened.fault().what;
    vault_ = std::move(opened).value();
  }
  DataKey take() {
    auto taken = vault_->take();
    EXPECT_TRUE(taken) << taken.fault().what;
    return *taken;
  }
  void expect_found(const DataKey& key) {
    const auto found = vault_->find(key.id);
    ASSERT_TRUE(found) << found.fault().what;
    ASSERT_TRUE(found->has_value());
    EXPECT_EQ((*found)->id, key.id);
    EXPECT_EQ((*found)->pseudonym, key.pseudonym);
    EXPECT_EQ((*found)->key.reveal(), key.key.reveal());
  }
  void expect_gone(const KeyId& id) {
    const auto found = vault_->find(id);
    ASSERT_TRUE(found) << found.fault().what;
    EXPECT_FALSE(found->has_value());
  }
  std::optional<std::string> secret(std::string_view owner, std::string_view kind) {
    const auto found = vault_->secret(owner, kind);
    EXPECT_TRUE(found) << found.fault().what;
    if (!found->has_value()) return std::nullopt;
    return (*found)->reveal();
  }
  void set(std::string_view owner, std::string_view kind, std::string value) {
    ASSERT_TRUE(vault_->set_secret(owner, kind, Sealed<std::string>{std::move(value)}));
  }

  std::unique_ptr<VaultWorld> world_;
  std::unique_ptr<Vault> vault_;
};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(VaultContract);

TEST_P(VaultContract, HandsOutKeysThatDifferAndStay) {
  std::vector<DataKey> taken;
  std::set<KeyId> ids;
  std::set<Pseudonym> pseudonyms;
  std::set<crypto::Key256> keys;
  for (int i = 0; i < 700; ++i) {  // more than any pool holds
    taken.push_back(take());
    ids.insert(taken.back().id);
    pseudonyms.insert(taken.back().pseudonym);
    keys.insert(taken.back().key.reveal());
  }
  EXPECT_EQ(ids.size(), 700u);
  EXPECT_EQ(pseudonyms.size(), 700u);
  EXPECT_EQ(keys.size(), 700u);
  EXPECT_FALSE(ids.contains(KeyId{}));
  reopen();
  for (const DataKey& key : taken) expect_found(key);
  expect_gone(KeyId{});
}

TEST_P(VaultContract, AKeyMarkedUsedIsNotHandedOutAgain) {
  std::set<KeyId> used;
  for (int i = 0; i < 40; ++i) used.insert(take().id);
  reopen();
  for (const KeyId& id : used) vault_->mark_used(id);
  for (int i = 0; i < 600; ++i) EXPECT_TRUE(used.insert(take().id).second);
}

TEST_P(VaultContract, ADestroyedKeyIsGoneForGood) {
  const DataKey gone = take();
  const DataKey kept = take();
  ASSERT_TRUE(vault_->destroy(gone.id));
  EXPECT_TRUE(vault_->destroy(gone.id));  // once more is no fault
  expect_gone(gone.id);
  reopen();
  expect_gone(gone.id);
  expect_found(kept);
  for (int i = 0; i < 600; ++i) EXPECT_NE(take().id, gone.id);
}

TEST_P(VaultContract, KeepsSecretsByOwnerAndKind) {
  EXPECT_EQ(secret("staff/osei", "password"), std::nullopt);
  set("staff/osei", "password", "one");
  set("staff/osei", "totp", std::string("two\0three", 9));
  set("staff/lind", "password", "");
  set("staff/osei", "password", "four");
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(secret("staff/osei", "password"), "four");
    EXPECT_EQ(secret("staff/osei", "totp"), std::string("two\0three", 9));
    EXPECT_EQ(secret("staff/lind", "password"), "");
    EXPECT_EQ(secret("staff/lind", "totp"), std::nullopt);
    EXPECT_EQ(secret("staff/osei/password", ""), std::nullopt);
    reopen();
  }
  ASSERT_TRUE(vault_->drop_secrets("staff/osei"));
  reopen();
  EXPECT_EQ(secret("staff/osei", "password"), std::nullopt);
  EXPECT_EQ(secret("staff/osei", "totp"), std::nullopt);
  EXPECT_EQ(secret("staff/lind", "password"), "");
}

TEST_P(VaultContract, AWrongRootKeyOpensNothing) {
  const DataKey key = take();
  vault_.reset();
  const auto opened = world_->open_with_wrong_key();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.fault().code, FaultCode::wrong_key);
  reopen();
  expect_found(key);
}

}  // namespace halligan::needs
