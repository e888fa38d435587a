#include "app/provisioning.h"

#include <algorithm>

#include "app/access.h"
#include "app/acts.h"
#include "app/given_roles.h"
#include "app/judge.h"
#include "app/roles.h"
#include "app/sessions.h"
#include "base/crypto.h"
#include "base/limits.h"

namespace halligan::app {
namespace {

using Members = std::vector<std::string>;

Refusal not_a_system() {
  return {.why = Why::no_session,
          .what = "this token is that of no system that the policy in force lets enrol people"};
}
Refusal no_such_account() {
  return {.why = Why::not_found, .what = "the system has no account of this id"};
}
Refusal no_such_group() {
  return {.why = Why::not_found, .what = "the system has no group of this id"};
}
Refusal stale() {
  return {.why = Why::stale, .what = "it was changed since it was read: read it again"};
}
Refusal taken(std::string what) { return {.why = Why::conflict, .what = std::move(what)}; }

std::string short_code(const std::string& text) {
  return to_hex(crypto::sha256(view(text))).substr(0, 10);
}

// An id of ours that says who it is, where the user name can be one.
std::string id_from(const std::string& user_name, const std::string& more) {
  constexpr std::size_t kept = 48;
  std::string out;
  for (const char c : user_name) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-' || c == '_';
    if (out.size() < kept) out += good ? c : '_';
  }
  const bool ours = out.starts_with("card.") || out.starts_with("source.");
  if (out == user_name && more.empty() && !ours) return out;
  return (ours ? "p-" : "") + out + "-" + short_code(user_name + "|" + more);
}

// Whoever had an account that was removed has it again, where the system says that it is the same
// person; else somebody new must not have what was theirs: their factors, and what they did.
std::variant<StaffId, Refusal> id_for(const State& state, const std::string& source,
                                      const AccountGiven& given) {
  for (const std::string& more : {std::string{}, given.external}) {
    const StaffId id{id_from(given.user_name, more)};
    const auto held = state.accounts.find(id);
    if (held == state.accounts.end() && state.person(id) == nullptr) return id;
    if (held == state.accounts.end())
      return taken(
          "somebody who was enrolled here has this name: only an administrator changes them");
    const auto& before = held->second;
    const bool theirs = before.removed && before.source == source && !before.external.empty() &&
                        before.external == given.external;
    if (theirs) return id;
    if (given.external.empty()) break;
  }
  return taken(
      "somebody else has, or had, an account of this name: give an externalId of their own");
}

// An account of a name that is somebody else's id, in whatever case, would make it two people's:
// whoever was called so before, and is called otherwise now, keeps it. It is free when their
// account is removed; and then whose it becomes is somebody new (id_for() speaks of the very id).
bool is_somebodys_id(const State& state, const std::string& name, const StaffId& but) {
  const bool by_id_for = but.empty() && state.account(StaffId{name}) == nullptr;
  return std::ranges::any_of(state.people_spelt(name), [&](const StaffId& id) {
    const auto* held = state.person(id);
    if (id == but || (by_id_for && id.text() == name)) return false;
    const auto account = state.accounts.find(id);
    return held->active || account == state.accounts.end() || !account->second.removed;
  });
}

// Two systems that say the same name would make nobody of both, who comes in by it.
bool is_called_so_by_another(const State& state, const std::string& source,
                             const std::string& name) {
  return std::ranges::any_of(state.provisioners, [&](const auto& each) {
    const auto* account = each.first == source ? nullptr : state.account_named(each.first, name);
    const auto* held = account == nullptr ? nullptr : state.person(account->person);
    return held != nullptr && held->active;
  });
}

// What was said of somebody, and that they were said to be active where they are not.
std::string with_word_of_active(const std::string& rest) {
  constexpr std::string_view word = R"({"active":true)";
  return std::string{word} + (rest == "{}" ? "" : ",") + rest.substr(1);
}

facts::StaffSet staff_set(const Person* before, const StaffId& person, const AccountGiven& given,
                          const StaffId& by, Context& context) {
  facts::StaffSet fact;
  fact.staff = by;
  fact.person = person;
  fact.pseudonym = before == nullptr ? to_hex(context.fresh.pseudonym()) : before->pseudonym;
  fact.name = given.name.empty() ? given.user_name : given.name;
  // Whoever is brought back has what groups give; the rest an administrator gives anew.
  if (before != nullptr && (before->active || !given.active)) fact.roles = before->own_roles;
  fact.department = given.department;
  fact.active = given.active;
  return fact;
}

bool same(const Account& held, const AccountGiven& given) {
  return !held.removed && held.user_name == given.user_name && held.external == given.external &&
         held.rest == given.rest;
}

std::size_t end_sessions_of(const StaffId& person, const StaffId& by, Context& context) {
  return end_sessions(facts::SessionEnd::staff_deactivated, facts::EndedBy::staff_deactivated, by,
                      context, [&](const Session& each) { return rests_on(each, person); });
}

void note_members(const StaffId& by, const std::string& group, const Members& added,
                  const Members& removed, Context& context) {
  const auto part = [](const Members& all, std::size_t from) {
    const auto at = all.begin() + static_cast<std::ptrdiff_t>(std::min(from, all.size()));
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(
                                       std::min(from + limits::members_of_entry_max, all.size()));
    return Members(at, end);
  };
  for (std::size_t i = 0; i < std::max(added.size(), removed.size());
       i += limits::members_of_entry_max)
    context.note(facts::GroupMembers{
        .staff = by, .group = group, .added = part(added, i), .removed = part(removed, i)});
}

// Of a person whose groups of this source change: what those give then.
std::size_t give_roles_of(const Person& person, const std::string& source,
                          const std::vector<std::string>& names, const StaffId& by,
                          Context& context) {
  const auto* policy = policy_of(context.state);
  return give_roles(person, source,
                    policy == nullptr ? Given{} : roles_of_groups(*policy, source, names), by,
                    context);
}

// The names of the groups of a person, where one of them has another name now, or they come or go.
struct Regrouped {
  std::string group;
  std::string name;  // empty: the person is not in it
};
std::vector<std::string> names_then(const State& state, const StaffId& person,
                                    const std::string& source, const Regrouped& changed) {
  std::vector<std::string> out;
  for (const auto& id : state.groups_of(person)) {
    const auto* group = state.user_group(id);
    if (group != nullptr && group->source == source && id != changed.group)
      out.push_back(group->name);
  }
  if (!changed.name.empty()) out.push_back(changed.name);
  return out;
}

bool gives_roles(const State& state, const std::string& source, const std::string& group) {
  const auto* policy = policy_of(state);
  return policy != nullptr && !roles_of_groups(*policy, source, {group}).groups.empty();
}

bool is_account_of(const State& state, const Provisioner& system, const std::string& id) {
  const auto* account = state.account(StaffId{id});
  return account != nullptr && account->source == system.source;
}

struct Difference {
  Members added;
  Members removed;
};
Difference difference(const std::set<StaffId>& before, const SetGroup& command) {
  Difference out;
  const auto is_in = [&](const std::string& id) { return before.contains(StaffId{id}); };
  const auto sorted = [](Members list) {
    std::ranges::sort(list);
    list.erase(std::ranges::unique(list).begin(), list.end());
    return list;
  };
  const auto wanted = sorted(command.members ? *command.members : command.added);
  for (const auto& id : wanted)
    if (!is_in(id)) out.added.push_back(id);
  if (command.members) {
    for (const auto& id : before)
      if (!std::ranges::binary_search(wanted, id.text())) out.removed.push_back(id.text());
  } else {
    for (const auto& id : sorted(command.removed))
      if (is_in(id) && !std::ranges::binary_search(wanted, id)) out.removed.push_back(id);
  }
  return out;
}

}  // namespace

