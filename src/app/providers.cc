#include "app/providers.h"

#include <algorithm>

#include "app/access.h"
#include "app/acts.h"
#include "app/doors.h"
#include "app/given_roles.h"
#include "app/judge.h"
#include "app/roles.h"
#include "base/limits.h"

namespace halligan::app {
namespace {

constexpr int level_of_a_login = 2;

template <class List>
auto named(const List& list, const std::string& name) -> decltype(&list.front()) {
  const auto at =
      std::ranges::find_if(list, [&](const auto& each) { return each.name.text == name; });
  return at == list.end() ? nullptr : &*at;
}

bool names(const State& state, const std::string& source) {
  const auto* policy = policy_of(state);
  return policy != nullptr && (named(policy->providers, source) != nullptr ||
                               named(policy->directories, source) != nullptr);
}

struct Found {
  const Person* person = nullptr;
  const char* why = nullptr;  // it is nobody, or may not be
};

// What a provider calls somebody is bound to its issuer: the policy may give its name to another.
std::string issuer_of(const State& state, const std::string& provider) {
  const auto* named = provider_named(state, provider);
  return named == nullptr ? provider : named->issuer;
}

Found find_person(const State& state, const ProviderSaid& said) {
  const auto issuer = issuer_of(state, said.provider);
  Found out{.person = state.person_of_subject(issuer, said.subject)};
  if (out.person == nullptr) {
    out.person = person_called(state, said.name);
    // Another subject than the one they are bound to: a name that was given away again.
    if (out.person != nullptr && out.person->subjects.contains(issuer))
      out.why = "provider-subject";
  }
  if (out.person == nullptr)
    out.why = "unknown";
  else if (!out.person->active)
    out.why = "inactive";
  return out;
}

Refusal refused_after(const char* why) {
  Refusal out{.why = Why::sign_in_refused,
              .what =
                  "the provider says who you are, but nobody works here under that name: ask an "
                  "administrator"};
  if (std::string_view{why} == "provider-level")
    out.what = "the provider proved one factor alone: signing in takes two";
  return out;
}

// Whether it is about the person of the session, and fresh.
const char* why_not_theirs(const State& state, const Session& session, const ProviderSaid& said) {
  const auto found = find_person(state, said);
  if (found.why != nullptr) return found.why;
  return found.person->id == session.staff ? nullptr : "provider-subject";
}

std::string session_origin(const Session& session) { return "session/" + session.id.text(); }

}  // namespace

const Person* person_called(const State& state, const std::string& name) {
  const auto* out = state.person(StaffId{name});
  // Whom a system enrols is called as the system calls them now, and by no name of before.
  if (out != nullptr && (!out->is_person() || state.account(out->id) != nullptr)) out = nullptr;
  bool several = false;
  for (const auto& [source, held] : state.provisioners) {
    const auto* account = state.account_named(source, name);
    const auto* person = account == nullptr ? nullptr : state.person(account->person);
    if (person == nullptr || person == out) continue;
    if (out == nullptr || (person->active && !out->active)) {  // whoever works here still
      out = person;
      several = false;
    } else if (person->active == out->active) {
      several = true;
    }
  }
  return several ? nullptr : out;
}

const policy::ast::Provider* provider_named(const State& state, const std::string& name) {
  const auto* policy = policy_of(state);
  return policy == nullptr ? nullptr : named(policy->providers, name);
}

const policy::ast::Directory* directory_of(const State& state) {
  const auto* policy = policy_of(state);
  return policy == nullptr || policy->directories.empty() ? nullptr : &policy->directories.front();
}

bool source_is_up(const State& state, const std::string& source) {
  const auto held = state.sources.find(source);
  return held == state.sources.end() || held->second.up;
}

bool kept_for_downtime(const State& state, const Person& person) {
  const auto* policy = policy_of(state);
  if (policy == nullptr || !policy->sign_in.own_when_down) return false;
  if (std::ranges::any_of(policy->providers, [&](const auto& each) {
        return person.subjects.contains(each.issuer) && source_is_up(state, each.name.text);
      }))
    return true;
  const auto* directory = directory_of(state);
  return directory != nullptr && person.came_by.contains("directory") &&
         source_is_up(state, directory->name.text);
}

SignInByProvider::Answer decide(const SignInByProvider& command, Context& context) {
  const auto& state = context.state;
  const auto& said = command.said;
  const auto* provider = provider_named(state, said.provider);
  if (provider == nullptr)
    return Refusal{.why = Why::not_found,
                   .what = "the policy in force has no provider of this name"};
  auto found = find_person(state, said);
  if (found.why == nullptr && said.level < level_of_a_login) found.why = "provider-level";
  if (found.why != nullptr) {
    context.note(facts::SignInRefused{
        .staff = found.person == nullptr ? StaffId{} : found.person->id,
        .origin = command.address,
        .why = found.why,
        .asked = found.person == nullptr ? short_hash(said.provider + "|" + said.name) : ""});
    return refused_after(found.why);
  }
  const auto& person = *found.person;
  if (said.tells_groups)
    (void)give_roles(person, said.provider,
                     roles_of_groups(*policy_of(state), said.provider, said.groups), {}, context);
  facts::SessionOpened fact;
  fact.staff = person.id;
  fact.token_hash = command.token_hash;
  if (const auto* terminal = proved_terminal(state, command.terminal, command.terminal_kept_as)) {
    fact.terminal = terminal->id;
    fact.place = terminal->place;
  }
  fact.proof_level = said.level;
  fact.proof_age_millis = std::max<std::int64_t>(0, said.proof_age.count());
  fact.origin = command.address;
  fact.provider = said.provider;
  fact.issuer = provider->issuer;
  fact.subject = said.subject;
  fact.provider_session = said.session;
  auto done = open_session(std::move(fact), limits::session_absolute, context);
  done.roles.clear();  // they may be others now
  owe_lock_out_case(person, done.session, "by a provider", context);
  return done;
}

StepUpByProvider::Answer decide(const StepUpByProvider& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  const char* why = why_not_theirs(context.state, *session, command.said);
  if (why == nullptr && command.said.level < level_of_a_login) why = "provider-level";
  if (why != nullptr) {
    context.note(facts::SignInRefused{
        .staff = session->staff, .origin = session_origin(*session), .why = why});
    return refused_after(why);
  }
  context.note(facts::SteppedUp{.staff = session->staff,
                                .session = session->id,
                                .factor = "provider",
                                .level = command.said.level});
  return StepUp::Done{.at = context.now.wall};
}

UnlockByProvider::Answer decide(const UnlockByProvider& command, Context& context) {
  const auto* session = locked_or_live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session();
  if (!session->locked) return UnlockSession::Done{};
  if (const char* why = why_not_theirs(context.state, *session, command.said); why != nullptr) {
    context.note(facts::SignInRefused{
        .staff = session->staff, .origin = unlock_origin(session->id), .why = why});
    return refused_after(why);
  }
  context.note(facts::SessionUnlocked{.staff = session->staff, .session = session->id});
  return UnlockSession::Done{};
}

ProviderLogout::Answer decide(const ProviderLogout& command, Context& context) {
  // A session of which the provider told no name of its own is meant by its person's.
  return end_sessions(facts::SessionEnd::provider_logout, facts::EndedBy::logout, {}, context,
                      [&](const Session& each) {
                        if (each.subject.empty() || each.provider != command.provider) return false;
                        if (!command.subject.empty() && each.subject != command.subject)
                          return false;
                        if (command.session.empty() || each.provider_session.empty())
                          return !command.subject.empty();
                        return each.provider_session == command.session;
                      });
}

SeeSource::Answer decide(const SeeSource& command, Context& context) {
  if (!names(context.state, command.source)) return false;
  const auto held = context.state.sources.find(command.source);
  const bool was_up = held == context.state.sources.end() || held->second.up;
  const bool same =
      was_up == command.up &&
      (command.up || (held != context.state.sources.end() && held->second.why == command.why));
  if (same) return false;
  context.note(facts::ProviderSeen{.source = command.source, .up = command.up, .why = command.why});
  return true;
}

std::optional<Refusal> may_set_source_secret(const State& state, const std::string& token_hash,
                                             const Now& now, const std::string& source) {
  auto asked =
      role::asked_by(state, token_hash, now, {role::administrator}, "this takes an administrator");
  if (asked.refusal) return asked.refusal;
  if (!names(state, source))
    return Refusal{.why = Why::not_found,
                   .what = "the policy in force has no provider or directory of this name"};
  return not_proved(*asked.session, proof::administration, now);
}

SetSourceSecret::Answer decide(const SetSourceSecret& command, Context& context) {
  if (auto no =
          may_set_source_secret(context.state, command.token_hash, context.now, command.source))
    return *std::move(no);
  context.note(facts::SourceSecretSet{
      .staff = live_session(context.state, command.token_hash, context.now)->staff,
      .source = command.source,
      .kept_as = command.kept_as});
  return command.source;
}

ForgetSubject::Answer decide(const ForgetSubject& command, Context& context) {
  const auto asked = role::asked_by(context.state, command.token_hash, context.now,
                                    {role::administrator}, "this takes an administrator");
  if (asked.refusal) return *asked.refusal;
  const auto* person = context.state.person(command.person);
  const auto issuer = issuer_of(context.state, command.provider);
  if (person == nullptr || !person->subjects.contains(issuer))
    return Refusal{.why = Why::not_found,
                   .what = "nobody of this id has come in by this provider yet"};
  if (person->id == asked.session->staff)
    return Refusal{.why = Why::same_person,
                   .what = "somebody else has to let another account of yours in"};
  if (auto due = not_proved(*asked.session, proof::administration, context.now)) return *due;
  if (auto waits =
          second_person(*asked.session,
                        {.kind = policy::ast::TwoPeople::factors,
                         .what = "factor",
                         .person = person->id,
                         .text = "another account at " + command.provider + " for " + person->name},
                        context))
    return *std::move(waits);
  context.note(facts::SubjectForgotten{.staff = asked.session->staff,
                                       .person = person->id,
                                       .provider = command.provider,
                                       .issuer = issuer});
  return end_sessions(facts::SessionEnd::revoked, facts::EndedBy::revoked, asked.session->staff,
                      context, [&](const Session& each) {
                        return each.staff == person->id && each.provider == command.provider;
                      });
}

std::vector<SourceShown> sources(const State& state) {
  std::vector<SourceShown> out;
  const auto* policy = policy_of(state);
  if (policy == nullptr) return out;
  const auto add = [&](const auto& each, const char* kind) {
    SourceShown shown{.source = each.name.text,
                      .kind = kind,
                      .label = each.label.empty() ? each.name.text : each.label};
    if (const auto held = state.sources.find(each.name.text); held != state.sources.end()) {
      shown.up = held->second.up;
      shown.why = held->second.why;
      if (held->second.since != far_past) shown.since = held->second.since;
      shown.has_secret = !held->second.kept_as.empty();
    }
    out.push_back(std::move(shown));
  };
  for (const auto& each : policy->providers) add(each, "provider");
  for (const auto& each : policy->directories) add(each, "directory");
  return out;
}

std::variant<std::vector<SourceShown>, Refusal> sources_for(const State& state,
                                                            const std::string& token_hash,
                                                            const Now& now) {
  const auto asked =
      role::asked_by(state, token_hash, now, {role::administrator, role::privacy_officer},
                     "this takes an administrator or a privacy officer");
  if (asked.refusal) return *asked.refusal;
  return sources(state);
}

const char* why_down(const Fault& fault) {
  if (fault.code == FaultCode::upstream_timeout) return "slow";
  return fault.code == FaultCode::upstream_unreachable ? "unreachable" : "misconfigured";
}

}  // namespace halligan::app
