// Finding a person, opening charts, breaking glass, the viewer.

#include "api_world.h"
#include "app/access.h"
#include "app/read_ledger.h"
#include "base/crypto.h"

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
  ASSERT_EQ(basis.at("because").as_array().size(), basis.at("relations").as_array().size());
  const auto& member = basis.at("because").as_array().at(0).as_object();
  EXPECT_EQ(member.at("relation").as_string(), "member");
  EXPECT_EQ(member.at("from").as_string(), "staff/doc");
  EXPECT_EQ(member.at("to").as_string(), "team/cardiology");
  EXPECT_TRUE(parse_instant(std::string{member.at("since").as_string()}).has_value());
  EXPECT_EQ(json::serialize(basis.at("relations")).find("cardiology") != std::string::npos, true)
      << opened.text;
  EXPECT_EQ(get("/api/v1/session", token).str("focus"), "p-1");
  EXPECT_EQ(kinds_since(opened["receipt"].to_number<EntryIndex>()),
            (std::vector<std::string>{"access-intended", "access-outcome"}));
  EXPECT_TRUE(state().pending.empty());
}

TEST_F(ApiWorld, WhatIsToBeAddedIsWhatWasSaidAndNoMore) {
  const auto token = sign_in("doc");
  records_.answers["Patient/p-2"] = {200, "{}"};
  ASSERT_EQ(post("/api/v1/charts/p-2/break", token, {{"reason", "life-threat"}}).status, 201);
  const json::object note{{"action", "append"}, {"type", "DocumentReference"}};
  const auto asked = post("/api/v1/charts/p-2/open", token, {{"cell", note}});
  EXPECT_EQ(asked.str("verdict"), "glass") << "its label might have been one that the reason gives";
  const json::object read{{"action", "read"}, {"type", "DocumentReference"}};
  EXPECT_EQ(post("/api/v1/charts/p-2/open", token, {{"cell", read}}).str("verdict"), "permit");
}

