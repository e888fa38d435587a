// Writing through the gateway: what reaches the record system, in which order, and what never does.
#include <gtest/gtest.h>

#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

using facts::AccessIntended;
using facts::AccessOutcome;
using facts::Outcome;

std::string new_observation(const std::string& patient, const std::string& rest = {}) {
  return R"({"resourceType":"Observation","subject":{"reference":"Patient/)" + patient + "\"}" +
         rest + "}";
}

TEST(Writes, AnAppendIsWrittenDownBeforeItIsSent) {
  World world;
  const auto body = new_observation("p-1", R"(, "valueString" : "calm")");
  const auto answer = world.ask("dr-a", "POST", "Observation", body);
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.header("Location"), World::base + "/Observation/new-1");
  EXPECT_EQ(answer.header("ETag"), "W/\"1\"");
  EXPECT_EQ(answer.body, "");
  ASSERT_EQ(world.records.writes().size(), 1U);
  const auto sent = world.records.writes()[0];
  EXPECT_EQ(sent.request.body, body) << "an ordinary grant changes no byte";
  const auto receipt = std::stoul(answer.header("Halligan-Receipt"));
  EXPECT_LT(receipt, sent.durable);
  EXPECT_EQ(std::get<AccessIntended>(world.ledger().at(receipt)).action, "append");
  const auto outcome = world.entries<AccessOutcome>().back();
  EXPECT_EQ(outcome.intent, receipt);
  EXPECT_EQ(outcome.outcome, Outcome::released);
  EXPECT_EQ(outcome.new_id, "Observation/new-1");
}

TEST(Writes, A08AnAppendUnderGlassIsTagged) {
  World world;
  const auto glass = world.break_glass("dr-b", "p-3");
  const auto answer = world.ask("dr-b", "POST", "Observation", new_observation("p-3"));
  ASSERT_EQ(answer.status, 201) << answer.body;
  EXPECT_EQ(answer.header("Halligan-Glass"), glass);
  EXPECT_EQ(world.records.writes().at(0).request.body,
            R"({"meta":{"tag":[{"system":"urn:halligan:glass","code":")" + glass +
                R"("}]},"resourceType":"Observation","subject":{"reference":"Patient/p-3"}})");
}

