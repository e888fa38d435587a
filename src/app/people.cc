#include "app/people.h"

#include <algorithm>

#include "app/access.h"
#include "app/acts.h"
#include "app/fold_evidence.h"
#include "app/journal.h"
#include "app/judge.h"
#include "app/providers.h"
#include "app/rehearsing.h"
#include "app/roles.h"
#include "app/sessions.h"
#include "app/vouching.h"

namespace halligan::app {
namespace {

constexpr std::array factors_of_a_login{"password", "totp"};

role::Asked administrator(const State& state, const std::string& token_hash, const Now& now) {
  return role::asked_by(state, token_hash, now, {role::administrator},
                        "this takes an administrator");
}

// The same with a fresh proof.
role::Asked proved_administrator(const State& state, const std::string& token_hash,
                                 const Now& now) {
  auto out = administrator(state, token_hash, now);
  if (!out.refusal) out.refusal = not_proved(*out.session, proof::administration, now);
  return out;
}

// Officers look at rosters, too.
role::Asked overseer(const State& state, const std::string& token_hash, const Now& now) {
  return role::asked_by(state, token_hash, now, {role::administrator, role::privacy_officer},
                        "this takes an administrator or a privacy officer");
}

Refusal bad(std::string what) { return {.why = Why::bad_request, .what = std::move(what)}; }
Refusal nobody() { return {.why = Why::not_found, .what = "nobody is enrolled under this id"}; }

std::optional<Refusal> bad_roles(const State& state, const std::vector<std::string>& roles) {
  const auto known = known_roles(state);
  for (std::size_t i = 0; i < roles.size(); ++i) {
    if (!known.contains(roles[i]))
      return bad("role " + std::to_string(i + 1) +
                 " of the list is none that the policy or the program knows");
    if (std::find(roles.begin(), roles.begin() + static_cast<std::ptrdiff_t>(i), roles[i]) !=
        roles.begin() + static_cast<std::ptrdiff_t>(i))
      return bad("role " + std::to_string(i + 1) + " of the list stands there twice");
  }
  if (roles.size() > 1 && std::find(roles.begin(), roles.end(), role::interface) != roles.end())
    return bad("the role interface goes with no other role");
  return std::nullopt;
}

bool names_one_of(const std::vector<policy::ast::Name>& names,
                  const std::vector<std::string>& roles) {
  return std::any_of(names.begin(), names.end(), [&](const policy::ast::Name& name) {
    return std::find(roles.begin(), roles.end(), name.text) != roles.end();
  });
}

bool meant_for(const policy::ast::Rule& rule, const std::vector<std::string>& roles) {
  return rule.kind == policy::ast::RuleKind::glass &&
         (rule.roles.empty() || names_one_of(rule.roles, roles)) &&
         !names_one_of(rule.except_roles, roles);
}

// Whom a system calls so signs in by that name: nobody else has it as their id.
bool is_called_so_by_a_system(const State& state, const StaffId& id) {
  return std::ranges::any_of(state.provisioners, [&](const auto& each) {
    return state.account_named(each.first, id.text()) != nullptr;
  });
}

bool is_a_source(const StaffId& id) { return id.text().starts_with("source."); }

// Roles that may break the glass, review, administrate or read the ledger.
bool opens_doors(const State& state, const std::string& role) {
  if (role == role::administrator || role == role::privacy_officer || role == role::ledger_reader)
    return true;
  const auto* policy = policy_of(state);
  if (policy == nullptr) return false;
  const auto reviews = [&](const std::optional<policy::ast::Review>& review) {
    return review && review->by.text == role;
  };
  return std::ranges::any_of(policy->rules,
                             [&](const auto& rule) {
                               return meant_for(rule, {role}) || reviews(rule.duties.review);
                             }) ||
         std::ranges::any_of(policy->cases,
                             [&](const auto& each) { return each.by && each.by->text == role; }) ||
         std::ranges::any_of(policy->drawers, [&](const auto& drawer) {
           return drawer.review.by.text == role || names_one_of(drawer.keepers, {role});
         });
}

// Whether somebody may do more of that afterwards than before.
bool opens_more(const State& state, const SetStaff::Done& then, const Person& before) {
  return then.active && std::ranges::any_of(then.roles, [&](const std::string& role) {
           const bool had =
               before.active && std::ranges::find(before.own_roles, role) != before.own_roles.end();
           return !had && opens_doors(state, role);
         });
}

std::string in_words(const SetStaff::Done& then) {
  std::string out = then.name + ": ";
  for (const auto& role : then.roles) out += (out.ends_with(": ") ? "" : ", ") + role;
  return out + (then.department.empty() ? "" : "; department " + then.department);
}

bool valid_place(const PlaceId& place) {
  const auto node = split_node(place.text());
  return node.type.empty() ? valid_id(place.text()) : valid_id(node.type) && valid_id(node.id);
}

}  // namespace

RosterLine roster_line(const State& state, const Person& person) {
  RosterLine out{.person = person, .may_break = false, .lacks = {}, .can_break = false, .ways = {}};
  const auto* policy = policy_of(state);
  if (policy != nullptr)
    out.may_break =
        std::any_of(policy->rules.begin(), policy->rules.end(),
                    [&](const policy::ast::Rule& rule) { return meant_for(rule, person.roles); });
  const auto add_way = [&](const char* way) {
    const auto at = person.came_by.find(way);
    out.ways.push_back(
        {.way = way,
         .last = at == person.came_by.end() ? std::nullopt : std::optional{at->second},
         .rehearsed = last_rehearsed(person, way)});
  };
  const bool by_provider =
      policy != nullptr && std::ranges::any_of(policy->providers, [&](const auto& each) {
        return person.subjects.contains(each.issuer);
      });
  const bool by_directory = directory_of(state) != nullptr &&
                            person.came_by.contains("directory") && person.factors.contains("totp");
  if (person.passkeys.empty() && !by_provider && !by_directory)  // each suffices by itself
    for (const char* factor : factors_of_a_login)
      if (!person.factors.contains(factor)) out.lacks.emplace_back(factor);
  const bool password = person.factors.contains("password") && person.factors.contains("totp");
  if (password) add_way("password");
  if (!person.passkeys.empty()) add_way("passkey");
  if (by_provider) add_way("provider");
  if (by_directory) add_way("directory");
  if (may_be_vouched_for(state, person)) add_way("vouched");
  out.can_break = person.active && out.may_break && out.lacks.empty();
  return out;
}

std::set<std::string> known_roles(const State& state) {
  std::set<std::string> out{role::built_in.begin(), role::built_in.end()};
  if (const auto* policy = policy_of(state))
    for (const auto& name : policy->roles) out.insert(name.text);
  return out;
}

SetStaff::Answer decide(const SetStaff& command, Context& context) {
  const auto asked = administrator(context.state, command.token_hash, context.now);
  if (asked.refusal) return *asked.refusal;
  if (command.person.text().starts_with("card.") || command.person.text().starts_with("source."))
    return bad("ids that begin with card. or source. are no people's: take another one");
  const auto* before = context.state.person(command.person);
  if (before == nullptr && !(command.name && command.roles && command.department && command.active))
    return nobody();
  if (before == nullptr && is_called_so_by_a_system(context.state, command.person))
    return Refusal{.why = Why::conflict,
                   .what = "a system that enrols people calls somebody so: take another id"};
  if (before == nullptr && !context.state.people_spelt(command.person.text()).empty())
    return Refusal{.why = Why::conflict,
                   .what = "somebody's id is so but for capitals: take another one"};
  static const Person unknown;
  const Person& kept = before == nullptr ? unknown : *before;
  SetStaff::Done out{.person = command.person,
                     .enrolled = before == nullptr,
                     .name = command.name.value_or(kept.name),
                     .roles = command.roles.value_or(kept.own_roles),
                     .department = command.department.value_or(kept.department),
                     .active = command.active.value_or(kept.active),
                     .factors = kept.factors};
  // A role that the policy lost since is none that anybody gives now.
  if (command.roles)
    if (auto refusal = bad_roles(context.state, out.roles)) return *refusal;
  const bool self = command.person == asked.session->staff;
  const bool same_rights = out.roles == kept.own_roles && out.department == kept.department;
  if (self && (!same_rights || !out.active))
    return Refusal{
        .why = Why::same_person,
        .what = "somebody else has to change your roles or department, or deactivate you"};
  const bool same = before != nullptr && kept.name == out.name && kept.own_roles == out.roles &&
                    kept.department == out.department;
  // Whom a system deactivated an administrator may, too: then the system does not bring them back.
  const bool stands_already = kept.active == out.active &&
                              (kept.active || !command.active || !is_a_source(kept.deactivated_by));
  if (same && stands_already) return out;
  // To deactivate alone is never late; what comes with it may be kept for later.
  if (out.active || !same)
    if (auto due = not_proved(*asked.session, proof::administration, context.now)) return *due;
  if (opens_more(context.state, out, kept))
    if (auto waits = second_person(*asked.session,
                                   {.kind = policy::ast::TwoPeople::roles,
                                    .what = "roles",
                                    .person = command.person,
                                    .text = in_words(out)},
                                   context))
      return *std::move(waits);
  out.changed = true;
  facts::StaffSet fact;
  fact.staff = asked.session->staff;
  fact.person = command.person;
  fact.pseudonym = before == nullptr ? to_hex(context.fresh.pseudonym()) : kept.pseudonym;
  fact.name = out.name;
  fact.roles = out.roles;
  fact.department = out.department;
  fact.active = out.active;
  const bool roles_changed = out.roles != kept.own_roles;
  context.note(std::move(fact));
  if (before == nullptr) return out;
  const auto theirs = [&](const Session& session) { return rests_on(session, command.person); };
  if (!out.active)
    out.sessions_ended =
        end_sessions(facts::SessionEnd::staff_deactivated, facts::EndedBy::staff_deactivated,
                     asked.session->staff, context, theirs);
  else if (roles_changed)
    out.sessions_ended =
        end_sessions(facts::SessionEnd::roles_changed, facts::EndedBy::staff_deactivated,
                     asked.session->staff, context, theirs);
  return out;
}

std::optional<Refusal> may_enrol(const State& state, const std::string& token_hash, const Now& now,
                                 const StaffId& person) {
  auto asked = proved_administrator(state, token_hash, now);
  const auto* held = state.person(person);
  if (!asked.refusal && (held == nullptr || !held->is_person())) asked.refusal = nobody();
  return asked.refusal;
}

std::optional<Refusal> may_renew(const State& state, const std::string& token_hash, const Now& now,
                                 const TerminalId& terminal) {
  auto asked = proved_administrator(state, token_hash, now);
  if (!asked.refusal && state.terminal(terminal) == nullptr)
    asked.refusal = Refusal{.why = Why::not_found, .what = "no terminal is enrolled under this id"};
  return asked.refusal;
}

EnrolFactor::Answer decide(const EnrolFactor& command, Context& context) {
  if (auto no = may_enrol(context.state, command.token_hash, context.now, command.person))
    return *std::move(no);
  const auto* by = live_session(context.state, command.token_hash, context.now);
  const auto* person = context.state.person(command.person);
  // Whoever enrols a factor can act as its person: for one who is new here that is nobody else yet.
  // But where their roles open doors already, whoever enrols it would come in as them by it.
  const bool comes_in_already = person->factors.contains(command.factor) ||
                                !person->passkeys.empty() || !person->subjects.empty() ||
                                !person->came_by.empty();
  const bool may_much = std::ranges::any_of(
      person->roles, [&](const auto& role) { return opens_doors(context.state, role); });
  if (comes_in_already || may_much)
    if (auto waits = second_person(*by,
                                   {.kind = policy::ast::TwoPeople::factors,
                                    .what = "factor",
                                    .person = command.person,
                                    .text = "a new " + command.factor + " for " + person->name},
                                   context))
      return *std::move(waits);
  context.note(facts::FactorEnrolled{.staff = by->staff,
                                     .person = command.person,
                                     .factor = command.factor,
                                     .kept_as = command.kept_as});
  // A factor is renewed because the old one is in doubt, and with it what was opened by it.
  if (person->factors.contains(command.factor))
    end_sessions(facts::SessionEnd::revoked, facts::EndedBy::revoked, by->staff, context,
                 [&](const Session& session) {
                   return rests_on(session, command.person) && session.id != by->id;
                 });
  return command.person;
}

UnlockPassword::Answer decide(const UnlockPassword& command, Context& context) {
  const auto asked = proved_administrator(context.state, command.token_hash, context.now);
  if (asked.refusal) return *asked.refusal;
  const auto* person = context.state.person(command.person);
  if (person == nullptr) return nobody();
  if (person->id == asked.session->staff)
    return Refusal{.why = Why::same_person,
                   .what = "somebody else has to lift the lock of your password"};
  if (person->lock.any() || context.state.failures.contains(guesses_key(person->id)))
    context.note(facts::PasswordUnlocked{.staff = asked.session->staff, .person = person->id});
  return person->id;
}

SignOutStaff::Answer decide(const SignOutStaff& command, Context& context) {
  const auto asked = overseer(context.state, command.token_hash, context.now);
  if (asked.refusal) return *asked.refusal;
  if (context.state.person(command.person) == nullptr) return nobody();
  return end_sessions(facts::SessionEnd::revoked, facts::EndedBy::revoked, asked.session->staff,
                      context,
                      [&](const Session& session) { return rests_on(session, command.person); });
}

SetTerminal::Answer decide(const SetTerminal& command, Context& context) {
  const auto asked = administrator(context.state, command.token_hash, context.now);
  if (asked.refusal) return *asked.refusal;
  if (!valid_place(command.place)) return bad("a place is written as an id, or as kind/id");
  const auto* before = context.state.terminal(command.terminal);
  const bool same =
      before != nullptr && before->place == command.place && before->use == command.use;
  if (same && before->active == command.active) return command.terminal;
  if (command.active || !same)
    if (auto due = not_proved(*asked.session, proof::administration, context.now)) return *due;
  if (command.active)  // whoever sits there stands at that place
    if (auto waits = second_person(
            *asked.session,
            {.kind = policy::ast::TwoPeople::terminals,
             .what = "terminal",
             .text = "terminal " + command.terminal.text() + " at " + command.place.text() +
                     (command.use.empty() ? "" : ", " + command.use)},
            context))
      return *std::move(waits);
  context.note(facts::TerminalSet{.staff = asked.session->staff,
                                  .terminal = command.terminal,
                                  .place = command.place,
                                  .use = command.use,
                                  .active = command.active,
                                  .kept_as = before == nullptr ? "" : before->kept_as,
                                  .certificate = before == nullptr ? "" : before->certificate});
  // Sessions that were opened there would go on speaking of a place where they no longer are.
  if (before != nullptr && (before->place != command.place || !command.active))
    end_sessions(facts::SessionEnd::revoked, facts::EndedBy::revoked, asked.session->staff, context,
                 [&](const Session& session) { return session.terminal == command.terminal; });
  return command.terminal;
}

RenewTerminalSecret::Answer decide(const RenewTerminalSecret& command, Context& context) {
  if (auto no = may_renew(context.state, command.token_hash, context.now, command.terminal))
    return *std::move(no);
  const auto* by = live_session(context.state, command.token_hash, context.now);
  const auto* terminal = context.state.terminal(command.terminal);
  if (auto waits = second_person(*by,
                                 {.kind = policy::ast::TwoPeople::terminals,
                                  .what = "terminal",
                                  .text = "a new secret for terminal " + terminal->id.text()},
                                 context))
    return *std::move(waits);
  context.note(facts::TerminalSet{.staff = by->staff,
                                  .terminal = terminal->id,
                                  .place = terminal->place,
                                  .use = terminal->use,
                                  .active = terminal->active,
                                  .kept_as = command.kept_as,
                                  .certificate = terminal->certificate});
  // Whoever signed in by the old secret may have been anywhere.
  end_sessions(facts::SessionEnd::revoked, facts::EndedBy::revoked, by->staff, context,
               [&](const Session& session) { return session.terminal == command.terminal; });
  return command.terminal;
}

SetTerminalCertificate::Answer decide(const SetTerminalCertificate& command, Context& context) {
  if (auto no = may_renew(context.state, command.token_hash, context.now, command.terminal))
    return *std::move(no);
  const auto* by = live_session(context.state, command.token_hash, context.now);
  const auto& terminal = *context.state.terminal(command.terminal);
  if (terminal.certificate == command.certificate) return command.terminal;
  const bool taken = std::ranges::any_of(context.state.terminals, [&](const auto& each) {
    return !command.certificate.empty() && each.second.certificate == command.certificate;
  });
  if (taken)
    return Refusal{.why = Why::conflict,
                   .what = "another terminal shows this certificate: each takes one of its own"};
  if (!command.certificate.empty())
    if (auto waits = second_person(*by,
                                   {.kind = policy::ast::TwoPeople::terminals,
                                    .what = "terminal",
                                    .text = "the certificate " + command.certificate +
                                            " for terminal " + terminal.id.text()},
                                   context))
      return *std::move(waits);
  context.note(facts::TerminalSet{.staff = by->staff,
                                  .terminal = terminal.id,
                                  .place = terminal.place,
                                  .use = terminal.use,
                                  .active = terminal.active,
                                  .kept_as = terminal.kept_as,
                                  .certificate = command.certificate});
  if (!terminal.certificate.empty())  // whoever showed the old one may have been anywhere
    end_sessions(facts::SessionEnd::revoked, facts::EndedBy::revoked, by->staff, context,
                 [&](const Session& session) { return session.terminal == command.terminal; });
  return command.terminal;
}

std::variant<std::vector<RosterLine>, Refusal> roster(const State& state,
                                                      const std::string& token_hash,
                                                      const Now& now) {
  const auto asked = overseer(state, token_hash, now);
  if (asked.refusal) return *asked.refusal;
  std::vector<RosterLine> out;
  for (const auto& [id, person] : state.people)
    if (person.is_person()) out.push_back(roster_line(state, person));
  return out;
}

std::variant<std::vector<RoleLine>, Refusal> roles(const State& state,
                                                   const std::string& token_hash, const Now& now) {
  const auto asked = overseer(state, token_hash, now);
  if (asked.refusal) return *asked.refusal;
  std::map<std::string, std::size_t> counts;
  for (const auto& name : known_roles(state)) counts[name] = 0;
  for (const auto& [id, person] : state.people)
    if (person.active && person.is_person())
      for (const auto& name : person.roles) ++counts[name];
  std::vector<RoleLine> out;
  out.reserve(counts.size());
  for (const auto& [name, count] : counts) out.push_back({.role = name, .staff = count});
  return out;
}

std::variant<std::vector<Terminal>, Refusal> terminals(const State& state,
                                                       const std::string& token_hash,
                                                       const Now& now) {
  const auto asked = overseer(state, token_hash, now);
  if (asked.refusal) return *asked.refusal;
  std::vector<Terminal> out;
  for (const auto& [id, terminal] : state.terminals) out.push_back(terminal);
  return out;
}

}  // namespace halligan::app
