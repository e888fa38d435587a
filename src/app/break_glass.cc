#include "app/break_glass.h"

#include <algorithm>

#include "app/made.h"
#include "app/offer.h"
#include "base/limits.h"
#include "base/must.h"
#include "core/facts/json_text.h"

namespace halligan::app {
namespace {

bool blank(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' '; });
}

std::vector<std::string> unanswered(const std::vector<std::string>& prompts,
                                    const std::vector<facts::Detail>& details) {
  std::vector<std::string> out;
  for (const auto& prompt : prompts) {
    const auto given =
        std::find_if(details.begin(), details.end(), [&](const facts::Detail& detail) {
          return detail.prompt == prompt && !blank(detail.answer);
        });
    if (given == details.end()) out.push_back(prompt);
  }
  return out;
}

// All answers together must fit one entry, however they are escaped there.
std::optional<Refusal> too_long(const std::vector<facts::Detail>& details) {
  std::string written;
  for (const auto& detail : details) {
    facts::append_json_string(written, detail.prompt);
    facts::append_json_string(written, detail.answer);
  }
  if (details.size() <= limits::details_max && written.size() <= limits::entry_bytes_max / 2)
    return std::nullopt;
  return Refusal{.why = Why::bad_request, .what = "the answers are too long altogether"};
}

std::optional<Refusal> wrong_wanted(const OfferedCell& wanted) {
  const auto fits = [](const std::vector<std::string>& codes) {
    return codes.size() <= limits::codes_of_cell_max &&
           std::all_of(codes.begin(), codes.end(), [](const std::string& code) {
             return !code.empty() && code.size() <= limits::id_bytes_max;
           });
  };
  if (wanted.type.size() <= limits::id_bytes_max && fits(wanted.labels) && fits(wanted.categories))
    return std::nullopt;
  return Refusal{.why = Why::bad_request, .what = "what is wanted is of one type, with few codes"};
}

// Whatever of the bill was not brought along; nothing when it is paid.
std::optional<Refusal> unpaid(const BreakGlass& command, const Grant& grant) {
  Refusal out;
  out.missing = unanswered(grant.bill.prompts, command.details);
  if (!out.missing.empty()) {
    out.why = Why::details_missing;
    out.what = "answer each prompt; unanswered: " + out.missing.front();
    return out;
  }
  for (const auto& rule : grant.bill.acknowledge)
    if (std::find(command.acknowledged.begin(), command.acknowledged.end(), rule) ==
        command.acknowledged.end())
      out.missing.push_back(rule);
  if (!out.missing.empty()) {
    out.why = Why::acknowledgement_missing;
    out.what = "acknowledge what the rule " + out.missing.front() + " says";
    return out;
  }
  if (grant.bill.confirm && !command.confirmed) {
    out.why = Why::confirmation_missing;
    out.what = "what we know is not certain: confirm the situation";
    return out;
  }
  if (grant.bill.proof_level > 0) {
    out.why = Why::step_up_needed;
    out.max_age_seconds = grant.bill.proof_age ? grant.bill.proof_age->count() / 1000 : 0;
    out.what = "a second factor is needed that is fresh";
    return out;
  }
  return std::nullopt;
}

// What of the offer was taken.
struct Taken {
  const Grant& grant;
  const policy::ast::Rule& rule;
  const std::vector<std::string>& pays;
};

// The chart as such is what is meant where nothing is said.
template <class Fact>
void say_wanted(const OfferedCell& wanted, Fact& fact) {
  if (wanted.is_chart()) return;
  fact.for_action = action_text(wanted.action);
  fact.for_type = wanted.type;
  fact.for_labels = wanted.labels;
  fact.for_categories = wanted.categories;
}

// When the details that may follow are owed, if any are.
std::optional<Instant> details_due(const State& state, const Grant& grant, Instant now) {
  std::optional<Instant> due;
  for (const auto& name : grant.bill.owed_prompts) {
    const auto* rule = rule_named(state, name);
    if (rule == nullptr || !rule->duties.prompts || !rule->duties.prompts->owed) continue;
    const Instant at = now + *rule->duties.prompts->owed;
    due = due ? std::min(*due, at) : at;
  }
  return due;
}

