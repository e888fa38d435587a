// GET /api/v1/events: who hears of what, nothing before it is durable, and never of whom.

#include <fstream>
#include <sstream>

#include "api_world.h"
#include "app/sessions.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;
using Heard = std::vector<std::string>;

class Events : public ApiWorld {
 protected:
  using Source = std::shared_ptr<in::http::EventSource>;

  Source listen(const std::string& token) {
    const auto answer = get("/api/v1/events", token);
    EXPECT_EQ(answer.status, 200) << answer.text;
    EXPECT_EQ(answer.header("Content-Type"), "text/event-stream");
    return answer.events;
  }
  // One that has said hello already.
  Source ear(const std::string& token) {
    auto source = listen(token);
    (void)source->take();
    return source;
  }
  // "glass {...}", one for each event.
  Heard heard(const Source& source) {
    Heard out;
    auto text = source->take().text;
    everything_ += text;
    while (!text.empty()) {
      const auto end = text.find("\n\n");
      EXPECT_NE(end, std::string::npos) << text;
      const auto event = text.substr(0, end);
      text.erase(0, end + 2);
      const auto line = event.find("\ndata: ");
      EXPECT_TRUE(event.starts_with("event: ") && line != std::string::npos) << event;
      out.push_back(event.substr(7, line - 7) + " " + event.substr(line + 7));
    }
    return out;
  }
  static Heard only(const Heard& all, const std::string& name) {
    Heard out;
    for (const auto& each : all)
      if (each.starts_with(name + " ")) out.push_back(each.substr(name.size() + 1));
    return out;
  }
  static std::string glass_event(const std::string& glass, const std::string& change,
                                 const std::string& by, bool own, bool here) {
    return json::serialize(json::object{{"glass", glass},
                                        {"change", change},
                                        {"by", by.empty() ? json::value{} : json::value(by)},
                                        {"own", own},
                                        {"this_session", here}});
  }
  static std::string case_event(const std::string& id, const std::string& change, bool own) {
    return json::serialize(json::object{{"case", id}, {"change", change}, {"own", own}});
  }
  std::string case_of(const std::string& glass) {
    return state().glass(GlassId{glass})->case_id.text();
  }
  std::string changed_policy() {
    std::ifstream in{"demo/policy.toml"};
    std::stringstream text;
    text << in.rdbuf() << "\n# another\n";
    return text.str();
  }

  std::string everything_;
};

TEST_F(Events, HelloComesFirstAndListeningLeavesNoTrace) {
  const auto doc = sign_in("doc");
  const auto session = get("/api/v1/session", doc).str("session");
  const auto before = size();
  const auto source = listen(doc);
  EXPECT_EQ(heard(source), (Heard{"hello {\"session\":\"" + session + "\"}"}));
  EXPECT_EQ(heard(source), Heard{});
  EXPECT_EQ(size(), before);
  EXPECT_EQ(get("/api/v1/events", "").status, 401);
}

TEST_F(Events, OfAGlassHearItsPersonAndWhoKeepsWatch) {
  const auto doc = sign_in("doc");
  const auto here = ear(doc);
  const auto there = ear(sign_in("doc"));
  const auto officer = sign_in("pia");
  const auto pia = ear(officer);
  const auto ada = ear(sign_in("ada"));
  const auto nina = ear(sign_in("nina"));
  const auto glass = break_glass(doc, "p-2");
  EXPECT_EQ(only(heard(here), "glass"), (Heard{glass_event(glass, "opened", "", true, true)}));
  EXPECT_EQ(only(heard(there), "glass"), (Heard{glass_event(glass, "opened", "", true, false)}));
  for (const auto& watch : {pia, ada})
    EXPECT_EQ(only(heard(watch), "glass"), (Heard{glass_event(glass, "opened", "", false, false)}));
  ASSERT_EQ(post("/api/v1/glass/" + glass + "/revoke", officer, {{"comment", "why?"}}).status, 200);
  EXPECT_EQ(heard(here), (Heard{"glass " + glass_event(glass, "ended", "revoked", true, true),
                                "chart {\"change\":\"shut\"}"}));
  EXPECT_EQ(heard(there), (Heard{"glass " + glass_event(glass, "ended", "revoked", true, false)}));
  EXPECT_EQ(heard(pia), (Heard{"glass " + glass_event(glass, "ended", "revoked", false, false)}));
  EXPECT_EQ(heard(nina), Heard{});
  clock_.pass(1s);
  const auto again = break_glass(doc, "p-2");
  ASSERT_EQ(post("/api/v1/glass/" + again + "/revoke", officer, {{"comment", "!"}}).status, 200);
  clock_.pass(1s);
  ASSERT_EQ(get("/readyz", "").status, 200);
  EXPECT_EQ(only(heard(here), "chart").size(), 1U) << "opened again, and shut again";
}

