// versions_test.cc - what a resource said before: each version is decided as what it is.
#include <gtest/gtest.h>

#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

using facts::AccessIntended;
using facts::AccessOutcome;
using facts::Outcome;

std::string version(const std::string& id, const std::string& patient, int number,
                    const std::string& labels = {}) {
  return observation(id, patient,
                     R"(,"meta":{"versionId":")" + std::to_string(number) +
                         R"(","lastUpdated":"2026-05-0)" + std::to_string(number) +
                         R"(T10:00:00Z")" + labels + "}");
}
const std::string psych = R"(,"security":[{"code":"PSYTHPN"}])";

// o-1: of p-1 in its versions 1, 3 and 5, of somebody else in version 2; deleted between 3 and 5.
void fill(World& world, const std::string& other) {
  world.records.put_version(version("o-1", "p-1", 1));
  world.records.put_version(version("o-1", other, 2));
  world.records.put_version(version("o-1", "p-1", 3));
  world.records.put_deletion("Observation/o-1");
  world.records.put_version(version("o-1", "p-1", 5));
  world.records.put(version("o-1", "p-1", 5));
}

std::vector<std::string> told(const World::Answer& answer) {
  std::vector<std::string> out;
  const auto whole = answer.json();
  for (const auto& entry : whole.at("entry").as_array()) {
    const auto& object = entry.as_object();
    out.push_back(object.contains("resource")
                      ? std::string{object.at("resource").at("meta").at("versionId").as_string()}
                      : std::string{object.at("request").at("method").as_string()});
  }
  return out;
}

TEST(Versions, OneVersionIsReadAsWhatItIs) {
  World world;
  fill(world, "p-3");
  const auto answer = world.get("dr-a", "Observation/o-1/_history/1");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, version("o-1", "p-1", 1));
  EXPECT_EQ(answer.header("ETag"), "W/\"1\"");
  const auto receipt = std::stoul(answer.header("Halligan-Receipt"));
  const auto ledger = world.ledger();
  EXPECT_EQ(std::get<AccessIntended>(ledger.at(receipt)).form, "vread");
  EXPECT_EQ(world.entries<AccessOutcome>().back().outcome, Outcome::released);
  EXPECT_EQ(
      world.ask("dr-a", "GET", "Observation/o-1/_history/1", {}, {{"If-None-Match", "W/\"1\""}})
          .status,
      304);
  world.records.put_version(
      R"({"resourceType":"Patient","id":"p-1","meta":{"versionId":"1"},"name":[{"family":"Doe"}]})");
  EXPECT_TRUE(world.get("dr-a", "Patient/p-1/_history/1").holds("Doe"));
  const auto stale = world.get("dr-b", "Patient/p-1/_history/1");
  EXPECT_EQ(stale.status, 403);
  EXPECT_TRUE(stale.offer().has_value());
  EXPECT_FALSE(stale.holds("Doe"));
}

TEST(Versions, AVersionOfAnotherChartTakesTheRightToThatChart) {
  for (const std::string other : {"p-3", "hidden", "shut"}) {
    World world;
    fill(world, other);
    const auto answer = world.get("dr-a", "Observation/o-1/_history/2");
    EXPECT_EQ(answer.status, other == "hidden" ? 404 : 403) << other;
    EXPECT_FALSE(answer.released);
    const auto all = world.get("dr-a", "Observation/o-1/_history");
    ASSERT_EQ(all.status, 200) << all.body;
    EXPECT_EQ(told(all), (std::vector<std::string>{"5", "DELETE", "3", "1"})) << other;
    EXPECT_FALSE(all.holds(other));
    EXPECT_FALSE(all.holds("upstream"));
    EXPECT_FALSE(all.holds("total"));
    const auto outcome = world.entries<AccessOutcome>().back();
    EXPECT_EQ(outcome.withheld, 1U);
    EXPECT_EQ(outcome.resources, 4U);
  }
}

TEST(Versions, AHistoryOfWhatOnceWasTheirsShowsThatAlone) {
  World world;
  world.records.put_version(version("o-2", "p-1", 1));
  world.records.put_version(version("o-2", "hidden", 2));
  world.records.put_deletion("Observation/o-2");
  world.records.put_version(version("o-2", "hidden", 4));
  world.records.put(version("o-2", "hidden", 4));
  const auto all = world.get("dr-a", "Observation/o-2/_history");
  ASSERT_EQ(all.status, 200) << all.body;
  EXPECT_EQ(told(all), std::vector<std::string>{"1"}) << "the end of what is hidden is, too";
  EXPECT_FALSE(all.holds("hidden"));
}

