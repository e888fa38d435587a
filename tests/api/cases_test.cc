// Cases: who sees them, what they cover, who closes them.

#include "api_world.h"
#include "app/case_relations.h"
#include "app/entry_search.h"
#include "core/identity/totp.h"

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

TEST_F(Cases, ListsThatAPageReadsByItselfAreNoUseOfTheSession) {
  (void)break_glass(sign_in("doc"), "p-2");
  const auto officer = sign_in("pia");
  const auto idle = [&] { return get("/api/v1/session", officer).str("idle_until"); };
  const auto before = idle();
  clock_.pass(1min);
  const auto id = only_case(officer);
  for (const char* path : {"/api/v1/cases?mine=true", "/api/v1/cases?state=closed", "/api/v1/glass",
                           "/api/v1/glass?all=true", "/api/v1/accesses", "/api/v1/session"})
    ASSERT_EQ(get(path, officer).status, 200) << path;
  EXPECT_EQ(idle(), before);
  ASSERT_EQ(get("/api/v1/cases/" + id, officer).status, 200);
  EXPECT_EQ(idle(), to_text(clock_.now().wall + 30min)) << "looking at one is";
  for (int i = 0; i < 4; ++i) {
    clock_.pass(9min);
    (void)get("/api/v1/cases", officer);
  }
  EXPECT_EQ(get("/api/v1/cases", officer).slug(), "no-session") << "nobody was there";
}

TEST_F(Cases, WhoWorksThroughThemIsThereThoughTheyOpenNoChart) {
  (void)break_glass(sign_in("doc"), "p-2");
  const auto officer = sign_in("pia");
  const auto id = only_case(officer);
  const auto from = size();
  for (int i = 0; i < 3; ++i) {
    clock_.pass(20min);
    ASSERT_EQ(post("/api/v1/cases/" + id + "/close", officer, {{"finding", "appropriate"}}).status,
              200);
    ASSERT_EQ(post("/api/v1/cases/" + id + "/reopen", officer, {{"comment", "again"}}).status, 200);
  }
  const auto kinds = kinds_since(from);
  EXPECT_EQ(std::ranges::count(kinds, "session-extended"), 3) << "once a minute at most";
  EXPECT_EQ(get("/api/v1/session", officer).str("idle_until"), to_text(clock_.now().wall + 30min));
}

