#include "app/state.h"

#include <algorithm>

#include "app/fold_evidence.h"
#include "app/made.h"
#include "base/must.h"
#include "core/policy/parse.h"

namespace halligan::app {
namespace {

using namespace std::chrono_literals;

// Of so many entries: a count of the codes themselves would be another one after an erasure.
constexpr EntryIndex codes_kept_entries = 200'000;
constexpr auto made_kept = 24h;
constexpr std::size_t origins_kept = 8;
constexpr std::size_t codes_remembered = 8;  // one-time codes of a person

template <class Map>
const typename Map::mapped_type* found(const Map& map, const typename Map::key_type& key) {
  const auto at = map.find(key);
  return at == map.end() ? nullptr : &at->second;
}

std::string way_of(const facts::SessionOpened& f) {
  if (!f.way.empty()) return f.way;
  if (!f.subject.empty()) return "provider";
  if (!f.provider.empty()) return "directory";
  return f.passkey.empty() ? "password" : "passkey";
}

// The codes of a clock that was ahead stay used when it is right again.
void note_used_code(Person& person, std::int64_t step) {
  auto& steps = person.totp_steps;
  steps.push_back(step);
  if (steps.size() > codes_remembered) steps.erase(steps.begin());
}

}  // namespace

std::string fold_key(const facts::AccessRefused& refused) {
  return refused.session.text() + "|" + refused.patient.text() + refused.asked + "|" + refused.rule;
}

std::string name_of_secret(const KeptAs& kept_as, const std::string& factor) {
  const auto* name = found(kept_as, factor);
  return name == nullptr ? std::string{} : *name;
}

std::string unlock_origin(const SessionId& session) {
  return "session/" + session.text() + "/unlock";
}

const Session* State::session(const SessionId& id) const { return found(sessions, id); }
const Person* State::person(const StaffId& id) const { return found(people, id); }

bool State::holds(const StaffId& holder, const StaffId& held, Instant since) const {
  const auto* who = person(held);
  return who != nullptr && std::ranges::any_of(who->hands, [&](const auto& each) {
           const auto* until = found(each.second, holder);
           return until != nullptr && *until >= since;
         });
}

bool State::one_hand(const StaffId& a, const StaffId& b, Instant since) const {
  return holds(a, b, since) || holds(b, a, since);
}

std::span<const policy::NodeId> State::in_hands_of(const StaffId& who) const {
  const auto* held = found(in_hands_, who);
  return held == nullptr ? std::span<const policy::NodeId>{} : *held;
}

const Terminal* State::terminal(const TerminalId& id) const { return found(terminals, id); }
const glass::Glass* State::glass(const GlassId& id) const { return found(glasses, id); }
const cases::Case* State::case_of(const CaseId& id) const { return found(all_cases, id); }

const Session* State::session_by_token(const std::string& token_hash) const {
  const auto at = by_token.find(token_hash);
  return at == by_token.end() ? nullptr : session(at->second);
}

const PolicyText* State::policy_in_force() const { return found(policies, policy_version); }

std::vector<const glass::Glass*> State::open_glass_of(const SessionId& session) const {
  std::vector<const glass::Glass*> out;
  for (const auto& id : open)
    if (glasses.at(id).session == session) out.push_back(&glasses.at(id));
  return out;
}

const glass::Glass* State::open_glass(const SessionId& session, const PatientId& patient) const {
  const auto at = glass_of_patient.find(patient);
  if (at == glass_of_patient.end()) return nullptr;
  for (auto id = at->second.rbegin(); id != at->second.rend(); ++id) {
    const auto& held = glasses.at(*id);
    if (held.session == session && held.open()) return &held;
  }
  return nullptr;
}

void State::used(const SessionId& session, const PatientId& patient, const EntryTime& at,
                 const GlassId& glass_used) {
  if (const auto s = sessions.find(session); s != sessions.end()) {
    s->second.idle = glass::in(at, s->second.idle_span);
    s->second.used_for = patient;
  }
  if (const auto g = glasses.find(glass_used); g != glasses.end() && g->second.patient == patient)
    glass::apply_used(g->second, at);
}

// Whoever renews their own factor stays in the hands they were in: it may be those hands at work.
void State::take_in_hand(Person& person, const std::string& what, const StaffId& by, Instant at) {
  if (by.empty() || by == person.id) return;
  std::set<StaffId> holders{by};
  if (const auto* who = this->person(by))
    for (const auto& [each, theirs] : who->hands)
      for (const auto& [holder, until] : theirs)
        if (until == far_future) holders.insert(holder);
  holders.erase(person.id);
  auto& hands = person.hands[what];
  for (auto& [holder, until] : hands)
    if (until == far_future && !holders.contains(holder)) until = at;
  for (const auto& holder : holders) {
    hands[holder] = far_future;
    hold(holder, person.id);
  }
}

void State::hold(const StaffId& holder, const StaffId& held) {
  auto& list = in_hands_[holder];
  const auto node = evidence.intern("staff", held.text());
  const auto at = std::ranges::lower_bound(list, node);
  if (at == list.end() || *at != node) list.insert(at, node);
}

void State::end_session(const SessionId& id) {
  const auto at = sessions.find(id);
  if (at == sessions.end()) return;
  at->second.over->store(true);
  by_token.erase(at->second.token_hash);
  sessions.erase(at);
}

void State::keep_unclosed(const cases::Case& held) {
  unclosed.insert(held.id);
  unclosed_by_time[{held.opened_at, held.id}] = &held;
  unclosed_of_patient.emplace(held.patient, held.id);
  unclosed_of_staff.emplace(held.staff, held.id);
  file_late(held);
}

void State::drop_unclosed(const cases::Case& held) {
  unclosed.erase(held.id);
  unclosed_by_time.erase({held.opened_at, held.id});
  unclosed_of_patient.erase({held.patient, held.id});
  unclosed_of_staff.erase({held.staff, held.id});
  unfile_late(held.id);
}

void State::unfile_late(const CaseId& id) {
  const auto filed = late_at_.find(id);
  if (filed == late_at_.end()) return;
  late_from.erase({filed->second, id});
  late_at_.erase(filed);
}

// When time alone makes the case late: it is due, or details are that its glass owes. Asked for
// again with every fact that moves this.
void State::file_late(const cases::Case& held) {
  unfile_late(held.id);
  if (held.closing || held.overdue_at) return;
  auto at = held.due;
  if (const auto* opened = glass(held.glass))
    for (const auto& grant : opened->grants)
      if (grant.details_due) at = std::min(at, *grant.details_due);
  late_at_[held.id] = at;
  late_from.emplace(at, held.id);
}

void State::file_late_of(const glass::Glass& held) {
  for (auto each = unclosed_of_patient.lower_bound({held.patient, CaseId{}});
       each != unclosed_of_patient.end() && each->first == held.patient; ++each)
    if (const auto& about = all_cases.at(each->second); about.glass == held.id) file_late(about);
}

// --- the ledger and the machine ---------------------------------------------------------------

template <>
void State::on(EntryIndex, const EntryTime&, const facts::LedgerBegun& f) {
  hospital = f.hospital;
  origin = f.origin;
  log_key = f.log_key;
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::ServerStarted& f) {
  if (f.boot_id != boot_id) {
    const auto before = f.last_boot_millis < 0 ? last.boot : Millis{f.last_boot_millis};
    const glass::Reboot reboot{.last = {.wall = last.wall, .boot = before}, .at = at};
    for (const auto& id : open) glass::apply_reboot(glasses.at(id), reboot);
    for (auto& [id, session] : sessions) {
      session.until.count_on(reboot);
      session.idle.count_on(reboot);
      session.proof_this_boot = false;
    }
    failures.clear();
  }
  boot_id = f.boot_id;
}

template <>
void State::on(EntryIndex, const EntryTime&, const facts::ClockStepped&) {}

template <>
void State::on(EntryIndex, const EntryTime&, const facts::LogKeyRotated& f) {
  log_key = f.log_key;
}

template <>
void State::on(EntryIndex, const EntryTime&, const facts::OriginRenewed& f) {
  origin = f.origin;
}

template <>
void State::on(EntryIndex, const EntryTime&, const facts::LedgerRead&) {}

template <>
void State::on(EntryIndex index, const EntryTime&, const facts::PatientErased&) {
  erased_below = index + 1;
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::ErasureAsked& f) {
  erasures_wanted[f.patient] = {.by = f.staff, .at = at.wall, .why = f.why};
}

template <>
void State::on(EntryIndex, const EntryTime&, const facts::SnapshotTaken&) {}
template <>
void State::on(EntryIndex, const EntryTime&, const facts::BackupMade&) {}
template <>
void State::on(EntryIndex, const EntryTime&, const facts::LedgerRestored&) {}
template <>
void State::on(EntryIndex, const EntryTime&, const facts::RootKeysRotated&) {}

// --- policy --------------------------------------------------------------------------------------

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::PolicyProposed& f) {
  policies[f.policy] = {.version = f.policy,
                        .proposer = f.staff,
                        .signer = {},
                        .note = f.note,
                        .proposed_at = at.wall,
                        .parts = f.parts,
                        .text = {}};
}

