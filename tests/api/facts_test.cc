// Relations and flags in bulk, referrals, confirming.

#include "api_world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

class Facts : public ApiWorld {
 protected:
  Facts() { enrol("adt", {"interface"}); }
  Answer record(const std::string& token, const json::value& facts) {
    return post("/api/v1/facts", token, {{"facts", facts}});
  }
  std::string verdict(const std::string& token, const std::string& patient) {
    return post("/api/v1/charts/" + patient + "/open", token).str("verdict");
  }
};

json::array one(json::object fact) { return json::array{std::move(fact)}; }

TEST_F(Facts, WhatIsRecordedAlreadyIsCountedAsUnchanged) {
  const auto admin = sign_in("ada");
  const auto facts = one({{"relation", "referral"}, {"from", "cardiology"}, {"to", "patient/p-5"}});
  EXPECT_EQ(record(admin, facts)["recorded"].to_number<int>(), 1);
  const auto before = size();
  const auto again = record(admin, facts);
  EXPECT_EQ(again["recorded"].to_number<int>(), 0);
  EXPECT_EQ(again["unchanged"].to_number<int>(), 1);
  EXPECT_EQ(size(), before);
  const auto doc = sign_in("doc");
  EXPECT_EQ(verdict(doc, "p-5"), "permit");
  EXPECT_EQ(record(admin, one({{"relation", "referral"},
                               {"from", "cardiology"},
                               {"to", "p-5"},
                               {"ended", true}}))["recorded"]
                .to_number<int>(),
            1);
  EXPECT_EQ(verdict(doc, "p-5"), "glass");
  EXPECT_EQ(record(admin, one({{"relation", "referral"},
                               {"from", "cardiology"},
                               {"to", "p-5"},
                               {"ended", true}}))["recorded"]
                .to_number<int>(),
            0);
}

TEST_F(Facts, AllOrNothingAndTheWrongOneIsNamed) {
  const auto admin = sign_in("ada");
  const auto before = size();
  json::array facts{{{"relation", "referral"}, {"from", "cardiology"}, {"to", "p-5"}},
                    {{"relation", "nonsense"}, {"from", "a"}, {"to", "b"}}};
  const auto refused = record(admin, facts);
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(refused.str("detail").find("/facts/1/relation"), std::string::npos);
  EXPECT_EQ(size(), before);
  const std::vector<json::object> wrong{
      {{"relation", "referral"}, {"from", "patient/p-1"}, {"to", "p-5"}},
      {{"relation", "referral"}, {"from", "cardiology"}, {"to", "p 5"}},
      {{"relation", "referral"}, {"from", "cardiology"}, {"to", "p-5"}, {"start", "yesterday"}},
      {{"relation", "referral"}, {"from", "cardiology"}, {"to", "p-5"}, {"start", "2026-02-30"}},
      {{"relation", "referral"},
       {"from", "cardiology"},
       {"to", "p-5"},
       {"start", "2026-03-02"},
       {"end", "2026-03-01"}},
      {{"relation", "referral"}, {"from", "cardiology"}, {"to", "p-5"}, {"value", "urgent"}},
      {{"relation", "referral"}, {"from", "cardiology"}, {"to", "p-5"}, {"colour", "red"}}};
  for (const auto& each : wrong)
    EXPECT_EQ(record(admin, one(each)).status, 400) << json::serialize(each);
  EXPECT_EQ(post("/api/v1/facts", admin,
                 {{"flags", {{{"patient", "p-5"}, {"flag", "NOPE"}, {"on", true}}}}})
                .status,
            400);
  EXPECT_EQ(size(), before);
}

TEST_F(Facts, AFeedSpeaksForItselfAndPeopleDoNotSpeakForAFeed) {
  const auto feed = sign_in("adt");
  const json::array facts = one({{"relation", "admitted"}, {"from", "p-5"}, {"to", "ward-a"}});
  EXPECT_EQ(post("/api/v1/facts", feed, {{"facts", facts}}).status, 400)
      << "an interface names its source";
  EXPECT_EQ(post("/api/v1/facts", feed, {{"source", "adt"}, {"heartbeat", true}, {"facts", facts}})
                .status,
            200);
  EXPECT_EQ(post("/api/v1/facts", sign_in("ada"), {{"source", "adt"}, {"facts", facts}}).slug(),
            "role-needed");
  EXPECT_EQ(record(sign_in("doc"), facts).status, 403);
  EXPECT_EQ(post("/api/v1/facts", "", {{"facts", facts}}).status, 401);
}

