// read_ledger.h - leave to read entries in clear: for ledger readers and privacy officers, and an
// entry itself.
#pragma once

#include <set>
#include <string>
#include <variant>
#include <vector>

#include "app/access.h"
#include "app/roles.h"

namespace halligan::app {

struct ReadLedger {
  static constexpr bool can_wait = true;
  using Answer = std::variant<EntryIndex, Refusal>;  // the entry that says so
  std::string token_hash;
  std::string what;  // "entries 100 to 150"
};
inline ReadLedger::Answer decide(const ReadLedger& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  if (!has_any_role(context.state, *session, {role::ledger_reader, role::privacy_officer}))
    return role::needed("entries in clear take a ledger reader or a privacy officer");
  return context.note(
      facts::LedgerRead{.staff = session->staff, .session = session->id, .what = command.what});
}

// Leave to see what one did oneself.
struct ReadOwnAccesses {
  static constexpr bool can_wait = true;
  using Answer = std::variant<StaffId, Refusal>;  // whose they are
  std::string token_hash;
};
inline ReadOwnAccesses::Answer decide(const ReadOwnAccesses& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  context.note(facts::LedgerRead{
      .staff = session->staff, .session = session->id, .what = "one's own accesses"});
  return session->staff;
}

// That something which concerns no one chart was printed, or kept as a file.
struct NoteCopy {
  using Answer = std::variant<EntryIndex, Refusal>;
  std::string token_hash;
  std::string kind;  // "print", "download"
  std::string what;
};
inline NoteCopy::Answer decide(const NoteCopy& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return no_session(context.state, command.token_hash, context.now);
  return context.note(facts::LedgerRead{
      .staff = session->staff, .session = session->id, .what = command.kind + ": " + command.what});
}

// That a list of what concerns other people was looked at, by somebody who may: one entry for each
// patient and person in it, up to a bound, and one that counts the rest.
struct NoteReading {
  using Answer = bool;
  struct About {
    PatientId patient;
    StaffId person;
    auto operator<=>(const About&) const = default;
  };
  static constexpr std::size_t named_max = 100;
  std::string token_hash;
  std::string what;
  std::vector<About> about{};
};
inline NoteReading::Answer decide(const NoteReading& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return false;
  const std::set<NoteReading::About> all{command.about.begin(), command.about.end()};
  const auto note = [&](std::string what, const NoteReading::About& about) {
    context.note(facts::LedgerRead{.staff = session->staff,
                                   .session = session->id,
                                   .what = std::move(what),
                                   .patient = about.patient,
                                   .about = about.person});
  };
  std::size_t named = 0;
  for (const auto& each : all) {
    if (named == NoteReading::named_max) break;
    note(command.what, each);
    ++named;
  }
  if (all.empty()) note(command.what, {});
  if (named < all.size())
    note(command.what + ", and " + std::to_string(all.size() - named) + " more", {});
  return true;
}

}  // namespace halligan::app