TEST(Writes, A08UnderGlassNothingElseReachesTheRecordSystem) {
  World world;
  world.records.put(observation("o-3", "p-3"));
  const auto glass = world.break_glass("dr-b", "p-3");
  const auto before = world.records.held();
  const auto ask = [&](const std::string& method, const std::string& target,
                       const std::string& body = {}, in::http::Headers headers = {}) {
    const auto answer = world.ask("dr-b", method, target, body, std::move(headers));
    EXPECT_GE(answer.status, 400) << method << " " << target << " " << body;
    EXPECT_TRUE(answer.holds("OperationOutcome"));
  };
  ask("PUT", "Observation/o-3", observation("o-3", "p-3", R"(,"valueString":"changed")"));
  ask("PATCH", "Observation/o-3", "[]");
  ask("PATCH", "Observation/o-3", R"([{"op":"add","path":"/valueString","value":"changed"}])",
      {{"Content-Type", "application/json-patch+json"}});
  ask("DELETE", "Observation/o-3");
  ask("POST", "Observation", new_observation("p-2"));
  ask("POST", "Observation", R"({"resourceType":"Observation"})");
  ask("POST", "Observation",
      new_observation("p-3", R"(,"performer":[{"reference":"Patient/p-2"}])"));
  ask("POST", "Observation", new_observation("p-3", R"(,"id":"o-3")"));
  ask("POST", "Observation", new_observation("p-3", R"(,"id":7)"));
  ask("POST", "Observation",
      new_observation("p-3", R"(,"meta":{"tag":[{"system":"urn:halligan:glass","code":"x"}]})"));
  ask("POST", "Observation", new_observation("p-3", R"(,"subject":{"reference":"Patient/p-3"})"));
  ask("POST", "Observation",
      R"({"resourceType":"Condition","subject":{"reference":"Patient/p-3"}})");
  ask("POST", "Consent", R"({"resourceType":"Consent","patient":{"reference":"Patient/p-3"}})");
  ask("POST", "Claim", R"({"resourceType":"Claim","patient":{"reference":"Patient/p-3"}})");
  ask("POST", "DocumentReference",
      R"({"resourceType":"DocumentReference","subject":{"reference":"Patient/p-3"},"relatesTo":[{"code":"replaces"}]})");
  ask("POST", "CarePlan",
      R"({"resourceType":"CarePlan","subject":{"reference":"Patient/p-3"},"replaces":[{"reference":"CarePlan/x"}]})");
  const auto refused = [&](const std::string& type, const std::string& rest, const char* what) {
    const auto answer = world.ask(
        "dr-b", "POST", type,
        R"({"resourceType":")" + type + R"(","subject":{"reference":"Patient/p-3"},)" + rest + "}");
    EXPECT_EQ(answer.status, 403) << rest << answer.body;
    EXPECT_TRUE(answer.holds(what)) << answer.body;
  };
  const std::string replaces =
      R"({"url":"http://hl7.org/fhir/StructureDefinition/replaces","valueCanonical":"x"})";
  refused("Observation", R"("extension":[)" + replaces + "]", "the extension that replaces");
  refused("Observation",
          R"("extension":[{"url":"http://x.example/y","extension":[)" + replaces + "]}]",
          "the extension that replaces");
  refused("Observation",
          R"("code":{"coding":[{"code":"1","_code":{"extension":[)" + replaces + "]}}]}",
          "the extension that replaces");
  refused("Observation",
          R"("extension":[{"url":"http://hl7.org/fhir/5.0/StructureDefinition/extension-Document)"
          R"(Reference.relatesTo"}])",
          "the extension that replaces");
  refused("Observation", R"("modifierExtension":[{"url":"http://x.example/y"}])",
          "modifierExtension");
  refused("Observation", R"("component":[{"modifierExtension":[{"url":"http://x.example/y"}]}])",
          "modifierExtension");
  refused("Observation",
          R"("contained":[{"resourceType":"DocumentReference","id":"d",)"
          R"("subject":{"reference":"Patient/p-3"},)"
          R"("relatesTo":[{"code":"replaces","target":{"reference":"DocumentReference/d-1"}}]}])",
          "relatesTo");
  ask("POST", "", R"({"resourceType":"Bundle","type":"transaction"})");
  ask("POST", "Observation", new_observation("p-3"), {{"If-None-Exist", "code=x"}});
  ask("PUT", "Observation/brand-new", observation("brand-new", "p-3"));
  ask("PUT", "Observation?code=x", new_observation("p-3"));
  ask("DELETE", "Observation?patient=p-3");
  ask("PUT", "Patient/p-3", R"({"resourceType":"Patient","id":"p-3"})");
  EXPECT_TRUE(world.records.writes().empty());
  EXPECT_EQ(world.records.held(), before);
}

TEST(Writes, AnOrdinaryGrantChangesAndDeletes) {
  World world;
  world.records.put(observation("o-1", "p-1", R"(,"meta":{"versionId":"4"})"));
  const auto changed = observation("o-1", "p-1", R"(,"valueString":"calmer")");
  EXPECT_EQ(world.ask("dr-a", "PUT", "Observation/o-1", changed, {{"If-Match", "W/\"3\""}}).status,
            412);
  EXPECT_EQ(world.ask("dr-a", "PUT", "Observation/o-1", changed).status, 200);
  ASSERT_EQ(world.records.writes().size(), 1U);
  const auto sent = world.records.writes()[0].request;
  EXPECT_EQ(sent.body, changed);
  EXPECT_EQ(sent.headers.at(1), (std::pair<std::string, std::string>{"If-Match", "W/\"4\""}))
      << "nobody's change in between is overwritten";
  EXPECT_EQ(world.ask("dr-a", "DELETE", "Observation/o-1").status, 204);
  EXPECT_FALSE(world.records.held().contains("Observation/o-1"));
  EXPECT_EQ(world.entries<AccessIntended>().back().action, "modify");
}

