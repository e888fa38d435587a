// Reading through the gateway: what leaves, what does not, and what is written down.
#include <gtest/gtest.h>

#include "in/fhir/compartment.h"
#include "tests/fhir/world.h"

namespace halligan::tests {
namespace {

using facts::AccessIntended;
using facts::AccessOutcome;
using facts::AccessRefused;
using facts::Outcome;

TEST(Gateway, ReleasesAPermittedRecordWholeAndWritesItDownFirst) {
  World world;
  const auto text = observation(
      "o-1", "p-1",
      R"(, "value" : 1.50,"meta":{"versionId":"3","lastUpdated":"2026-05-03T10:00:00Z"})");
  world.records.put(text);
  for (const auto* target : {"Patient/p-1", "Observation/o-1"}) {
    const auto answer = world.get("dr-a", target);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_TRUE(answer.released);
    const auto receipt = std::stoul(answer.header("Halligan-Receipt"));
    const auto ledger = world.ledger();
    const auto intent = std::get<AccessIntended>(ledger.at(receipt));
    EXPECT_EQ(intent.staff.text(), "dr-a");
    EXPECT_EQ(intent.patient.text(), "p-1");
    EXPECT_EQ(intent.basis, "open-referral");
    EXPECT_EQ(intent.form, "read");
    const auto outcomes = world.entries<AccessOutcome>();
    EXPECT_EQ(outcomes.back().intent, receipt);
    EXPECT_EQ(outcomes.back().outcome, Outcome::released);
    EXPECT_EQ(outcomes.back().bytes, answer.body.size());
  }
  const auto answer = world.get("dr-a", "Observation/o-1");
  EXPECT_EQ(answer.body, text);
  EXPECT_EQ(answer.header("ETag"), "W/\"3\"");
  EXPECT_EQ(answer.header("Last-Modified"), "Sun, 03 May 2026 10:00:00 GMT");
  EXPECT_EQ(answer.header("Halligan-Glass"), "");
  EXPECT_EQ(world.entries<AccessIntended>().size(), 3U)
      << "what a first intent covers makes no second one";
}

TEST(Gateway, SearchesOnePatientByTheIdAsOneChartAndNotAsAPerson) {
  World world;
  const auto answer = world.get("dr-a", "Patient?_id=p-1");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_TRUE(answer.released);
  EXPECT_NE(answer.body.find("\"type\":\"searchset\""), std::string::npos);
  EXPECT_NE(answer.body.find("/fhir/Patient/p-1\""), std::string::npos);
  const auto intent =
      std::get<AccessIntended>(world.ledger().at(std::stoul(answer.header("Halligan-Receipt"))));
  EXPECT_EQ(intent.patient.text(), "p-1");
  EXPECT_EQ(intent.form, "search");
  EXPECT_EQ(intent.types, std::vector<std::string>{"Patient"});
  EXPECT_EQ(world.entries<AccessOutcome>().back().resources, 1U);
  EXPECT_TRUE(world.entries<facts::SearchMade>().empty());
  const auto shut = world.get("dr-a", "Patient?_id=p-3");
  EXPECT_EQ(shut.status, world.get("dr-a", "Patient/p-3").status);
  EXPECT_EQ(shut.status, 403);
  EXPECT_EQ(world.get("dr-a", "Patient?_id=nobody").status,
            world.get("dr-a", "Observation?patient=nobody").status);
}

TEST(Gateway, AnswersNobodyWithoutASession) {
  World world;
  for (const auto* who : {"", "stranger"}) {
    const auto answer = world.get(who, "Patient/p-1");
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.header("WWW-Authenticate"), "Bearer realm=\"halligan\"");
  }
  EXPECT_TRUE(world.records.asked.empty());
  EXPECT_EQ(world.get("", "metadata").status, 200);
}

TEST(Gateway, OffersTheGlassAndOpensWithIt) {
  World world;
  world.records.put(observation("o-3", "p-3"));
  for (const auto* target :
       {"Patient/p-3", "Observation?patient=p-3", "Observation/o-3", "Patient/p-3/$everything"}) {
    const auto answer = world.get("dr-b", target);
    ASSERT_EQ(answer.status, 403) << target << answer.body;
    const auto offer = answer.offer();
    ASSERT_TRUE(offer.has_value()) << target;
    EXPECT_EQ(offer->at("patient"), "p-3");
    EXPECT_EQ(offer->at("grants").as_array().at(0).at("rule"), "clinical-access");
    const auto issue = answer.json().at("issue").as_array().at(0).as_object();
    EXPECT_EQ(issue.at("code"), "forbidden");
    EXPECT_TRUE(std::string{issue.at("diagnostics").as_string()}.starts_with("reference code "));
    EXPECT_FALSE(answer.holds("Roe"));
  }
  EXPECT_TRUE(world.entries<AccessRefused>().at(0).offered);
  const auto glass = world.break_glass("dr-b", "p-3");
  for (const auto* target :
       {"Patient/p-3", "Observation?patient=p-3", "Observation/o-3", "Patient/p-3/$everything"}) {
    const auto answer = world.get("dr-b", target);
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.header("Halligan-Glass"), glass) << target;
  }
}

