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

// The reference code is what differs between any two refusals.
std::string without_code(std::string text) {
  const auto at = text.find("reference code ");
  return at == std::string::npos ? text : text.erase(at + 15, 7);
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
  const auto refused = world.entries<AccessRefused>();
  EXPECT_GE(refused.size(), 6U) << "both are written down";
  EXPECT_EQ(world.house->state().knows(PatientId{"random"}), false);
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

TEST(Gateway, WithholdsWhatOnlyShowsOnTheWayBack) {
  World world;
  world.records.put(observation("plain", "p-1"));
  world.records.put(observation("psych", "p-1", psychotherapy));
  world.records.put(observation("plain-2", "p-2"));
  const auto seen = world.get("dr-a", "Observation?patient=p-1");
  EXPECT_EQ(seen.ids(), std::vector<std::string>{"plain"});
  EXPECT_FALSE(seen.json().contains("total"));
  EXPECT_FALSE(seen.holds("upstream.internal"));
  EXPECT_TRUE(seen.holds("Break-The-Glass"));
  EXPECT_EQ(world.entries<AccessOutcome>().back().withheld, 1U);
  // The hint stands beside a chart that holds nothing of the kind, too: it tells nothing of the
  // chart.
  const auto other = world.get("dr-a", "Observation?patient=p-2");
  EXPECT_EQ(other.ids(), std::vector<std::string>{"plain-2"});
  EXPECT_TRUE(other.holds("Break-The-Glass"));
  EXPECT_EQ(world.get("dr-a", "Observation/psych").status, 403);
  EXPECT_TRUE(world.get("dr-a", "Observation/psych").offer().has_value());
  EXPECT_TRUE(world.get("dr-a", "Observation?patient=p-2&_security=PSYTHPN").offer().has_value());
  world.records.put(observation("plain-3", "p-3"));
  world.records.put(observation("psych-3", "p-3", psychotherapy));
  world.break_glass("dr-b", "p-3");
  EXPECT_EQ(world.get("dr-b", "Observation?patient=p-3").ids(),
            std::vector<std::string>{"plain-3"});
  world.break_glass("dr-b", "p-3", "psychiatric-emergency");
  EXPECT_EQ(world.get("dr-b", "Observation?patient=p-3").ids(),
            (std::vector<std::string>{"plain-3", "psych-3"}));
}

// All 67 types, every listed link: whoever else is named there must be permitted, too.
TEST(Gateway, WithholdsEveryTypeThatLiesInAForeignChartAsWell) {
  World world;
  std::size_t met = 0;
  for (const auto& compartment : in::fhir::compartments()) {
    if (compartment.type == "Claim" || compartment.type == "ExplanationOfBenefit" ||
        compartment.type == "Coverage")
      continue;
    const std::string type{compartment.type};
    const auto links = compartment.used();
    for (const auto& link : links) {
      const auto body_with = [&](const std::string& other) {
        boost::json::object body{{"resourceType", type},
                                 {"id", type == "Patient" ? "p-1" : "marked"}};
        const auto put = [&](std::string_view path, const std::string& who) {
          boost::json::value leaf = boost::json::object{{"reference", "Patient/" + who}};
          for (auto rest = path; !rest.empty();) {
            const auto dot = rest.rfind('.');
            const auto key = dot == std::string_view::npos ? rest : rest.substr(dot + 1);
            rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(0, dot);
            if (!rest.empty())
              leaf = boost::json::object{{key, boost::json::array{leaf}}};
            else if (body.contains(key))
              body[key].as_array().push_back(leaf);
            else
              body[key] = boost::json::array{leaf};
          }
        };
        if (type != "Patient") put(links[0].path, "p-1");
        put(link.path, other);
        return boost::json::serialize(body);
      };
      const auto target = type == "Patient"
                              ? std::string{"Patient/p-1"}
                              : type + "?" + std::string{compartment.search_by} + "=p-1";
      world.records.put(body_with("p-2"));
      world.records.page = {body_with("p-2")};
      const auto permitted = world.get("dr-a", target);
      EXPECT_EQ(permitted.status, 200) << target << permitted.body;
      EXPECT_TRUE(permitted.holds("Patient/p-2")) << target << link.path;
      world.records.put(body_with("p-3"));
      world.records.page = {body_with("p-3")};
      const auto withheld = world.get("dr-a", target);
      EXPECT_FALSE(withheld.holds("Patient/p-3")) << target << link.path;
      EXPECT_TRUE(type == "Patient" || withheld.ids().empty()) << target << link.path;
      ++met;
    }
  }
  EXPECT_GE(met, 64U);
}

TEST(Gateway, AlsoWithholdsWhatTheRecordSystemShouldNotHaveSent) {
  World world;
  world.records.page = {
      observation("theirs", "p-2"), observation("foreign", "p-3"),
      R"({"resourceType":"Condition","id":"c","subject":{"reference":"Patient/p-1"}})",
      observation("unclear", "p-1",
                  R"(,"performer":[{"reference":"http://elsewhere/Patient/p-1"}])"),
      observation("mine", "p-1")};
  EXPECT_EQ(world.get("dr-a", "Observation?patient=p-1").ids(), std::vector<std::string>{"mine"});
  world.records.put(
      R"({"resourceType":"Observation","id":"lost","subject":{"reference":"urn:uuid:x"}})");
  EXPECT_EQ(world.get("dr-a", "Observation/lost").status, 404);
}

TEST(Gateway, PagesAreFullWhateverWasWithheld) {
  World world;
  std::set<std::string> expected;
  for (int i = 100; i < 140; ++i) {
    const bool hidden = i % 3 == 0;
    const auto id = "o-" + std::to_string(i);
    world.records.put(observation(id, "p-1", hidden ? psychotherapy : ""));
    if (!hidden) expected.insert(id);
  }
  world.records.page_size = 7;
  std::set<std::string> seen;
  auto page = world.get("dr-a", "Observation?patient=p-1&_count=5");
  std::string token;
  for (int pages = 0; pages < 20; ++pages) {
    ASSERT_EQ(page.status, 200) << page.body;
    const auto ids = page.ids();
    for (const auto& id : ids) EXPECT_TRUE(seen.insert(id).second) << id;
    EXPECT_FALSE(page.holds("upstream.internal"));
    EXPECT_FALSE(page.holds("_offset"));
    token = page.next();
    if (token.empty()) break;
    EXPECT_EQ(ids.size(), 5U) << "only the last page may be short";
    page = world.get("dr-a", token);
  }
  EXPECT_EQ(seen, expected);

  const auto first = world.get("dr-a", "Observation?patient=p-1&_count=5").next();
  EXPECT_EQ(world.get("dr-b", first).status, 400) << "of another session";
  EXPECT_EQ(world.get("dr-a", "Condition" + first.substr(first.find('?'))).status, 400)
      << "of another type";
  EXPECT_EQ(world.get("dr-a", first + "A").status, 400);
}

TEST(Gateway, EverythingIsWhatMayBeSeenOfAllTypes) {
  World world;
  world.records.put(observation("o-1", "p-1"));
  world.records.put(observation("o-3", "p-3"));
  world.records.put(
      R"({"resourceType":"Claim","id":"claim","patient":{"reference":"Patient/p-1"}})");
  world.records.put(
      R"({"resourceType":"Condition","id":"c-1","subject":{"reference":"Patient/p-1"}})");
  const auto answer = world.get("dr-a", "Patient/p-1/$everything");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.ids(), (std::vector<std::string>{"c-1", "o-1", "p-1"}));
  for (const auto& each : world.records.asked)
    EXPECT_FALSE(each.request.target.starts_with("Claim?"));
}

TEST(Gateway, FindsPeopleShowsLittleAndWritesDownWhom) {
  World world;
  const auto answer = world.get("dr-b", "Patient?name=Roe");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.ids(), (std::vector<std::string>{"p-1", "p-2", "p-3"}))
      << "neither the hidden nor the shut";
  EXPECT_FALSE(answer.holds("versionId"));
  const auto made = world.entries<facts::SearchMade>();
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].terms, "name=Roe");
  EXPECT_EQ(world.entries<facts::SearchListed>().size(), 3U);
  EXPECT_EQ(world.get("porter-c", "Patient?name=Roe").status, 403);
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
  EXPECT_EQ(statement.at("rest").as_array().at(0).at("resource").as_array().size(), 67U + 14U);
  EXPECT_TRUE(world.records.asked.empty());
}

}  // namespace
}  // namespace halligan::tests
