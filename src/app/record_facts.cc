#include "app/record_facts.h"

#include <algorithm>
#include <map>

#include "app/fold_evidence.h"
#include "app/judge.h"
#include "app/roles.h"
#include "core/policy/words.h"

namespace halligan::app {
namespace {

namespace ast = policy::ast;

Refusal bad(std::string what) { return {.why = Why::bad_request, .what = std::move(what)}; }

// What one request says of an edge or a flag, so that a repetition within it is seen.
using Said = std::map<std::string, std::string>;

struct Wanted {
  Instant start = far_past;
  Instant end = far_future;
  std::string value;
  bool denied = false;
};

std::string text_of(const Wanted& wanted) {
  return to_text(wanted.start) + "|" + to_text(wanted.end) + "|" + wanted.value +
         (wanted.denied ? "|denied" : "|");
}

bool same(const policy::Evidence& evidence, const std::optional<policy::Fact>& held,
          const Wanted& wanted) {
  if (!held) return false;
  const std::string value =
      held->value == policy::WordId::none ? std::string{} : evidence.text_of(held->value);
  return held->start == wanted.start && held->end == wanted.end && held->denied == wanted.denied &&
         value == wanted.value;
}

// A told fact with its moments resolved.
struct Dated {
  std::optional<Instant> start;
  std::optional<Instant> end;
};

Dated dated(const State& state, const ToldFact& told) {
  const auto resolve = [&](const When& when) -> std::optional<Instant> {
    if (const auto* at = std::get_if<Instant>(&when)) return *at;
    if (const auto* day = std::get_if<std::chrono::year_month_day>(&when))
      return state.engine()->zone().midnight(*day);
    return std::nullopt;
  };
  return {.start = resolve(told.start), .end = resolve(told.end)};
}

std::optional<std::string> wrong_with(const ToldFact& told, const Dated& when, const Edge& edge) {
  const auto& values = edge.declared->values;
  if (!told.value.empty() && std::none_of(values.begin(), values.end(), [&](const ast::Name& each) {
        return each.text == told.value;
      }))
    return "value: expected " + (values.empty() ? std::string{"none: the relation carries no value"}
                                                : std::string{"one that the relation declares"});
  if (when.start && when.end && *when.start >= *when.end)
    return "end: expected a time after the start";
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
  const auto held = work.source.feed.empty()
                        ? holding(evidence, found, Whose::people, Saying::anything, at - Millis{1})
                        : last_said(evidence, found, work.source);
  auto& said = work.said[edge.declared->name.text + "|" + edge.from + "|" + edge.to];
  if (said == "ended" || (said.empty() && (!held || held->end <= at))) {
    ++work.done.unchanged;
    return;
  }
  said = "ended";
  work.context.note(facts::RelationEnded{.staff = work.by(),
                                         .source = work.source.feed,
                                         .patient = edge.patient,
                                         .relation = edge.declared->name.text,
                                         .from = edge.from,
                                         .to = edge.to,
                                         .end = at});
  ++work.done.recorded;
}

void record_fact(Recording& work, const ToldFact& told, const Edge& edge) {
  const auto when = dated(work.context.state, told);
  if (told.ended) return record_ended(work, when, edge);
  const Wanted wanted{.start = when.start.value_or(far_past),
                      .end = when.end.value_or(far_future),
                      .value = told.value,
                      .denied = told.denied};
  const auto& evidence = work.context.state.evidence;
  auto& said = work.said[edge.declared->name.text + "|" + edge.from + "|" + edge.to];
  const bool known =
      said.empty()
          ? same(evidence,
                 last_said(evidence,
                           find_edge(evidence, edge.declared->name.text, edge.from, edge.to),
                           work.source),
                 wanted)
          : said == text_of(wanted);
  if (known) {
    ++work.done.unchanged;
    return;
  }
  said = text_of(wanted);
  work.context.note(facts::RelationRecorded{.staff = work.by(),
                                            .source = work.source.feed,
                                            .patient = edge.patient,
                                            .relation = edge.declared->name.text,
                                            .from = edge.from,
                                            .to = edge.to,
                                            .start = wanted.start,
                                            .end = wanted.end,
                                            .value = wanted.value,
                                            .asserted = !wanted.denied});
  ++work.done.recorded;
  if (work.source.feed.empty() && !wanted.denied &&
      concerns(work.context.state, work.session.staff, edge))
    work.own.push_back(edge);
}

void record_flag(Recording& work, const ToldFlag& told) {
  const auto& evidence = work.context.state.evidence;
  const auto relation = "flag:" + told.flag;
  const auto patient = "patient/" + told.patient.text();
  auto& said = work.said[relation + "|" + patient];
  const std::string now_said = told.on ? "on" : "off";
  const auto held =
      last_said(evidence, find_edge(evidence, relation, patient, patient), work.source);
  const bool known =
      said.empty() ? held && held->denied == !told.on && held->end == far_future : said == now_said;
  if (known) {
    ++work.done.unchanged;
    return;
  }
  said = now_said;
  work.context.note(facts::FlagSet{.staff = work.by(),
                                   .source = work.source.feed,
                                   .patient = told.patient,
                                   .flag = told.flag,
                                   .on = told.on});
  ++work.done.recorded;
}

std::optional<Refusal> bad_source(const State& state, const Session& session,
                                  const RecordFacts& command) {
  const bool feed = has_role(state, session, role::interface);
  if (feed && command.source.empty())
    return bad("/source: expected the name of the feed that speaks");
  if (!feed && !command.source.empty())
    return role::needed("only an interface speaks for a feed: leave out source");
  if (!command.source.empty() && !policy::is_name(command.source))
    return bad("/source: expected a name in small letters, digits, - and _");
  if (command.heartbeat && command.source.empty())
    return bad("/heartbeat: expected a source beside it");
  return std::nullopt;
}

// Whether the node is the speaker, or, of a person's word, somebody in whose hands they are now.
bool speaks_of_own_side(const State& state, const StaffId& speaker, bool feed,
                        const std::string& node) {
  const auto [type, id] = split_node(node);
  if (type != "staff") return false;
  const StaffId about{std::string{id}};
  if (about == speaker) return true;
  return !feed && state.holds(about, speaker, far_future);
}

// A feed says what the policy declares to be its own; nobody ends or denies what is said about
// themselves, or about who enrolled them: an exclusion must not be lifted by whom it excludes.
std::optional<Refusal> not_theirs(const State& state, const Session& session,
                                  const RecordFacts& command, const std::vector<Edge>& edges) {
  const auto& policy = *policy_of(state);
  const auto own = [&](const std::string& node) {
    return speaks_of_own_side(state, session.staff, !command.source.empty(), node);
  };
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const auto at = "/facts/" + std::to_string(i);
    const auto& declared = edges[i].declared->source;
    if (!command.source.empty() && (!declared || declared->text != command.source))
      return bad(at + "/relation: the policy does not let this feed say it");
    const bool lifts = command.facts[i].ended || command.facts[i].denied;
    if (lifts && (own(edges[i].from) || own(edges[i].to)))
      return Refusal{.why = Why::same_person,
                     .what = at +
                             ": what concerns yourself, or who enrolled you, is ended or "
                             "denied by somebody else"};
  }
  for (std::size_t i = 0; i < command.flags.size(); ++i)
    for (const auto& flag : policy.flags)
      if (flag.name.text == command.flags[i].flag && !command.source.empty() &&
          (!flag.source || flag.source->text != command.source))
        return bad("/flags/" + std::to_string(i) +
                   "/flag: the policy does not let this feed say it");
  return std::nullopt;
}

// Whom the policy does not let say it, nobody hears: each fact is a cell, append or, to end it,
// modify. What a feed may say stands beside the relation (`not_theirs`). Administrators alone may
// speak of patients whom no entry names, and end or deny what others said without the chart open to
// them: the answer tells whether it was said.
std::optional<Refusal> not_permitted(const Session& session, const RecordFacts& command,
                                     const std::vector<Edge>& edges, Context& context) {
  const auto& state = context.state;
  if (has_role(state, session, role::interface)) return std::nullopt;
  const bool administrates = has_role(state, session, role::administrator);
  if (!administrates && command.facts.size() + command.flags.size() > facts_of_a_person_max)
    return bad("expected at most " + std::to_string(facts_of_a_person_max) +
               " facts and flags of a person in one request");
  const auto ask = [&](Cell cell, const PatientId& patient) -> std::optional<Refusal> {
    if (!patient.empty()) cell.patient = patient.text();
    const bool known = administrates || patient.empty() || state.knows(patient);
    const auto answer = judge_if_known(state, session, cell, context.now, known);
    if (answer.verdict == Verdict::permit) return std::nullopt;
    return refuse_cell(session, cell, answer, context);
  };
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const auto& told = command.facts[i];
    Cell cell;
    cell.action = told.ended ? Action::modify : Action::append;
    cell.fact = edges[i].declared->name.text;
    if (auto refusal = ask(std::move(cell), edges[i].patient)) return refusal;
    if (administrates || edges[i].patient.empty() || !(told.ended || told.denied)) continue;
    const auto edge =
        find_edge(state.evidence, edges[i].declared->name.text, edges[i].from, edges[i].to);
    if (said_by_nobody_else(state.evidence, edge, session.staff, context.now.wall)) continue;
    if (auto shut = chart_is_shut(session, edges[i].patient, context)) return shut;
  }
  for (const auto& flag : command.flags) {
    Cell cell;
    cell.action = flag.on ? Action::append : Action::modify;
    cell.fact = "flag:" + flag.flag;
    if (auto refusal = ask(std::move(cell), flag.patient)) return refusal;
  }
  return std::nullopt;
}