// What a page still asks for when another page has opened another chart.
TEST(Gateway, ABrowsersPageTakesNoChartAwayThatAnotherPageHasOpened) {
  World world;
  world.records.put(observation("o-1", "p-1"));
  const in::http::Headers page{{"Cookie", std::string{in::session_cookie} + "=dr-a"},
                               {"Halligan-CSRF", in::csrf_of("dr-a")}};
  const auto* const of_old = "Observation?patient=p-1";
  EXPECT_EQ(world.ask("", "GET", of_old, {}, page).status, 200) << "the first one is in front";
  const auto glass = world.break_glass("dr-a", "p-3");
  const auto before = world.entries<AccessIntended>().size();
  for (const auto* target : {of_old, "Patient/p-1", "Observation/o-1", "Patient/p-1/$everything"}) {
    const auto late = world.ask("", "GET", target, {}, page);
    EXPECT_EQ(late.status, 409) << target << late.body;
    EXPECT_FALSE(late.holds("Roe")) << target;
  }
  EXPECT_EQ(world.entries<AccessIntended>().size(), before);
  EXPECT_TRUE(world.house->state().glass(GlassId{glass})->open());
  EXPECT_EQ(world.ask("", "GET", "Observation?patient=p-3", {}, page).status, 200);
  // A program says with each request which chart it is at.
  EXPECT_EQ(world.get("dr-a", of_old).status, 200);
  EXPECT_FALSE(world.house->state().glass(GlassId{glass})->open());
}

TEST(Gateway, AHiddenDenyIsAsUnknownAsARandomId) {
  World world;
  world.records.put(observation("o-hidden", "hidden"));
  const auto compare = [&](const std::string& hidden, const std::string& unknown, int status) {
    for (const auto* who : {"dr-a", "dr-b", "porter-c"}) {
      const auto one = world.get(who, hidden);
      const auto two = world.get(who, unknown);
      EXPECT_EQ(one.status, status) << hidden << one.body;
      EXPECT_EQ(one.status, two.status);
      EXPECT_EQ(without_code(one.body), without_code(two.body));
      EXPECT_EQ(one.headers.size(), two.headers.size());
    }
  };
  compare("Patient/hidden", "Patient/random", 403);
  compare("Observation?patient=hidden", "Observation?patient=random", 403);
  compare("Patient/hidden/$everything", "Patient/random/$everything", 403);
  compare("Observation/o-hidden", "Observation/o-random", 404);
  world.records.put(
      R"({"resourceType":"Claim","id":"c-hidden","patient":{"reference":"Patient/hidden"}})");
  compare("Claim/c-hidden", "Claim/c-random", 403);
  compare("Claim?patient=hidden", "Claim?patient=random", 403);
  const auto refused = world.entries<AccessRefused>();
  EXPECT_GE(refused.size(), 6U) << "both are written down";
  EXPECT_EQ(world.house->state().knows(PatientId{"random"}), false);
}

