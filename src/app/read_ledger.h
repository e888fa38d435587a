// read_ledger.h - leave to read entries in clear: for ledger readers and privacy officers, and an
// entry itself.
#pragma once

#include <string>
#include <variant>

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
  if (session == nullptr) return no_session();
  if (!has_any_role(context.state, *session, {role::ledger_reader, role::privacy_officer}))
    return role::needed("entries in clear take a ledger reader or a privacy officer");
  return context.note(
      facts::LedgerRead{.staff = session->staff, .session = session->id, .what = command.what});
}

// That a list of what concerns other people was looked at, by somebody who may.
struct NoteReading {
  using Answer = bool;
  std::string token_hash;
  std::string what;
};
inline NoteReading::Answer decide(const NoteReading& command, Context& context) {
  const auto* session = live_session(context.state, command.token_hash, context.now);
  if (session == nullptr) return false;
  context.note(
      facts::LedgerRead{.staff = session->staff, .session = session->id, .what = command.what});
  return true;
}

}  // namespace halligan::app