TEST_F(Events, OfACaseHearItsPersonAndItsReviewers) {
  const auto doc = sign_in("doc");
  const auto own = ear(doc);
  const auto officer = sign_in("pia");
  const auto pia = ear(officer);
  const auto ada = ear(sign_in("ada"));
  records_.answers["Patient/p-2"] = {200, "{}"};
  const auto broken = post("/api/v1/charts/p-2/break", doc, {{"reason", "life-threat"}});
  ASSERT_EQ(broken.status, 201) << broken.text;
  const auto glass = broken.str("glass");
  const auto id = broken.str("case");
  ASSERT_EQ(post("/api/v1/glass/" + glass + "/details", doc,
                 {{"details", {{{"prompt", "What was the emergency?"}, {"answer", "x"}}}}})
                .status,
            200);
  const auto told = heard(own);
  EXPECT_EQ(only(told, "case"),
            (Heard{case_event(id, "opened", true), case_event(id, "justified", true)}));
  EXPECT_EQ(only(told, "glass"), (Heard{glass_event(glass, "opened", "", true, true),
                                        glass_event(glass, "details", "", true, true)}));
  EXPECT_EQ(only(heard(pia), "case"),
            (Heard{case_event(id, "opened", false), case_event(id, "justified", false)}));
  ASSERT_EQ(post("/api/v1/cases/" + id + "/close", officer,
                 {{"finding", "appropriate"}, {"comment", "c"}})
                .status,
            200);
  ASSERT_EQ(post("/api/v1/cases/" + id + "/reopen", officer, {{"comment", "again"}}).status, 200);
  clock_.pass(60 * 24h);
  const auto later = ear(sign_in("pia"));
  for (const auto& each : {own, pia})
    EXPECT_EQ(only(heard(each), "case"),
              (Heard{case_event(id, "closed", each == own), case_event(id, "reopened", each == own),
                     case_event(id, "overdue", each == own)}));
  EXPECT_EQ(only(heard(ada), "case"), Heard{}) << "she reviews nothing";
}

TEST_F(Events, OfASessionHearsItselfAndItsEndIsTheLast) {
  const auto doc = sign_in("doc");
  const auto source = ear(doc);
  const auto other = ear(sign_in("doc"));
  const auto pia = ear(sign_in("pia"));
  ASSERT_EQ(post("/api/v1/charts/p-1/open", doc).str("verdict"), "permit");
  EXPECT_EQ(heard(source), (Heard{"session {\"change\":\"focus\",\"by\":null}"}));
  ASSERT_EQ(post("/api/v1/session/step-up", doc, {{"code", code_of("doc")}}).status, 200);
  EXPECT_EQ(heard(source), (Heard{"session {\"change\":\"stepped-up\",\"by\":null}"}));
  ASSERT_EQ(call("DELETE", "/api/v1/session", doc).status, 204);
  const auto last = source->take();
  EXPECT_EQ(last.text, "event: session\ndata: {\"change\":\"ended\",\"by\":\"logout\"}\n\n");
  EXPECT_TRUE(last.over);
  EXPECT_EQ(heard(other), Heard{});
  EXPECT_EQ(heard(pia), Heard{});
  clock_.pass(31min);
  ASSERT_EQ(get("/readyz", "").status, 200);
  const auto idle = other->take();
  EXPECT_NE(idle.text.find("\"by\":\"idle\""), std::string::npos) << idle.text;
  EXPECT_TRUE(idle.over) << "listening does not keep a session awake";
}

