// sign_in.cc - sign-in, sign-out, step-up, whoami: the session of a named person.

#include <algorithm>
#include <iostream>

#include "cli/verbs.h"

namespace halligan::cli {
namespace {

struct SignIn {
  std::string user;
  std::string password_file;
  std::string code_file;
  std::string secrets_file;
  std::string terminal;
  std::string terminal_secret_file;
};

struct StepUp {
  std::string code_file;
  std::string secrets_file;
};

std::string session_text(const json::object& session) {
  std::string out = text_of(session, "name") + " (" + text_of(session, "staff") + ")";
  out += ", roles: " + joined(list_of(session, "roles"));
  const std::string place = text_of(session, "place");
  out += place.empty() ? ", at an unknown place" : ", at " + place;
  out += "; until " + time_text(text_of(session, "until"));
  const std::int64_t idle = number_of(session, "idle_seconds");
  if (idle > 0) out += ", or after " + seconds_text(idle) + " without use";
  return clean(out) + ".";
}

Result<json::object> sign_in_body(Shell& shell, const SignIn& options) {
  json::object body{{"user", options.user}};
  if (!options.secrets_file.empty()) {
    const Result<DemoSecrets> found = demo_secrets(shell.io, options.secrets_file, options.user);
    if (!found) return found.fault();
    body["password"] = found->password.reveal();
    body["code"] = demo_code(*found, shell.io.now(), 0);
  } else {
    const Result<Secret> password = obtain_secret(shell.io, options.password_file,
                                                  "Password of " + options.user, "--password-file");
    if (!password) return password.fault();
    const Result<Secret> code =
        obtain_secret(shell.io, options.code_file, "Code from the authenticator", "--code-file");
    if (!code) return code.fault();
    body["password"] = password->reveal();
    body["code"] = code->reveal();
  }
  if (options.terminal.empty()) return body;
  const Result<Secret> secret = obtain_secret(shell.io, options.terminal_secret_file,
                                              "Secret of the terminal", "--terminal-secret-file");
  if (!secret) return secret.fault();
  body["terminal"] = json::object{{"id", options.terminal}, {"secret", secret->reveal()}};
  return body;
}

// A code that was used is worth nothing; a demo person can show the next one when its time comes.
bool waited_for_next_code(Shell& shell, const Reply& reply, bool demo) {
  if (!demo || reply.slug() != "code-reused") return false;
  const std::int64_t seconds = number_of(reply.object, "retry_after_seconds");
  if (seconds > 90) return false;
  for (std::int64_t left = seconds + 1; left > 0; --left) {
    shell.progress("The last code was used already; the next comes in " + std::to_string(left) +
                   " s");
    shell.io.wait(std::chrono::seconds{1});
  }
  shell.progress("");
  return true;
}

// The session that was in the file is nobody's any more: end it rather than leave it to idle.
void end_earlier(Shell& shell, const Target& target) {
  if (target.token.reveal().empty()) return;
  Request request;
  request.method = "DELETE";
  request.path = "/api/v1/session";
  const Result<Answer> ended = shell.io.exchange(target, request);
  if (ended && ended->status == 204)
    shell.note("The session of " + shell.staff() + " that was kept here has been signed out.");
}

// What people of these roles come for.
std::string next_text(const json::array& roles) {
  const auto has = [&roles](const char* role) {
    return std::find(roles.begin(), roles.end(), json::value(role)) != roles.end();
  };
  if (has("administrator")) return "halligan staff list";
  if (has("privacy-officer")) return "halligan cases";
  if (has("ledger-reader")) return "halligan verify $HALLIGAN_SERVER/ledger --key-file FILE";
  return "halligan find --name NAME, or halligan open PATIENT";
}

int sign_in(Shell& shell, const SignIn& options) {
  const Result<Target> earlier = shell.target();
  if (!earlier) return shell.fault(earlier.fault());
  Result<json::object> body = sign_in_body(shell, options);
  if (!body) return shell.fault(body.fault());
  Reply reply = shell.send("POST", "/api/v1/sessions", *body);
  if (waited_for_next_code(shell, reply, !options.secrets_file.empty())) {
    body = sign_in_body(shell, options);
    if (!body) return shell.fault(body.fault());
    reply = shell.send("POST", "/api/v1/sessions", *body);
  }
  if (!reply.good()) return shell.refused(reply);
  end_earlier(shell, *earlier);
  const KeptSession kept{.server = earlier->server,
                         .fingerprint = earlier->fingerprint,
                         .ca_file = earlier->ca_file,
                         .staff = text_of(reply.object, "staff"),
                         .token = Sealed<std::string>{text_of(reply.object, "token")}};
  if (const Result<Unit> written = keep_session(shell.session_path(), kept); !written)
    return shell.fault(written.fault());
  if (!options.terminal.empty() && text_of(reply.object, "terminal").empty())
    shell.note(
        "The terminal was not believed (its id, or its secret), so the place is unknown: "
        "what is yours only where you work is not yours in this session.");
  return shell.show(reply, wrap("Signed in: " + session_text(reply.object)) +
                               "\nNext: " + next_text(list_of(reply.object, "roles")) + '\n');
}

int sign_out(Shell& shell, const Nothing&) {
  const Reply reply = shell.send("DELETE", "/api/v1/session", nullptr);
  const bool over = reply.good() || (!reply.fault && reply.answer.status == 401);
  if (!over) return shell.refused(reply);
  forget_session(shell.session_path());
  return shell.show(reply, "Signed out. Any glass of this session has ended.\n");
}

// Who is signed in is known here: only the code can be wrong.
int step_refused(Shell& shell, const Reply& reply) {
  if (reply.slug() != "sign-in-refused" || shell.globals.json) return shell.refused(reply);
  shell.io.err << "The code is wrong, or no longer good.\n";
  return code_of(Exit::not_signed_in);
}

int step_up_verb(Shell& shell, const StepUp& options) {
  if (options.secrets_file.empty()) {
    const Result<Secret> code =
        obtain_secret(shell.io, options.code_file, "Code from the authenticator", "--code-file");
    return code ? step_up(shell, *code) : shell.fault(code.fault());
  }
  if (const Result<Target> known = shell.target(); !known) return shell.fault(known.fault());
  const Result<DemoSecrets> found = demo_secrets(shell.io, options.secrets_file, shell.staff());
  if (!found) return shell.fault(found.fault());
  auto body = [&] { return json::object{{"code", demo_code(*found, shell.io.now(), 0)}}; };
  Reply reply = shell.send("POST", "/api/v1/session/step-up", body());
  if (waited_for_next_code(shell, reply, true))
    reply = shell.send("POST", "/api/v1/session/step-up", body());
  if (!reply.good()) return step_refused(shell, reply);
  return shell.show(reply, "Proved afresh.\n");
}

std::string owed_text(const json::array& owed) {
  std::string out;
  for (const json::object* one : objects_of(owed))
    out += wrap("Owed for " + clean(text_of(*one, "patient")) + " by " +
                    time_text(text_of(*one, "due")) + ": " +
                    clean(joined(list_of(*one, "prompts"), "; ")) + "  (halligan details " +
                    shell_word(clean(text_of(*one, "glass"))) + " --answer TEXT)",
                2) +
           '\n';
  return out;
}

int whoami(Shell& shell, const Nothing&) {
  const Reply reply = shell.get("/api/v1/session");
  if (!reply.good()) return shell.refused(reply);
  std::string out = wrap(session_text(reply.object)) + '\n';
  out += "Without use until " + time_text(text_of(reply.object, "idle_until")) + "; last proof " +
         time_text(text_of(reply.object, "proof_at")) + ".\n";
  if (flag_of(reply.object, "locked"))
    return shell.show(reply, out +
                                 "It is locked: nothing is answered before it is unlocked where it "
                                 "was locked. halligan sign-out ends it.\n");
  const std::string focus = text_of(reply.object, "focus");
  out += focus.empty() ? "No chart is open.\n" : "Open chart: " + clean(focus) + "\n";
  if (!list_of(reply.object, "glass").empty())
    out += "Open glass:\n" + glass_table(list_of(reply.object, "glass"));
  out += owed_text(list_of(reply.object, "owed"));
  return shell.show(reply, out);
}

}  // namespace

int step_up(Shell& shell, const Secret& code) {
  const Reply reply =
      shell.send("POST", "/api/v1/session/step-up", json::object{{"code", code.reveal()}});
  if (!reply.good()) return step_refused(shell, reply);
  shell.note("Proved afresh.");
  return code_of(Exit::done);
}

int step_up_from(Shell& shell, const std::string& code_file) {
  if (code_file.empty()) return code_of(Exit::done);
  const Result<Secret> code = read_secret(shell.io, code_file);
  return code ? step_up(shell, *code) : shell.fault(code.fault());
}

void add_session_verbs(CLI::App& app, Shell& shell) {
  verb<SignIn>(
      app, shell, "sign-in", "Start a session: password and code are asked, or come from files",
      "halligan sign-in a.osei --password-file ~/.osei --code-file -",
      [](CLI::App& sub, SignIn& o) {
        sub.add_option("user", o.user, "your id")->required();
        sub.add_option("--password-file", o.password_file, "file with the password (- is stdin)");
        sub.add_option("--code-file", o.code_file, "file with the present code (- is stdin)");
        sub.add_option("--secrets", o.secrets_file,
                       "demo only: file that holds both factors (see halligan code)");
        sub.add_option("--terminal", o.terminal, "enrolled terminal you sit at");
        sub.add_option("--terminal-secret-file", o.terminal_secret_file, "file with its secret");
      },
      sign_in);
  verb<Nothing>(app, shell, "sign-out", "End the session and every glass in it",
                "halligan sign-out", no_options, sign_out);
  verb<StepUp>(
      app, shell, "step-up", "Prove who you are afresh with a new code", "halligan step-up",
      [](CLI::App& sub, StepUp& o) {
        sub.add_option("--code-file", o.code_file, "file with the present code (- is stdin)");
        sub.add_option("--secrets", o.secrets_file, "demo only: file that holds both factors");
      },
      step_up_verb);
  verb<Nothing>(app, shell, "whoami", "Show the session, its chart, its glass and what is owed",
                "halligan whoami", no_options, whoami);
}

}  // namespace halligan::cli