// By a clock that was ahead, entries are ahead: what is due has to become late all the same.
TEST_F(Cases, BecomeLateAlsoAfterAClockThatWasAhead) {
  clock_.step_wall(24h * 30);
  (void)break_glass(sign_in("doc"), "p-2");
  const auto officer = sign_in("pia");
  const auto due = state().case_of(CaseId{only_case(officer)})->due;
  clock_.step_wall(-24h * 30);
  const auto before = state().last.wall;
  const auto span = due - before;
  const auto from = size();
  for (Millis gone{0}; gone <= 2 * span + 1h; gone += 10min) {
    clock_.pass(10min);
    (void)get("/api/v1/hospital", "");
  }
  const auto kinds = kinds_since(from);
  EXPECT_EQ(std::ranges::count(kinds, "case-overdue"), 1);
  EXPECT_LT(state().last.wall - before, 2 * span) << "and slower, until the clock has caught up";
  const auto code = identity::totp_code(Bytes(20, 'k'), identity::totp_step_at(clock_.now().wall));
  EXPECT_EQ(try_sign_in("pia", "correct horse battery", code).status, 201)
      << "whose last code was of then";
  EXPECT_EQ(try_sign_in("pia", "correct horse battery", code).slug(), "code-reused");
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

// Handing the puppet over afterwards makes no second person of whoever held it then.
TEST_F(Cases, P9WhoHeldThemWhenItWasOpenedDoesNotCloseIt) {
  enrol("root", {"administrator", "privacy-officer"});
  enrol("other", {"administrator"});
  const auto root = sign_in("root");
  const auto set = [&](const std::string& token, std::vector<std::string> roles) {
    return put("/api/v1/staff/mine", token,
               {{"name", "M"},
                {"roles", json::array(roles.begin(), roles.end())},
                {"active", true}})
        .status;
  };
  ASSERT_EQ(set(root, {"physician"}), 201);
  enrol("mine", {"physician"});
  break_glass(sign_in("mine"), "p-2");
  const auto first = only_case(root, "?staff=mine");
  clock_.pass(1min);
  ASSERT_EQ(set(sign_in("other"), {"physician", "nurse"}), 200);
  const auto close = [&](const std::string& id) {
    return post("/api/v1/cases/" + id + "/close", root, {{"finding", "appropriate"}});
  };
  EXPECT_EQ(close(first).slug(), "same-person");
  ASSERT_EQ(post("/api/v1/cases/" + first + "/close", sign_in("pia"), {{"finding", "appropriate"}})
                .status,
            200);
  clock_.pass(1h);
  break_glass(sign_in("mine"), "p-3");
  const auto again = sign_in("root");
  EXPECT_EQ(post("/api/v1/cases/" + only_case(again, "?staff=mine&state=unclosed") + "/close",
                 again, {{"finding", "appropriate"}})
                .status,
            200)
      << "in other hands since";
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

TEST_F(Cases, PagesGiveEveryCaseOnceNewestFirst) {
  const auto doc = sign_in("doc");
  const auto officer = sign_in("pia");
  std::vector<std::string> opened;
  for (int i = 0; i < 7; ++i) {
    if (i % 3 != 0) clock_.pass(1s);  // some are opened in the same moment
    (void)break_glass(doc, "p-" + std::to_string(20 + i));
  }
  const auto pages = [&](const std::string& query) {
    std::vector<std::string> out;
    std::string after;
    for (bool more = true; more;) {
      const auto page = get("/api/v1/cases?limit=2" + query + after, officer);
      EXPECT_EQ(page.status, 200) << page.text;
      if (page.status != 200) return out;
      const auto& list = page["cases"].as_array();
      EXPECT_LE(list.size(), 2U);
      for (const auto& each : list) out.emplace_back(each.at("case").as_string());
      more = page["more"].as_bool();
      EXPECT_TRUE(!more || list.size() == 2U);
      if (!list.empty()) after = "&after=" + out.back();
    }
    return out;
  };
  const auto all = pages("");
  EXPECT_EQ(all.size(), 7U);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), 7U);
  for (std::size_t i = 1; i < all.size(); ++i)
    EXPECT_GE(state().case_of(CaseId{all[i - 1]})->opened_at,
              state().case_of(CaseId{all[i]})->opened_at);
  EXPECT_EQ(pages("&state=unclosed"), all);
  ASSERT_EQ(
      post("/api/v1/cases/" + all[2] + "/close", officer, {{"finding", "appropriate"}}).status,
      200);
  auto left = all;
  left.erase(left.begin() + 2);
  EXPECT_EQ(pages("&state=unclosed"), left);
  EXPECT_EQ(pages("&state=closed"), std::vector<std::string>{all[2]});
  EXPECT_EQ(pages(""), all);
  ASSERT_EQ(post("/api/v1/cases/" + all[2] + "/reopen", officer, {{"comment", "again"}}).status,
            200);
  EXPECT_EQ(pages("&state=unclosed"), all);
  // A place in the list that is no longer in it is a place all the same.
  ASSERT_EQ(
      post("/api/v1/cases/" + all[0] + "/close", officer, {{"finding", "appropriate"}}).status,
      200);
  const auto on = get("/api/v1/cases?state=unclosed&after=" + all[0], officer);
  EXPECT_EQ(on["cases"].as_array().size(), 6U);
  const auto from = size();
  (void)get("/api/v1/cases?limit=500", officer);
  EXPECT_EQ(kinds_since(from), (std::vector<std::string>{"cases-listed"})) << "one a page";
}

