#include "app/referrals.h"

#include <algorithm>
#include <set>

#include "app/fold_evidence.h"
#include "app/made.h"
#include "app/roles.h"

namespace halligan::app {
namespace {

Refusal no_policy() { return {.why = Why::no_policy, .what = "no policy is in force"}; }

// Whether any fact has spoken of it.
bool is_known(const policy::Evidence& evidence, const std::string& team) {
  const auto [type, id] = split_node(team);
  return evidence.find(type, id) != policy::NodeId::unnamed;
}

// Whether the case that was opened when somebody recorded this for themselves is this person's.
bool reviews_it(const State& state, const Session& session, const Edge& edge,
                const std::optional<policy::Fact>& held) {
  if (!held || held->recorded_by == policy::NodeId::unnamed) return false;
  const StaffId author{state.evidence.id_of(held->recorded_by)};
  const auto found = state.case_by_key.find(self_made_key(author, edge));
  const auto* about = found == state.case_by_key.end() ? nullptr : state.case_of(found->second);
  return about != nullptr && cases::is_reviewer(*about, active_roles(state, session));
}

// Why this person may not confirm it, or nothing. Who is unknown is answered as who is hidden.
std::optional<Refusal> may_not_confirm(const Session& session, const Edge& edge, const Cell& cell,
                                       Context& context) {
  const auto& state = context.state;
  const bool known = edge.patient.empty() || state.knows(edge.patient);
  if (!has_any_role(state, session, {role::administrator, role::privacy_officer})) {
    const auto answer = judge_if_known(state, session, cell, context.now, known);
    if (answer.verdict != Verdict::permit) return refuse_cell(session, cell, answer, context);
  }
  if (edge.patient.empty()) return std::nullopt;
  return chart_is_shut(session, edge.patient, context);
}

// What the person is tied to now by this relation.
std::set<std::string> reached(const policy::Evidence& evidence, const StaffId& staff,
                              const std::string& relation, Instant at) {
  std::set<std::string> out;
  const auto self = evidence.find("staff", staff.text());
  const auto word = evidence.find_word(relation);
  if (self == policy::NodeId::unnamed || word == policy::WordId::none) return out;
  for (auto id = evidence.edges_from(self, word).first; id != policy::EdgeId::none;
       id = evidence.edge(id).next_of_from)
    if (is_so(evidence, evidence.edge(id), at)) out.insert(evidence.id_of(evidence.edge(id).to));
  return out;
}

}  // namespace

Cell referral_cell(Action action, const PatientId& patient) {
  Cell cell;
  cell.action = action;
  cell.fact = "referral";
  cell.patient = patient.text();
  return cell;
}

std::vector<std::string> referring_teams(const State& state, const Session& session,
                                         const Now& now) {
  const auto* policy = policy_of(state);
  if (policy == nullptr) return {};
  const auto referral = std::ranges::find_if(policy->relations, [](const auto& each) {
    return each.name.text == "referral" && each.to.text == "patient" && each.from.text != "staff";
  });
  if (referral == policy->relations.end()) return {};
  auto cell = referral_cell(Action::append, {});
  cell.patient.reset();
  if (judge(state, session, cell, now).verdict == Verdict::deny) return {};
  std::set<std::string> out;
  for (const auto& relation : policy->relations)
    if (relation.from.text == "staff" && relation.to.text == referral->from.text)
      out.merge(reached(state.evidence, session.staff, relation.name.text, now.wall));
  while (out.size() > referring_teams_max) out.erase(std::prev(out.end()));
  return {out.begin(), out.end()};
}

LogReferral::Answer decide(const LogReferral& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  if (auto no = not_by_own_factors(*session, "a referral")) return *std::move(no);
  const auto* policy = policy_of(context.state);
  if (policy == nullptr) return no_policy();
  auto edge = edge_of(*policy, "referral", command.team, command.patient.text());
  if (std::holds_alternative<std::string>(edge))
    return Refusal{.why = Why::not_found,
                   .what = "the policy in force declares no referral of such a team"};
  const auto& referral = std::get<Edge>(edge);

  const std::string key = std::string{facts::RelationRecorded::kind} + "/referral(" +
                          referral.from + "," + referral.to + ")";
  const auto before = repeated(context, key);
  if (before == Repeated::other) return key_used_otherwise();
  LogReferral::Done out{.from = referral.from,
                        .to = referral.to,
                        .start = context.now.wall,
                        .entry = 0,
                        .case_id = {}};
  if (before == Repeated::same) {
    const auto& made = context.state.made.at(context.idempotency);
    out.start = made.at;
    out.entry = made.index;
    out.again = true;
    return out;
  }
  const auto cell = referral_cell(Action::append, command.patient);
  const bool known = command.patient_exists || context.state.knows(command.patient);
  const auto answer = judge_if_known(context.state, *session, cell, context.now, known);
  if (answer.verdict != Verdict::permit) return refuse_cell(*session, cell, answer, context);
  const auto& evidence = context.state.evidence;
  // A slip of the pen would otherwise be a referral that lets nobody in.
  if (!is_known(evidence, referral.from))
    return Refusal{.why = Why::not_found,
                   .what = "nobody is in a team of this name: check how it is spelt"};
  const auto found = find_edge(evidence, "referral", referral.from, referral.to);
  if (const auto held = last_said(evidence, found, {.feed = {}, .staff = session->staff});
      held && !held->denied && held->start <= context.now.wall && context.now.wall < held->end) {
    out.start = held->start;
    out.entry = held->entry;
    out.again = true;
    return out;
  }
  const bool own = concerns(context.state, session->staff, referral);
  if (own)
    if (auto due = not_proved(*session, proof::relation_of_own, context.now)) return *due;
  out.entry = context.note(facts::RelationRecorded{.staff = session->staff,
                                                   .source = {},
                                                   .patient = command.patient,
                                                   .relation = "referral",
                                                   .from = referral.from,
                                                   .to = referral.to,
                                                   .start = context.now.wall,
                                                   .end = far_future,
                                                   .value = {},
                                                   .asserted = true});
  if (own) out.case_id = owe_self_made_case(*session, referral, context);
  return out;
}

CloseReferral::Answer decide(const CloseReferral& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  if (auto no = not_by_own_factors(*session, "ending a referral")) return *std::move(no);
  const auto* policy = policy_of(context.state);
  if (policy == nullptr) return no_policy();
  auto edge = edge_of(*policy, "referral", command.team, command.patient.text());
  const Refusal none{.why = Why::not_found,
                     .what = "no referral of this team is open that a person recorded"};
  if (std::holds_alternative<std::string>(edge)) return none;
  const auto& referral = std::get<Edge>(edge);
  const auto cell = referral_cell(Action::modify, command.patient);
  const auto& evidence = context.state.evidence;
  const auto found = find_edge(evidence, "referral", referral.from, referral.to);
  const auto held = holding(evidence, found, Whose::people, Saying::asserted, context.now.wall);
  // What a person logged, the same person may take back; anything else is the policy's to say.
  const bool own = held && said_by_nobody_else(evidence, found, session->staff, context.now.wall);
  const auto answer = context.state.knows(command.patient)
                          ? judge(context.state, *session, cell, context.now)
                          : Judged{};
  if (!own) {
    if (answer.verdict != Verdict::permit) return refuse_cell(*session, cell, answer, context);
    if (auto shut = chart_is_shut(*session, command.patient, context)) return *std::move(shut);
  }
  if (!held) {
    if (!holding(evidence, found, Whose::feeds, Saying::asserted, context.now.wall))
      return refuse_saying(none, *session, cell, {}, context);
    return refuse_saying(
        {.why = Why::conflict, .what = "this referral came by a feed: only the feed ends it"},
        *session, cell, {}, context);
  }
  return context.note(facts::RelationEnded{.staff = session->staff,
                                           .source = {},
                                           .patient = command.patient,
                                           .relation = "referral",
                                           .from = referral.from,
                                           .to = referral.to,
                                           .end = context.now.wall});
}

ConfirmRelation::Answer decide(const ConfirmRelation& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  if (auto no = not_by_own_factors(*session, "confirming a relation")) return *std::move(no);
  const auto* policy = policy_of(context.state);
  if (policy == nullptr) return no_policy();
  auto edge = edge_of(*policy, command.relation, command.from, command.to);
  if (const auto* wrong = std::get_if<std::string>(&edge))
    return Refusal{.why = Why::bad_request, .what = "/" + *wrong};
  const auto& relation = std::get<Edge>(edge);
  Cell cell;
  cell.action = Action::append;
  cell.fact = command.relation;
  if (!relation.patient.empty()) cell.patient = relation.patient.text();
  const auto& evidence = context.state.evidence;
  const auto held =
      holding(evidence, find_edge(evidence, command.relation, relation.from, relation.to),
              Whose::people, Saying::asserted, context.now.wall);
  if (!reviews_it(context.state, *session, relation, held))
    if (auto shut = may_not_confirm(*session, relation, cell, context)) return *std::move(shut);
  const auto no = [&](Why why, const char* what) {
    return refuse_saying({.why = why, .what = what}, *session, cell, {}, context);
  };
  if (!held) return no(Why::not_found, "nobody has recorded this relation, or it has ended");
  if (held->recorded_by == evidence.find("staff", session->staff.text()))
    return no(Why::same_person, "somebody else has to confirm what you recorded");
  if (held->recorded_by != policy::NodeId::unnamed &&
      context.state.one_hand(StaffId{evidence.id_of(held->recorded_by)}, session->staff, far_past))
    return refuse_saying(in_one_hand("who recorded this", "confirm it"), *session, cell, {},
                         context);
  return context.note(facts::RelationConfirmed{.staff = session->staff,
                                               .patient = relation.patient,
                                               .relation = command.relation,
                                               .from = relation.from,
                                               .to = relation.to});
}

}  // namespace halligan::app
