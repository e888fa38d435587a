// answer.cc - what people and cases read from a decision: bills, offers, explanations. Off the hot
// path; allocates freely.
#include <algorithm>

#include "core/policy/decide.h"
#include "core/policy/engine.h"

namespace halligan::policy {
namespace {

void put_ask(const ast::Rule& rule, int login_level, ast::Bill& out) {
  const auto& duties = rule.duties;
  const auto raise = [&](int level, std::optional<Millis> age) {
    out.proof_level = std::max(out.proof_level, level);
    if (age && (!out.proof_age || *age < *out.proof_age)) out.proof_age = age;
  };
  if (rule.kind == ast::RuleKind::glass) {
    out.reason = true;
    if (!duties.proof) raise(login_level, std::nullopt);
  }
  if (duties.proof) {
    raise(ast::level_of(duties.proof->any), duties.proof->not_older_than);
  }
  if (duties.prompts && duties.prompts->owed) {
    out.owed_prompts.push_back(rule.name.text);
  } else if (duties.prompts) {
    out.prompts.insert(out.prompts.end(), duties.prompts->ask.begin(), duties.prompts->ask.end());
  }
  if (!duties.acknowledge.empty()) out.acknowledge.push_back(rule.name.text);
  if (duties.review) out.reviews.push_back(rule.name.text);
  if (!duties.notice.empty()) out.notices.push_back(rule.name.text);
}

}  // namespace

ast::Bill Engine::bill(const Decision& decision, const Granted& grant, const Asker& asker,
                       Instant now, std::span<const Payment> paid) const {
  Moment moment{now};
  ast::Bill out;
  for (const RuleIx payee : pays(decision, grant)) {
    bool confirmed = false;
    if (!policy::pays(paid, payee, moment, confirmed)) put_ask(rule(payee), login_level_, out);
    if (payee == grant.rule && rule(payee).kind == ast::RuleKind::glass &&
        grant.value != Truth::yes) {
      out.confirm = !confirmed;
    }
  }
  for (const RuleIx deny : decision.owed) {
    bool confirmed = false;
    if (!policy::pays(paid, deny, moment, confirmed)) out.decisions.push_back(rule(deny).name.text);
  }
  if (out.proof_level > 0 && proof_holds(asker, out.proof_level, out.proof_age, moment)) {
    out.proof_level = 0;
    out.proof_age.reset();
  }
  return out;
}

std::vector<const Granted*> Engine::offer(const Decision& decision) const {
  std::vector<const Granted*> out;
  if (decision.verdict != Verdict::glass) return out;
  const Granted* cheapest = nullptr;
  for (const auto& grant : decision.grants) {
    const bool allow = compiled(grant.rule).kind == ast::RuleKind::allow;
    if (allow && (cheapest == nullptr || grant.left < cheapest->left)) cheapest = &grant;
  }
  for (const auto& grant : decision.grants) {
    const bool reason = compiled(grant.rule).kind == ast::RuleKind::glass;
    if (reason || grant.left == cheapest->left) out.push_back(&grant);
  }
  return out;
}

std::vector<RuleIx> Engine::pays(const Decision& decision, const Granted& grant) const {
  std::vector<RuleIx> out{grant.rule};
  for (std::size_t i = 0; i < decision.seals.size(); ++i) {
    if ((grant.seals >> i & 1) != 0) out.push_back(decision.seals[i]);
  }
  return out;
}

std::vector<RuleIx> Engine::named(const Decision& decision) const {
  std::vector<RuleIx> out;
  for (const RuleIx deny : decision.denied_by) {
    if (!compiled(deny).hide) out.push_back(deny);
  }
  return out;
}

std::vector<std::string> Engine::instead(const Evidence& evidence, const Asker& asker,
                                         const Cell& cell, Instant now,
                                         std::span<const Payment> paid) const {
  std::vector<std::string> out;
  if (!cell.patient.present || is_fact(cell.slot)) return out;
  for (const auto& one : instead_) {
    Cell adding;
    adding.action = ast::Action::append;
    adding.slot = one.slot;
    adding.categories_known = true;
    adding.patient = cell.patient;
    if (decide(evidence, asker, adding, now, paid).verdict == Verdict::permit)
      out.push_back(one.relation);
  }
  return out;
}

Explanation Engine::explain(const Evidence& evidence, const Asker& asker, const Cell& cell,
                            Instant now, std::span<const Payment> paid) const {
  Explanation out;
  out.decision = decide(evidence, asker, cell, now, paid);
  Evaluation evaluation{*this, evidence, asker, cell, now, paid};
  const auto& lists = candidates(cell.action, cell.slot);
  const bool free_action = cell.action == ast::Action::read || cell.action == ast::Action::append;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    const RuleIx index{static_cast<std::uint16_t>(i)};
    RuleStep step;
    step.rule = index;
    const bool candidate = std::ranges::any_of(
        std::initializer_list<const std::vector<Gate>*>{&lists.denies, &lists.seals, &lists.grants},
        [&](const auto* gates) {
          return std::ranges::any_of(*gates, [&](const Gate& gate) {
            return std::ranges::find(gate.rules, index, &Candidate::rule) != gate.rules.end();
          });
        });
    if (candidate) {
      evaluation.explain(!free_action, step);
    } else {
      const bool other_data = rules_[i].fixed[static_cast<std::size_t>(cell.slot)] == Static::no;
      step.conditions.push_back(
          {.name = other_data ? "data" : "actions", .value = Truth::no, .facts = {}});
    }
    out.steps.push_back(std::move(step));
  }
  const auto& decision = out.decision;
  const auto add = [&](RuleIx rule) { out.decisive.push_back(rule); };
  std::ranges::for_each(decision.denied_by, add);
  std::ranges::for_each(decision.owed, add);
  std::ranges::for_each(decision.seals, add);
  if (decision.verdict == Verdict::permit) add(decision.grants[decision.basis].rule);
  if (decision.verdict == Verdict::glass) {
    for (const auto& grant : decision.grants) add(grant.rule);
  }
  std::ranges::sort(out.decisive);
  return out;
}

