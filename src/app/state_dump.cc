// state_dump.cc - the state as one canonical text. Two states with equal dumps answer alike.

#include <sstream>

#include "app/state.h"

namespace halligan::app {
namespace {

std::string text(const Deadline& d) {
  return to_text(d.wall) + "/" + (d.boot == Millis::max() ? "-" : std::to_string(d.boot.count()));
}

std::string joined(const std::vector<std::string>& list) {
  std::string out;
  for (const auto& each : list) out += (out.empty() ? "" : ",") + each;
  return out;
}

void put(std::ostream& out, const glass::Glass& g) {
  out << "glass " << g.id.text() << ' ' << g.case_id.text() << ' ' << g.staff.text() << ' '
      << g.patient.text() << ' ' << g.session.text() << ' ' << g.terminal.text() << ' '
      << g.place.text() << ' ' << to_text(g.opened_at) << ' ' << g.ends_with_focus << ' '
      << g.idle_span.count() << ' ' << g.releases;
  for (const auto& grant : g.grants) {
    out << " [" << to_text(grant.since) << ' ' << grant.rule << ' ' << grant.reason << ' '
        << joined(grant.paid) << ' ' << grant.policy << ' ' << grant.proof_level << ' '
        << grant.unsure << ' ' << (grant.details_due ? to_text(*grant.details_due) : "-");
    for (const auto& detail : grant.details)
      out << " {" << detail.prompt << '=' << detail.answer << '}';
    out << ']';
  }
  if (const auto* open = std::get_if<glass::Open>(&g.life))
    out << " open " << text(open->until) << ' ' << text(open->idle);
  else
    out << " ended " << to_text(std::get<glass::Ended>(g.life).at) << ' '
        << static_cast<int>(std::get<glass::Ended>(g.life).by) << ' '
        << std::get<glass::Ended>(g.life).ended_by.text() << ' '
        << std::get<glass::Ended>(g.life).comment;
  out << '\n';
}

void put(std::ostream& out, const cases::Case& c) {
  out << "case " << c.id.text() << ' ' << c.kind << ' ' << c.staff.text() << ' ' << c.patient.text()
      << ' ' << c.glass.text() << ' ' << c.rule << ' ' << c.rank << ' ' << c.key << ' '
      << to_text(c.opened_at) << ' ' << to_text(c.due) << ' '
      << (c.overdue_at ? to_text(*c.overdue_at) : "-") << ' ' << c.reopenings.size();
  for (const auto& each : c.reviewers) out << " for " << each.role << ' ' << each.queue;
  for (const auto& each : c.justified_before)
    out << " justified before " << to_text(each.at) << ' ' << each.text;
  if (c.justification)
    out << " justified " << to_text(c.justification->at) << ' ' << c.justification->text;
  if (c.explanation)
    out << " explained " << to_text(c.explanation->at) << ' ' << c.explanation->rule;
  if (c.closing)
    out << " closed " << to_text(c.closing->at) << ' ' << c.closing->reviewer.text() << ' '
        << static_cast<int>(c.closing->finding) << ' ' << c.closing->comment;
  out << '\n';
}

void put_ways(std::ostream& out, const State& state) {
  for (const auto& [id, c] : state.cards) {
    out << "card " << id.text() << ' ' << c.drawer << ' ' << c.number << ' ' << c.kept_as << ' '
        << c.maker.text() << ' ' << to_text(c.made_at) << ' ' << static_cast<int>(c.stage) << ' '
        << to_text(c.counted_at) << ' ' << to_text(c.drawn_at) << ' ' << to_text(c.used_at) << ' '
        << static_cast<int>(c.retired_by) << ' ' << c.wrong_pins << ' ' << c.session.text() << ' '
        << c.terminal.text() << ' ' << c.place.text() << ' ' << to_text(c.assign_by) << ' '
        << c.assigned_to.text() << ' ' << c.assigned_by.text() << ' ' << to_text(c.assigned_at);
    for (const auto& chart : c.charts) out << ' ' << chart.text();
    out << '\n';
  }
  for (const auto& [drawer, c] : state.counted)
    out << "counted " << drawer << ' ' << c.by.text() << ' ' << to_text(c.at) << '\n';
  for (const auto& [by, id] : state.unassigned)
    out << "unassigned " << to_text(by) << ' ' << id.text() << '\n';
  for (const auto& [id, v] : state.vouchings)
    out << "vouching " << id.text() << ' ' << v.person.text() << ' ' << v.colleague.text() << ' '
        << v.token_hash << ' ' << v.number << ' ' << v.terminal.text() << ' ' << v.place.text()
        << ' ' << to_text(v.asked_at) << ' ' << to_text(v.until) << ' ' << static_cast<int>(v.stage)
        << '\n';
}

void put_sources(std::ostream& out, const State& state) {
  for (const auto& [source, p] : state.provisioners)
    out << "provisioner " << source << ' ' << p.token_hash << ' ' << p.active << ' '
        << to_text(p.since) << '\n';
  for (const auto& [person, a] : state.accounts) {
    const auto* named = state.account_named(a.source, a.user_name);
    out << "account " << person.text() << ' ' << a.source << ' ' << a.user_name << ' ' << a.external
        << ' ' << a.rest << ' ' << a.removed << ' ' << a.version << ' ' << to_text(a.made_at) << ' '
        << to_text(a.changed_at) << ' ' << (named == nullptr ? "-" : named->person.text());
    for (const auto* each : state.accounts_of_external(a.source, a.external))
      out << " with " << each->person.text();
    for (const auto& group : state.groups_of(person)) out << " in " << group;
    out << '\n';
  }
  for (const auto& [id, g] : state.user_groups) {
    out << "group " << id << ' ' << g.source << ' ' << g.name << ' ' << g.external << ' '
        << g.version << ' ' << to_text(g.made_at) << ' ' << to_text(g.changed_at);
    for (const auto& member : g.members) out << ' ' << member.text();
    out << '\n';
  }
  for (const auto& [source, s] : state.sources)
    out << "source " << source << ' ' << s.up << ' ' << s.why << ' ' << to_text(s.since) << ' '
        << s.kept_as << '\n';
  for (const auto& k : state.token_keys)
    out << "token key " << k.key << ' ' << k.jwk << ' ' << k.kept_as << ' ' << to_text(k.since)
        << '\n';
  for (const auto& [hash, t] : state.glass_tokens)
    out << "token " << hash << ' ' << t.id << ' ' << t.bound << ' ' << t.session.text() << ' '
        << t.glass.text() << ' ' << t.patient.text() << ' ' << to_text(t.until) << ' '
        << (state.glass_token_by_id(t.id) != nullptr) << '\n';
  for (const auto& [id, r] : state.receivers)
    out << "receiver " << id << ' ' << r.url << ' ' << r.audience << ' ' << r.kept_as << ' '
        << r.active << ' ' << r.told_before << '\n';
  for (const auto& e : state.endings)
    out << "to tell " << e.entry << ' ' << to_text(e.at) << ' ' << e.staff.text() << ' '
        << e.session.text() << ' ' << e.glass.text() << ' ' << e.patient.text() << ' ' << e.by
        << '\n';
  for (const auto& [id, a] : state.acts)
    out << "act " << id << ' ' << a.what << ' ' << a.by.text() << ' ' << a.person.text() << ' '
        << a.text << ' ' << to_text(a.asked_at) << ' ' << to_text(a.until) << ' '
        << a.agreed_by.text() << '\n';
}

}  // namespace

std::string State::dump() const {
  std::ostringstream out;
  out << "entries " << entries << " hospital " << hospital << " origin " << origin << " key "
      << log_key << " boot " << boot_id << " policy " << policy_version << '\n';
  for (const auto& [id, p] : people) {
    out << "person " << id.text() << ' ' << p.name << ' ' << joined(p.roles) << ' ' << p.department
        << ' ' << p.active;
    for (const auto step : p.totp_steps) out << " code " << step;
    for (const auto& factor : p.factors) out << ' ' << factor;
    for (const auto& [passkey, held] : p.passkeys)
      out << " passkey " << passkey << ' ' << held.name << ' ' << held.algorithm << ' '
          << held.public_key << ' ' << held.attestation << ' ' << held.model << ' ' << held.synced
          << ' ' << held.counter << ' ' << to_text(held.enrolled_at) << ' '
          << to_text(held.used_at);
    for (const auto& [from, at] : p.signed_in_from) out << ' ' << from << '=' << to_text(at);
    for (const auto& [what, holders] : p.hands) {
      out << ' ' << what << " by";
      for (const auto& [holder, until] : holders) {
        out << ' ' << holder.text();
        if (until != far_future) out << " until " << to_text(until);
      }
    }
    const auto& lock = p.lock;
    out << " lock " << lock.failed_elsewhere << ' ' << lock.elsewhere << ' ' << to_text(lock.since);
    for (const auto& [place, failed] : lock.failed_at) out << ' ' << place << '=' << failed;
    for (const auto& place : lock.places) out << " locked " << place;
    for (const auto& [way, at] : p.came_by) out << " by " << way << ' ' << to_text(at);
    if (!p.card.empty()) out << " card " << p.card.text();
    if (!p.source.empty()) out << " source " << p.source;
    out << " own " << joined(p.own_roles);
    for (const auto& [source, given] : p.given)
      out << " given " << source << ' ' << joined(given.groups) << ' ' << joined(given.roles);
    for (const auto& [issuer, subject] : p.subjects) out << " at " << issuer << ' ' << subject;
    for (const auto& [path, at] : p.rehearsed) out << " rehearsed " << path << ' ' << to_text(at);
    if (!p.deactivated_by.empty()) out << " deactivated by " << p.deactivated_by.text();
    for (const auto& [factor, at] : p.enrolled_at) out << ' ' << factor << " at " << to_text(at);
    for (const auto& [factor, name] : p.kept_as) out << ' ' << factor << " as " << name;
    out << '\n';
  }
  for (const auto& [id, t] : terminals)
    out << "terminal " << id.text() << ' ' << t.place.text() << ' ' << t.use << ' ' << t.active
        << ' ' << t.kept_as << ' ' << t.certificate << '\n';
  for (const auto& [id, s] : sessions)
    out << "session " << id.text() << ' ' << s.staff.text() << ' ' << s.token_hash << ' '
        << s.terminal.text() << ' ' << s.place.text() << ' ' << s.proof_level << ' '
        << to_text(s.proof_at.wall) << ' ' << s.proof_this_boot << ' ' << to_text(s.opened_at)
        << ' ' << text(s.until) << ' ' << text(s.idle) << ' ' << s.focus.text()
        << (s.locked ? " locked" : "") << ' ' << s.failed_unlocks << ' ' << s.way << ' '
        << joined(s.roles) << ' ' << s.lent_by.text() << ' ' << s.provider << ' ' << s.subject
        << ' ' << s.provider_session << ' ' << s.proof_by << '\n';
  put_ways(out, *this);
  put_sources(out, *this);
  for (const auto& [id, g] : glasses) put(out, g);
  for (const auto& id : open) out << "open " << id.text() << '\n';
  for (const auto& [id, c] : all_cases) put(out, c);
  for (const auto& id : unclosed) out << "unclosed " << id.text() << '\n';
  for (const auto& [at, id] : late_from)
    out << "late from " << to_text(at) << ' ' << id.text() << '\n';
  for (const auto& [version, p] : policies)
    out << "policy " << version << ' ' << p.proposer.text() << ' ' << p.signer.text() << ' '
        << p.parts << ' ' << p.text.size() << '\n';
  for (const auto& [index, p] : pending)
    out << "pending " << index << ' ' << p.staff.text() << ' ' << p.patient.text() << '\n';
  for (const auto& [key, f] : failures) out << "failures " << key << ' ' << f.count << '\n';
  for (const auto& [key, m] : made) out << "made " << key << ' ' << m.id << ' ' << m.index << '\n';
  for (const auto& code : codes_in_order)
    out << "code " << code << ' ' << codes.at(code).text << '\n';
  out << evidence.dump();
  return std::move(out).str();
}

}  // namespace halligan::app
