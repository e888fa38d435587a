#include "core/policy/evidence.h"

#include <algorithm>

#include "base/must.h"

namespace halligan::policy {
namespace {

template <class Id>
constexpr std::size_t at(Id id) {
  return static_cast<std::size_t>(id);
}

}  // namespace

Evidence::Evidence() : words_{""} {}

TypeId Evidence::type(std::string_view name) {
  if (const auto known = find_type(name)) return *known;
  types_.push_back({.name = std::string(name), .by_id = {}, .nodes = {}});
  return TypeId{static_cast<std::uint32_t>(types_.size() - 1)};
}

std::optional<TypeId> Evidence::find_type(std::string_view name) const {
  for (std::size_t i = 0; i < types_.size(); ++i) {
    if (types_[i].name == name) return TypeId{static_cast<std::uint32_t>(i)};
  }
  return std::nullopt;
}

WordId Evidence::word(std::string_view text) {
  if (text.empty()) return WordId::none;
  const auto known = word_ids_.find(text);
  if (known != word_ids_.end()) return known->second;
  const WordId id{static_cast<std::uint32_t>(words_.size())};
  words_.emplace_back(text);
  word_ids_.emplace(text, id);
  return id;
}

WordId Evidence::find_word(std::string_view text) const {
  const auto known = word_ids_.find(text);
  return known == word_ids_.end() ? WordId::none : known->second;
}

NodeId Evidence::intern(std::string_view type_name, std::string_view id) {
  return intern(type(type_name), id);
}

NodeId Evidence::intern(TypeId type, std::string_view id) {
  MUST(!id.empty());
  auto& table = types_[at(type)];
  const auto known = table.by_id.find(id);
  if (known != table.by_id.end()) return known->second;
  const NodeId node{static_cast<std::uint32_t>(nodes_.size())};
  MUST(node != NodeId::unnamed);
  nodes_.push_back({.type = type, .recorder = false, .id = std::string(id), .links = {}});
  table.by_id.emplace(std::string(id), node);
  table.nodes.push_back(node);
  return node;
}

NodeId Evidence::find(std::string_view type_name, std::string_view id) const {
  const auto type = find_type(type_name);
  return type ? find(*type, id) : NodeId::unnamed;
}

NodeId Evidence::find(TypeId type, std::string_view id) const {
  const auto& table = types_[at(type)];
  const auto known = table.by_id.find(id);
  return known == table.by_id.end() ? NodeId::unnamed : known->second;
}

Edges Evidence::edges_at(NodeId node, WordId relation, bool incoming) const {
  if (node == NodeId::unnamed) return {};
  for (const auto& link : nodes_[at(node)].links) {
    if (link.relation == relation && link.incoming == incoming) return link.edges;
  }
  return {};
}

Evidence::Link& Evidence::link(NodeId node, WordId relation, bool incoming) {
  auto& links = nodes_[at(node)].links;
  for (auto& link : links) {
    if (link.relation == relation && link.incoming == incoming) return link;
  }
  return links.emplace_back(Link{.relation = relation, .incoming = incoming, .edges = {}});
}

EdgeId Evidence::find_edge(WordId relation, NodeId from, NodeId to) const {
  if (edges_at(from, relation, false).count == 0)
    return EdgeId::none;  // mostly so, and nearer than the map
  const auto known = edge_ids_.find({relation, from, to});
  return known == edge_ids_.end() ? EdgeId::none : known->second;
}

EdgeId Evidence::edge_for(WordId relation, NodeId from, NodeId to) {
  const auto known = find_edge(relation, from, to);
  if (known != EdgeId::none) return known;
  const EdgeId id{static_cast<std::uint32_t>(edges_.size())};
  auto& outgoing = link(from, relation, false);
  Edge edge{.relation = relation, .from = from, .to = to};
  edge.next_of_from = outgoing.edges.first;
  outgoing.edges = {.first = id, .count = outgoing.edges.count + 1};
  auto& incoming = link(to, relation, true);
  edge.next_of_to = incoming.edges.first;
  incoming.edges = {.first = id, .count = incoming.edges.count + 1};
  edges_.push_back(edge);
  edge_ids_.emplace(EdgeKey{relation, from, to}, id);
  return id;
}

FactId Evidence::add(const NewFact& fact) {
  MUST(!fact.relation.empty() && fact.from != NodeId::unnamed && fact.to != NodeId::unnamed);
  const EdgeId edge = edge_for(word(fact.relation), fact.from, fact.to);
  const FactId id{static_cast<std::uint32_t>(facts_.size())};
  facts_.push_back({.edge = edge,
                    .older = edges_[at(edge)].newest,
                    .start = fact.start,
                    .end = fact.end,
                    .value = word(fact.value),
                    .feed = word(fact.feed),
                    .recorded_by = fact.recorded_by,
                    .denied = fact.denied,
                    .gone = false,
                    .entry = fact.entry});
  edges_[at(edge)].newest = id;
  if (fact.recorded_by != NodeId::unnamed) nodes_[at(fact.recorded_by)].recorder = true;
  return id;
}

void Evidence::end(FactId fact, Instant when) {
  auto& held = facts_[at(fact)];
  held.end = std::min(held.end, when);
}

void Evidence::heartbeat(std::string_view feed, Instant when) {
  const std::size_t place = at(word(feed));
  if (heartbeats_.size() <= place) heartbeats_.resize(place + 1, far_past);
  heartbeats_[place] = std::max(heartbeats_[place], when);
}

void Evidence::forget(NodeId node) {
  auto& held = nodes_[at(node)];
  bool named_by_others = false;
  for (const auto& link : held.links) {
    for (EdgeId e = link.edges.first; e != EdgeId::none;) {
      const auto& edge = edges_[at(e)];
      const bool own = edge.to == node || type_of(edge.to) != held.type;
      for (FactId f = edge.newest; f != FactId::none; f = facts_[at(f)].older) {
        auto& fact = facts_[at(f)];
        if (!own) {
          named_by_others = named_by_others || !fact.gone;
          continue;
        }
        fact.gone = true;
        fact.start = fact.end = far_past;  // holds never
      }
      e = link.incoming ? edge.next_of_to : edge.next_of_from;
    }
  }
  if (named_by_others) return;
  auto& table = types_[at(held.type)];
  table.by_id.erase(held.id);
  std::erase(table.nodes, node);
  held.id.clear();
}

std::optional<Instant> Evidence::last_heartbeat(WordId feed) const {
  if (at(feed) >= heartbeats_.size() || heartbeats_[at(feed)] == far_past) return std::nullopt;
  return heartbeats_[at(feed)];
}

bool Evidence::has_recorded(NodeId staff) const {
  return staff != NodeId::unnamed && nodes_[at(staff)].recorder;
}

const std::string& Evidence::type_name(TypeId type) const { return types_[at(type)].name; }

std::span<const NodeId> Evidence::nodes_of(TypeId type) const { return types_[at(type)].nodes; }

std::string Evidence::text_of(NodeId node) const {
  return types_[at(type_of(node))].name + "/" + id_of(node);
}

std::string Evidence::text_of(FactId id) const {
  const auto& held = fact(id);
  const auto& link = edge(held.edge);
  std::string out = held.denied ? "not " : "";
  out += text_of(link.relation) + "(" + text_of(link.from);
  if (link.to != link.from) out += ", " + text_of(link.to);
  out += ")";
  if (held.value != WordId::none) out += "[" + text_of(held.value) + "]";
  return out;
}

std::vector<std::pair<std::string, Instant>> Evidence::heartbeats() const {
  std::vector<std::pair<std::string, Instant>> out;
  for (std::size_t i = 0; i < heartbeats_.size(); ++i)
    if (heartbeats_[i] != far_past) out.emplace_back(words_[i], heartbeats_[i]);
  std::sort(out.begin(), out.end());
  return out;
}

std::string Evidence::dump() const {
  std::string out;
  for (std::size_t i = 0; i < facts_.size(); ++i) {
    const auto& held = facts_[i];
    if (held.gone) continue;
    out += text_of(FactId{static_cast<std::uint32_t>(i)}) + " from " + to_text(held.start) +
           " until " + to_text(held.end);
    if (held.feed != WordId::none) out += " source " + text_of(held.feed);
    if (held.recorded_by != NodeId::unnamed) out += " by " + text_of(held.recorded_by);
    out += " entry " + std::to_string(held.entry) + "\n";
  }
  for (const auto& [feed, when] : heartbeats())
    out += "heartbeat " + feed + " " + to_text(when) + "\n";
  return out;
}

}  // namespace halligan::policy
