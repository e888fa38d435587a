// changes_test.cc - patches, and what a write is answered with where its client wishes for more.
#include <gtest/gtest.h>

#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

using facts::AccessIntended;
using facts::AccessOutcome;
using facts::Outcome;

std::string new_observation(const std::string& patient) {
  return R"({"resourceType":"Observation","subject":{"reference":"Patient/)" + patient + "\"}}";
}

World::Answer patch(World& world, const std::string& who, const std::string& target,
                    const std::string& operations, in::http::Headers more = {}) {
  more.insert(more.begin(), {"Content-Type", "application/json-patch+json"});
  return world.ask(who, "PATCH", target, operations, std::move(more));
}

const std::string fourth = R"(,"meta":{"versionId":"4"},"valueQuantity":{"value":1.50})";

TEST(Changes, APatchGoesOnAsTheUpdateThatItComesTo) {
  World world;
  world.records.put(observation("o-1", "p-1", fourth));
  const auto answer = patch(world, "dr-a", "Observation/o-1",
                            R"([{"op":"test","path":"/valueQuantity/value","value":1.5},)"
                            R"({"op":"add","path":"/note","value":[{"text":"2.0"}]}])");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, "");
  ASSERT_EQ(world.records.writes().size(), 1U);
  const auto sent = world.records.writes()[0];
  EXPECT_EQ(sent.request.method, "PUT");
  EXPECT_EQ(sent.request.target, "Observation/o-1");
  EXPECT_EQ(sent.request.headers.at(1).second, "W/\"4\"");
  EXPECT_EQ(sent.request.body,
            R"({"resourceType":"Observation","id":"o-1","subject":{"reference":"Patient/p-1"},)"
            R"("meta":{"versionId":"4"},"valueQuantity":{"value":1.50},"note":[{"text":"2.0"}]})")
      << "what is not patched keeps its spelling";
  std::set<std::string> actions;
  for (const auto& intent : world.entries<AccessIntended>()) {
    actions.insert(intent.action);
    EXPECT_EQ(intent.form, "patch");
  }
  EXPECT_EQ(actions, (std::set<std::string>{"modify", "read"}));
  for (const auto& told : world.entries<AccessOutcome>()) {
    EXPECT_EQ(told.outcome, Outcome::released);
    EXPECT_LT(told.intent, sent.durable);
  }
}

TEST(Changes, APatchThatFailsChangesNothing) {
  World world;
  world.records.put(observation("o-1", "p-1", fourth));
  world.records.put(observation("tagged", "p-1",
                                R"(,"meta":{"tag":[{"system":"urn:halligan:glass","code":"g"}]})"));
  const auto refuse = [&](const std::string& operations, int status, in::http::Headers more = {},
                          const std::string& target = "Observation/o-1") {
    const auto answer = patch(world, "dr-a", target, operations, std::move(more));
    EXPECT_EQ(answer.status, status) << operations << answer.body;
    EXPECT_FALSE(answer.holds("Patient/p-1")) << "no value is told";
  };
  refuse(R"([{"op":"test","path":"/valueQuantity/value","value":2}])", 422);
  refuse(R"([{"op":"remove","path":"/nothing"}])", 422);
  refuse(R"([{"op":"replace","path":"","value":[]}])", 400);
  refuse(R"([{"op":"replace","path":"/id","value":"o-2"}])", 422);
  refuse(R"([{"op":"replace","path":"/resourceType","value":"Condition"}])", 422);
  refuse(R"([{"op":"remove","path":"/subject"}])", 422);
  refuse(R"([{"op":"replace","path":"/subject/reference","value":"Patient/p-3"}])", 404);
  refuse(R"([{"op":"replace","path":"/subject/reference","value":"Patient/hidden"}])", 404);
  refuse(R"([{"op":"add","path":"/performer","value":[{"reference":"Patient/p-3"}]}])", 404);
  refuse(R"([{"op":"add","path":"/subject","value":{"display":"Roe"}}])", 422);
  refuse(R"([{"op":"nonsense"}])", 400);
  refuse("{}", 400);
  refuse("[", 400);
  refuse("[]", 412, {{"If-Match", "W/\"3\""}});
  refuse("[]", 400, {{"If-Match", "*"}});
  refuse("[]", 400, {{"If-None-Match", "*"}});
  refuse(R"([{"op":"remove","path":"/meta/tag"}])", 422, {}, "Observation/tagged");
  EXPECT_TRUE(world.records.writes().empty());
  for (const auto& told : world.entries<AccessOutcome>()) EXPECT_EQ(told.outcome, Outcome::nothing);
  EXPECT_EQ(patch(world, "dr-a", "Observation/o-1",
                  R"([{"op":"replace","path":"/subject/reference","value":"Patient/p-2"}])")
                .status,
            200)
      << "both charts are theirs";
}