TEST_F(Events, WhoWalkedAwayIsToldLaterThatSomethingWasMissed) {
  const auto doc = sign_in("doc");
  const auto source = ear(doc);
  const auto second = sign_in("doc");
  ASSERT_EQ(post("/api/v1/session/lock", doc).status, 204);
  const auto glass = break_glass(second, "p-2");
  EXPECT_EQ(heard(source), (Heard{"session {\"change\":\"locked\",\"by\":null}",
                                  "glass " + glass_event(glass, "opened", "", true, false)}));
  ASSERT_EQ(post("/api/v1/session/unlock", doc, {{"password", "correct horse battery"}}).status,
            204);
  EXPECT_EQ(heard(source), (Heard{"session {\"change\":\"unlocked\",\"by\":null}", "lost {}"}));
  ASSERT_EQ(post("/api/v1/session/lock", doc).status, 204);
  ASSERT_EQ(post("/api/v1/session/unlock", doc, {{"password", "correct horse battery"}}).status,
            204);
  EXPECT_EQ(only(heard(source), "lost"), Heard{}) << "nothing was";
}

TEST_F(Events, ALockedOfficerHearsNothingOfOthersGlass) {
  const auto pia = sign_in("pia");
  const auto source = ear(pia);
  const auto doc = sign_in("doc");
  ASSERT_EQ(post("/api/v1/session/lock", pia).status, 204);
  (void)source->take();
  const auto glass = break_glass(doc, "p-2");
  ASSERT_EQ(post("/api/v1/glass/" + glass + "/close", doc).status, 200);
  EXPECT_EQ(heard(source), Heard{});
  ASSERT_EQ(post("/api/v1/session/unlock", pia, {{"password", "correct horse battery"}}).status,
            204);
  EXPECT_EQ(heard(source), (Heard{"session {\"change\":\"unlocked\",\"by\":null}", "lost {}"}));
}

TEST_F(Events, ALockedScreenMayBeginToListenAndHearsOfItsEnd) {
  const auto doc = sign_in("doc");
  const auto before = ear(doc);
  const auto glass = break_glass(doc, "p-2");
  (void)before->take();
  ASSERT_EQ(post("/api/v1/session/lock", doc).status, 204);
  EXPECT_EQ(only(heard(before), "session").size(), 1U);
  const auto from = size();
  const auto begun = listen(doc);
  const auto session = state().session_by_token(in::token_hash(doc));
  EXPECT_EQ(heard(begun), (Heard{"hello {\"session\":\"" + session->id.text() + "\"}"}));
  EXPECT_EQ(size(), from);
  ASSERT_EQ(post("/api/v1/glass/" + glass + "/revoke", sign_in("pia"), {{"comment", "c"}}).status,
            200);
  clock_.pass(1s);
  ASSERT_EQ(get("/readyz", "").status, 200);
  ASSERT_EQ(call("DELETE", "/api/v1/session", doc).status, 204);
  const Heard told{"glass " + glass_event(glass, "ended", "revoked", true, true),
                   "session {\"change\":\"ended\",\"by\":\"logout\"}"};
  for (const auto& each : {before, begun}) {
    EXPECT_EQ(heard(each), told) << "and nothing of the chart in front";
    EXPECT_TRUE(each->take().over);
  }
  EXPECT_EQ(get("/api/v1/events", doc).slug(), "no-session");
}