// Two codes that were the same would tell that two resources lie in one chart.
TEST(Gateway, ACodeTellsNothingOfAHiddenChart) {
  World world;
  for (const auto* id : {"o-1", "o-2"}) world.records.put(observation(id, "hidden"));
  const auto code = [&](const std::string& id) {
    const auto answer = world.get("dr-a", "Observation/" + id);
    EXPECT_EQ(answer.status, 404);
    return code_in(answer.body);
  };
  std::set<std::string> seen;
  for (const auto* id : {"o-1", "o-2", "r-1", "r-2"}) {
    const auto first = code(id);
    EXPECT_EQ(first.size(), 7U) << id;
    EXPECT_EQ(code(id), first) << id;
    seen.insert(first);
  }
  EXPECT_EQ(seen.size(), 4U);
}

TEST(Gateway, AnOutageTellsNothingOfAHiddenChart) {
  World world;
  const auto body = [](const std::string& patient) {
    return R"({"resourceType":"Observation","subject":{"reference":"Patient/)" + patient + "\"}}";
  };
  struct Way {
    std::string method;
    std::string target;
  };
  const auto both = [&](const Way& way) {
    std::vector<std::string> seen;
    for (const std::string patient : {"hidden", "random"}) {
      const auto before = world.records.asked.size();
      auto target = way.target;
      if (const auto at = target.find('@'); at != std::string::npos) target.replace(at, 1, patient);
      const auto answer = world.ask("dr-b", way.method, target,
                                    way.method == "POST" ? body(patient) : std::string{});
      std::string took = std::to_string(answer.status) + without_code(answer.body);
      for (auto i = before; i < world.records.asked.size(); ++i) {
        auto target_asked = world.records.asked[i].request.target;
        if (const auto at = target_asked.find(patient); at != std::string::npos)
          target_asked.replace(at, patient.size(), "@");
        took += " " + target_asked;
      }
      seen.push_back(took);
    }
    EXPECT_EQ(seen[0], seen[1]) << way.method << way.target;
    return seen[0].substr(0, 3);
  };
  const std::vector<Way> ways{{"GET", "Patient/@"},
                              {"GET", "Observation?patient=@"},
                              {"GET", "Claim?patient=@"},
                              {"GET", "Patient/@/$everything"},
                              {"POST", "Observation"}};
  for (const auto& way : ways) EXPECT_EQ(both(way), "403");
  for (const auto code : {FaultCode::upstream_unreachable, FaultCode::upstream_timeout}) {
    world.records.fault = Fault{code, ""};
    for (const auto& way : ways) {
      const bool named = way.target.starts_with("Claim");  // shut for everybody's chart
      EXPECT_EQ(both(way), named                                 ? "403"
                           : code == FaultCode::upstream_timeout ? "504"
                                                                 : "502")
          << way.target;
    }
  }
}

TEST(Gateway, EveryRefusalThatIsWrittenDownHasACodeThatExplains) {
  World world;
  world.records.put(observation("hidden", "hidden"));
  world.records.put(observation("shut", "shut"));
  world.records.put(observation("psych", "p-1", psychotherapy));
  world.records.put(observation("theirs", "p-3"));
  world.records.put(R"({"resourceType":"Location","id":"x"})");
  struct Asked {
    std::string method = "GET";
    std::string target;
    std::string body{};
  };
  const std::vector<Asked> all{
      {.target = "Patient/hidden"},
      {.target = "Patient/random"},
      {.target = "Patient/shut"},
      {.target = "Patient/p-3"},
      {.target = "Observation/hidden"},
      {.target = "Observation/random"},
      {.target = "Observation/shut"},
      {.target = "Observation/psych"},
      {.target = "Observation/theirs"},
      {.target = "Location/x"},
      {.target = "Location/random"},
      {.target = "Practitioner/random"},
      {.target = "Claim/random"},
      {.target = "Observation?patient=hidden"},
      {.target = "Observation?patient=p-3"},
      {.target = "Claim?patient=p-1"},
      {.target = "Patient/p-3/$everything"},
      {.method = "POST",
       .target = "Observation",
       .body = R"({"resourceType":"Observation","subject":{"reference":"Patient/hidden"}})"},
      {.method = "PUT", .target = "Observation/theirs", .body = observation("theirs", "p-3")},
      {.method = "PUT", .target = "Observation/random", .body = observation("random", "p-1")},
      {.method = "DELETE", .target = "Observation/hidden"}};
  const auto explained = [&](const std::string& who, const World::Answer& answer) {
    EXPECT_GE(answer.status, 400);
    const auto code = code_in(answer.body);
    const auto told =
        world.perform(app::ExplainCode{.token_hash = in::token_hash(who), .code = code});
    return std::holds_alternative<app::Coded>(told);
  };
  for (const auto& each : all)
    EXPECT_TRUE(explained("dr-a", world.ask("dr-a", each.method, each.target, each.body)))
        << each.method << " " << each.target;
  EXPECT_TRUE(explained("porter-c", world.get("porter-c", "Patient?name=Roe")));
  world.records.fault = Fault{FaultCode::upstream_unreachable, ""};
  EXPECT_TRUE(explained("dr-a", world.get("dr-a", "Observation/random")));
}

