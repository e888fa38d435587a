#include "app/news.h"

#include <algorithm>

#include "app/access.h"
#include "app/judge.h"
#include "app/roles.h"

namespace halligan::app {
namespace {

using AllNews = std::vector<News>;

News of_glass(const State& state, const GlassId& id, const StaffId& staff, GlassChanged::What what,
              std::optional<facts::EndedBy> by = {}) {
  const auto* held = state.glass(id);
  return GlassChanged{.glass = id,
                      .staff = staff,
                      .session = held == nullptr ? SessionId{} : held->session,
                      .what = what,
                      .by = by};
}

AllNews of_case(const State& state, const CaseId& id, CaseChanged::What what) {
  const auto* held = state.case_of(id);
  if (held == nullptr) return {};
  return {CaseChanged{.id = id, .staff = held->staff, .what = what}};
}

AllNews of_session(const SessionId& id, SessionChanged::What what) {
  return {SessionChanged{.session = id, .what = what}};
}

// Whatever is not named here tells nobody anything.
template <class Fact>
AllNews of(const State&, const Fact&) {
  return {};
}

template <>
AllNews of(const State& state, const facts::GlassOpened& f) {
  return {of_glass(state, f.glass, f.staff, GlassChanged::What::opened)};
}
template <>
AllNews of(const State& state, const facts::GlassWidened& f) {
  return {of_glass(state, f.glass, f.staff, GlassChanged::What::widened)};
}
template <>
AllNews of(const State& state, const facts::GlassEnded& f) {
  return {of_glass(state, f.glass, f.staff, GlassChanged::What::ended, f.by)};
}
template <>
AllNews of(const State& state, const facts::DetailsGiven& f) {
  AllNews out = of_case(state, f.case_id, CaseChanged::What::justified);
  out.insert(out.begin(), of_glass(state, f.glass, f.staff, GlassChanged::What::details));
  return out;
}

template <>
AllNews of(const State& state, const facts::CaseOpened& f) {
  return of_case(state, f.case_id, CaseChanged::What::opened);
}
template <>
AllNews of(const State& state, const facts::CaseJustified& f) {
  return of_case(state, f.case_id, CaseChanged::What::justified);
}
template <>
AllNews of(const State& state, const facts::CaseExplained& f) {
  return of_case(state, f.case_id, CaseChanged::What::explained);
}
template <>
AllNews of(const State& state, const facts::CaseOverdue& f) {
  return of_case(state, f.case_id, CaseChanged::What::overdue);
}
template <>
AllNews of(const State& state, const facts::CaseClosed& f) {
  return of_case(state, f.case_id, CaseChanged::What::closed);
}
template <>
AllNews of(const State& state, const facts::CaseReopened& f) {
  return of_case(state, f.case_id, CaseChanged::What::reopened);
}

template <>
AllNews of(const State&, const facts::SessionEnded& f) {
  return {SessionChanged{.session = f.session, .what = SessionChanged::What::ended, .by = f.by}};
}
template <>
AllNews of(const State&, const facts::FocusMoved& f) {
  return of_session(f.session, SessionChanged::What::focus);
}
template <>
AllNews of(const State&, const facts::SteppedUp& f) {
  return of_session(f.session, SessionChanged::What::stepped_up);
}
template <>
AllNews of(const State&, const facts::SessionLocked& f) {
  return of_session(f.session, SessionChanged::What::locked);
}
template <>
AllNews of(const State&, const facts::SessionUnlocked& f) {
  return of_session(f.session, SessionChanged::What::unlocked);
}
template <>
AllNews of(const State&, const facts::SessionExtended& f) {
  return of_session(f.session, SessionChanged::What::extended);
}

template <>
AllNews of(const State&, const facts::PolicyProposed& f) {
  return {PolicyChanged{.version = f.policy, .in_force = false}};
}
template <>
AllNews of(const State&, const facts::PolicySigned& f) {
  return {PolicyChanged{.version = f.policy, .in_force = true}};
}
template <>
AllNews of(const State&, const facts::StaffSet& f) {
  return {PersonChanged{.staff = f.person}};
}
template <>
AllNews of(const State&, const facts::FactorEnrolled& f) {
  return {PersonChanged{.staff = f.person}};
}
template <>
AllNews of(const State&, const facts::PasskeyEnrolled& f) {
  return {PersonChanged{.staff = f.person}};
}
template <>
AllNews of(const State&, const facts::PasskeyRemoved& f) {
  return {PersonChanged{.staff = f.person}};
}
template <>
AllNews of(const State&, const facts::PasswordLocked& f) {
  return {PersonChanged{.staff = f.person}};
}
template <>
AllNews of(const State&, const facts::PasswordUnlocked& f) {
  return {PersonChanged{.staff = f.person}};
}

const std::vector<std::string>* roles_of(const State& state, const Listener& who) {
  const auto* person = state.person(who.staff);
  if (person == nullptr || !person->active) return nullptr;
  // The session may have ended with this very news: then nothing follows.
  const auto* session = state.session(who.session);
  return session == nullptr ? &person->roles : &active_roles(state, *session);
}

bool keeps_watch(const State& state, const Listener& who) {
  const auto* roles = roles_of(state, who);
  return roles != nullptr && std::ranges::any_of(*roles, [](const std::string& each) {
           return each == role::privacy_officer || each == role::administrator;
         });
}

class Hears {
 public:
  Hears(const State& s, const Listener& l) : state(s), listener(l) {}

  bool operator()(const GlassChanged& n) const {
    if (n.staff == listener.staff) return true;
    const auto* held = state.glass(n.glass);
    return keeps_watch(state, listener) && held != nullptr && !hidden(held->patient);
  }
  bool operator()(const CaseChanged& n) const {
    if (n.staff == listener.staff) return true;
    const auto* held = state.case_of(n.id);
    const auto* roles = roles_of(state, listener);
    if (held == nullptr || roles == nullptr || !cases::is_reviewer(*held, *roles)) return false;
    return !hidden(held->patient);
  }
  bool operator()(const SessionChanged& n) const { return n.session == listener.session; }
  bool operator()(const ChartShut& n) const { return n.session == listener.session; }
  bool operator()(const PolicyChanged& n) const {
    return n.in_force || keeps_watch(state, listener);
  }
  bool operator()(const PersonChanged&) const { return keeps_watch(state, listener); }

 private:
  bool hidden(const PatientId& patient) const {
    Session over;  // the session may have ended with this very news
    over.staff = listener.staff;
    const auto* session = state.session(listener.session);
    return hidden_from(state, session == nullptr ? over : *session, patient,
                       {.wall = state.last.wall, .boot = state.last.boot});
  }

  const State& state;
  const Listener& listener;
};

}  // namespace

std::vector<News> news_of(const State& state, const facts::Fact& fact) {
  return std::visit([&](const auto& each) { return of(state, each); },
                    static_cast<const facts::AnyFact&>(fact));
}

bool hears(const State& state, const Listener& listener, const News& news) {
  return std::visit(Hears{state, listener}, news);
}

}  // namespace halligan::app
