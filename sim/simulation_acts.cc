// simulation_acts.cc - what people do, and what they may be told.
#include "sim/simulated_run.h"

namespace halligan::sim {

// Mostly somebody who is signed in; now and then a thief with an old token.
const SimSession* Simulation::some_session() {
  std::vector<const SimSession*> live;
  for (const auto& [id, session] : sessions_)
    if (dice_.one_in(20) || house_->state().session_by_token(session.token) != nullptr)
      live.push_back(&session);
  return live.empty() ? nullptr : live[dice_.below(live.size())];
}

void Simulation::sign_in() {
  app::SignIn command;
  const auto who = one_bedside_ ? 0 : dice_.below(5);
  command.person = StaffId{who < 3 ? clinicians[who] : officers[who - 3]};
  command.origin = "10.0.0.1";
  command.password_matched = !dice_.one_in(6);
  command.totp_step = ++next_step_;
  const auto token = to_hex(dice_.roll<8>());
  command.token_hash = token;
  const auto answer = perform(command);
  if (const auto* done = std::get_if<app::SignIn::Done>(&answer)) {
    hold(command.password_matched, "P11", "a session without the password");
    const auto id = done->session.text();
    const auto staff = done->staff.text();
    tell([this, id, staff, token] { sessions_[id] = {.staff = staff, .token = token}; });
  } else {
    ++report_.refusals;
  }
}

void Simulation::sign_out() {
  const auto* session = some_session();
  if (session == nullptr) return;
  const auto answer = perform(app::SignOut{session->token});
  if (const auto* id = std::get_if<SessionId>(&answer)) {
    const auto text = id->text();
    tell([this, text] {
      sessions_.erase(text);
      closed_sessions_.insert(text);
    });
  }
}

bool Simulation::locked(const SimSession& session) const {
  const auto* live = house_->state().session_by_token(session.token);
  return live != nullptr && live->locked;
}

// Neither as the house has it, nor as its person was told, whatever was started again since.
void Simulation::check_not_locked(const SimSession& session, const char* what) const {
  hold(!locked(session) && !locked_.contains(session.token), "P2",
       std::string{what} + " in a session that is locked");
}

void Simulation::lock_session() {
  const auto* session = some_session();
  if (session == nullptr) return;
  const auto token = session->token;
  if (!std::holds_alternative<app::LockSession::Done>(perform(app::LockSession{token}))) return;
  for (const auto& each : streams_)
    hold(each.token != token || each.lease->over(), "P2", "a record streams beyond a lock");
  tell([this, token] { locked_.insert(token); });
}

void Simulation::unlock_session() {
  for (const auto& [id, session] : sessions_) {
    if (!locked(session)) continue;
    const bool matched = !dice_.one_in(4);
    const auto token = session.token;
    const auto answer =
        perform(app::UnlockSession{.token_hash = token, .password_matched = matched});
    if (!std::holds_alternative<app::UnlockSession::Done>(answer)) return;
    hold(matched, "P2", "unlocked without the password");
    locked_.erase(token);
    return tell([this, token] { locked_.erase(token); });
  }
}

void Simulation::break_glass() {
  const auto* session = some_session();
  if (session == nullptr) return;
  app::BreakGlass command;
  command.token_hash = session->token;
  command.patient = PatientId{some_patient()};
  command.patient_exists = true;
  command.rule = dice_.one_in(2) ? "clinical-access" : "life-threat";
  if (command.patient.text() == "p-5" && dice_.one_in(2)) command.rule = "open-referral";
  if (!dice_.one_in(5)) command.details = {{"What are you looking for?", "the reason"}};
  command.acknowledged = {"vip"};
  const auto key = session->staff + "/k" + std::to_string(++keys_used_);
  const auto staff = session->staff;
  const auto answer = perform(command, key);
  const auto* broken = std::get_if<app::Broken>(&answer);
  if (broken == nullptr) {
    ++report_.refusals;
    return;
  }
  check_not_locked(*session, "glass was broken");
  hold(!(staff == "dr-b" && command.patient.text() == "p-4"), "P6", "a deny was broken");
  if (command.rule == "clinical-access" && !broken->again)
    hold(!command.details.empty(), "P11", "a glass without its details");
  if (dice_.one_in(2)) {  // a double click
    const auto again = perform(command, key);
    const auto* second = std::get_if<app::Broken>(&again);
    hold(second != nullptr && second->glass == broken->glass, "P7",
         "a repeated command made something else");
  }
  ++report_.glasses;
  if (broken->again) return;  // it made nothing: the key stays free
  const Click click{.command = command, .key = key, .glass = broken->glass};
  tell([this, click] { clicks_.push_back(click); });
}

// A page that was left open is sent again, when the glass may have ended long since.
void Simulation::break_again() {
  if (clicks_.empty()) return;
  const auto click = clicks_[dice_.below(clicks_.size())];
  const auto answer = perform(click.command, click.key);
  if (const auto* broken = std::get_if<app::Broken>(&answer))
    hold(broken->again && broken->glass == click.glass, "P7", "a page sent again broke glass anew");
}

void Simulation::read() {
  const auto* session = some_session();
  if (session == nullptr) return;
  app::AskAccess command;
  command.token_hash = session->token;
  // Mostly the chart in front of the person, now and then another one.
  const auto* live = house_->state().session_by_token(session->token);
  const bool stays = live != nullptr && !live->focus.empty() && (one_bedside_ || !dice_.one_in(4));
  auto cell = app::chart_cell(stays ? live->focus : PatientId{some_patient()});
  const char* const types[] = {"Patient", "Observation", "Condition",
                               "Patient", "Observation", "Claim"};
  cell.type = types[dice_.below(6)];
  const auto action = dice_.below(8);
  cell.action = action == 0   ? app::Action::append
                : action == 1 ? app::Action::modify
                              : app::Action::read;
  command.cells = {cell};
  command.form = "read";
  command.patients_exist = true;
  const auto staff = session->staff;
  const auto answer = perform(command);
  const auto* accessed = std::get_if<app::Accessed>(&answer);
  if (accessed == nullptr || !accessed->all_permitted) {
    ++report_.refusals;
    return;
  }
  check_not_locked(*session, "a release");
  hold(cell.type != "Claim", "P6", "claims were opened");
  hold(!(staff == "dr-b" && *cell.patient == "p-4"), "P6", "an excluded person got in");
  const auto& basis = accessed->cells.front();
  hold(basis.glass.empty() || cell.action != app::Action::modify || basis.rule == "open-referral",
       "P10", "a reason gave modify");
  if (!basis.glass.empty()) {
    const auto& glass = *house_->state().glass(basis.glass);
    hold(glass.open() && glass.staff.text() == staff && glass.patient.text() == *cell.patient, "P2",
         "a release on somebody else's glass, or an ended one");
    const auto allowed = lifetime + longer_[glass.id.text()];
    const auto lived = true_now() - opened_.at(glass.id.text());
    hold(lived < allowed, "P8",
         "a glass lived " + std::to_string((lived - allowed).count()) + " ms too long");
    hold(!ended_.contains(glass.id.text()) && !closed_sessions_.contains(glass.session.text()),
         "P2", "a release on a glass whose end was told");
  }
  if (dice_.one_in(4))
    streams_.push_back(
        {.lease = house_->lease(accessed->right), .token = command.token_hash, .cell = cell});
  const Told told{.intent = basis.intent, .staff = staff, .patient = *cell.patient};
  tell([this, told] {
    told_.push_back(told);
    ++report_.releases;
  });
  app::TellOutcome outcome;
  outcome.intent = basis.intent;
  outcome.outcome = facts::Outcome::released;
  if (!dice_.one_in(4)) perform(outcome);
}

void Simulation::close_glass() {
  const auto& open = house_->state().open;
  if (open.empty()) return;
  auto at = open.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(dice_.below(open.size())));
  const auto id = *at;
  const auto session = house_->state().glass(id)->session;
  const auto own = sessions_.find(session.text());
  const bool revoke = dice_.one_in(3);
  const auto* other = some_session();
  if (own == sessions_.end() || other == nullptr) return;
  std::variant<GlassId, app::Refusal> answer = GlassId{};
  if (revoke)
    answer = perform(app::RevokeGlass{.token_hash = other->token, .glass = id, .comment = {}});
  else
    answer = perform(app::CloseGlass{.token_hash = own->second.token, .glass = id});
  if (std::holds_alternative<GlassId>(answer)) {
    const auto& text = id.text();
    tell([this, text] { ended_.insert(text); });
  }
}