app::OfferedCell cell_of(const boost::json::object& offer) {
  const auto& cell = offer.at("cell").as_object();
  const auto texts = [&](const char* key) {
    return boost::json::value_to<std::vector<std::string>>(cell.at(key));
  };
  return {.action = *app::action_named(cell.at("action").as_string()),
          .type = std::string{cell.at("type").as_string()},
          .labels = texts("labels"),
          .categories = texts("categories")};
}

TEST(Gateway, P12_GlassForANoteInAChartThatIsOpenAnyway) {
  World world;
  world.records.put(observation("plain", "p-1"));
  world.records.put(observation(
      "psych", "p-1", R"(,"meta":{"security":[{"code":"PSYTHPN"},{"code":"unheard-of"}]})"));
  const auto refused = world.get("dr-a", "Observation/psych");
  ASSERT_EQ(refused.status, 403);
  const auto wanted = cell_of(refused.offer().value());
  EXPECT_EQ(wanted, (app::OfferedCell{.action = app::Action::read,
                                      .type = "Observation",
                                      .labels = {"PSYTHPN"},
                                      .categories = {}}))
      << "a label that the policy does not name is the record's own";
  World::Breaking how{.who = "dr-a", .patient = "p-1", .reason = "psychiatric-emergency"};
  EXPECT_TRUE(std::holds_alternative<app::Unneeded>(world.try_glass(how))) << "the chart is open";
  how.wanted = wanted;
  auto wrong = how;
  wrong.reason = "clinical-access";
  const auto not_that = world.try_glass(wrong);
  ASSERT_TRUE(std::holds_alternative<app::Refusal>(not_that));
  EXPECT_EQ(std::get<app::Refusal>(not_that).why, app::Why::unknown_reason);
  EXPECT_EQ(std::get<app::Refusal>(not_that).offer->wanted, wanted);
  const auto broken = world.try_glass(how);
  ASSERT_TRUE(std::holds_alternative<app::Broken>(broken));
  EXPECT_FALSE(std::get<app::Broken>(broken).case_id.empty());
  const auto note = world.get("dr-a", "Observation/psych");
  EXPECT_EQ(note.status, 200);
  EXPECT_EQ(note.header("Halligan-Glass"), std::get<app::Broken>(broken).glass.text());
  const auto opened = world.entries<facts::GlassOpened>().back();
  EXPECT_EQ(opened.for_type, "Observation");
  EXPECT_EQ(opened.for_labels, std::vector<std::string>{"PSYTHPN"});
  // All else is as before: by the referral, changes too, and nobody else's.
  EXPECT_EQ(world.get("dr-a", "Observation/plain").header("Halligan-Glass"), "");
  EXPECT_EQ(world.ask("dr-a", "PUT", "Observation/plain", observation("plain", "p-1")).status, 200);
  EXPECT_EQ(world.get("dr-a", "Claim?patient=p-1").status, 403);
  EXPECT_EQ(world.get("dr-b", "Observation/psych").status, 403);
  const auto again = world.try_glass(how);
  ASSERT_TRUE(std::holds_alternative<app::Broken>(again));
  EXPECT_TRUE(std::get<app::Broken>(again).again);
}

