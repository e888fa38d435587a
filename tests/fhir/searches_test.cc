// Searches, whole charts and people through the gateway: what is withheld, and how it is paged.
#include <gtest/gtest.h>

#include "in/fhir/compartment.h"
#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

using facts::AccessIntended;
using facts::AccessOutcome;
using facts::AccessRefused;
using facts::Outcome;

TEST(Searches, WithholdsWhatOnlyShowsOnTheWayBack) {
  World world;
  world.records.put(observation("plain", "p-1"));
  world.records.put(observation("psych", "p-1", psychotherapy));
  world.records.put(observation("plain-2", "p-2"));
  const auto seen = world.get("dr-a", "Observation?patient=p-1");
  EXPECT_EQ(seen.ids(), std::vector<std::string>{"plain"});
  EXPECT_FALSE(seen.json().contains("total"));
  EXPECT_FALSE(seen.holds("upstream.internal"));
  EXPECT_TRUE(seen.holds("Break-The-Glass"));
  EXPECT_EQ(world.entries<AccessOutcome>().back().withheld, 1U);
  // The hint stands beside a chart that holds nothing of the kind, too: it tells nothing of the
  // chart.
  const auto other = world.get("dr-a", "Observation?patient=p-2");
  EXPECT_EQ(other.ids(), std::vector<std::string>{"plain-2"});
  EXPECT_TRUE(other.holds("Break-The-Glass"));
  EXPECT_EQ(world.get("dr-a", "Observation/psych").status, 403);
  EXPECT_TRUE(world.get("dr-a", "Observation/psych").offer().has_value());
  EXPECT_TRUE(world.get("dr-a", "Observation?patient=p-2&_security=PSYTHPN").offer().has_value());
  world.records.put(observation("plain-3", "p-3"));
  world.records.put(observation("psych-3", "p-3", psychotherapy));
  world.break_glass("dr-b", "p-3");
  EXPECT_EQ(world.get("dr-b", "Observation?patient=p-3").ids(),
            std::vector<std::string>{"plain-3"});
  world.break_glass("dr-b", "p-3", "psychiatric-emergency");
  EXPECT_EQ(world.get("dr-b", "Observation?patient=p-3").ids(),
            (std::vector<std::string>{"plain-3", "psych-3"}));
}

// All 67 types, every listed link: whoever else is named there must be permitted, too.
TEST(Searches, WithholdsEveryTypeThatLiesInAForeignChartAsWell) {
  World world;
  std::size_t met = 0;
  for (const auto& compartment : in::fhir::compartments()) {
    if (compartment.type == "Claim" || compartment.type == "ExplanationOfBenefit" ||
        compartment.type == "Coverage")
      continue;
    const std::string type{compartment.type};
    const auto links = compartment.used();
    for (const auto& link : links) {
      const auto body_with = [&](const std::string& other) {
        boost::json::object body{{"resourceType", type},
                                 {"id", type == "Patient" ? "p-1" : "marked"}};
        const auto put = [&](std::string_view path, const std::string& who) {
          boost::json::value leaf = boost::json::object{{"reference", "Patient/" + who}};
          for (auto rest = path; !rest.empty();) {
            const auto dot = rest.rfind('.');
            const auto key = dot == std::string_view::npos ? rest : rest.substr(dot + 1);
            rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(0, dot);
            if (!rest.empty())
              leaf = boost::json::object{{key, boost::json::array{leaf}}};
            else if (body.contains(key))
              body[key].as_array().push_back(leaf);
            else
              body[key] = boost::json::array{leaf};
          }
        };
        if (type != "Patient") put(links[0].path, "p-1");
        put(link.path, other);
        return boost::json::serialize(body);
      };
      const auto target = type == "Patient"
                              ? std::string{"Patient/p-1"}
                              : type + "?" + std::string{compartment.search_by} + "=p-1";
      world.records.put(body_with("p-2"));
      world.records.page = {body_with("p-2")};
      const auto permitted = world.get("dr-a", target);
      EXPECT_EQ(permitted.status, 200) << target << permitted.body;
      EXPECT_TRUE(permitted.holds("Patient/p-2")) << target << link.path;
      world.records.put(body_with("p-3"));
      world.records.page = {body_with("p-3")};
      const auto withheld = world.get("dr-a", target);
      EXPECT_FALSE(withheld.holds("Patient/p-3")) << target << link.path;
      EXPECT_TRUE(type == "Patient" || withheld.ids().empty()) << target << link.path;
      ++met;
    }
  }
  EXPECT_GE(met, 64U);
}

