#include "core/policy/evidence.h"

#include <algorithm>
#include <utility>

#include "base/must.h"

namespace halligan::policy {
namespace {

template <class Id>
constexpr std::size_t at(Id id) {
  return static_cast<std::size_t>(id);
}

// Grows by an eighth: these are most of the memory, and doubling would leave half of it unused.
template <class T>
void push(std::vector<T>& list, const T& item) {
  if (list.size() == list.capacity()) list.reserve(list.size() + list.size() / 8 + 64);
  list.push_back(item);
}

std::uint64_t hash_of(WordId relation, NodeId from, NodeId to) {
  const auto ends = static_cast<std::uint64_t>(from) << 32 | static_cast<std::uint64_t>(to);
  return (ends * 0x9e3779b97f4a7c15ULL) ^
         (static_cast<std::uint64_t>(relation) * 0xc2b2ae3d27d4eb4fULL);
}

std::uint64_t since_far_past(Instant at) {
  return static_cast<std::uint64_t>((std::clamp(at, far_past, far_future) - far_past).count());
}
static_assert((far_future - far_past).count() < std::int64_t{1} << 49);

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
  MUST(words_.size() < std::size_t{1} << 26);
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
  if (const auto known = find(type, id); known != NodeId::unnamed) return known;
  MUST(nodes_.size() < 0x7fffffff);
  const NodeId node{static_cast<std::uint32_t>(nodes_.size())};
  nodes_.push_back({.type = type, .recorder = false, .links = no_link, .id = std::string(id)});
  auto& table = types_[at(type)];
  table.by_id.insert(hash_of(id), node);
  table.nodes.push_back(node);
  return node;
}

NodeId Evidence::find(std::string_view type_name, std::string_view id) const {
  const auto type = find_type(type_name);
  return type ? find(*type, id) : NodeId::unnamed;
}

NodeId Evidence::find(TypeId type, std::string_view id) const {
  return types_[at(type)].by_id.find(hash_of(id), NodeId::unnamed,
                                     [&](NodeId node) { return nodes_[at(node)].id == id; });
}

// Puts the edge first among its like at the node; gives what there is now.
Edges Evidence::hang(NodeId node, WordId relation, bool incoming, EdgeId edge) {
  auto place = nodes_[at(node)].links;
  while (place != no_link &&
         (links_[place].relation != at(relation) || links_[place].incoming != (incoming ? 1 : 0)))
    place = links_[place].next;
  if (place == no_link) {
    place = static_cast<std::uint32_t>(links_.size());
    Link fresh{};
    fresh.relation = static_cast<std::uint32_t>(relation) & 0x7fffffff;
    fresh.incoming = incoming ? 1 : 0;
    fresh.next = std::exchange(nodes_[at(node)].links, place);
    push(links_, fresh);
  }
  auto& edges = links_[place].edges;
  auto& record = facts_[at(edge)];
  (incoming ? record.next_of_to : record.next_of_from) = static_cast<std::uint32_t>(edges.first);
  edges = {.first = edge, .count = edges.count + 1};
  return edges;
}

bool Evidence::joins(const Stored& edge, WordId relation, NodeId from, NodeId to) {
  return edge.from == at(from) && edge.to == at(to) && relation_of(edge) == relation;
}

EdgeId Evidence::find_far(WordId relation, NodeId from, NodeId to) const {
  return far_edges_.find(hash_of(relation, from, to), EdgeId::none,
                         [&](EdgeId id) { return joins(facts_[at(id)], relation, from, to); });
}

void Evidence::hang_edge(EdgeId id) {
  const Edge edge = this->edge(id);
  const Edges out = hang(edge.from, edge.relation, false, id);
  const Edges in = hang(edge.to, edge.relation, true, id);
  // From here on such an end is far: its older edges to other far ends become so with it.
  if (out.count == near_max + 1) index_far(out.first, false, edge.relation);
  if (in.count == near_max + 1) index_far(in.first, true, edge.relation);
  if (out.count > near_max + 1 && in.count > near_max + 1)
    far_edges_.insert(hash_of(edge.relation, edge.from, edge.to), id);
}

void Evidence::index_far(EdgeId first, bool incoming, WordId relation) {
  for (EdgeId id = first; id != EdgeId::none;) {
    const Edge edge = this->edge(id);
    const NodeId other = incoming ? edge.from : edge.to;
    if (edges_at(other, relation, !incoming).count > near_max &&
        find_far(relation, edge.from, edge.to) == EdgeId::none)
      far_edges_.insert(hash_of(relation, edge.from, edge.to), id);
    id = incoming ? edge.next_of_to : edge.next_of_from;
  }
}

Evidence::Stored Evidence::stored(const NewFact& fact, WordId relation, WordId value, WordId feed) {
  const auto low = [](WordId word) { return static_cast<std::uint64_t>(word) & 0x7fff; };
  const auto high = [](WordId word) { return static_cast<std::uint64_t>(word) >> 15 & 0x7ff; };
  MUST(fact.entry < std::uint64_t{1} << 40);
  Stored out{};
  out.from = static_cast<std::uint32_t>(fact.from) & 0x7fffffff;
  out.to = static_cast<std::uint32_t>(fact.to) & 0x7fffffff;
  out.denied = fact.denied ? 1 : 0;
  out.by_feed = feed != WordId::none ? 1 : 0;
  out.source = (out.by_feed ? static_cast<std::uint32_t>(feed)
                            : static_cast<std::uint32_t>(fact.recorded_by)) &
               0x7fffffff;
  out.start = since_far_past(fact.start) & 0x1ffffffffffff;
  out.end = since_far_past(fact.end) & 0x1ffffffffffff;
  out.entry = fact.entry & 0xffffffffff;
  out.relation_low = low(relation) & 0x7fff;
  out.relation_high = high(relation) & 0x7ff;
  out.value_low = low(value) & 0x7fff;
  out.value_high = high(value) & 0x7ff;
  return out;
}

FactId Evidence::add(const NewFact& fact) {
  MUST(!fact.relation.empty() && fact.from != NodeId::unnamed && fact.to != NodeId::unnamed);
  MUST(facts_.size() < 0x7fffffff);
  const WordId relation = word(fact.relation);
  const auto id = static_cast<std::uint32_t>(facts_.size());
  const EdgeId known = find_edge(relation, fact.from, fact.to);
  auto record = stored(fact, relation, word(fact.value), word(fact.feed));
  record.is_edge = known == EdgeId::none ? 1 : 0;
  if (record.is_edge) {
    record.chain = id;
  } else {
    record.next_of_from = static_cast<std::uint32_t>(known);
    record.chain = std::exchange(facts_[at(known)].chain, id);
  }
  push(facts_, record);
  if (record.is_edge) hang_edge(EdgeId{id});
  if (fact.recorded_by != NodeId::unnamed) nodes_[at(fact.recorded_by)].recorder = true;
  return FactId{id};
}

void Evidence::end(FactId fact, Instant when) {
  auto& held = facts_[at(fact)];
  held.end = std::min<std::uint64_t>(held.end, since_far_past(when)) & 0x1ffffffffffff;
}

void Evidence::heartbeat(std::string_view feed, Instant when) {
  const std::size_t place = at(word(feed));
  if (heartbeats_.size() <= place) heartbeats_.resize(place + 1, far_past);
  heartbeats_[place] = std::max(heartbeats_[place], when);
}

void Evidence::forget(NodeId node) {
  auto& held = nodes_[at(node)];
  bool named_by_others = false;
  for (auto place = held.links; place != no_link; place = links_[place].next) {
    const auto& link = links_[place];
    for (EdgeId e = link.edges.first; e != EdgeId::none;) {
      const Edge edge = this->edge(e);
      const bool own = edge.to == node || type_of(edge.to) != held.type;
      for (FactId f = edge.newest; f != FactId::none; f = fact(f).older) {
        auto& record = facts_[at(f)];
        if (!own) {
          named_by_others = named_by_others || record.gone == 0;
          continue;
        }
        record.gone = 1;
        record.start = record.end = 0;  // holds never
      }
      e = link.incoming ? edge.next_of_to : edge.next_of_from;
    }
  }
  if (named_by_others) return;
  auto& table = types_[at(held.type)];
  table.by_id.erase(hash_of(held.id), node);
  std::erase(table.nodes, node);
  held.id.clear();
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
    const FactId id{static_cast<std::uint32_t>(i)};
    const Fact held = fact(id);
    if (held.gone) continue;
    out += text_of(id) + " from " + to_text(held.start) + " until " + to_text(held.end);
    if (held.feed != WordId::none) out += " source " + text_of(held.feed);
    if (held.recorded_by != NodeId::unnamed) out += " by " + text_of(held.recorded_by);
    out += " entry " + std::to_string(held.entry) + "\n";
  }
  for (const auto& [feed, when] : heartbeats())
    out += "heartbeat " + feed + " " + to_text(when) + "\n";
  return out;
}

}  // namespace halligan::policy