TEST_F(Cases, TheReviewerSeesWhatTiesThePersonToThePatient) {
  tell("works_on", "doc", "ward-a");
  tell("works_on", "doc", "ward-h");
  tell("referral", "oncology", "p-2");
  tell("excludes", "p-9", "doc");  // of another patient
  const auto doc = sign_in("doc");
  (void)break_glass(doc, "p-2");
  tell("admitted", "p-2", "ward-a");  // before, it would have sufficed
  const auto officer = sign_in("pia");
  const auto id = only_case(officer);
  const auto from = size();
  const auto shown = get("/api/v1/cases/" + id, officer);
  ASSERT_EQ(shown.status, 200) << shown.text;
  EXPECT_EQ(kinds_since(from), (std::vector<std::string>{"case-viewed"}));
  std::vector<std::string> told;
  for (const auto& each : shown["relations"].as_array()) {
    const auto& fact = each.as_object();
    told.push_back(std::string{fact.at("links").as_bool() ? "* " : "  "} +
                   std::string{fact.at("relation").as_string()} + " " +
                   std::string{fact.at("from").as_string()} + " " +
                   std::string{fact.at("to").as_string()});
    EXPECT_EQ(fact.at("source").as_string(), "staff/ada");
    EXPECT_TRUE(parse_instant(std::string{fact.at("start").as_string()}).has_value());
    EXPECT_TRUE(fact.at("end").is_null());
  }
  const auto tied = std::count_if(told.begin(), told.end(),
                                  [](const auto& each) { return each.starts_with("*"); });
  ASSERT_EQ(tied, 2) << shown.text;
  EXPECT_TRUE(std::all_of(told.begin(), told.begin() + 2,
                          [](const auto& each) { return each.starts_with("*"); }));
  std::sort(told.begin(), told.end());
  EXPECT_EQ(told, (std::vector<std::string>{
                      "  member staff/doc team/cardiology", "  referral team/oncology patient/p-2",
                      "  works_on staff/doc unit/ward-h", "* admitted patient/p-2 unit/ward-a",
                      "* works_on staff/doc unit/ward-a"}));
  EXPECT_EQ(shown.text.find("p-9"), std::string::npos) << "no other patient is named";

  const auto own = get("/api/v1/cases/" + id, doc);
  ASSERT_EQ(own.status, 200);
  EXPECT_TRUE(own["relations"].as_array().empty()) << "not for the person whom it concerns";
}

TEST_F(Cases, NobodyElseIsNamedAmongTheRelationsAndWhatIsHiddenIsOfTheTwoAlone) {
  tell("attending", "nina", "p-2");  // others of the staff, at this patient
  tell("encounter", "rosa", "p-2");
  tell("is", "sam", "p-2");
  tell("excludes", "p-2", "nina");
  tell("excludes", "p-2", "pia2");
  tell("attending", "doc", "p-7");  // other patients of the person
  tell("is", "doc", "p-8");
  tell("excludes", "p-9", "doc");
  tell("referral", "oncology", "p-2");
  tell("checked_in", "p-2", "ward-b");
  const auto doc = sign_in("doc");
  (void)break_glass(doc, "p-2");
  tell("excludes", "p-2", "doc");
  const auto officer = sign_in("pia");
  const auto shown = get("/api/v1/cases/" + only_case(officer), officer);
  ASSERT_EQ(shown.status, 200) << shown.text;
  std::set<std::string> told;
  for (const auto& each : shown["relations"].as_array())
    told.insert(std::string{each.at("relation").as_string()} + " " +
                std::string{each.at("from").as_string()} + " " +
                std::string{each.at("to").as_string()});
  EXPECT_EQ(told, (std::set<std::string>{
                      "checked_in patient/p-2 unit/ward-b", "excludes patient/p-2 staff/doc",
                      "member staff/doc team/cardiology", "referral team/oncology patient/p-2"}));
  const auto relations = json::serialize(shown["relations"]);
  for (const char* name : {"nina", "rosa", "sam", "pia", "p-7", "p-8", "p-9"})
    EXPECT_EQ(relations.find(name), std::string::npos) << name;
}

