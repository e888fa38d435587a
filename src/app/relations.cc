#include "app/relations.h"

#include <algorithm>
#include <map>
#include <set>

#include "app/access.h"
#include "app/fold_evidence.h"
#include "app/judge.h"
#include "app/made.h"
#include "app/roles.h"
#include "core/policy/words.h"

namespace halligan::app {
namespace {

namespace ast = policy::ast;

// One statement about one edge, in the policy's words.
struct Edge {
  const ast::Relation* declared = nullptr;
  std::string from;  // "team/cardio"
  std::string to;
  PatientId patient;  // the one whose entry it becomes
};

Refusal bad(std::string what) { return {.why = Why::bad_request, .what = std::move(what)}; }
Refusal no_policy() { return {.why = Why::no_policy, .what = "no policy is in force"}; }

const ast::Relation* declared(const ast::Policy& policy, std::string_view name) {
  const auto found = std::find_if(policy.relations.begin(), policy.relations.end(),
                                  [&](const ast::Relation& each) { return each.name.text == name; });
  return found == policy.relations.end() ? nullptr : &*found;
}

std::optional<std::string> node_of(const std::string& text, const std::string& type) {
  const auto node = split_node(text);
  if (node.type.empty()) return valid_id(text) ? std::optional{type + "/" + text} : std::nullopt;
  return node.type == type && valid_id(node.id) ? std::optional{text} : std::nullopt;
}

PatientId patient_in(const std::string& from, const std::string& to) {
  for (const auto* text : {&to, &from})
    if (const auto node = split_node(*text); node.type == "patient") return PatientId{std::string{node.id}};
  return {};
}

std::variant<Edge, std::string> edge_of(const ast::Policy& policy, const std::string& relation, const std::string& from,
                                        const std::string& to) {
  const auto* found = declared(policy, relation);
  if (found == nullptr) return "relation: expected one that the policy in force declares";
  const auto source = node_of(from, found->from.text);
  if (!source) return "from: expected the id of a " + found->from.text;
  const auto target = node_of(to, found->to.text);
  if (!target) return "to: expected the id of a " + found->to.text;
  return Edge{.declared = found, .from = *source, .to = *target, .patient = patient_in(*source, *target)};
}

policy::NodeId node(const policy::Evidence& evidence, const std::string& text) {
  const auto [type, id] = split_node(text);
  return evidence.find(type, id);
}

policy::EdgeId find_edge(const policy::Evidence& evidence, std::string_view relation, const std::string& from,
                         const std::string& to) {
  const auto word = evidence.find_word(relation);
  const auto source = node(evidence, from);
  const auto target = node(evidence, to);
  if (word == policy::WordId::none || source == policy::NodeId::unnamed || target == policy::NodeId::unnamed)
    return policy::EdgeId::none;
  return evidence.find_edge(word, source, target);
}

// Whose word it is: a feed's, or a person's.
struct Source {
  std::string feed;
  StaffId staff;
};

bool is_of(const policy::Evidence& evidence, const policy::Fact& fact, const Source& source) {
  if (!source.feed.empty()) return evidence.text_of(fact.feed) == source.feed && fact.feed != policy::WordId::none;
  return fact.feed == policy::WordId::none && fact.recorded_by == evidence.find("staff", source.staff.text());
}

// What a source said last about an edge.
const policy::Fact* last_said(const policy::Evidence& evidence, policy::EdgeId edge, const Source& source) {
  if (edge == policy::EdgeId::none) return nullptr;
  for (auto id = evidence.edge(edge).newest; id != policy::FactId::none; id = evidence.fact(id).older)
    if (const auto& fact = evidence.fact(id); !fact.gone && is_of(evidence, fact, source)) return &fact;
  return nullptr;
}

// The newest assertion of any person that holds now.
const policy::Fact* said_by_people(const policy::Evidence& evidence, policy::EdgeId edge, Instant now) {
  if (edge == policy::EdgeId::none) return nullptr;
  for (auto id = evidence.edge(edge).newest; id != policy::FactId::none; id = evidence.fact(id).older) {
    const auto& fact = evidence.fact(id);
    if (!fact.gone && !fact.denied && fact.feed == policy::WordId::none && fact.start <= now && now < fact.end)
      return &fact;
  }
  return nullptr;
}

bool holds_by_a_feed(const policy::Evidence& evidence, policy::EdgeId edge, Instant now) {
  if (edge == policy::EdgeId::none) return false;
  for (auto id = evidence.edge(edge).newest; id != policy::FactId::none; id = evidence.fact(id).older) {
    const auto& fact = evidence.fact(id);
    if (!fact.gone && !fact.denied && fact.feed != policy::WordId::none && fact.start <= now && now < fact.end)
      return true;
  }
  return false;
}

// Whether it gives the person something: an end is the person, or something the person belongs to.
bool concerns(const State& state, const StaffId& staff, const Edge& edge) {
  const std::string self = "staff/" + staff.text();
  if (edge.from == self || edge.to == self) return true;
  const auto* policy = policy_of(state);
  for (const auto& relation : policy->relations) {
    for (const auto* end : {&edge.from, &edge.to}) {
      if (split_node(*end).type == "patient") continue;  // being somebody's doctor is not the relation itself
      if (relation.from.text == "staff" &&
          find_edge(state.evidence, relation.name.text, self, *end) != policy::EdgeId::none)
        return true;
    }
  }
  return false;
}

bool proof_is_fresh(const Session& session, const Now& now) {
  if (now.wall >= session.proof_at.wall + self_made_proof_age) return false;
  return !session.proof_this_boot || now.boot < session.proof_at.boot + self_made_proof_age;
}

Refusal step_up() {
  Refusal out{.why = Why::step_up_needed, .what = "a relation of your own takes a second factor that is fresh"};
  out.max_age_seconds = std::chrono::duration_cast<std::chrono::seconds>(self_made_proof_age).count();
  return out;
}

// One case for each edge and author, where the policy has such cases.
CaseId open_case(const Session& session, const Edge& edge, Context& context) {
  const auto* policy = policy_of(context.state);
  const auto rule = std::find_if(policy->cases.begin(), policy->cases.end(), [](const ast::CaseRule& each) {
    return each.kind == ast::CaseKind::self_made_relation && each.by && each.within;
  });
  if (rule == policy->cases.end()) return {};
  facts::CaseOpened fact;
  fact.key = "self-made-relation|" + session.staff.text() + "|" + edge.declared->name.text + "|" + edge.from + "|" + edge.to;
  if (const auto held = context.state.case_by_key.find(fact.key);
      held != context.state.case_by_key.end() && context.state.unclosed.contains(held->second))
    return held->second;
  fact.staff = session.staff;
  fact.patient = edge.patient;
  fact.case_id = CaseId{context.fresh.id()};
  fact.case_kind = "self-made-relation";
  fact.rule = edge.declared->name.text;
  fact.reviewer = rule->by->text;
  fact.queue = rule->queue.empty() ? rule->by->text : rule->queue;
  fact.due = context.now.wall + *rule->within;
  fact.cause = "recorded for themselves: " + edge.declared->name.text;
  const auto id = fact.case_id;
  context.note(std::move(fact));
  return id;
}

// What one request says of an edge or a flag, so that a repetition within it is seen.
using Said = std::map<std::string, std::string>;

struct Wanted {
  Instant start = far_past;
  Instant end = far_future;
  std::string value;
  bool denied = false;
};

std::string text_of(const Wanted& wanted) {
  return to_text(wanted.start) + "|" + to_text(wanted.end) + "|" + wanted.value + (wanted.denied ? "|denied" : "|");
}

bool same(const policy::Evidence& evidence, const policy::Fact* held, const Wanted& wanted) {
  if (held == nullptr) return false;
  const std::string value = held->value == policy::WordId::none ? std::string{} : evidence.text_of(held->value);
  return held->start == wanted.start && held->end == wanted.end && held->denied == wanted.denied && value == wanted.value;
}

// A told fact with its moments resolved.
struct Dated {
  std::optional<Instant> start;
  std::optional<Instant> end;
};

Dated dated(const State& state, const ToldFact& told) {
  const auto resolve = [&](const When& when) -> std::optional<Instant> {
    if (const auto* at = std::get_if<Instant>(&when)) return *at;
    if (const auto* day = std::get_if<std::chrono::year_month_day>(&when)) return state.engine()->zone().midnight(*day);
    return std::nullopt;
  };
  return {.start = resolve(told.start), .end = resolve(told.end)};
}

std::optional<std::string> wrong_with(const ToldFact& told, const Dated& when, const Edge& edge) {
  const auto& values = edge.declared->values;
  if (!told.value.empty() &&
      std::none_of(values.begin(), values.end(), [&](const ast::Name& each) { return each.text == told.value; }))
    return "value: expected " + (values.empty() ? std::string{"none: the relation carries no value"}
                                                : std::string{"one that the relation declares"});
  if (when.start && when.end && *when.start >= *when.end) return "end: expected a time after the start";
  if (told.ended && (told.denied || when.start || !told.value.empty()))
    return "ended: expected relation, from, to and perhaps end beside it, nothing else";
  return std::nullopt;
}

struct Recording {
  const Session& session;
  Context& context;
  Source source;
  Said said;
  RecordFacts::Done done;
  std::vector<Edge> own;  // self-made ones

