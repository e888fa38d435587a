#include "cli/shell.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <set>

#include "base/must.h"
#include "cli/verbs.h"

namespace halligan::cli {
namespace {

constexpr const char* default_server = "https://127.0.0.1:8443";

// Whoever lists the processes of this machine reads their arguments.
const std::map<std::string, std::string>& banned_options() {
  static const std::map<std::string, std::string> banned{
      {"--password", "--password-file"}, {"--pass", "--password-file"},
      {"--code", "--code-file"},         {"--otp", "--code-file"},
      {"--totp", "--code-file"},         {"--secret", "--secret-file"},
      {"--token", "--session-file"},     {"--terminal-secret", "--terminal-secret-file"},
      {"--pin", "--code-file"},
  };
  return banned;
}

std::optional<std::string> secret_in(int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string word(argv[i]);
    if (word == "--") return std::nullopt;
    const auto found = banned_options().find(word.substr(0, word.find('=')));
    if (found == banned_options().end()) continue;
    return "No secrets on the command line: every user of this machine can read it there, and the "
           "shell keeps it. Leave " +
           found->first +
           " out and you will be asked, or name a file "
           "with " +
           found->second + " FILE (- reads one line of standard input).";
  }
  return std::nullopt;
}

std::string new_idempotency_key() {
  std::array<unsigned char, 16> bytes{};
  MUST(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
  return to_hex(bytes);
}

void describe_globals(CLI::App& app, Globals& globals) {
  app.add_option(
      "--server", globals.server,
      std::string("server to speak to (HALLIGAN_SERVER; default ") + default_server + ")");
  app.add_option("--ca", globals.ca_file, "CA file that vouches for the server (HALLIGAN_CA)");
  app.add_option("--fingerprint", globals.fingerprint,
                 "SHA-256 of the server's certificate, pinned (HALLIGAN_FINGERPRINT)");
  app.add_option("--session-file", globals.session_file,
                 "where the session is kept (HALLIGAN_SESSION; ~/.config/halligan/session)");
  app.add_flag("--json", globals.json, "print the server's answer as it came");
  app.set_config("--config", "",
                 "TOML file of options; a verb's own stand under its name: [serve]");
  app.allow_config_extras(CLI::config_extras_mode::error);
}

// Never repeats a stray word: it may be a password in the wrong place.
std::string stray_words(const CLI::App& app) {
  std::string options;
  for (const std::string& word : app.remaining(true))
    if (word.starts_with("-")) options += " " + word.substr(0, word.find('='));
  return options.empty() ? "More words than this command takes (not repeated here, in case one was "
                           "a secret)."
                         : "This command does not know:" + options + ".";
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, corner + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      corner = above;
    }
  }
  return row[b.size()];
}

// A word where a command belongs. It is repeated only where it is almost one.
std::string unknown_command(const CLI::App& app, const CLI::App& at) {
  for (const std::string& word : app.remaining(true)) {
    if (word.starts_with("-")) continue;
    for (const CLI::App* known : at.get_subcommands([](const CLI::App*) { return true; }))
      if (distance(word, known->get_name()) <= 2)
        return "No command " + clean(word) + "; did you mean " + known->get_name() + "?";
    return "No such command.";
  }
  return "A command is missing.";
}

int parse_error(CLI::App& app, const CLI::ParseError& error, const Io& io) {
  if (error.get_exit_code() == 0) return app.exit(error, io.out, io.err);  // --help, --version
  const bool stray = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  std::string words = "halligan";
  const CLI::App* at = &app;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    words += ' ' + at->get_name();
  }
  const bool wants_command = !at->get_subcommands([](const CLI::App*) { return true; }).empty();
  const std::string said = wants_command ? unknown_command(app, *at)
                           : stray       ? stray_words(app)
                                         : clean(error.what());
  io.err << wrap(said) << '\n';
  io.err << "Help: " << words << " --help\n";
  return code_of(Exit::usage);
}

Exit exit_of(int status) {
  if (status == 401) return Exit::not_signed_in;
  if (status == 400) return Exit::usage;
  return status >= 500 ? Exit::unreachable : Exit::refused;
}

std::string fhir_title(int status) {
  if (status == 401) return "Nobody is signed in";
  if (status == 403) return "Deny";
  if (status == 404) return "Not found";
  return "Refused (HTTP " + std::to_string(status) + ")";
}