TEST_F(Cases, FromWhomThePatientIsHiddenTheCasesAreToo) {
  enrol("paul", {"privacy-officer"});
  const auto doc = sign_in("doc");
  (void)break_glass(doc, "p-2");
  const auto pia = sign_in("pia");
  const auto paul = sign_in("paul");
  const auto id = only_case(pia);
  const auto heard = get("/api/v1/events", pia).events;
  const auto heard_by_other = get("/api/v1/events", paul).events;
  (void)heard->take();
  (void)heard_by_other->take();
  tell("excludes", "p-2", "pia");
  const auto unknown = get("/api/v1/cases/nothing", pia);
  ASSERT_EQ(unknown.status, 404);
  const json::object closing{{"finding", "appropriate"}};
  const json::object again{{"comment", "again"}};
  for (const auto& answer :
       {get("/api/v1/cases/" + id, pia), post("/api/v1/cases/" + id + "/close", pia, closing),
        post("/api/v1/cases/" + id + "/reopen", pia, again),
        post("/api/v1/cases/" + id + "/justify", pia, {{"text", "t"}}),
        get("/api/v1/cases?after=" + id, pia)}) {
    EXPECT_EQ(answer.status, 404) << answer.text;
    EXPECT_EQ(answer.slug(), unknown.slug());
    EXPECT_EQ(answer.str("detail"), unknown.str("detail"));
  }
  EXPECT_TRUE(get("/api/v1/cases", pia)["cases"].as_array().empty());
  ASSERT_EQ(post("/api/v1/cases/" + id + "/justify", doc, {{"text", "why"}}).status, 200);
  EXPECT_EQ(heard->take().text.find(id), std::string::npos) << "nor told of what becomes of it";
  EXPECT_NE(heard_by_other->take().text.find(id), std::string::npos);

  // Somebody else of the role closes it; where nobody else holds it, it is owed until it is late.
  clock_.pass(25h);
  ASSERT_EQ(get("/readyz", "").status, 200);
  EXPECT_TRUE(state().case_of(CaseId{id})->overdue_at.has_value());
  const auto later = sign_in("paul");
  EXPECT_EQ(only_case(later, "?state=late"), id);
  EXPECT_EQ(post("/api/v1/cases/" + id + "/close", later, closing).status, 200);
}

TEST_F(Cases, OnesOwnCasesStayAlsoWhereThePatientIsHiddenSince) {
  const auto doc = sign_in("doc");
  (void)break_glass(doc, "p-2");
  const auto id = only_case(doc);
  tell("excludes", "p-2", "doc");
  EXPECT_EQ(only_case(doc), id);
  EXPECT_EQ(post("/api/v1/cases/" + id + "/justify", doc, {{"text", "why"}}).status, 200);
}

TEST_F(Cases, RelationsThatEndedLongBeforeTheCaseAreLeftOut) {
  const auto say = [&](const char* team, Instant start, Instant end, bool so = true) {
    tell("member", "doc", team, {.start = start, .end = end, .so = so});
  };
  const auto now = clock_.now().wall;
  say("long-ago", now - 400 * 24h, now - 100 * 24h);
  say("of-late", now - 400 * 24h, now - 80 * 24h);
  say("taken-back", now - 400 * 24h, far_future);
  say("taken-back", now - 200 * 24h, far_future, false);
  say("never", now - 50 * 24h, far_future);
  say("never", now - 60 * 24h, far_future, false);
  for (int i = 100; i < 180; ++i) say(("team-" + std::to_string(i)).c_str(), now, far_future);
  (void)break_glass(sign_in("doc"), "p-2");
  const auto officer = sign_in("pia");
  const auto shown = get("/api/v1/cases/" + only_case(officer), officer);
  EXPECT_EQ(shown["relations"].as_array().size(), 60U);
  cases::Case held = *state().case_of(CaseId{shown.str("case")});
  app::Session reader;
  reader.staff = StaffId{"pia"};
  const auto has = [&](const char* team) { return shown.text.find(team) != std::string::npos; };
  EXPECT_FALSE(has("long-ago"));
  EXPECT_FALSE(has("taken-back"));
  EXPECT_FALSE(has("never"));
  reader.staff = StaffId{"nina"};
  EXPECT_TRUE(app::relations_around(state(), reader, held).empty()) << "no reviewer";
}

}  // namespace
}  // namespace halligan::tests
