// Proposing and signing a policy; explaining decisions and codes.

#include "api_world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

class Policies : public ApiWorld {
 protected:
  std::string text() { return state().policy_in_force()->text; }
  std::string changed() {
    auto out = text();
    const std::string label = "\"Clinical access\"";
    out.replace(out.find(label), label.size(), "\"Clinical need\"");
    return out;
  }
};

TEST_F(Policies, ProposedByOneSignedByAnother) {
  const auto admin = sign_in("ada");
  const auto proposed =
      post("/api/v1/policy/proposals", admin, {{"text", changed()}, {"note", "a better label"}});
  ASSERT_EQ(proposed.status, 201) << proposed.text;
  EXPECT_NE(json::serialize(proposed["diff"]).find("Clinical need"), std::string::npos);
  const auto version = proposed.str("version");
  EXPECT_NE(get("/api/v1/policy", admin).str("version"), version) << "proposing changes nothing";
  EXPECT_EQ(get("/api/v1/policy", sign_in("doc"))["proposals"].as_array().size(), 1U);
  EXPECT_EQ(post("/api/v1/policy/proposals/" + version + "/sign", admin).slug(), "same-person");
  EXPECT_EQ(post("/api/v1/policy/proposals/" + version + "/sign", sign_in("doc")).slug(),
            "role-needed");
  const auto officer = sign_in("pia");
  EXPECT_EQ(get("/api/v1/policy/proposals/" + version, officer).str("text"), changed());
  ASSERT_EQ(post("/api/v1/policy/proposals/" + version + "/sign", officer).status, 200);
  EXPECT_EQ(get("/api/v1/policy", admin).str("version"), version);
  EXPECT_EQ(get("/api/v1/policy", admin).str("signer"), "pia");
  EXPECT_EQ(post("/api/v1/policy/proposals/" + version + "/sign", officer).slug(),
            "closed-already");
  EXPECT_EQ(post("/api/v1/policy/proposals/p99/sign", officer).status, 404);
}

TEST_F(Policies, P9NobodySignsForWhomTheyEnrolled) {
  enrol("puppet", {"privacy-officer"});  // by ada, who knows its password and its code
  const auto admin = sign_in("ada");
  const auto propose = [&](const std::string& token) {
    return post("/api/v1/policy/proposals", token, {{"text", changed()}, {"note", "n"}})
        .str("version");
  };
  const auto sign = [&](const std::string& version, const std::string& token) {
    return post("/api/v1/policy/proposals/" + version + "/sign", token);
  };
  const auto mine = propose(admin);
  const auto refused = sign(mine, sign_in("puppet"));
  EXPECT_EQ(refused.slug(), "same-person");
  EXPECT_NE(refused.str("detail").find("somebody else"), std::string::npos);
  const auto theirs = propose(sign_in("puppet"));
  EXPECT_EQ(sign(theirs, admin).slug(), "same-person");
  EXPECT_EQ(sign(theirs, sign_in("pia")).status, 200) << "nobody enrolled pia";
}

TEST_F(Policies, P9WhomAPuppetEnrolledIsNoSecondPersonEither) {
  enrol("puppet", {"administrator"});
  const auto puppet = sign_in("puppet");
  ASSERT_EQ(put("/api/v1/staff/far", puppet,
                {{"name", "Far"}, {"roles", {"privacy-officer"}}, {"active", true}})
                .status,
            201);
  EXPECT_TRUE(state().one_hand(StaffId{"ada"}, StaffId{"far"}, clock_.now().wall));
  EXPECT_TRUE(state().one_hand(StaffId{"far"}, StaffId{"ada"}, clock_.now().wall));
  // Renewing one's own factor, or having it renewed by one's own puppet, frees nobody.
  for (const char* who : {"puppet", "far"})
    ASSERT_EQ(post(std::string{"/api/v1/staff/"} + who + "/totp", puppet).status, 201);
  EXPECT_TRUE(state().one_hand(StaffId{"ada"}, StaffId{"puppet"}, clock_.now().wall));
  EXPECT_TRUE(state().one_hand(StaffId{"ada"}, StaffId{"far"}, clock_.now().wall));
  EXPECT_FALSE(state().one_hand(StaffId{"ada"}, StaffId{"pia"}, clock_.now().wall));
  EXPECT_FALSE(state().one_hand(StaffId{"doc"}, StaffId{"far"}, clock_.now().wall))
      << "two whom one person enrolled";
}

