// evidence.h - the facts as the engine sees them: nodes, dated facts between them, heartbeats.
//
// The fold of the ledger calls add(), end(), heartbeat() and forget(); decisions only read. Node
// and word ids are dense and internal: they may differ between two evidences that hold the same
// facts, which dump() shows to be equal. INVARIANT: reading never changes it and never allocates.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"

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
  const Fact& fact(FactId id) const { return facts_[static_cast<std::size_t>(id)]; }
  const Edge& edge(EdgeId id) const { return edges_[static_cast<std::size_t>(id)]; }
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
  std::size_t node_count() const { return nodes_.size(); }
  std::vector<std::pair<std::string, Instant>> heartbeats() const;  // by feed

  std::string text_of(NodeId node) const;  // "team/cardio"
  // "referral(team/cardio, patient/p-1)", for explanations.
  std::string text_of(FactId fact) const;
  // Everything that decisions can depend on, in one canonical text.
  std::string dump() const;

 private:
  struct Link {
    WordId relation;
    bool incoming;
    Edges edges;
  };
  struct Node {
    TypeId type{};
    bool recorder = false;
    std::string id;
    std::vector<Link> links;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Type {
    std::string name;
    boost::unordered_flat_map<std::string, NodeId, TextHash, std::equal_to<>> by_id;
    std::vector<NodeId> nodes;
  };
  struct EdgeKey {
    WordId relation;
    NodeId from;
    NodeId to;
    friend bool operator==(const EdgeKey&, const EdgeKey&) = default;
  };
  struct EdgeHash {
    std::size_t operator()(const EdgeKey& key) const noexcept {
      const auto ends =
          (static_cast<std::uint64_t>(key.from) << 32) | static_cast<std::uint64_t>(key.to);
      return (ends * 0x9e3779b97f4a7c15ULL) ^
             (static_cast<std::uint64_t>(key.relation) * 0xc2b2ae3d27d4eb4fULL);
    }
  };

  Edges edges_at(NodeId node, WordId relation, bool incoming) const;
  Link& link(NodeId node, WordId relation, bool incoming);
  EdgeId edge_for(WordId relation, NodeId from, NodeId to);

  std::vector<Node> nodes_;
  std::vector<Type> types_;
  std::vector<std::string> words_;
  std::map<std::string, WordId, std::less<>> word_ids_;
  std::vector<Fact> facts_;
  std::vector<Edge> edges_;
  boost::unordered_flat_map<EdgeKey, EdgeId, EdgeHash> edge_ids_;
  std::vector<Instant> heartbeats_;  // by feed; far_past: never heard
};

}  // namespace halligan::policy
