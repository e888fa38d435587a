// offer.h - what a glass verdict carries: the refused cell, what each reason asks, in words for
// people.
//
// An offer is advice, not a right: it is not stored, and breaking decides afresh.
#pragma once

#include <optional>
#include <set>
#include <string_view>

#include "app/judge.h"

namespace halligan::app {

// Names nobody: it is shown to the session that asked, and to no other.
Offer offer_of(const State& state, const Cell& cell, const Judged& answer, const Now& now);

// What the person is told where a grant is used.
std::vector<std::string> notices_of(const State& state, const Grant& grant);

// What an offer names of a cell: of its labels and categories only those that the policy names.
OfferedCell wanted_of(const State& state, const Cell& cell);
OfferedCell wanted_of(const glass::Grant& grant);
// The cell that breaking glass for this decides.
Cell cell_of(const OfferedCell& wanted, const PatientId& patient);

// Every label that the policy names, and every category: of one type, or of any.
struct NamedCodes {
  std::set<std::string> labels;
  std::set<std::string> categories;
};
NamedCodes codes_named(const policy::ast::Policy& policy, std::string_view type = {});

// What of a type, or of a part of it, could be had by glass beside what is permitted: all of it,
// what a right for some of it leaves out, else, of a type, the first label or category that the
// policy names.
// INVARIANT: it depends on person, patient and policy alone, never on what the chart holds.
struct ByGlass {
  Cell cell;  // what the glass would be for
  Judged answer;
};
std::optional<ByGlass> more_by_glass(const State& state, const Session& session, const Cell& survey,
                                     const Now& now);

}  // namespace halligan::app