// The review that a grant leaves owed: the glass rule's, else that of a seal upon an allow; due
// with the earliest of all.
struct Review {
  std::string reviewer;
  std::string queue;
  Instant due{};
  int rank = 0;
  std::string seals;  // those that ask for one
};

std::optional<Review> review_of(const State& state, const Grant& grant, Instant now) {
  std::optional<Review> out;
  for (const auto& name : grant.bill.reviews) {
    const auto* rule = rule_named(state, name);
    if (rule == nullptr || !rule->duties.review) continue;
    const auto& review = *rule->duties.review;
    if (!out)
      out = Review{.reviewer = review.by.text,
                   .queue = review.queue.empty() ? review.by.text : review.queue,
                   .due = now + review.within,
                   .rank = review.rank,
                   .seals = {}};
    out->due = std::min(out->due, now + review.within);
    out->rank = std::max(out->rank, review.rank);
    if (rule->kind == policy::ast::RuleKind::seal)
      out->seals += (out->seals.empty() ? "" : ", ") + name;
  }
  return out;
}

// One case a glass.
std::optional<facts::CaseOpened> case_for(const Session& session, const BreakGlass& command,
                                          const Grant& grant, const GlassId& glass,
                                          Context& context) {
  const auto review = review_of(context.state, grant, context.now.wall);
  if (!review) return std::nullopt;
  facts::CaseOpened out;
  out.staff = session.staff;
  out.patient = command.patient;
  out.case_id = CaseId{context.fresh.id()};
  out.case_kind = grant.is_reason ? "glass" : "seal";
  out.rule = grant.rule;
  out.glass = glass;
  out.reviewer = review->reviewer;
  out.queue = review->queue;
  out.due = review->due;
  out.rank = review->rank;
  out.cause = grant.is_reason ? "glass broken for " + grant.rule : "opened under " + grant.rule;
  if (!review->seals.empty()) out.cause += ", sealed by " + review->seals;
  return out;
}

// Of a glass that goes on with an earlier one's case: one more for the seals that are new to it.
std::optional<facts::CaseOpened> seal_case_for(const Session& session, const BreakGlass& command,
                                               const Grant& beyond, const GlassId& glass,
                                               Context& context) {
  Grant seals = beyond;
  seals.is_reason = false;
  std::erase_if(seals.bill.reviews, [&](const std::string& name) {
    const auto* rule = rule_named(context.state, name);
    return rule == nullptr || rule->kind != policy::ast::RuleKind::seal;
  });
  if (seals.bill.reviews.empty()) return std::nullopt;
  auto out = case_for(session, command, seals, glass, context);
  if (out) out->rule = seals.bill.reviews.front();
  return out;
}

Broken widen(const glass::Glass& held, const BreakGlass& command, const Taken& taken,
             const Session& session, Context& context) {
  const auto& [grant, rule, pays] = taken;
  move_focus(session, command.patient, context);
  facts::GlassWidened fact;
  fact.staff = held.staff;
  fact.patient = held.patient;
  fact.glass = held.id;
  fact.rule = grant.rule;
  say_wanted(command.wanted, fact);
  fact.paid = pays;
  fact.reason = grant.is_reason ? grant.rule : "";
  fact.purpose = rule.purpose;
  fact.details = command.details;
  fact.policy = context.state.policy_version;
  fact.proof_level = session.proof_level;
  fact.unsure = grant.bill.confirm;
  if (const auto due = details_due(context.state, grant, context.now.wall)) {
    fact.details_owed = true;
    fact.details_due = *due;
  }
  const auto ends = rule.ends.value_or(policy::ast::Ends{});
  fact.ends_with_focus = ends.focus;
  fact.idle_millis = ends.idle.count();
  fact.until = context.now.wall + ends.after;
  if (const auto review = review_of(context.state, grant, context.now.wall)) {
    fact.reviewer = review->reviewer;
    fact.queue = review->queue;
    fact.due = review->due;
    fact.rank = review->rank;
    // Somebody has closed the case of the first reason already: the second one is to be seen, too.
    if (const auto* about = context.state.case_of(held.case_id); about != nullptr && about->closing)
      context.note(facts::CaseReopened{.staff = {},
                                       .patient = held.patient,
                                       .case_id = held.case_id,
                                       .comment = "the glass was widened for " + grant.rule,
                                       .due = review->due});
  }
  return {.glass = held.id, .case_id = held.case_id, .entry = context.note(std::move(fact))};
}

