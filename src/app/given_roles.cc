#include "app/given_roles.h"

#include <algorithm>

#include "app/sessions.h"

namespace halligan::app {
namespace {

bool among(const std::vector<std::string>& list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

// Whether anybody there is asked, or tells, who is in which group.
bool tells_groups(const policy::ast::Policy& policy, const std::string& source) {
  const auto is = [&](const auto& each) { return each.name.text == source; };
  const auto is_asked = [&](const auto& each) { return is(each) && !each.groups.empty(); };
  return std::ranges::any_of(policy.provisionings, is) ||
         std::ranges::any_of(policy.providers, is_asked) ||
         std::ranges::any_of(policy.directories, is_asked);
}

bool is_another(const Person& person, const std::string& source, const Given& given) {
  const auto before = person.given.find(source);
  if (before == person.given.end()) return !given.groups.empty() || !given.roles.empty();
  return before->second.groups != given.groups || before->second.roles != given.roles;
}

// Whether one of the roles that the person has is gone then.
bool loses_one(const Person& person, const std::string& source, const Given& given) {
  return std::ranges::any_of(person.roles, [&](const std::string& role) {
    if (among(person.own_roles, role) || among(given.roles, role)) return false;
    return std::ranges::none_of(person.given, [&](const auto& each) {
      return each.first != source && among(each.second.roles, role);
    });
  });
}

}  // namespace

Given roles_of_groups(const policy::ast::Policy& policy, const std::string& source,
                      const std::vector<std::string>& groups) {
  Given out;
  for (const auto& each : policy.groups) {
    if (each.from.text != source || !among(groups, each.name)) continue;
    out.groups.push_back(each.name);
    for (const auto& role : each.roles)
      if (!among(out.roles, role.text)) out.roles.push_back(role.text);
  }
  return out;
}

void give_first_roles(const StaffId& person, const std::string& source, Given given,
                      const StaffId& by, Context& context) {
  if (given.groups.empty()) return;
  context.note(facts::RolesGiven{.staff = by,
                                 .person = person,
                                 .source = source,
                                 .groups = std::move(given.groups),
                                 .roles = std::move(given.roles)});
}

std::vector<std::string> roles_with(const Person& person, const std::string& source,
                                    const Given& given) {
  auto out = person.own_roles;
  auto from = person.given;
  from[source] = given;
  for (const auto& [name, each] : from)
    for (const auto& role : each.roles)
      if (!among(out, role)) out.push_back(role);
  return out;
}

std::size_t give_roles(const Person& person, const std::string& source, Given given,
                       const StaffId& by, Context& context) {
  if (!is_another(person, source, given)) return 0;
  const bool loses = loses_one(person, source, given);
  context.note(facts::RolesGiven{.staff = by,
                                 .person = person.id,
                                 .source = source,
                                 .groups = std::move(given.groups),
                                 .roles = std::move(given.roles)});
  if (!loses) return 0;
  return end_sessions(facts::SessionEnd::roles_changed, facts::EndedBy::staff_deactivated, by,
                      context, [&](const Session& each) { return rests_on(each, person.id); });
}

std::vector<std::string> group_names_of(const State& state, const StaffId& person,
                                        const std::string& source) {
  std::vector<std::string> out;
  for (const auto& id : state.groups_of(person))
    if (const auto* group = state.user_group(id); group != nullptr && group->source == source)
      out.push_back(group->name);
  return out;
}

void give_roles_anew(const policy::ast::Policy& policy, Context& context) {
  const auto& state = context.state;
  for (const auto& [id, person] : state.people) {
    // What a provider or directory said is known of those groups alone that were named then.
    std::map<std::string, std::vector<std::string>> groups;
    for (const auto& [source, given] : person.given) groups[source] = given.groups;
    if (const auto* account = state.account(id))
      groups[account->source] = group_names_of(state, id, account->source);
    for (const auto& [source, names] : groups)
      (void)give_roles(
          person, source,
          tells_groups(policy, source) ? roles_of_groups(policy, source, names) : Given{}, {},
          context);
  }
}

}  // namespace halligan::app