template <>
void State::on(EntryIndex, const EntryTime&, const facts::PolicyPart& f) {
  if (const auto held = policies.find(f.policy); held != policies.end())
    held->second.text += f.text;
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::PolicySigned& f) {
  const auto held = policies.find(f.policy);
  MUST(held != policies.end());
  held->second.signer = f.staff;
  held->second.signed_at = at.wall;
  policy_version = f.policy;
  compile_policy();
  ++rights_epoch;
}

void State::compile_policy() {
  const auto parsed = policy::parse(policies.at(policy_version).text);
  MUST(parsed.policy);  // it was checked before it could be proposed
  auto compiled = policy::Engine::compile(*parsed.policy, evidence);
  MUST(compiled.ok());
  engine_ = std::make_shared<const policy::Engine>(std::move(*compiled));
}

// --- people, terminals, sessions --------------------------------------------------------------

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::StaffSet& f) {
  const auto [known, enrolled] = people.try_emplace(f.person);
  auto& person = known->second;
  person.id = f.person;
  if (enrolled) name_person(f.person);
  if (enrolled || person.own_roles != f.roles) take_in_hand(person, "roles", f.staff, at.wall);
  // Where it says nothing else, it says again that the person is not active.
  const bool says_it_alone = !f.active && person.name == f.name && person.own_roles == f.roles &&
                             person.department == f.department;
  person.name = f.name;
  person.pseudonym = f.pseudonym;
  person.own_roles = f.roles;
  sum_up_roles(person);
  person.department = f.department;
  if (f.active != person.active || enrolled || says_it_alone)
    person.deactivated_by = f.active ? StaffId{} : f.staff;
  person.active = f.active;
  evidence.intern("staff", f.person.text());
  if (!f.department.empty()) evidence.intern("department", f.department);
  ++rights_epoch;
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::FactorEnrolled& f) {
  const auto person = people.find(f.person);
  if (person == people.end()) return;
  person->second.factors.insert(f.factor);
  person->second.enrolled_at[f.factor] = at.wall;
  if (!f.kept_as.empty()) person->second.kept_as[f.factor] = f.kept_as;
  if (f.factor == "password") person->second.lock = {};
  take_in_hand(person->second, f.factor, f.staff, at.wall);
}

