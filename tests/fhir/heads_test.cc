// heads_test.cc - HEAD, and reads of what the client holds already: they are decided and written
// down as the read is, and only the body is missing.
#include <gtest/gtest.h>

#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

using facts::AccessIntended;
using facts::AccessOutcome;
using facts::Outcome;

const std::string third = R"(,"meta":{"versionId":"3","lastUpdated":"2026-05-03T10:00:00Z"})";

TEST(Heads, AHeadIsDecidedAndWrittenDownAsTheGet) {
  for (const auto* target :
       {"Patient/p-1", "Observation/o-1", "Observation?patient=p-1", "Patient/p-1/$everything",
        "Patient?name=roe", "Patient/p-3", "Observation/o-3", "Observation?patient=p-3",
        "Patient/hidden", "Observation/nothing", "Nonsense/1", "metadata"}) {
    const auto look = [&](const std::string& method) {
      World world;
      world.records.put(observation("o-1", "p-1", third));
      world.records.put(observation("o-3", "p-3"));
      const auto answer = world.ask("dr-a", method, target);
      std::string seen = std::to_string(answer.status) + without_code(answer.body);
      for (const auto& header : answer.headers) seen += header.name + header.value;
      for (const auto& asked : world.records.asked)
        seen += asked.request.method + asked.request.target;
      for (const auto& fact : world.ledger()) {
        seen += std::to_string(fact.index());
        if (const auto* intent = std::get_if<AccessIntended>(&fact)) seen += intent->form;
        if (const auto* told = std::get_if<AccessOutcome>(&fact))
          seen += std::to_string(static_cast<int>(told->outcome)) + std::to_string(told->resources);
      }
      return seen;
    };
    EXPECT_EQ(look("HEAD"), look("GET")) << target;
  }
}

TEST(Heads, OfAHeadNoBytesAreSaidToHaveLeft) {
  World world;
  world.records.put(observation("o-1", "p-1"));
  EXPECT_EQ(world.ask("dr-a", "HEAD", "Observation/o-1").status, 200);
  const auto told = world.entries<AccessOutcome>().back();
  EXPECT_EQ(told.outcome, Outcome::released);
  EXPECT_EQ(told.resources, 1U);
  EXPECT_EQ(told.bytes, 0U);
}

TEST(Heads, AVersionThatStillStandsIsToldAndWrittenDownWithoutItsBytes) {
  World world;
  world.records.put(observation("o-1", "p-1", third));
  world.records.put(R"({"resourceType":"Patient","id":"p-2","meta":{"versionId":"3"}})");
  for (const auto* target : {"Observation/o-1", "Patient/p-2"})
    for (const auto* held : {"W/\"3\"", "\"3\"", "W/\"2\", W/\"3\"", "*"}) {
      const auto answer = world.ask("dr-a", "GET", target, {}, {{"If-None-Match", held}});
      EXPECT_EQ(answer.status, 304) << target << held;
      EXPECT_TRUE(answer.released) << "nothing is told but by an entry";
      EXPECT_EQ(answer.body, "");
      EXPECT_EQ(answer.header("ETag"), "W/\"3\"");
      const auto receipt = std::stoul(answer.header("Halligan-Receipt"));
      const auto ledger = world.ledger();
      EXPECT_EQ(std::get<AccessIntended>(ledger.at(receipt)).form, "read");
      const auto told = world.entries<AccessOutcome>().back();
      EXPECT_EQ(told.intent, receipt);
      EXPECT_EQ(told.outcome, Outcome::released);
      EXPECT_EQ(told.bytes, 0U);
    }
  const auto other =
      world.ask("dr-a", "GET", "Observation/o-1", {}, {{"If-None-Match", "W/\"2\""}});
  EXPECT_EQ(other.status, 200);
  EXPECT_TRUE(other.holds("subject"));
  world.records.put(observation("no-version", "p-1"));
  EXPECT_EQ(world.ask("dr-a", "GET", "Observation/no-version", {}, {{"If-None-Match", "*"}}).status,
            200);
}

TEST(Heads, HoldingAVersionTellsNothingOfAHiddenChart) {
  World world;
  world.records.put(observation("o-hidden", "hidden", third));
  world.records.put(observation("o-3", "p-3", third));
  for (const auto* held : {"W/\"3\"", "W/\"1\"", "*"})
    for (const auto* who : {"dr-a", "dr-b", "porter-c"}) {
      const auto ask = [&](const std::string& target) {
        const auto answer = world.ask(who, "GET", target, {}, {{"If-None-Match", held}});
        EXPECT_EQ(answer.header("ETag"), "");
        return std::to_string(answer.status) + without_code(answer.body);
      };
      EXPECT_EQ(ask("Observation/o-hidden"), ask("Observation/random"));
      EXPECT_EQ(ask("Patient/hidden"), ask("Patient/random"));
      const auto plain = world.get(who, "Observation/o-3");
      EXPECT_EQ(ask("Observation/o-3"), std::to_string(plain.status) + without_code(plain.body));
    }
  EXPECT_EQ(world.ask("", "GET", "Patient/p-1", {}, {{"If-None-Match", "nonsense"}}).status, 401);
  EXPECT_EQ(world.ask("dr-a", "GET", "Patient/p-1", {}, {{"If-None-Match", "nonsense"}}).status,
            400);
}

TEST(Heads, NothingIsToldOfAVersionWhenTheLedgerCannotBeWritten) {
  World world;
  world.records.put(observation("o-1", "p-1", third));
  world.disk.fail_next();
  EXPECT_EQ(world.ask("dr-a", "GET", "Observation/o-1", {}, {{"If-None-Match", "W/\"3\""}}).status,
            503);
}

}  // namespace
}  // namespace halligan::tests