std::optional<Refusal> may_set_provisioner(const State& state, const std::string& token_hash,
                                           const Now& now, const std::string& source) {
  auto asked =
      role::asked_by(state, token_hash, now, {role::administrator}, "this takes an administrator");
  if (asked.refusal) return asked.refusal;
  const auto* policy = policy_of(state);
  const bool named = policy != nullptr && std::ranges::any_of(policy->provisionings, [&](auto& it) {
                       return it.name.text == source;
                     });
  if (!named && !state.provisioners.contains(source))
    return Refusal{.why = Why::not_found,
                   .what = "the policy in force has no [[provisioning]] of this name"};
  return not_proved(*asked.session, proof::administration, now);
}

SetProvisioner::Answer decide(const SetProvisioner& command, Context& context) {
  if (auto no = may_set_provisioner(context.state, command.token_hash, context.now, command.source))
    return *std::move(no);
  const auto* by = live_session(context.state, command.token_hash, context.now);
  const auto* speaker = context.state.person(facts::speaker_of_source(command.source));
  if (!command.new_token_hash.empty())  // it gives the roles of the policy's groups
    if (auto waits = second_person(*by,
                                   {.kind = policy::ast::TwoPeople::roles,
                                    .what = "provisioning",
                                    .text = "a new token for the system " + command.source},
                                   context))
      return *std::move(waits);
  context.note(facts::ProvisionerSet{
      .staff = by->staff,
      .source = command.source,
      .token_hash = command.new_token_hash,
      .pseudonym = speaker == nullptr ? to_hex(context.fresh.pseudonym()) : speaker->pseudonym,
      .active = !command.new_token_hash.empty()});
  return command.source;
}