void Simulation::review() {
  const auto& state = house_->state();
  const auto* session = some_session();
  if (state.all_cases.empty() || session == nullptr) return;
  auto at = state.all_cases.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(dice_.below(state.all_cases.size())));
  const bool own = at->second.staff.text() == session->staff;
  if (at->second.closing && dice_.one_in(2)) {
    app::ReopenCase again;
    again.token_hash = session->token;
    again.id = at->first;
    again.comment = "looked at again";
    const auto answer = perform(again);
    if (own)
      hold(!std::holds_alternative<CaseId>(answer), "P9", "somebody reopened their own case");
    return;
  }
  app::CloseCase command;
  command.token_hash = session->token;
  command.id = at->first;
  command.comment = "seen";
  const auto answer = perform(command);
  if (own) hold(!std::holds_alternative<CaseId>(answer), "P9", "somebody reviewed their own case");
}

void Simulation::justify() {
  const auto* session = some_session();
  if (session == nullptr) return;
  for (const auto& id : house_->state().open) {
    const auto& glass = *house_->state().glass(id);
    if (glass.staff.text() != session->staff) continue;
    app::GiveDetails command;
    command.token_hash = session->token;
    command.glass = id;
    command.details = {{"What was the emergency?", "arrest"}};
    perform(command);
    return;
  }
}