Truth Engine::accounted_for(const Evidence& evidence, RuleIx rule, const Asker& asker,
                            Subject patient, Instant access_at) const {
  const auto& path = compiled(rule).review_unless;
  if (!path) return Truth::no;
  Cell cell;
  cell.patient = patient;
  Evaluation evaluation{*this, evidence, asker, cell, access_at, {}};
  const Truth value = evaluation.path_of(*path, Own::without_assertions);
  return evaluation.failed() ? Truth::no : value;
}

std::optional<Engine::Found> Engine::explanation_of(const Evidence& evidence, ast::CaseKind kind,
                                                    const Asker& asker, Subject patient,
                                                    Instant access_at) const {
  Cell cell;
  cell.patient = patient;
  for (std::size_t i = 0; i < explains_.size(); ++i) {
    const auto& cases = policy_.explains[i].cases;
    if (!cases.empty() && std::ranges::find(cases, kind) == cases.end()) continue;
    Evaluation evaluation{*this, evidence, asker, cell, access_at, {}};
    const Truth value = evaluation.path_of(explains_[i], Own::without_assertions);
    if (value == Truth::yes && !evaluation.failed()) {
      return Found{.explain = i, .facts = {evaluation.used().begin(), evaluation.used().end()}};
    }
  }
  return std::nullopt;
}

ExplainsBy Engine::explains_by(WordId relation) const {
  auto out = ExplainsBy::no;
  const auto look = [&](const WalkPath& path) {
    const bool from_case = path.start == ast::Start::staff || path.start == ast::Start::patient;
    for (const auto& [session, value, steps] : path.alternatives) {
      for (std::size_t i = 0; i < steps.size(); ++i) {
        if (steps[i].relation != relation) continue;
        const bool first = i == 0 && from_case;
        const bool last = i + 1 == steps.size() && path.end == PathEnd::patient;
        out = std::max(out, first || last ? ExplainsBy::its_ends : ExplainsBy::any_walk);
      }
    }
  };
  std::ranges::for_each(explains_, look);
  for (const auto& rule : rules_) {
    if (rule.review_unless) look(*rule.review_unless);
  }
  return out;
}

}  // namespace halligan::policy
