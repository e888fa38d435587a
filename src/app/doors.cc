#include "app/doors.h"

#include <algorithm>

#include "app/access.h"
#include "app/fold_evidence.h"
#include "app/judge.h"
#include "app/roles.h"
#include "base/crypto.h"
#include "base/limits.h"

namespace halligan::app {
namespace {

constexpr int lock_out_rank = 90;  // of 100: somebody's password was guessed at

// After `free` failures each further one doubles the wait, up to half a minute.
Millis wait_after(std::uint32_t failures, std::uint32_t free) {
  if (failures < free) return Millis{0};
  return Millis{1000LL << std::min<std::uint32_t>(failures - free, 5U)};
}

struct Count {
  std::string key;
  std::uint32_t free;
};

std::int64_t longest_wait(const State& state, const std::vector<Count>& counts, const Now& now) {
  Millis longest{0};
  for (const auto& count : counts) {
    const auto held = state.failures.find(count.key);
    if (held == state.failures.end()) continue;
    const auto until = held->second.last.boot + wait_after(held->second.count, count.free);
    longest = std::max(longest, until - now.boot);
  }
  return (longest.count() + 999) / 1000;
}

bool names_source(const policy::ast::Policy& policy, const std::string& source) {
  const auto is = [&](const auto& each) { return each.name.text == source; };
  return std::ranges::any_of(policy.providers, is) || std::ranges::any_of(policy.directories, is);
}

}  // namespace

std::string short_hash(const std::string& user) {
  return to_hex(crypto::sha256(view("name|" + user))).substr(0, 8);
}

std::string counted_by(const Person* person, const std::string& user) {
  return person == nullptr ? "?" + short_hash(user) : person->id.text();
}

std::int64_t seconds_to_wait(const State& state, const std::string& name, const std::string& origin,
                             bool with_sums, const Now& now) {
  // Where somebody is known, others' failures there count late, and theirs elsewhere not at all.
  std::vector<Count> counts{{name + "@" + origin, 5}, {"@" + origin, with_sums ? 30U : 100U}};
  if (with_sums) counts.push_back({name + "@*", 50});
  return longest_wait(state, counts, now);
}

std::int64_t seconds_to_wait_for_passkeys(const State& state, const std::string& origin,
                                          const Now& now) {
  return longest_wait(state, {{passkeys_key(origin), 100}}, now);
}

Refusal slow_down(std::int64_t seconds) {
  Refusal out{.why = Why::slow_down,
              .what = "too many attempts failed from here: wait and try again"};
  out.retry_after_seconds = seconds;
  return out;
}

Refusal sign_in_refused() {
  return {.why = Why::sign_in_refused, .what = "name, password or code is wrong"};
}

const Terminal* proved_terminal(const State& state, const TerminalId& id,
                                const std::string& kept_as) {
  const auto* terminal = state.terminal(id);
  if (terminal == nullptr || !terminal->active) return nullptr;
  const bool is =
      terminal->kept_as == kept_as ||
      (!terminal->certificate.empty() && kept_as == by_certificate(terminal->certificate));
  return is ? terminal : nullptr;
}

bool is_in(const State& state, const PlaceId& place, const std::vector<policy::ast::Name>& places) {
  const auto* policy = policy_of(state);
  if (policy == nullptr || place.empty()) return false;
  const auto node = place_node(place);
  const auto among = [](const std::vector<policy::ast::Name>& names, std::string_view text) {
    return std::ranges::any_of(names, [&](const auto& name) { return name.text == text; });
  };
  return std::ranges::any_of(policy->places, [&](const policy::ast::Place& each) {
    return among(places, each.name.text) &&
           (among(each.kinds, node.type) || among(each.ids, node.id));
  });
}

bool still_lent(const State& state, const Session& session) {
  const auto* policy = policy_of(state);
  if (!session.provider.empty())
    return policy != nullptr && names_source(*policy, session.provider);
  if (session.by_own_factors()) return true;
  if (policy == nullptr) return false;
  const auto all_among = [&](const std::vector<policy::ast::Name>& lent) {
    return std::ranges::all_of(session.roles, [&](const std::string& role) {
      return std::ranges::any_of(lent, [&](const auto& name) { return name.text == role; });
    });
  };
  if (session.way == "vouched") return policy->vouching && all_among(policy->vouching->roles);
  const auto* card = state.card_of(session.staff);
  return card != nullptr && std::ranges::any_of(policy->drawers, [&](const auto& drawer) {
           return drawer.name.text == card->drawer && all_among(drawer.roles) &&
                  is_in(state, session.place, drawer.place);
         });
}

SignIn::Done open_session(facts::SessionOpened fact, Millis lasts, Context& context) {
  // The oldest session makes room: a forgotten workstation must not lock its owner out.
  std::vector<const Session*> own;
  for (const auto& [id, session] : context.state.sessions)
    if (session.staff == fact.staff) own.push_back(&session);
  if (own.size() >= limits::sessions_per_staff_max) {
    const auto* oldest = *std::min_element(
        own.begin(), own.end(),
        [](const Session* a, const Session* b) { return a->opened_at < b->opened_at; });
    end_session(*oldest, facts::SessionEnd::expired, facts::EndedBy::logout, {}, context);
  }
  if (fact.session.empty()) fact.session = SessionId{context.fresh.id()};
  fact.until = context.now.wall + lasts;
  fact.idle_millis = Millis{limits::session_idle}.count();
  const auto* person = context.state.person(fact.staff);
  SignIn::Done done{.session = fact.session,
                    .staff = fact.staff,
                    .name = person->name,
                    .roles = fact.way.empty() ? person->roles : fact.roles,
                    .place = fact.place,
                    .terminal = fact.terminal,
                    .until = fact.until,
                    .idle = limits::session_idle};
  context.note(std::move(fact));
  return done;
}

void owe_case(const char* kind, const StaffId& about, const policy::ast::Review& review,
              std::string cause, std::string key, Context& context) {
  if (context.state.case_by_key.contains(key)) return;
  facts::CaseOpened fact;
  fact.staff = about;
  fact.case_id = CaseId{context.fresh.id()};
  fact.case_kind = kind;
  fact.reviewer = review.by.text;
  fact.queue = review.queue.empty() ? review.by.text : review.queue;
  fact.due = context.now.wall + review.within;
  fact.rank = review.rank;
  fact.cause = std::move(cause);
  fact.key = std::move(key);
  context.note(std::move(fact));
}

void owe_lock_out_case(const Person& person, const SessionId& session, const char* by,
                       Context& context) {
  if (!person.lock.any()) return;
  policy::ast::Review review;
  review.by.text = role::privacy_officer;
  review.within = std::chrono::hours{24};
  review.rank = lock_out_rank;
  if (const auto* policy = policy_of(context.state); policy != nullptr && policy->lockout.review)
    review = *policy->lockout.review;
  owe_case("lock-out-passed", person.id, review,
           std::string{"signed in "} + by + " while the password is locked",
           "lock-out/" + session.text(), context);
}

}  // namespace halligan::app
