// code.cc - the demo's authenticator: the code that a demo person's telephone would show.
//
// For made-up people only: a file with both factors of a real person defeats the second one.

#include <iostream>

#include "cli/verbs.h"
#include "core/identity/totp.h"

namespace halligan::cli {
namespace {

struct Code {
  std::string user;
  std::string secrets_file;
  bool next = false;
};

int code(Shell& shell, const Code& options) {
  const Result<DemoSecrets> found = demo_secrets(shell.io, options.secrets_file, options.user);
  if (!found) return shell.fault(found.fault());
  const Instant now = shell.io.now();
  const std::int64_t step = identity::totp_step_at(now);
  const std::int64_t left = identity::seconds_until_next(step, now);
  shell.io.out << demo_code(*found, now, options.next ? 1 : 0) << '\n';
  shell.note(options.next ? "The code after the present one; servers take it early."
                          : "Good for " + std::to_string(left) +
                                " more seconds, once. Used it already? --next shows the next one.");
  return code_of(Exit::done);
}

}  // namespace

Result<DemoSecrets> demo_secrets(const Io& io, const std::string& path, const std::string& staff) {
  const Result<std::string> text = read_file(io, path);
  if (!text) return text.fault();
  const json::object all = object_from(*text);
  const json::object& one = object_of(all, staff);
  const std::optional<Bytes> secret = from_base32(text_of(one, "totp"));
  if (one.empty() || !secret || secret->empty())
    return Fault{FaultCode::bad_input,
                 path + R"( has no {"password", "totp"} for )" + (staff.empty() ? "you" : staff)};
  return DemoSecrets{.password = Secret{text_of(one, "password")}, .totp = Sealed<Bytes>{*secret}};
}

std::string demo_code(const DemoSecrets& secrets, Instant at, std::int64_t steps_ahead) {
  return identity::totp_code(secrets.totp.reveal(), identity::totp_step_at(at) + steps_ahead);
}

void add_code_verb(CLI::App& app, Shell& shell) {
  verb<Code>(
      app, shell, "code", "Demo only: print the code that a demo person's telephone would show",
      "halligan code a.osei --secrets build/demo/secrets.json",
      [](CLI::App& sub, Code& o) {
        sub.add_option("user", o.user, "id of the demo person")->required();
        sub.add_option("--secrets", o.secrets_file,
                       R"(file {"a.osei": {"password": "...", "totp": "BASE32"}})")
            ->required();
        sub.add_flag("--next", o.next, "the next step's code, where the present one was used");
      },
      code);
}

}  // namespace halligan::cli
