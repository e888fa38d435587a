#include "reference/evidence.h"

#include <map>
#include <set>
#include <tuple>

#include "reference/insist.h"
#include "reference/zone.h"

namespace halligan::reference {
namespace {

using std::chrono::milliseconds;

// ---- Names of the policy.

const ast::Relation& relation_named(const ast::Policy& policy, const std::string& name) {
  const ast::Relation* found = nullptr;
  for (const auto& relation : policy.relations) {
    if (relation.name.text == name) found = &relation;
  }
  INSIST(found != nullptr);
  return *found;
}

const ast::Flag& flag_named(const ast::Policy& policy, const std::string& name) {
  const ast::Flag* found = nullptr;
  for (const auto& flag : policy.flags) {
    if (flag.name.text == name) found = &flag;
  }
  INSIST(found != nullptr);
  return *found;
}

const ast::Place& place_named(const ast::Policy& policy, const std::string& name) {
  const ast::Place* found = nullptr;
  for (const auto& place : policy.places) {
    if (place.name.text == name) found = &place;
  }
  INSIST(found != nullptr);
  return *found;
}

// ---- One edge.

struct Edge {
  std::string relation;
  std::string from;
  std::string to;
  std::optional<std::string> value;  // r[value]
  LeaveOut leave_out = LeaveOut::nothing;
};

// A feed, or the person who recorded it.
struct Source {
  bool feed = false;
  std::string name;
  bool operator==(const Source&) const = default;
};

Source source_of(const ast::Fact& fact) {
  if (!fact.source.empty()) return {.feed = true, .name = fact.source};
  return {.feed = false, .name = fact.recorded_by};
}

bool left_out(const Scene& scene, const ast::Fact& fact, LeaveOut leave_out) {
  const bool own = source_of(fact) == Source{.feed = false, .name = scene.question.asker.staff};
  if (leave_out == LeaveOut::own_assertions) return own && !fact.denied;
  if (leave_out == LeaveOut::own_denials) return own && fact.denied;
  return false;
}

// The facts about an edge, in the order in which they were recorded.
std::vector<ast::Fact> facts_about(const Scene& scene, const Edge& edge) {
  std::vector<ast::Fact> about;
  for (const auto& fact : scene.world.facts) {
    if (fact.relation != edge.relation || fact.from != edge.from || fact.to != edge.to) continue;
    if (!left_out(scene, fact, edge.leave_out)) about.push_back(fact);
  }
  return about;
}

bool holds(const ast::Fact& fact, Instant at) { return fact.start <= at && at < fact.end; }

// The places in `about` of the facts that count at that moment: of each source the latest one that
// holds then; less those that r[value] drops.
std::set<std::size_t> counting(const Edge& edge, const std::vector<ast::Fact>& about, Instant at) {
  std::set<std::size_t> counts;
  for (std::size_t i = 0; i < about.size(); ++i) {
    if (!holds(about[i], at)) continue;
    bool hidden_by_later = false;
    for (std::size_t later = i + 1; later < about.size(); ++later) {
      const bool same_source = source_of(about[later]) == source_of(about[i]);
      if (same_source && holds(about[later], at)) hidden_by_later = true;
    }
    const bool carries =
        !edge.value || about[i].value == *edge.value || (about[i].denied && about[i].value.empty());
    if (!hidden_by_later && carries) counts.insert(i);
  }
  return counts;
}

bool some_denial(const std::vector<ast::Fact>& about, const std::set<std::size_t>& counts) {
  bool some = false;
  for (const std::size_t i : counts) some = some || about[i].denied;
  return some;
}

// What an edge is of which no fact counts.
Value absent(const Scene& scene, const std::optional<ast::Name>& feed,
             const std::optional<Millis>& stale_after) {
  if (!feed) return Value::no;  // the ledger's own: what is not there is not so
  bool fresh = false;
  for (const auto& heartbeat : scene.world.heartbeats) {
    if (heartbeat.feed != feed->text) continue;
    if (stale_after && scene.question.now < heartbeat.at + *stale_after) fresh = true;
  }
  return fresh ? Value::no : Value::unknown;
}

// "One edge at a moment", where the moment is now.
Value edge_now(const Scene& scene, const Edge& edge, Value if_absent) {
  const auto about = facts_about(scene, edge);
  const auto counts = counting(edge, about, scene.question.now);
  bool asserted = false;
  for (const std::size_t i : counts) asserted = asserted || !about[i].denied;
  const bool denied = some_denial(about, counts);
  if (asserted && denied) return Value::conflicting;
  if (asserted) return Value::yes;
  if (denied) return Value::no;
  return if_absent;
}

// t(f): the fact's own moment.
Instant moment_of(const ast::Fact& fact, Instant now) {
  if (now < fact.start) return fact.start;
  if (now >= fact.end) return fact.end - milliseconds{1};
  return now;
}

// "One edge, with a window".
Value edge_in_window(const Scene& scene, const Edge& edge, const ast::Around& around,
                     Value if_absent) {
  const Instant now = scene.question.now;
  const std::string& timezone = scene.policy.timezone.text;
  const auto about = facts_about(scene, edge);
  std::optional<Value> greatest;
  for (std::size_t i = 0; i < about.size(); ++i) {
    const ast::Fact& fact = about[i];
    if (fact.denied) continue;
    const bool begun = shift(timezone, fact.start, around.lead, Way::back) <= now;
    const bool over = shift(timezone, fact.end, around.lag, Way::ahead) <= now;
    if (!begun || over) continue;
    const auto counts = counting(edge, about, moment_of(fact, now));
    if (!counts.contains(i)) continue;  // it does not stand
    const Value weight = some_denial(about, counts) ? Value::conflicting : Value::yes;
    greatest = greatest ? either(*greatest, weight) : weight;
  }
  if (greatest) return *greatest;
  if (some_denial(about, counting(edge, about, now))) return Value::no;
  return if_absent;
}

// ---- Nodes.

struct Node {
  std::string type;
  std::string id;  // empty: the one that nobody has named
  auto operator<=>(const Node&) const = default;
};

// Every node of that type.
std::set<Node> nodes_of(const Scene& scene, const std::string& type) {
  std::set<Node> nodes{{type, ""}};
  for (const auto& fact : scene.world.facts) {
    for (const auto& relation : scene.policy.relations) {
      if (relation.name.text != fact.relation) continue;
      if (relation.from.text == type) nodes.insert({type, fact.from});
      if (relation.to.text == type) nodes.insert({type, fact.to});
    }
    if (type == "patient" && fact.relation.starts_with("flag:")) nodes.insert({type, fact.from});
  }
  // A place does not say what its ids are; in r(place) they are what r leads to.
  for (const auto& place : scene.policy.places) {
    for (const auto& id : place.ids) nodes.insert({type, id.text});
  }
  const ast::Asker& asker = scene.question.asker;
  const ast::Cell& cell = scene.question.cell;
  if (type == "staff") nodes.insert({type, asker.staff});
  if (type == "terminal" && asker.terminal) nodes.insert({type, *asker.terminal});
  if (type == "department" && asker.department) nodes.insert({type, *asker.department});
  if (type == "application" && asker.application) nodes.insert({type, *asker.application});
  if (type == "patient" && asker.focus) nodes.insert({type, *asker.focus});
  if (type == "patient" && cell.patient) nodes.insert({type, *cell.patient});
  if (type == "item" && cell.item) nodes.insert({type, *cell.item});
  if (asker.place_kind == type && asker.place_id) nodes.insert({type, *asker.place_id});
  return nodes;
}

bool is_of_place(const ast::Place& place, const Node& node) {
  bool is = false;
  for (const auto& kind : place.kinds) is = is || kind.text == node.type;
  for (const auto& id : place.ids) is = is || (!node.id.empty() && id.text == node.id);
  return is;
}

// ---- Paths. What has been reached is a value for each node; a step takes each node to each other
// node. Keeping the greatest value per node on the way gives the same as looking at every walk.

using Reached = std::map<Node, Value>;

void reach(Reached& reached, const Node& node, Value value) {
  reached[node] = either(reached[node], value);  // a node that is new begins as false
}

// The steps that belong to the session and not to the ledger.
std::optional<Node> session_node(const ast::Asker& asker, const std::string& step) {
  if (step == "focus" && asker.focus) return Node{"patient", *asker.focus};
  if (step == "department" && asker.department) return Node{"department", *asker.department};
  if (step == "application" && asker.application) return Node{"application", *asker.application};
  return std::nullopt;
}

Value step_value(const Scene& scene, const ast::Step& step, const Node& from, const Node& to,
                 const std::vector<ast::Around>& around, LeaveOut leave_out) {
  if (step.place && !is_of_place(place_named(scene.policy, step.place->text), to)) {
    return Value::no;
  }
  const ast::Relation& relation = relation_named(scene.policy, step.relation.text);
  const Edge edge{relation.name.text, from.id, to.id, step.value, leave_out};
  const Value if_absent = absent(scene, relation.source, relation.stale_after);
  for (const auto& window : around) {
    if (window.relation.text == relation.name.text) {
      return edge_in_window(scene, edge, window, if_absent);
    }
  }
  return edge_now(scene, edge, if_absent);
}

Reached take_step(const Scene& scene, const ast::Step& step, const Reached& reached,
                  const std::vector<ast::Around>& around, LeaveOut leave_out) {
  Reached next;
  for (const auto& [node, value] : reached) {
    if (node.type == "session") {
      const auto there = session_node(scene.question.asker, step.relation.text);
      if (there && (!step.value || *step.value == there->id)) reach(next, *there, value);
      continue;
    }
    const ast::Relation& relation = relation_named(scene.policy, step.relation.text);
    const std::string& here_type = step.inverse ? relation.to.text : relation.from.text;
    const std::string& there_type = step.inverse ? relation.from.text : relation.to.text;
    if (node.type != here_type) continue;
    for (const Node& there : nodes_of(scene, there_type)) {
      const Node& from = step.inverse ? there : node;
      const Node& to = step.inverse ? node : there;
      reach(next, there, both(value, step_value(scene, step, from, to, around, leave_out)));
    }
  }
  return next;
}

Reached follow(const Scene& scene, const ast::PathExpr& expr, Reached reached,
               const std::vector<ast::Around>& around, LeaveOut leave_out) {
  if (expr.kind == ast::PathKind::step) {
    return take_step(scene, expr.step, reached, around, leave_out);
  }
  if (expr.kind == ast::PathKind::sequence) {
    for (const auto& part : expr.parts) reached = follow(scene, part, reached, around, leave_out);
    return reached;
  }
  Reached any;
  for (const auto& part : expr.parts) {
    for (const auto& [node, value] : follow(scene, part, reached, around, leave_out)) {
      reach(any, node, value);
    }
  }
  return any;
}

std::optional<Node> start_of(const Scene& scene, ast::Start start) {
  const ast::Asker& asker = scene.question.asker;
  const ast::Cell& cell = scene.question.cell;
  switch (start) {
    case ast::Start::staff: return Node{"staff", asker.staff};
    case ast::Start::session: return Node{"session", ""};
    case ast::Start::terminal:
      if (asker.terminal) return Node{"terminal", *asker.terminal};
      return std::nullopt;
    case ast::Start::patient:
      if (cell.patient) return Node{"patient", *cell.patient};
      return std::nullopt;
    case ast::Start::item:
      if (cell.item) return Node{"item", *cell.item};
      return std::nullopt;
  }
  std::abort();
}

// Where no start is known: what the whole path is.
Value without_start(ast::Start start) {
  return start == ast::Start::terminal ? Value::unknown : Value::no;
}

// The types at which a path ends.
std::set<std::string> end_types(const ast::Policy& policy, const ast::PathExpr& expr) {
  if (expr.kind == ast::PathKind::sequence) return end_types(policy, expr.parts.back());
  if (expr.kind == ast::PathKind::either) {
    std::set<std::string> all;
    for (const auto& part : expr.parts) all.merge(end_types(policy, part));
    return all;
  }
  const std::string& name = expr.step.relation.text;
  if (name == "focus") return {"patient"};
  if (name == "department" || name == "application") return {name};
  const ast::Relation& relation = relation_named(policy, name);
  return {expr.step.inverse ? relation.from.text : relation.to.text};
}

}  // namespace

Value flag_value(const Scene& scene, const std::string& flag, LeaveOut leave_out) {
  INSIST(scene.question.cell.patient.has_value());
  const std::string& patient = *scene.question.cell.patient;
  const ast::Flag& declared = flag_named(scene.policy, flag);
  return edge_now(scene, Edge{"flag:" + flag, patient, patient, std::nullopt, leave_out},
                  absent(scene, declared.source, declared.stale_after));
}

Value path_exists(const Scene& scene, const ast::Path& path, const std::vector<ast::Around>& around,
                  LeaveOut leave_out) {
  const auto start = start_of(scene, path.start);
  if (!start) return without_start(path.start);
  Value greatest = Value::no;
  for (const auto& [node, value] :
       follow(scene, path.expr, {{*start, Value::yes}}, around, leave_out)) {
    greatest = either(greatest, value);
  }
  return greatest;
}

Value path_reaches(const Scene& scene, const ast::Path& path,
                   const std::vector<ast::Around>& around, LeaveOut leave_out) {
  std::set<Node> objects;
  for (const auto& type : end_types(scene.policy, path.expr)) {
    const ast::Cell& cell = scene.question.cell;
    if (type == "patient" && cell.patient) objects.insert({type, *cell.patient});
    if (type == "item" && cell.item) objects.insert({type, *cell.item});
  }
  if (objects.empty()) return Value::no;
  const auto start = start_of(scene, path.start);
  if (!start) return without_start(path.start);
  Value greatest = Value::no;
  for (const auto& [node, value] :
       follow(scene, path.expr, {{*start, Value::yes}}, around, leave_out)) {
    if (objects.contains(node)) greatest = either(greatest, value);
  }
  return greatest;
}

}  // namespace halligan::reference
