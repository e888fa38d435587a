#include "app/backups.h"

#include "app/roles.h"
#include "app/sessions.h"

namespace halligan::app {

MayBackUp::Answer decide(const MayBackUp& command, Context& context) {
  const auto asked = role::asked_by(context.state, command.token_hash, context.now,
                                    {role::administrator}, "a backup takes an administrator");
  if (asked.refusal) return *asked.refusal;
  return asked.session->staff;
}

NoteBackup::Answer decide(const NoteBackup& command, Context& context) {
  return context.note(facts::BackupMade{.staff = command.staff,
                                        .size = command.made.size,
                                        .root = to_hex(command.made.root),
                                        .name = command.made.name});
}

BeginAgain::Answer decide(const BeginAgain& command, Context& context) {
  context.note(command.restored);
  if (!command.log_key.empty())
    context.note(facts::LogKeyRotated{.staff = {}, .log_key = command.log_key});
  for (const auto& [id, session] : context.state.sessions)
    end_session(session, facts::SessionEnd::revoked, facts::EndedBy::revoked, {}, context);
  return context.state.sessions.size();
}

EraseAgain::Answer decide(const EraseAgain& command, Context& context) {
  context.note(facts::PatientErased{.staff = {},
                                    .pseudonym = to_hex(command.what.pseudonym),
                                    .key = to_hex(command.what.key),
                                    .asked_by = {},
                                    .why = "erased-before-the-restore",
                                    .count = command.what.entries});
  return true;
}

}  // namespace halligan::app
