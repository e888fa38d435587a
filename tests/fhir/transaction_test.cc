// transaction_test.cc - several writes of which all are carried out or none: by ordinary grants,
// and by no way round one.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

using facts::AccessIntended;
using facts::AccessOutcome;
using facts::Outcome;
using namespace std::chrono_literals;

struct Part {
  std::string method;
  std::string url;
  std::string resource{};
  std::string request{};  // more of its request
  std::string entry{};    // more of its entry
};

std::string transaction(const std::vector<Part>& parts) {
  std::string out = R"({"resourceType":"Bundle","type":"transaction","entry":[)";
  for (const auto& part : parts) {
    if (&part != parts.data()) out += ",";
    out += "{" + (part.resource.empty() ? "" : "\"resource\":" + part.resource + ",");
    out += part.entry + R"("request":{"method":")" + part.method + R"(","url":")" + part.url +
           "\"" + part.request + "}}";
  }
  return out + "]}";
}

World::Answer send(World& world, const std::string& who, const std::vector<Part>& parts,
                   in::http::Headers headers = {}) {
  return world.ask(who, "POST", "", transaction(parts), std::move(headers));
}

std::string of(const std::string& type, const std::string& patient, const std::string& rest = {}) {
  return R"({"resourceType":")" + type + R"(","subject":{"reference":"Patient/)" + patient + "\"}" +
         rest + "}";
}

const std::string fourth = R"(,"meta":{"versionId":"4"})";
const std::string name = "urn:uuid:c757873d-ec9a-4326-a141-556f43239520";
const std::string named = R"("fullUrl":")" + name + "\",";

std::vector<Outcome> outcomes(World& world) {
  std::vector<Outcome> out;
  for (const auto& each : world.entries<AccessOutcome>()) out.push_back(each.outcome);
  return out;
}

// Refused, with its place, and nothing is written.
void refused(World& world, const std::string& who, const std::vector<Part>& parts, int status,
             const std::string& says, int entry = 1) {
  const auto writes = world.records.writes().size();
  const auto answer = send(world, who, parts);
  EXPECT_EQ(answer.status, status) << answer.body;
  EXPECT_TRUE(answer.holds(says)) << answer.body;
  EXPECT_TRUE(answer.holds("Bundle.entry[" + std::to_string(entry) + "]")) << answer.body;
  EXPECT_FALSE(answer.released);
  EXPECT_EQ(world.records.writes().size(), writes) << says;
}

TEST(Transaction, AllOfItIsSentAsOneWhenAllIsWrittenDown) {
  World world;
  world.records.put(observation("o-1", "p-1", fourth));
  world.records.put(observation("o-2", "p-1", fourth));
  world.records.put(observation("o-3", "p-1", fourth));
  const std::string patch = to_base64(view(R"([{"op":"add","path":"/valueString","value":"x"}])"));
  const auto answer =
      send(world, "dr-a",
           {{"POST", "Observation", of("Observation", "p-1", R"(, "value" : 1.50)"), "", named},
            {"POST", "DiagnosticReport",
             of("DiagnosticReport", "p-1", R"(,"result":[{"reference":")" + name + "\"}]")},
            {"PUT", "Observation/o-1", observation("o-1", "p-2", fourth), R"(,"ifMatch":"W/\"4\"")",
             R"("fullUrl":"https://halligan.example/fhir/Observation/o-1",)"},
            {"PATCH", "Observation/o-2",
             R"({"resourceType":"Binary","contentType":"application/json-patch+json","data":")" +
                 patch + "\"}"},
            {"DELETE", "Observation/o-3"}});
  ASSERT_EQ(answer.status, 200) << answer.body;
  const auto whole = answer.json();
  EXPECT_EQ(whole.at("type"), "transaction-response");
  const auto& entries = whole.at("entry").as_array();
  ASSERT_EQ(entries.size(), 5U);
  EXPECT_EQ(entries[0].at("response").at("status"), "201 Created");
  EXPECT_EQ(entries[0].at("response").at("location").as_string(),
            World::base + "/Observation/new-1");
  EXPECT_EQ(entries[2].at("response").at("status"), "200 OK");
  EXPECT_EQ(entries[4].at("response").at("status"), "204 No Content");
  EXPECT_FALSE(answer.holds("upstream")) << answer.body;

  const auto writes = world.records.writes();
  ASSERT_EQ(writes.size(), 1U) << "as one";
  EXPECT_EQ(writes[0].request.method, "POST");
  EXPECT_EQ(writes[0].request.target, "");
  const auto& sent = writes[0].request.body;
  EXPECT_NE(sent.find(R"(, "value" : 1.50)"), std::string::npos) << "no byte is changed";
  EXPECT_NE(sent.find(R"("ifMatch":"W/\"4\"")"), std::string::npos) << sent;
  EXPECT_EQ(boost::json::parse(sent).at("entry").at(3).at("request").at("method"), "PUT");
  EXPECT_TRUE(world.records.held().at("DiagnosticReport/new-2").find("Observation/new-1") !=
              std::string::npos);

  const auto intents = world.entries<AccessIntended>();
  const auto ledger = world.ledger();
  std::size_t before = 0;
  for (std::size_t i = 0; i < writes[0].durable; ++i)
    before += std::holds_alternative<AccessIntended>(ledger.at(i)) ? 1U : 0U;
  EXPECT_EQ(before, intents.size()) << "all of them before anything is sent";
  EXPECT_GE(intents.size(), 6U) << "a move is one for each chart";
  const auto told = world.entries<AccessOutcome>();
  EXPECT_EQ(told.size(), intents.size());
  for (const auto& each : told) EXPECT_EQ(each.outcome, Outcome::released);
  EXPECT_EQ(told[0].new_id, "Observation/new-1");
  EXPECT_EQ(told[1].new_id, "DiagnosticReport/new-2");
  for (std::size_t i = 1; i < intents.size(); ++i) EXPECT_GT(intents[i].part_of, 0U) << i;
}