void Simulation::relate() {
  facts::RelationRecorded fact;
  fact.staff = StaffId{officers[0]};
  fact.patient = PatientId{some_patient()};
  fact.relation = "referral";
  fact.from = "team/cardio";
  fact.to = "patient/" + fact.patient.text();
  fact.start = clock_.now().wall;
  if (dice_.one_in(2)) {
    facts::RelationEnded ended;
    ended.staff = fact.staff;
    ended.patient = fact.patient;
    ended.relation = fact.relation;
    ended.from = fact.from;
    ended.to = fact.to;
    ended.end = fact.start;
    record_relation(ended);
  } else {
    record_relation(fact);
  }
}

void Simulation::ask_erasure() {
  const auto* session = some_session();
  if (session == nullptr) return;
  app::AskErasure command;
  command.token_hash = session->token;
  command.patient = PatientId{some_patient()};
  if (command.patient.text() == "p-4") return;  // whose exclusion is looked at all along
  command.why = "retention-over";
  const auto staff = session->staff;
  if (std::holds_alternative<EntryIndex>(perform(command)))
    hold(staff == officers[0] || staff == officers[1], "P9", "an erasure asked for by no officer");
}

void Simulation::erase() {
  const auto* session = some_session();
  const auto& wanted = house_->state().erasures_wanted;
  if (session == nullptr || wanted.empty()) return;
  auto at = wanted.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(dice_.below(wanted.size())));
  const auto asked_by = at->second.by;
  app::ErasePatient command;
  command.token_hash = session->token;
  command.patient = at->first;
  command.what = house_->journal().erasable(at->first);
  const auto staff = session->staff;
  // Whoever reviews has closed everything first, now and then.
  if (dice_.one_in(2)) {
    const auto& state = house_->state();
    std::vector<CaseId> about;
    for (const auto& [id, held] : state.all_cases)
      if (held.patient == command.patient && !held.closing) about.push_back(id);
    for (const auto& id : about)
      for (const auto& [name, each] : sessions_) {
        app::CloseCase close;
        close.token_hash = each.token;
        close.id = id;
        close.comment = "before the erasure";
        perform(close);
      }
  }
  if (!std::holds_alternative<app::ErasePatient::Done>(perform(command))) return;
  ++report_.erasures;
  erased_.insert(command.patient.text());
  std::erase_if(clicks_,
                [&](const Click& each) { return each.command.patient == command.patient; });
  hold(staff != asked_by.text(), "P9", "one officer alone erased a patient");
  const auto& state = house_->state();
  const auto dump = state.dump();
  const auto& name = command.patient.text();
  hold(!state.knows(command.patient) && dump.find(" " + name + " ") == std::string::npos &&
           dump.find("/" + name) == std::string::npos,
       "P5", "the state names a patient who was erased");
  for (const auto& [id, held] : state.sessions)
    hold(held.focus != command.patient, "P2", "an erased chart is in front of somebody");
}

// As the keeper does it beside the server: by a replay of what is durable.
void Simulation::take_snapshot() {
  auto vault = SimVault::open(vault_storage_, root_);
  if (!vault) return;
  const auto size = house_->journal().durable();
  const auto remade =
      app::remake(*store_, **vault, dice_, snapshots_, size, app::Beginning::newest_snapshot);
  if (!remade || !snapshots_.save(size, remade->text)) return;
  if (!perform(app::NameSnapshot{.name = remade->name})) static_cast<void>(snapshots_.drop(size));
}

}  // namespace halligan::sim
