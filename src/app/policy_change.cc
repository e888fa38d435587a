#include "app/policy_change.h"

#include <algorithm>

#include "app/access.h"
#include "app/begin.h"
#include "app/given_roles.h"
#include "app/judge.h"
#include "app/made.h"
#include "app/roles.h"
#include "base/limits.h"
#include "core/policy/check.h"
#include "core/policy/diff.h"
#include "core/policy/parse.h"

namespace halligan::app {
namespace {

constexpr const char* takes = "a policy takes an administrator or a privacy officer";
constexpr std::initializer_list<std::string_view> officers{role::administrator,
                                                           role::privacy_officer};

role::Asked officer(const State& state, const std::string& token_hash, const Now& now) {
  return role::asked_by(state, token_hash, now, officers, takes);
}

Refusal unknown_version() {
  return {.why = Why::not_found, .what = "no policy of this version was proposed"};
}

// Proposed before the policy in force was signed, so that its diff was against another one: signing
// it now would undo what came in between unseen.
bool is_stale(const State& state, const PolicyText& proposal) {
  const auto* in_force = state.policy_in_force();
  return in_force != nullptr && proposal.proposed_at < in_force->signed_at;
}

bool waits(const State& state, const PolicyText& text) {
  return text.signer.empty() && !is_stale(state, text);
}

struct Read {
  std::optional<policy::ast::Policy> policy;
  policy::Messages messages;
};

Read read_policy(const std::string& text) {
  auto parsed = policy::parse(text);
  Read out{.policy = std::move(parsed.policy), .messages = std::move(parsed.messages)};
  if (!out.policy) return out;
  auto found = policy::check(*out.policy);
  out.messages.insert(out.messages.end(), std::make_move_iterator(found.begin()),
                      std::make_move_iterator(found.end()));
  return out;
}

PolicyPreview preview_of(const State& state, const Read& proposed) {
  PolicyPreview out{.diff = {}, .warnings = proposed.messages};
  const auto* in_force = policy_of(state);
  const auto text = policy::diff_text(
      policy::diff(in_force == nullptr ? policy::ast::Policy{} : *in_force, *proposed.policy));
  for (std::size_t from = 0; from < text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    out.diff.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return out;
}

PolicyText without_text(PolicyText held) {
  held.text.clear();
  return held;
}

}  // namespace

std::optional<Refusal> no_policy_officer(const State& state, const Session& session) {
  if (has_any_role(state, session, officers)) return std::nullopt;
  return role::needed(takes);
}

ProposePolicy::Answer decide(const ProposePolicy& command, Context& context) {
  const auto asked = officer(context.state, command.token_hash, context.now);
  if (asked.refusal) return *asked.refusal;
  if (command.text.size() > limits::policy_bytes_max)
    return Refusal{
        .why = Why::bad_request,
        .what = "a policy is at most " + std::to_string(limits::policy_bytes_max) + " bytes"};
  auto read = read_policy(command.text);
  if (!read.policy || policy::has_errors(read.messages))
    return PolicyErrors{std::move(read.messages)};
  ProposePolicy::Done out{.version = {}, .preview = preview_of(context.state, read)};
  if (const auto made = context.state.made.find(context.idempotency);
      !context.idempotency.empty() && made != context.state.made.end()) {
    const std::string prefix = std::string{facts::PolicyProposed::kind} + "/";
    if (!made->second.id.starts_with(prefix)) return key_used_otherwise();
    out.version = made->second.id.substr(prefix.size());
    if (context.state.policies.at(out.version).text != command.text) return key_used_otherwise();
    return out;
  }
  out.version = note_policy(asked.session->staff, command.text, command.note, context);
  return out;
}

SignPolicy::Answer decide(const SignPolicy& command, Context& context) {
  const auto asked = officer(context.state, command.token_hash, context.now);
  if (asked.refusal) return *asked.refusal;
  const auto before =
      repeated(context, std::string{facts::PolicySigned::kind} + "/" + command.version);
  if (before == Repeated::same) return command.version;
  if (before == Repeated::other) return key_used_otherwise();
  const auto held = context.state.policies.find(command.version);
  if (held == context.state.policies.end()) return unknown_version();
  const auto& proposal = held->second;
  if (!proposal.signer.empty())
    return Refusal{.why = Why::closed_already, .what = "this version was signed before"};
  if (proposal.proposer == asked.session->staff)
    return Refusal{.why = Why::same_person, .what = "somebody else has to sign what you proposed"};
  if (context.state.one_hand(proposal.proposer, asked.session->staff, proposal.proposed_at))
    return in_one_hand("the proposer", "sign");
  if (!role::still_has_one(context.state, proposal.proposer, officers))
    return Refusal{.why = Why::conflict,
                   .what = "who proposed this is no officer any more: propose it again"};
  if (is_stale(context.state, proposal))
    return Refusal{
        .why = Why::conflict,
        .what = "another policy came into force since this was proposed: propose it again"};
  // What this build accepts may be less than what the one accepted that it was proposed to.
  const auto read = read_policy(proposal.text);
  if (!read.policy || policy::has_errors(read.messages))
    return Refusal{.why = Why::policy_refused,
                   .what = "this version no longer passes the check: propose it again"};
  if (auto due = not_proved(*asked.session, proof::signature, context.now)) return *due;
  context.note(facts::PolicySigned{.staff = asked.session->staff, .policy = command.version});
  give_roles_anew(*read.policy, context);
  return command.version;
}

std::variant<PolicyShown, Refusal> show_policy(const State& state, const std::string& token_hash,
                                               const Now& now) {
  if (live_session(state, token_hash, now) == nullptr) return no_session(state, token_hash, now);
  PolicyShown out;
  if (const auto* in_force = state.policy_in_force()) out.in_force = *in_force;
  for (const auto& [version, held] : state.policies)
    if (waits(state, held)) out.proposals.push_back(without_text(held));
  std::sort(out.proposals.begin(), out.proposals.end(),
            [](const PolicyText& a, const PolicyText& b) { return a.proposed_at < b.proposed_at; });
  return out;
}

std::variant<ProposalShown, Refusal> show_proposal(const State& state,
                                                   const std::string& token_hash, const Now& now,
                                                   const std::string& version) {
  const auto asked = officer(state, token_hash, now);
  if (asked.refusal) return *asked.refusal;
  const auto held = state.policies.find(version);
  if (held == state.policies.end()) return unknown_version();
  const auto read = read_policy(held->second.text);
  ProposalShown out{.proposal = held->second, .preview = {}};
  if (read.policy) out.preview = preview_of(state, read);
  return out;
}

}  // namespace halligan::app