// Whether a test holds would tell of what is there.
TEST(Changes, APatchTellsNothingOfWhatMayNotBeRead) {
  World world;
  world.records.put(observation("o-hidden", "hidden", fourth));
  world.records.put(observation("o-3", "p-3", fourth));
  for (const auto* operations :
       {R"([{"op":"test","path":"/valueQuantity/value","value":1.5}])",
        R"([{"op":"test","path":"/valueQuantity/value","value":2}])", "[]"})
    for (const auto* who : {"dr-a", "dr-b", "porter-c"})
      for (const auto* id : {"o-hidden", "o-3"}) {
        const auto one = patch(world, who, std::string{"Observation/"} + id, operations);
        const auto two = patch(world, who, "Observation/random", operations);
        EXPECT_EQ(one.status, 404) << who << id;
        EXPECT_EQ(one.status, two.status);
        EXPECT_EQ(without_code(one.body), without_code(two.body));
      }
  EXPECT_TRUE(world.records.writes().empty());
}

TEST(Changes, APatchSeesNothingOfTheRecordSystemsAddress) {
  World world;
  world.records.put(R"({"resourceType":"Observation","id":"o-1","meta":{"versionId":"4"},)"
                    R"("subject":{"reference":"http://upstream.internal/fhir/Patient/p-1"}})");
  const auto says = [&](const std::string& reference) {
    return patch(world, "dr-a", "Observation/o-1",
                 R"([{"op":"test","path":"/subject/reference","value":")" + reference + "\"}]")
        .status;
  };
  EXPECT_EQ(says("http://upstream.internal/fhir/Patient/p-1"), 422);
  EXPECT_EQ(says("Patient/p-1"), 200);
}

TEST(Changes, HiddenAndUnknownPeopleAreChangedAlike) {
  World world;
  for (const auto* who : {"dr-a", "dr-b", "porter-c"}) {
    const auto same = [&](const auto& ask) {
      const World::Answer one = ask("Patient/hidden", "hidden");
      const World::Answer two = ask("Patient/random", "random");
      EXPECT_EQ(one.status, two.status) << who;
      EXPECT_EQ(without_code(one.body), without_code(two.body));
    };
    same([&](const std::string& target, const std::string&) {
      return world.ask(who, "DELETE", target);
    });
    same([&](const std::string& target, const std::string& id) {
      return world.ask(who, "PUT", target, R"({"resourceType":"Patient","id":")" + id + "\"}");
    });
    same([&](const std::string& target, const std::string&) {
      return patch(world, who, target, "[]");
    });
  }
}

