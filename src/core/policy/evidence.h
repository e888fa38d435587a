// evidence.h - the facts as the engine sees them: nodes, dated facts between them, heartbeats.
//
// The fold of the ledger calls add(), end(), heartbeat() and forget(); decisions only read. Node
// and word ids are dense and internal: they may differ between two evidences that hold the same
// facts, which dump() shows to be equal. INVARIANT: reading never changes it and never allocates.
// LIMITS: 2^31 nodes and facts, 2^26 words, 2^40 entries; a fact between known nodes takes 48 bytes
// of memory, and 16 more where it is the first of its relation at a node.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "core/policy/id_table.h"

namespace halligan::policy {

// A node by its place in the table. `unnamed` stands for one that no fact names.
enum class NodeId : std::uint32_t { unnamed = 0xffffffff };
enum class TypeId : std::uint32_t {};
// A word: name of a relation, coded value, feed, label, category. `none` is the empty one.
enum class WordId : std::uint32_t { none = 0 };
enum class FactId : std::uint32_t { none = 0xffffffff };
enum class EdgeId : std::uint32_t { none = 0xffffffff };

struct Fact {
  EdgeId edge = EdgeId::none;
  FactId older = FactId::none;  // the next older fact about the same edge
  Instant start = far_past;
  Instant end = far_future;
  WordId value = WordId::none;
  WordId feed = WordId::none;            // none: recorded by a person
  NodeId recorded_by = NodeId::unnamed;  // unnamed: by a feed
  bool denied = false;
  bool gone = false;        // forgotten
  std::uint64_t entry = 0;  // of the ledger, to name it by
};

struct Edge {
  WordId relation = WordId::none;
  NodeId from = NodeId::unnamed;
  NodeId to = NodeId::unnamed;
  FactId newest = FactId::none;
  EdgeId next_of_from = EdgeId::none;  // the next edge of this relation from the same node
  EdgeId next_of_to = EdgeId::none;
};

// The edges of one relation at one node, in one direction.
struct Edges {
  EdgeId first = EdgeId::none;
  std::uint32_t count = 0;
};

struct NewFact {
  std::string_view relation;
  NodeId from = NodeId::unnamed;
  NodeId to = NodeId::unnamed;
  bool denied = false;
  std::string_view value;
  Instant start = far_past;
  Instant end = far_future;
  std::string_view feed;
  NodeId recorded_by = NodeId::unnamed;
  std::uint64_t entry = 0;
};

class Evidence {
 public:
  Evidence();

  // Names. Interning twice gives the same id; find gives `unnamed`, none or nothing.
  TypeId type(std::string_view name);
  std::optional<TypeId> find_type(std::string_view name) const;
  WordId word(std::string_view text);
  WordId find_word(std::string_view text) const;
  NodeId intern(std::string_view type, std::string_view id);
  NodeId intern(TypeId type, std::string_view id);
  NodeId find(std::string_view type, std::string_view id) const;
  NodeId find(TypeId type, std::string_view id) const;

  // The relation runs between nodes that are interned.
  FactId add(const NewFact& fact);
  // The fact holds no longer than until `at`; it is never lengthened.
  void end(FactId fact, Instant at);
  // A feed was alive. A heartbeat older than the last one changes nothing.
  void heartbeat(std::string_view feed, Instant at);
  // Erases what was recorded as the node's own: facts of edges that run to it, and of edges from it
  // unless they run to another of its type, whose they are. Its id goes where nothing else names
  // it.
  void forget(NodeId node);

  // What decisions read.
  Fact fact(FactId id) const;
  Edge edge(EdgeId id) const;
  Edges edges_from(NodeId node, WordId relation) const { return edges_at(node, relation, false); }
  Edges edges_to(NodeId node, WordId relation) const { return edges_at(node, relation, true); }
  EdgeId find_edge(WordId relation, NodeId from, NodeId to) const;
  std::optional<Instant> last_heartbeat(WordId feed) const;
  bool has_recorded(NodeId staff) const;  // any fact at all
  TypeId type_of(NodeId node) const { return nodes_[static_cast<std::size_t>(node)].type; }
  const std::string& id_of(NodeId node) const { return nodes_[static_cast<std::size_t>(node)].id; }
  const std::string& type_name(TypeId type) const;
  const std::string& text_of(WordId word) const { return words_[static_cast<std::size_t>(word)]; }
  std::span<const NodeId> nodes_of(TypeId type) const;
  std::size_t fact_count() const { return facts_.size(); }
  std::vector<std::pair<std::string, Instant>> heartbeats() const;  // by feed

  std::string text_of(NodeId node) const;  // "team/cardio"
  // "referral(team/cardio, patient/p-1)", for explanations.
  std::string text_of(FactId fact) const;
  // Everything that decisions can depend on, in one canonical text.
  std::string dump() const;