// A note is labelled when somebody sees that it must be: what it said before is the same note.
TEST(Versions, ALabelOfTodayHoldsForWhatItSaidBefore) {
  World world;
  world.records.put_version(version("o-1", "p-1", 1));
  world.records.put_version(version("o-1", "p-1", 2, psych));
  world.records.put(version("o-1", "p-1", 2, psych));
  for (const auto* target :
       {"Observation/o-1", "Observation/o-1/_history/1", "Observation/o-1/_history"}) {
    const auto answer = world.get("dr-a", target);
    EXPECT_NE(answer.status, 200) << target;
    EXPECT_FALSE(answer.released);
  }
  World other;
  other.records.put_version(version("o-1", "p-1", 1, psych));
  other.records.put_version(version("o-1", "p-1", 2));
  other.records.put(version("o-1", "p-1", 2));
  EXPECT_EQ(told(other.get("dr-a", "Observation/o-1/_history")), std::vector<std::string>{"2"});
  EXPECT_NE(other.get("dr-a", "Observation/o-1/_history/1").status, 200);
}

TEST(Versions, WhatIsNotThereAnyMoreHasNoVersions) {
  World world;
  world.records.put_version(version("o-1", "p-1", 1));
  world.records.put_deletion("Observation/o-1");
  for (const auto* target : {"Observation/o-1/_history/1", "Observation/o-1/_history"})
    EXPECT_EQ(world.get("dr-a", target).status, 404) << target;
}

TEST(Versions, HiddenAndUnknownAnswerAlikeAndAskTheSame) {
  World world;
  world.records.put_version(version("o-hidden", "hidden", 1));
  world.records.put(version("o-hidden", "hidden", 1));
  world.records.put_version(R"({"resourceType":"Patient","id":"hidden","meta":{"versionId":"1"}})");
  const auto took = [&](const std::string& who, const std::string& target) {
    const auto before = world.records.asked.size();
    const auto answer = world.get(who, target);
    return std::to_string(answer.status) + without_code(answer.body) +
           std::to_string(answer.headers.size()) + " " +
           std::to_string(world.records.asked.size() - before);
  };
  for (const auto* who : {"dr-a", "dr-b", "porter-c"})
    for (const std::string rest :
         {"/_history", "/_history/1", "/_history/9", "/_history?_count=1"}) {
      EXPECT_EQ(took(who, "Observation/o-hidden" + rest), took(who, "Observation/random" + rest))
          << who << rest;
      EXPECT_EQ(took(who, "Patient/hidden" + rest), took(who, "Patient/random" + rest));
    }
}

TEST(Versions, AHistoryComesInPagesOfWhatMayBeSeen) {
  for (const std::size_t page_size : {1U, 2U, 1'000U}) {
    World world;
    world.records.page_size = page_size;
    for (int i = 1; i <= 7; ++i)
      world.records.put_version(version("o-1", i % 2 == 0 ? "hidden" : "p-1", i));
    world.records.put(version("o-1", "p-1", 7));
    std::vector<std::string> seen;
    auto target = std::string{"Observation/o-1/_history?_count=2"};
    for (int pages = 0; !target.empty() && pages < 9; ++pages) {
      const auto answer = world.get("dr-a", target);
      ASSERT_EQ(answer.status, 200) << answer.body;
      const auto more = told(answer);
      EXPECT_EQ(more.size(), 2U) << "a short page would tell what was withheld";
      seen.insert(seen.end(), more.begin(), more.end());
      target = answer.next();
      EXPECT_EQ(target.find("upstream"), std::string::npos);
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"7", "5", "3", "1"})) << page_size;
  }
}