TEST_F(Events, AChartThatShutsIsToldWhateverShutIt) {
  const auto doc = sign_in("doc");
  const auto source = ear(doc);
  const auto shut = [&] { return only(heard(source), "chart").size(); };
  ASSERT_EQ(post("/api/v1/charts/p-1/open", doc).str("verdict"), "permit");
  EXPECT_EQ(shut(), 0U);
  tell("excludes", "p-1", "doc");  // told with the next batch
  clock_.pass(1s);
  ASSERT_EQ(get("/readyz", "").status, 200);
  EXPECT_EQ(shut(), 1U);
  clock_.pass(1s);
  tell("member", "doc", "another");
  ASSERT_EQ(get("/readyz", "").status, 200);
  EXPECT_EQ(shut(), 0U) << "once";

  // By time alone, and by its glass.
  break_glass(doc, "p-2");
  ASSERT_EQ(shut(), 0U);
  clock_.pass(20min);
  ASSERT_EQ(get("/readyz", "").status, 200);
  EXPECT_EQ(shut(), 1U) << "idle";

  // A chart that was left behind is no news, nor is one that never was open.
  ASSERT_EQ(post("/api/v1/session/step-up", doc, {{"code", code_of("doc")}}).status, 200);
  break_glass(doc, "p-3");
  break_glass(doc, "p-2");
  EXPECT_EQ(shut(), 0U);

  // Who begins to listen hears of what shuts from then on.
  const auto late = ear(doc);
  for (const auto& id : std::set<GlassId>{state().open})
    ASSERT_EQ(post("/api/v1/glass/" + id.text() + "/close", doc).status, 200);
  clock_.pass(100ms);  // however much changes, charts are looked at ten times a second
  ASSERT_EQ(get("/readyz", "").status, 200);
  EXPECT_EQ(only(heard(late), "chart").size(), 1U);
}

TEST_F(Events, AChartWhoseRightGivesWayToAGlassThatGivesLessShutsToo) {
  const auto doc = sign_in("doc");
  const auto source = ear(doc);
  records_.answers["Patient/p-8"] = {200, "{}"};
  tell("attending", "doc", "p-8");
  const auto opened = post("/api/v1/charts/p-8/open", doc);
  ASSERT_EQ(opened.str("verdict"), "permit") << opened.text;
  const auto rule = std::string{opened["basis"].at("rule").as_string()};
  const auto rules = [&] { return json::serialize(get("/api/v1/session", doc)["focus_rules"]); };
  EXPECT_EQ(rules(), "[\"" + rule + "\"]");
  const json::object part{{"type", "Observation"}, {"labels", json::array{"ETH"}}};
  const auto broken =
      post("/api/v1/charts/p-8/break", doc, {{"reason", "life-threat"}, {"cell", part}});
  ASSERT_EQ(broken.status, 201) << broken.text;
  EXPECT_EQ(only(heard(source), "chart").size(), 0U) << "what is gained shuts nothing";
  EXPECT_EQ(rules(), "[\"" + rule + "\",\"life-threat\"]");
  tell("attending", "doc", "p-8", {.so = false});
  clock_.pass(1s);
  ASSERT_EQ(get("/readyz", "").status, 200);
  EXPECT_EQ(only(heard(source), "chart").size(), 1U);
  EXPECT_EQ(rules(), "[\"life-threat\"]");
}

