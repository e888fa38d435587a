#include "core/policy/stage.h"

#include <algorithm>

namespace halligan::policy {
namespace {

struct EndTypes {
  std::string from, to;
};

std::optional<EndTypes> types_of(const ast::Policy& policy, const std::string& relation) {
  constexpr std::string_view prefix = "flag:";
  if (relation.starts_with(prefix)) {
    const auto name = std::string_view(relation).substr(prefix.size());
    const bool known =
        std::ranges::any_of(policy.flags, [&](const auto& flag) { return flag.name.text == name; });
    return known ? std::optional(EndTypes{"patient", "patient"}) : std::nullopt;
  }
  for (const auto& known : policy.relations) {
    if (known.name.text == relation) return EndTypes{known.from.text, known.to.text};
  }
  return std::nullopt;
}

}  // namespace

Result<Stage> Stage::set(const ast::Policy& policy, const ast::World& world) {
  Evidence evidence;
  auto engine = Engine::compile(policy, evidence);
  if (!engine) return engine.fault();
  for (const auto& fact : world.facts) {
    const auto types = types_of(policy, fact.relation);
    if (!types) continue;
    evidence.add({.relation = fact.relation,
                  .from = evidence.intern(types->from, fact.from),
                  .to = evidence.intern(types->to, fact.to),
                  .denied = fact.denied,
                  .value = fact.value,
                  .start = fact.start,
                  .end = fact.end,
                  .feed = fact.source,
                  .recorded_by = fact.recorded_by.empty()
                                     ? NodeId::unnamed
                                     : evidence.intern("staff", fact.recorded_by),
                  .entry = 0});
  }
  for (const auto& beat : world.heartbeats) evidence.heartbeat(beat.feed, beat.at);
  return Stage{std::move(evidence), std::move(*engine)};
}

void Stage::prepare(const ast::Question& question, Asked& out) {
  const auto subject = [&](std::string_view type, const std::optional<std::string>& id) {
    return id ? Subject::of(evidence_.intern(type, *id)) : Subject{};
  };
  const auto& asker = question.asker;
  out.asker = {.staff = evidence_.intern("staff", asker.staff),
               .active = engine_.roles(asker.active_roles),
               .held = engine_.roles(asker.held_roles),
               .terminal = subject("terminal", asker.terminal),
               .place = std::nullopt,
               .department = subject("department", asker.department),
               .application = subject("application", asker.application),
               .focus = subject("patient", asker.focus),
               .proof_level = asker.proof_level,
               .proof_at = asker.proof_at};
  if (asker.place_kind && asker.place_id) {
    out.asker.place = evidence_.intern(*asker.place_kind, *asker.place_id);
  }
  const auto& cell = question.cell;
  for (const auto& label : cell.labels) out.labels.push_back(evidence_.word(label));
  for (const auto& category : cell.categories.value_or(std::vector<std::string>{})) {
    out.categories.push_back(evidence_.word(category));
  }
  const auto slot =
      cell.fact.empty() ? engine_.slot_of_type(cell.type) : engine_.slot_of_fact(cell.fact);
  out.known = slot.has_value();
  out.cell = {.action = cell.action,
              .slot = slot.value_or(Slot{}),
              .labels = out.labels,
              .categories = out.categories,
              .categories_known = cell.categories.has_value(),
              .dated = cell.dated,
              .patient = subject("patient", cell.patient),
              .item = subject("item", cell.item),
              .survey = cell.survey};
  for (const auto& payment : question.paid) {
    if (const auto rule = engine_.find_rule(payment.rule)) {
      out.paid.push_back({.rule = *rule, .confirmed = payment.confirmed, .ends = payment.ends});
    }
  }
}

Decision Stage::decide(const ast::Question& question) {
  Asked asked;
  prepare(question, asked);
  if (!asked.known) return {};
  return engine_.decide(evidence_, asked.asker, asked.cell, question.now, asked.paid);
}

Explanation Stage::explain(const ast::Question& question) {
  Asked asked;
  prepare(question, asked);
  if (!asked.known) return {};
  return engine_.explain(evidence_, asked.asker, asked.cell, question.now, asked.paid);
}

ast::Answer Stage::ask(const ast::Question& question) {
  Asked asked;
  prepare(question, asked);
  ast::Answer answer;
  if (!asked.known) return answer;
  const auto decision =
      engine_.decide(evidence_, asked.asker, asked.cell, question.now, asked.paid);
  const auto grant_of = [&](const Granted& grant) {
    return ast::Grant{.rule = engine_.rule(grant.rule).name.text,
                      .is_reason = engine_.rule(grant.rule).kind == ast::RuleKind::glass,
                      .bill = engine_.bill(decision, grant, asked.asker, question.now, asked.paid)};
  };
  answer.verdict = decision.verdict;
  answer.hidden = decision.hidden;
  answer.failed = decision.failed;
  for (const RuleIx deny : engine_.named(decision))
    answer.denied_by.push_back(engine_.rule(deny).name.text);
  if (decision.verdict == Verdict::permit) answer.basis = grant_of(decision.grants[decision.basis]);
  if (decision.verdict == Verdict::glass) {
    for (const auto* grant : engine_.offer(decision)) answer.offer.push_back(grant_of(*grant));
    answer.instead = engine_.instead(evidence_, asked.asker, asked.cell, question.now, asked.paid);
  }
  return answer;
}

}  // namespace halligan::policy