TEST(Changes, AWishForTheResourceIsGrantedToWhomMayReadIt) {
  World world;
  const in::http::Headers wish{{"Prefer", "return=representation"}};
  const auto created = world.ask("dr-a", "POST", "Observation", new_observation("p-1"), wish);
  ASSERT_EQ(created.status, 201);
  EXPECT_TRUE(created.released);
  EXPECT_EQ(created.header("Preference-Applied"), "return=representation");
  EXPECT_EQ(created.header("Location"), World::base + "/Observation/new-1");
  EXPECT_EQ(created.json().at("id"), "new-1");
  const auto intents = world.entries<AccessIntended>();
  EXPECT_EQ(intents.at(0).action, "append");
  EXPECT_EQ(intents.at(1).action, "read");
  EXPECT_EQ(intents.at(1).part_of, std::stoul(created.header("Halligan-Receipt")) + 1);
  EXPECT_EQ(world.entries<AccessOutcome>().back().bytes, created.body.size());
  EXPECT_EQ(world.records.writes().at(0).request.headers.at(1).second, "return=representation");

  world.records.put(observation("o-1", "p-1", fourth));
  const auto changed =
      world.ask("dr-a", "PUT", "Observation/o-1", observation("o-1", "p-1", fourth), wish);
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.body, observation("o-1", "p-1", fourth));
  const auto patched = patch(world, "dr-a", "Observation/o-1", "[]", wish);
  EXPECT_EQ(patched.status, 200);
  EXPECT_EQ(patched.json().at("id"), "o-1");

  const auto glass = world.break_glass("dr-b", "p-3");
  const auto under = world.ask("dr-b", "POST", "Observation", new_observation("p-3"), wish);
  EXPECT_EQ(under.status, 201);
  EXPECT_EQ(under.header("Halligan-Glass"), glass);
  EXPECT_TRUE(under.holds(glass)) << "the tag that was given";
}

TEST(Changes, AWishForTheResourceIsPassedOverWhereItMayNotBeRead) {
  World world;
  const auto unshown = [&](const World::Answer& answer, int status) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.body, "");
    EXPECT_EQ(answer.header("Preference-Applied"), "");
    EXPECT_FALSE(answer.released);
  };
  const in::http::Headers wish{{"Prefer", "return=representation"}};
  unshown(world.ask("scribe-s", "POST", "Observation", new_observation("p-1"), wish), 201);
  // The record system gives back what was not written.
  world.records.put(observation("o-1", "p-1", fourth));
  for (const auto& back :
       {observation("o-1", "p-2"), observation("o-2", "p-1"), observation("o-1", "hidden"),
        std::string{R"({"resourceType":"Patient","id":"o-1"})"}, std::string{"{}"},
        std::string{"nonsense"}, std::string{},
        observation("o-1", "p-1", R"(,"performer":[{"reference":"#nobody"}])"),
        observation("o-1", "p-1", psychotherapy)}) {
    world.records.gives_back = back;
    unshown(world.ask("dr-a", "PUT", "Observation/o-1", observation("o-1", "p-1"), wish), 200);
  }
}

TEST(Changes, OtherWishes) {
  World world;
  const auto ask = [&](in::http::Headers headers) {
    return world.ask("dr-a", "POST", "Observation", new_observation("p-1"), std::move(headers));
  };
  EXPECT_EQ(ask({{"Prefer", "return=minimal"}}).header("Preference-Applied"), "return=minimal");
  const auto told = ask({{"Prefer", "handling=strict; x=\"a,b\", Return = \"OperationOutcome\""}});
  EXPECT_EQ(told.header("Preference-Applied"), "return=OperationOutcome");
  EXPECT_EQ(told.json().at("issue").as_array().at(0).at("severity"), "information");
  EXPECT_EQ(ask({{"Prefer", "respond-async"}, {"prefer", "return=minimal, return=representation"}})
                .header("Preference-Applied"),
            "return=minimal");
  for (const auto* nothing : {"return=everything", "return", "returns=minimal", "", ";;,,=\"",
                              "x=\"return=minimal\"", "return=Minimal"}) {
    const auto answer = ask({{"Prefer", nothing}});
    EXPECT_EQ(answer.status, 201);
    EXPECT_EQ(answer.header("Preference-Applied"), "") << nothing;
    EXPECT_EQ(answer.body, "");
  }
}

}  // namespace
}  // namespace halligan::tests
