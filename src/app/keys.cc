#include "app/keys.h"

#include "core/ledger/checkpoint.h"

namespace halligan::app {

NoteRootKeys::Answer decide(const NoteRootKeys& command, Context& context) {
  return context.note(facts::RootKeysRotated{.keys = command.keys});
}

RotateLogKey::Answer decide(const RotateLogKey& command, Context& context) {
  const auto key = ledger::parse_verifier_key(command.log_key);
  if (!key || key->name != context.state.origin)
    return Refusal{.why = Why::bad_request, .what = "that is no key for this log"};
  if (command.log_key == context.state.log_key)
    return Refusal{.why = Why::conflict, .what = "the log signs with this key already"};
  return context.note(facts::LogKeyRotated{.staff = {}, .log_key = command.log_key});
}

}  // namespace halligan::app