const Provisioner* provisioner(const State& state, const std::string& token_hash) {
  const auto* held = state.provisioner_by_token(token_hash);
  const auto* policy = policy_of(state);
  const bool named = held != nullptr && policy != nullptr &&
                     std::ranges::any_of(policy->provisionings, [&](const auto& each) {
                       return each.name.text == held->source;
                     });
  return named ? held : nullptr;
}

SetAccount::Answer decide(const SetAccount& command, Context& context) {
  const auto& state = context.state;
  const auto* system = provisioner(state, command.token_hash);
  if (system == nullptr) return not_a_system();
  const auto by = facts::speaker_of_source(system->source);
  auto given = command.given;
  if (const auto* other = state.account_named(system->source, given.user_name);
      other != nullptr && other->person != command.person)
    return taken("another account of the system has this userName");
  if (is_somebodys_id(state, given.user_name, command.person))
    return taken("somebody else has this userName as their id here: give another one");
  if (is_called_so_by_another(state, system->source, given.user_name))
    return taken("another system calls somebody so who works here: give another userName");
  SetAccount::Done out{.person = command.person, .made = command.person.empty()};
  if (out.made) {
    auto id = id_for(state, system->source, given);
    if (auto* refusal = std::get_if<Refusal>(&id)) return *std::move(refusal);
    out.person = std::get<StaffId>(std::move(id));
  } else {
    const auto* held = state.account(command.person);
    if (held == nullptr || held->source != system->source) return no_such_account();
    if (command.if_version && *command.if_version != held->version) return stale();
  }
  const auto* before = state.person(out.person);
  const auto held = state.accounts.find(out.person);
  // Whom an administrator deactivated an administrator brings back.
  if (given.active && before != nullptr && !before->active && !before->deactivated_by.empty() &&
      before->deactivated_by != by) {
    given.active = false;
    given.rest = with_word_of_active(given.rest);
  }
  const auto set = staff_set(before, out.person, given, by, context);
  const bool same_person = before != nullptr && before->name == set.name &&
                           before->department == set.department && before->active == set.active;
  if (same_person && held != state.accounts.end() && same(held->second, given)) return out;
  out.changed = true;
  if (!same_person) context.note(set);
  context.note(facts::AccountSet{.staff = by,
                                 .person = out.person,
                                 .source = system->source,
                                 .user_name = given.user_name,
                                 .external = given.external,
                                 .rest = given.rest});
  if (before != nullptr && before->active && !given.active)
    out.sessions_ended = end_sessions_of(out.person, by, context);
  return out;
}

RemoveAccount::Answer decide(const RemoveAccount& command, Context& context) {
  const auto& state = context.state;
  const auto* system = provisioner(state, command.token_hash);
  if (system == nullptr) return not_a_system();
  const auto* held = state.account(command.person);
  if (held == nullptr || held->source != system->source) return no_such_account();
  if (command.if_version && *command.if_version != held->version) return stale();
  const auto by = facts::speaker_of_source(system->source);
  const auto* person = state.person(command.person);
  if (person->active) {
    facts::StaffSet fact;
    fact.staff = by;
    fact.person = person->id;
    fact.pseudonym = person->pseudonym;
    fact.name = person->name;
    fact.roles = person->own_roles;
    fact.department = person->department;
    fact.active = false;
    context.note(std::move(fact));
    (void)end_sessions_of(command.person, by, context);
  }
  for (const auto& group : state.groups_of(command.person))
    note_members(by, group, {}, {command.person.text()}, context);
  if (person->given.contains(system->source))
    context.note(facts::RolesGiven{
        .staff = by, .person = person->id, .source = system->source, .groups = {}, .roles = {}});
  context.note(
      facts::AccountRemoved{.staff = by, .person = command.person, .source = system->source});
  return command.person;
}