std::string pointer(const char* list, std::size_t index) {
  return "/" + std::string{list} + "/" + std::to_string(index) + "/";
}

}  // namespace

RecordFacts::Answer decide(const RecordFacts& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  if (auto no = not_by_own_factors(*session, "recording facts")) return *std::move(no);
  if (auto refusal = bad_source(context.state, *session, command)) return *refusal;
  const auto* policy = policy_of(context.state);
  if (policy == nullptr) return Refusal{.why = Why::no_policy, .what = "no policy is in force"};
  if (command.facts.size() + command.flags.size() > facts_per_request_max)
    return bad("expected at most " + std::to_string(facts_per_request_max) +
               " facts and flags in one request");

  // Everything is looked at before anything is noted.
  std::vector<Edge> edges;
  edges.reserve(command.facts.size());
  for (std::size_t i = 0; i < command.facts.size(); ++i) {
    const auto& told = command.facts[i];
    auto edge = edge_of(*policy, told.relation, told.from, told.to);
    if (const auto* wrong = std::get_if<std::string>(&edge))
      return bad(pointer("facts", i) + *wrong);
    if (const auto wrong = wrong_with(told, dated(context.state, told), std::get<Edge>(edge)))
      return bad(pointer("facts", i) + *wrong);
    edges.push_back(std::get<Edge>(std::move(edge)));
  }
  for (std::size_t i = 0; i < command.flags.size(); ++i) {
    const auto& flags = policy->flags;
    if (std::none_of(flags.begin(), flags.end(), [&](const ast::Flag& each) {
          return each.name.text == command.flags[i].flag;
        }))
      return bad(pointer("flags", i) + "flag: expected one that the policy in force declares");
  }
  if (auto refusal = not_theirs(context.state, *session, command, edges)) return *refusal;
  if (auto refusal = not_permitted(*session, command, edges, context)) return *refusal;

  std::vector<facts::Fact> noted;
  Context draft{context.state, context.now, context.fresh, noted, {}, {}};
  Recording work{.session = *session,
                 .context = draft,
                 .source = {.feed = command.source, .staff = session->staff},
                 .said = {},
                 .done = {},
                 .own = {}};
  for (std::size_t i = 0; i < edges.size(); ++i) record_fact(work, command.facts[i], edges[i]);
  for (const auto& flag : command.flags) record_flag(work, flag);
  if (work.own.size() > own_facts_per_request_max)
    return bad("expected at most " + std::to_string(own_facts_per_request_max) +
               " relations of your own in one request");
  if (!work.own.empty())
    if (auto due = not_proved(*session, proof::relation_of_own, context.now)) return *due;
  for (const auto& edge : work.own) owe_self_made_case(*session, edge, draft);
  if (command.heartbeat)
    draft.note(facts::FeedBeat{.staff = session->staff, .source = command.source});
  for (auto& fact : noted) context.note(std::move(fact));
  return work.done;
}

}  // namespace halligan::app
