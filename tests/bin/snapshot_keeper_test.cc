// What a server begins from, and what the keeper does about one that is not what the entries give.
#include "bin/snapshot_keeper.h"

#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "app/context.h"
#include "app/replay.h"
#include "app/snapshot.h"
#include "out/file_snapshot_store.h"
#include "out/os_dice.h"
#include "out/segment_entry_store.h"
#include "out/sqlite_vault.h"
#include "out/system_clock.h"
#include "out/temporary_folder.h"

namespace halligan::bin {
namespace {

using namespace std::chrono_literals;

constexpr out::SegmentEntryStore::Options small{.segment_bytes = 128 * 1024,
                                                .reserve_bytes = 128 * 1024};

struct PutFacts {
  using Answer = EntryIndex;
  std::vector<facts::Fact> all;
};
PutFacts::Answer decide(const PutFacts& command, app::Context& context) {
  EntryIndex last = 0;
  for (const auto& fact : command.all) last = context.note(fact);
  return last;
}

class Silent final : public app::NewsBoard {
 public:
  void tell(const std::vector<app::NewsItem>&, const app::State&) override {}
  void fall_silent() override {}
};

facts::Fact person(const std::string& id, std::vector<std::string> roles) {
  return facts::StaffSet{.staff = {},
                         .person = StaffId{id},
                         .pseudonym = std::string(31, '0') + std::to_string(id.size()),
                         .name = "Somebody",
                         .roles = std::move(roles),
                         .department = {},
                         .active = true};
}

facts::Fact flag(const std::string& patient) {
  return facts::FlagSet{.staff = StaffId{"ada"},
                        .source = {},
                        .patient = PatientId{patient},
                        .flag = "VIP",
                        .on = true};
}

// A house of its own on the writer's thread, with everything that serve() gives it.
class SnapshotKeeperTest : public testing::Test {
 protected:
  SnapshotKeeperTest() {
    put(facts::LedgerBegun{.hospital = "St. Elsewhere", .origin = "o", .log_key = "k"});
    put(person("ada", {"privacy-officer"}));
    put(person("doc", {"physician"}));
    for (const char* patient : {"p-1", "p-2", "p-1"}) put(flag(patient));
  }

  void start() {
    writer_ =
        std::move(WriterThread::start(
                      {.open_store = [this]() -> Result<std::shared_ptr<needs::EntryStore>> {
                         const bool made = std::exchange(made_, true);
                         auto store =
                             made ? out::SegmentEntryStore::open(home_.path() / "ledger", small)
                                  : out::SegmentEntryStore::create(home_.path() / "ledger", dice_,
                                                                   small);
                         if (!store) return store.fault();
                         return std::shared_ptr<needs::EntryStore>{std::move(*store)};
                       },
                       .vault = *vault_,
                       .dice = dice_,
                       .clock = clock_,
                       .version = "test",
                       .complain = [this](const std::string& what) { complained_.set_value(what); },
                       .board = board_,
                       .snapshots = given_}))
            .value();
  }
  void stop() { writer_.reset(); }
  void restart() {
    stop();
    start();
  }

  EntryIndex put(facts::Fact fact) {
    if (writer_ == nullptr) start();
    const auto done = app::ask(*writer_, PutFacts{.all = {std::move(fact)}});
    EXPECT_TRUE(done.ok()) << done.fault().what;
    return done ? done->get() : 0;
  }
  EntryIndex durable() {
    EntryIndex size = 0;
    EXPECT_TRUE(
        writer_->run([&](app::House& house, const Now&) { size = house.journal().durable(); })
            .ok());
    return size;
  }
  app::Remade remake() {
    auto made = app::remake(*writer_->store(), *vault_, dice_, snapshots_, durable(),
                            app::Beginning::first_entry);
    EXPECT_TRUE(made.ok()) << made.fault().what;
    return std::move(*made);
  }
  // Keeps this text, and says so in the ledger.
  EntryIndex keep(const app::Remade& made) {
    EXPECT_TRUE(snapshots_.save(made.name.size, made.text).ok());
    const auto named = app::ask(*writer_, app::NameSnapshot{.name = made.name});
    EXPECT_TRUE(named.ok() && named->get());
    return made.name.size;
  }
  // One that a forger with the vault's key made: doc is a privacy officer in it.
  app::Remade forged() {
    auto made = remake();
    auto held = app::decode_snapshot(made.text).value();
    held->state.people.at(StaffId{"doc"}).roles = {"privacy-officer"};
    made.text = app::encode(held->journal, held->state);
    made.name.state = to_hex(crypto::sha256(ByteView{made.text}));
    return made;
  }
  std::optional<EntryIndex> begun_from() {
    std::optional<EntryIndex> out;
    EXPECT_TRUE(writer_
                    ->run([&](app::House& house, const Now&) {
                      if (house.begun_from()) out = house.begun_from()->size;
                    })
                    .ok());
    return out;
  }
  std::string dump() {
    std::string out;
    EXPECT_TRUE(
        writer_->run([&](app::House& house, const Now&) { out = house.state().dump(); }).ok());
    return out;
  }
  std::string replayed() {
    app::Journal journal{*writer_->store(), *vault_, dice_};
    auto state = app::replayed_state(journal);
    EXPECT_TRUE(state.ok()) << state.fault().what;
    return (*state)->dump();
  }
  std::unique_ptr<SnapshotKeeper> keeper(EntryIndex every) {
    return std::make_unique<SnapshotKeeper>(
        SnapshotKeeper::Parts{.writer = *writer_,
                              .vault = *vault_,
                              .dice = dice_,
                              .snapshots = snapshots_,
                              .every = every,
                              .tell = [](const std::string& what) { ADD_FAILURE() << what; }});
  }
  static facts::Fact erasure(const app::House& house, const char* patient) {
    const auto what = house.journal().erasable(PatientId{patient});
    EXPECT_TRUE(what);
    return facts::PatientErased{.staff = StaffId{"ada"},
                                .pseudonym = to_hex(what->pseudonym),
                                .key = to_hex(what->key),
                                .asked_by = StaffId{"pia"},
                                .why = "retention-over",
                                .count = what->entries};
  }
  void erase(const char* patient) {
    EXPECT_TRUE(writer_
                    ->run([&](app::House& house, const Now& now) {
                      house.perform(PutFacts{.all = {erasure(house, patient)}}, now);
                    })
                    .ok());
  }
  out::Path file(EntryIndex size) const {
    const auto digits = std::to_string(size);
    return home_.path() / "snapshots" /
           (std::string(20 - digits.size(), '0') + digits + ".snapshot");
  }

