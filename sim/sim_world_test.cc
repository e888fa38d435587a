// The simulated world keeps the contracts that the real one keeps, and fails in each of its ways.
#include <gtest/gtest.h>

#include "needs/access_index_contract.h"
#include "needs/entry_store_contract.h"
#include "needs/vault_contract.h"
#include "sim/sim_clock.h"
#include "sim/sim_entry_store.h"
#include "sim/sim_hasher.h"
#include "sim/sim_index.h"
#include "sim/sim_vault.h"

namespace halligan {
namespace sim {
namespace {

crypto::SecretKey root(std::uint8_t fill) {
  crypto::Key256 key;
  key.fill(fill);
  return crypto::SecretKey{key};
}

class SimDiskWorld final : public needs::EntryStoreWorld {
 public:
  Result<std::unique_ptr<needs::EntryStore>> open() override {
    auto opened = SimEntryStore::open(disk_);
    if (!opened) return opened.fault();
    return std::unique_ptr<needs::EntryStore>(std::move(opened).value());
  }
  void break_disk() override { disk_.fail_next(); }
  void heal_disk() override {}
  void spoil(EntryIndex index) override { disk_.spoil(index); }

 private:
  SimDisk disk_{SimDice(7)};
};

class SimVaultWorld final : public needs::VaultWorld {
 public:
  Result<std::unique_ptr<needs::Vault>> open() override { return open_with(root(1)); }
  Result<std::unique_ptr<needs::Vault>> open_with_wrong_key() override {
    return open_with(root(2));
  }

 private:
  Result<std::unique_ptr<needs::Vault>> open_with(const crypto::SecretKey& key) {
    auto opened = SimVault::open(storage_, key);
    if (!opened) return opened.fault();
    return std::unique_ptr<needs::Vault>(std::move(opened).value());
  }
  SimVaultStorage storage_{SimDice(7), root(1)};
};

// The storage is shared: a reopened index is the same one.
class SharedIndex final : public needs::AccessIndex {
 public:
  explicit SharedIndex(SimIndex& index) : index_(index) {}
  Result<Unit> add(std::span<const needs::IndexRow> rows) override { return index_.add(rows); }
  Result<Unit> forget(const Pseudonym& patient) override { return index_.forget(patient); }
  EntryIndex complete() const override { return index_.complete(); }
  Result<std::vector<EntryIndex>> find(const needs::IndexQuery& query) override {
    return index_.find(query);
  }

 private:
  SimIndex& index_;
};

class SimIndexWorld final : public needs::AccessIndexWorld {
 public:
  Result<std::unique_ptr<needs::AccessIndex>> open() override {
    return std::unique_ptr<needs::AccessIndex>(std::make_unique<SharedIndex>(index_));
  }

