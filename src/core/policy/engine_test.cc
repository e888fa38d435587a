// engine_test.cc - the decision: four values, windows, bills, seals, what the asker recorded,
// bounds.
#include "core/policy/engine.h"

#include <fstream>
#include <sstream>

#include "core/policy/ask_fixture.h"

namespace halligan::policy {
namespace {

using fixture::base;
using fixture::outcome;
using fixture::Question;
using fixture::replaced;

const std::string allow = "[[allow]]\nname = \"a\"\nactions = [\"read\", \"append\", \"modify\"]\n";
const std::string deny = "[[deny]]\nname = \"d\"\n";
const std::string glass =
    "[[glass]]\nreason = \"g\"\nlabel = \"G\"\npurpose = \"BTG\"\nreview = { by = \"officer\", "
    "within = \"24h\" }\n";
const std::string offered = "glass g (reason; owed: review g)";
const std::string to_confirm = "glass g (reason, confirm; owed: review g)";
const std::string known = "permit a (nothing)";

// ---- Unknown is not false.

TEST(FourValues, AllowBitesOnTrueOnlyAndGlassOnAllButFalse) {
  const auto ask = [](const std::string& rule, const std::string& facts, bool fresh) {
    return outcome({.policy = rule + "when = \"staff : told\"\n", .facts = facts, .fresh = fresh});
  };
  const std::string yes = "\"told(me, p1) source adt\"";
  const std::string conflict = yes + ", \"not told(me, p1) source other\"";
  EXPECT_EQ(ask(allow, yes, true), known);
  EXPECT_EQ(ask(allow, yes, false), known);  // what is there stays there
  EXPECT_EQ(ask(allow, "", true), "deny");
  EXPECT_EQ(ask(allow, "", false), "deny");
  EXPECT_EQ(ask(allow, conflict, true), "deny");
  EXPECT_EQ(ask(glass, yes, true), offered);
  EXPECT_EQ(ask(glass, "", true), "deny");
  EXPECT_EQ(ask(glass, "", false), to_confirm);
  EXPECT_EQ(ask(glass, conflict, true), to_confirm);
}

TEST(FourValues, DenyBitesOnEverythingAboveFalse) {
  const auto ask = [](const std::string& facts, bool fresh, const std::string& if_unknown) {
    return outcome(
        {.policy = deny + "via = \"staff : told\"\nif_unknown = \"" + if_unknown + "\"\n" + allow,
         .facts = facts,
         .fresh = fresh});
  };
  const std::string yes = "\"told(me, p1) source adt\"";
  EXPECT_EQ(ask(yes, true, "owe"), "deny d");
  EXPECT_EQ(ask(yes + ", \"not told(me, p1) source other\"", true, "owe"), "deny d");
  EXPECT_EQ(ask("", false, "owe"), "permit a (owed: decision d)");
  EXPECT_EQ(ask("", false, "deny"), "deny d");
  EXPECT_EQ(ask("", true, "owe"), known);
  EXPECT_EQ(ask("\"not told(me, p1) source adt\"", false, "owe"), known);  // told that it is not so
}

TEST(FourValues, SealBitesOnEverythingAboveFalse) {
  const std::string flags =
      replaced(base, "VIP = {}", "VIP = { source = \"adt\", stale_after = \"15m\" }");
  const std::string seal =
      "[[seal]]\nname = \"s\"\nflags = [\"VIP\"]\nask = { acknowledge = \"Yes.\" }\n";
  EXPECT_EQ(outcome({.policy = flags + seal + allow, .fresh = false}), "glass a (acknowledge s)");
  EXPECT_EQ(outcome({.policy = flags + seal + allow}), known);
}

TEST(FourValues, UnlessSwapsTrueAndFalse) {
  const std::string rule = glass + "unless = \"staff : told\"\n";
  EXPECT_EQ(outcome({.policy = rule, .facts = "\"told(me, p1) source adt\""}), "deny");
  EXPECT_EQ(outcome({.policy = rule}), offered);
  EXPECT_EQ(outcome({.policy = rule, .fresh = false}), to_confirm);
}

TEST(FourValues, AnUnknownPlaceIsUnknown) {
  EXPECT_EQ(outcome({.policy = glass + "place = \"ward\"\n"}), to_confirm);
  EXPECT_EQ(outcome({.policy = glass + "place = \"ward\"\n",
                     .asker = "place = \"unit/w1\", proof = \"totp\""}),
            offered);
  EXPECT_EQ(outcome({.policy = glass + "place = \"ward\"\n", .asker = "place = \"unit/w2\""}),
            "deny");
  EXPECT_EQ(outcome({.policy = glass + "via = \"terminal : stands_in / ^lies_on\"\n"}), to_confirm);
}

TEST(FourValues, OneSourceReplacesItselfAndContradictsOthers) {
  const auto ask = [](const std::string& facts) {
    return outcome({.policy = glass + "via = \"staff : knows\"\n", .facts = facts});
  };
  EXPECT_EQ(ask("\"knows(me, p1) source x\", \"not knows(me, p1) source x\""), "deny");
  EXPECT_EQ(ask("\"not knows(me, p1) source x\", \"knows(me, p1) source x\""), offered);
  EXPECT_EQ(ask("\"not knows(me, p1) source x\", \"knows(me, p1) source y\""), to_confirm);
  EXPECT_EQ(ask("\"knows(me, p1) by lind\", \"not knows(me, p1) by hall\""), to_confirm);
  // The later word holds only for its own time.
  EXPECT_EQ(ask("\"knows(me, p1) source x\", \"not knows(me, p1) from 2026-04-01 source x\""),
            offered);
}

TEST(FourValues, AWalkOverASilentFeedMayPassThroughNodesNobodyNamed) {
  const auto ask = [](const std::string& path, const std::string& facts, bool fresh) {
    return outcome({.policy = glass + "via = \"" + path + "\"\n", .facts = facts, .fresh = fresh});
  };
  EXPECT_EQ(ask("staff : works_on / ^lies_on", "\"works_on(me, w1)\"", false), to_confirm);
  EXPECT_EQ(ask("staff : works_on / ^lies_on", "\"works_on(me, w1)\"", true), "deny");
  EXPECT_EQ(ask("staff : works_on / ^lies_on", "", false),
            "deny");  // our own relation says: on no unit
  EXPECT_EQ(ask("staff : works_on / ^lies_on",
                "\"works_on(me, w1)\", \"not lies_on(p1, w1) source adt\"", false),
            "deny");
  EXPECT_EQ(ask("staff : told / lies_on / ^lies_on", "", false), to_confirm);
}

// ---- Time.

TEST(Windows, AFactHoldsFromItsStartToItsEnd) {
  const auto ask = [](const std::string& now) {
    return outcome({.policy = allow + "via = \"staff : knows\"\n",
                    .facts = "\"knows(me, p1) from 2026-03-02 until 2026-03-03\"",
                    .now = now});
  };
  EXPECT_EQ(ask("2026-03-01T23:59:59"), "deny");
  EXPECT_EQ(ask("2026-03-02T00:00:00"), known);
  EXPECT_EQ(ask("2026-03-02T23:59:59"), known);
  EXPECT_EQ(ask("2026-03-03T00:00:00"), "deny");
}

TEST(Windows, LeadAndLagAreCalendarDaysOfTheHospital) {
  const auto ask = [](const std::string& now) {
    return outcome(
        {.policy =
             allow +
             "via = \"staff : knows\"\naround = { knows = { lead = \"1d\", lag = \"1d\" } }\n",
         .facts = "\"knows(me, p1) from 2026-03-29T12:00 until 2026-10-24T12:00\"",
         .now = now});
  };
  // The day before 29 March has an hour more on the clock than on the stopwatch.
  EXPECT_EQ(ask("2026-03-28T11:59:59Z"), "deny");
  EXPECT_EQ(ask("2026-03-28T12:00:00Z"), known);
  EXPECT_EQ(ask("2026-10-25T11:59:59Z"), known);
  EXPECT_EQ(ask("2026-10-25T12:00:00Z"), "deny");
}

TEST(Windows, ADenialWeighsWhereItSpeaksOfTheSameTime) {
  const auto ask = [](const std::string& denial) {
    return outcome(
        {.policy = glass + "via = \"staff : knows\"\naround = { knows = { lag = \"9d\" } }\n",
         .facts = "\"knows(me, p1) until 2026-03-01 source x\", " + denial});
  };
  EXPECT_EQ(ask("\"not knows(me, p1) from 2026-03-01 source x\""),
            offered);  // over, and said to be over
  EXPECT_EQ(ask("\"not knows(me, p1) from 2026-02-01 source y\""),
            to_confirm);  // said never to have been
  EXPECT_EQ(ask("\"not knows(me, p1) from 2026-02-01 source x\""), "deny");  // taken back
}

TEST(Windows, AClassMayAskForRecentData) {
  const auto ask = [](const std::string& asks) {
    return outcome({.policy = allow + "data = [\"Observation{laboratory, 30d}\"]\n", .asks = asks});
  };
  EXPECT_EQ(ask("read Observation of p1 in laboratory dated 2026-01-31T10:01"), known);
  EXPECT_EQ(ask("read Observation of p1 in laboratory dated 2026-01-31T10:00"), "deny");
  EXPECT_EQ(ask("read Observation of p1 in imaging dated 2026-03-01"), "deny");
  EXPECT_EQ(ask("read Observation of p1 in laboratory"), "deny");  // no date: unknown, not recent
  EXPECT_EQ(ask("read Observation of p1 surveying"), known);       // each is decided again
  EXPECT_EQ(
      outcome(
          {.policy = deny + "data = [\"Observation{laboratory}\"]\nif_unknown = \"deny\"\n" + allow,
           .asks = "read Observation of p1 surveying"}),
      known);
  EXPECT_EQ(
      outcome(
          {.policy = deny + "data = [\"Observation{laboratory}\"]\nif_unknown = \"deny\"\n" + allow,
           .asks = "read Observation of p1 uncategorised"}),
      "deny d");
}

// Which labels come back shows only then: a survey says what might be had.
TEST(Windows, ASurveyReckonsWithLabels) {
  const std::string labelled = allow + "data = [\"label:PSY\"]\n";
  EXPECT_EQ(outcome({.policy = labelled, .asks = "read Observation of p1"}), "deny");
  EXPECT_EQ(outcome({.policy = labelled, .asks = "read Observation of p1 surveying"}), known);
  EXPECT_EQ(outcome({.policy = deny + "data = [\"label:PSY\"]\n" + allow,
                     .asks = "read Observation of p1 surveying"}),
            known);
  EXPECT_EQ(outcome({.policy = deny + "data = [\"label:PSY\"]\n" + allow,
                     .asks = "read Observation of p1 labelled PSY surveying"}),
            "deny d");
  EXPECT_EQ(outcome({.policy = "[classes]\nnotes = { of = [\"label:PSY\"], named_only = true, "
                               "never_in_emergency = true }\n" +
                               allow,
                     .asks = "read Observation of p1 labelled PSY surveying"}),
            "deny");
}

// ---- Bills.

TEST(Bills, TheLeastIsTakenThenPolicyOrder) {
  const auto rule = [](const std::string& name, const std::string& duty) {
    return "[[allow]]\nname = \"" + name + "\"\nactions = [\"read\"]\n" + duty;
  };
  const std::string review = "review = { by = \"officer\", within = \"1h\" }\n";
  EXPECT_EQ(outcome({.policy = rule("x", "") + rule("y", "")}), "permit x (nothing)");
  EXPECT_EQ(outcome({.policy = rule("x", review) + rule("y", "")}), "permit y (nothing)");
  EXPECT_EQ(outcome({.policy = rule("x", review) + rule("y", "notice = \"n\"\n")}),
            "permit y (owed: notice y)");
  EXPECT_EQ(outcome({.policy = rule("x", "acknowledge = \"k\"\n") + rule("y", review)}),
            "permit y (owed: review y)");
  // Before: reason, proof, prompts, confirmation, acknowledgement, in this order.
  EXPECT_EQ(
      outcome({.policy = rule("x", "prompts = [\"p\"]\n") + rule("y", "acknowledge = \"k\"\n")}),
      "glass y (acknowledge y)");
  EXPECT_EQ(outcome({.policy = rule("x", "prompts = [\"p\", \"q\"]\n") +
                               rule("y", "prompts = [\"p\"]\n")}),
            "glass y (1 prompts)");
  EXPECT_EQ(outcome({.policy = rule("x", "proof = { any = [\"totp\"] }\n") +
                               rule("y", "prompts = [\"p\"]\n"),
                     .asker = "proof = \"password\""}),
            "glass y (1 prompts)");
  const std::string shorter = "proof = { any = [\"totp\"], not_older_than = \"1m\" }\n";
  const std::string longer = "proof = { any = [\"totp\"], not_older_than = \"5m\" }\n";
  EXPECT_EQ(outcome({.policy = rule("x", shorter) + rule("y", longer),
                     .asker = "proof = \"totp\", proof_age = \"1h\""}),
            "glass y (proof 2 within 5m)");
  // Equal ones are all offered, and every reason.
  EXPECT_EQ(outcome({.policy = rule("x", "acknowledge = \"k\"\n") + glass +
                               rule("y", "acknowledge = \"k\"\n")}),
            "glass x (acknowledge x) g (reason; owed: review g) y (acknowledge y)");
}

TEST(Bills, AnOrdinaryGrantComesBeforeAnOpenGlass) {
  EXPECT_EQ(outcome({.policy = glass, .test = "paid = [\"g\"]"}), "permit g (nothing)");
  EXPECT_EQ(outcome({.policy = glass + allow, .test = "paid = [\"g\"]"}), known);
  EXPECT_EQ(
      outcome({.policy = glass, .asks = "modify Observation of p1", .test = "paid = [\"g\"]"}),
      "deny");
  EXPECT_EQ(outcome({.policy = glass, .asks = "search Patient of p1", .test = "paid = [\"g\"]"}),
            "deny");
  EXPECT_EQ(outcome({.policy = deny + glass, .test = "paid = [\"g\"]"}), "deny d");
}

TEST(Bills, ConfirmationIsPaidOnlyWhereItWasGiven) {
  const std::string rule = glass + "when = \"staff : told\"\n";
  EXPECT_EQ(outcome({.policy = rule, .test = "paid = [\"g\"]", .fresh = false}),
            "glass g (confirm)");
  EXPECT_EQ(outcome({.policy = rule, .test = "paid = [\"g\"]\nconfirmed = true", .fresh = false}),
            "permit g (nothing)");
}

TEST(Bills, SealsAddUp) {
  const auto seal = [](const std::string& name, const std::string& more) {
    return "[[seal]]\nname = \"" + name + "\"\n" + more;
  };
  const std::string ack = "ask = { acknowledge = \"k\" }\n";
  EXPECT_EQ(
      outcome({.policy = seal("s", ack) +
                         seal("t", "ask = { review = { by = \"officer\", within = \"1h\" } }\n") +
                         allow}),
      "glass a (acknowledge s; owed: review t)");
  EXPECT_EQ(outcome({.policy = seal("s", ack) + allow, .test = "paid = [\"s\"]"}), known);
  EXPECT_EQ(outcome({.policy = seal("s", ack) + allow + glass}),
            "glass a (acknowledge s) g (reason, acknowledge s; owed: review g)");
  EXPECT_EQ(outcome({.policy = seal("s", "except = [\"g\"]\n" + ack) + allow + glass}),
            "glass a (acknowledge s) g (reason; owed: review g)");
  EXPECT_EQ(outcome({.policy = seal("s", "except = [\"g\"]\n") + allow + glass}), offered);
  EXPECT_EQ(outcome({.policy = seal("s", "") + allow + glass}), "deny");
  // A seal that removes grants does not hide from a later seal that one of them lifts it.
  EXPECT_EQ(outcome({.policy = seal("s", "except = [\"g\"]\n") +
                               seal("t", "except = [\"a\"]\n" + ack) + allow + glass}),
            offered);
}

TEST(Bills, InsteadNamesWhatThePersonMayAdd) {
  const std::string log =
      "[[allow]]\nname = \"log\"\nactions = [\"append\"]\nroles = [\"doctor\"]\ndata = "
      "[\"fact:cares\", \"fact:member\"]\n";
  const std::string rules =
      "[[allow]]\nname = \"r\"\nactions = [\"read\"]\nvia = \"staff : member / cares\"\n" + log +
      glass;
  EXPECT_EQ(outcome({.policy = rules}), offered + " instead cares");
  EXPECT_EQ(outcome({.policy = rules, .asker = "roles = [\"nurse\"], proof = \"totp\""}), offered);
}

// ---- Roles.

TEST(Roles, GrantsReadTheActiveOnesDenyAndSealTheHeld) {
  const std::string asker = R"(roles = ["doctor"], held = ["nurse"], proof = "totp")";
  EXPECT_EQ(outcome({.policy = allow + "roles = [\"nurse\"]\n", .asker = asker}), "deny");
  EXPECT_EQ(outcome({.policy = allow + "roles = [\"doctor\"]\n", .asker = asker}), known);
  EXPECT_EQ(outcome({.policy = deny + "roles = [\"nurse\"]\n" + allow, .asker = asker}), "deny d");
  EXPECT_EQ(outcome({.policy = deny + "except_roles = [\"nurse\"]\n" + allow, .asker = asker}),
            known);
}

// ---- What the asker recorded.

TEST(SelfMade, CountsForReadAndAppendOnly) {
  const std::string rule = allow + "via = \"staff : knows\"\n";
  const std::string own = "\"knows(me, p1) by me\"";
  EXPECT_EQ(outcome({.policy = rule, .facts = own}), known);
  EXPECT_EQ(outcome({.policy = rule, .asks = "append Observation of p1", .facts = own}), known);
  EXPECT_EQ(outcome({.policy = rule, .asks = "modify Observation of p1", .facts = own}), "deny");
  EXPECT_EQ(outcome({.policy = rule,
                     .asks = "modify Observation of p1",
                     .facts = own + ", \"knows(me, p1) by lind\""}),
            known);
  EXPECT_EQ(outcome({.policy = rule,
                     .asks = "modify Observation of p1",
                     .facts = own + ", \"knows(me, p1) source adt\""}),
            known);
}

TEST(SelfMade, NobodyTalksThemselvesOutOfADenyOrASeal) {
  const std::string shuns = deny + "via = \"staff : ^told\"\nif_unknown = \"deny\"\n";
  const std::string rules = replaced(shuns, "^told", "told") + allow;
  EXPECT_EQ(outcome({.policy = rules, .facts = "\"not told(me, p1) by me\"", .fresh = false}),
            "deny d");
  EXPECT_EQ(outcome({.policy = rules, .facts = "\"not told(me, p1) by lind\"", .fresh = false}),
            known);
  EXPECT_EQ(outcome({.policy = rules, .facts = "\"told(me, p1) by me\""}), "deny d");
  const std::string unless = deny + "unless = \"staff : knows\"\n" + allow;
  EXPECT_EQ(outcome({.policy = unless, .facts = "\"knows(me, p1) by me\""}), "deny d");
  EXPECT_EQ(outcome({.policy = unless, .facts = "\"knows(me, p1) by lind\""}), known);
  const std::string seal =
      "[[seal]]\nname = \"s\"\nexcept = [\"a\"]\nask = { acknowledge = \"k\" }\n" + allow +
      "via = \"staff : knows\"\n";
  EXPECT_EQ(outcome({.policy = seal, .facts = "\"knows(me, p1) by me\""}),
            "glass a (acknowledge s)");
  EXPECT_EQ(outcome({.policy = seal, .facts = "\"knows(me, p1) by lind\""}), known);
}

// ---- Things without a patient, facts, unknown words.

TEST(Cells, WithoutAPatient) {
  EXPECT_EQ(outcome({.policy = allow, .asks = "read Practitioner"}), "deny");
  EXPECT_EQ(outcome({.policy = allow + "data = [\"*\"]\n", .asks = "read Practitioner"}), "deny");
  EXPECT_EQ(outcome({.policy = allow + "data = [\"Practitioner\"]\n", .asks = "read Practitioner"}),
            known);
  EXPECT_EQ(outcome({.policy = glass + "data = [\"Practitioner\"]\n", .asks = "read Practitioner"}),
            "deny");
  EXPECT_EQ(
      outcome({.policy = replaced(allow, "\"read\"", "\"search\""), .asks = "search Patient"}),
      known);
  EXPECT_EQ(outcome({.policy = allow + "data = [\"Practitioner\"]\nvia = \"staff : knows\"\n",
                     .asks = "read Practitioner"}),
            "deny");
}

TEST(Cells, FactsAreGivenOnlyByName) {
  EXPECT_EQ(outcome({.policy = allow, .asks = "append fact:knows of p1"}), "deny");
  EXPECT_EQ(outcome({.policy = allow + "data = [\"*\"]\n", .asks = "append fact:knows of p1"}),
            "deny");
  EXPECT_EQ(
      outcome({.policy = allow + "data = [\"fact:knows\"]\n", .asks = "append fact:knows of p1"}),
      known);
  EXPECT_EQ(outcome({.policy = allow + "data = [\"fact:flag:VIP\"]\n",
                     .asks = "append fact:flag:VIP of p1"}),
            known);
  EXPECT_EQ(
      outcome({.policy = deny + "via = \"staff : knows\"\n" + allow + "data = [\"fact:knows\"]\n",
               .asks = "append fact:knows of p1",
               .facts = "\"knows(me, p1)\""}),
      "deny d");
  EXPECT_EQ(outcome({.policy = allow, .asks = "append fact:nonsense of p1"}), "deny");
}

// ---- The asked-for moment, the explanation, the bounds.

TEST(Steady, TheVerdictHoldsUntilItsMomentAndMayChangeThere) {
  const std::vector<Question> questions{
      {.policy = allow + "via = \"staff : knows\"\n",
       .facts = "\"knows(me, p1) until 2026-03-02T11:00\""},
      {.policy = allow + "via = \"staff : knows\"\n",
       .facts = "\"knows(me, p1) from 2026-03-02T11:00\""},
      {.policy = allow + "via = \"staff : knows\"\naround = { knows = { lag = \"1h\" } }\n",
       .facts = "\"knows(me, p1) until 2026-03-02T10:00\""},
      {.policy = glass + "when = \"staff : told\"\n"},
      {.policy = allow + "proof = { any = [\"totp\"], not_older_than = \"2h\" }\n",
       .asker = "proof = \"totp\", proof_age = \"1h\""},
      {.policy = allow + "data = [\"Observation{1d}\"]\n",
       .asks = "read Observation of p1 dated 2026-03-01T11:00"},
  };
  for (const auto& question : questions) {
    std::string why;
    auto ready = fixture::prepare(question, why);
    ASSERT_TRUE(ready) << why;
    auto stage = Stage::set(ready->policy, ready->test.world);
    const auto first = stage->decide(ready->test.question);
    ASSERT_LT(first.holds_until, far_future) << question.policy;
    const auto before = fixture::line_of(stage->ask(ready->test.question));
    ready->test.question.now = first.holds_until - Millis{1};
    EXPECT_EQ(fixture::line_of(stage->ask(ready->test.question)), before) << question.policy;
    ready->test.question.now = first.holds_until;
    EXPECT_NE(fixture::line_of(stage->ask(ready->test.question)), before) << question.policy;
  }
}

TEST(Explain, ShowsEveryRuleAndNamesTheFacts) {
  std::string why;
  auto ready =
      fixture::prepare({.policy = deny + "via = \"staff : ^shuns\"\n" + allow +
                                  "via = \"staff : member / cares\"\nroles = [\"doctor\"]\n" +
                                  glass + "actions = [\"append\"]\n",
                        .facts = "\"member(me, t1)\", \"cares(t1, p1)\""},
                       why);
  ASSERT_TRUE(ready) << why;
  auto stage = Stage::set(ready->policy, ready->test.world);
  const auto explanation = stage->explain(ready->test.question);
  std::string out;
  for (const auto& step : explanation.steps) {
    out += stage->engine().rule(step.rule).name.text + ":";
    for (const auto& condition : step.conditions) {
      out += " " + std::string(condition.name) + (condition.value == Truth::yes ? "+" : "-");
      for (const auto fact : condition.facts) out += " " + stage->evidence().text_of(fact);
    }
    out += "\n";
  }
  EXPECT_EQ(out,
            "d: roles+ data+ via-\n"
            "a: roles+ data+ via+ member(staff/me, team/t1) cares(team/t1, patient/p1)\n"
            "g: actions-\n");
  ASSERT_EQ(explanation.decisive.size(), 1U);
  EXPECT_EQ(stage->engine().rule(explanation.decisive[0]).name.text, "a");
  EXPECT_EQ(explanation.decision.facts.size(), 2U);
}

TEST(Bounds, APathThatTouchesTooMuchDenies) {
  // A full join in the middle: every unit leads to every patient and back.
  std::string why;
  auto ready = fixture::prepare(
      {.policy = allow + "when = \"staff : works_on / ^works_on / works_on / ^works_on / knows\"\n",
       .facts = "\"knows(zz, p9)\""},
      why);
  ASSERT_TRUE(ready) << why;
  for (int staff = 0; staff < 40; ++staff) {
    for (int unit = 0; unit < 40; ++unit) {
      ast::Fact fact;
      fact.relation = "works_on";
      fact.from = staff == 0 ? "me" : "s" + std::to_string(staff);
      fact.to = "u" + std::to_string(unit);
      ready->test.world.facts.push_back(fact);
    }
  }
  auto stage = Stage::set(ready->policy, ready->test.world);
  const auto decision = stage->decide(ready->test.question);
  EXPECT_TRUE(decision.failed);
  EXPECT_EQ(decision.verdict, Verdict::deny);
  EXPECT_TRUE(decision.denied_by.empty());
}

// What was found out before the evaluation failed is not told, and how long it holds is.
TEST(Bounds, AFailedEvaluationDeniesAndSaysNothingElse) {
  std::string why;
  auto ready = fixture::prepare(
      {.policy = deny + replaced(deny, "\"d\"", "\"e\"") +
                 "when = \"staff : works_on / ^works_on / works_on / ^works_on / knows\"\n"},
      why);
  ASSERT_TRUE(ready) << why;
  const Instant soon = ready->test.question.now + Millis{3'600'000};
  for (int staff = 0; staff < 40; ++staff) {
    for (int unit = 0; unit < 40; ++unit) {
      auto& fact = ready->test.world.facts.emplace_back();
      fact.relation = "works_on";
      fact.from = staff == 0 ? "me" : "s" + std::to_string(staff);
      fact.to = "u" + std::to_string(unit);
      fact.end = soon;
    }
  }
  const auto decision = Stage::set(ready->policy, ready->test.world)->decide(ready->test.question);
  EXPECT_TRUE(decision.failed);
  EXPECT_EQ(decision.verdict, Verdict::deny);
  EXPECT_TRUE(decision.denied_by.empty());
  EXPECT_EQ(decision.holds_until, soon);
}

// The facts of both paths, the asker's own among them where they helped.
TEST(Facts, ThoseThatABasisRestsOn) {
  std::string why;
  auto ready =
      fixture::prepare({.policy = allow + "via = \"staff : knows\"\nwhen = \"staff : member\"\n",
                        .facts = "\"knows(me, p1) by me\", \"member(me, t1)\""},
                       why);
  ASSERT_TRUE(ready) << why;
  auto stage = Stage::set(ready->policy, ready->test.world);
  const auto decision = stage->decide(ready->test.question);
  ASSERT_EQ(decision.verdict, Verdict::permit);
  std::string named;
  for (const auto fact : decision.facts) named += stage->evidence().text_of(fact) + " ";
  EXPECT_EQ(named, "knows(staff/me, patient/p1) member(staff/me, team/t1) ");
}

TEST(Explain, LooksAtEveryConditionThoughOneHasFailed) {
  std::string why;
  auto ready = fixture::prepare({.policy = allow + "roles = [\"nurse\"]\nvia = \"staff : knows\"\n",
                                 .facts = "\"knows(me, p1)\""},
                                why);
  ASSERT_TRUE(ready) << why;
  auto stage = Stage::set(ready->policy, ready->test.world);
  const auto explanation = stage->explain(ready->test.question);
  ASSERT_EQ(explanation.steps.size(), 1U);
  ASSERT_EQ(explanation.steps[0].conditions.size(), 3U);
  EXPECT_EQ(explanation.steps[0].conditions[0].value, Truth::no);
  EXPECT_EQ(explanation.steps[0].conditions[2].value, Truth::yes);
}

TEST(Hide, AHiddenDenyAnswersLikeNoRule) {
  const std::string rules = allow + glass;
  const std::string hidden = deny + "via = \"staff : knows\"\nhide = true\n";
  const std::string facts = "\"knows(me, p1)\"";
  EXPECT_EQ(outcome({.policy = hidden + rules, .facts = facts}),
            outcome({.policy = "", .facts = facts}));
  EXPECT_EQ(outcome({.policy = hidden + replaced(deny, "\"d\"", "\"e\"") + rules, .facts = facts}),
            "deny e");
}

TEST(PolicyTests, TheDemoPolicyPassesItsOwn) {
  const auto slurp = [](const char* file) {
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  };
  const auto policy = parse(slurp("demo/policy.toml")).policy;
  ASSERT_TRUE(policy);
  const auto file = parse_tests(slurp("demo/policy.tests.toml"), *policy);
  for (const auto& message : file.messages)
    ADD_FAILURE() << to_text(message, "demo/policy.tests.toml");
  EXPECT_GE(file.tests.size(), 40U);
  for (const auto& test : file.tests) {
    for (const auto& wrong : run(*policy, test)) ADD_FAILURE() << test.name << ": " << wrong;
  }
}

TEST(PolicyTests, AWrongExpectationFails) {
  const auto policy = *parse(base + allow).policy;
  const std::string head =
      "now = \"2026-03-02\"\n[askers]\nme = {}\n[[test]]\nname = \"t\"\nwho = \"me\"\nasks = "
      "\"read Patient of p\"\n";
  const auto wrong = [&](const std::string& expect) {
    const auto file = parse_tests(head + expect, policy);
    EXPECT_TRUE(file.messages.empty());
    const auto lines = run(policy, file.tests.at(0));
    return lines.empty() ? "" : lines[0];
  };
  EXPECT_EQ(wrong("expect = \"permit\"\nbasis = \"a\"\n"), "");
  EXPECT_EQ(wrong("expect = \"deny\"\n"), "expected verdict deny, found permit");
  EXPECT_EQ(wrong("expect = \"permit\"\nbasis = \"b\"\n"), "expected basis b, found a");
  EXPECT_EQ(wrong("expect = \"permit\"\ndenied_by = \"d\"\n"),
            "expected denied_by d, found nothing");
  EXPECT_EQ(wrong("expect = \"permit\"\noffers = [\"g\"]\n"), "expected offers g, found nothing");
  EXPECT_EQ(wrong("expect = \"permit\"\ninstead = [\"g\"]\n"), "expected instead g, found nothing");
  EXPECT_EQ(wrong("expect = \"permit\"\nbills = { a = \"reason\" }\n"),
            "expected bill of a reason, found nothing");
}

TEST(PolicyTests, MistakesAreNamed) {
  const auto policy = *parse(base).policy;
  const auto said = [&](const std::string& text) {
    const auto file = parse_tests("now = \"2026-03-02\"\n[askers]\nme = {}\n" + text, policy);
    return file.messages.empty() ? std::string("nothing") : file.messages.front().what;
  };
  const std::string test = "[[test]]\nname = \"t\"\nwho = \"me\"\nexpect = \"deny\"\n";
  EXPECT_EQ(said(test + "asks = \"reed Patient of p\"\n"),
            "`reed` is not search, read, append or modify");
  EXPECT_EQ(said(test + "asks = \"read Patiant of p\"\n"),
            "`Patiant` is not a resource type or fact:RELATION; did you mean `Patient`?");
  EXPECT_EQ(said(test + "asks = \"read Patient\"\nfacts = [\"nows(me, p1)\"]\n"),
            "no relation or flag is named `nows`; did you mean `knows`?; found `nows(me, p1)`");
  EXPECT_EQ(said(test + "asks = \"read Patient\"\nfacts = [\"knows(me)\"]\n"),
            "`knows` links two ids; found `knows(me)`");
  EXPECT_EQ(
      said(test + "asks = \"read Patient\"\nfacts = [\"knows(me, p1) til 2026-01-01\"]\n"),
      "expected from, until, source or by, found `til`; found `knows(me, p1) til 2026-01-01`");
  EXPECT_EQ(
      said("[[test]]\nname = \"t\"\nwho = \"you\"\nasks = \"read Patient\"\nexpect = \"deny\"\n"),
      "no asker is named `you`; known are: `me`");
}

}  // namespace
}  // namespace halligan::policy