TEST_F(Facts, AnAdministratorSaysWhatThePolicyLetsThemSay) {
  const auto admin = sign_in("ada");
  const auto facts = one({{"relation", "referral"}, {"from", "cardiology"}, {"to", "p-7"}});
  tell("excludes", "p-7", "ada");
  const auto before = size();
  EXPECT_EQ(record(admin, facts).slug(), "denied");
  EXPECT_EQ(post("/api/v1/facts", admin,
                 {{"flags", {{{"patient", "p-7"}, {"flag", "VIP"}, {"on", true}}}}})
                .slug(),
            "denied");
  for (const auto& kind : kinds_since(before)) EXPECT_EQ(kind, "access-refused");
}

TEST_F(Facts, ADateIsADayOfTheHospitalsCalendar) {
  const auto admin = sign_in("ada");
  ASSERT_EQ(record(admin, one({{"relation", "referral"},
                               {"from", "cardiology"},
                               {"to", "p-5"},
                               {"start", "2026-07-01"},
                               {"end", "2026-07-02"}}))
                .status,
            200);
  const auto read = house_->journal().read(size() - 1);
  const auto& fact = std::get<facts::RelationRecorded>(read->body->fact);
  EXPECT_EQ(to_text(fact.start), "2026-06-30T23:00:00.000Z") << "summer time in London";
  EXPECT_EQ(to_text(fact.end), "2026-07-01T23:00:00.000Z");
}

TEST_F(Facts, AnotherSourceMayDenyAndTakeItBack) {
  const auto admin = sign_in("ada");
  const auto feed = sign_in("adt");
  json::object fact{{"relation", "admitted"}, {"from", "p-5"}, {"to", "ward-a"}};
  ASSERT_EQ(
      post("/api/v1/facts", feed, {{"source", "adt"}, {"heartbeat", true}, {"facts", one(fact)}})
          .status,
      200);
  fact["denied"] = true;
  EXPECT_EQ(record(admin, one(fact))["recorded"].to_number<int>(), 1);
  fact.erase("denied");
  fact["ended"] = true;
  EXPECT_EQ(record(admin, one(fact))["recorded"].to_number<int>(), 1);
  EXPECT_EQ(record(admin, one(fact))["recorded"].to_number<int>(), 0);
}

TEST_F(Facts, AFlagIsSetOnceAndTakenBack) {
  const auto admin = sign_in("ada");
  const auto set = [&](bool on) {
    return post("/api/v1/facts", admin,
                {{"flags", {{{"patient", "p-2"}, {"flag", "VIP"}, {"on", on}}}}})["recorded"]
        .to_number<int>();
  };
  EXPECT_EQ(set(true), 1);
  EXPECT_EQ(set(true), 0);
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto offer = post("/api/v1/charts/p-2/open", sign_in("doc"))["offer"];
  EXPECT_EQ(offer.at("grants").as_array()[0].at("bill").at("acknowledge").as_array().size(), 1U);
  EXPECT_EQ(set(false), 1);
}

TEST_F(Facts, ARelationOfOnesOwnTakesAFreshProofAndHasACase) {
  const auto admin = sign_in("ada");
  const auto facts = one({{"relation", "member"}, {"from", "ada"}, {"to", "cardiology"}});
  clock_.pass(6min);
  const auto before = size();
  EXPECT_EQ(record(admin, facts).slug(), "step-up-needed");
  EXPECT_EQ(size(), before);
  ASSERT_EQ(post("/api/v1/session/step-up", admin, {{"code", code_of("ada")}}).status, 200);
  ASSERT_EQ(record(admin, facts).status, 200);
  const auto cases = get("/api/v1/cases?staff=ada", sign_in("pia"));
  ASSERT_EQ(cases["cases"].as_array().size(), 1U) << cases.text;
  EXPECT_EQ(cases["cases"].as_array()[0].at("kind").as_string(), "self-made-relation");
}