 private:
  SimIndex index_{SimDice(7)};
};

TEST(SimHasher, MatchesThePasswordAndNothingForNobody) {
  SimHasher hasher;
  const auto stored = hasher.hash(Sealed<std::string>{"correct"});
  const auto known = needs::PasswordHasher::Whose::known;
  EXPECT_TRUE(*hasher.matches(*stored, Sealed<std::string>{"correct"}, known));
  EXPECT_FALSE(*hasher.matches(*stored, Sealed<std::string>{"wrong"}, known));
  EXPECT_FALSE(*hasher.matches(Sealed<std::string>{}, Sealed<std::string>{}, known));
}

TEST(SimDice, SameSeedSameThrows) {
  SimDice a(42), b(42), c(43);
  EXPECT_EQ(a.roll<24>(), b.roll<24>());
  EXPECT_NE(a.next(), c.next());
  EXPECT_EQ(SimDice(0).next(), 0xE220A8397B1DCDAFu);  // SplitMix64's first from 0
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) hits += a.one_in(10) ? 1 : 0;
  EXPECT_GT(hits, 800);
  EXPECT_LT(hits, 1'200);
  EXPECT_FALSE(a.one_in(0));
}

TEST(SimClock, DriftsStepsStopsAndReboots) {
  using namespace std::chrono_literals;
  const Instant start{Millis{1'000'000}};
  SimClock clock(start);
  clock.set_drift_ppm(100);
  for (int i = 0; i < 1'000; ++i) clock.pass(100ms);
  EXPECT_EQ(clock.now().wall - start, 100s + 10ms);
  EXPECT_EQ(clock.now().boot, 160s);
  clock.step_wall(-1h);
  EXPECT_EQ(clock.now().wall - start, 100s + 10ms - 1h);
  clock.stop_wall(true);
  clock.pass(1h);
  EXPECT_EQ(clock.now().wall - start, 100s + 10ms - 1h);
  EXPECT_EQ(clock.now().boot, 160s + 1h);
  const std::string before = clock.boot_id();
  clock.reboot();
  EXPECT_NE(clock.boot_id(), before);
  EXPECT_LT(clock.now().boot, 1min);
}

// The acknowledged are never lost; what nobody was told of is sometimes found.
TEST(SimDisk, FailsInEveryWayAndLosesNothingAcknowledged) {
  std::size_t kept_none = 0, kept_all = 0, torn = 0, full = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SimDisk disk{SimDice(seed)};
    disk.set_faults({.fail_one_in = 4, .full_one_in = 5});
    for (int life = 0; life < 5; ++life) {
      auto store = SimEntryStore::open(disk).value();
      const std::vector<Bytes> batch(3, Bytes{1, 2, 3});
      while (true) {
        const EntryIndex size = store->size();
        const auto done = store->append(batch, false);
        EXPECT_EQ(store->size(), size + (done ? 3 : 0));
        if (done) continue;
        if (done.fault().code == FaultCode::disk_full && ++full > 0) continue;
        const EntryIndex found = SimEntryStore::open(disk).value()->size();
        ASSERT_GE(found, size);
        ASSERT_LE(found, size + 3);
        kept_none += found == size ? 1u : 0u;
        kept_all += found == size + 3 ? 1u : 0u;
        torn += found > size && found < size + 3 ? 1u : 0u;
        break;
      }
    }
  }
  for (const std::size_t count : {kept_none, kept_all, torn, full}) EXPECT_GT(count, 200u);
}

TEST(SimDisk, WithTheReserveOnlyEndingsAreStillWritten) {
  SimDisk disk{SimDice(1)};
  auto store = SimEntryStore::open(disk).value();
  disk.set_room(needs::Room::reserve_only);
  const std::vector<Bytes> batch(1, Bytes{1});
  EXPECT_EQ(store->append(batch, false).fault().code, FaultCode::disk_full);
  EXPECT_TRUE(store->append(batch, true));
  EXPECT_EQ(store->size(), 1u);
  EXPECT_EQ(store->room(), needs::Room::reserve_only);
}

TEST(SimVault, FailsByDiceAndKeepsWhatItGaveOut) {
  SimVaultStorage storage{SimDice(3), root(1)};
  storage.set_fail_one_in(5);
  auto vault = SimVault::open(storage, root(1)).value();
  std::vector<needs::DataKey> taken;
  int failures = 0;
  while (taken.size() < 200) {
    auto key = vault->take();
    if (key) taken.push_back(*key);
    if (!key || !vault->set_secret("staff/osei", "totp", Sealed<std::string>{"x"})) ++failures;
  }
  EXPECT_GT(failures, 10);
  storage.set_fail_one_in(0);
  for (const auto& key : taken) EXPECT_TRUE(vault->find(key.id)->has_value());
}

}  // namespace
}  // namespace sim

namespace needs {
INSTANTIATE_TEST_SUITE_P(Sim, EntryStoreContract,
                         testing::Values([]() -> std::unique_ptr<EntryStoreWorld> {
                           return std::make_unique<sim::SimDiskWorld>();
                         }));
INSTANTIATE_TEST_SUITE_P(Sim, VaultContract, testing::Values([]() -> std::unique_ptr<VaultWorld> {
                           return std::make_unique<sim::SimVaultWorld>();
                         }));
INSTANTIATE_TEST_SUITE_P(Sim, AccessIndexContract,
                         testing::Values([]() -> std::unique_ptr<AccessIndexWorld> {
                           return std::make_unique<sim::SimIndexWorld>();
                         }));
}  // namespace needs
}  // namespace halligan