TEST_F(Policies, ATextWithErrorsIsNeverRecorded) {
  const auto admin = sign_in("ada");
  const auto before = size();
  const auto refused = post("/api/v1/policy/proposals", admin,
                            {{"text", "hospital = 1\n[[allow]]\nname = \"x\"\n"}, {"note", "n"}});
  EXPECT_EQ(refused.status, 422);
  EXPECT_EQ(refused.slug(), "policy-refused");
  ASSERT_FALSE(refused["errors"].as_array().empty());
  EXPECT_EQ(refused["errors"].as_array()[0].at("line").to_number<int>(), 1);
  EXPECT_EQ(size(), before);
}

TEST_F(Policies, AProposalThatAnotherOvertookIsStale) {
  const auto admin = sign_in("ada");
  const auto first = post("/api/v1/policy/proposals", admin, {{"text", changed()}, {"note", "one"}})
                         .str("version");
  clock_.pass(1s);
  const auto second =
      post("/api/v1/policy/proposals", admin, {{"text", changed()}, {"note", "two"}})
          .str("version");
  const auto officer = sign_in("pia");
  ASSERT_EQ(post("/api/v1/policy/proposals/" + second + "/sign", officer).status, 200);
  EXPECT_EQ(post("/api/v1/policy/proposals/" + first + "/sign", officer).slug(), "conflict");
  EXPECT_TRUE(get("/api/v1/policy", officer)["proposals"].as_array().empty());
}

// Both wait; what the second would sign was compared with what the first has replaced meanwhile.
TEST_F(Policies, AProposalOfBeforeTheSignatureOfAnotherIsStale) {
  const auto admin = sign_in("ada");
  const auto wanted = changed();
  const auto propose = [&](const char* note) {
    clock_.pass(1s);
    return post("/api/v1/policy/proposals", admin, {{"text", wanted}, {"note", note}})
        .str("version");
  };
  const auto first = propose("one");
  const auto second = propose("two");
  const auto officer = sign_in("pia");
  clock_.pass(1s);
  ASSERT_EQ(post("/api/v1/policy/proposals/" + first + "/sign", officer).status, 200);
  EXPECT_EQ(post("/api/v1/policy/proposals/" + second + "/sign", officer).slug(), "conflict");
  const auto third = propose("three");
  EXPECT_EQ(post("/api/v1/policy/proposals/" + third + "/sign", officer).status, 200);
}

TEST_F(Policies, OneKeyIsOneProposal) {
  const auto admin = sign_in("ada");
  const auto body = json::serialize(json::object{{"text", changed()}, {"note", "n"}});
  const auto first =
      call("POST", "/api/v1/policy/proposals", admin, body, {{"Idempotency-Key", "k"}});
  const auto again =
      call("POST", "/api/v1/policy/proposals", admin, body, {{"Idempotency-Key", "k"}});
  EXPECT_EQ(again.str("version"), first.str("version"));
  EXPECT_EQ(get("/api/v1/policy", admin)["proposals"].as_array().size(), 1U);
}

TEST_F(Policies, GlassThatTheNewOneWouldNoLongerGiveEnds) {
  const auto doc = sign_in("doc");
  const auto glass = break_glass(doc, "p-2");
  auto shorter = text();
  const auto from = shorter.find("[[glass]]\nreason  = \"clinical-access\"");
  shorter.erase(from, shorter.find("[[glass]]", from + 1) - from);
  const auto proposed =
      post("/api/v1/policy/proposals", sign_in("ada"), {{"text", shorter}, {"note", "no more"}});
  ASSERT_EQ(proposed.status, 201) << proposed.text;
  ASSERT_EQ(
      post("/api/v1/policy/proposals/" + proposed.str("version") + "/sign", sign_in("pia")).status,
      200);
  EXPECT_FALSE(state().glass(GlassId{glass})->open());
  EXPECT_EQ(std::get<glass::Ended>(state().glass(GlassId{glass})->life).by,
            facts::EndedBy::policy_changed);
}

