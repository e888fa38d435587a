// The power is cut while the ledger or the vault is written: what was acknowledged is there
// afterwards.
//
// A disk keeps what was synced. Of the rest it keeps nothing, all, or any sectors in any order.
#include <gtest/gtest.h>

#include <random>

#include "out/os_dice.h"
#include "out/segment_entry_store.h"
#include "out/sqlite_vault.h"
#include "out/temporary_folder.h"
#include "recorded_disk.h"

namespace halligan::power {
namespace {

using out::SegmentEntryStore;

constexpr SegmentEntryStore::Options small{.segment_bytes = 128 * 1024,
                                           .reserve_bytes = 128 * 1024};

// What entry `index` must be, in whichever life it was written.
Bytes entry(EntryIndex index) {
  std::mt19937_64 dice(index);
  Bytes out(1 + dice() % 9'000);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(dice());
  return out;
}

struct Life {
  Files before;
  std::vector<Call> calls;
};

// The greatest number that was noted before the power was cut.
std::uint64_t noted(const Life& life, std::size_t count, std::uint64_t before) {
  for (std::size_t i = 0; i < count; ++i)
    if (life.calls[i].kind == Call::Kind::note) before = std::max(before, life.calls[i].at);
  return before;
}

Chance chance_of(std::mt19937_64& dice) {
  return [&dice](std::uint64_t n) { return dice() % n; };
}

// Opens the store and appends batches; each acknowledged size is noted.
Life live(const Path& folder, std::size_t batches, std::mt19937_64& dice) {
  Life life{.before = files_of(folder), .calls = {}};
  const Recording recording{folder};
  auto store = SegmentEntryStore::open(folder, small);
  EXPECT_TRUE(store) << store.fault().what;
  if (!store) return life;
  for (std::size_t b = 0; b < batches; ++b) {
    std::vector<Bytes> batch;
    for (auto more = 1 + dice() % 12; more > 0; --more)
      batch.push_back(entry((*store)->size() + batch.size()));
    const auto done = (*store)->append(batch, false);
    EXPECT_TRUE(done) << done.fault().what;
    Recording::note((*store)->size());
  }
  store->reset();
  life.calls = recording.calls();
  return life;
}

// Opens what a cut left: what was acknowledged is there, and nothing else than what was written.
EntryIndex hold(const Path& folder, EntryIndex acknowledged, const std::string& at) {
  auto store = SegmentEntryStore::open(folder, small);
  EXPECT_TRUE(store) << at << ": " << store.fault().what;
  if (!store) return 0;
  EXPECT_GE((*store)->size(), acknowledged) << at;
  const auto scanned = (*store)->scan(0, [&](EntryIndex index, ByteView bytes) {
    const Bytes expected = entry(index);
    EXPECT_TRUE(std::ranges::equal(bytes, expected)) << at << ": entry " << index;
    return true;
  });
  EXPECT_TRUE(scanned) << at << ": " << scanned.fault().what;
  return (*store)->size();
}

class PowerCut : public testing::Test {
 protected:
  Path folder() const { return temporary_.path() / "it"; }
  out::TemporaryFolder temporary_;
  out::OsDice os_dice_;
};

// Three segments are begun in this life, so that every kind of call of the store is among those
// after which it ends.
TEST_F(PowerCut, AfterEachCallOfALedgersLifeWhatWasAcknowledgedIsThere) {
  std::mt19937_64 dice(20261122);
  ASSERT_TRUE(SegmentEntryStore::create(folder(), os_dice_, small));
  const Life life = live(folder(), 14, dice);
  ASSERT_GT(noted(life, life.calls.size(), 0), 60U);
  std::size_t renames = 0;
  for (const auto& call : life.calls) renames += call.kind == Call::Kind::rename ? 1 : 0;
  ASSERT_GE(renames, 6U) << "the life must begin new segments";
  for (std::size_t count = 0; count <= life.calls.size(); ++count) {
    for (const auto leaves : {Leaves::nothing, Leaves::everything, Leaves::some, Leaves::some}) {
      put(after_cut(life.before, life.calls, count, leaves, chance_of(dice)), folder());
      hold(folder(), noted(life, count, 0), "after call " + std::to_string(count));
      if (HasFailure()) return;
    }
  }
}

// The power fails again and again, also while the store finds its feet after the time before.
TEST_F(PowerCut, OverManyLivesNothingAcknowledgedIsLost) {
  EntryIndex most = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    std::mt19937_64 dice(seed);
    std::filesystem::remove_all(folder());
    ASSERT_TRUE(SegmentEntryStore::create(folder(), os_dice_, small));
    EntryIndex acknowledged = 0;
    for (int lives = 0; lives < 12; ++lives) {
      const std::string at = "seed " + std::to_string(seed) + ", life " + std::to_string(lives);
      const Life life = live(folder(), dice() % 6, dice);
      const std::size_t count = dice() % (life.calls.size() + 1);
      acknowledged = noted(life, count, acknowledged);
      put(after_cut(life.before, life.calls, count, Leaves::some, chance_of(dice)), folder());
      const auto files = files_of(folder());
      hold(folder(), acknowledged, at);
      put(files, folder());  // the next life opens what the cut left
      if (HasFailure()) return;
    }
    most = std::max(most, acknowledged);
  }
  EXPECT_GT(most, 100U);
}

// A disk that says that it synced and did not: this must be found, or the test above finds nothing.
TEST_F(PowerCut, ADiskThatLiesAboutASyncIsFoundOut) {
  std::mt19937_64 dice(3);
  ASSERT_TRUE(SegmentEntryStore::create(folder(), os_dice_, small));
  Life life = live(folder(), 5, dice);
  std::erase_if(life.calls, [](const Call& call) { return call.kind == Call::Kind::sync; });
  put(after_cut(life.before, life.calls, life.calls.size(), Leaves::nothing, chance_of(dice)),
      folder());
  const auto found = SegmentEntryStore::open(folder(), small);
  EXPECT_TRUE(!found || (*found)->size() < noted(life, life.calls.size(), 0));
}

// --- the vault -----------------------------------------------------------------------------------

std::string word(std::uint64_t n) { return "secret number " + std::to_string(n); }

// Every key that take() gave out, and the last secret that was acknowledged, are there after a cut.
TEST_F(PowerCut, AfterEachCallOfAVaultsLifeItsKeysAndSecretsAreThere) {
  std::mt19937_64 dice(7);
  const crypto::SecretKey root{os_dice_.roll<32>()};
  const crypto::SecretKey recovery{os_dice_.roll<32>()};
  std::filesystem::create_directories(folder());
  const Path file = folder() / "vault.sqlite";
  const out::SqliteVault::Options few{.pool_keys = 8};
  ASSERT_TRUE(
      out::SqliteVault::create(file, {.operational = root, .recovery = recovery}, os_dice_, few));
  Life life{.before = files_of(folder()), .calls = {}};
  std::vector<KeyId> keys;
  {
    const Recording recording{folder()};
    auto vault = out::SqliteVault::open(file, root, os_dice_, few);
    ASSERT_TRUE(vault) << vault.fault().what;
    for (std::uint64_t n = 1; n <= 12; ++n) {
      const auto key = (*vault)->take();
      ASSERT_TRUE(key) << key.fault().what;
      keys.push_back(key->id);
      (*vault)->mark_used(key->id);
      ASSERT_TRUE((*vault)->set_secret("staff/a", "password", Sealed<std::string>{word(n)}));
      Recording::note(n);
    }
    vault->reset();
    life.calls = recording.calls();
  }
  ASSERT_GT(life.calls.size(), 30U);
  for (std::size_t count = 0; count <= life.calls.size(); ++count) {
    for (const auto leaves : {Leaves::nothing, Leaves::everything, Leaves::some}) {
      put(after_cut(life.before, life.calls, count, leaves, chance_of(dice)), folder());
      const std::uint64_t told = noted(life, count, 0);
      auto vault = out::SqliteVault::open(file, root, os_dice_, few);
      ASSERT_TRUE(vault) << "after call " << count << ": " << vault.fault().what;
      for (std::uint64_t n = 0; n < told; ++n) {
        const auto key = (*vault)->find(keys[n]);
        ASSERT_TRUE(key && *key) << "after call " << count << ": key " << n;
      }
      const auto secret = (*vault)->secret("staff/a", "password");
      ASSERT_TRUE(secret) << "after call " << count;
      if (told > 0) {
        ASSERT_TRUE(secret->has_value()) << "after call " << count;
        const std::string& text = (*secret)->reveal();
        ASSERT_TRUE(text == word(told) || text == word(told + 1)) << "after call " << count;
      }
    }
  }
}

}  // namespace
}  // namespace halligan::power