template <>
void State::on(EntryIndex, const EntryTime&, const facts::TerminalSet& f) {
  auto& held = terminals[f.terminal];
  terminal_by_certificate_.erase(held.certificate);
  held = {.id = f.terminal,
          .place = f.place,
          .use = f.use,
          .active = f.active,
          .kept_as = f.kept_as,
          .certificate = f.certificate};
  name_terminal(held);
  ++rights_epoch;
}

void State::name_terminal(const Terminal& held) {
  if (!held.certificate.empty())
    terminal_by_certificate_.insert_or_assign(held.certificate, held.id);
  evidence.intern("terminal", held.id.text());
  const auto place = split_node(held.place.text());
  if (place.type.empty())
    evidence.intern("unit", held.place.text());
  else
    evidence.intern(place.type, place.id);
}

// Kinds that none of these is for are ways in.
template <class F>
void State::on(EntryIndex, const EntryTime& at, const F& f) {
  way_in(at, f);
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::SessionOpened& f) {
  Session session;
  session.id = f.session;
  session.staff = f.staff;
  session.token_hash = f.token_hash;
  session.terminal = f.terminal;
  session.place = f.place;
  session.proof_level = f.proof_level;
  session.proof_at = {.wall = at.wall - Millis{f.proof_age_millis},
                      .boot = at.boot - Millis{f.proof_age_millis}};
  session.opened_at = at.wall;
  session.until = {.wall = f.until, .boot = at.boot + (f.until - at.wall)};
  session.idle_span = Millis{f.idle_millis};
  session.idle = glass::in(at, session.idle_span);
  session.way = way_of(f);
  session.proof_by = session.way == "password" || session.way == "directory" ? "totp" : session.way;
  session.roles = f.roles;
  session.lent_by = f.lent_by;
  session.provider = f.provider;
  session.subject = f.subject;
  session.provider_session = f.provider_session;
  by_token[f.token_hash] = f.session;
  sessions.insert_or_assign(f.session, std::move(session));
  failures.erase(f.staff.text() + "@" + f.origin);
  const auto person = people.find(f.staff);
  if (person == people.end()) return;
  const auto way = way_of(f);
  if (way == "directory") forget_guesses(f.staff);
  person->second.came_by[way] = at.wall;
  if (!person->second.card.empty()) person->second.roles = f.roles;
  if (!f.subject.empty()) bind_subject(person->second, f.issuer, f.subject);
  if (way == "password" || way == "directory") {
    note_used_code(person->second, f.totp_step);
    person->second.lock.failed_elsewhere = 0;
    person->second.lock.failed_at.clear();
  }
  if (way == "passkey") use_passkey(f.staff, f.passkey, f.counter, at.wall);
  if (!f.terminal.empty() || !f.way.empty() || f.origin.starts_with("device/")) return;
  auto& from = person->second.signed_in_from;
  from[f.origin] = at.wall;
  if (from.size() > origins_kept)
    from.erase(std::min_element(from.begin(), from.end(),
                                [](const auto& a, const auto& b) { return a.second < b.second; }));
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::SignInRefused& f) {
  if (f.why == "throttled") return;
  count_failure(at, f);
  if (f.why == "card-pin")
    if (const auto* card = card_of(f.staff)) ++cards.at(card->id).wrong_pins;
  if (!f.origin.starts_with("session/")) return;
  for (auto& [id, session] : sessions)
    if (session.staff == f.staff && f.origin == unlock_origin(id)) ++session.failed_unlocks;
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::SteppedUp& f) {
  if (const auto session = sessions.find(f.session); session != sessions.end()) {
    session->second.proof_at = at;
    session->second.proof_this_boot = true;
    session->second.proof_by = f.factor;
    session->second.proof_level = f.level != 0        ? f.level
                                  : f.passkey.empty() ? 2
                                                      : 3;  // the freshest
    used(f.session, {}, at, {});
  }
  if (!f.passkey.empty())
    use_passkey(f.staff, f.passkey, f.counter, at.wall);
  else if (const auto person = people.find(f.staff); person != people.end() && f.factor == "totp")
    note_used_code(person->second, f.totp_step);
}