TEST(Transaction, OneThatIsNotGrantedLetsNothingPass) {
  World world;
  world.records.put(observation("o-1", "p-1", fourth));
  world.records.put(observation("o-3", "p-3", fourth));
  world.records.put(observation("o-hidden", "hidden", fourth));
  const Part fine{"POST", "Observation", of("Observation", "p-1")};
  refused(world, "dr-a", {fine, {"POST", "Observation", of("Observation", "p-3")}}, 403, "glass");
  refused(world, "dr-a", {fine, {"DELETE", "Observation/o-3"}}, 404, "");
  refused(world, "dr-a", {fine, {"PUT", "Observation/o-3", observation("o-3", "p-1")}}, 404, "");
  refused(world, "dr-a", {fine, {"PUT", "Observation/o-1", observation("o-1", "p-3")}}, 404, "");
  refused(world, "dr-a",
          {fine,
           {"POST", "Claim", R"({"resourceType":"Claim","patient":{"reference":"Patient/p-1"}})"}},
          403, "claims-are-not-urgent");
  refused(world, "dr-a", {fine, {"POST", "Observation", of("Observation", "nobody")}}, 403, "");
  refused(world, "scribe-s", {fine, {"DELETE", "Observation/o-1"}}, 404, "");
  refused(world, "porter-c", {fine}, 403, "", 0);
  EXPECT_EQ(world.ask("", "POST", "", transaction({fine})).status, 401);
  for (const auto outcome : outcomes(world)) EXPECT_EQ(outcome, Outcome::nothing);
  EXPECT_FALSE(outcomes(world).empty()) << "those before it were granted, and are told";
}

// What is refused by its id tells nothing that asking for it alone does not.
TEST(Transaction, AHiddenRecordIsAsUnknownAsNone) {
  World world;
  world.records.put(observation("o-hidden", "hidden", fourth));
  for (const auto* method : {"PUT", "DELETE"}) {
    const auto ask = [&](const std::string& id) {
      return send(world, "dr-a",
                  {{"POST", "Observation", of("Observation", "p-1")},
                   {method, "Observation/" + id,
                    std::string{method} == "PUT" ? observation(id, "p-1") : ""}});
    };
    const auto hidden = ask("o-hidden");
    const auto none = ask("o-none");
    EXPECT_EQ(hidden.status, none.status);
    EXPECT_EQ(without_code(hidden.body), without_code(none.body));
  }
  EXPECT_TRUE(world.records.writes().empty());
}

TEST(Transaction, NothingPassesUnderAGlass) {
  World world;
  world.records.put(observation("o-3", "p-3", fourth));
  world.break_glass("dr-b", "p-3");
  refused(world, "dr-b", {{"POST", "Observation", of("Observation", "p-3")}}, 403,
          "ordinary grants", 0);
  refused(world, "dr-b", {{"PUT", "Observation/o-3", observation("o-3", "p-3")}}, 404, "no rule",
          0);
  world.break_glass("dr-a", "p-3");
  refused(world, "dr-a",
          {{"POST", "Observation", of("Observation", "p-3")},
           {"POST", "Observation", of("Observation", "p-1")}},
          403, "ordinary grants", 0);
  // Each for itself it may be added.
  EXPECT_EQ(world.ask("dr-a", "POST", "Observation", of("Observation", "p-3")).status, 201);
}

