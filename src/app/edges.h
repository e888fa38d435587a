// edges.h - one statement about two things, and what the ledger holds about it already.
//
// A relation that gives its author something is self-made: it takes the same fresh proof as a
// glass, and has a case until a feed or a second person confirms it.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "app/access.h"

namespace halligan::app {

// One statement about one edge, in the words of the policy in force.
struct Edge {
  const policy::ast::Relation* declared = nullptr;
  std::string from;  // "team/cardio"
  std::string to;
  PatientId patient;  // the one whose entry it becomes
};
// From "team/cardio", or "cardio": the type is the relation's. Else what is wrong, by field.
std::variant<Edge, std::string> edge_of(const policy::ast::Policy& policy,
                                        const std::string& relation, const std::string& from,
                                        const std::string& to);
policy::EdgeId find_edge(const policy::Evidence& evidence, std::string_view relation,
                         const std::string& from, const std::string& to);

// Whether somebody says so at the moment: of each source its latest word that holds then.
bool is_so(const policy::Evidence& evidence, const policy::Edge& edge, Instant at);

// Whose word it is: a feed's, or a person's.
struct Source {
  std::string feed;
  StaffId staff;
};
// What a source said last about an edge, if anything.
std::optional<policy::Fact> last_said(const policy::Evidence& evidence, policy::EdgeId edge,
                                      const Source& source);
enum class Whose { people, feeds };
enum class Saying { asserted, anything };
// The newest fact of theirs that holds at the moment, if any does.
std::optional<policy::Fact> holding(const policy::Evidence& evidence, policy::EdgeId edge,
                                    Whose whose, Saying saying, Instant at);
// Whether of all people this one alone says anything of it now: only then it is theirs to take
// back, since a person's end, or denial, is of what everybody said.
bool said_by_nobody_else(const policy::Evidence& evidence, policy::EdgeId edge,
                         const StaffId& staff, Instant at);

// Whether it gives the person something: an end is the person, or something the person belongs to.
bool concerns(const State& state, const StaffId& staff, const Edge& edge);
std::string self_made_key(const StaffId& author, const Edge& edge);  // of that case
// One case for each edge and author; empty where the policy has no such cases.
CaseId owe_self_made_case(const Session& session, const Edge& edge, Context& context);

}  // namespace halligan::app