// Between the look and the change somebody else may change it, and whose it is.
TEST(Writes, NothingIsChangedThatHasNoVersion) {
  World world;
  world.records.put(observation("o-1", "p-1"));
  EXPECT_EQ(world.ask("dr-a", "PUT", "Observation/o-1", observation("o-1", "p-1")).status, 200);
  EXPECT_EQ(world.records.writes().at(0).request.headers.at(1).second, "W/\"1\"")
      << "the header tells it, too";
  world.records.versions = false;
  EXPECT_EQ(world.ask("dr-a", "PUT", "Observation/o-1", observation("o-1", "p-1")).status, 501);
  EXPECT_EQ(world.ask("dr-a", "DELETE", "Observation/o-1").status, 501);
  EXPECT_EQ(world.records.writes().size(), 1U);
}

TEST(Writes, OldAndNewSubjectMustBothBePermitted) {
  World world;
  world.records.put(observation("mine", "p-1"));
  world.records.put(observation("theirs", "p-3"));
  world.records.put(observation("tagged", "p-1",
                                R"(,"meta":{"tag":[{"system":"urn:halligan:glass","code":"g"}]})"));
  const auto before = world.records.held();
  EXPECT_EQ(world.ask("dr-a", "PUT", "Observation/mine", observation("mine", "p-3")).status, 404);
  EXPECT_EQ(world.ask("dr-a", "PUT", "Observation/theirs", observation("theirs", "p-1")).status,
            404);
  EXPECT_EQ(world.ask("dr-a", "DELETE", "Observation/theirs").status, 404);
  EXPECT_EQ(without_code(world.ask("dr-a", "DELETE", "Observation/nothing").body),
            without_code(world.ask("dr-a", "DELETE", "Observation/theirs").body));
  EXPECT_EQ(world.ask("dr-a", "PUT", "Observation/mine", observation("other", "p-1")).status, 422);
  EXPECT_EQ(world.ask("dr-a", "PUT", "Observation/tagged", observation("tagged", "p-1")).status,
            422)
      << "the tag stays";
  EXPECT_EQ(world.records.held(), before);
  EXPECT_EQ(world.ask("dr-a", "PUT", "Observation/mine", observation("mine", "p-2")).status, 200);
}

TEST(Writes, AWriteIsSentOnceAndItsFateIsWrittenDown) {
  World world;
  struct Case {
    FaultCode code;
    int status;
    Outcome outcome;
  };
  for (const auto& each : {Case{FaultCode::upstream_timeout, 504, Outcome::unknown},
                           Case{FaultCode::upstream_nonsense, 504, Outcome::unknown},
                           Case{FaultCode::upstream_unreachable, 502, Outcome::refused_upstream}}) {
    world.records.fault = Fault{each.code, "x"};
    world.records.fault_on = "POST";
    const auto sent = world.records.writes().size();
    EXPECT_EQ(world.ask("dr-a", "POST", "Observation", new_observation("p-1")).status, each.status);
    EXPECT_EQ(world.records.writes().size(), sent + 1);
    EXPECT_EQ(world.entries<AccessOutcome>().back().outcome, each.outcome);
  }
  world.records.fault.reset();
  world.records.status = 422;
  const auto answer = world.ask("dr-a", "POST", "Observation", new_observation("p-1"));
  EXPECT_EQ(answer.status, 422);
  EXPECT_FALSE(answer.holds("upstream.internal"));
  EXPECT_EQ(world.entries<AccessOutcome>().back().outcome, Outcome::refused_upstream);
}

TEST(Writes, D10NothingIsSentWhenTheLedgerCannotBeWritten) {
  World world;
  world.records.put(observation("o-1", "p-1"));
  world.disk.fail_next();
  EXPECT_EQ(world.ask("dr-a", "POST", "Observation", new_observation("p-1")).status, 503);
  EXPECT_EQ(world.ask("dr-a", "PUT", "Observation/o-1", observation("o-1", "p-1")).status, 503);
  EXPECT_EQ(world.ask("dr-a", "DELETE", "Observation/o-1").status, 503);
  EXPECT_TRUE(world.records.writes().empty());
}

TEST(Writes, AppendsForAnUnknownPatientMintNothing) {
  World world;
  EXPECT_EQ(world.ask("dr-a", "POST", "Observation", new_observation("random")).status, 403);
  EXPECT_FALSE(world.house->state().knows(PatientId{"random"}));
}

}  // namespace
}  // namespace halligan::tests