// A FHIR refusal in the words of a problem. Its diagnostics hold the reference code.
json::object problem_of(const Reply& reply) {
  if (text_of(reply.object, "resourceType") != "OperationOutcome") return reply.object;
  json::object problem;
  std::string detail;
  for (const json::object* issue : objects_of(list_of(reply.object, "issue"))) {
    const std::string text = text_of(object_of(*issue, "details"), "text");
    if (!text.empty()) detail += (detail.empty() ? "" : "\n") + text;
  }
  const std::string code = reply_code(reply);
  problem["title"] = fhir_title(reply.answer.status);
  problem["detail"] = detail;
  if (!code.empty()) problem["code"] = code;
  return problem;
}

}  // namespace

std::string reply_code(const Reply& reply) {
  constexpr std::string_view before = "reference code ";
  for (const json::object* issue : objects_of(list_of(reply.object, "issue")))
    if (const std::string text = text_of(*issue, "diagnostics"); text.starts_with(before))
      return text.substr(before.size());
  return text_of(reply.object, "code");
}

json::value body_of(const Reply& reply) {
  boost::system::error_code wrong;
  json::value parsed = json::parse(reply.answer.body, wrong);
  return wrong ? json::value{} : parsed;
}

std::string Reply::slug() const {
  const std::string type = text_of(object, "type");
  return type.substr(type.rfind(':') + 1);
}

std::string Reply::header(const std::string& lower_name) const {
  const auto found = answer.headers.find(lower_name);
  return found == answer.headers.end() ? std::string{} : found->second;
}

std::string Shell::session_path() {
  if (!globals.session_file.empty()) return globals.session_file;
  if (const auto named = io.environment("HALLIGAN_SESSION")) return *named;
  if (const auto config = io.environment("XDG_CONFIG_HOME")) return *config + "/halligan/session";
  return io.environment("HOME").value_or(".") + "/.config/halligan/session";
}

Result<Unit> Shell::connect() {
  Result<std::optional<KeptSession>> kept = load_session(session_path());
  if (!kept) return kept.fault();
  const KeptSession session = kept.value().value_or(KeptSession{});
  auto choose = [this](const std::string& given, const char* name, const std::string& otherwise) {
    return given.empty() ? io.environment(name).value_or(otherwise) : given;
  };
  Target target;
  target.server = choose(globals.server, "HALLIGAN_SERVER",
                         session.server.empty() ? default_server : session.server);
  while (target.server.ends_with('/')) target.server.pop_back();
  const bool same = target.server == session.server;
  target.ca_file = choose(globals.ca_file, "HALLIGAN_CA", same ? session.ca_file : "");
  const std::string pin =
      choose(globals.fingerprint, "HALLIGAN_FINGERPRINT", same ? session.fingerprint : "");
  const std::optional<std::string> parsed = parse_fingerprint(pin);
  if (!pin.empty() && !parsed)
    return Fault{FaultCode::bad_input, "a fingerprint is 64 hexadecimal digits"};
  target.fingerprint = parsed.value_or("");
  if (same) target.token = session.token;
  if (same) staff_ = session.staff;
  target_ = target;
  return Unit{};
}

Result<Target> Shell::target() {
  if (!target_)
    if (const Result<Unit> connected = connect(); !connected) return connected.fault();
  return *target_;
}

Reply Shell::request(const Request& request) {
  const Result<Target> to = target();
  if (!to) return Reply{.fault = to.fault(), .answer = {}, .object = {}};
  Result<Answer> answer = io.exchange(*to, request);
  if (!answer) return Reply{.fault = answer.fault(), .answer = {}, .object = {}};
  json::object object = object_from(answer->body);
  return Reply{.fault = {}, .answer = std::move(answer).value(), .object = std::move(object)};
}

Reply Shell::get(const std::string& path, const std::string& accept) {
  Request asked;
  asked.path = path;
  asked.accept = accept;
  return request(asked);
}

Reply Shell::send(const std::string& method, const std::string& path, const json::value& body) {
  Request asked;
  asked.method = method;
  asked.path = path;
  if (!body.is_null()) asked.body = json::serialize(body);
  return request(asked);
}

Reply Shell::post(const std::string& path, const json::value& body) {
  Request asked;
  asked.method = "POST";
  asked.path = path;
  asked.body = json::serialize(body);
  asked.idempotency_key = new_idempotency_key();
  return request(asked);
}

