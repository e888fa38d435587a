// Finding a person, opening charts, breaking glass, the viewer.

#include "api_world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

std::string bundle(std::initializer_list<const char*> patients, bool next = false) {
  std::string out = R"({"resourceType":"Bundle","type":"searchset","entry":[)";
  bool first = true;
  for (const char* id : patients) {
    out +=
        (first ? "" : ",") + std::string{R"({"resource":{"resourceType":"Patient","id":")"} + id +
        R"(","name":[{"use":"old","family":"Former"},{"use":"official","family":"Ellison","given":["Mar","G."]}],)"
        R"("birthDate":"1952-03-14","gender":"female","telecom":[{"value":"555-1234"}],"address":[{"city":"Bath"}]}})";
    first = false;
  }
  return out + "]" +
         (next ? R"(,"link":[{"relation":"next","url":"http://records.test/fhir?page=2"}])" : "") +
         "}";
}

TEST_F(ApiWorld, ASearchShowsFourThingsAndIsWrittenDownBeforeItLeaves) {
  const auto token = sign_in("doc");
  records_.answers["Patient?"] = {200, bundle({"p-1", "p-2"}, true)};
  const auto before = size();
  const auto found = post("/api/v1/patients/search", token,
                          {{"name", "Ellison, $x"}, {"birth_date", "1952-03-14"}});
  ASSERT_EQ(found.status, 200) << found.text;
  ASSERT_EQ(found["patients"].as_array().size(), 2U);
  const auto& first = found["patients"].as_array()[0].as_object();
  EXPECT_EQ(first.size(), 4U);
  EXPECT_EQ(first.at("name").as_string(), "Mar G. Ellison");
  EXPECT_TRUE(found["more"].as_bool());
  EXPECT_EQ(found.text.find("555-1234"), std::string::npos);
  EXPECT_EQ(found.text.find("records.test"), std::string::npos);
  EXPECT_EQ(kinds_since(before),
            (std::vector<std::string>{"search-made", "search-listed", "search-listed"}));
  // The comma stays part of one value, and nothing of it can become another parameter.
  EXPECT_EQ(records_.asked.back(),
            "Patient?_count=31&name=Ellison%5c%2c%20%5c%24x&birthdate=1952-03-14");
}

TEST_F(ApiWorld, WhoIsHiddenFromTheReaderIsNotListedButItIsWrittenDown) {
  tell("excludes", "p-2", "doc");
  records_.answers["Patient?"] = {200, bundle({"p-1", "p-2"})};
  const auto doc = sign_in("doc");
  const auto found = post("/api/v1/patients/search", doc, {{"name", "x"}});
  ASSERT_EQ(found.status, 200);
  ASSERT_EQ(found["patients"].as_array().size(), 1U);
  EXPECT_EQ(found["patients"].as_array()[0].at("id").as_string(), "p-1");
  EXPECT_EQ(kinds_since(size() - 2), (std::vector<std::string>{"search-listed", "access-refused"}));
  EXPECT_EQ(post("/api/v1/patients/search", sign_in("nina"), {{"name", "x"}})["patients"]
                .as_array()
                .size(),
            2U);
}

TEST_F(ApiWorld, NothingThatIsNoPatientIsListed) {
  records_.answers["Patient?"] = {
      200,
      R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Observation","id":"o-1"}},
             {"resource":{"resourceType":"Patient","id":"../x"}},{"resource":7},{},{"resource":{"resourceType":"Patient"}}]})"};
  const auto found = post("/api/v1/patients/search", sign_in("doc"), {{"name", "x"}});
  ASSERT_EQ(found.status, 200);
  EXPECT_TRUE(found["patients"].as_array().empty());
}

TEST_F(ApiWorld, ARecordSystemInTroubleIsAProblemAndNothingElse) {
  const auto token = sign_in("doc");
  records_.answers["Patient?"] = {200, "<html>"};
  EXPECT_EQ(post("/api/v1/patients/search", token, {{"name", "x"}}).status, 502);
  records_.answers["Patient?"] = {500, "secret of the upstream"};
  const auto failed = post("/api/v1/patients/search", token, {{"name", "x"}});
  EXPECT_EQ(failed.status, 502);
  EXPECT_EQ(failed.text.find("secret of"), std::string::npos);
  records_.fault = Fault{FaultCode::upstream_timeout, "late"};
  EXPECT_EQ(post("/api/v1/patients/search", token, {{"name", "x"}}).status, 504);
  EXPECT_EQ(post("/api/v1/charts/p-9/open", token).status, 504);
  EXPECT_EQ(post("/api/v1/charts/p-1/open", token).status, 200) << "the ledger knows this one";
}