std::optional<Refusal> may_set_group(const State& state, const SetGroup& command) {
  const auto* system = provisioner(state, command.token_hash);
  if (system == nullptr) return not_a_system();
  const auto* held = command.group.empty() ? nullptr : state.user_group(command.group);
  if (!command.group.empty() && (held == nullptr || held->source != system->source))
    return no_such_group();
  if (command.if_version && (held == nullptr || *command.if_version != held->version))
    return stale();
  const bool named = !command.name.empty() && (held == nullptr || held->name != command.name);
  if (named && std::ranges::any_of(state.user_groups, [&](const auto& each) {
        return each.second.source == system->source && each.second.name == command.name;
      }))
    return taken("another group of the system has this displayName");
  return std::nullopt;
}

std::optional<Refusal> may_be_members(const State& state, const std::string& token_hash,
                                      std::span<const std::string> members) {
  const auto* system = provisioner(state, token_hash);
  if (system == nullptr) return not_a_system();
  for (const auto& each : members)
    if (!is_account_of(state, *system, each))
      return Refusal{.why = Why::bad_request,
                     .what = "a member of the list is no account of the system: enrol them first"};
  return std::nullopt;
}

std::vector<std::string> members_after(const UserGroup& group, const std::string& last) {
  std::vector<std::string> out;
  auto at = last.empty() ? group.members.begin() : group.members.upper_bound(StaffId{last});
  for (; at != group.members.end() && out.size() < limits::members_of_entry_max; ++at)
    out.push_back(at->text());
  return out;
}

SetGroup::Answer decide(const SetGroup& command, Context& context) {
  const auto& state = context.state;
  if (auto no = may_set_group(state, command)) return *std::move(no);
  const auto* system = provisioner(state, command.token_hash);
  const auto by = facts::speaker_of_source(system->source);
  SetGroup::Done out{.group = command.group, .made = command.group.empty()};
  static const UserGroup nothing;
  const auto* held = out.made ? &nothing : state.user_group(command.group);
  const auto name = command.name.empty() ? held->name : command.name;
  const auto external = command.external.value_or(held->external);
  auto change = difference(held->members, command);
  if (command.leaves_out_the_gone)
    std::erase_if(change.added,
                  [&](const std::string& each) { return !is_account_of(state, *system, each); });
  else if (auto no = may_be_members(state, command.token_hash, change.added))
    return *std::move(no);
  if (out.made) out.group = context.fresh.id();
  const bool renamed = name != held->name;
  if (renamed || external != held->external)
    context.note(facts::GroupSet{.staff = by,
                                 .source = system->source,
                                 .group = out.group,
                                 .name = name,
                                 .external = external});
  note_members(by, out.group, change.added, change.removed, context);
  out.changed = out.made || renamed || external != held->external || !change.added.empty() ||
                !change.removed.empty();
  const auto give = [&](const StaffId& id, const std::string& called) {
    out.sessions_ended += give_roles_of(
        *state.person(id), system->source,
        names_then(state, id, system->source, {.group = out.group, .name = called}), by, context);
  };
  for (const auto& id : change.added) give(StaffId{id}, name);
  for (const auto& id : change.removed) give(StaffId{id}, {});
  if (renamed && !out.made &&
      (gives_roles(state, system->source, name) || gives_roles(state, system->source, held->name)))
    for (const auto& id : held->members)
      if (!std::ranges::binary_search(change.removed, id.text())) give(id, name);
  return out;
}

RemoveGroup::Answer decide(const RemoveGroup& command, Context& context) {
  const auto& state = context.state;
  const auto* system = provisioner(state, command.token_hash);
  if (system == nullptr) return not_a_system();
  const auto* held = state.user_group(command.group);
  if (held == nullptr || held->source != system->source) return no_such_group();
  if (command.if_version && *command.if_version != held->version) return stale();
  const auto by = facts::speaker_of_source(system->source);
  context.note(facts::GroupRemoved{.staff = by, .group = command.group});
  for (const auto& id : held->members)
    (void)give_roles_of(*state.person(id), system->source,
                        names_then(state, id, system->source, {.group = command.group, .name = {}}),
                        by, context);
  return command.group;
}

}  // namespace halligan::app
