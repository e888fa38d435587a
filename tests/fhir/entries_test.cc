// entries_test.cc - how many entries a request makes: what is hidden or withheld makes no more of
// them than what is not there, or their number would tell of it.
#include <gtest/gtest.h>

#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

using facts::AccessOutcome;
using facts::AccessRefused;

// Entries that asking for this brings forth, outcomes and all.
std::size_t entries_of(World& world, const std::string& who, const std::string& method,
                       const std::string& target) {
  const auto before = world.ledger().size();
  (void)world.ask(who, method, target);
  return world.ledger().size() - before;
}

TEST(Entries, WhatIsHiddenMakesAsManyAsWhatIsNotThere) {
  World world;
  for (const auto* id : {"o-1", "o-2"}) world.records.put(observation(id, "hidden"));
  const auto same = [&](const char* method, const std::string& hidden, const std::string& unknown) {
    for (const auto* who : {"dr-a", "dr-b"}) {
      const auto made = entries_of(world, who, method, hidden);
      EXPECT_EQ(made, entries_of(world, who, method, unknown)) << who << " " << hidden;
      EXPECT_LE(made, 1U);
      EXPECT_EQ(entries_of(world, who, method, hidden), 0U) << "it is counted with the first";
      EXPECT_EQ(entries_of(world, who, method, unknown), 0U);
    }
  };
  same("GET", "Observation/o-1", "Observation/r-1");
  same("GET", "Observation/o-2", "Observation/r-2");
  same("GET", "Patient/hidden", "Patient/random");
  EXPECT_EQ(entries_of(world, "dr-a", "DELETE", "Observation/o-1"), 0U);
  EXPECT_EQ(entries_of(world, "dr-a", "DELETE", "Observation/r-1"), 0U);
  world.records.put_version(observation("o-1", "hidden", R"(,"meta":{"versionId":"1"})"));
  for (const auto* rest : {"/_history", "/_history/1"}) {
    EXPECT_EQ(entries_of(world, "dr-a", "GET", std::string{"Observation/o-1"} + rest), 0U) << rest;
    EXPECT_EQ(entries_of(world, "dr-a", "GET", std::string{"Observation/r-1"} + rest), 0U) << rest;
  }
  // The refusal of the hidden one is in the patient's account all the same.
  const auto refused = world.entries<AccessRefused>();
  EXPECT_EQ(std::ranges::count(refused, PatientId{"hidden"}, &AccessRefused::patient), 6);
}

TEST(Entries, WhatASearchWithholdsIsCountedInItsOutcomeAlone) {
  World world;
  for (const auto* id : {"p-1", "p-2"})
    world.records.put(observation(std::string{"plain-"} + id, id));
  world.records.put(observation("psych", "p-2", psychotherapy));
  world.records.put(observation("noted", "p-2", R"(,"meta":{"security":[{"code":"RESTRICTED"}]})"));
  const auto without = entries_of(world, "dr-a", "GET", "Observation?patient=p-1");
  EXPECT_EQ(entries_of(world, "dr-a", "GET", "Observation?patient=p-2"), without);
  EXPECT_EQ(world.entries<AccessOutcome>().back().withheld, 2U);
  EXPECT_TRUE(world.entries<AccessRefused>().empty());
  const auto whole = entries_of(world, "dr-a", "GET", "Patient/p-1/$everything");
  EXPECT_EQ(entries_of(world, "dr-a", "GET", "Patient/p-2/$everything"), whole);
}

// A house that fails while it decides has decided nothing: nobody looks at what it has made of it.
TEST(Entries, AVaultThatFailsUnderARequestIsTrouble) {
  World world;
  world.vault_storage.set_fail_one_in(1);
  int status = 0;
  for (int i = 0; i < 200 && status != 503; ++i) {
    const auto id = "n-" + std::to_string(i);
    world.records.put(R"({"resourceType":"Patient","id":")" + id + R"("})");
    status = world.get("dr-b", "Patient/" + id).status;
    if (status != 503) {
      (void)app::ask(world.desk, app::BreakGlass{.token_hash = in::token_hash("dr-b"),
                                                 .patient = PatientId{id},
                                                 .patient_exists = true,
                                                 .wanted = {},
                                                 .rule = "clinical-access",
                                                 .details = {{"What are you looking for?", "it"}},
                                                 .acknowledged = {},
                                                 .confirmed = false});
    }
  }
  EXPECT_TRUE(world.house->failed());
  EXPECT_EQ(world.get("dr-a", "Observation?patient=p-1").status, 503);
}

}  // namespace
}  // namespace halligan::tests
