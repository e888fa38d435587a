// laws_test.cc - the laws of spec/policy-language.md, section 5, over generated policies, worlds
// and questions, put to the reference and to the engine.
//
// A law that is hardly ever put to the test proves nothing: each prints how often its premise was
// met, and fails below a thousand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

#include "core/policy/parse.h"
#include "core/policy/print.h"
#include "reference/conditions.h"
#include "reference/generate_identity.h"
#include "reference/show.h"
#include "reference/subjects.h"

namespace halligan::reference {
namespace {

using ast::Answer;
using ast::RuleKind;
using ast::Verdict;

// Fewer may be asked for where the laws are put to many programs, as tools/mutate_decision.py does.
std::size_t premises_wanted() {
  const char* asked = std::getenv("HALLIGAN_PREMISES");
  return asked == nullptr ? 1'200 : std::stoul(asked);
}
// Of these a thousand, or as large a part of fewer.
std::size_t premises_least() { return premises_wanted() * 5 / 6; }
constexpr std::uint64_t cases_most = 60'000;

// One attempt at a law: a case, more choices, and whoever must keep the law.
struct Trial {
  const Subject& subject;
  Choices& choices;
  Case of;
  Answer operator()(const Case& asked) const { return subject.answer(asked); }
};

enum class Outcome { premise_unmet, kept, broken };

Outcome kept_if(bool kept) { return kept ? Outcome::kept : Outcome::broken; }

std::string all_of(const Case& of, const Answer& answer) {
  return policy::print(of.policy) + "\n" + show(of.world) + "\n" + show(of.question) + "\n" +
         show(answer);
}

// Each case is first tried on the reference; only where the premise is met there, which the two
// agree on, are the others asked.
template <class Attempt>
void law(const char* name, Attempt attempt) {
  const auto all = subjects();
  const std::size_t wanted = premises_wanted();
  std::vector<std::size_t> met(all.size(), 0);
  std::uint64_t seed = 0;
  while (met.front() < wanted && seed < cases_most) {
    Choices start{++seed};
    const Case of = generate(start);
    for (std::size_t i = 0; i < all.size(); ++i) {
      Choices choices = start;
      Trial trial{.subject = all[i], .choices = choices, .of = of};
      const Outcome outcome = attempt(trial);
      if (outcome == Outcome::premise_unmet) break;
      ++met[i];
      if (outcome == Outcome::broken) {
        ADD_FAILURE() << "Law." << name << " is broken by the " << all[i].name << ", seed " << seed
                      << ":\n"
                      << all_of(trial.of, all[i].answer(trial.of));
        return;
      }
    }
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::printf("Law.%s, %s: premise met %zu times in %zu cases\n", name, all[i].name.c_str(),
                met[i], static_cast<std::size_t>(seed));
    EXPECT_GE(met[i], premises_least()) << name << ", " << all[i].name;
  }
}

// ---- Changes to a policy.

void insert_at_random(Trial& trial, Case& into, const ast::Rule& rule) {
  auto& rules = into.policy.rules;
  const auto at = trial.choices.below(rules.size() + 1);
  rules.insert(rules.begin() + static_cast<std::ptrdiff_t>(at), rule);
}

Case with_new_rule(Trial& trial, RuleKind kind) {
  Case more = trial.of;
  insert_at_random(trial, more, generate_rule(trial.choices, more.policy, kind, "added"));
  return more;
}

// Only the rules that `keep` says; nobody lists the others any longer.
template <class Keep>
Case with_only(const Case& of, Keep keep) {
  Case less = of;
  std::erase_if(less.policy.rules, [&](const ast::Rule& rule) { return !keep(rule); });
  for (auto& rule : less.policy.rules) {
    std::erase_if(rule.except, [&](const ast::Name& name) {
      return std::ranges::none_of(
          less.policy.rules, [&](const ast::Rule& other) { return other.name.text == name.text; });
    });
  }
  return less;
}

bool is_grant(const ast::Rule& rule) {
  return rule.kind == RuleKind::allow || rule.kind == RuleKind::glass;
}

// The same policy for an asker who has paid nothing and proven nothing: what is left is the whole.
Case unpaid(Case of) {
  of.question.paid.clear();
  of.question.asker.proof_level = 0;
  return of;
}

// ---- Looking at answers.

std::vector<ast::Grant> grants_in(const Answer& answer) {
  auto grants = answer.offer;
  if (answer.basis) grants.push_back(*answer.basis);
  return grants;
}

bool includes(std::vector<std::string> all, std::vector<std::string> part) {
  std::ranges::sort(all);
  std::ranges::sort(part);
  return std::ranges::includes(all, part);
}

// Nothing in `less` is missing in `more`.
bool at_least(const ast::Bill& more, const ast::Bill& less) {
  const bool age = !less.proof_age || (more.proof_age && *more.proof_age <= *less.proof_age);
  return more.reason >= less.reason && more.confirm >= less.confirm &&
         more.proof_level >= less.proof_level && age && includes(more.prompts, less.prompts) &&
         includes(more.acknowledge, less.acknowledge) &&
         includes(more.owed_prompts, less.owed_prompts) && includes(more.reviews, less.reviews) &&
         includes(more.decisions, less.decisions) && includes(more.notices, less.notices);
}

// What grants are compared by, in the order of the specification.
std::vector<std::int64_t> weight(const ast::Bill& bill) {
  const auto size = [](const auto& list) { return static_cast<std::int64_t>(list.size()); };
  const std::int64_t age = bill.proof_age ? -bill.proof_age->count() : INT64_MIN;
  return {bill.reason,        bill.proof_level,     age,
          size(bill.prompts), bill.confirm,         size(bill.acknowledge),
          size(bill.reviews), size(bill.decisions), size(bill.owed_prompts),
          size(bill.notices)};
}

// The least that an answer asks of its allow grants or, of a permit, at all.
std::optional<std::vector<std::int64_t>> least_weight(const Answer& answer) {
  std::optional<std::vector<std::int64_t>> least;
  for (const auto& grant : grants_in(answer)) {
    if (!least || weight(grant.bill) < *least) least = weight(grant.bill);
  }
  return least;
}

bool has_paid(const Case& of, const std::string& rule) {
  return std::ranges::any_of(of.question.paid, [&](const ast::Payment& payment) {
    return payment.rule == rule && of.question.now < payment.ends;
  });
}

Value value_in(const Case& of, const ast::Rule& rule) {
  return value_of({.policy = of.policy, .world = of.world, .question = of.question}, rule, false);
}

int login_level(const ast::Policy& policy) {
  int least = 2;
  for (const auto factor : policy.login) least = std::min(least, ast::level_of(factor));
  return least;
}

// ---- The laws.

TEST(Law, Absorb) {
  law("Absorb", [](Trial& trial) {
    const Answer before = trial(trial.of);
    if (before.verdict == Verdict::deny) return Outcome::premise_unmet;
    const Case more = with_new_rule(trial, RuleKind::deny);
    const Answer after = trial(more);
    if (after.verdict == Verdict::deny) return kept_if(after.offer.empty() && !after.basis);
    if (after.verdict != before.verdict) return Outcome::broken;
    if (before.basis) return kept_if(after.basis && after.basis->rule == before.basis->rule);
    if (after.offer.size() != before.offer.size()) return Outcome::broken;
    for (std::size_t i = 0; i < before.offer.size(); ++i) {
      if (after.offer[i].rule != before.offer[i].rule) return Outcome::broken;
      if (!at_least(after.offer[i].bill, before.offer[i].bill)) return Outcome::broken;
    }
    return Outcome::kept;
  });
}

// A deny whose value is true or conflicting shuts, glass or no glass, paid or not, and so does one
// that is unknown and does not say "owe"; it is named unless it hides.
TEST(Law, Shut) {
  law("Shut", [](Trial& trial) {
    const Case more = with_new_rule(trial, RuleKind::deny);
    const ast::Rule& added = *std::ranges::find_if(
        more.policy.rules, [](const ast::Rule& rule) { return rule.name.text == "added"; });
    const Value value = value_in(more, added);
    const bool owes = added.if_unknown == ast::IfUnknown::owe;
    if (value == Value::no || (value == Value::unknown && owes)) return Outcome::premise_unmet;
    if (trial(trial.of).verdict == Verdict::deny) return Outcome::premise_unmet;
    const Answer after = trial(more);
    const bool named = after.denied_by == std::vector<std::string>{"added"};
    return kept_if(after.verdict == Verdict::deny && named != added.hide &&
                   after.hidden == added.hide);
  });
}

TEST(Law, Raise) {
  law("Raise", [](Trial& trial) {
    const Answer before = trial(trial.of);
    if (before.verdict == Verdict::deny) return Outcome::premise_unmet;
    const Case more = with_new_rule(trial, RuleKind::seal);
    const Answer after = trial(more);
    if (after == before) return Outcome::premise_unmet;
    if (after.verdict > before.verdict) return Outcome::broken;
    for (const auto& now : grants_in(after)) {
      for (const auto& then : grants_in(before)) {
        if (now.rule == then.rule && !at_least(now.bill, then.bill)) return Outcome::broken;
      }
    }
    const Answer whole_before = trial(unpaid(trial.of));
    const Answer whole_after = trial(unpaid(more));
    if (whole_after.verdict == Verdict::deny) return Outcome::kept;
    if (whole_before.verdict == Verdict::deny) return Outcome::broken;
    return kept_if(*least_weight(whole_after) >= *least_weight(whole_before));
  });
}

TEST(Law, Give) {
  law("Give", [](Trial& trial) {
    const Answer before = trial(trial.of);
    const bool glass = trial.choices.percent(40);
    const Case more = with_new_rule(trial, glass ? RuleKind::glass : RuleKind::allow);
    const Answer after = trial(more);
    if (after == before) return Outcome::premise_unmet;
    if (after.verdict < before.verdict) return Outcome::broken;
    const Answer whole_before = trial(unpaid(trial.of));
    const Answer whole_after = trial(unpaid(more));
    if (whole_before.verdict == Verdict::deny) return Outcome::kept;
    return kept_if(whole_after.verdict >= whole_before.verdict &&
                   *least_weight(whole_after) <= *least_weight(whole_before));
  });
}

// Takes away something that is known. Nothing that it does adds knowledge.
Case with_less_known(Trial& trial) {
  Case less = trial.of;
  const std::size_t which = trial.choices.below(6);
  if (which == 0) less.question.cell.categories.reset();
  if (which == 1) less.question.cell.dated.reset();
  if (which == 2) less.question.asker.place_kind = less.question.asker.place_id = std::nullopt;
  if (which == 3) less.question.asker.terminal.reset();
  if (which >= 4) less.world.heartbeats.clear();
  if (which == 5 && !less.world.facts.empty()) {
    // All that was told about one edge, of a relation that a feed tells.
    const ast::Fact about = trial.choices.among(less.world.facts);
    const bool told =
        std::ranges::any_of(less.policy.relations, [&](const ast::Relation& relation) {
          return relation.name.text == about.relation && relation.source;
        });
    std::erase_if(less.world.facts, [&](const ast::Fact& fact) {
      return told && fact.relation == about.relation && fact.from == about.from &&
             fact.to == about.to;
    });
  }
  return less;
}

// In a survey what is unknown counts for the asker, because it is decided again; a seal on what is
// not self-made is lifted where the proof of it is lost.
bool ignorance_may_help(const Case& of) {
  return of.question.cell.survey || std::ranges::any_of(of.policy.rules, [](const ast::Rule& rule) {
           return rule.kind == RuleKind::seal && rule.unless && is_self_made(*rule.unless);
         });
}

TEST(Law, Ignorance) {
  law("Ignorance", [](Trial& trial) {
    if (ignorance_may_help(trial.of)) return Outcome::premise_unmet;
    trial.of.question.paid.clear();  // an open glass stays one, and knowledge may have shut it out
    for (auto& rule : trial.of.policy.rules) {
      if (rule.if_unknown == ast::IfUnknown::owe) rule.if_unknown = ast::IfUnknown::deny;
    }
    const Case less = with_less_known(trial);
    const Answer before = trial(trial.of);
    const Answer after = trial(less);
    if (after == before) return Outcome::premise_unmet;
    return kept_if(after.verdict != Verdict::permit || before.verdict == Verdict::permit);
  });
}

TEST(Law, IgnoranceKeepsReasons) {
  law("IgnoranceKeepsReasons", [](Trial& trial) {
    if (ignorance_may_help(trial.of)) return Outcome::premise_unmet;
    trial.of = with_only(trial.of, [](const ast::Rule& rule) {
      return rule.kind != RuleKind::deny && (rule.kind != RuleKind::seal || rule.has_ask);
    });
    const Case less = with_less_known(trial);
    const Answer before = trial(trial.of);
    const Answer after = trial(less);
    const bool reason = std::ranges::any_of(before.offer, &ast::Grant::is_reason);
    if (!reason || less == trial.of) return Outcome::premise_unmet;
    return kept_if(after.verdict != Verdict::deny);
  });
}

TEST(Law, Mutate) {
  law("Mutate", [](Trial& trial) {
    trial.of.question.cell.action =
        trial.choices.percent(70) ? ast::Action::modify : ast::Action::search;
    const Answer answer = trial(trial.of);
    if (answer.verdict == Verdict::deny) return Outcome::premise_unmet;
    return kept_if(std::ranges::none_of(grants_in(answer), &ast::Grant::is_reason));
  });
}

// What the asker recorded never helps to change anything, nor to find anybody.
TEST(Law, SelfMade) {
  law("SelfMade", [](Trial& trial) {
    trial.of.question.cell.action =
        trial.choices.percent(70) ? ast::Action::modify : ast::Action::search;
    for (auto& fact : trial.of.world.facts) {
      if (!trial.choices.percent(50)) continue;
      fact.source.clear();
      fact.recorded_by = trial.of.question.asker.staff;
    }
    Case without = trial.of;
    std::erase_if(without.world.facts, [&](const ast::Fact& fact) {
      return fact.source.empty() && fact.recorded_by == trial.of.question.asker.staff;
    });
    const Answer with = trial(trial.of);
    if (without == trial.of || with.verdict == Verdict::deny) return Outcome::premise_unmet;
    return kept_if(with.verdict <= trial(without).verdict);
  });
}

TEST(Law, Need) {
  law("Need", [](Trial& trial) {
    bool stopped = false;
    bool free = false;
    for (const auto& rule : trial.of.policy.rules) {
      const bool stops = rule.kind == RuleKind::deny || rule.kind == RuleKind::seal;
      if (stops && rule.kind == RuleKind::seal && (rule.when || rule.unless)) stopped = true;
      if (stops && value_in(trial.of, rule) > Value::no) stopped = true;
      if (rule.kind == RuleKind::allow && rule.duties == ast::Duties{} &&
          value_in(trial.of, rule) == Value::yes) {
        free = true;
      }
    }
    if (stopped || !free) return Outcome::premise_unmet;
    const Answer answer = trial(trial.of);
    return kept_if(answer.verdict == Verdict::permit && answer.basis &&
                   answer.basis->bill == ast::Bill{});
  });
}

TEST(Law, Proof) {
  law("Proof", [](Trial& trial) {
    const Answer answer = trial(trial.of);
    const int level = login_level(trial.of.policy);
    bool met = false;
    for (const auto& grant : answer.offer) {
      if (!grant.is_reason || has_paid(trial.of, grant.rule)) continue;
      met = true;
      if (grant.bill.proof_level == 0 && trial.of.question.asker.proof_level >= level) continue;
      if (grant.bill.proof_level < level || !grant.bill.reason) return Outcome::broken;
    }
    return met ? Outcome::kept : Outcome::premise_unmet;
  });
}

// The rules that the answer names, with the seals and what lifts them, give the same answer alone.
TEST(Law, Local) {
  law("Local", [](Trial& trial) {
    Answer answer = trial(trial.of);
    std::set<std::string> named(answer.denied_by.begin(), answer.denied_by.end());
    for (const auto& grant : grants_in(answer)) {
      named.insert(grant.rule);
      named.insert(grant.bill.decisions.begin(), grant.bill.decisions.end());
    }
    for (const auto& rule : trial.of.policy.rules) {
      if (rule.kind == RuleKind::seal) named.insert(rule.name.text);
      for (const auto& except : rule.except) named.insert(except.text);
      if (rule.hide && answer.hidden) named.insert(rule.name.text);
    }
    const Case alone =
        with_only(trial.of, [&](const ast::Rule& rule) { return named.contains(rule.name.text); });
    if (alone == trial.of) return Outcome::premise_unmet;
    Answer again = trial(alone);
    answer.instead.clear();
    again.instead.clear();
    return kept_if(answer == again);
  });
}

// A rule that is false here, and that nobody lists, may as well not be there.
TEST(Law, Unrelated) {
  law("Unrelated", [](Trial& trial) {
    const auto& rules = trial.of.policy.rules;
    const std::string name = rules[trial.choices.below(rules.size())].name.text;
    const auto& rule =
        *std::ranges::find_if(rules, [&](const ast::Rule& each) { return each.name.text == name; });
    const bool by_self =
        (rule.when && is_self_made(*rule.when)) || (rule.unless && is_self_made(*rule.unless));
    if (by_self || value_in(trial.of, rule) > Value::no) return Outcome::premise_unmet;
    Answer with = trial(trial.of);
    if (with.verdict == Verdict::deny && with.denied_by.empty() && !with.hidden) {
      return Outcome::premise_unmet;
    }
    Answer without =
        trial(with_only(trial.of, [&](const ast::Rule& each) { return each.name.text != name; }));
    with.instead.clear();
    without.instead.clear();
    return kept_if(with == without);
  });
}

TEST(Law, Order) {
  law("Order", [](Trial& trial) {
    Case other = trial.of;
    auto& rules = other.policy.rules;
    for (std::size_t i = rules.size(); i > 1; --i) {
      std::swap(rules[i - 1], rules[trial.choices.below(i)]);
    }
    if (other == trial.of) return Outcome::premise_unmet;
    Answer here = trial(trial.of);
    Answer there = trial(other);
    std::ranges::sort(here.denied_by);
    std::ranges::sort(there.denied_by);
    const auto rules_of = [](const Answer& answer) {
      std::multiset<std::string> all;
      for (const auto& grant : answer.offer) all.insert(grant.rule);
      return all;
    };
    if (here.verdict == Verdict::deny && here.denied_by.empty()) return Outcome::premise_unmet;
    if (here.verdict != there.verdict || here.denied_by != there.denied_by ||
        here.hidden != there.hidden || rules_of(here) != rules_of(there) ||
        here.instead != there.instead) {
      return Outcome::broken;
    }
    return kept_if(least_weight(trial(unpaid(trial.of))) == least_weight(trial(unpaid(other))));
  });
}

TEST(Law, Steady) {
  law("Steady", [](Trial& trial) {
    Answer now = trial(trial.of);
    now.instead.clear();
    const Instant until = trial.subject.holds_until(trial.of);
    if (until <= trial.of.question.now) return Outcome::broken;
    std::vector<Instant> moments{until - Millis{1},
                                 trial.of.question.now + (until - trial.of.question.now) / 2};
    for (const Instant at : moments_ahead(trial.of.policy, trial.of.world, trial.of.question)) {
      moments.push_back(at - Millis{1});
      moments.push_back(at);
    }
    bool met = false;
    for (const Instant at : moments) {
      if (at <= trial.of.question.now || at >= until) continue;
      met = true;
      Case later = trial.of;
      later.question.now = at;
      Answer then = trial(later);
      then.instead.clear();
      if (then != now) return Outcome::broken;
    }
    return met && now.verdict != Verdict::deny ? Outcome::kept : Outcome::premise_unmet;
  });
}

// Behind a hidden deny everything looks as if there were no grant, to the byte.
TEST(Law, Hide) {
  law("Hide", [](Trial& trial) {
    for (auto& rule : trial.of.policy.rules) {
      if (rule.kind == RuleKind::deny && trial.choices.percent(50)) rule.hide = true;
    }
    Answer answer = trial(trial.of);
    if (!answer.hidden) return Outcome::premise_unmet;
    Answer without = trial(with_only(trial.of, [&](const ast::Rule& rule) {
      return !is_grant(rule) && !(rule.kind == RuleKind::deny && rule.hide);
    }));
    answer.hidden = false;
    return kept_if(answer == without && show(answer) == show(without));
  });
}

// Another name for every id, such that they also sort the other way round.
struct Renaming {
  std::string operator()(const std::string& id) const {
    if (id.empty()) return id;
    return (id.ends_with("-1") ? "z-" : "a-") + id;
  }
  void rename(std::string& id) const { id = (*this)(id); }
  void rename(std::optional<std::string>& id) const {
    if (id) rename(*id);
  }
  void rename(ast::PathExpr& expr) const {
    const std::string& relation = expr.step.relation.text;
    if (relation == "department" || relation == "application") rename(expr.step.value);
    for (auto& part : expr.parts) rename(part);
  }
};

TEST(Law, Rename) {
  law("Rename", [](Trial& trial) {
    const Renaming renaming;
    Case other = trial.of;
    for (auto& fact : other.world.facts) {
      renaming.rename(fact.from);
      renaming.rename(fact.to);
      renaming.rename(fact.recorded_by);
    }
    for (auto& place : other.policy.places) {
      for (auto& id : place.ids) renaming.rename(id.text);
    }
    for (auto& rule : other.policy.rules) {
      for (auto* path : {&rule.via, &rule.when, &rule.unless}) {
        if (*path) renaming.rename((*path)->expr);
      }
    }
    ast::Asker& asker = other.question.asker;
    renaming.rename(asker.staff);
    for (auto* id : {&asker.terminal, &asker.place_id, &asker.department, &asker.application,
                     &asker.focus, &other.question.cell.patient, &other.question.cell.item}) {
      renaming.rename(*id);
    }
    const Answer answer = trial(trial.of);
    if (answer.verdict == Verdict::deny && answer.denied_by.empty()) return Outcome::premise_unmet;
    return kept_if(answer == trial(other));
  });
}

// Who says who somebody is decides nothing; and all of a policy is printed, and read again.
TEST(Law, Identity) {
  law("Identity", [](Trial& trial) {
    Case without = trial.of;
    forget_identity(without.policy);
    if (without.policy == trial.of.policy) return Outcome::premise_unmet;
    const auto again = policy::parse(policy::print(trial.of.policy));
    return kept_if(again.policy == trial.of.policy && trial(without) == trial(trial.of));
  });
}

TEST(Law, Replay) {
  law("Replay", [](Trial& trial) {
    const Answer answer = trial(trial.of);
    if (answer.verdict == Verdict::deny && answer.denied_by.empty()) return Outcome::premise_unmet;
    const Case copy = trial.of;
    Choices others{trial.choices.below(256)};
    if (trial(generate(others)).failed) return Outcome::broken;
    return kept_if(trial(copy) == answer && show(trial(copy)) == show(answer));
  });
}

}  // namespace
}  // namespace halligan::reference
