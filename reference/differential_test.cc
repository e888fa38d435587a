// differential_test.cc - the engine and the reference give the same answer, over generated cases
// and over every combination of a small world. The smallest disagreement is printed and kept.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "core/policy/check.h"
#include "core/policy/parse.h"
#include "core/policy/print.h"
#include "core/policy/stage.h"
#include "reference/show.h"
#include "reference/shrink.h"
#include "reference/subjects.h"

namespace halligan::reference {
namespace {

using ast::RuleKind;

bool compiles(const Case& of) { return !policy::has_errors(policy::well_formed(of.policy)); }

std::string complaints(const Case& of) {
  std::string all;
  for (const auto& message : policy::well_formed(of.policy)) {
    all += policy::to_text(message, "policy") + "\n";
  }
  return all;
}

bool disagree(const Case& of) {
  return compiles(of) && the_engine().answer(of) != the_reference().answer(of);
}

std::string vector_text(const Case& of) {
  return "# Engine and reference disagreed here.\n\n# policy\n" + policy::print(of.policy) +
         "\n# world\n" + show(of.world) + "\n# question\n" + show(of.question) +
         "\n# the reference\n" + show(the_reference().answer(of)) + "\n# the engine\n" +
         show(the_engine().answer(of));
}

void report(const Case& found, const std::string& name) {
  const std::string text = vector_text(shrink(found, disagree));
  const std::filesystem::path folder = "spec/vectors/policy";
  std::filesystem::create_directories(folder);
  std::ofstream{folder / (name + ".txt")} << text;
  ADD_FAILURE() << text;
}

TEST(Differential, Generated) {
  std::array<std::size_t, 3> verdicts{};
  constexpr std::uint64_t cases = 12'000;
  for (std::uint64_t seed = 1; seed <= cases; ++seed) {
    Choices choices{seed};
    const Case of = generate(choices);
    auto stage = policy::Stage::set(of.policy, of.world);
    ASSERT_TRUE(stage.ok()) << seed << "\n" << complaints(of) << policy::print(of.policy);
    const ast::Answer answer = the_reference().answer(of);
    if (stage->ask(of.question) != answer) return report(of, "seed-" + std::to_string(seed));
    ++verdicts[static_cast<std::size_t>(answer.verdict)];
  }
  std::printf("%zu cases agree: %zu deny, %zu glass, %zu permit\n", static_cast<std::size_t>(cases),
              verdicts[0], verdicts[1], verdicts[2]);
  for (const std::size_t count : verdicts) EXPECT_GE(count, 1'000U);
}

// More classes and paths than a decision remembers the values of: the others are asked for anew.
TEST(Differential, MoreClassesAndPathsThanAreRemembered) {
  constexpr std::size_t many = 90;
  std::string text =
      "hospital = \"S\"\ntimezone = \"Europe/London\"\nroles = [\"doctor\"]\n[relations]\n";
  const auto number = [](std::size_t i) { return std::to_string(i); };
  for (std::size_t i = 0; i < many; ++i)
    text += "r" + number(i) + " = { from = \"staff\", to = \"patient\" }\n";
  text += "[classes]\n";
  for (std::size_t i = 0; i < many; ++i)
    text += "c" + number(i) + " = [\"Observation\", \"-label:L" + number(i) + "\"]\n";
  for (std::size_t i = 0; i < many; ++i)
    text += "[[allow]]\nname = \"a" + number(i) + "\"\nactions = [\"read\"]\ndata = [\"c" +
            number(i) + "\"]\nvia = \"staff : r" + number(i) + "\"\n";
  const auto parsed = policy::parse(text);
  ASSERT_TRUE(parsed.policy) << policy::to_text(parsed.messages.at(0), "policy");
  for (std::size_t i = 0; i < many; i += 7) {
    Case of{.policy = *parsed.policy, .world = {}, .question = {}};
    auto& fact = of.world.facts.emplace_back();
    fact.relation = "r" + number(i);
    fact.from = "me";
    fact.to = "p";
    of.question.asker.staff = "me";
    of.question.asker.active_roles = of.question.asker.held_roles = {"doctor"};
    of.question.cell.type = "Observation";
    of.question.cell.patient = "p";
    of.question.now = Instant{Millis{1'790'000'000'000}};
    auto stage = policy::Stage::set(of.policy, of.world);
    ASSERT_TRUE(stage.ok());
    for (const bool labelled : {false, true}) {
      of.question.cell.labels = {labelled ? "L" + number(i) : "L" + number((i + 1) % many)};
      const auto answer = stage->ask(of.question);
      EXPECT_EQ(answer, the_reference().answer(of)) << i;
      EXPECT_EQ(answer.verdict, labelled ? ast::Verdict::deny : ast::Verdict::permit) << i;
    }
  }
}

// Two glasses are open and confirmed; the one whose rule is certain rests on less.
TEST(Differential, WhatWasConfirmedWeighsMoreThanWhatIsCertain) {
  const auto glass = [](const std::string& name, const std::string& condition) {
    return "[[glass]]\nreason = \"" + name + "\"\nlabel = \"G\"\npurpose = \"BTG\"\n" + condition +
           "review = { by = \"officer\", within = \"24h\" }\n";
  };
  const auto parsed = policy::parse(
      "hospital = \"S\"\ntimezone = \"Europe/London\"\nroles = [\"doctor\", \"officer\"]\n"
      "[relations]\ntold = { from = \"staff\", to = \"patient\", source = \"adt\", "
      "stale_after = \"15m\" }\n" +
      glass("unsure", "when = \"staff : told\"\n") + glass("certain", ""));
  ASSERT_TRUE(parsed.policy) << policy::to_text(parsed.messages.at(0), "policy");
  Case of{.policy = *parsed.policy, .world = {}, .question = {}};
  of.question.now = Instant{Millis{1'790'000'000'000}};
  of.question.asker.staff = "me";
  of.question.asker.active_roles = of.question.asker.held_roles = {"doctor"};
  of.question.cell.type = "Observation";
  of.question.cell.patient = "p";
  for (const char* rule : {"unsure", "certain"})
    of.question.paid.push_back(
        {.rule = rule, .confirmed = true, .ends = of.question.now + Millis{60'000}});
  auto stage = policy::Stage::set(of.policy, of.world);
  ASSERT_TRUE(stage.ok());
  const auto answer = stage->ask(of.question);
  EXPECT_EQ(answer, the_reference().answer(of));
  ASSERT_TRUE(answer.basis) << show(answer);
  EXPECT_EQ(answer.basis->rule, "certain");
}

// ---- Every combination of a small world: one rule of each kind or none, each resting on evidence
// of its own in each of the four values, paid or not, proven or not, for each action.

// What a rule rests on: relation, and where it leads from and to.
struct Rests {
  const char* relation;
  const char* from;
  const char* to;
};
constexpr Rests excludes{"excludes", "patient-1", "staff-1"};
constexpr Rests attends{"attends", "staff-1", "patient-1"};
constexpr Rests is{"is", "staff-1", "patient-1"};
constexpr Rests flagged{"flag:VIP", "patient-1", "patient-1"};

void put_evidence(ast::World& world, const Rests& rests, Value value) {
  const auto put = [&](bool denied, const char* source) {
    ast::Fact fact;
    fact.denied = denied;
    fact.relation = rests.relation;
    fact.from = rests.from;
    fact.to = rests.to;
    fact.source = source;
    world.facts.push_back(fact);
  };
  if (value == Value::yes || value == Value::conflicting) put(false, "feed");
  if (value == Value::no || value == Value::conflicting) put(true, "other");
}

ast::Path path_over(const Rests& rests) {
  ast::Path path;
  path.expr.step.relation.text = rests.relation;
  path.expr.step.inverse = std::string(rests.to) == "staff-1";
  return path;
}

ast::Rule rule_over(RuleKind kind, const Rests& rests) {
  ast::Rule rule;
  rule.kind = kind;
  rule.via = path_over(rests);
  return rule;
}

ast::Policy frame() {
  ast::Policy policy;
  policy.hospital = "St. Elsewhere";
  policy.timezone.text = "Europe/London";
  policy.roles = {{.text = "officer", .at = {}}};
  for (const auto& [name, from, to] : {std::tuple{"excludes", "patient", "staff"},
                                       {"attends", "staff", "patient"},
                                       {"is", "staff", "patient"}}) {
    ast::Relation relation;
    relation.name.text = name;
    relation.from.text = from;
    relation.to.text = to;
    relation.source = ast::Name{.text = "feed", .at = {}};
    relation.stale_after = Millis{900'000};
    policy.relations.push_back(relation);
  }
  ast::Flag vip;
  vip.name.text = "VIP";
  vip.source = ast::Name{.text = "feed", .at = {}};
  vip.stale_after = Millis{900'000};
  policy.flags.push_back(vip);
  ast::CaseRule owed;
  owed.kind = ast::CaseKind::decision_owed;
  owed.by = ast::Name{.text = "officer", .at = {}};
  owed.within = Millis{3'600'000};
  policy.cases.push_back(owed);
  return policy;
}

ast::Review review() {
  ast::Review review;
  review.by.text = "officer";
  review.within = Millis{86'400'000};
  return review;
}

// One way in which a kind of rule may be there.
using Put = std::function<void(Case&)>;

template <class Change>
Put with(RuleKind kind, const Rests& rests, Value value, Change change) {
  return [=](Case& of) {
    ast::Rule rule = rule_over(kind, rests);
    change(rule);
    of.policy.rules.push_back(rule);
    put_evidence(of.world, rests, value);
  };
}

constexpr std::array all_values{Value::no, Value::unknown, Value::conflicting, Value::yes};

std::vector<Put> denies() {
  std::vector<Put> ways{[](Case&) {}};
  for (const Value value : all_values) {
    for (const auto unknown : {ast::IfUnknown::owe, ast::IfUnknown::deny}) {
      ways.push_back(with(RuleKind::deny, excludes, value, [=](ast::Rule& rule) {
        rule.name.text = "deny";
        rule.if_unknown = unknown;
        rule.hide = unknown == ast::IfUnknown::owe;
      }));
    }
  }
  return ways;
}

std::vector<Put> seals() {
  std::vector<Put> ways{[](Case&) {}};
  for (const Value value : all_values) {
    for (const bool ask : {true, false}) {
      ways.push_back(with(RuleKind::seal, flagged, value, [=](ast::Rule& rule) {
        rule.name.text = "seal";
        rule.via.reset();
        rule.flags = {{.text = "VIP", .at = {}}};
        rule.has_ask = ask;
        if (ask) rule.duties.acknowledge = "I understand.";
      }));
    }
  }
  return ways;
}

std::vector<Put> allows() {
  std::vector<Put> ways{[](Case&) {}};
  for (const Value value : all_values) {
    for (const bool free : {true, false}) {
      ways.push_back(with(RuleKind::allow, attends, value, [=](ast::Rule& rule) {
        rule.name.text = "allow";
        rule.actions = {ast::Action::search, ast::Action::read, ast::Action::modify};
        if (free) return;
        rule.duties.proof = ast::Proof{};
        rule.duties.proof->any = {ast::Factor::password};
      }));
    }
  }
  return ways;
}

std::vector<Put> glasses() {
  std::vector<Put> ways{[](Case&) {}};
  for (const Value value : all_values) {
    ways.push_back(with(RuleKind::glass, is, value, [](ast::Rule& rule) {
      rule.name.text = "reason";
      rule.label = rule.purpose = "BTG";
      rule.duties.proof = ast::Proof{};
      rule.duties.proof->any = {ast::Factor::totp};
      rule.duties.proof->not_older_than = Millis{300'000};
      rule.duties.review = review();
    }));
  }
  return ways;
}

ast::Question question(ast::Action action, std::size_t paid, bool proven) {
  ast::Question question;
  question.now = *parse_instant("2026-06-10T12:00:00Z");
  question.asker.staff = "staff-1";
  question.asker.proof_level = 2;
  question.asker.proof_at = question.now - Millis{proven ? 299'999 : 300'000};
  question.cell.action = action;
  question.cell.type = "Observation";
  question.cell.patient = "patient-1";
  if (paid == 1) question.paid = {{.rule = "reason"}, {.rule = "seal", .ends = question.now}};
  if (paid == 2) question.paid = {{.rule = "reason", .confirmed = true}, {.rule = "seal"}};
  return question;
}

TEST(Differential, EverySmallWorld) {
  std::size_t compared = 0;
  for (const auto& deny : denies()) {
    for (const auto& seal : seals()) {
      for (const auto& allow : allows()) {
        for (const auto& glass : glasses()) {
          Case of;
          of.policy = frame();
          for (const auto* put : {&deny, &seal, &allow, &glass}) (*put)(of);
          auto stage = policy::Stage::set(of.policy, of.world);
          ASSERT_TRUE(stage.ok()) << stage.fault().what;
          for (const auto action :
               {ast::Action::search, ast::Action::read, ast::Action::append, ast::Action::modify}) {
            for (const std::size_t paid : {0U, 1U, 2U}) {
              for (const bool proven : {true, false}) {
                of.question = question(action, paid, proven);
                ++compared;
                if (stage->ask(of.question) != the_reference().answer(of)) {
                  return report(of, "small-world");
                }
              }
            }
          }
        }
      }
    }
  }
  std::printf("%zu small worlds agree\n", compared);
}

}  // namespace
}  // namespace halligan::reference
