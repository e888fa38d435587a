// A patient is forgotten by two officers; what the house had still to do about them is not done.

#include "api_world.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

class Erasure : public ApiWorld {
 protected:
  Erasure() { enrol("pat", {"privacy-officer"}); }
  Answer ask(const std::string& token, const std::string& patient) {
    return post("/api/v1/charts/" + patient + "/erasure", token, {{"why", "retention-over"}});
  }
  Answer erase(const std::string& token, const std::string& patient) {
    return post("/api/v1/charts/" + patient + "/erase", token);
  }
  // By both of them, at once.
  void forget(const std::string& patient) {
    const auto first = sign_in("pia");
    for (const auto& [id, held] : state().all_cases)
      if (held.patient == PatientId{patient} && !held.closing) {
        ASSERT_EQ(post("/api/v1/cases/" + id.text() + "/close", first, {{"finding", "appropriate"}})
                      .status,
                  200);
      }
    ASSERT_EQ(ask(first, patient).status, 202);
    const auto done = erase(sign_in("pat"), patient);
    ASSERT_EQ(done.status, 200) << done.text;
  }
  bool named_after(EntryIndex from, const std::string& patient) {
    for (auto index = from; index < size(); ++index) {
      const auto read = house_->journal().read(index);
      EXPECT_TRUE(read.ok());
      if (read->body && facts::encode(*read->body).find(patient) != std::string::npos) return true;
    }
    return false;
  }
};

TEST_F(Erasure, RefusalsThatWereCountedAreNotWrittenAfterwards) {
  break_glass(sign_in("doc"), "p-2");  // from now on entries name the patient
  const auto nina = sign_in("nina");
  const auto before = size();
  for (int i = 0; i < 3; ++i) (void)post("/api/v1/charts/p-2/open", nina);
  ASSERT_TRUE(named_after(before, "p-2"));
  ASSERT_NO_FATAL_FAILURE(forget("p-2"));
  EXPECT_FALSE(state().knows(PatientId{"p-2"}));
  clock_.pass(2min);
  (void)get("/readyz", "");  // time passes for the house
  EXPECT_FALSE(state().knows(PatientId{"p-2"})) << "it is somebody new by what happened before";
  EXPECT_FALSE(named_after(before, "p-2"));
}

TEST_F(Erasure, NothingIsReadOfItAndTheOthersStay) {
  const auto doc = sign_in("doc");
  ASSERT_EQ(post("/api/v1/charts/p-1/open", doc).str("verdict"), "permit");
  break_glass(doc, "p-2");
  ASSERT_NO_FATAL_FAILURE(forget("p-2"));
  EXPECT_FALSE(named_after(0, "p-2"));
  EXPECT_TRUE(named_after(0, "p-1"));
  EXPECT_EQ(state().dump().find("p-2"), std::string::npos);
  EXPECT_EQ(get("/api/v1/session", doc).status, 401) << "its chart was in front";
  EXPECT_TRUE(state().open.empty());
}

TEST_F(Erasure, WaitsFourteenDaysForItsSecondOfficer) {
  ASSERT_EQ(ask(sign_in("pia"), "p-1").status, 202);
  clock_.pass(std::chrono::days{14} + 1min);
  const auto pat = sign_in("pat");
  EXPECT_EQ(get("/api/v1/erasures", pat)["erasures"].as_array().size(), 0U);
  EXPECT_EQ(erase(pat, "p-1").slug(), "conflict");
  ASSERT_EQ(ask(sign_in("pia"), "p-1").status, 202) << "asked for again";
  EXPECT_EQ(erase(sign_in("pat"), "p-1").status, 200);
}

TEST_F(Erasure, TakesAFreshProof) {
  ASSERT_EQ(ask(sign_in("pia"), "p-1").status, 202);
  const auto pat = sign_in("pat");
  clock_.pass(5min);
  const auto old = erase(pat, "p-1");
  EXPECT_EQ(old.status, 401);
  EXPECT_EQ(old.slug(), "step-up-needed");
  EXPECT_NE(old.text.find("an erasure takes a second factor"), std::string::npos) << old.text;
  ASSERT_EQ(post("/api/v1/session/step-up", pat, {{"code", code_of("pat")}}).status, 200);
  EXPECT_EQ(erase(pat, "p-1").status, 200);
}

// Whoever enrolled the other may be acting as both.
TEST_F(Erasure, TakesTwoWhoAreNotInOneHand) {
  const auto put_admin =
      put("/api/v1/staff/pia", sign_in("ada"),
          {{"name", "Pia"}, {"roles", {"privacy-officer", "administrator"}}, {"active", true}});
  ASSERT_EQ(put_admin.status, 200) << put_admin.text;
  const auto made =
      put("/api/v1/staff/pat", sign_in("pia"),
          {{"name", "Pat"}, {"roles", {"privacy-officer", "nurse"}}, {"active", true}});
  ASSERT_EQ(made.status, 200) << made.text;
  ASSERT_EQ(ask(sign_in("pia"), "p-1").status, 202);
  EXPECT_EQ(erase(sign_in("pat"), "p-1").slug(), "same-person");
  EXPECT_TRUE(state().knows(PatientId{"p-1"}));
}

}  // namespace
}  // namespace halligan::tests
