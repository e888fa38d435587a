#include "core/policy/walk.h"

#include "base/must.h"

namespace halligan::policy {
namespace {

constexpr Millis tick{1};

bool same_source(const Fact& a, const Fact& b) {
  return a.feed == b.feed && (a.feed != WordId::none || a.recorded_by == b.recorded_by);
}

}  // namespace

bool Walker::charge() {
  if (left_ > 0) --left_;
  return left_ > 0;
}

bool Walker::left_out(const Fact& fact) const {
  if (own_ == Own::all || asker_ == NodeId::unnamed) return false;
  if (fact.feed != WordId::none) return false;
  if (fact.recorded_by != asker_ && !std::ranges::binary_search(hands_, fact.recorded_by))
    return false;
  return fact.denied == (own_ == Own::without_denials);
}

// At the present through Moment; at another moment, which is an end of a fact, time has no say.
bool Walker::holds(const Fact& fact, Instant at) {
  if (at == moment_.now()) return moment_.reached(fact.start) && !moment_.reached(fact.end);
  return fact.start <= at && at < fact.end;
}

// Whether the fact counts now, and the moment at which it is to be weighed.
bool Walker::in_window(const Fact& fact, const WalkStep& step, Instant& weighed_at) {
  if (fact.start >= fact.end) return false;
  const bool begun = moment_.reached(fact.start);
  const bool over = moment_.reached(fact.end);
  weighed_at = moment_.now();
  if (begun && !over) return true;
  if (!step.around) return false;
  if (!begun) {
    weighed_at = fact.start;
    return moment_.reached(zone_.shift(fact.start, step.around->lead, true));
  }
  weighed_at = fact.end - tick;
  return !moment_.reached(zone_.shift(fact.end, step.around->lag, false));
}

// Whether a later fact of the same source about the edge holds at that moment.
bool Walker::superseded(const Edge& edge, FactId id, Instant at) {
  const Fact fact = evidence_.fact(id);
  for (FactId later = edge.newest; later != id; later = evidence_.fact(later).older) {
    if (!charge()) return true;
    const Fact other = evidence_.fact(later);
    if (same_source(other, fact) && !left_out(other) && holds(other, at)) return true;
  }
  return false;
}

// Whether a denial counts at that moment, of another source than `besides`.
bool Walker::denied_at(const Edge& edge, const WalkStep& step, const Fact* besides, Instant at) {
  for (FactId id = edge.newest; id != FactId::none; id = evidence_.fact(id).older) {
    if (!charge()) return false;
    const Fact fact = evidence_.fact(id);
    if (!fact.denied || left_out(fact)) continue;
    if (!step.any_value && fact.value != WordId::none && fact.value != step.value) continue;
    if (besides != nullptr && same_source(fact, *besides)) continue;
    if (holds(fact, at) && !superseded(edge, id, at)) return true;
  }
  return false;
}

Walker::Weight Walker::weigh(const Edge& edge, const WalkStep& step) {
  Weight best;
  for (FactId id = edge.newest; id != FactId::none; id = evidence_.fact(id).older) {
    if (!charge()) return {};
    const Fact fact = evidence_.fact(id);
    if (fact.denied || left_out(fact)) continue;
    if (!step.any_value && fact.value != step.value) continue;
    Instant at;
    if (!in_window(fact, step, at) || superseded(edge, id, at)) continue;
    const Truth value = denied_at(edge, step, &fact, at) ? Truth::conflicting : Truth::yes;
    if (value > best.value) best = {.value = value, .denied = false, .fact = id};
    if (value == Truth::yes) return best;
  }
  if (best.value == Truth::no) best.denied = denied_at(edge, step, nullptr, moment_.now());
  return best;
}

bool Walker::fresh(const Freshness& freshness) {
  if (freshness.own) return true;
  const auto last = evidence_.last_heartbeat(freshness.feed);
  return last && !moment_.reached(*last + freshness.stale_after);
}

bool Walker::allows(const WalkStep& step, NodeId to) const {
  if (!step.to || step.to->whole_type) return true;
  return std::ranges::find(step.to->ids, to) != step.to->ids.end();
}

Edges Walker::edges(const WalkStep& step, NodeId node, bool forward) const {
  return step.inverse == forward ? evidence_.edges_to(node, step.relation)
                                 : evidence_.edges_from(node, step.relation);
}

EdgeId Walker::next(const WalkStep& step, EdgeId id, bool forward) const {
  const Edge edge = evidence_.edge(id);
  return step.inverse == forward ? edge.next_of_to : edge.next_of_from;
}

NodeId Walker::far_end(const WalkStep& step, const Edge& edge, bool forward) const {
  return step.inverse == forward ? edge.from : edge.to;
}

void Walker::finish(std::size_t at, const Weight& weight, Truth so_far) {
  const Truth value = both(so_far, weight.value);
  if (value <= best_) return;
  trace_[at] = weight.fact;
  best_ = value;
  best_trace_ = trace_;
}

// Walks over facts that are there, steps first to last, from a to b; the best is kept in best_.
void Walker::present(std::size_t first, std::size_t last, NodeId a, std::optional<NodeId> b,
                     Truth so_far) {
  if (so_far <= best_ || !charge()) return;
  const WalkStep& step = steps_[first];
  if (first == last && b) {
    const NodeId from = step.inverse ? *b : a;
    const NodeId to = step.inverse ? a : *b;
    const EdgeId edge = evidence_.find_edge(step.relation, from, to);
    if (edge != EdgeId::none && allows(step, to))
      finish(first, weigh(evidence_.edge(edge), step), so_far);
    return;
  }
  // From whichever side has fewer ways to go.
  const bool forward = !b || edges(step, a, true).count <= edges(steps_[last], *b, false).count;
  expand(first, last, a, b, so_far, forward);
}

void Walker::expand(std::size_t first, std::size_t last, NodeId a, std::optional<NodeId> b,
                    Truth so_far, bool forward) {
  const std::size_t at = forward ? first : last;
  const WalkStep& step = steps_[at];
  const NodeId from = forward ? a : *b;
  for (EdgeId id = edges(step, from, forward).first; id != EdgeId::none;
       id = next(step, id, forward)) {
    const Edge edge = evidence_.edge(id);
    if (!allows(step, edge.to)) continue;
    const Weight weight = weigh(edge, step);
    if (failed()) return;
    if (first == last) {
      finish(at, weight, so_far);
    } else if (weight.value != Truth::no) {
      trace_[at] = weight.fact;
      const NodeId middle = far_end(step, edge, forward);
      const Truth value = both(so_far, weight.value);
      if (forward) {
        present(first + 1, last, middle, b, value);
      } else {
        present(first, last - 1, a, middle, value);
      }
    }
    if (best_ >= so_far) return;
  }
}

bool Walker::possible_edge(const WalkStep& step, NodeId a, NodeId b) {
  const NodeId from = step.inverse ? b : a;
  const NodeId to = step.inverse ? a : b;
  if (!charge() || !allows(step, to)) return false;
  if (from != NodeId::unnamed && to != NodeId::unnamed) {
    const EdgeId edge = evidence_.find_edge(step.relation, from, to);
    if (edge != EdgeId::none) {
      const Weight weight = weigh(evidence_.edge(edge), step);
      if (weight.value != Truth::no || weight.denied) return weight.value != Truth::no;
    }
  }
  return !fresh(step.freshness);
}

// One step from a to any node whatever.
bool Walker::possible_end(const WalkStep& step, NodeId a) {
  if (possible_edge(step, a, NodeId::unnamed)) return true;
  if (!step.inverse && step.to && !fresh(step.freshness)) {
    for (const NodeId id : step.to->ids) {
      if (possible_edge(step, a, id)) return true;
    }
  }
  for (EdgeId id = edges(step, a, true).first; id != EdgeId::none; id = next(step, id, true)) {
    const Edge edge = evidence_.edge(id);
    if (!charge()) return false;
    if (allows(step, edge.to) && weigh(edge, step).value != Truth::no) return true;
  }
  return false;
}

bool Walker::possible_over(std::size_t first, std::size_t last, NodeId a, std::optional<NodeId> b,
                           bool forward) {
  const WalkStep& step = steps_[forward ? first : last];
  const NodeId from = forward ? a : *b;
  for (EdgeId id = edges(step, from, forward).first; id != EdgeId::none;
       id = next(step, id, forward)) {
    const Edge edge = evidence_.edge(id);
    if (!charge()) return false;
    if (!allows(step, edge.to) || weigh(edge, step).value == Truth::no) continue;
    const NodeId middle = far_end(step, edge, forward);
    if (forward ? possible(first + 1, last, middle, b) : possible(first, last - 1, a, middle))
      return true;
  }
  return false;
}

// Whether some walk has no false edge, counting what silent feeds may have to tell.
bool Walker::possible(std::size_t first, std::size_t last, NodeId a, std::optional<NodeId> b) {
  if (!charge()) return false;
  const WalkStep& step = steps_[first];
  if (first == last) return b ? possible_edge(step, a, *b) : possible_end(step, a);
  if (fresh(step.freshness)) return possible_over(first, last, a, b, true);
  if (b && fresh(steps_[last].freshness)) return possible_over(first, last, a, b, false);
  // Both ends are silent: any node of the type may lie between, first of all one that nobody named.
  if (possible_edge(step, a, NodeId::unnamed) && possible(first + 1, last, NodeId::unnamed, b))
    return true;
  for (const NodeId middle : evidence_.nodes_of(step.reached)) {
    if (possible_edge(step, a, middle) && possible(first + 1, last, middle, b)) return true;
    if (failed()) return false;
  }
  return false;
}

Truth Walker::along(const Alternative& path, Subject start, std::optional<Subject> end, Own own) {
  best_trace_.fill(FactId::none);
  if (!start.present || (end && !end->present)) return Truth::no;
  if (path.steps.empty()) {
    return truth(!end || (start.node == end->node && start.node != NodeId::unnamed));
  }
  MUST(path.steps.size() <= limits::path_steps_max);
  own_ = own;
  steps_ = path.steps.data();
  best_ = Truth::no;
  const std::size_t last = path.steps.size() - 1;
  const auto target = end ? std::optional{end->node} : std::nullopt;
  present(0, last, start.node, target, Truth::yes);
  if (best_ != Truth::no) return best_;
  const bool silent =
      std::ranges::any_of(path.steps, [&](const WalkStep& step) { return !fresh(step.freshness); });
  return silent && possible(0, last, start.node, target) ? Truth::unknown : Truth::no;
}

Truth Walker::flag(const WalkStep& step, Subject patient, Own own) {
  best_trace_[0] = FactId::none;
  if (!patient.present) return Truth::no;
  own_ = own;
  const EdgeId edge = evidence_.find_edge(step.relation, patient.node, patient.node);
  if (edge != EdgeId::none) {
    const Weight weight = weigh(evidence_.edge(edge), step);
    best_trace_[0] = weight.fact;
    if (weight.value != Truth::no || weight.denied) return weight.value;
  }
  return fresh(step.freshness) ? Truth::no : Truth::unknown;
}

}  // namespace halligan::policy
