// start_bench.cc - how long a start takes: the whole ledger read, and a snapshot read instead.
//
//   start_bench FOLDER [entries]      default 1,000,000; the folder is made, used and removed
//
// The ledger is written by the house itself: 10,000 patients, and for each access an intent and an
// outcome, which is most of what a ledger holds. Prints each start and the ratio to the limit of
// the same run: reading the same files.
#include <chrono>
#include <cstdio>
#include <fstream>

#include "app/begin.h"
#include "app/house.h"
#include "app/snapshot.h"
#include "out/file_snapshot_store.h"
#include "out/os_dice.h"
#include "out/segment_entry_store.h"
#include "out/sqlite_vault.h"
#include "out/system_clock.h"

namespace {

using namespace halligan;
using Clock = std::chrono::steady_clock;

constexpr int patients = 10'000;

struct Put {
  using Answer = bool;
  std::vector<facts::Fact> facts;
};
Put::Answer decide(const Put& command, app::Context& context) {
  for (const auto& fact : command.facts) context.note(fact);
  return true;
}

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

template <class T>
T must(Result<T> result) {
  if (result) return std::move(result).value();
  std::fprintf(stderr, "start_bench: %s\n", result.fault().what.c_str());
  std::exit(1);
}

std::vector<facts::Fact> person(const char* id, app::House& house) {
  return {facts::StaffSet{.staff = {},
                          .person = StaffId{id},
                          .pseudonym = to_hex(house.journal().fresh_pseudonym()),
                          .name = "Somebody",
                          .roles = {"physician"},
                          .department = {}}};
}

std::vector<facts::Fact> access(std::uint64_t number, EntryIndex next) {
  facts::AccessIntended intended;
  intended.staff = StaffId{"a.osei"};
  intended.patient = PatientId{"p-" + std::to_string(number * 7919 % patients)};
  intended.session = SessionId{"0123456789abcdef"};
  intended.action = "read";
  intended.types = {"Observation"};
  intended.form = "read";
  intended.basis = "open-referral by referral(team/cardiology, " + intended.patient.text() + ")";
  intended.place = PlaceId{"ward-a"};
  intended.policy = "2026-11-22T03:14:00.000Z-0123456789abcdef";
  facts::AccessOutcome outcome;
  outcome.staff = intended.staff;
  outcome.patient = intended.patient;
  outcome.intent = next;
  outcome.outcome = facts::Outcome::released;
  outcome.resources = 1;
  outcome.bytes = 3'812;
  outcome.upstream_status = 200;
  return {intended, outcome};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: start_bench FOLDER [entries]\n");
    return 2;
  }
  const out::Path folder{argv[1]};
  const EntryIndex wanted = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000;
  std::filesystem::remove_all(folder);
  must(out::make_folder(folder));
  out::OsDice dice;
  out::SystemClock clock;
  const crypto::SecretKey root{dice.roll<32>()};
  auto vault = must(out::SqliteVault::create(
      folder / "vault.sqlite",
      {.operational = root, .recovery = crypto::SecretKey{dice.roll<32>()}}, dice, {}));
  out::FileSnapshotStore snapshots{folder / "snapshots", *vault, dice};
  auto store = must(out::SegmentEntryStore::create(folder / "ledger", dice, {}));
  const auto open_house = [&](needs::SnapshotStore* from) {
    return must(app::House::open(
        {.store = *store, .vault = *vault, .dice = dice, .clock = clock, .snapshots = from},
        "bench"));
  };
  {
    auto house = open_house(nullptr);
    house->perform(Put{{facts::LedgerBegun{"bench", "bench", "-"}}}, clock.now());
    house->perform(Put{person("a.osei", *house)}, clock.now());
    for (std::uint64_t i = 0; house->state().entries < wanted; ++i) {
      house->perform(Put{access(i, house->state().entries)}, clock.now());
      if (i % 500 == 499) must(house->commit());
    }
    must(house->commit());
  }
  const auto reopen = [&] {
    store.reset();
    store = must(out::SegmentEntryStore::open(folder / "ledger", {}));
  };
  auto begin = Clock::now();
  std::uint64_t bytes = 0;
  for (const auto& file : std::filesystem::directory_iterator{folder / "ledger"}) {
    std::ifstream in{file.path(), std::ios::binary};
    std::vector<char> buffer(1 << 20);
    while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
      bytes += static_cast<std::uint64_t>(in.gcount());
  }
  const double reading = seconds_since(begin);
  std::printf("%llu entries, %llu patients, %.0f MB in files\n",
              static_cast<unsigned long long>(wanted), static_cast<unsigned long long>(patients),
              static_cast<double>(bytes) / 1e6);
  std::printf("limit, the files read once: %.2f s\n", reading);
  begin = Clock::now();
  reopen();
  const double opening = seconds_since(begin);
  open_house(nullptr);
  const double whole = seconds_since(begin);
  std::printf(
      "start, every entry read:    %.2f s (of which the store %.2f s), %.1f times the limit\n",
      whole, opening, whole / reading);
  begin = Clock::now();
  const auto remade =
      must(app::remake(*store, *vault, dice, snapshots, wanted, app::Beginning::newest_snapshot));
  must(snapshots.save(wanted, remade.text));
  std::printf("snapshot taken:             %.2f s beside the writer, %.1f MB\n",
              seconds_since(begin), static_cast<double>(remade.text.size()) / 1e6);
  {
    auto house = open_house(nullptr);
    house->perform(app::NameSnapshot{.name = remade.name}, clock.now());
    must(house->commit());
  }
  begin = Clock::now();
  reopen();
  const auto house = open_house(&snapshots);
  const double from = seconds_since(begin);
  std::printf("start from the snapshot:    %.2f s, %.1f times the limit%s (aim: under 5 s)\n", from,
              from / reading, house->begun_from() ? "" : " - NOT FROM THE SNAPSHOT");
  std::filesystem::remove_all(folder);
  return house->begun_from() ? 0 : 1;
}