TEST(Transaction, TheTagOfAGlassIsOurs) {
  World world;
  const std::string tag =
      R"("meta":{"versionId":"4","tag":[{"system":"urn:halligan:glass","code":"x"}]})";
  world.records.put(observation("o-1", "p-1", "," + tag));
  const Part fine{"POST", "Observation", of("Observation", "p-1")};
  refused(world, "dr-a", {fine, {"POST", "Observation", of("Observation", "p-1", "," + tag)}}, 422,
          "the tag of a glass is given by the gateway alone");
  refused(world, "dr-a", {fine, {"PUT", "Observation/o-1", observation("o-1", "p-1")}}, 422,
          "the tag of a glass stays");
}

TEST(Transaction, WhatItsRequestsMayNotBe) {
  World world;
  world.records.put(observation("o-1", "p-1", fourth));
  const auto create = of("Observation", "p-1");
  const Part fine{"POST", "Observation", create};
  const auto refuse = [&](Part part, int status, const std::string& says) {
    refused(world, "dr-a", {fine, std::move(part)}, status, says);
  };
  refuse({"GET", "Observation/o-1"}, 422, "a transaction writes");
  refuse({"GET", "Patient/p-3"}, 422, "a transaction writes");
  refuse({"GET", "Observation?patient=p-3&code=x"}, 422, "a transaction writes");
  refuse({"POST", "Observation/_search?patient=p-3", create}, 415, "");
  refuse({"POST", "Observation", create, R"(,"ifNoneExist":"patient=p-3&code=x")"}, 400,
         "conditional");
  refuse({"PUT", "Observation?patient=p-3", create}, 405, "by search");
  refuse({"PUT", "Observation/o-1", observation("o-1", "p-1"), R"(,"ifNoneMatch":"*")"}, 400,
         "If-Match");
  refuse({"PUT", "Observation/o-1", observation("o-1", "p-1"), R"(,"ifMatch":"W/\"3\"")"}, 412,
         "changed meanwhile");
  refuse({"DELETE", "Observation?patient=p-3"}, 405, "by search");
  refuse({"DELETE", "Observation/o-1", "", R"(,"ifMatch":"W/\"4\"")"}, 400, "");
  refuse({"PUT", "Observation/o-new", observation("o-new", "p-1")}, 404, "");
  refuse({"POST", "Patient", R"({"resourceType":"Patient"})", "", named}, 400, "registered");
  refuse({"POST", "Practitioner", R"({"resourceType":"Practitioner"})"}, 403, "");
  refuse({"POST", "", transaction({fine})}, 400, "");
  refuse({"POST", "Bundle", transaction({fine})}, 403, "");
  refuse({"POST", "https://halligan.example/fhir/Observation", create}, 400, "below the base");
  refuse({"POST", "../fhir/Observation", create}, 400, "");
}

// The record system puts addresses where names stood, and what was checked is not what it keeps.
TEST(Transaction, NoNameBecomesAPatientOrAnothersRecord) {
  World world;
  world.records.put(observation("o-1", "p-1", fourth));
  const Part fine{"POST", "Observation", of("Observation", "p-1")};
  const auto refuse = [&](Part part, int status, const std::string& says) {
    refused(world, "dr-a", {fine, std::move(part)}, status, says);
  };
  const auto refers = [](const std::string& to) {
    return of("DiagnosticReport", "p-1", R"(,"result":[{"reference":")" + to + "\"}]");
  };
  refuse({"POST", "DiagnosticReport", refers(name)}, 422, "names nothing");
  refuse({"POST", "DiagnosticReport", refers("urn:oid:1.2.3")}, 422, "names nothing");
  refuse({"POST", "DiagnosticReport", refers("URN:UUID" + name.substr(8))}, 422, "names nothing");
  for (const auto* of_what : {"Patient/p-3", "http://upstream.internal/fhir/Patient/p-1", "p-1",
                              "urn:uuid:1", "urn:oid:1.2", "\\\",\\\"x\\\":\\\"",
                              "urn:uuid:C757873D-EC9A-4326-A141-556F43239520", "Patient"})
    refuse({"POST", "Observation", of("Observation", "p-1"), "",
            R"("fullUrl":")" + std::string{of_what} + "\","},
           422, "fullUrl");
  refuse({"PUT", "Observation/o-1", observation("o-1", "p-1"), "", named}, 422, "fullUrl");
  refuse({"PUT", "Observation/o-1", observation("o-1", "p-1"), "",
          R"("fullUrl":"https://halligan.example/fhir/Patient/p-3",)"},
         422, "fullUrl");
  refused(world, "dr-a",
          {{"POST", "Observation", of("Observation", "p-1"), "", named},
           {"POST", "Condition", of("Condition", "p-1"), "", named}},
          422, "the same fullUrl");
  refused(world, "dr-a",
          {{"POST", "Observation", of("Observation", "p-1"), "", named},
           {"POST", "Condition",
            R"({"resourceType":"Condition","subject":{"reference":")" + name + "\"}}"}},
          422, "whose chart");
}