TEST_F(ApiWorld, AnOpenReferralOpensTheChartAndIsNamed) {
  const auto token = sign_in("doc");
  const auto opened = post("/api/v1/charts/p-1/open", token);
  ASSERT_EQ(opened.status, 200) << opened.text;
  EXPECT_EQ(opened.str("verdict"), "permit");
  const auto& basis = opened["basis"].as_object();
  EXPECT_EQ(basis.at("rule").as_string(), "open-referral");
  EXPECT_EQ(json::serialize(basis.at("relations")).find("cardiology") != std::string::npos, true)
      << opened.text;
  EXPECT_EQ(get("/api/v1/session", token).str("focus"), "p-1");
  EXPECT_EQ(kinds_since(opened["receipt"].to_number<EntryIndex>()),
            (std::vector<std::string>{"access-intended", "access-outcome"}));
  EXPECT_TRUE(state().pending.empty());
}

TEST_F(ApiWorld, AnOfferNamesReasonsAndBillsAndMovesNothing) {
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto token = sign_in("doc");
  const auto asked = post("/api/v1/charts/p-2/open", token);
  ASSERT_EQ(asked.status, 200) << asked.text;
  EXPECT_EQ(asked.str("verdict"), "glass");
  const auto& offer = asked["offer"].as_object();
  EXPECT_EQ(offer.at("patient").as_string(), "p-2");
  const auto& grant = offer.at("grants").as_array()[0].as_object();
  EXPECT_EQ(grant.at("rule").as_string(), "clinical-access");
  EXPECT_EQ(grant.at("bill").at("prompts").as_array().size(), 3U);
  EXPECT_TRUE(grant.at("bill").at("proof").at("fresh").as_bool());
  EXPECT_EQ(offer.at("instead").as_array()[0].as_string(), "referral");
  EXPECT_TRUE(get("/api/v1/session", token)["focus"].is_null());
  clock_.pass(6min);
  const auto later = post("/api/v1/charts/p-2/open", token);
  const auto& proof = later["offer"].at("grants").as_array()[0].at("bill").at("proof");
  EXPECT_FALSE(proof.at("fresh").as_bool());
  EXPECT_EQ(proof.at("max_age_seconds").to_number<int>(), 300);
}

TEST_F(ApiWorld, AnUnknownPatientMintsNothingAndIsDenied) {
  const auto token = sign_in("doc");
  const auto keys = vault_storage_.keys();
  const auto asked = post("/api/v1/charts/p-404/open", token);
  EXPECT_EQ(asked.str("verdict"), "deny");
  EXPECT_TRUE(asked["rule"].is_null());
  EXPECT_FALSE(state().knows(PatientId{"p-404"}));
  EXPECT_EQ(vault_storage_.keys(), keys);
}

TEST_F(ApiWorld, ANamedDenyIsNamedAndAHiddenOneReadsAsNoRule) {
  tell("excludes", "p-2", "doc");
  const auto token = sign_in("doc");
  auto hidden = post("/api/v1/charts/p-2/open", token);
  auto unknown = post("/api/v1/charts/p-404/open", token);
  hidden.body.as_object().erase("code");
  unknown.body.as_object().erase("code");
  EXPECT_EQ(hidden.body, unknown.body);
  EXPECT_EQ(post("/api/v1/charts/p-2/break", token,
                 {{"reason", "clinical-access"}, {"details", details()}})
                .status,
            403);
}

TEST_F(ApiWorld, BreakingAsksForWhatIsMissingByName) {
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto token = sign_in("doc");
  auto some = details();
  some.pop_back();
  const auto missing =
      post("/api/v1/charts/p-2/break", token, {{"reason", "clinical-access"}, {"details", some}});
  EXPECT_EQ(missing.status, 422);
  EXPECT_EQ(missing.slug(), "details-missing");
  EXPECT_EQ(missing["missing"].as_array(), (json::array{"Why is it needed?"}));
  auto blank = details();
  blank[0].as_object()["answer"] = "";
  EXPECT_EQ(post("/api/v1/charts/p-2/break", token,
                 {{"reason", "clinical-access"}, {"details", blank}})["missing"]
                .as_array()[0]
                .as_string(),
            "What are you looking for?");
  clock_.pass(6min);
  const auto stale = post("/api/v1/charts/p-2/break", token,
                          {{"reason", "clinical-access"}, {"details", details()}});
  EXPECT_EQ(stale.status, 401);
  EXPECT_EQ(stale.slug(), "step-up-needed");
  EXPECT_EQ(stale.header("WWW-Authenticate").substr(0, 7), "Bearer ");
  EXPECT_NE(stale.header("WWW-Authenticate").find("error=\"insufficient_user_authentication\""),
            std::string::npos);
  EXPECT_NE(stale.header("WWW-Authenticate").find("max_age=\"300\""), std::string::npos);
  ASSERT_EQ(post("/api/v1/session/step-up", token, {{"code", code_of("doc")}}).status, 200);
  EXPECT_EQ(post("/api/v1/charts/p-2/break", token,
                 {{"reason", "clinical-access"}, {"details", details()}})
                .status,
            201);
  EXPECT_EQ(post("/api/v1/charts/p-2/break", token, {{"reason", "whim"}}).slug(), "unknown-reason");
}