int Shell::fault(const Fault& fault) {
  io.err << wrap("halligan: " + clean(fault.what)) << '\n';
  switch (fault.code) {
    case FaultCode::bad_input:
    case FaultCode::not_found: return code_of(Exit::usage);
    case FaultCode::disk_failed:
    case FaultCode::disk_full:
    case FaultCode::ledger_damaged:
    case FaultCode::ledger_locked:
    case FaultCode::ledger_unavailable:
    case FaultCode::vault_failed:
    case FaultCode::wrong_key:
    case FaultCode::upstream_unreachable:
    case FaultCode::upstream_timeout:
    case FaultCode::upstream_nonsense:
    case FaultCode::too_large:
    case FaultCode::crypto_failed:
    case FaultCode::cancelled:
    case FaultCode::no_room: return code_of(Exit::unreachable);
  }
  base::stop("fault outside its enum", __FILE__, __LINE__);
}

int Shell::usage(const std::string& text) {
  io.err << wrap(text) << '\n';
  return code_of(Exit::usage);
}

int Shell::refused(const Reply& reply) {
  if (reply.fault) return fault(*reply.fault);
  const Exit code = exit_of(reply.answer.status);
  if (globals.json) {
    io.out << reply.answer.body << '\n';
    return code_of(code);
  }
  json::object problem = problem_of(reply);
  if (text_of(problem, "title").empty())
    problem["title"] = "the server answered " + std::to_string(reply.answer.status);
  io.err << problem_text(problem);
  const json::object& offer = object_of(reply.object, "offer");
  if (!offer.empty()) io.out << offer_text(offer, text_of(offer, "patient"));
  const std::string wait = reply.header("retry-after");
  const std::string seconds = text_of(reply.object, "retry_after_seconds");
  if (!wait.empty() || !seconds.empty())
    io.err << "Try again in " << clean(seconds.empty() ? wait : seconds) << " seconds.\n";
  if (reply.slug() == "step-up-needed")
    io.err << "Next: halligan step-up, then the same command again.\n";
  else if (const auto act = text_of(reply.object, "act");
           reply.slug() == "second-person-needed" && !act.empty())
    io.err << "Next, for another administrator: halligan acts agree " << clean(act)
           << "\n  then this command again, within the hour\n";
  else if (reply.slug() == "session-locked")
    io.err << "Next: unlock it where it was locked, or halligan sign-out\n";
  else if (reply.answer.status == 401 && !reply.slug().starts_with("sign-in") &&
           reply.slug() != "code-reused")
    io.err << "Next: halligan sign-in USER\n";
  return code_of(code);
}

int Shell::show(const Reply& reply, const std::string& human, Exit code) {
  if (globals.json)
    io.out << reply.answer.body << (reply.answer.body.ends_with('\n') ? "" : "\n");
  else
    io.out << human;
  return code_of(code);
}

void Shell::note(const std::string& text) {
  if (!globals.json) io.err << wrap(text) << '\n';
}

void Shell::progress(const std::string& text) {
  if (!io.shows_progress) return;
  io.err << "\r\x1b[K" << text << std::flush;
}

CLI::App& family(CLI::App& parent, const std::string& name, const std::string& help) {
  CLI::App* app = parent.add_subcommand(name, help);
  app->require_subcommand(1);
  app->footer("");  // the first round is for a whole day, not for these
  return *app;
}

int run(int argc, const char* const* argv, const Io& io, const Parts& parts) {
  if (const std::optional<std::string> refusal = secret_in(argc, argv)) {
    io.err << wrap(*refusal) << '\n';
    return code_of(Exit::usage);
  }
  Shell shell(io, parts);
  CLI::App app(
      "Halligan: emergency access to health records, open in seconds, answerable for good.",
      "halligan");
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", "halligan 0.1.0");
  app.footer(
      "A first round:\n"
      "  halligan sign-in a.osei            who you are\n"
      "  halligan open p-000002             whether the chart is yours to open\n"
      "  halligan break p-000002 --reason clinical-access\n"
      "  halligan read p-000002             what is in it\n"
      "Exit codes: 0 done, 1 refused, 2 wrong usage, 3 sign in or step up, 4 no server.");
  describe_globals(app, shell.globals);
  for (const auto add : {add_session_verbs, add_chart_verbs, add_glass_verbs, add_record_verbs,
                         add_case_verbs, add_people_verbs, add_card_verbs, add_vouch_verb,
                         add_roster_verb, add_identity_verbs, add_fact_verbs, add_policy_verbs,
                         add_ledger_verbs, add_erasure_verbs, add_offline_verbs, add_code_verb})
    add(app, shell);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return parse_error(app, error, io);
  }
  const int code = shell.chosen();
  io.out.flush();
  return code;
}

}  // namespace halligan::cli