// "Observation?patient=p-3&code=x" is an address for one that finds one: it would tell what there
// is.
TEST(Transaction, NoReferenceIsASearch) {
  World world;
  for (const auto* to :
       {"Observation?patient=p-3&code=hiv", "Patient?name=roe",
        "http://upstream.internal/fhir/Observation?subject=Patient/p-3", "?patient=p-3"}) {
    const auto body =
        of("DiagnosticReport", "p-1", R"(,"result":[{"reference":")" + std::string{to} + "\"}]");
    refused(world, "dr-a", {{"POST", "DiagnosticReport", body}}, 422, "a reference is a search", 0);
    EXPECT_EQ(world.ask("dr-a", "POST", "DiagnosticReport", body).status, 422) << to;
    const auto inside =
        of("DiagnosticReport", "p-1",
           R"(,"contained":[{"resourceType":"Observation","hasMember":[{"reference":")" +
               std::string{to} + "\"}]}]");
    EXPECT_EQ(world.ask("dr-a", "POST", "DiagnosticReport", inside).status, 422) << to;
  }
  EXPECT_TRUE(world.records.writes().empty());
}

TEST(Transaction, OneResourceIsNamedOnce) {
  World world;
  world.records.put(observation("o-1", "p-1", fourth));
  const auto body = observation("o-1", "p-1", fourth);
  refused(world, "dr-a", {{"PUT", "Observation/o-1", body}, {"DELETE", "Observation/o-1"}}, 422,
          "the same resource");
  refused(world, "dr-a", {{"DELETE", "Observation/o-1"}, {"PUT", "Observation/%6f-1", body}}, 422,
          "the same resource");
}

TEST(Transaction, WhatTheRecordSystemRefusesIsNotWritten) {
  for (const auto& [status, shown] : {std::pair{400, 422}, {412, 412}, {500, 502}, {302, 502}}) {
    World world;
    world.records.meanwhile = [&world, answered = status] {
      world.records.status = world.records.asked.back().request.method == "POST" ? answered : 0;
    };
    const auto answer = send(world, "dr-a",
                             {{"POST", "Observation", of("Observation", "p-1")},
                              {"POST", "Condition", of("Condition", "p-1")}});
    EXPECT_EQ(answer.status, shown) << answer.body;
    EXPECT_FALSE(answer.holds("upstream.internal")) << answer.body;
    EXPECT_EQ(outcomes(world), (std::vector{Outcome::refused_upstream, Outcome::refused_upstream}));
  }
}

TEST(Transaction, WhatNobodyKnowsIsUnknownAndIsSentOnce) {
  const std::vector<Part> parts{{"POST", "Observation", of("Observation", "p-1")},
                                {"POST", "Condition", of("Condition", "p-1")}};
  World late;
  late.records.fault = Fault{FaultCode::upstream_timeout, "late"};
  late.records.fault_on = "POST";
  EXPECT_EQ(send(late, "dr-a", parts).status, 504);
  EXPECT_EQ(late.records.writes().size(), 1U);
  EXPECT_EQ(outcomes(late), (std::vector{Outcome::unknown, Outcome::unknown}));
  World away;
  away.records.fault = Fault{FaultCode::upstream_unreachable, "away"};
  away.records.fault_on = "POST";
  EXPECT_EQ(send(away, "dr-a", parts).status, 502);
  EXPECT_EQ(outcomes(away), (std::vector{Outcome::refused_upstream, Outcome::refused_upstream}));
  for (
      const auto* said :
      {"{}", "nonsense", R"({"resourceType":"Bundle","type":"transaction-response","entry":[]})",
       R"({"resourceType":"Bundle","type":"searchset","entry":[{"response":{"status":"201"}},{"response":{"status":"201"}}]})",
       R"({"resourceType":"Observation","subject":{"reference":"Patient/p-3"}})"}) {
    World world;
    world.records.says_of_transaction = said;
    const auto answer = send(world, "dr-a", parts);
    EXPECT_EQ(answer.status, 504) << answer.body;
    EXPECT_FALSE(answer.released);
    EXPECT_EQ(outcomes(world), (std::vector{Outcome::unknown, Outcome::unknown})) << said;
  }
}