template <>
void State::on(EntryIndex index, const EntryTime& at, const facts::SessionEnded& f) {
  tell_of(index, at, f);
  end_session(f.session);
}

template <>
void State::on(EntryIndex, const EntryTime&, const facts::SessionLocked& f) {
  const auto session = sessions.find(f.session);
  if (session == sessions.end()) return;
  session->second.locked = true;
  session->second.out_of_sight->store(true);
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::SessionUnlocked& f) {
  const auto session = sessions.find(f.session);
  if (session == sessions.end()) return;
  session->second.locked = false;
  session->second.out_of_sight = std::make_shared<std::atomic<bool>>(false);
  session->second.failed_unlocks = 0;
  failures.erase(f.staff.text() + "@" + unlock_origin(f.session));
  if (!f.passkey.empty()) use_passkey(f.staff, f.passkey, f.counter, at.wall);
  used(f.session, {}, at, {});
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::SessionExtended& f) {
  used(f.session, {}, at, {});
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::FocusMoved& f) {
  if (const auto session = sessions.find(f.session); session != sessions.end()) {
    session->second.focus = f.patient;
    used(f.session, f.patient, at, {});
  }
}

// --- relations ---------------------------------------------------------------------------------

template <>
void State::on(EntryIndex index, const EntryTime&, const facts::RelationRecorded& f) {
  fold(evidence, f, index);
  ++rights_epoch;
}
template <>
void State::on(EntryIndex, const EntryTime&, const facts::RelationEnded& f) {
  fold(evidence, f);
  ++rights_epoch;
}
template <>
void State::on(EntryIndex index, const EntryTime& at, const facts::RelationConfirmed& f) {
  fold(evidence, f, at.wall, index);
  ++rights_epoch;
}
template <>
void State::on(EntryIndex index, const EntryTime& at, const facts::FlagSet& f) {
  fold(evidence, f, at.wall, index);
  ++rights_epoch;
}
template <>
void State::on(EntryIndex, const EntryTime& at, const facts::FeedBeat& f) {
  evidence.heartbeat(f.source, at.wall);
  ++rights_epoch;
}

