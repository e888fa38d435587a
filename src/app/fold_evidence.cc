#include "app/fold_evidence.h"

namespace halligan::app {
namespace {

policy::NodeId node(policy::Evidence& evidence, std::string_view text) {
  const auto [type, id] = split_node(text);
  return evidence.intern(type, id);
}

policy::NodeId recorder(policy::Evidence& evidence, const StaffId& staff,
                        const std::string& source) {
  // What comes by a feed is the feed's word, whoever carried it.
  if (!source.empty() || staff.empty()) return policy::NodeId::unnamed;
  return evidence.intern("staff", staff.text());
}

// Ends every fact of this source about the edge. A feed ends what the feed said; a person ends
// whatever people recorded.
void end_edge(policy::Evidence& evidence, std::string_view relation, policy::NodeId from,
              policy::NodeId to, const std::string& source, Instant at) {
  const auto edge = evidence.find_edge(evidence.word(relation), from, to);
  if (edge == policy::EdgeId::none) return;
  const auto feed = source.empty() ? policy::WordId::none : evidence.word(source);
  for (auto id = evidence.edge(edge).newest; id != policy::FactId::none;
       id = evidence.fact(id).older)
    if (evidence.fact(id).feed == feed && evidence.fact(id).end > at) evidence.end(id, at);
}

}  // namespace

NodeText split_node(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  return {.type = text.substr(0, slash), .id = text.substr(slash + 1)};
}

NodeText place_node(const PlaceId& place) {
  const auto node = split_node(place.text());
  return node.type.empty() ? NodeText{.type = "unit", .id = place.text()} : node;
}

void fold(policy::Evidence& evidence, const facts::RelationRecorded& fact, EntryIndex index) {
  evidence.add({.relation = fact.relation,
                .from = node(evidence, fact.from),
                .to = node(evidence, fact.to),
                .denied = !fact.asserted,
                .value = fact.value,
                .start = fact.start,
                .end = fact.end,
                .feed = fact.source,
                .recorded_by = recorder(evidence, fact.staff, fact.source),
                .entry = index});
}

void fold(policy::Evidence& evidence, const facts::RelationEnded& fact) {
  end_edge(evidence, fact.relation, node(evidence, fact.from), node(evidence, fact.to), fact.source,
           fact.end);
}

void fold(policy::Evidence& evidence, const facts::RelationConfirmed& fact, Instant at,
          EntryIndex index) {
  evidence.add({.relation = fact.relation,
                .from = node(evidence, fact.from),
                .to = node(evidence, fact.to),
                .denied = false,
                .value = {},
                .start = at,
                .end = far_future,
                .feed = {},
                .recorded_by = evidence.intern("staff", fact.staff.text()),
                .entry = index});
}

void fold(policy::Evidence& evidence, const facts::FlagSet& fact, Instant at, EntryIndex index) {
  const auto patient = evidence.intern("patient", fact.patient.text());
  const auto relation = "flag:" + fact.flag;
  // The latest word of one source counts; others' words stand beside it.
  evidence.add({.relation = relation,
                .from = patient,
                .to = patient,
                .denied = !fact.on,
                .value = {},
                .start = at,
                .end = far_future,
                .feed = fact.source,
                .recorded_by = recorder(evidence, fact.staff, fact.source),
                .entry = index});
}

}  // namespace halligan::app