// The glass whose case is gone on with, if any, and what is asked beyond it.
struct Continued {
  const glass::Glass* earlier = nullptr;
  const Grant& beyond;
};

Broken open(const BreakGlass& command, const Taken& taken, const Session& session,
            const Continued& continued, Context& context) {
  const auto& [grant, rule, pays] = taken;
  const auto ends = rule.ends.value_or(policy::ast::Ends{});
  facts::GlassOpened fact;
  fact.staff = session.staff;
  fact.patient = command.patient;
  fact.glass = GlassId{context.fresh.id()};
  auto opened_case = continued.earlier == nullptr
                         ? case_for(session, command, grant, fact.glass, context)
                         : seal_case_for(session, command, continued.beyond, fact.glass, context);
  if (continued.earlier != nullptr)
    fact.case_id = continued.earlier->case_id;
  else if (opened_case)
    fact.case_id = opened_case->case_id;
  fact.session = session.id;
  fact.rule = grant.rule;
  say_wanted(command.wanted, fact);
  fact.paid = pays;
  fact.reason = grant.is_reason ? grant.rule : "";
  fact.purpose = rule.purpose;
  fact.details = command.details;
  fact.terminal = session.terminal;
  fact.place = session.place;
  fact.policy = context.state.policy_version;
  fact.proof_level = session.proof_level;
  fact.unsure = grant.bill.confirm;
  fact.ends_with_focus = ends.focus;
  fact.idle_millis = ends.idle.count();
  fact.until = context.now.wall + ends.after;
  if (const auto due = details_due(context.state, grant, context.now.wall)) {
    fact.details_owed = true;
    fact.details_due = *due;
  }
  Broken done{.glass = fact.glass, .case_id = fact.case_id, .entry = 0};
  move_focus(session, command.patient, context);
  // The case first: a disk may keep the front half of a batch, and no glass is ever without its
  // case.
  if (opened_case) context.note(std::move(*opened_case));
  done.entry = context.note(std::move(fact));
  return done;
}

bool has_grant(const glass::Glass& held, const std::string& rule) {
  return std::any_of(held.grants.begin(), held.grants.end(),
                     [&](const glass::Grant& grant) { return grant.rule == rule; });
}

// The earlier glass whose case this one continues, where the reason's `repeat` says so: the same
// person, chart and reason, not too long ago, and nobody has closed the case.
const glass::Glass* glass_continued(const Session& session, const PatientId& patient,
                                    const policy::ast::Rule& rule, const Context& context) {
  const auto of_patient = context.state.glass_of_patient.find(patient);
  if (!rule.repeat || of_patient == context.state.glass_of_patient.end()) return nullptr;
  for (auto id = of_patient->second.rbegin(); id != of_patient->second.rend(); ++id) {
    const auto& earlier = *context.state.glass(*id);
    if (earlier.staff != session.staff || !has_grant(earlier, rule.name.text)) continue;
    const auto* held = context.state.case_of(earlier.case_id);
    const bool counts = held != nullptr && !held->closing &&
                        context.now.wall < earlier.opened_at + rule.repeat->within;
    return counts ? &earlier : nullptr;
  }
  return nullptr;
}