TEST_F(Facts, C05AReferralInsteadOfTheGlass) {
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto doc = sign_in("doc");
  const auto logged = post("/api/v1/charts/p-2/referrals", doc, {{"team", "cardiology"}});
  ASSERT_EQ(logged.status, 201) << logged.text;
  EXPECT_EQ(logged.str("to"), "patient/p-2");
  EXPECT_FALSE(logged["case"].is_null());
  EXPECT_EQ(verdict(doc, "p-2"), "permit");
  const auto again = post("/api/v1/charts/p-2/referrals", doc, {{"team", "cardiology"}});
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again["receipt"], logged["receipt"]);
  EXPECT_EQ(post("/api/v1/charts/p-2/referrals", doc, {{"team", "cardiolgy"}}).slug(), "not-found")
      << "nobody has heard of it";
  tell("member", "ada", "endocrinology");
  // Whoever is no member, and whom the policy lets do it, owes nothing.
  const auto other =
      post("/api/v1/charts/p-2/referrals", sign_in("nina"), {{"team", "endocrinology"}});
  EXPECT_TRUE(other["case"].is_null());
  EXPECT_EQ(post("/api/v1/charts/p-2/referrals", sign_in("ada"), {{"team", "no team"}}).status,
            404);
  EXPECT_EQ(post("/api/v1/charts/p-2/referrals/cardiology/close", doc).status, 200);
  EXPECT_EQ(verdict(doc, "p-2"), "glass");
  EXPECT_EQ(post("/api/v1/charts/p-2/referrals/cardiology/close", doc).slug(), "glass-needed")
      << "the chart is shut again, and whether anything is recorded of it";
  clock_.pass(6min);
  EXPECT_EQ(post("/api/v1/charts/p-2/referrals", doc, {{"team", "cardiology"}}).slug(),
            "step-up-needed");
}

TEST_F(Facts, AReferralIsForThosePermittedAndForPatientsThatExist) {
  enrol("bill", {"billing"});
  records_.answers["Patient/p-2"] = {200, "{}"};
  EXPECT_EQ(post("/api/v1/charts/p-2/referrals", sign_in("bill"), {{"team", "cardiology"}}).status,
            403);
  EXPECT_EQ(post("/api/v1/charts/p-404/referrals", sign_in("doc"), {{"team", "cardiology"}}).status,
            403);
  EXPECT_FALSE(state().knows(PatientId{"p-404"}));
}

TEST_F(Facts, WhoeverEnrolledTheAuthorIsNoSecondPerson) {
  records_.answers["Patient/p-2"] = {200, "{}"};
  enrol("ada", {"administrator", "privacy-officer"});
  ASSERT_EQ(post("/api/v1/charts/p-2/referrals", sign_in("doc"), {{"team", "cardiology"}}).status,
            201);
  EXPECT_EQ(post("/api/v1/relations/confirm", sign_in("ada"),
                 {{"relation", "referral"}, {"from", "cardiology"}, {"to", "p-2"}})
                .slug(),
            "same-person");
}

TEST_F(Facts, ASecondPersonConfirms) {
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto doc = sign_in("doc");
  const json::object relation{{"relation", "referral"}, {"from", "cardiology"}, {"to", "p-2"}};
  EXPECT_EQ(post("/api/v1/relations/confirm", sign_in("pia"), relation).status, 403)
      << "nobody has said a word of this patient";
  ASSERT_EQ(post("/api/v1/charts/p-2/referrals", doc, {{"team", "cardiology"}}).status, 201);
  EXPECT_EQ(post("/api/v1/relations/confirm", doc, relation).slug(), "same-person");
  const auto confirmed = post("/api/v1/relations/confirm", sign_in("pia"), relation);
  EXPECT_EQ(confirmed.status, 200) << confirmed.text;
  EXPECT_EQ(state().unclosed.size(), 1U) << "its case is still the reviewer's";
  EXPECT_EQ(post("/api/v1/relations/confirm", sign_in("pia"),
                 {{"relation", "nonsense"}, {"from", "a"}, {"to", "b"}})
                .status,
            400);
}

}  // namespace
}  // namespace halligan::tests