// Who says less than they want has paid for less.
TEST(Gateway, NamingAnotherCellPaysNoSeal) {
  World world;
  world.records.put(observation("plain", "p-3"));
  world.records.put(
      observation("restricted", "p-3", R"(,"meta":{"security":[{"code":"RESTRICTED"}]})"));
  world.break_glass("dr-b", "p-3");
  EXPECT_EQ(world.get("dr-b", "Observation/plain").status, 200);
  const auto refused = world.get("dr-b", "Observation/restricted");
  ASSERT_EQ(refused.status, 403);
  World::Breaking how{.who = "dr-b", .patient = "p-3"};
  how.wanted.type = "Observation";
  const auto same = world.try_glass(how);
  ASSERT_TRUE(std::holds_alternative<app::Broken>(same));
  EXPECT_TRUE(std::get<app::Broken>(same).again);
  EXPECT_EQ(world.get("dr-b", "Observation/restricted").status, 403);
  how.wanted = cell_of(refused.offer().value());
  const auto unpaid = world.try_glass(how);
  ASSERT_TRUE(std::holds_alternative<app::Refusal>(unpaid));
  EXPECT_EQ(std::get<app::Refusal>(unpaid).why, app::Why::acknowledgement_missing);
  how.acknowledged = {"restricted-notes"};
  const auto paid = world.try_glass(how);
  ASSERT_TRUE(std::holds_alternative<app::Broken>(paid));
  EXPECT_FALSE(std::get<app::Broken>(paid).again);
  EXPECT_EQ(world.get("dr-b", "Observation/restricted").status, 200);
  how.wanted = {.action = app::Action::read, .type = "Claim", .labels = {}, .categories = {}};
  EXPECT_TRUE(std::holds_alternative<app::Refusal>(world.try_glass(how)));
  how.wanted.labels.assign(33, "x");
  EXPECT_EQ(std::get<app::Refusal>(world.try_glass(how)).why, app::Why::bad_request);
}

TEST(Gateway, ADateAloneIsTheHospitalsOwn) {
  World world;
  world.hire("nurse-n", "nurse", false);
  // 00:30 on the 23rd of September in London, an hour before that in UTC.
  world.clock.step_wall(*parse_instant("2026-09-22T23:30:00Z") - world.clock.now().wall);
  world.sign_in("nurse-n", "nurse-n");
  world.records.put(observation("today", "p-1", R"(,"effectiveDateTime":"2026-09-23")"));
  world.records.put(observation("before", "p-1", R"(,"effectiveDateTime":"2026-09-22")"));
  EXPECT_EQ(world.get("nurse-n", "Observation/today").status, 200);
  EXPECT_EQ(world.get("nurse-n", "Observation/before").status, 404) << "its day is over here";
}

TEST(Gateway, TheRecordSystemsAddressNeverLeaves) {
  World world;
  const std::string there = "http://upstream.internal/fhir";
  world.records.put(
      R"({"resourceType":"Observation","id":"o-1","subject":{"reference":")" + there +
      R"(/Patient/p-1"},"hasMember":[{"reference":"http:\/\/upstream.internal\/fhir\/Observation\/o-2"}],)"
      R"("text":{"div":"<a href=\")" +
      there + R"(/Observation/o-2\">o-2</a> )" + there + R"("},"code":{"coding":[{"system":")" +
      there + R"(/codes"},{"system":")" + there + R"(-other/codes"}]}})");
  const auto one = world.get("dr-a", "Observation/o-1");
  ASSERT_EQ(one.status, 200) << one.body;
  const auto json = one.json();
  EXPECT_EQ(json.at("subject").at("reference"), "Patient/p-1");
  EXPECT_EQ(json.at("hasMember").at(0).at("reference"), "Observation/o-2");
  EXPECT_EQ(std::string{json.at("text").at("div").as_string()},
            "<a href=\"" + World::base + "/Observation/o-2\">o-2</a> " + World::base);
  const auto system = [&](std::size_t i) {
    return std::string{json.at("code").at("coding").at(i).at("system").as_string()};
  };
  EXPECT_EQ(system(0), World::base + "/codes");
  EXPECT_EQ(system(1), there + "-other/codes") << "another address";
  const auto set = world.get("dr-a", "Observation?patient=p-1");
  EXPECT_EQ(set.json().at("entry").at(0).at("resource").as_object(), json);
}