TEST_F(Policies, ADecisionIsExplainedToItsOwnerAndInFullToOfficers) {
  const json::object question{{"patient", "p-1"}, {"action", "read"}, {"type", "Patient"}};
  const auto own = post("/api/v1/policy/explain", sign_in("doc"), question);
  ASSERT_EQ(own.status, 200) << own.text;
  EXPECT_EQ(own.str("basis"), "open-referral");
  ASSERT_FALSE(own["steps"].as_array().empty());
  EXPECT_LT(own["steps"].as_array().size(), 4U) << "the rules that it rests on, not all";
  auto about = question;
  about["staff"] = "doc";
  EXPECT_EQ(post("/api/v1/policy/explain", sign_in("nina"), about).slug(), "role-needed");
  const auto full = post("/api/v1/policy/explain", sign_in("pia"), about);
  EXPECT_EQ(full.str("basis"), "open-referral");
  EXPECT_GT(full["steps"].as_array().size(), 5U);
  EXPECT_NE(full.text.find("cardiology"), std::string::npos);
  const auto entry = house_->journal().read(size() - 1);
  const auto& looked = std::get<facts::LedgerRead>(entry->body->fact);
  EXPECT_EQ(looked.staff, StaffId{"pia"});
  EXPECT_EQ(looked.about, StaffId{"doc"});
  EXPECT_EQ(looked.patient, PatientId{"p-1"}) << "it is in the patient's own chain";
  about["patient"] = "p-404";
  ASSERT_EQ(post("/api/v1/policy/explain", sign_in("pia"), about).status, 200);
  EXPECT_FALSE(state().knows(PatientId{"p-404"}));
}

TEST_F(Policies, AHiddenDenyExplainsItselfLikeNoRule) {
  tell("excludes", "p-2", "bill");
  enrol("bill", {"billing"});
  enrol("free", {"billing"});
  const json::object question{{"patient", "p-2"}, {"action", "read"}, {"type", "Observation"}};
  const auto hidden = post("/api/v1/policy/explain", sign_in("bill"), question);
  const auto none = post("/api/v1/policy/explain", sign_in("free"), question);
  ASSERT_EQ(none.str("verdict"), "deny");
  EXPECT_EQ(hidden.text, none.text);
  EXPECT_EQ(hidden.text.find("excluded"), std::string::npos);
}

TEST_F(Policies, CodesAreResolvedForThoseWhomTheyConcern) {
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto doc = sign_in("doc");
  const auto code = post("/api/v1/charts/p-2/open", doc).str("code");
  const auto own = get("/api/v1/codes/" + code, doc);
  ASSERT_EQ(own.status, 200) << own.text;
  EXPECT_NE(own.str("what").find("glass"), std::string::npos);
  EXPECT_EQ(get("/api/v1/codes/" + code, sign_in("nina")).status, 404);
  const auto officer = sign_in("pia");
  const auto before = size();
  EXPECT_EQ(get("/api/v1/codes/" + code, officer).str("staff"), "doc");
  EXPECT_EQ(kinds_since(before), std::vector<std::string>{"ledger-read"});
  const auto read = house_->journal().read(before);
  EXPECT_EQ(std::get<facts::LedgerRead>(read->body->fact).about, StaffId{"doc"});
  // A problem that is no entry has a code, too; and one that the edge knows by heart.
  const auto problem = get("/api/v1/cases/nothing", doc).str("code");
  EXPECT_NE(get("/api/v1/codes/" + problem, doc).str("what").find("not-found"), std::string::npos);
  EXPECT_EQ(get("/api/v1/codes/H-118", doc).status, 200);
  EXPECT_EQ(get("/api/v1/codes/ZZZ-ZZZ", doc).status, 404);
}

}  // namespace
}  // namespace halligan::tests