TEST(Versions, ThoseSinceAMomentAreDecidedAsAll) {
  World world;
  const auto at = [](const std::string& patient, int number) {
    return observation("o-1", patient,
                       R"(,"meta":{"versionId":")" + std::to_string(number) +
                           R"(","lastUpdated":"2026-05-0)" + std::to_string(number) +
                           "T10:00:00Z\"}");
  };
  for (int i = 1; i <= 5; ++i) world.records.put_version(at(i == 4 ? "hidden" : "p-1", i));
  world.records.put(at("p-1", 5));
  const auto since = [&](const std::string& moment, const std::string& more = {}) {
    return world.get("dr-a", "Observation/o-1/_history?_since=" + moment + more);
  };
  EXPECT_EQ(told(since("2026-05-03T10:00:00Z")), (std::vector<std::string>{"5", "3"}));
  EXPECT_EQ(told(since("2026-05-03T12:00:00%2B02:00")), (std::vector<std::string>{"5", "3"}));
  EXPECT_EQ(world.records.asked.back().request.target.find("since"), std::string::npos);
  const auto none = since("2026-05-06T10:00:00Z");
  EXPECT_EQ(none.status, 200) << none.body;
  EXPECT_FALSE(none.json().contains("entry"));
  auto page = since("2026-05-02T10:00:00Z", "&_count=2");
  EXPECT_EQ(told(page), (std::vector<std::string>{"5", "3"}));
  page = world.get("dr-a", page.next());
  EXPECT_EQ(told(page), std::vector<std::string>{"2"}) << "the link holds the moment, too";
  EXPECT_TRUE(page.next().empty());
  // Nothing of it may be seen: as when all of it is asked for.
  const auto hidden = world.get("porter-c", "Observation/o-1/_history?_since=2026-05-03T10:00:00Z");
  EXPECT_EQ(without_code(hidden.body),
            without_code(world.get("porter-c", "Observation/o-1/_history").body));
  for (const auto* wrong : {"2026-05-03", "ge2026-05-03T10:00:00Z", "x", "",
                            "2026-05-03T10:00:00Z&_since=2026-05-03T10:00:00Z"})
    EXPECT_EQ(since(wrong).status, 400) << wrong;
}

TEST(Versions, ALinkIsOfOneSessionAndOneResource) {
  World world;
  for (int i = 1; i <= 4; ++i) {
    world.records.put_version(version("o-1", "p-1", i));
    world.records.put_version(version("o-9", "p-1", i));
  }
  world.records.put(version("o-1", "p-1", 4));
  world.records.put(version("o-9", "p-1", 4));
  world.records.put(observation("o-5", "p-1"));
  const auto next = world.get("dr-a", "Observation/o-1/_history?_count=1").next();
  ASSERT_FALSE(next.empty());
  const auto token = next.substr(next.find('?'));
  EXPECT_EQ(world.get("dr-a", next).status, 200);
  EXPECT_EQ(world.get("bill", next).status, 400);
  EXPECT_EQ(world.get("dr-a", "Observation/o-9/_history" + token).status, 400);
  EXPECT_EQ(world.get("dr-a", "Condition/o-1/_history" + token).status, 400);
  EXPECT_EQ(world.get("dr-a", "Observation" + token).status, 400) << "it is no search";
  const auto search = world.get("dr-a", "Observation?patient=p-1&_count=1").next();
  ASSERT_FALSE(search.empty());
  EXPECT_EQ(world.get("dr-a", "Observation/o-1/_history" + search.substr(search.find('?'))).status,
            400);
}

TEST(Versions, NonsenseOfTheRecordSystemIsNotShown) {
  World world;
  fill(world, "p-3");
  world.records.put_version(version("o-1", "p-1", 6));
  world.records.put(version("o-1", "p-1", 6));
  auto held = version("o-1", "p-1", 6);
  // Another version, or another resource, at the address of one.
  world.records.put_at("Observation/o-1/_history/4", held);
  EXPECT_EQ(world.get("dr-a", "Observation/o-1/_history/4").status, 502);
  world.records.put_at("Observation/o-1/_history/7", version("o-7", "p-1", 7));
  EXPECT_EQ(world.get("dr-a", "Observation/o-1/_history/7").status, 502);
  for (const auto code : {FaultCode::upstream_timeout, FaultCode::upstream_unreachable}) {
    world.records.fault = Fault{code, ""};
    EXPECT_GE(world.get("dr-a", "Observation/o-1/_history").status, 502);
    EXPECT_GE(world.get("dr-a", "Observation/o-1/_history/1").status, 502);
  }
  world.records.fault.reset();
  world.disk.fail_next();
  EXPECT_EQ(world.get("dr-a", "Observation/o-1/_history").status, 503);
}

}  // namespace
}  // namespace halligan::tests