  out::TemporaryFolder home_;
  out::OsDice dice_;
  out::SystemClock clock_;
  std::unique_ptr<out::SqliteVault> vault_ =
      out::SqliteVault::create(home_.path() / "vault.sqlite",
                               {.operational = crypto::SecretKey{crypto::Key256{1}},
                                .recovery = crypto::SecretKey{crypto::Key256{2}}},
                               dice_, {.pool_keys = 8})
          .value();
  out::FileSnapshotStore snapshots_{home_.path() / "snapshots", *vault_, dice_};
  needs::SnapshotStore* given_ = &snapshots_;  // what the house knows of them
  Silent board_;
  std::promise<std::string> complained_;
  bool made_ = false;
  std::unique_ptr<WriterThread> writer_;
};

TEST_F(SnapshotKeeperTest, AStartFromASnapshotGivesWhatTheEntriesGive) {
  const auto size = keep(remake());
  put(flag("p-3"));
  put(person("new", {"nurse"}));
  restart();
  EXPECT_EQ(begun_from(), size);
  EXPECT_EQ(dump(), replayed());
  restart();
  EXPECT_EQ(begun_from(), size);
  put(flag("p-2"));
  EXPECT_EQ(dump(), replayed()) << "chains go on where they were";
}

TEST_F(SnapshotKeeperTest, AForgedOneIsFoundOutAndServingStops) {
  const auto size = keep(forged());
  restart();
  ASSERT_EQ(begun_from(), size) << "an entry names it, and it opens";
  ASSERT_NE(dump(), replayed());
  const auto kept = keeper(1'000'000);
  const auto why = complained_.get_future().get();
  EXPECT_NE(why.find("snapshot of " + std::to_string(size) + " entries"), std::string::npos) << why;
  for (int i = 0; i < 3; ++i) {
    const auto asked = writer_->run([](app::House&, const Now&) { FAIL() << "it is decided"; });
    ASSERT_FALSE(asked.ok());
    EXPECT_EQ(asked.fault().code, FaultCode::ledger_unavailable);
    EXPECT_NE(asked.fault().what.find("is not what these entries give"), std::string::npos)
        << asked.fault().what;
    std::this_thread::sleep_for(1s);  // beyond the moment at which a house is opened again
  }
  EXPECT_TRUE(snapshots_.list()->empty());
}

TEST_F(SnapshotKeeperTest, ARestartAfterAForgedOneReadsTheEntries) {
  keep(forged());
  restart();
  {
    const auto kept = keeper(1'000'000);
    complained_.get_future().wait();
  }
  complained_ = {};
  restart();
  EXPECT_FALSE(begun_from());
  EXPECT_EQ(dump(), replayed());
}

TEST_F(SnapshotKeeperTest, AnHonestOneIsServedFromAndTheNextOneTaken) {
  keep(remake());
  put(flag("p-3"));
  restart();
  const auto before = durable();
  {
    const auto kept = keeper(1);
    // The comparison is over before the first one is taken.
    while (snapshots_.list()->front() < before) std::this_thread::sleep_for(10ms);
  }
  put(flag("p-4"));
  restart();
  EXPECT_GE(begun_from(), before);
  EXPECT_EQ(dump(), replayed());
}

TEST_F(SnapshotKeeperTest, TwoAreKept) {
  for (int i = 0; i < 3; ++i) {
    put(flag("p-1"));
    keep(remake());
  }
  const auto newest = snapshots_.list()->front();
  put(flag("p-1"));
  const auto kept = keeper(1);
  while (snapshots_.list()->front() == newest || snapshots_.list()->size() > 2)
    std::this_thread::sleep_for(10ms);
  EXPECT_GE(snapshots_.list()->back(), newest);
}

TEST_F(SnapshotKeeperTest, OneThatNoEntryNamesIsDropped) {
  auto made = remake();
  ASSERT_TRUE(snapshots_.save(made.name.size, made.text).ok());
  restart();
  EXPECT_FALSE(begun_from());
  EXPECT_TRUE(snapshots_.list()->empty());
  // Nor is another text of that size.
  put(flag("p-1"));
  const auto size = keep(remake());
  ASSERT_TRUE(snapshots_.save(size, forged().text).ok());
  restart();
  EXPECT_FALSE(begun_from());
  EXPECT_TRUE(snapshots_.list()->empty());
}

TEST_F(SnapshotKeeperTest, ADamagedOneGivesWayToTheOlderThenToTheEntries) {
  const auto older = keep(remake());
  put(flag("p-1"));
  const auto newer = keep(remake());
  put(flag("p-2"));
  restart();
  ASSERT_EQ(begun_from(), newer);
  const auto damage = [&](EntryIndex size) {
    std::fstream held{file(size), std::ios::in | std::ios::out | std::ios::binary};
    held.seekp(-1, std::ios::end);
    held.put('x').put('x');
  };
  damage(newer);
  restart();
  EXPECT_EQ(begun_from(), older);
  EXPECT_FALSE(std::filesystem::exists(file(newer)));
  EXPECT_EQ(dump(), replayed());
  damage(older);
  restart();
  EXPECT_FALSE(begun_from());
  EXPECT_FALSE(std::filesystem::exists(file(older)));
  EXPECT_EQ(dump(), replayed());
}

TEST_F(SnapshotKeeperTest, AnErasureTakesTheSnapshotsAlong) {
  const auto made = remake();
  keep(made);
  put(flag("p-1"));
  keep(remake());
  erase("p-1");
  EXPECT_TRUE(snapshots_.list()->empty());
  EXPECT_EQ(dump().find("p-1"), std::string::npos);
  // One that was being made meanwhile gets no entry.
  ASSERT_TRUE(snapshots_.save(made.name.size, made.text).ok());
  const auto named = app::ask(*writer_, app::NameSnapshot{.name = made.name});
  ASSERT_TRUE(named.ok());
  EXPECT_FALSE(named->get());
  // And is not begun from, though the entry of the one before it has the same name.
  restart();
  EXPECT_FALSE(begun_from());
  EXPECT_TRUE(snapshots_.list()->empty());
  EXPECT_EQ(dump(), replayed());
  EXPECT_EQ(dump().find("p-1"), std::string::npos);
  const auto after = keep(remake());
  restart();
  EXPECT_EQ(begun_from(), after);
  put(flag("p-1"));
  EXPECT_EQ(dump(), replayed()) << "whoever comes back begins a new chain";
}

// Whoever reads in the same batch, after the erasure and before its commit.
TEST_F(SnapshotKeeperTest, NobodyKeepsTheKeyOfWhoIsBeingErased) {
  const auto index = put(flag("p-1"));
  const auto readable = [&](app::House& house) {
    const auto read = house.journal().read(index);
    EXPECT_TRUE(read.ok());
    return read.ok() && read->body.has_value();
  };
  ASSERT_TRUE(writer_
                  ->run([&](app::House& house, const Now& now) {
                    EXPECT_TRUE(readable(house));
                    house.perform(PutFacts{.all = {erasure(house, "p-1")}}, now);
                    EXPECT_FALSE(readable(house));
                  })
                  .ok());
  ASSERT_TRUE(
      writer_->run([&](app::House& house, const Now&) { EXPECT_FALSE(readable(house)); }).ok());
}

// The process died between the entry that says so and the dropping of the snapshots.
TEST_F(SnapshotKeeperTest, AnErasureThatWasCutShortIsFinished) {
  keep(remake());
  put(flag("p-1"));
  keep(remake());
  given_ = nullptr;
  restart();
  erase("p-1");
  ASSERT_EQ(snapshots_.list()->size(), 2U);
  given_ = &snapshots_;
  restart();
  EXPECT_FALSE(begun_from()) << "entries name them, and the erasure is behind those";
  EXPECT_TRUE(snapshots_.list()->empty());
  EXPECT_EQ(dump().find("p-1"), std::string::npos);
}

}  // namespace
}  // namespace halligan::bin