 private:
  // An edge lies in its first fact: EdgeId and FactId of that one are the same number.
  struct Stored {
    std::uint32_t from : 31, denied : 1;
    std::uint32_t to : 31, gone : 1;
    std::uint32_t source : 31, by_feed : 1;  // a feed, or who recorded it
    std::uint32_t chain;         // of the first fact of an edge the newest, else the next older one
    std::uint32_t next_of_from;  // of the first fact; else the edge
    std::uint32_t next_of_to;
    std::uint64_t start : 49, relation_low : 15;  // milliseconds since far_past
    std::uint64_t end : 49, value_low : 15;
    std::uint64_t entry : 40, relation_high : 11, value_high : 11, is_edge : 1, : 1;
  };
  static_assert(sizeof(Stored) == 48);
  static WordId relation_of(const Stored& fact) {
    return WordId{static_cast<std::uint32_t>(fact.relation_high << 15 | fact.relation_low)};
  }
  // The edges of one relation at one node, in one direction; then those of the next relation.
  struct Link {
    std::uint32_t relation : 31, incoming : 1;
    Edges edges;
    std::uint32_t next;  // place in links_
  };
  struct Node {
    TypeId type{};
    bool recorder = false;
    std::uint32_t links = no_link;  // the first of them
    std::string id;
  };
  struct Type {
    std::string name;
    IdTable<NodeId> by_id;
    std::vector<NodeId> nodes;
  };
  static constexpr std::uint32_t no_link = 0xffffffff;
  static constexpr std::uint32_t near_max = 16;

  static Stored stored(const NewFact& fact, WordId relation, WordId value, WordId feed);
  static bool joins(const Stored& edge, WordId relation, NodeId from, NodeId to);
  Edges edges_at(NodeId node, WordId relation, bool incoming) const;
  Edges hang(NodeId node, WordId relation, bool incoming, EdgeId edge);
  void hang_edge(EdgeId id);
  void index_far(EdgeId first, bool incoming, WordId relation);
  EdgeId find_far(WordId relation, NodeId from, NodeId to) const;

  std::vector<Node> nodes_;
  std::vector<Type> types_;
  std::vector<Link> links_;
  std::vector<std::string> words_;
  std::map<std::string, WordId, std::less<>> word_ids_;
  std::vector<Stored> facts_;
  // INVARIANT: every edge of whose relation both ends have more than near_max. The others are found
  // along the shorter list.
  IdTable<EdgeId> far_edges_;
  std::vector<Instant> heartbeats_;  // by feed; far_past: never heard
};

inline Fact Evidence::fact(FactId id) const {
  const auto& held = facts_[static_cast<std::size_t>(id)];
  const auto moment = [](std::uint64_t since) {
    return far_past + Millis{static_cast<std::int64_t>(since)};
  };
  const auto source = static_cast<std::uint32_t>(held.source);
  constexpr std::uint32_t nobody = 0x7fffffff;
  return {.edge = held.is_edge ? EdgeId{static_cast<std::uint32_t>(id)} : EdgeId{held.next_of_from},
          .older = held.is_edge ? FactId::none : FactId{held.chain},
          .start = moment(held.start),
          .end = moment(held.end),
          .value = WordId{static_cast<std::uint32_t>(held.value_high << 15 | held.value_low)},
          .feed = held.by_feed ? WordId{source} : WordId::none,
          .recorded_by = held.by_feed || source == nobody ? NodeId::unnamed : NodeId{source},
          .denied = held.denied != 0,
          .gone = held.gone != 0,
          .entry = held.entry};
}

inline Edge Evidence::edge(EdgeId id) const {
  const auto& held = facts_[static_cast<std::size_t>(id)];
  return {.relation = relation_of(held),
          .from = NodeId{held.from},
          .to = NodeId{held.to},
          .newest = FactId{held.chain},
          .next_of_from = EdgeId{held.next_of_from},
          .next_of_to = EdgeId{held.next_of_to}};
}

inline Edges Evidence::edges_at(NodeId node, WordId relation, bool incoming) const {
  if (node == NodeId::unnamed) return {};
  for (auto place = nodes_[static_cast<std::size_t>(node)].links; place != no_link;
       place = links_[place].next) {
    const auto& link = links_[place];
    if (link.relation == static_cast<std::size_t>(relation) && link.incoming == (incoming ? 1 : 0))
      return link.edges;
  }
  return {};
}

inline EdgeId Evidence::find_edge(WordId relation, NodeId from, NodeId to) const {
  const Edges out = edges_at(from, relation, false);
  if (out.count == 0) return EdgeId::none;
  const Edges in = edges_at(to, relation, true);
  const bool forward = out.count <= in.count;
  if (std::min(out.count, in.count) > near_max) return find_far(relation, from, to);
  for (EdgeId id = forward ? out.first : in.first; id != EdgeId::none;) {
    const auto& held = facts_[static_cast<std::size_t>(id)];
    if (forward ? held.to == static_cast<std::size_t>(to)
                : held.from == static_cast<std::size_t>(from))
      return id;
    id = EdgeId{forward ? held.next_of_from : held.next_of_to};
  }
  return EdgeId::none;
}

inline std::optional<Instant> Evidence::last_heartbeat(WordId feed) const {
  if (static_cast<std::size_t>(feed) >= heartbeats_.size() ||
      heartbeats_[static_cast<std::size_t>(feed)] == far_past)
    return std::nullopt;
  return heartbeats_[static_cast<std::size_t>(feed)];
}

inline bool Evidence::has_recorded(NodeId staff) const {
  return staff != NodeId::unnamed && nodes_[static_cast<std::size_t>(staff)].recorder;
}

}  // namespace halligan::policy
