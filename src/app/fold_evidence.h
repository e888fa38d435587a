// fold_evidence.h - relation facts of the ledger become the evidence that the policy reads.
#pragma once

#include "core/facts/facts.h"
#include "core/policy/evidence.h"

namespace halligan::app {

void fold(policy::Evidence& evidence, const facts::RelationRecorded& fact, EntryIndex index);
void fold(policy::Evidence& evidence, const facts::RelationEnded& fact);
void fold(policy::Evidence& evidence, const facts::RelationConfirmed& fact, Instant at,
          EntryIndex index);
void fold(policy::Evidence& evidence, const facts::FlagSet& fact, Instant at, EntryIndex index);

// "patient/p-1" -> {"patient", "p-1"}; empty halves where it is not of this form.
struct NodeText {
  std::string_view type;
  std::string_view id;
};
NodeText split_node(std::string_view text);
// A place is written "ward-a" or "unit/ward-a"; a bare name is that of a unit.
NodeText place_node(const PlaceId& place);

}  // namespace halligan::app
