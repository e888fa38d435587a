// Cases: who sees them, what they cover, who closes them.

#include "api_world.h"
#include "app/entry_search.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

class Cases : public ApiWorld {
 protected:
  std::string only_case(const std::string& token, const std::string& query = "") {
    const auto listed = get("/api/v1/cases" + query, token);
    EXPECT_EQ(listed.status, 200) << listed.text;
    EXPECT_EQ(listed["cases"].as_array().size(), 1U) << listed.text;
    return listed["cases"].as_array().empty()
               ? "none"
               : std::string{listed["cases"].as_array()[0].at("case").as_string()};
  }
};

TEST_F(Cases, TheReviewerSeesWhatTheGlassWasUsedFor) {
  const auto doc = sign_in("doc");
  const auto glass = break_glass(doc, "p-2");
  ASSERT_EQ(post("/api/v1/charts/p-2/open", doc).str("verdict"), "permit");
  const auto officer = sign_in("pia");
  const auto id = only_case(officer, "?state=owed&staff=doc");
  for (int round = 0; round < 2; ++round) {  // without the index, then with it
    const auto shown = get("/api/v1/cases/" + id, officer);
    ASSERT_EQ(shown.status, 200) << shown.text;
    EXPECT_EQ(shown.str("glass"), glass);
    EXPECT_EQ(shown["glass_detail"].at("details").as_array().size(), 3U);
    const auto& accesses = shown["accesses"].as_array();
    ASSERT_EQ(accesses.size(), 1U) << shown.text;
    EXPECT_EQ(accesses[0].at("form").as_string(), "open-chart");
    EXPECT_EQ(accesses[0].at("outcome").as_string(), "nothing");
    EXPECT_TRUE(shown["accesses_complete"].as_bool());
    while (*app::feed_index(*this, index_) > 0) {
    }
    EXPECT_EQ(index_.complete(), size());
  }
}

TEST_F(Cases, NobodySeesTheCasesOfOthersButTheirReviewers) {
  break_glass(sign_in("doc"), "p-2");
  const auto nina = sign_in("nina");
  EXPECT_TRUE(get("/api/v1/cases", nina)["cases"].as_array().empty());
  const auto id = only_case(sign_in("pia"));
  for (const auto& answer :
       {get("/api/v1/cases/" + id, nina),
        post("/api/v1/cases/" + id + "/close", nina, {{"finding", "appropriate"}}),
        get("/api/v1/cases/nothing", nina)}) {
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.str("detail"), get("/api/v1/cases/nothing", nina).str("detail"));
  }
}

TEST_F(Cases, P9NobodyClosesTheirOwnWhateverRolesTheyHold) {
  enrol("doc2", {"physician"});
  const auto token = sign_in("doc2");
  break_glass(token, "p-2");
  const auto id = only_case(token, "?mine=true");
  ASSERT_EQ(put("/api/v1/staff/doc2", sign_in("ada"),
                {{"name", "D"}, {"roles", {"physician", "privacy-officer"}}, {"active", true}})
                .status,
            200);
  const auto again = sign_in("doc2");
  EXPECT_EQ(post("/api/v1/cases/" + id + "/close", again, {{"finding", "appropriate"}}).slug(),
            "self-review");
  EXPECT_EQ(
      post("/api/v1/cases/" + id + "/justify", again, {{"text", "it was my patient"}}).str("state"),
      "justified");
  const auto officer = sign_in("pia");
  const auto closed = post("/api/v1/cases/" + id + "/close", officer,
                           {{"finding", "training"}, {"comment", "talked"}});
  ASSERT_EQ(closed.status, 200) << closed.text;
  EXPECT_EQ(closed["closing"].at("finding").as_string(), "training");
  EXPECT_EQ(post("/api/v1/cases/" + id + "/close", officer, {{"finding", "training"}}).slug(),
            "closed-already");
  EXPECT_EQ(post("/api/v1/cases/" + id + "/reopen", again, {{"comment", "no"}}).slug(),
            "self-review");
  const auto reopened =
      post("/api/v1/cases/" + id + "/reopen", officer, {{"comment", "something new"}});
  EXPECT_EQ(reopened["reopened"].to_number<int>(), 1);
  EXPECT_EQ(reopened.str("state"), "justified");
}

