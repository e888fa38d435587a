#include "app/offer.h"

#include <algorithm>

#include "base/limits.h"
#include "base/must.h"

namespace halligan::app {
namespace {

namespace ast = policy::ast;

Due due_of(const State& state, const ProofAsked& proof, const ast::Bill& bill) {
  Due out;
  out.confirm = bill.confirm;
  out.proof_level = proof.level;
  out.proof_age = proof.not_older_than;
  out.proof_paid = proof.level > 0 && bill.proof_level == 0;
  out.prompts = bill.prompts;
  for (const auto& name : bill.acknowledge)
    if (const auto* asks = rule_named(state, name))
      out.acknowledge.push_back({.rule = name, .text = asks->duties.acknowledge});
  for (const auto& name : bill.owed_prompts)
    if (const auto* asks = rule_named(state, name); asks != nullptr && asks->duties.prompts)
      out.owed_prompts.push_back({.prompts = asks->duties.prompts->ask,
                                  .within = asks->duties.prompts->owed.value_or(Millis{0})});
  out.review = !bill.reviews.empty();
  for (const auto& name : bill.notices)
    if (const auto* asks = rule_named(state, name)) out.notices.push_back(asks->duties.notice);
  return out;
}

std::vector<std::string> those_in(const std::vector<std::string>& list,
                                  const std::set<std::string>& known) {
  std::vector<std::string> out;
  for (const auto& each : list)
    if (known.contains(each) && out.size() < limits::codes_of_cell_max) out.push_back(each);
  return out;
}

}  // namespace

NamedCodes codes_named(const ast::Policy& policy, std::string_view type) {
  NamedCodes out;
  const auto look = [&](const std::vector<ast::Member>& members) {
    for (const auto& member : members) {
      if (member.kind == ast::MemberKind::label) out.labels.insert(member.text);
      const bool counts =
          type.empty() || (member.kind == ast::MemberKind::type && member.text == type);
      if (member.category && counts) out.categories.insert(*member.category);
    }
  };
  for (const auto& rule : policy.rules) look(rule.data);
  for (const auto& data_class : policy.classes) look(data_class.of);
  return out;
}

std::optional<ByGlass> more_by_glass(const State& state, const Session& session, const Cell& survey,
                                     const Now& now) {
  const auto* policy = policy_of(state);
  if (policy == nullptr) return std::nullopt;
  std::optional<ByGlass> out;
  const auto takes_glass = [&](const Cell& put, const Cell& named) {
    auto answer = judge(state, session, put, now);
    if (answer.verdict != Verdict::glass) return false;
    out = ByGlass{.cell = named, .answer = std::move(answer)};
    return true;
  };
  // What is of no category that a rule names, and old: a right may cover the rest of the type only.
  if (takes_glass(survey, survey) || takes_glass(rest_of(survey), survey)) return out;
  const bool whole_type = !survey.type.empty() && survey.labels.empty() && !survey.categories;
  if (!whole_type) return out;
  const auto codes = codes_named(*policy, survey.type);
  for (const auto& label : codes.labels) {
    auto cell = survey;
    cell.labels = {label};
    if (takes_glass(cell, cell)) return out;
  }
  for (const auto& category : codes.categories) {
    auto cell = survey;
    cell.categories = {category};
    if (takes_glass(cell, cell)) return out;
  }
  return out;
}

Cell cell_of(const OfferedCell& wanted, const PatientId& patient) {
  if (wanted.is_chart()) return chart_cell(patient);
  Cell cell;
  cell.action = wanted.action;
  constexpr std::string_view fact = "fact:";
  if (wanted.type.starts_with(fact))
    cell.fact = wanted.type.substr(fact.size());
  else
    cell.type = wanted.type;
  cell.labels = wanted.labels;
  if (!wanted.categories.empty()) cell.categories = wanted.categories;
  cell.patient = patient.text();
  // Of what is there it may be some; what is to be written is what was said of it, and no more.
  const bool looks = wanted.action == Action::read || wanted.action == Action::search;
  cell.survey = looks;
  if (!looks && !cell.categories) cell.categories.emplace();
  return cell;
}

std::vector<std::string> notices_of(const State& state, const Grant& grant) {
  std::vector<std::string> out;
  for (const auto& name : grant.bill.notices)
    if (const auto* rule = rule_named(state, name)) out.push_back(rule->duties.notice);
  return out;
}

OfferedCell wanted_of(const State& state, const Cell& cell) {
  const auto* policy = policy_of(state);
  const auto named = policy == nullptr ? NamedCodes{} : codes_named(*policy);
  return {.action = cell.action,
          .type = cell.fact.empty() ? cell.type : "fact:" + cell.fact,
          .labels = those_in(cell.labels, named.labels),
          .categories =
              those_in(cell.categories.value_or(std::vector<std::string>{}), named.categories)};
}

OfferedCell wanted_of(const glass::Grant& grant) {
  if (grant.for_type.empty()) return {};
  return {.action = action_named(grant.for_action).value_or(Action::read),
          .type = grant.for_type,
          .labels = grant.for_labels,
          .categories = grant.for_categories};
}

Offer offer_of(const State& state, const Cell& cell, const Judged& answer, const Now& now) {
  Offer out{.patient = PatientId{cell.patient.value_or("")},
            .wanted = wanted_of(state, cell),
            .policy = state.policy_version,
            .until = now.wall + limits::offer_life,
            .grants = {},
            .instead = answer.instead};
  for (std::size_t i = 0; i < answer.offer.size(); ++i) {
    const auto& grant = answer.offer[i];
    const auto* rule = rule_named(state, grant.rule);
    MUST(rule != nullptr);
    const auto ends = rule->ends.value_or(policy::ast::Ends{});
    out.grants.push_back({.rule = grant.rule,
                          .reason = grant.is_reason,
                          .label = rule->label.empty() ? grant.rule : rule->label,
                          .help = rule->help,
                          .purpose = rule->purpose,
                          .due = due_of(state, answer.proofs[i], grant.bill),
                          .idle = ends.idle,
                          .lasts = ends.after});
  }
  return out;
}

}  // namespace halligan::app