TEST_F(Events, OfPoliciesAndPeople) {
  const auto admin = sign_in("ada");
  const auto officer = sign_in("pia");
  const auto doc = ear(sign_in("doc"));
  const auto ada = ear(admin);
  const auto pia = ear(officer);
  const auto proposed =
      post("/api/v1/policy/proposals", admin, {{"text", changed_policy()}, {"note", "n"}});
  ASSERT_EQ(proposed.status, 201) << proposed.text;
  const auto version = proposed.str("version");
  const Heard told{"policy {\"change\":\"proposed\",\"version\":\"" + version + "\"}"};
  EXPECT_EQ(heard(ada), told);
  EXPECT_EQ(heard(pia), told);
  EXPECT_EQ(heard(doc), Heard{});
  ASSERT_EQ(post("/api/v1/policy/proposals/" + version + "/sign", officer).status, 200);
  for (const auto& each : {doc, ada, pia})
    EXPECT_EQ(heard(each),
              (Heard{"policy {\"change\":\"signed\",\"version\":\"" + version + "\"}"}));
  ASSERT_EQ(put("/api/v1/staff/zoe", admin,
                {{"name", "Zoe"}, {"roles", json::array{"nurse"}}, {"active", true}})
                    .status /
                100,
            2);
  EXPECT_EQ(heard(pia), (Heard{"people {\"staff\":\"zoe\"}"}));
  EXPECT_EQ(heard(doc), Heard{});
  // Whoever loses the role hears no more of what it gave; here the session goes with it.
  ASSERT_EQ(put("/api/v1/staff/pia", admin,
                {{"name", "Pia"}, {"roles", json::array{"nurse"}}, {"active", true}})
                .status,
            200);
  EXPECT_EQ(pia->take().text,
            "event: session\ndata: {\"change\":\"ended\",\"by\":\"roles-changed\"}\n\n");
}

TEST_F(Events, P1NothingIsToldThatIsNotDurable) {
  const auto doc = sign_in("doc");
  const auto source = ear(doc);
  const auto pia = ear(sign_in("pia"));
  // Decided and not committed: nobody hears of it.
  records_.answers["Patient/p-2"] = {200, "{}"};
  disk_.fail_next();
  const auto broken = post("/api/v1/charts/p-2/break", doc,
                           {{"reason", "clinical-access"}, {"details", details()}});
  EXPECT_EQ(broken.status, 503);
  for (const auto& each : {source, pia}) {
    const auto told = each->take();
    EXPECT_EQ(told.text, "");
    EXPECT_TRUE(told.over) << "the console begins anew with the next house";
  }
  EXPECT_EQ(get("/api/v1/events", doc).status, 503);
  EXPECT_TRUE(house_->take_news().empty());
}

TEST_F(Events, AHouseKeepsItsNoticesUntilTheCommit) {
  const auto doc = sign_in("doc");
  (void)house_->take_news();
  app::SignOut command;
  command.token_hash = in::token_hash(doc);
  (void)house_->perform(command, clock_.now());
  EXPECT_TRUE(house_->take_news().empty());
  ASSERT_TRUE(house_->commit().ok());
  const auto told = house_->take_news();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_LT(told[0].entry, house_->journal().durable());
}

TEST_F(Events, SoManyTabsAndScreensAndNoMore) {
  const auto doc = sign_in("doc");
  std::vector<Source> tabs;
  for (std::size_t n = 0; n < limits::streams_per_session_max; ++n) tabs.push_back(listen(doc));
  const auto refused = get("/api/v1/events", doc);
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.slug(), "too-many-streams");
  EXPECT_EQ(refused.header("Retry-After"), "30");
  tabs.pop_back();
  tabs.push_back(listen(doc));
  while (tabs.size() < limits::streams_per_staff_max) {
    const auto more = sign_in("doc");
    for (std::size_t n = 0; n < limits::streams_per_session_max; ++n) tabs.push_back(listen(more));
  }
  EXPECT_EQ(get("/api/v1/events", sign_in("doc")).slug(), "too-many-streams");
  EXPECT_NE(listen(sign_in("nina")), nullptr) << "others are not touched";
}

TEST_F(Events, WhoDoesNotKeepUpIsToldSoAndGoesOn) {
  const auto doc = sign_in("doc");
  const auto source = ear(doc);
  for (int n = 0; n < 1'000; ++n) {
    ASSERT_EQ(post("/api/v1/charts/p-1/open", doc).str("verdict"), "permit");
    break_glass(doc, "p-2");
  }
  const auto told = heard(source);
  EXPECT_EQ(told.back(), "lost {}");
  EXPECT_EQ(only(told, "lost").size(), 1U);
  EXPECT_LE(everything_.size(), limits::event_bytes_waiting_max + 100);
  ASSERT_EQ(post("/api/v1/charts/p-1/open", doc).str("verdict"), "permit");
  EXPECT_EQ(only(heard(source), "session").size(), 1U);
}

