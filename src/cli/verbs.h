// verbs.h - what every verb shares: the session, the way to the server, and the way to say no.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cli/io.h"
#include "cli/render.h"
#include "cli/session_file.h"
#include "cli/shell.h"

namespace halligan::cli {

struct Globals {
  std::string server;
  std::string ca_file;
  std::string fingerprint;
  std::string session_file;
  bool json = false;
};

struct Reply {
  std::optional<Fault> fault;
  Answer answer;
  json::object object;  // the body, where it is a JSON object

  bool good() const { return !fault && answer.status >= 200 && answer.status < 300; }
  std::string slug() const;  // "step-up-needed", of a problem
  std::string header(const std::string& lower_name) const;
};

class Shell {
 public:
  Shell(const Io& person, const Parts& given) : io(person), parts(given) {}

  Reply get(const std::string& path, const std::string& accept = "application/json");
  Reply send(const std::string& method, const std::string& path, const json::value& body);
  Reply post(const std::string& path, const json::value& body);  // with an idempotency key
  Reply request(const Request& request);

  // Says why, and which exit code that is.
  int refused(const Reply& reply);
  int fault(const Fault& fault);
  int usage(const std::string& text);
  // The answer verbatim under --json, else `human`.
  int show(const Reply& reply, const std::string& human, Exit code = Exit::done);
  void note(const std::string& text);  // on standard error, not under --json
  // Repaints one line on a terminal; nothing elsewhere. An empty text clears it.
  void progress(const std::string& text);

  Result<Target> target();
  std::string session_path();
  const std::string& staff() const { return staff_; }

  const Io& io;
  const Parts& parts;
  Globals globals;
  std::function<int()> chosen;  // set by the verb that was parsed

 private:
  Result<Unit> connect();

  std::optional<Target> target_;
  std::string staff_;  // who is signed in, as far as the session file knows
};

// The reference code of a refusal, as a problem or an OperationOutcome carries it.
std::string reply_code(const Reply& reply);
// The body, whatever JSON it is; null where it is none.
json::value body_of(const Reply& reply);

constexpr int code_of(Exit code) { return static_cast<int>(code); }

// A leaf verb: its options, its example, and what it does.
template <class Options>
void verb(CLI::App& parent, Shell& shell, const std::string& name, const std::string& help,
          const std::string& example, const std::function<void(CLI::App&, Options&)>& describe,
          int (*act)(Shell&, const Options&)) {
  const auto options = std::make_shared<Options>();
  CLI::App* app = parent.add_subcommand(name, help);
  app->footer("Example:\n  " + example +
              "\nExit codes: 0 done, 1 refused, 2 wrong usage, 3 sign in or step up, 4 no server.");
  describe(*app, *options);
  app->callback([&shell, options, act] {
    shell.chosen = [&shell, options, act] { return act(shell, *options); };
  });
}
struct Nothing {};
inline void no_options(CLI::App&, Nothing&) {}
// A word that only groups verbs: "staff", "policy".
CLI::App& family(CLI::App& parent, const std::string& name, const std::string& help);

void add_session_verbs(CLI::App& app, Shell& shell);   // sign_in.cc
void add_code_verb(CLI::App& app, Shell& shell);       // code.cc
void add_chart_verbs(CLI::App& app, Shell& shell);     // chart.cc
void add_glass_verbs(CLI::App& app, Shell& shell);     // glass.cc
void add_record_verbs(CLI::App& app, Shell& shell);    // records.cc
void add_case_verbs(CLI::App& app, Shell& shell);      // cases.cc
void add_people_verbs(CLI::App& app, Shell& shell);    // people.cc
void add_card_verbs(CLI::App& app, Shell& shell);      // cards.cc
void add_vouch_verb(CLI::App& app, Shell& shell);      // vouch.cc
void add_roster_verb(CLI::App& app, Shell& shell);     // roster.cc
void add_identity_verbs(CLI::App& app, Shell& shell);  // identity.cc
void add_fact_verbs(CLI::App& app, Shell& shell);      // facts.cc
void add_policy_verbs(CLI::App& app, Shell& shell);    // policy_verbs.cc
void add_ledger_verbs(CLI::App& app, Shell& shell);    // ledger.cc
void add_erasure_verbs(CLI::App& app, Shell& shell);   // erasure.cc
void add_offline_verbs(CLI::App& app, Shell& shell);   // offline.cc

// sign_in.cc: a fresh code for this session. Exit::done when the server took it.
int step_up(Shell& shell, const Secret& code);
// The same with the code of a file; nothing is done where none is named.
int step_up_from(Shell& shell, const std::string& code_file);
// code.cc: what a secrets file says of one person.
struct DemoSecrets {
  Secret password;
  Sealed<Bytes> totp;
};
Result<DemoSecrets> demo_secrets(const Io& io, const std::string& path, const std::string& staff);
std::string demo_code(const DemoSecrets& secrets, Instant at, std::int64_t steps_ahead);
// make_cards.cc
void add_make_cards_verb(CLI::App& cards, Shell& shell);
// cards.cc: "1 to 6, 8"
std::string numbers_text(std::vector<std::int64_t> numbers);
// offer.cc: the offer of a *glass* verdict, with the commands that take it up.
std::string offer_text(const json::object& offer, const std::string& patient);
// The same of what a permit leaves out; nothing where it leaves out nothing.
std::string rest_text(const json::object& offer, const std::string& patient);
std::string basis_text(const json::object& basis);
// glass.cc
// What this command line broke last, for note_ended.
void remember_glass(Shell& shell, const std::string& patient, const std::string& glass);
// Another chart was opened: says that the glass on the one before has ended, where it has.
void note_ended(Shell& shell, const std::string& patient);
std::string glass_text(const json::object& glass);
std::string glass_table(const json::array& list);

}  // namespace halligan::cli