TEST(Gateway, FewWholeChartsAtOnce) {
  World world;
  std::vector<int> statuses;
  std::size_t deep = 0;
  world.records.meanwhile = [&] {
    if (deep > limits::whole_charts_max) return;
    ++deep;
    const auto answer = world.get("dr-a", "Patient/p-1/$everything");
    statuses.push_back(answer.status);
    EXPECT_EQ(answer.header("Retry-After"), answer.status == 429 ? "2" : "");
  };
  EXPECT_EQ(world.get("dr-a", "Patient/p-1/$everything").status, 200);
  EXPECT_EQ(std::ranges::count(statuses, 200),
            static_cast<long>(limits::whole_charts_session_max) - 1);
  EXPECT_GE(std::ranges::count(statuses, 429), 1);
  world.records.meanwhile = nullptr;
  EXPECT_EQ(world.get("dr-a", "Patient/p-1/$everything").status, 200);
}

TEST(Gateway, ADenySaysWhichRule) {
  World world;
  const auto answer = world.get("dr-a", "Patient/shut");
  EXPECT_EQ(answer.status, 403);
  EXPECT_TRUE(answer.holds("closed by order of the court"));
  EXPECT_FALSE(answer.offer().has_value());
  EXPECT_EQ(world.get("dr-a", "Claim?patient=p-1").status, 403);
  EXPECT_EQ(world.get("bill", "Claim?patient=p-1").status, 200);
}

TEST(Gateway, SharedTypesTakeARuleThatNamesThem) {
  World world;
  world.records.put(R"({"resourceType":"Practitioner","id":"x"})");
  world.records.put(R"({"resourceType":"Location","id":"x"})");
  EXPECT_EQ(world.get("porter-c", "Practitioner/x").status, 200);
  EXPECT_EQ(world.get("dr-a", "Location/x").status, 404);
}

TEST(Gateway, UpstreamTroubleIsOursToTellAndIsWrittenDown) {
  World world;
  struct Case {
    FaultCode code;
    int status;
  };
  for (const auto& each :
       {Case{FaultCode::upstream_timeout, 504}, Case{FaultCode::upstream_unreachable, 502},
        Case{FaultCode::upstream_nonsense, 502}, Case{FaultCode::too_large, 502}}) {
    world.records.fault = Fault{each.code, "at http://upstream.internal"};
    for (const auto* target : {"Patient/p-1", "Observation?patient=p-1", "Observation/o-1",
                               "Patient/p-1/$everything", "Patient/nobody-knows-yet"}) {
      const auto answer = world.get("dr-a", target);
      EXPECT_EQ(answer.status, each.status) << target;
      EXPECT_FALSE(answer.holds("upstream.internal"));
    }
  }
  const auto outcomes = world.entries<AccessOutcome>();
  ASSERT_FALSE(outcomes.empty());
  for (const auto& outcome : outcomes) EXPECT_EQ(outcome.outcome, Outcome::refused_upstream);
  world.records.fault.reset();
  for (const int status : {301, 400, 401, 403, 429, 500, 503}) {
    world.records.status = status;
    const auto answer = world.get("dr-a", "Observation?patient=p-1");
    EXPECT_GE(answer.status, 422) << status;
    EXPECT_FALSE(answer.holds("upstream.internal"));
  }
  world.records.status = 0;
  world.records.put(observation("o-1", "p-1"));
  EXPECT_EQ(world.get("dr-a", "Observation/o-1").status, 200);
}

TEST(Gateway, D10NothingLeavesWhenTheLedgerCannotBeWritten) {
  for (const auto* target : {"Patient/p-1", "Observation?patient=p-1", "Observation/o-1",
                             "Patient/p-1/$everything", "Patient?name=Roe"}) {
    World world;
    world.records.put(observation("o-1", "p-1"));
    world.disk.fail_next();
    const auto answer = world.get("dr-a", target);
    EXPECT_EQ(answer.status, 503) << target << answer.body;
    EXPECT_FALSE(answer.released);
    EXPECT_TRUE(answer.holds("downtime procedure"));
    EXPECT_FALSE(answer.holds("Roe"));
    EXPECT_EQ(world.get("dr-a", target).status, 503) << "and it stays so";
  }
}

