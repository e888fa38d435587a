// includes_test.cc - what a search brings along: it goes with what is given, is in the same chart
// or in nobody's, and is decided as what it is.
#include <gtest/gtest.h>

#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

using facts::AccessIntended;
using facts::AccessOutcome;

std::string encounter(const std::string& id, const std::string& patient,
                      const std::string& rest = {}) {
  return R"({"resourceType":"Encounter","id":")" + id + R"(","subject":{"reference":"Patient/)" +
         patient + "\"}" + rest + "}";
}
std::string in_encounter(const std::string& id) {
  return R"(,"encounter":{"reference":"Encounter/)" + id + "\"}";
}
std::string report(const std::string& id, const std::string& patient, const std::string& result) {
  return R"({"resourceType":"DiagnosticReport","id":")" + id +
         R"(","subject":{"reference":"Patient/)" + patient + R"("},"result":[{"reference":")" +
         result + "\"}]}";
}

// "match o-1", "include e-1": in order.
std::vector<std::string> seen(const World::Answer& answer) {
  std::vector<std::string> out;
  const auto whole = answer.json();
  if (whole.contains("entry"))
    for (const auto& entry : whole.at("entry").as_array())
      if (entry.as_object().contains("fullUrl"))
        out.push_back(std::string{entry.at("search").at("mode").as_string()} + " " +
                      std::string{entry.at("resource").at("id").as_string()});
  return out;
}
using Seen = std::vector<std::string>;

const std::string with_encounter = "Observation?patient=p-1&_include=Observation:encounter";

TEST(Includes, WhatIsGivenBringsWhatItRefersTo) {
  World world;
  world.records.put(observation("o-1", "p-1", in_encounter("e-1")));
  world.records.put(observation(
      "o-2", "p-1",
      R"(,"encounter":{"reference":"http://upstream.internal/fhir/Encounter/e-1"},"performer":[{"reference":"Practitioner/x"}])"));
  world.records.included = {
      encounter(
          "e-1", "p-1",
          R"(,"serviceProvider":{"reference":"http://upstream.internal/fhir/Organization/o"})"),
      R"({"resourceType":"Practitioner","id":"x"})"};
  const auto answer = world.get("dr-a", with_encounter + "&_include=Observation:performer");
  EXPECT_EQ(seen(answer), (Seen{"match o-1", "match o-2", "include e-1", "include x"}))
      << answer.body;
  EXPECT_FALSE(answer.holds("upstream.internal"));
  EXPECT_TRUE(answer.holds(World::base + "/Encounter/e-1"));
  EXPECT_NE(world.records.asked.back().request.target.find(
                "&_include=Observation%3Aencounter&_include=Observation%3Aperformer&_count="),
            std::string::npos)
      << world.records.asked.back().request.target;
  std::vector<std::string> types;
  for (const auto& intent : world.entries<AccessIntended>())
    for (const auto& type : intent.types) types.push_back(type);
  EXPECT_EQ(types, (Seen{"Observation", "Encounter", "Practitioner"})) << "each is written down";
  std::uint64_t told = 0;
  for (const auto& outcome : world.entries<AccessOutcome>()) told += outcome.resources;
  EXPECT_EQ(told, 4U);
}

TEST(Includes, WhatRefersToWhatIsGivenComesInTheSameWay) {
  World world;
  world.records.put(observation("o-1", "p-1"));
  world.records.included = {report("d-1", "p-1", "Observation/o-1"),
                            report("d-2", "p-1", "Observation/o-9"),
                            report("d-3", "p-2", "Observation/o-1"),
                            report("d-4", "p-3", "Observation/o-1"),
                            report("d-5", "p-1", "https://elsewhere.example/fhir/Observation/o-1"),
                            report("d-6", "p-1", "Observation/o-1/_history/1")};
  EXPECT_EQ(seen(world.get("dr-a", "Observation?patient=p-1&_revinclude=DiagnosticReport:result")),
            (Seen{"match o-1", "include d-1", "include d-6"}));
}

// Each by itself, as if it had been asked for alone.
TEST(Includes, WithholdsWhatIsNotPermittedOrNotOfThisSearch) {
  const std::vector<std::string> others = {
      encounter("e-1", "p-1", psychotherapy),
      encounter("e-1", "p-3"),
      encounter("e-1", "hidden"),
      encounter("e-1", "p-2"),  // another chart, though it may be read
      encounter("e-1", "p-1", R"(,"meta":{"security":[{}]})"),
      R"({"resourceType":"Encounter","id":"e-1"})",
      R"({"resourceType":"Encounter","id":"e-1","subject":{"reference":"Patient?name=roe"}})",
      R"({"resourceType":"Encounter","id":"e-1","subject":{"reference":"Patient/p-1"},"contained":[{"resourceType":"Patient","id":"x"}]})",
      R"({"resourceType":"Bundle","id":"e-1","entry":[{"resource":)" + encounter("e-1", "p-1") +
          "}]}",
      encounter("e-2", "p-1"),  // to which nothing refers
      observation("e-1", "p-1"),
      R"({"resourceType":"Patient","id":"p-1"})",
      R"({"resourceType":"Claim","id":"e-1","patient":{"reference":"Patient/p-1"}})"};
  for (const auto& other : others) {
    World world;
    world.records.put(observation("o-1", "p-1", in_encounter("e-1")));
    world.records.included = {other};
    const auto answer = world.get("dr-a", with_encounter);
    EXPECT_EQ(seen(answer), Seen{"match o-1"}) << other;
  }
  World world;
  world.records.put(observation(
      "o-1", "p-1", R"(,"specimen":{"reference":"Specimen/s"},"device":{"reference":"Device/d"})"));
  world.records.included = {R"({"resourceType":"Device","id":"d"})"};
  EXPECT_EQ(seen(world.get("dr-a", "Observation?patient=p-1&_include=Observation:device")),
            Seen{"match o-1"})
      << "no rule names this type";
}

TEST(Includes, WhatWasNotAskedForDoesNotCome) {
  World world;
  world.records.put(observation("o-1", "p-1", in_encounter("e-1")));
  world.records.included = {encounter("e-1", "p-1"), R"({"resourceType":"Practitioner","id":"x"})"};
  EXPECT_EQ(seen(world.get("dr-a", "Observation?patient=p-1")), Seen{"match o-1"});
  EXPECT_EQ(seen(world.get("dr-a", "Observation?patient=p-1&_include=Observation:performer")),
            Seen{"match o-1"});
  EXPECT_EQ(
      seen(world.get("dr-a", "Observation?patient=p-1&_include=Observation:encounter:Encounter")),
      (Seen{"match o-1", "include e-1"}));
}

// What a record that is withheld refers to would tell that there is one.
TEST(Includes, WhatAWithheldMatchRefersToDoesNotCome) {
  World world;
  world.records.put(observation("o-1", "p-1", in_encounter("e-1")));
  world.records.put(observation("o-2", "p-1", psychotherapy + in_encounter("e-2")));
  world.records.included = {encounter("e-1", "p-1"), encounter("e-2", "p-1"),
                            report("d-2", "p-1", "Observation/o-2")};
  const auto answer = world.get("dr-a", with_encounter + "&_revinclude=DiagnosticReport:result");
  EXPECT_EQ(seen(answer), (Seen{"match o-1", "include e-1"})) << answer.body;
}

TEST(Includes, EachPageHasItsOwn) {
  World world;
  for (int i = 1; i <= 6; ++i) {
    world.records.put(
        observation("o-" + std::to_string(i), "p-1", in_encounter("e-" + std::to_string(i / 2))));
    world.records.included.push_back(encounter("e-" + std::to_string(i / 2), "p-1"));
  }
  world.records.page_size = 4;
  auto page = world.get("dr-a", with_encounter + "&_count=2");
  EXPECT_EQ(seen(page), (Seen{"match o-1", "match o-2", "include e-0", "include e-1"}));
  page = world.get("dr-a", page.next());
  EXPECT_EQ(seen(page), (Seen{"match o-3", "match o-4", "include e-1", "include e-2"}));
  page = world.get("dr-a", page.next());
  EXPECT_EQ(seen(page), (Seen{"match o-5", "match o-6", "include e-2", "include e-3"}))
      << page.body;
}

TEST(Includes, UnderAGlassAsElsewhere) {
  World world;
  world.records.put(observation(
      "o-3", "p-3",
      R"(,"hasMember":[{"reference":"Observation/o-4"},{"reference":"Observation/o-5"}])"));
  world.records.included = {observation("o-4", "p-3"), observation("o-5", "p-3", psychotherapy)};
  const std::string what = "Observation?patient=p-3&_id=o-3&_include=Observation:has-member";
  EXPECT_EQ(world.get("dr-b", what).status, 403);
  world.break_glass("dr-b", "p-3");
  EXPECT_EQ(seen(world.get("dr-b", what)), (Seen{"match o-3", "include o-4"}));
  EXPECT_FALSE(world.house->state()
                   .open_glass_of(world.house->state().session_by_token(in::token_hash("dr-b"))->id)
                   .empty());
}

TEST(Includes, OnlyWhatIsListedIsTaken) {
  World world;
  for (const auto* more : {"_include=*",
                           "_include=Observation:*",
                           "_include=Observation",
                           "_include=",
                           "_include=Observation:",
                           "_include=Observation:subject.name",
                           "_include=Observation:focus",
                           "_include=Encounter:location",
                           "_include=Observation:encounter:Patient",
                           "_include=Observation:encounter:",
                           "_include=Observation:encounter:*",
                           "_include=Observation:encounterx",
                           "_include=observation:encounter",
                           "_include:iterate=Observation:has-member",
                           "_include:recurse=Observation:has-member",
                           "_include:missing=true",
                           "_include=Observation:encounter&_include=Observation:encounter",
                           "_revinclude=Provenance:target",
                           "_revinclude=*",
                           "_revinclude=Observation:encounter",
                           "_revinclude=DiagnosticReport:result:Patient",
                           "_revinclude:iterate=DiagnosticReport:result",
                           "_include=Observation:encounter,Observation:performer"}) {
    EXPECT_EQ(world.get("dr-a", "Observation?patient=p-1&" + std::string{more}).status, 400)
        << more;
  }
  EXPECT_EQ(world.get("dr-a", "Patient?name=roe&_include=Patient:link").status, 400);
  EXPECT_EQ(world.get("dr-a", "Patient?_id=p-1&_revinclude=Observation:patient").status, 400);
  EXPECT_EQ(world.get("dr-a", "Observation/o-1?_include=Observation:encounter").status, 400);
  EXPECT_EQ(world.get("dr-a", "Patient/p-1/$everything?_include=x").status, 400);
  EXPECT_TRUE(world.records.asked.empty());
}

// The chart in front is the one that was searched.
TEST(Includes, NoIncludeMovesTheChartInFront) {
  World world;
  world.records.put(observation("o-3", "p-3", R"(,"hasMember":[{"reference":"Observation/o-1"}])"));
  world.records.included = {observation("o-1", "p-1")};
  world.break_glass("dr-a", "p-3");
  const auto answer = world.get("dr-a", "Observation?patient=p-3&_include=Observation:has-member");
  EXPECT_EQ(seen(answer), Seen{"match o-3"});
  EXPECT_FALSE(answer.lease->over());
}

TEST(Includes, NothingIsGivenWhenTheLedgerStopsBeforeThem) {
  World world;
  world.records.put(observation("o-1", "p-1", in_encounter("e-1")));
  world.records.included = {encounter("e-1", "p-1")};
  world.records.meanwhile = [&] { world.disk.fail_next(); };
  const auto answer = world.get("dr-a", with_encounter);
  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_FALSE(answer.released);
}

}  // namespace
}  // namespace halligan::tests
