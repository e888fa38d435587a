// walk.h - the value of a compiled path over the evidence: four-valued, bounded, without
// allocating.
//
// Spec: spec/policy-language.md section 3. Every comparison with the present goes through Moment,
// which remembers when it would turn out otherwise.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/limits.h"
#include "core/policy/evidence.h"
#include "core/policy/zone.h"

namespace halligan::policy {

enum class Truth : std::uint8_t { no = 0, unknown, conflicting, yes };

constexpr Truth both(Truth a, Truth b) { return std::min(a, b); }
constexpr Truth either(Truth a, Truth b) { return std::max(a, b); }
constexpr Truth truth(bool value) { return value ? Truth::yes : Truth::no; }
// Exchanges yes and no, keeps the other two.
constexpr Truth swapped(Truth value) {
  if (value == Truth::yes) return Truth::no;
  if (value == Truth::no) return Truth::yes;
  return value;
}

// The present, and the next moment at which any question asked of it would be answered otherwise.
class Moment {
 public:
  explicit Moment(Instant now) : now_(now) {}
  Instant now() const { return now_; }
  Instant until() const { return until_; }
  bool reached(Instant bound) {
    if (bound <= now_) return true;
    until_ = std::min(until_, bound);
    return false;
  }

 private:
  Instant now_;
  Instant until_ = far_future;
};

// ---- Compiled form.

struct Freshness {
  bool own = true;  // no feed: what is absent is false
  WordId feed = WordId::none;
  Millis stale_after{0};
  bool operator==(const Freshness&) const = default;
};

struct NodeSet {  // the `to` ends that r(place) allows
  std::vector<NodeId> ids;
  bool whole_type = false;  // the type of the end is a kind of the place
  bool operator==(const NodeSet&) const = default;
};

enum class SessionStep : std::uint8_t { none, focus, department, application };

struct WalkStep {
  WordId relation = WordId::none;
  bool inverse = false;
  Freshness freshness;
  std::optional<NodeSet> to;
  WordId value = WordId::none;
  bool any_value = true;
  std::optional<ast::Around> around;
  TypeId reached{};  // type of the node after this step
  bool operator==(const WalkStep&) const = default;
};

struct Alternative {
  SessionStep session = SessionStep::none;  // taken before the steps
  std::string session_value;                // the id it must have; empty: any
  std::vector<WalkStep> steps;              // may be empty after a session step
  bool operator==(const Alternative&) const = default;
};

enum class PathEnd : std::uint8_t { anywhere, patient, item };

struct WalkPath {
  ast::Start start = ast::Start::staff;
  PathEnd end = PathEnd::anywhere;
  std::vector<Alternative> alternatives;
  bool operator==(const WalkPath&) const = default;
};

// ---- Evaluation.

// Somebody or something in a question: absent, there without any facts, or a node.
struct Subject {
  bool present = false;
  NodeId node = NodeId::unnamed;
  static Subject of(NodeId node) { return {.present = true, .node = node}; }
};

// Which of the asker's own facts are left out.
enum class Own : std::uint8_t { all, without_assertions, without_denials };

using Trace = std::array<FactId, limits::path_steps_max>;

class Walker {
 public:
  // `hands`: in order; what they recorded is the asker's own.
  Walker(const Evidence& evidence, const Zone& zone, Moment& moment, NodeId asker,
         std::span<const NodeId> hands)
      : evidence_(evidence), zone_(zone), moment_(moment), asker_(asker), hands_(hands) {}

  // From `start` to `end`, or to anywhere.
  Truth along(const Alternative& path, Subject start, std::optional<Subject> end, Own own);
  // One edge from a node to itself: a flag.
  Truth flag(const WalkStep& step, Subject patient, Own own);

  // The facts of the best walk of the last call, in the order of the path; none where unknown.
  const Trace& trace() const { return best_trace_; }
  // True once a bound was passed: every value since is void.
  bool failed() const { return left_ == 0; }

 private:
  struct Weight {
    Truth value = Truth::no;
    bool denied = false;  // explicitly: no feed makes it unknown
    FactId fact = FactId::none;
  };

  bool charge();
  bool left_out(const Fact& fact) const;
  bool holds(const Fact& fact, Instant at);
  bool in_window(const Fact& fact, const WalkStep& step, Instant& weighed_at);
  bool superseded(const Edge& edge, FactId fact, Instant at);
  bool denied_at(const Edge& edge, const WalkStep& step, const Fact* besides, Instant at);
  Weight weigh(const Edge& edge, const WalkStep& step);
  bool fresh(const Freshness& freshness);
  bool allows(const WalkStep& step, NodeId to) const;

  Edges edges(const WalkStep& step, NodeId node, bool forward) const;
  EdgeId next(const WalkStep& step, EdgeId edge, bool forward) const;
  NodeId far_end(const WalkStep& step, const Edge& edge, bool forward) const;

  void present(std::size_t first, std::size_t last, NodeId a, std::optional<NodeId> b,
               Truth so_far);
  void expand(std::size_t first, std::size_t last, NodeId a, std::optional<NodeId> b, Truth so_far,
              bool forward);
  void finish(std::size_t at, const Weight& weight, Truth so_far);
  bool possible(std::size_t first, std::size_t last, NodeId a, std::optional<NodeId> b);
  bool possible_edge(const WalkStep& step, NodeId a, NodeId b);
  bool possible_end(const WalkStep& step, NodeId a);
  bool possible_over(std::size_t first, std::size_t last, NodeId a, std::optional<NodeId> b,
                     bool forward);

  const Evidence& evidence_;
  const Zone& zone_;
  Moment& moment_;
  NodeId asker_;
  std::span<const NodeId> hands_;
  Own own_ = Own::all;
  const WalkStep* steps_ = nullptr;
  Truth best_ = Truth::no;
  Trace trace_{};
  Trace best_trace_{};
  std::size_t left_ = limits::path_nodes_max;
};

}  // namespace halligan::policy
