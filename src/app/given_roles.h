// given_roles.h - roles that follow from groups: a source (a system that enrols people, a provider,
// a directory) says in which groups somebody is, the policy which roles that gives.
//
// INVARIANT: who loses a role so has no session and no open glass afterwards.
#pragma once

#include <string>
#include <vector>

#include "app/context.h"

namespace halligan::app {

// Of these groups, by their names; and which of them the policy speaks of.
Given roles_of_groups(const policy::ast::Policy& policy, const std::string& source,
                      const std::vector<std::string>& groups);

// Notes what the source now gives, where that is another thing than before; gives how many sessions
// ended. `by`: the system; empty: a sign-in, or a policy.
std::size_t give_roles(const Person& person, const std::string& source, Given given,
                       const StaffId& by, Context& context);
// The same for a person who is still to be enrolled by a fact before it.
void give_first_roles(const StaffId& person, const std::string& source, Given given,
                      const StaffId& by, Context& context);
// Which roles somebody has once the source gives these.
std::vector<std::string> roles_with(const Person& person, const std::string& source,
                                    const Given& given);

// What another policy in force means for everybody.
void give_roles_anew(const policy::ast::Policy& policy, Context& context);

// Names of the groups somebody is in, as the system says that enrols them.
std::vector<std::string> group_names_of(const State& state, const StaffId& person,
                                        const std::string& source);

}  // namespace halligan::app