// --- glass
// -----------------------------------------------------------------------------------------

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::GlassOpened& f) {
  const auto held = glasses.insert_or_assign(f.glass, glass::apply_opened(f, at)).first;
  open.insert(f.glass);
  glass_of_patient[f.patient].push_back(f.glass);
  glass_of_staff[f.staff].push_back(f.glass);
  glass_in_order.push_back(f.glass);
  glass_over[f.glass] = std::make_shared<std::atomic<bool>>(false);
  file_late_of(held->second);
  used(f.session, f.patient, at, {});
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::GlassWidened& f) {
  const auto held = glasses.find(f.glass);
  if (held == glasses.end()) return;
  glass::apply_widened(held->second, f, at);
  if (const auto about = all_cases.find(held->second.case_id); about != all_cases.end()) {
    cases::apply_widened(about->second, f);
    file_late(about->second);
  }
  file_late_of(held->second);
}

template <>
void State::on(EntryIndex index, const EntryTime& at, const facts::GlassEnded& f) {
  const auto held = glasses.find(f.glass);
  if (held == glasses.end()) return;
  tell_of(index, at, f);
  glass::apply_ended(held->second, f);
  open.erase(f.glass);
  if (const auto over = glass_over.find(f.glass); over != glass_over.end()) {
    over->second->store(true);
    glass_over.erase(over);
  }
  ++rights_epoch;  // what began on another right may rest on this glass by now
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::DetailsGiven& f) {
  if (const auto held = glasses.find(f.glass); held != glasses.end()) {
    glass::apply_details(held->second, f);
    file_late_of(held->second);
  }
  if (const auto held = all_cases.find(f.case_id); held != all_cases.end()) {
    facts::CaseJustified given;
    for (const auto& detail : f.details) given.text += detail.prompt + " " + detail.answer + "\n";
    cases::apply_justified(held->second, given, at.wall);
  }
}

template <>
void State::on(EntryIndex, const EntryTime&, const facts::BreakUnneeded&) {}

// --- cases
// -----------------------------------------------------------------------------------------

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::CaseOpened& f) {
  const auto held = all_cases.insert_or_assign(f.case_id, cases::apply_opened(f, at.wall)).first;
  cases_by_time[{at.wall, f.case_id}] = &held->second;
  keep_unclosed(held->second);
  if (!f.key.empty()) case_by_key[f.key] = f.case_id;
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::CaseJustified& f) {
  if (const auto held = all_cases.find(f.case_id); held != all_cases.end())
    cases::apply_justified(held->second, f, at.wall);
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::CaseExplained& f) {
  if (const auto held = all_cases.find(f.case_id); held != all_cases.end())
    cases::apply_explained(held->second, f, at.wall);
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::CaseClosed& f) {
  const auto held = all_cases.find(f.case_id);
  if (held == all_cases.end()) return;
  cases::apply_closed(held->second, f, at.wall);
  drop_unclosed(held->second);
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::CaseOverdue& f) {
  const auto held = all_cases.find(f.case_id);
  if (held == all_cases.end()) return;
  cases::apply_overdue(held->second, at.wall);
  file_late(held->second);
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::CaseReopened& f) {
  const auto held = all_cases.find(f.case_id);
  if (held == all_cases.end()) return;
  cases::apply_reopened(held->second, f, at.wall);
  keep_unclosed(held->second);
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::CaseViewed& f) {
  used(f.session, f.patient, at, {});
}