// It broke its word, and each part is told as it went.
TEST(Transaction, OneThatWasCarriedOutInPartIsToldSo) {
  World world;
  world.records.says_of_transaction =
      R"({"resourceType":"Bundle","type":"transaction-response","entry":[{"response":{"status":"201 Created","location":"Observation/new-1"}},{"response":{"status":"409 Conflict"}}]})";
  const auto answer = send(world, "dr-a",
                           {{"POST", "Observation", of("Observation", "p-1")},
                            {"POST", "Condition", of("Condition", "p-1")}});
  EXPECT_EQ(answer.status, 502);
  EXPECT_TRUE(answer.holds("a part of it alone")) << answer.body;
  EXPECT_EQ(outcomes(world), (std::vector{Outcome::released, Outcome::refused_upstream}));
}

TEST(Transaction, WhatComesBackIsShownWhereItMayBeRead) {
  const in::http::Headers wish{{"Prefer", "return=representation"}};
  World world;
  const std::vector<Part> parts{{"POST", "Observation", of("Observation", "p-1")},
                                {"POST", "Condition", of("Condition", "p-1")}};
  const auto fine = send(world, "dr-a", parts, wish);
  EXPECT_EQ(fine.json().at("entry").at(0).at("resource").at("id"), "new-1") << fine.body;
  World other;
  other.records.says_of_transaction =
      R"({"resourceType":"Bundle","type":"transaction-response","entry":[)"
      R"({"resource":)" +
      observation("new-1", "p-3") +
      R"(,"response":{"status":"201","location":"Observation/new-1"}},)"
      R"({"resource":{"resourceType":"Condition","id":"new-2","subject":{"reference":"Patient/p-1"},"meta":{"security":[{"code":"PSYTHPN"}]}},"response":{"status":"201","location":"Condition/new-2"}}]})";
  const auto withheld = send(other, "dr-a", parts, wish);
  EXPECT_EQ(withheld.status, 200);
  EXPECT_FALSE(withheld.holds("p-3")) << "of another patient, whom nobody asked for";
  EXPECT_EQ(withheld.json().at("entry").at(1).at("response").at("status"), "201 Created");
  World scribe;
  const auto unread = send(scribe, "scribe-s", parts, wish);
  EXPECT_EQ(unread.status, 200) << unread.body;
  EXPECT_FALSE(unread.holds("\"resource\"")) << "who may add may not read";
}

TEST(Transaction, ARightThatEndsMeanwhileSendsNothing) {
  World world;
  world.records.put(observation("o-1", "p-1", fourth));
  std::size_t asked = 0;
  world.records.meanwhile = [&] {
    if (++asked == 1) world.perform(app::SignOut{.token_hash = in::token_hash("dr-a")});
  };
  const auto answer =
      send(world, "dr-a",
           {{"POST", "Observation", of("Observation", "p-1")}, {"DELETE", "Observation/o-1"}});
  EXPECT_EQ(answer.status, 401) << answer.body;
  EXPECT_TRUE(world.records.writes().empty());
}

TEST(Transaction, Bounds) {
  World world;
  const Part fine{"POST", "Observation", of("Observation", "p-1")};
  EXPECT_EQ(send(world, "dr-a", std::vector<Part>(limits::batch_requests_max + 1, fine)).status,
            413);
  for (int i = 0; i < 4; ++i)
    world.records.put(observation("o-" + std::to_string(i), "p-1", fourth));
  world.records.meanwhile = [&] { world.clock.pass(20s); };
  std::vector<Part> slow;
  for (int i = 0; i < 4; ++i) slow.push_back({"DELETE", "Observation/o-" + std::to_string(i)});
  refused(world, "dr-a", slow, 413, "too slow", 2);
}

TEST(Transaction, NothingIsSentWhenTheLedgerCannotBeWritten) {
  World world;
  world.disk.fail_next();
  const auto answer = send(world, "dr-a",
                           {{"POST", "Observation", of("Observation", "p-1")},
                            {"POST", "Condition", of("Condition", "p-1")}});
  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_TRUE(world.records.writes().empty());
}

}  // namespace
}  // namespace halligan::tests
