// batch_test.cc - several requests in one: each fares as it does alone, and a batch is no way round
// anything.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

using facts::AccessOutcome;
using facts::Outcome;

struct Part {
  std::string method;
  std::string url;
  std::string resource{};
  std::string more{};  // of its request
};

std::string batch(const std::vector<Part>& parts, const std::string& type = "batch") {
  std::string out = R"({"resourceType":"Bundle","type":")" + type + R"(","entry":[)";
  for (const auto& part : parts) {
    if (&part != parts.data()) out += ",";
    out += "{" + (part.resource.empty() ? "" : "\"resource\":" + part.resource + ",");
    out += R"("request":{"method":")" + part.method + R"(","url":")" + part.url + "\"" + part.more +
           "}}";
  }
  return out + "]}";
}

std::string new_observation(const std::string& patient) {
  return R"({"resourceType":"Observation","subject":{"reference":"Patient/)" + patient + "\"}}";
}

World::Answer send(World& world, const std::string& who, const std::vector<Part>& parts) {
  return world.ask(who, "POST", "", batch(parts));
}

// Status lines, in order.
std::vector<std::string> statuses(const World::Answer& answer) {
  std::vector<std::string> out;
  const auto whole = answer.json();
  if (whole.contains("entry"))
    for (const auto& entry : whole.at("entry").as_array())
      out.emplace_back(entry.at("response").at("status").as_string());
  return out;
}

const std::string fourth = R"(,"meta":{"versionId":"4"})";