// A source wakes whoever takes from it once, until it is taken from.
TEST_F(Events, OneWakingForWhatIsNotTakenYet) {
  const auto doc = sign_in("doc");
  const auto source = ear(doc);
  int woken = 0;
  source->when_more([&] { ++woken; });
  break_glass(doc, "p-2");
  EXPECT_EQ(woken, 1);
  ASSERT_EQ(post("/api/v1/charts/p-1/open", doc).str("verdict"), "permit");
  EXPECT_EQ(woken, 1);
  (void)source->take();
  break_glass(doc, "p-2");
  EXPECT_EQ(woken, 2);
  source->when_more({});
  (void)source->take();
  ASSERT_EQ(post("/api/v1/charts/p-1/open", doc).str("verdict"), "permit");
  EXPECT_EQ(woken, 2);
}

TEST_F(Events, P15NoEventSaysWhose) {
  const auto doc = sign_in("doc");
  const auto officer = sign_in("pia");
  const auto admin = sign_in("ada");
  const std::vector<Source> all{listen(doc), listen(officer), listen(admin),
                                listen(sign_in("nina"))};
  ASSERT_EQ(post("/api/v1/charts/p-1/open", doc).str("verdict"), "permit");
  const auto glass = break_glass(doc, "p-2");
  const auto id = case_of(glass);
  ASSERT_EQ(post("/api/v1/charts/p-2/break", doc, {{"reason", "life-threat"}}).status / 100, 2);
  post("/api/v1/glass/" + glass + "/details", doc,
       {{"details", {{{"prompt", "What was the emergency?"}, {"answer", "an arrest"}}}}});
  post("/api/v1/cases/" + id + "/justify", doc, {{"text", "an arrest"}});
  post("/api/v1/charts/p-2/referrals", doc, {{"team", "cardiology"}});
  post("/api/v1/glass/" + glass + "/revoke", officer, {{"comment", "an arrest?"}});
  post("/api/v1/cases/" + id + "/close", officer, {{"finding", "mistaken"}, {"comment", "arrest"}});
  post("/api/v1/cases/" + id + "/reopen", officer, {{"comment", "an arrest"}});
  post("/api/v1/session/step-up", doc, {{"code", code_of("doc")}});
  const auto proposed = post("/api/v1/policy/proposals", admin,
                             {{"text", changed_policy()}, {"note", "for the arrest of p-2"}});
  post("/api/v1/policy/proposals/" + proposed.str("version") + "/sign", officer);
  put("/api/v1/staff/zoe", admin,
      {{"name", "Zoe Arrest"}, {"roles", json::array{"nurse"}}, {"active", true}});
  ASSERT_EQ(post("/api/v1/charts/p-1/open", doc).str("verdict"), "permit");
  tell("excludes", "p-1", "doc");
  clock_.pass(1s);
  get("/readyz", "");
  clock_.pass(1h);
  get("/readyz", "");
  clock_.pass(60 * 24h);
  get("/readyz", "");
  std::map<std::string, int> kinds;
  for (const auto& each : all)
    for (const auto& event : heard(each)) ++kinds[event.substr(0, event.find(' '))];
  for (const char* kind : {"hello", "glass", "case", "session", "chart", "policy", "people"})
    EXPECT_GT(kinds[kind], 0) << kind;
  for (const char* never : {"p-1", "p-2", "arrest", "Arrest", "Name of", "cardiology", "mistaken"})
    EXPECT_EQ(everything_.find(never), std::string::npos) << never << " in\n" << everything_;
}

}  // namespace
}  // namespace halligan::tests