TEST_F(Cases, P9NobodyClosesTheCaseOfWhoeverEnrolledThem) {
  enrol("puppet", {"privacy-officer"});  // by ada
  const auto admin = sign_in("ada");
  ASSERT_EQ(post("/api/v1/facts", admin,
                 {{"facts", {{{"relation", "member"}, {"from", "ada"}, {"to", "cardiology"}}}}})
                .status,
            200);
  const auto id = only_case(sign_in("pia"), "?staff=ada");
  const auto refused =
      post("/api/v1/cases/" + id + "/close", sign_in("puppet"), {{"finding", "appropriate"}});
  EXPECT_EQ(refused.slug(), "same-person") << refused.text;
  EXPECT_NE(refused.str("detail").find("somebody else"), std::string::npos);
  EXPECT_TRUE(state().unclosed.contains(CaseId{id}));
  ASSERT_EQ(
      post("/api/v1/cases/" + id + "/close", sign_in("pia"), {{"finding", "training"}}).status,
      200);
  EXPECT_EQ(post("/api/v1/cases/" + id + "/reopen", sign_in("puppet"), {{"comment", "x"}}).slug(),
            "same-person");
  EXPECT_TRUE(state().unclosed.empty());
}

TEST_F(Cases, P9NobodyClosesTheCaseOfWhomTheyEnrolled) {
  enrol("root", {"administrator", "privacy-officer"});
  const auto root = sign_in("root");
  ASSERT_EQ(
      put("/api/v1/staff/mine", root, {{"name", "M"}, {"roles", {"physician"}}, {"active", true}})
          .status,
      201);
  enrol("mine", {"physician"});  // its factors are ada's; its roles were root's
  break_glass(sign_in("mine"), "p-2");
  const auto id = only_case(root, "?staff=mine");
  EXPECT_EQ(post("/api/v1/cases/" + id + "/close", root, {{"finding", "appropriate"}}).slug(),
            "same-person");
}

TEST_F(Cases, ReadingEveryChartIsReviewedByAnotherOfficer) {
  enrol("olga", {"privacy-officer"});
  const auto pia = sign_in("pia");
  records_.answers["Patient/p-2"] = {200, "{}"};
  for (int i = 0; i < 3; ++i)
    ASSERT_EQ(post("/api/v1/charts/p-2/open", pia).str("verdict"), "permit");
  const auto id = only_case(pia, "?mine=true");
  EXPECT_EQ(state().case_of(CaseId{id})->kind, "access");
  EXPECT_EQ(post("/api/v1/cases/" + id + "/close", pia, {{"finding", "appropriate"}}).slug(),
            "self-review");
  EXPECT_EQ(
      post("/api/v1/cases/" + id + "/close", sign_in("olga"), {{"finding", "appropriate"}}).status,
      200);
}

TEST_F(Cases, OneKeyIsOneClosing) {
  break_glass(sign_in("doc"), "p-2");
  const auto officer = sign_in("pia");
  const auto id = only_case(officer);
  const std::string body = R"({"finding":"appropriate"})";
  const auto first =
      call("POST", "/api/v1/cases/" + id + "/close", officer, body, {{"Idempotency-Key", "c"}});
  const auto before = size();
  const auto again =
      call("POST", "/api/v1/cases/" + id + "/close", officer, body, {{"Idempotency-Key", "c"}});
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(again.text, first.text);
  EXPECT_EQ(size(), before);
  EXPECT_EQ(call("POST", "/api/v1/cases/" + id + "/reopen", officer, R"({"comment":"x"})",
                 {{"Idempotency-Key", "c"}})
                .slug(),
            "conflict");
}

TEST_F(Cases, PagesAreNewestFirstAndLateOnesCanBeAskedFor) {
  const auto doc = sign_in("doc");
  for (const char* patient : {"p-2", "p-3", "p-4"}) {
    break_glass(doc, patient);
    clock_.pass(1s);
  }
  const auto officer = sign_in("pia");
  const auto first = get("/api/v1/cases?limit=2", officer);
  ASSERT_EQ(first["cases"].as_array().size(), 2U);
  EXPECT_TRUE(first["more"].as_bool());
  EXPECT_EQ(first["cases"].as_array()[0].at("patient").as_string(), "p-4");
  const std::string last{first["cases"].as_array()[1].at("case").as_string()};
  const auto rest = get("/api/v1/cases?limit=2&after=" + last, officer);
  ASSERT_EQ(rest["cases"].as_array().size(), 1U);
  EXPECT_EQ(rest["cases"].as_array()[0].at("patient").as_string(), "p-2");
  EXPECT_FALSE(rest["more"].as_bool());
  EXPECT_TRUE(get("/api/v1/cases?state=late", officer)["cases"].as_array().empty());
  keeps_time_ = false;  // late is late before anything has recorded it
  clock_.pass(25h);
  const auto late = get("/api/v1/cases?state=late", sign_in("pia"));
  EXPECT_EQ(late["cases"].as_array().size(), 3U);
  EXPECT_TRUE(late["cases"].as_array()[0].at("late").as_bool());
  EXPECT_EQ(get("/api/v1/cases?limit=0", officer).status, 400);
  EXPECT_EQ(get("/api/v1/cases?state=owed&state=late", officer).status, 400);
  EXPECT_EQ(get("/api/v1/cases?nonsense=1", officer).status, 400);
}

}  // namespace
}  // namespace halligan::tests