template <>
void State::on(EntryIndex, const EntryTime&, const facts::CasesListed&) {}  // screens list alone

// --- access
// ----------------------------------------------------------------------------------------

template <>
void State::on(EntryIndex index, const EntryTime& at, const facts::AccessIntended& f) {
  pending[index] = {.staff = f.staff, .patient = f.patient};
  used(f.session, f.patient, at, f.glass);
}

template <>
void State::on(EntryIndex, const EntryTime&, const facts::AccessOutcome& f) {
  pending.erase(f.intent);
}

template <>
void State::on(EntryIndex index, const EntryTime& at, const facts::AccessRefused& f) {
  const auto key = fold_key(f);
  if (f.offered) ++offers;
  if (f.times == 1) folds[key] = {.sample = f, .first = at.wall};
  if (f.code.empty()) return;
  const std::string what = f.offered ? "needed a glass" : "was refused";
  if (!codes.contains(f.code)) codes_in_order.push_back(f.code);
  codes[f.code] = {.index = index,
                   .at = at.wall,
                   .staff = f.staff,
                   .patient = f.patient,
                   .text = f.action + " of " + (f.type.empty() ? "a chart" : f.type) + " " + what +
                           (f.offered        ? ""
                            : f.rule.empty() ? ": no rule covers it"
                                             : " by rule " + f.rule) +
                           " under policy " + f.policy};
}

template <>
void State::on(EntryIndex, const EntryTime& at, const facts::SearchMade& f) {
  used(f.session, {}, at, {});
}

template <>
void State::on(EntryIndex, const EntryTime&, const facts::SearchListed&) {}

// --- the whole ----------------------------------------------------------------------------------

void State::apply(EntryIndex index, const EntryTime& at, const facts::Body& body) {
  MUST(index == entries);
  forget_old(at);
  std::visit([&](const auto& fact) { on(index, at, fact); }, body.fact);
  ++kinds[body.fact.index()];
  if (const auto patient = facts::patient_of(body.fact); !patient.empty()) {
    patients.insert(patient.text());
    if (const auto* card = cards.empty() ? nullptr : card_of(facts::staff_of(body.fact)))
      cards.at(card->id).charts.insert(patient);
  }
  // A refusal made nothing: the same command may be sent again when more is known.
  if (!body.idempotency.empty() && !std::holds_alternative<facts::AccessRefused>(body.fact))
    made.try_emplace(body.idempotency, Made{.at = at.wall,
                                            .id = made_name(body.fact),
                                            .index = index,
                                            .patient = facts::patient_of(body.fact)});
  ++entries;
  last = at;
}

void State::apply_unreadable(EntryIndex index, const EntryTime& at) {
  MUST(index == entries);
  forget_old(at);
  ++entries;
  last.wall = at.wall;
}

// Forgetting depends on entry times only, so that replay forgets the same.
void State::forget_old(const EntryTime& at) {
  if (std::chrono::floor<std::chrono::minutes>(at.wall) ==
      std::chrono::floor<std::chrono::minutes>(last.wall))
    return;
  std::erase_if(folds, [&](const auto& each) { return each.second.first + 1min < at.wall; });
  forget_old_sources(at.wall);
  std::erase_if(made, [&](const auto& each) { return each.second.at + made_kept < at.wall; });
  forget_failures(at.wall);
  while (!codes_in_order.empty()) {
    const auto oldest = codes.find(codes_in_order.front());
    if (oldest->second.index + codes_kept_entries >= entries) break;
    codes.erase(oldest);
    codes_in_order.pop_front();
  }
}

}  // namespace halligan::app