// What is left to give: explained once is explained, and not again, but a seal that the earlier
// glass did not pay asks for itself, and is reviewed for itself.
Grant beyond_earlier(const State& state, const Taken& taken, const glass::Glass* earlier) {
  Grant out = taken.grant;
  if (earlier == nullptr) return out;
  const auto paid = [&](const std::string& name) {
    return std::ranges::any_of(earlier->grants, [&](const glass::Grant& each) {
      return each.rule == name || std::ranges::find(each.paid, name) != each.paid.end();
    });
  };
  std::erase_if(out.bill.acknowledge, paid);
  std::erase_if(out.bill.reviews, paid);
  std::erase_if(out.bill.prompts, [&](const std::string& prompt) {
    return std::ranges::none_of(taken.pays, [&](const std::string& name) {
      const auto* rule = rule_named(state, name);
      return rule != nullptr && rule->duties.prompts && !paid(name) &&
             std::ranges::find(rule->duties.prompts->ask, prompt) !=
                 rule->duties.prompts->ask.end();
    });
  });
  return out;
}

Refusal glass_not_found() { return {.why = Why::not_found, .what = "no glass has this id"}; }

}  // namespace

BreakGlass::Answer decide(const BreakGlass& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  if (const auto made = context.state.made.find(context.idempotency);
      !context.idempotency.empty() && made != context.state.made.end()) {
    // A key that made no glass (ordinary access sufficed) is simply asked again.
    if (const auto* held = context.state.glass(GlassId{made->second.id}); held != nullptr) {
      if (held->patient != command.patient || held->session != session->id)
        return key_used_otherwise();
      return Broken{
          .glass = held->id, .case_id = held->case_id, .entry = made->second.index, .again = true};
    }
  }
  if (auto refusal = wrong_wanted(command.wanted)) return *refusal;
  if (auto refusal = too_long(command.details)) return *refusal;
  const auto* held = context.state.open_glass(session->id, command.patient);
  const Cell cell = cell_of(command.wanted, command.patient);
  const bool known = command.patient_exists || context.state.knows(command.patient);
  auto answer = judge_break(context.state, *session, cell, context.now, known);
  if (answer.verdict == Verdict::permit) {
    move_focus(*session, command.patient, context);
    owe_cases(*session, command.patient, *answer.basis, context);
    const auto entry = context.note(facts::BreakUnneeded{.staff = session->staff,
                                                         .patient = command.patient,
                                                         .session = session->id,
                                                         .reason = command.rule,
                                                         .basis = answer.basis->rule});
    return Unneeded{.rule = answer.basis->rule, .entry = entry};
  }
  if (answer.verdict == Verdict::deny) return refuse_cell(*session, cell, answer, context);
  const bool given = held != nullptr && has_grant(*held, command.rule);
  if (given) {
    // Given already: what a seal asks beyond it, here and not there, is what is left.
    auto left = judge(context.state, *session, cell, context.now);
    if (left.verdict != Verdict::glass)
      return Broken{.glass = held->id, .case_id = held->case_id, .entry = 0, .again = true};
    answer = std::move(left);
  }
  const auto grant = std::find_if(answer.offer.begin(), answer.offer.end(),
                                  [&](const Grant& each) { return each.rule == command.rule; });
  // What is offered tells of the chart: who does not take it as it is offered has been told all the
  // same, and it is written down as the offer is.
  if (grant == answer.offer.end())
    return refuse_saying({.why = Why::unknown_reason,
                          .what = "give one of the reasons that are offered for this",
                          .offer = offer_of(context.state, cell, answer, context.now)},
                         *session, cell, answer, context);
  const auto* rule = rule_named(context.state, grant->rule);
  MUST(rule != nullptr);
  const Taken taken{.grant = *grant,
                    .rule = *rule,
                    .pays = answer.pays[static_cast<std::size_t>(grant - answer.offer.begin())]};
  const auto* earlier =
      given ? nullptr : glass_continued(*session, command.patient, *rule, context);
  const auto beyond = beyond_earlier(context.state, taken, earlier);
  if (auto refusal = unpaid(command, beyond))
    return refuse_saying(*std::move(refusal), *session, cell, answer, context);
  if (held != nullptr) {
    const bool by_reason =
        std::any_of(held->grants.begin(), held->grants.end(),
                    [](const glass::Grant& each) { return !each.reason.empty(); });
    if (by_reason) return widen(*held, command, taken, *session, context);
    // What was only acknowledged gives way: a reason has its own case and its own, shorter, life.
    if (auto ended = glass::decide_end(*held, facts::EndedBy::closed, {}, context.now))
      context.note(std::move(*ended));
  }
  return open(command, taken, *session, {.earlier = earlier, .beyond = beyond}, context);
}