TEST_F(ApiWorld, TheSessionSaysWhetherTheChartInFrontMayStillBeReadAndThatIsNoAccess) {
  const auto token = sign_in("doc");
  EXPECT_TRUE(get("/api/v1/session", token)["focus_rules"].as_array().empty());
  ASSERT_EQ(post("/api/v1/charts/p-1/open", token).str("verdict"), "permit");
  const auto before = get("/api/v1/session", token);
  EXPECT_EQ(json::serialize(before["focus_rules"]), R"(["open-referral"])");
  clock_.pass(1min);
  tell("referral", "cardiology", "p-1", {.so = false});
  const auto from = size();
  const auto after = get("/api/v1/session", token);
  EXPECT_EQ(after.str("focus"), "p-1");
  EXPECT_TRUE(after["focus_rules"].as_array().empty());
  EXPECT_EQ(after.str("idle_until"), before.str("idle_until"));
  EXPECT_EQ(size(), from);
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
  const auto& paid = grant.at("bill").at("proof");
  EXPECT_TRUE(paid.at("fresh").as_bool());
  EXPECT_EQ(paid.at("level").to_number<int>(), 2) << "what is asked, paid or not";
  EXPECT_EQ(paid.at("max_age_seconds").to_number<int>(), 300);
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

// Neither by an outage nor by whether the record system was asked.
TEST_F(ApiWorld, AnOutageTellsNothingOfAHiddenChart) {
  tell("excludes", "p-2", "doc");
  const auto token = sign_in("doc");
  const json::object why{{"reason", "clinical-access"}, {"details", details()}};
  const auto both = [&](const char* what, const json::object& body) {
    std::vector<std::string> seen;
    for (const std::string patient : {"p-2", "p-404"}) {
      const auto before = records_.asked.size();
      const auto path = "/api/v1/charts/" + patient + "/" + what;
      const auto said = what == std::string{"glass"} ? get(path, token) : post(path, token, body);
      seen.push_back(std::to_string(said.status) + " " + (said.status >= 400 ? said.slug() : "") +
                     " " + std::to_string(records_.asked.size() - before));
    }
    EXPECT_EQ(seen[0], seen[1]) << what;
    return seen[0];
  };
  EXPECT_EQ(both("open", {}), "200  1");
  EXPECT_EQ(both("break", why), "403 denied 1");
  EXPECT_EQ(both("glass", {}), "403 denied 1");
  EXPECT_EQ(both("referrals", {{"team", "cardio"}}), "403 denied 1");
  records_.fault = Fault{FaultCode::upstream_unreachable, ""};
  for (const auto* what : {"open", "break", "glass", "referrals"}) {
    const auto body = what == std::string{"break"}       ? why
                      : what == std::string{"referrals"} ? json::object{{"team", "cardio"}}
                                                         : json::object{};
    EXPECT_EQ(both(what, body).substr(0, 3), "502") << what;
  }
}

TEST_F(ApiWorld, GlassForWhatAnOfferNames) {
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto token = sign_in("doc");
  const json::object cell{{"type", "Observation"}, {"labels", {"SUD", "unheard-of"}}};
  const auto asked = post("/api/v1/charts/p-2/open", token, {{"cell", cell}});
  ASSERT_EQ(asked.status, 200) << asked.text;
  ASSERT_EQ(asked.str("verdict"), "glass");
  const auto& offered = asked["offer"].at("cell");
  EXPECT_EQ(offered, (json::object{{"action", "read"},
                                   {"type", "Observation"},
                                   {"labels", {"SUD"}},
                                   {"categories", json::array{}}}));
  const auto& grants = asked["offer"].at("grants").as_array();
  ASSERT_EQ(grants.size(), 1U) << "the other reasons do not reach what is so labelled";
  EXPECT_EQ(grants[0].at("rule").as_string(), "life-threat");
  EXPECT_EQ(post("/api/v1/charts/p-2/break", token,
                 {{"reason", "clinical-access"}, {"details", details()}, {"cell", offered}})
                .slug(),
            "unknown-reason");
  const auto broken =
      post("/api/v1/charts/p-2/break", token, {{"reason", "life-threat"}, {"cell", offered}});
  EXPECT_EQ(broken.status, 201) << broken.text;
  for (const json::value& wrong : std::initializer_list<json::value>{
           json::object{{"type", "Observatory"}},
           json::object{{"type", "Observation"}, {"action", "burn"}},
           json::object{{"labels", {"SUD"}}},
           json::object{{"type", "Observation"}, {"label", "SUD"}}, json::value{"Observation"}}) {
    EXPECT_EQ(post("/api/v1/charts/p-2/open", token, {{"cell", wrong}}).status, 400);
    EXPECT_EQ(post("/api/v1/charts/p-2/break", token, {{"reason", "life-threat"}, {"cell", wrong}})
                  .status,
              400);
  }
}

TEST_F(ApiWorld, WhatARightLeavesOutOfATypeIsOfferedByTheFirstCodeThatTakesGlass) {
  tell("works_on", "nina", "ward-a");
  tell("admitted", "p-1", "ward-a");
  const auto rest_for = [&](const std::string& token, const json::object& cell) {
    const auto opened = post("/api/v1/charts/p-1/open", token, {{"cell", cell}});
    EXPECT_EQ(opened.str("verdict"), "permit") << opened.text;
    return opened["rest"];
  };
  const auto nurse = sign_in("nina");
  const auto rest = rest_for(nurse, {{"type", "Observation"}});
  ASSERT_TRUE(rest.is_object()) << "her ward's right covers nothing of what is so labelled";
  EXPECT_EQ(rest.at("cell"), (json::object{{"action", "read"},
                                           {"type", "Observation"},
                                           {"labels", {"ETH"}},
                                           {"categories", json::array{}}}));
  EXPECT_EQ(rest.at("grants").as_array()[0].at("rule").as_string(), "life-threat");
  EXPECT_TRUE(rest_for(nurse, {{"type", "Observation"}, {"categories", {"laboratory"}}}).is_null())
      << "of what was named nothing is left out";
  EXPECT_TRUE(post("/api/v1/charts/p-1/open", nurse)["rest"].is_null()) << "the chart as such";
  EXPECT_TRUE(rest_for(sign_in("doc"), {{"type", "Observation"}}).is_null())
      << "the referral covers that too, and glass covers nothing else";
}

TEST_F(ApiWorld, WhoIsFoundIsDecidedByTheirLabels) {
  auto one = bundle({"p-1"});
  one.replace(one.find("\"name\""), 0, R"("meta":{"security":[{"code":"SUD"}]},)");
  records_.answers["Patient?"] = {200, one};
  const auto token = sign_in("doc");
  const auto found = post("/api/v1/patients/search", token, {{"name", "x"}});
  ASSERT_EQ(found.status, 200) << found.text;
  EXPECT_TRUE(found["patients"].as_array().empty());
  EXPECT_EQ(kinds_since(size() - 1), (std::vector<std::string>{"access-refused"}));
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
  EXPECT_FALSE(shown.at("idle_until").is_null());
  EXPECT_EQ(get("/api/v1/charts/p-2/glass", sign_in("nina")).slug(), "glass-needed");
  EXPECT_EQ(post("/api/v1/glass/" + glass + "/close", sign_in("nina")).status, 403);
  const auto closed = post("/api/v1/glass/" + glass + "/close", token);
  ASSERT_EQ(closed.status, 200);
  EXPECT_EQ(closed.str("ended_by"), "closed");
  EXPECT_TRUE(closed["until"].is_null());
  EXPECT_TRUE(closed["idle_until"].is_null()) << "over is over";
  EXPECT_EQ(post("/api/v1/glass/" + glass + "/close", token).status, 409);
  EXPECT_EQ(get("/api/v1/glass?all=true", token).status, 403);
}

TEST_F(ApiWorld, AnAccessOfTheChartPutsOffTheEndForWantOfUseAndNothingElseDoes) {
  const auto token = sign_in("doc");
  break_glass(token, "p-2");
  const auto idles_until = [&] {
    const auto shown = get("/api/v1/session", token)["glass"].as_array()[0].as_object();
    EXPECT_EQ(shown.at("idle_seconds").to_number<int>(), 600);
    return std::string{shown.at("idle_until").as_string()};
  };
  const auto first = idles_until();
  EXPECT_EQ(first, to_text(clock_.now().wall + 10min));
  clock_.pass(4min);
  EXPECT_EQ(idles_until(), first) << "asking when it ends is no use of the chart";
  ASSERT_EQ(post("/api/v1/charts/p-2/open", token).str("verdict"), "permit");
  EXPECT_EQ(idles_until(), to_text(clock_.now().wall + 10min));
}

TEST_F(ApiWorld, BreakingSaysWhatOpeningWouldAndReleasesNothing) {
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto token = sign_in("doc");
  const json::object why{{"reason", "clinical-access"}, {"details", details()}};
  const auto broken = post("/api/v1/charts/p-2/break", token, why);
  ASSERT_EQ(broken.status, 201) << broken.text;
  EXPECT_EQ(kinds_since(broken["receipt"].to_number<EntryIndex>()),
            (std::vector<std::string>{"glass-opened"}))
      << "nothing was read";
  EXPECT_EQ(get("/api/v1/session", token).str("focus"), "p-2");
  const auto opened = post("/api/v1/charts/p-2/open", token);
  EXPECT_EQ(broken["basis"].at("glass").as_string(), broken.str("glass"));
  for (const auto* what : {"basis", "notices", "review", "rest"})
    EXPECT_EQ(broken[what], opened[what]) << what;
  const auto again = post("/api/v1/charts/p-2/break", token, why);
  ASSERT_EQ(again.status, 200) << again.text;
  EXPECT_TRUE(again["receipt"].is_null());
  EXPECT_TRUE(again["basis"].is_null()) << "no entry, no word of the chart";
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
  const auto opened = post("/api/v1/charts/p-1/open", token);
  for (const auto* what : {"basis", "notices", "review", "rest"})
    EXPECT_EQ(unneeded[what], opened[what]) << what;
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

TEST_F(ApiWorld, AFeedReadsNoChartAndFindsNobodyWhateverARuleGives) {
  enrol("adt", {"interface"});
  records_.answers["Patient/p-2"] = {200, "{}"};
  records_.answers["Patient?"] = {200, bundle({"p-1"})};
  const auto feed = sign_in("adt");
  tell("member", "adt", "cardiology");  // which has an open referral of p-1
  EXPECT_EQ(post("/api/v1/charts/p-1/open", feed).str("verdict"), "deny");
  EXPECT_EQ(get("/api/v1/charts/p-1/glass", feed).status, 403);
  EXPECT_EQ(post("/api/v1/patients/search", feed, {{"name", "x"}}).status, 403);
  EXPECT_EQ(post("/api/v1/charts/p-1/break", feed,
                 {{"reason", "clinical-access"}, {"details", details()}})
                .status,
            403);
  app::Cell directory;  // open to everybody
  directory.type = "Practitioner";
  directory.categories.emplace();
  const auto asked = [&](const std::string& token, app::Cell cell) {
    app::AskAccess command;
    command.token_hash = to_hex(crypto::sha256(view(token)));
    command.cells = {std::move(cell)};
    command.form = "read";
    return std::get<app::Accessed>(house_->perform(command, clock_.now())).any_permitted;
  };
  EXPECT_FALSE(asked(feed, directory));
  EXPECT_TRUE(asked(sign_in("doc"), directory));
  app::Cell append;
  append.action = app::Action::append;
  append.type = "Observation";
  append.patient = "p-1";
  append.categories.emplace();
  EXPECT_FALSE(asked(feed, append));
  EXPECT_TRUE(asked(sign_in("doc"), append));
  const json::object question{{"patient", "p-1"}, {"action", "read"}, {"type", "Patient"}};
  EXPECT_EQ(post("/api/v1/policy/explain", feed, question).str("verdict"), "deny");
}

TEST_F(ApiWorld, OnlyThoseWhoWorkWithPatientsFindThem) {
  records_.answers["Patient?"] = {200, bundle({"p-1"})};
  EXPECT_EQ(post("/api/v1/patients/search", sign_in("ada"), {{"name", "x"}}).status, 403);
  EXPECT_EQ(post("/api/v1/patients/search", sign_in("nina"), {{"name", "x"}}).status, 200);
}

TEST_F(ApiWorld, ASessionNamesTheTeamsThatItsPersonMayLogAReferralOf) {
  const auto teams = [&](const std::string& token) {
    return get("/api/v1/session", token)["teams"].as_array();
  };
  tell("member", "doc", "asthma");
  tell("member", "doc", "last-year", {.start = clock_.now().wall - 48h, .end = clock_.now().wall});
  tell("member", "doc", "not-so", {.so = false});
  tell("works_on", "doc", "ward-a");
  const auto token = sign_in("doc");
  EXPECT_EQ(teams(token), (json::array{"asthma", "cardiology"}));
  EXPECT_TRUE(teams(sign_in("nina")).empty()) << "she may log one, but is in no team";
  enrol("para", {"paramedic"});
  tell("member", "para", "cardiology");
  EXPECT_TRUE(teams(sign_in("para")).empty()) << "no rule lets a paramedic log one";
  ASSERT_EQ(post("/api/v1/session/lock", token).status, 204);
  EXPECT_TRUE(teams(token).empty());
}

class Widening : public ApiWorld {
 protected:
  Widening() {
    enrol("both", {"physician", "it-support"});
    records_.answers["Patient/p-2"] = {200, "{}"};
  }
  Answer widen(const std::string& token, const char* reason, json::array answers) {
    return post("/api/v1/charts/p-2/break", token,
                {{"reason", reason}, {"details", std::move(answers)}});
  }
  json::array support() {
    json::array out;
    for (const char* prompt :
         {"Which user are you helping?", "With what?", "Why is this chart needed?"})
      out.push_back({{"prompt", prompt}, {"answer", "a word"}});
    return out;
  }
  void use_for(const std::string& token, Millis span) {
    for (Millis passed{0}; passed < span; passed += 4min) {
      clock_.pass(4min);
      ASSERT_EQ(post("/api/v1/charts/p-2/open", token).str("verdict"), "permit");
    }
  }
};

TEST_F(Widening, TheShorterEndingOfBothReasonsHolds) {
  const auto token = sign_in("both");
  const GlassId id{break_glass(token, "p-2")};  // idle 10m, after 1h
  const auto first = *state().glass(id);
  clock_.pass(2min);
  ASSERT_EQ(widen(token, "system-support", support()).str("glass"), id.text());  // idle 5m, 30m
  const auto& held = *state().glass(id);
  EXPECT_EQ(held.idle_span, Millis{5min});
  EXPECT_EQ(std::get<glass::Open>(held.life).until.wall, clock_.now().wall + 30min);
  EXPECT_LT(std::get<glass::Open>(held.life).until.wall,
            std::get<glass::Open>(first.life).until.wall);
  use_for(token, 28min);
  clock_.pass(2min);
  EXPECT_EQ(post("/api/v1/charts/p-2/open", token).str("verdict"), "glass");
  EXPECT_EQ(std::get<glass::Ended>(state().glass(id)->life).by, facts::EndedBy::expired);
}

TEST_F(Widening, ALateSecondReasonCountsFromWhenItWasGivenAndLengthensNothing) {
  const auto token = sign_in("both");
  const GlassId id{break_glass(token, "p-2")};
  const auto until = std::get<glass::Open>(state().glass(id)->life).until;
  use_for(token, 40min);
  ASSERT_EQ(post("/api/v1/session/step-up", token, {{"code", code_of("both")}}).status, 200);
  ASSERT_EQ(widen(token, "system-support", support()).status, 201);
  EXPECT_EQ(std::get<glass::Open>(state().glass(id)->life).until, until);
  clock_.pass(1min);
  EXPECT_EQ(post("/api/v1/charts/p-2/open", token).str("verdict"), "permit") << "30m from then on";
}

TEST_F(Widening, ItsCaseIsDueWithTheEarlierAndRanksWithTheMoreUrgent) {
  const auto token = sign_in("both");
  const GlassId id{break_glass(token, "p-2")};
  const auto before = *state().case_of(state().glass(id)->case_id);
  EXPECT_EQ(before.rank, 0);
  clock_.pass(1min);
  ASSERT_EQ(widen(token, "life-threat", {}).status, 201);  // rank 1, within the same 24h
  const auto& held = *state().case_of(before.id);
  EXPECT_EQ(held.rank, 1);
  EXPECT_EQ(held.due, before.due) << "never later";
  EXPECT_EQ(state().all_cases.size(), 1U);
}

TEST_F(Widening, ASecondReasonAfterTheCaseWasClosedOpensItAgain) {
  const auto token = sign_in("both");
  const GlassId id{break_glass(token, "p-2")};
  const auto about = state().glass(id)->case_id;
  ASSERT_EQ(
      post("/api/v1/cases/" + about.text() + "/close", sign_in("pia"), {{"finding", "appropriate"}})
          .status,
      200);
  ASSERT_EQ(widen(token, "life-threat", {}).status, 201);
  EXPECT_FALSE(state().case_of(about)->closing);
  EXPECT_EQ(state().case_of(about)->reopenings.size(), 1U);
  EXPECT_TRUE(state().unclosed.contains(about));
  EXPECT_EQ(
      post("/api/v1/cases/" + about.text() + "/close", sign_in("pia"), {{"finding", "appropriate"}})
          .status,
      200);
}

TEST_F(ApiWorld, AListOfEverybodysGlassNamesEachAndKeepsWhatWasWritten) {
  const auto doc = sign_in("doc");
  const auto glass = break_glass(doc, "p-2");
  const auto nina = sign_in("nina");
  records_.answers["Patient/p-3"] = {200, "{}"};
  ASSERT_EQ(post("/api/v1/charts/p-3/break", nina, {{"reason", "life-threat"}}).status, 201);
  const auto before = size();
  const auto admin = sign_in("ada");
  const auto officer = sign_in("pia");
  const auto seen = get("/api/v1/glass?all=true", admin);
  ASSERT_EQ(seen["glass"].as_array().size(), 2U) << seen.text;
  EXPECT_EQ(seen.text.find("a word about it"), std::string::npos);
  EXPECT_TRUE(seen["glass"].as_array()[0].at("text_hidden").as_bool());
  const auto whole = get("/api/v1/glass?all=true", officer);
  EXPECT_NE(whole.text.find("a word about it"), std::string::npos);
  EXPECT_FALSE(whole["glass"].as_array()[0].at("text_hidden").as_bool());
  EXPECT_NE(get("/api/v1/glass", doc).text.find("a word about it"), std::string::npos);
  std::vector<std::string> named;
  for (auto index = before; index < size(); ++index) {
    const auto read = house_->journal().read(index);
    if (const auto* look = std::get_if<facts::LedgerRead>(&read->body->fact))
      named.push_back(look->staff.text() + " " + look->patient.text() + " " + look->about.text());
  }
  EXPECT_EQ(named, (std::vector<std::string>{"ada p-2 doc", "ada p-3 nina", "pia p-2 doc",
                                             "pia p-3 nina"}));
  // Revoking shows an administrator no more of it; the comment is for those who see the text.
  const auto revoked = post("/api/v1/glass/" + glass + "/revoke", admin, {{"comment", "whose?"}});
  ASSERT_EQ(revoked.status, 200);
  EXPECT_EQ(revoked.text.find("a word about it"), std::string::npos);
  EXPECT_TRUE(revoked["comment"].is_null());
  const auto viewed = get("/api/v1/charts/p-2/glass", officer);
  EXPECT_EQ(viewed["glass"].as_array()[0].at("comment").as_string(), "whose?");
  EXPECT_EQ(viewed["glass"].as_array()[0].at("details").as_array().size(), 3U);
}

TEST_F(ApiWorld, ALongListNamesAHundredAndCountsTheRest) {
  app::NoteReading note{.token_hash = to_hex(crypto::sha256(view(sign_in("ada")))), .what = "many"};
  for (int i = 0; i < 103; ++i)
    note.about.push_back({PatientId{"p-" + std::to_string(i)}, StaffId{"doc"}});
  note.about.push_back(note.about.front());
  const auto before = size();
  EXPECT_TRUE(house_->perform(note, clock_.now()));
  ASSERT_EQ(size() - before, 101U);
  ASSERT_TRUE(house_->commit().ok());
  const auto last = house_->journal().read(size() - 1);
  EXPECT_EQ(std::get<facts::LedgerRead>(last->body->fact).what, "many, and 3 more");
}

}  // namespace
}  // namespace halligan::tests