TEST(Searches, AlsoWithholdsWhatTheRecordSystemShouldNotHaveSent) {
  World world;
  world.records.page = {
      observation("theirs", "p-2"), observation("foreign", "p-3"),
      R"({"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p-1"}})",
      observation("unclear", "p-1",
                  R"(,"performer":[{"reference":"http://elsewhere/Patient/p-1"}])"),
      observation("mine", "p-1")};
  EXPECT_EQ(world.get("dr-a", "Observation?patient=p-1").ids(), std::vector<std::string>{"mine"});
  world.records.put(
      R"({"resourceType":"Observation","id":"lost","subject":{"reference":"urn:uuid:x"}})");
  EXPECT_EQ(world.get("dr-a", "Observation/lost").status, 404);
}

TEST(Searches, PagesAreFullWhateverWasWithheld) {
  World world;
  std::set<std::string> expected;
  for (int i = 100; i < 140; ++i) {
    const bool hidden = i % 3 == 0;
    const auto id = "o-" + std::to_string(i);
    world.records.put(observation(id, "p-1", hidden ? psychotherapy : ""));
    if (!hidden) expected.insert(id);
  }
  world.records.page_size = 7;
  std::set<std::string> seen;
  auto page = world.get("dr-a", "Observation?patient=p-1&_count=5");
  std::string token;
  for (int pages = 0; pages < 20; ++pages) {
    ASSERT_EQ(page.status, 200) << page.body;
    const auto ids = page.ids();
    for (const auto& id : ids) EXPECT_TRUE(seen.insert(id).second) << id;
    EXPECT_FALSE(page.holds("upstream.internal"));
    EXPECT_FALSE(page.holds("_offset"));
    token = page.next();
    if (token.empty()) break;
    EXPECT_EQ(ids.size(), 5U) << "only the last page may be short";
    page = world.get("dr-a", token);
  }
  EXPECT_EQ(seen, expected);

  const auto first = world.get("dr-a", "Observation?patient=p-1&_count=5").next();
  EXPECT_EQ(world.get("dr-b", first).status, 400) << "of another session";
  EXPECT_EQ(world.get("dr-a", "Condition" + first.substr(first.find('?'))).status, 400)
      << "of another type";
  EXPECT_EQ(world.get("dr-a", first + "A").status, 400);
}

// A record system that is slow at each page keeps nobody's worker for as long as it likes.
TEST(Searches, WhatTakesTooLongIsGivenInParts) {
  World world;
  for (int i = 100; i < 140; ++i) world.records.put(observation("o-" + std::to_string(i), "p-1"));
  world.records.page_size = 5;
  world.records.meanwhile = [&] { world.clock.pass(20s); };
  auto page = world.get("dr-a", "Observation?patient=p-1&_count=40");
  ASSERT_EQ(page.status, 200) << page.body;
  EXPECT_EQ(page.ids().size(), 10U);
  EXPECT_EQ(world.get("dr-a", page.next()).ids().size(), 10U);
  EXPECT_EQ(world.get("dr-a", "Patient/p-1/$everything").status, 422);
}

// Each question upstream takes time: were there one for each resource, time would count them.
TEST(Searches, HowOftenTheRecordSystemIsAskedDoesNotCountWhatIsWithheld) {
  const auto asked = [](int withheld) {
    World world;
    for (int i = 0; i < withheld; ++i)
      world.records.put(observation("o-1" + std::to_string(i), "p-1", psychotherapy));
    for (int i = 0; i < 3; ++i) world.records.put(observation("o-9" + std::to_string(i), "p-1"));
    std::vector<std::size_t> out;
    for (std::string next = "Observation?patient=p-1&_count=1"; !next.empty();) {
      const auto before = world.records.asked.size();
      const auto page = world.get("dr-a", next);
      EXPECT_EQ(page.ids().size(), 1U) << page.body;
      out.push_back(world.records.asked.size() - before);
      next = page.next();
    }
    return out;
  };
  const auto none = asked(0);
  EXPECT_EQ(none, (std::vector<std::size_t>{1, 1, 1}));
  EXPECT_EQ(asked(1), none);
  EXPECT_EQ(asked(30), none);
}

TEST(Searches, EverythingIsWhatMayBeSeenOfAllTypes) {
  World world;
  world.records.put(observation("o-1", "p-1"));
  world.records.put(observation("o-3", "p-3"));
  world.records.put(
      R"({"resourceType":"Claim","id":"claim","patient":{"reference":"Patient/p-1"}})");
  world.records.put(
      R"({"resourceType":"Condition","id":"c-1","subject":{"reference":"Patient/p-1"}})");
  const auto answer = world.get("dr-a", "Patient/p-1/$everything");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.ids(), (std::vector<std::string>{"c-1", "o-1", "p-1"}));
  for (const auto& each : world.records.asked)
    EXPECT_FALSE(each.request.target.starts_with("Claim?"));
}

TEST(Searches, FindsPeopleShowsLittleAndWritesDownWhom) {
  World world;
  const auto answer = world.get("dr-b", "Patient?name=Roe");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.ids(), (std::vector<std::string>{"p-1", "p-2", "p-3"}))
      << "neither the hidden nor the shut";
  EXPECT_FALSE(answer.holds("versionId"));
  const auto made = world.entries<facts::SearchMade>();
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].criteria, "name") << "what it was may be an erased patient's";
  const auto listed = world.entries<facts::SearchListed>();
  ASSERT_EQ(listed.size(), 3U);
  EXPECT_EQ(listed[0].terms, "name=Roe");
  EXPECT_EQ(world.get("porter-c", "Patient?name=Roe").status, 403);
}

TEST(Searches, WhoIsFoundIsDecidedByTheirLabelsAndThePurposeIsWrittenDown) {
  World world;
  const auto with = [](const std::string& meta) {
    return R"({"resourceType":"Patient","id":"p-1","name":[{"family":"Roe"}],"meta":)" + meta + "}";
  };
  world.records.put(with(R"({"security":[{"code":"PSYTHPN"}]})"));
  const auto answer =
      world.ask("dr-b", "GET", "Patient?name=Roe", {},
                {{"Category", "http://terminology.hl7.org/CodeSystem/v3-ActReason#TREAT"}});
  EXPECT_EQ(answer.ids(), (std::vector<std::string>{"p-2", "p-3"}));
  EXPECT_EQ(world.entries<facts::SearchMade>().at(0).purpose, "TREAT");
  world.records.put(with(R"({"security":[{"display":"of some kind"}]})"));
  EXPECT_EQ(world.get("dr-b", "Patient?name=Roe").ids(), (std::vector<std::string>{"p-2", "p-3"}));
}

}  // namespace
}  // namespace halligan::tests