  StaffId by() const { return session.staff; }
};

void record_ended(Recording& work, const Dated& when, const Edge& edge) {
  const auto at = when.end.value_or(work.context.now.wall);
  const auto& evidence = work.context.state.evidence;
  const auto found = find_edge(evidence, edge.declared->name.text, edge.from, edge.to);
  // A person ends whatever people recorded; a feed what the feed said.
  const auto* held = work.source.feed.empty() ? said_by_people(evidence, found, at - Millis{1})
                                              : last_said(evidence, found, work.source);
  auto& said = work.said[edge.declared->name.text + "|" + edge.from + "|" + edge.to];
  if (said == "ended" || (said.empty() && (held == nullptr || held->end <= at))) {
    ++work.done.unchanged;
    return;
  }
  said = "ended";
  work.context.note(facts::RelationEnded{.staff = work.by(), .source = work.source.feed, .patient = edge.patient,
                                         .relation = edge.declared->name.text, .from = edge.from, .to = edge.to,
                                         .end = at});
  ++work.done.recorded;
}

void record_fact(Recording& work, const ToldFact& told, const Edge& edge) {
  const auto when = dated(work.context.state, told);
  if (told.ended) return record_ended(work, when, edge);
  const Wanted wanted{.start = when.start.value_or(far_past), .end = when.end.value_or(far_future),
                      .value = told.value, .denied = told.denied};
  const auto& evidence = work.context.state.evidence;
  auto& said = work.said[edge.declared->name.text + "|" + edge.from + "|" + edge.to];
  const bool known =
      said.empty() ? same(evidence, last_said(evidence, find_edge(evidence, edge.declared->name.text, edge.from, edge.to),
                                              work.source), wanted)
                   : said == text_of(wanted);
  if (known) {
    ++work.done.unchanged;
    return;
  }
  said = text_of(wanted);
  work.context.note(facts::RelationRecorded{
      .staff = work.by(), .source = work.source.feed, .patient = edge.patient, .relation = edge.declared->name.text,
      .from = edge.from, .to = edge.to, .start = wanted.start, .end = wanted.end, .value = wanted.value,
      .asserted = !wanted.denied});
  ++work.done.recorded;
  if (work.source.feed.empty() && !wanted.denied && concerns(work.context.state, work.session.staff, edge))
    work.own.push_back(edge);
}

void record_flag(Recording& work, const ToldFlag& told) {
  const auto& evidence = work.context.state.evidence;
  const auto relation = "flag:" + told.flag;
  const auto patient = "patient/" + told.patient.text();
  auto& said = work.said[relation + "|" + patient];
  const std::string now_said = told.on ? "on" : "off";
  const auto* held = last_said(evidence, find_edge(evidence, relation, patient, patient), work.source);
  const bool known = said.empty() ? held != nullptr && held->denied == !told.on && held->end == far_future
                                  : said == now_said;
  if (known) {
    ++work.done.unchanged;
    return;
  }
  said = now_said;
  work.context.note(facts::FlagSet{.staff = work.by(), .source = work.source.feed, .patient = told.patient,
                                   .flag = told.flag, .on = told.on});
  ++work.done.recorded;
}

std::optional<Refusal> bad_source(const State& state, const Session& session, const RecordFacts& command) {
  const bool feed = has_role(state, session, role::interface);
  if (!feed && !has_role(state, session, role::administrator))
    return role::needed("this takes an interface or an administrator");
  if (feed && command.source.empty()) return bad("/source: expected the name of the feed that speaks");
  if (!feed && !command.source.empty()) return role::needed("only an interface speaks for a feed: leave out source");
  if (!command.source.empty() && !policy::is_name(command.source))
    return bad("/source: expected a name in small letters, digits, - and _");
  if (command.heartbeat && command.source.empty()) return bad("/heartbeat: expected a source beside it");
  return std::nullopt;
}

std::string pointer(const char* list, std::size_t index) { return "/" + std::string{list} + "/" + std::to_string(index) + "/"; }

}  // namespace

RecordFacts::Answer decide(const RecordFacts& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session();
  if (auto refusal = bad_source(context.state, *session, command)) return *refusal;
  const auto* policy = policy_of(context.state);
  if (policy == nullptr) return no_policy();
  if (command.facts.size() + command.flags.size() > facts_per_request_max)
    return bad("expected at most " + std::to_string(facts_per_request_max) + " facts and flags in one request");

  // Everything is looked at before anything is noted.
  std::vector<Edge> edges;
  edges.reserve(command.facts.size());
  for (std::size_t i = 0; i < command.facts.size(); ++i) {
    const auto& told = command.facts[i];
    auto edge = edge_of(*policy, told.relation, told.from, told.to);
    if (const auto* wrong = std::get_if<std::string>(&edge)) return bad(pointer("facts", i) + *wrong);
    if (const auto wrong = wrong_with(told, dated(context.state, told), std::get<Edge>(edge))) return bad(pointer("facts", i) + *wrong);
    edges.push_back(std::get<Edge>(std::move(edge)));
  }
  for (std::size_t i = 0; i < command.flags.size(); ++i) {
    const auto& flags = policy->flags;
    if (std::none_of(flags.begin(), flags.end(),
                     [&](const ast::Flag& each) { return each.name.text == command.flags[i].flag; }))
      return bad(pointer("flags", i) + "flag: expected one that the policy in force declares");
  }

  std::vector<facts::Fact> noted;
  Context draft{context.state, context.now, context.fresh, noted, {}, {}};
  Recording work{.session = *session, .context = draft, .source = {.feed = command.source, .staff = session->staff},
                 .said = {}, .done = {}, .own = {}};
  for (std::size_t i = 0; i < edges.size(); ++i) record_fact(work, command.facts[i], edges[i]);
  for (const auto& flag : command.flags) record_flag(work, flag);
  if (work.own.size() > own_facts_per_request_max)
    return bad("expected at most " + std::to_string(own_facts_per_request_max) + " relations of your own in one request");
  if (!work.own.empty() && !proof_is_fresh(*session, context.now)) return step_up();
  for (const auto& edge : work.own) open_case(*session, edge, draft);
  if (command.heartbeat) draft.note(facts::FeedBeat{.staff = session->staff, .source = command.source});
  for (auto& fact : noted) context.note(std::move(fact));
  return work.done;
}

LogReferral::Answer decide(const LogReferral& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session();
  const auto* policy = policy_of(context.state);
  if (policy == nullptr) return no_policy();
  auto edge = edge_of(*policy, "referral", command.team, command.patient.text());
  if (std::holds_alternative<std::string>(edge))
    return Refusal{.why = Why::not_found, .what = "the policy in force declares no referral of such a team"};
  const auto& referral = std::get<Edge>(edge);

  const std::string key = std::string{facts::RelationRecorded::kind} + "/referral(" + referral.from + "," + referral.to + ")";
  const auto before = repeated(context, key);
  if (before == Repeated::other) return key_used_otherwise();
  LogReferral::Done out{.from = referral.from, .to = referral.to, .start = context.now.wall, .entry = 0, .case_id = {}};
  if (before == Repeated::same) {
    const auto& made = context.state.made.at(context.idempotency);
    out.start = made.at;
    out.entry = made.index;
    out.again = true;
    return out;
  }
  Cell cell;
  cell.action = Action::append;
  cell.fact = "referral";
  cell.patient = command.patient.text();
  const bool known = command.patient_exists || context.state.knows(command.patient);
  const auto answer = known ? judge(context.state, *session, cell, context.now) : Answer{};
  if (answer.verdict != Verdict::permit) return refuse_cell(*session, cell, answer, context);
  const auto& evidence = context.state.evidence;
  const auto found = find_edge(evidence, "referral", referral.from, referral.to);
  if (const auto* held = last_said(evidence, found, {.feed = {}, .staff = session->staff});
      held != nullptr && !held->denied && held->start <= context.now.wall && context.now.wall < held->end) {
    out.start = held->start;
    out.entry = held->entry;
    out.again = true;
    return out;
  }
  const bool own = concerns(context.state, session->staff, referral);
  if (own && !proof_is_fresh(*session, context.now)) return step_up();
  out.entry = context.note(facts::RelationRecorded{
      .staff = session->staff, .source = {}, .patient = command.patient, .relation = "referral", .from = referral.from,
      .to = referral.to, .start = context.now.wall, .end = far_future, .value = {}, .asserted = true});
  if (own) out.case_id = open_case(*session, referral, context);
  return out;
}

CloseReferral::Answer decide(const CloseReferral& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session();
  const auto* policy = policy_of(context.state);
  if (policy == nullptr) return no_policy();
  auto edge = edge_of(*policy, "referral", command.team, command.patient.text());
  const Refusal none{.why = Why::not_found, .what = "no referral of this team is open that a person recorded"};
  if (std::holds_alternative<std::string>(edge)) return none;
  const auto& referral = std::get<Edge>(edge);
  Cell cell;
  cell.action = Action::modify;
  cell.fact = "referral";
  cell.patient = command.patient.text();
  const auto& evidence = context.state.evidence;
  const auto found = find_edge(evidence, "referral", referral.from, referral.to);
  const auto* held = said_by_people(evidence, found, context.now.wall);
  // What a person logged, the same person may take back; anything else is the policy's to say.
  const bool own = held != nullptr && held->recorded_by == evidence.find("staff", session->staff.text());
  const auto answer = context.state.knows(command.patient) ? judge(context.state, *session, cell, context.now) : Answer{};
  if (!own && answer.verdict != Verdict::permit) return refuse_cell(*session, cell, answer, context);
  if (held == nullptr) {
    if (!holds_by_a_feed(evidence, found, context.now.wall)) return none;
    return Refusal{.why = Why::conflict, .what = "this referral came by a feed: only the feed ends it"};
  }
  return context.note(facts::RelationEnded{.staff = session->staff, .source = {}, .patient = command.patient,
                                           .relation = "referral", .from = referral.from, .to = referral.to,
                                           .end = context.now.wall});
}

ConfirmRelation::Answer decide(const ConfirmRelation& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session();
  const auto* policy = policy_of(context.state);
  if (policy == nullptr) return no_policy();
  auto edge = edge_of(*policy, command.relation, command.from, command.to);
  if (const auto* wrong = std::get_if<std::string>(&edge)) return bad("/" + *wrong);
  const auto& relation = std::get<Edge>(edge);
  if (!has_any_role(context.state, *session, {role::administrator, role::privacy_officer})) {
    Cell cell;
    cell.action = Action::append;
    cell.fact = command.relation;
    if (!relation.patient.empty()) cell.patient = relation.patient.text();
    const auto answer = judge(context.state, *session, cell, context.now);
    if (answer.verdict != Verdict::permit) return refuse_cell(*session, cell, answer, context);
  }
  const auto& evidence = context.state.evidence;
  const auto* held =
      said_by_people(evidence, find_edge(evidence, command.relation, relation.from, relation.to), context.now.wall);
  if (held == nullptr)
    return Refusal{.why = Why::not_found, .what = "nobody has recorded this relation, or it has ended"};
  if (held->recorded_by == evidence.find("staff", session->staff.text()))
    return Refusal{.why = Why::same_person, .what = "somebody else has to confirm what you recorded"};
  return context.note(facts::RelationConfirmed{.staff = session->staff, .patient = relation.patient,
                                               .relation = command.relation, .from = relation.from, .to = relation.to});
}

}  // namespace halligan::app
