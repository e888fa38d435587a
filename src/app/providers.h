// providers.h - signing in, stepping up and unlocking by the word of a provider that the policy
// names; its logouts; whether providers and directories answer.
//
// The caller has checked the provider's token (core/identity); what arrives here is what it said.
// A provider's own name of a person (its `sub`) is bound to them when they first come in by it:
// afterwards nobody else comes in under that name, and they by no other.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/sessions.h"
#include "base/result.h"

namespace halligan::app {

struct ProviderSaid {
  std::string provider;  // of the policy
  std::string subject;
  std::string name;     // the claim that names the person
  int level = 1;        // of proof, as the policy takes its acr and amr
  Millis proof_age{0};  // since its auth_time
  bool tells_groups = false;
  std::vector<std::string> groups{};
  std::string session{};  // the provider's; empty: it does not say
};

struct SignInByProvider {
  using Answer = SignIn::Answer;
  ProviderSaid said;
  std::string address;
  TerminalId terminal;
  std::string terminal_kept_as{};
  std::string token_hash;
};
SignInByProvider::Answer decide(const SignInByProvider& command, Context& context);

// By whoever is signed in, in the provider's words of now.
struct StepUpByProvider {
  using Answer = StepUp::Answer;
  std::string token_hash;
  ProviderSaid said;
};
StepUpByProvider::Answer decide(const StepUpByProvider& command, Context& context);

struct UnlockByProvider {
  using Answer = UnlockSession::Answer;
  std::string token_hash;
  ProviderSaid said;
};
UnlockByProvider::Answer decide(const UnlockByProvider& command, Context& context);

// The provider tells that somebody logged out there: of one session of its own, or of all of
// theirs.
struct ProviderLogout {
  using Answer = std::size_t;  // sessions ended
  std::string provider;
  std::string subject;  // empty: only the session is told
  std::string session;  // empty: all of the subject's
};
ProviderLogout::Answer decide(const ProviderLogout& command, Context& context);

// Whether one answers; written down where that is news.
struct SeeSource {
  using Answer = bool;  // it was news
  std::string source;
  bool up = true;
  std::string why{};
};
SeeSource::Answer decide(const SeeSource& command, Context& context);

std::optional<Refusal> may_set_source_secret(const State& state, const std::string& token_hash,
                                             const Now& now, const std::string& source);
struct SetSourceSecret {
  using Answer = std::variant<std::string, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  std::string source;
  std::string kept_as;
};
SetSourceSecret::Answer decide(const SetSourceSecret& command, Context& context);

// Somebody has another account at the provider from now on. Ends their sessions by it.
struct ForgetSubject {
  using Answer = std::variant<std::size_t, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  StaffId person;
  std::string provider;
};
ForgetSubject::Answer decide(const ForgetSubject& command, Context& context);

// --- queries -----------------------------------------------------------------------------------

const policy::ast::Provider* provider_named(const State& state, const std::string& name);
const policy::ast::Directory* directory_of(const State& state);  // null: none
bool source_is_up(const State& state, const std::string& source);

struct SourceShown {
  std::string source;
  std::string kind;  // "provider", "directory"
  std::string label;
  bool up = true;
  std::string why{};
  std::optional<Instant> since{};
  bool has_secret = false;
};
std::vector<SourceShown> sources(const State& state);  // of the policy in force
std::variant<std::vector<SourceShown>, Refusal> sources_for(const State& state,
                                                            const std::string& token_hash,
                                                            const Now& now);
// Whom a name means that somebody typed, or a provider tells: by our id, or as a system that enrols
// people calls them. Null where it is nobody, or two are meant.
const Person* person_called(const State& state, const std::string& name);
const char* why_down(const Fault& fault);  // "slow", "unreachable", "misconfigured"

// Whether the person's own password may not open now: the policy keeps it for when nobody answers
// who else says who they are, and somebody does.
bool kept_for_downtime(const State& state, const Person& person);

}  // namespace halligan::app