TEST(Batch, EachRequestIsAnsweredInOrderAndHasItsEntry) {
  World world;
  world.records.put(observation("o-1", "p-1", fourth + R"(, "value" : 1.50)"));
  world.records.put(observation("o-2", "p-1", fourth));
  const std::string patch = to_base64(view(R"([{"op":"add","path":"/valueString","value":"x"}])"));
  const auto answer = send(
      world, "dr-a",
      {{"GET", "Observation/o-1"},
       {"GET", "Observation?patient=p-1"},
       {"GET", "Observation/o-1", "", R"(,"ifNoneMatch":"W/\"4\"")"},
       {"POST", "Observation", new_observation("p-1")},
       {"PUT", "Observation/o-2", observation("o-2", "p-1", fourth), R"(,"ifMatch":"W/\"3\"")"},
       {"PATCH", "Observation/o-2",
        R"({"resourceType":"Binary","contentType":"application/json-patch+json","data":")" + patch +
            "\"}"},
       {"DELETE", "Observation/o-2"},
       {"GET", "Observation/o-2"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_TRUE(answer.released);
  EXPECT_EQ(statuses(answer),
            (std::vector<std::string>{"200 OK", "200 OK", "304 Not Modified", "201 Created",
                                      "412 Precondition Failed", "200 OK", "204 No Content",
                                      "404 Not Found"}))
      << answer.body;
  EXPECT_TRUE(answer.holds(observation("o-1", "p-1", fourth + R"(, "value" : 1.50)")))
      << "no byte is changed";
  const auto whole = answer.json();
  EXPECT_EQ(whole.at("type"), "batch-response");
  const auto& entries = whole.at("entry").as_array();
  EXPECT_EQ(entries[3].at("response").at("location").as_string(),
            World::base + "/Observation/new-1");
  EXPECT_EQ(entries[7].at("response").at("outcome").at("resourceType"), "OperationOutcome");
  const auto ledger = world.ledger();
  for (const std::size_t i : {0U, 1U, 2U, 3U, 5U, 6U}) {
    const auto& extension = entries[i].at("response").at("extension").as_array().at(0);
    EXPECT_EQ(extension.at("url"), "urn:halligan:receipt");
    EXPECT_TRUE(std::holds_alternative<facts::AccessIntended>(
        ledger.at(std::stoul(std::string{extension.at("valueString").as_string()}))));
  }
  const auto outcomes = world.entries<AccessOutcome>();
  EXPECT_EQ(std::ranges::count(outcomes, Outcome::released, &AccessOutcome::outcome), 7);
  EXPECT_EQ(std::ranges::count(outcomes, Outcome::cut, &AccessOutcome::outcome), 0);
}

TEST(Batch, APartFaresAsItDoesAlone) {
  for (const auto& part :
       std::vector<Part>{{"GET", "Patient/p-1"},
                         {"GET", "Patient/p-3"},
                         {"GET", "Patient/hidden"},
                         {"GET", "Patient/random"},
                         {"GET", "Observation/o-hidden"},
                         {"GET", "Observation?patient=p-3"},
                         {"GET", "Observation?patient=p-1&_sort=date"},
                         {"GET", "Claim?patient=p-1"},
                         {"GET", "Patient?name=roe"},
                         {"DELETE", "Observation/o-hidden"},
                         {"GET", "Observation/o-1/_history/9"},
                         {"POST", "Observation", new_observation("p-3")},
                         {"POST", "Observation", new_observation("p-1")},
                         {"POST", "Observation", "{}"},
                         {"PUT", "Observation/o-1", observation("o-1", "p-3")}}) {
    const auto fill = [](World& world) {
      world.records.put(observation("o-hidden", "hidden"));
      world.records.put(observation("o-1", "p-1"));
    };
    for (const auto* who : {"dr-a", "dr-b", "porter-c"}) {
      World alone;
      World together;
      fill(alone);
      fill(together);
      const auto one = alone.ask(who, part.method, part.url, part.resource);
      const auto two = send(together, who, {part});
      EXPECT_TRUE(statuses(two).at(0).starts_with(std::to_string(one.status)))
          << part.url << two.body;
      EXPECT_NE(without_code(two.body).find(without_code(one.body)), std::string::npos) << two.body;
      EXPECT_EQ(alone.ledger().size(), together.ledger().size()) << part.url;
      EXPECT_EQ(alone.records.asked.size(), together.records.asked.size()) << part.url;
    }
  }
}

TEST(Batch, WhatIsNoRequestIsRefusedByItself) {
  World world;
  world.records.put(observation("o-1", "p-1"));
  const auto answer =
      send(world, "dr-a",
           {{"GET", "https://halligan.example/fhir/Observation/o-1"},
            {"GET", "/Observation/o-1"},
            {"GET", "//evil.example/Observation/o-1"},
            {"GET", "urn:uuid:1"},
            {"GET", "../api/v1/session"},
            {"GET", ""},
            {"POST", "", batch({{"GET", "Observation/o-1"}})},
            {"POST", "?", batch({{"GET", "Observation/o-1"}})},
            {"GET", "Patient/p-1/$everything"},
            {"GET", "metadata"},
            {"HEAD", "Observation/o-1"},
            {"OPTIONS", "Observation/o-1"},
            {"get", "Observation/o-1"},
            {"", "Observation/o-1"},
            {"GET", "Observation/o-1", observation("o-1", "p-1")},
            {"DELETE", "Observation/o-1", observation("o-1", "p-1")},
            {"GET", "Observation/o-1", "", R"(,"ifNoneMatch":7)"},
            {"PUT", "Observation/o-1", observation("o-1", "p-1"), R"(,"ifMatch":"")"},
            {"PUT", "Observation/o-1", observation("o-1", "p-1"), R"(,"ifMatch":1)"},
            {"POST", "Observation", new_observation("p-1"), R"(,"ifNoneExist":"code=x")"},
            {"GET", R"(Observation/o-1#x)"},
            {"GET", R"(Observation/o-1\r\nHost: x)"},
            {"PATCH", "Observation/o-1", R"({"resourceType":"Parameters"})"},
            {"PATCH", "Observation/o-1",
             R"({"resourceType":"Binary","contentType":"text/plain","data":"W10="})"},
            {"GET", "Observation/o-1"}});
  auto seen = statuses(answer);
  ASSERT_EQ(seen.size(), 25U) << answer.body;
  EXPECT_EQ(seen.back(), "200 OK") << "what stands beside it is none the worse";
  seen.pop_back();
  for (std::size_t i = 0; i < seen.size(); ++i)
    EXPECT_TRUE(seen[i].starts_with("4")) << i << " " << seen[i];
  EXPECT_TRUE(world.records.writes().empty());
}

TEST(Batch, WhatIsNoBatchIsRefusedWhole) {
  World world;
  const auto refuse = [&](const std::string& body, int status) {
    const auto answer = world.ask("dr-a", "POST", "", body);
    EXPECT_EQ(answer.status, status) << body << answer.body;
  };
  const std::vector<Part> append{{"POST", "Observation", new_observation("p-1")}};
  refuse(batch({}, "transaction"), 400);
  refuse(batch(append, "document"), 422);
  refuse(batch(append, "searchset"), 422);
  refuse(batch(append, ""), 422);
  refuse(new_observation("p-1"), 400);
  refuse("[]", 400);
  refuse(R"({"resourceType":"Bundle","type":"batch","type":"batch","entry":[]})", 400);
  refuse(R"({"resourceType":"Bundle","type":"batch","entry":{}})", 400);
  refuse(batch(std::vector<Part>(limits::batch_requests_max + 1, append[0])), 413);
  EXPECT_TRUE(world.records.writes().empty());
  EXPECT_EQ(world.ask("", "POST", "", batch(append)).status, 401);
  EXPECT_EQ(world.ask("dr-a", "POST", "?_format=json", batch(append)).status, 400);
  EXPECT_EQ(world.ask("dr-a", "PUT", "", batch(append)).status, 405);
  EXPECT_EQ(statuses(send(world, "dr-a", {})), std::vector<std::string>{});
}

// One glass, one focus: what a later part ends is not sent.
TEST(Batch, AGlassThatALaterPartEndsShowsNothing) {
  World world;
  world.records.put(observation("o-3", "p-3"));
  const auto glass = world.break_glass("dr-a", "p-3");
  const auto fine = send(world, "dr-a", {{"GET", "Observation/o-3"}, {"GET", "Patient/p-3"}});
  EXPECT_EQ(statuses(fine), (std::vector<std::string>{"200 OK", "200 OK"}));
  EXPECT_TRUE(fine.holds(glass));
  const auto ended = send(world, "dr-a", {{"GET", "Observation/o-3"}, {"GET", "Patient/p-1"}});
  EXPECT_EQ(statuses(ended), (std::vector<std::string>{"403 Forbidden", "200 OK"})) << ended.body;
  EXPECT_FALSE(ended.holds("o-3"));
  EXPECT_FALSE(ended.lease->over());
  const auto outcomes = world.entries<AccessOutcome>();
  EXPECT_EQ(std::ranges::count(outcomes, Outcome::cut, &AccessOutcome::outcome), 1);
}

// Or it would be sent once more.
TEST(Batch, AWriteThatWasCarriedOutIsToldWhateverBecomesOfWhatCameBack) {
  World world;
  const auto glass = world.break_glass("dr-a", "p-3");
  const auto answer =
      world.ask("dr-a", "POST", "",
                batch({{"POST", "Observation", new_observation("p-3")}, {"GET", "Patient/p-1"}}),
                {{"Prefer", "return=representation"}});
  EXPECT_EQ(statuses(answer), (std::vector<std::string>{"201 Created", "200 OK"})) << answer.body;
  EXPECT_EQ(world.records.writes().size(), 1U);
  const auto whole = answer.json();
  const auto& told = whole.at("entry").at(0).as_object();
  EXPECT_FALSE(told.contains("resource")) << "its right has ended";
  EXPECT_TRUE(told.at("response").as_object().contains("location"));
  EXPECT_FALSE(world.house->state().glass(GlassId{glass})->open());
}

TEST(Batch, UnderAGlassNothingIsChanged) {
  World world;
  world.records.put(observation("o-3", "p-3", fourth));
  world.break_glass("dr-b", "p-3");
  const auto answer = send(
      world, "dr-b",
      {{"PUT", "Observation/o-3", observation("o-3", "p-3", fourth)},
       {"DELETE", "Observation/o-3"},
       {"POST", "Consent", R"({"resourceType":"Consent","patient":{"reference":"Patient/p-3"}})"},
       {"POST", "Observation", new_observation("p-3")}});
  const auto seen = statuses(answer);
  EXPECT_EQ(seen.at(3), "201 Created");
  EXPECT_EQ(world.records.writes().size(), 1U) << answer.body;
  EXPECT_TRUE(world.records.writes()[0].request.body.find("urn:halligan:glass") !=
              std::string::npos);
}

TEST(Batch, FewAtOnce) {
  World world;
  std::vector<int> statuses;
  std::size_t deep = 0;
  world.records.meanwhile = [&] {
    if (deep > limits::whole_charts_max) return;
    ++deep;
    statuses.push_back(send(world, "dr-a", {{"GET", "Patient/p-1"}}).status);
  };
  EXPECT_EQ(send(world, "dr-a", {{"GET", "Patient/p-1"}}).status, 200);
  EXPECT_EQ(std::ranges::count(statuses, 200),
            static_cast<long>(limits::whole_charts_session_max) - 1);
  EXPECT_GE(std::ranges::count(statuses, 429), 1);
}

TEST(Batch, NothingIsToldWhenTheLedgerCannotBeWritten) {
  World world;
  world.records.put(observation("o-1", "p-1"));
  world.disk.fail_next();
  const auto answer = send(
      world, "dr-a", {{"GET", "Observation/o-1"}, {"POST", "Observation", new_observation("p-1")}});
  EXPECT_FALSE(answer.released);
  EXPECT_FALSE(answer.holds("subject"));
  for (const auto& status : statuses(answer)) EXPECT_TRUE(status.starts_with("503")) << status;
  EXPECT_TRUE(world.records.writes().empty());
}

}  // namespace
}  // namespace halligan::tests