TEST(Gateway, TheLeaseEndsWithTheSession) {
  World world;
  world.records.put(observation("o-1", "p-1"));
  for (const auto* target : {"Patient/p-1", "Observation?patient=p-1"}) {
    const auto token = std::string{"of "} + target;
    world.sign_in("dr-a", token);
    const auto answer = world.get(token, target);
    ASSERT_TRUE(answer.lease != nullptr);
    EXPECT_FALSE(answer.lease->over());
    world.perform(app::SignOut{in::token_hash(token)});
    EXPECT_TRUE(answer.lease->over());
    EXPECT_EQ(world.get(token, target).status, 401);
  }
}

TEST(Gateway, TheLeaseEndsWithALockAndALockedSessionReadsNothing) {
  World world;
  world.records.put(observation("o-1", "p-1"));
  const std::string token = "of a shared screen";
  world.sign_in("dr-a", token);
  for (const auto* target : {"Patient/p-1", "Observation?patient=p-1"}) {
    const auto answer = world.get(token, target);
    ASSERT_TRUE(answer.lease != nullptr);
    EXPECT_FALSE(answer.lease->over());
    world.perform(app::LockSession{in::token_hash(token)});
    EXPECT_TRUE(answer.lease->over());
    const auto asked = world.records.asked.size();
    for (const auto* each :
         {target, "Observation/o-1", "Patient/p-1/$everything", "Practitioner/x"}) {
      const auto refused = world.get(token, each);
      EXPECT_EQ(refused.status, 401) << each;
      EXPECT_EQ(refused.header("WWW-Authenticate"), "Bearer realm=\"halligan\"");
      EXPECT_NE(refused.body.find("locked"), std::string::npos) << refused.body;
    }
    EXPECT_EQ(world.records.asked.size(), asked) << "nor is the record system asked";
    world.perform(app::UnlockSession{in::token_hash(token), true});
    EXPECT_TRUE(answer.lease->over()) << "what was cut stays cut";
    EXPECT_EQ(world.get(token, target).status, 200);
  }
}

TEST(Gateway, WhatIsFetchedWhenItsSessionIsLockedStaysHere) {
  World world;
  world.records.put(observation("o-1", "p-1"));
  const std::string token = "of a shared screen";
  world.sign_in("dr-a", token);
  world.records.meanwhile = [&] { world.perform(app::LockSession{in::token_hash(token)}); };
  for (const auto* target : {"Patient/p-1", "Observation?patient=p-1", "Observation/o-1"}) {
    const auto answer = world.get(token, target);
    EXPECT_TRUE(answer.status == 401 || (answer.lease != nullptr && answer.lease->over()))
        << target << answer.status;
    world.perform(app::UnlockSession{in::token_hash(token), true});
  }
}

TEST(Gateway, ThePurposeIsWrittenDownAndOpensNothing) {
  World world;
  const auto with = [&](const std::string& category, const std::string& target) {
    return world.ask("dr-a", "GET", target, {}, {{"Category", category}});
  };
  const std::string term = "http://terminology.hl7.org/CodeSystem/v3-ActReason#";
  EXPECT_EQ(
      with(term + "ETREAT; scheme=\"http://hl7.org/fhir/tag/security\"; label=\"x\"", "Patient/p-1")
          .status,
      200);
  EXPECT_EQ(world.entries<AccessIntended>().back().purpose, "ETREAT");
  EXPECT_EQ(with(term + "BTG", "Patient/p-3").status, 403);
  for (const auto& wrong :
       {std::string{"x"}, term, term + "NOPE", std::string{"BTG"}, std::string{"http://other#BTG"}})
    EXPECT_EQ(with(wrong, "Patient/p-1").status, 400) << wrong;
  EXPECT_EQ(world
                .ask("dr-a", "GET", "Patient/p-1", {},
                     {{"Category", term + "BTG"}, {"Category", term + "TREAT"}})
                .status,
            400);
}

TEST(Gateway, SaysWhatItIs) {
  World world;
  const auto statement = world.get("", "metadata").json();
  EXPECT_EQ(statement.at("resourceType"), "CapabilityStatement");
  EXPECT_EQ(statement.at("rest").as_array().at(0).at("resource").as_array().size(), 67U + 14U + 1U);
  EXPECT_TRUE(world.records.asked.empty());
}

}  // namespace
}  // namespace halligan::tests