CloseGlass::Answer decide(const CloseGlass& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  const auto* held = context.state.glass(command.glass);
  if (held == nullptr) return glass_not_found();
  if (held->staff != session->staff)
    return Refusal{.why = Why::not_yours, .what = "only its opener closes a glass"};
  auto ended = glass::decide_end(*held, facts::EndedBy::closed, {}, context.now);
  if (!ended) return Refusal{.why = Why::glass_ended, .what = "the glass has ended already"};
  context.note(std::move(*ended));
  return held->id;
}

RevokeGlass::Answer decide(const RevokeGlass& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  if (!has_any_role(context.state, *session, {"privacy-officer", "administrator"}))
    return Refusal{.why = Why::role_needed,
                   .what = "revoking takes a privacy officer or an administrator"};
  const auto* held = context.state.glass(command.glass);
  if (held == nullptr ||
      !may_learn(context.state, *session, held->staff, held->patient, context.now))
    return glass_not_found();
  auto ended = glass::decide_end(*held, facts::EndedBy::revoked, session->staff, context.now);
  if (!ended) return Refusal{.why = Why::glass_ended, .what = "the glass has ended already"};
  ended->comment = command.comment;
  context.note(std::move(*ended));
  return held->id;
}

std::vector<std::string> owed_prompts(const State& state, const glass::Glass& held) {
  for (const auto& grant : held.grants) {
    if (!grant.details_due) continue;
    std::vector<std::string> out;
    for (const auto& name : grant.paid) {
      const auto* rule = rule_named(state, name);
      if (rule == nullptr || !rule->duties.prompts || !rule->duties.prompts->owed) continue;
      const auto& ask = rule->duties.prompts->ask;
      out.insert(out.end(), ask.begin(), ask.end());
    }
    return out;
  }
  return {};
}

GiveDetails::Answer decide(const GiveDetails& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  const auto* held = context.state.glass(command.glass);
  if (held == nullptr) return glass_not_found();
  if (held->staff != session->staff)
    return Refusal{.why = Why::not_yours, .what = "only its opener owes these details"};
  const auto* about = context.state.case_of(held->case_id);
  if (about != nullptr && about->closing)
    return Refusal{.why = Why::closed_already, .what = "its case is closed: nothing is rewritten"};
  if (auto refusal = too_long(command.details)) return *refusal;
  const auto prompts = owed_prompts(context.state, *held);
  if (prompts.empty())
    return Refusal{.why = Why::conflict, .what = "no details are owed: justify its case instead"};
  auto missing = unanswered(prompts, command.details);
  if (!missing.empty()) {
    Refusal out{.why = Why::details_missing,
                .what = "answer each prompt; unanswered: " + missing.front()};
    out.missing = std::move(missing);
    return out;
  }
  facts::DetailsGiven fact;
  fact.staff = session->staff;
  fact.patient = held->patient;
  fact.glass = held->id;
  fact.case_id = held->case_id;
  fact.details = command.details;
  context.note(std::move(fact));
  return held->id;
}

ViewGlass::Answer decide(const ViewGlass& command, Context& context) {
  AskAccess ask;
  ask.token_hash = command.token_hash;
  ask.cells = {chart_cell(command.patient)};
  ask.form = "viewer";
  ask.focus = AskAccess::Focus::stays;
  ask.patients_exist = command.patient_exists;
  auto answer = decide(ask, context);
  if (auto* refusal = std::get_if<Refusal>(&answer)) return std::move(*refusal);
  auto& access = std::get<Accessed>(answer);
  if (!access.all_permitted) return std::move(*access.refusal);
  ViewGlass::Seen out{.access = std::move(access), .glass = {}};
  if (const auto held = context.state.glass_of_patient.find(command.patient);
      held != context.state.glass_of_patient.end())
    out.glass.assign(held->second.rbegin(), held->second.rend());
  return out;
}

}  // namespace halligan::app