TEST_F(ApiWorld, ABrokenGlassIsSeenClosedAndEndedOnce) {
  const auto token = sign_in("doc");
  const auto glass = break_glass(token, "p-2");
  EXPECT_EQ(post("/api/v1/charts/p-2/open", token)["basis"].at("glass").as_string(), glass);
  const auto mine = get("/api/v1/glass", token);
  ASSERT_EQ(mine["glass"].as_array().size(), 1U);
  const auto seen = get("/api/v1/charts/p-2/glass", token);
  ASSERT_EQ(seen.status, 200) << seen.text;
  const auto& shown = seen["glass"].as_array()[0].as_object();
  EXPECT_EQ(shown.at("name").as_string(), "Name of doc");
  EXPECT_EQ(shown.at("details").as_array().size(), 3U);
  EXPECT_EQ(shown.at("case_state").as_string(), "owed");
  EXPECT_EQ(get("/api/v1/charts/p-2/glass", sign_in("nina")).slug(), "glass-needed");
  EXPECT_EQ(post("/api/v1/glass/" + glass + "/close", sign_in("nina")).status, 403);
  const auto closed = post("/api/v1/glass/" + glass + "/close", token);
  ASSERT_EQ(closed.status, 200);
  EXPECT_EQ(closed.str("ended_by"), "closed");
  EXPECT_EQ(post("/api/v1/glass/" + glass + "/close", token).status, 409);
  EXPECT_EQ(get("/api/v1/glass?all=true", token).status, 403);
}

TEST_F(ApiWorld, OneKeyIsOneGlass) {
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto token = sign_in("doc");
  const auto body =
      json::serialize(json::object{{"reason", "clinical-access"}, {"details", details()}});
  const auto first =
      call("POST", "/api/v1/charts/p-2/break", token, body, {{"Idempotency-Key", "k-1"}});
  const auto again =
      call("POST", "/api/v1/charts/p-2/break", token, body, {{"Idempotency-Key", "k-1"}});
  ASSERT_EQ(first.status, 201) << first.text;
  EXPECT_EQ(again.str("glass"), first.str("glass"));
  EXPECT_EQ(again["receipt"], first["receipt"]);
  EXPECT_EQ(state().glasses.size(), 1U);
  EXPECT_EQ(
      call("POST", "/api/v1/charts/p-1/break", token, body, {{"Idempotency-Key", "k-1"}}).status,
      409);
  EXPECT_EQ(call("POST", "/api/v1/charts/p-2/break", token, body,
                 {{"Idempotency-Key", std::string(129, 'x')}})
                .status,
            400);
}

TEST_F(ApiWorld, BreakingWhereOrdinaryAccessSufficesIsCountedAsUnneeded) {
  const auto token = sign_in("doc");
  const auto unneeded = post("/api/v1/charts/p-1/break", token, {{"reason", "clinical-access"}});
  ASSERT_EQ(unneeded.status, 200) << unneeded.text;
  EXPECT_TRUE(unneeded["unneeded"].as_bool());
  EXPECT_EQ(unneeded["basis"].at("rule").as_string(), "open-referral");
  EXPECT_TRUE(state().glasses.empty());
}

TEST_F(ApiWorld, AnOfficerRevokesAndSaysWhy) {
  const auto token = sign_in("doc");
  const auto glass = break_glass(token, "p-2");
  EXPECT_EQ(post("/api/v1/glass/" + glass + "/revoke", token).status, 403);
  const auto officer = sign_in("pia");
  EXPECT_EQ(get("/api/v1/glass?all=true", officer)["glass"].as_array().size(), 1U);
  const auto revoked =
      post("/api/v1/glass/" + glass + "/revoke", officer, {{"comment", "looked wrong"}});
  ASSERT_EQ(revoked.status, 200);
  EXPECT_EQ(revoked.str("ended_by"), "revoked");
  const auto read = house_->journal().read(size() - 1);
  EXPECT_EQ(std::get<facts::GlassEnded>(read->body->fact).comment, "looked wrong");
  EXPECT_EQ(post("/api/v1/charts/p-2/open", token).str("verdict"), "glass");
}

TEST_F(ApiWorld, DetailsMayFollowAndAreShownAsOwedUntilThen) {
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto token = sign_in("doc");
  const auto broken = post("/api/v1/charts/p-2/break", token, {{"reason", "life-threat"}});
  ASSERT_EQ(broken.status, 201) << broken.text;
  const auto owed = get("/api/v1/session", token);
  ASSERT_EQ(owed["owed"].as_array().size(), 1U) << owed.text;
  EXPECT_EQ(owed["owed"].as_array()[0].at("prompts").as_array()[0].as_string(),
            "What was the emergency?");
  const auto path = "/api/v1/glass/" + broken.str("glass") + "/details";
  EXPECT_EQ(post(path, token, {{"details", json::array{}}}).slug(), "details-missing");
  const auto given =
      post(path, token,
           {{"details", {{{"prompt", "What was the emergency?"}, {"answer", "an arrest"}}}}});
  ASSERT_EQ(given.status, 200) << given.text;
  EXPECT_TRUE(given["details_owed"].as_array().empty());
  EXPECT_EQ(given.str("case_state"), "justified");
  EXPECT_TRUE(get("/api/v1/session", token)["owed"].as_array().empty());
}

}  // namespace
}  // namespace halligan::tests
