// policy_verbs.cc - the policy: show, propose, sign, explain; check and test a file offline.

#include <iostream>

#include "cli/policy.h"
#include "cli/verbs.h"

namespace halligan::cli {
namespace {

struct Propose {
  std::string file;
  std::string note;
};

struct Version {
  std::string version;
};

// A decision of the server, or of a policy file with no server.
struct Explain {
  PolicyExplainOptions desk;
  std::string staff;
  std::string patient;
  std::string action = "read";
  std::string type = "Patient";
  std::vector<std::string> labels;
};

int show_policy(Shell& shell, const Nothing&) {
  const Reply reply = shell.get("/api/v1/policy");
  if (!reply.good()) return shell.refused(reply);
  std::string out = "# version " + text_of(reply.object, "version") + ", proposed by " +
                    text_of(reply.object, "proposer") + ", signed by " +
                    text_of(reply.object, "signer") + '\n';
  for (const json::object* one : objects_of(list_of(reply.object, "proposals")))
    out += "# waiting: " + text_of(*one, "version") + " by " + text_of(*one, "proposer") + ", " +
           text_of(*one, "note") + " (halligan policy sign " + text_of(*one, "version") + ")\n";
  return shell.show(reply, clean(out) + clean(text_of(reply.object, "text")));
}

std::string diff_text(const json::object& proposal) {
  std::string out;
  for (const json::value& line : list_of(proposal, "diff"))
    out += (line.is_string() ? clean(line.get_string()) : clean(json::serialize(line))) + '\n';
  for (const json::value& warning : list_of(proposal, "warnings"))
    out += wrap("warning: " + (warning.is_string() ? clean(warning.get_string())
                                                   : clean(json::serialize(warning))),
                9) +
           '\n';
  return out;
}

int propose(Shell& shell, const Propose& options) {
  const Result<std::string> text = read_file(shell.io, options.file);
  if (!text) return shell.fault(text.fault());
  const Reply reply =
      shell.post("/api/v1/policy/proposals", json::object{{"text", *text}, {"note", options.note}});
  if (!reply.good()) return shell.refused(reply);
  const std::string version = clean(text_of(reply.object, "version"));
  return shell.show(reply, diff_text(reply.object) + "Proposed as " + version +
                               ". It holds when somebody else signs it:\n  halligan policy sign " +
                               shell_word(version) + '\n');
}

std::string proposal_path(const std::string& version) {
  return "/api/v1/policy/proposals/" + path_segment(version);
}

int proposal(Shell& shell, const Version& options) {
  const Reply reply = shell.get(proposal_path(options.version));
  if (!reply.good()) return shell.refused(reply);
  const std::string signer = text_of(reply.object, "signer");
  std::string head =
      "Proposal " + text_of(reply.object, "version") + " by " + text_of(reply.object, "proposer") +
      ", " + time_text(text_of(reply.object, "proposed_at")) + ": " + text_of(reply.object, "note");
  head += signer.empty() ? "\nNobody has signed it yet." : "\nSigned by " + signer + ".";
  const std::string diff = diff_text(reply.object);
  return shell.show(reply, wrap(clean(head)) + "\n\nWhat it changes:\n" +
                               (diff.empty() ? "nothing\n" : diff) + "\nIts text:\n" +
                               clean(text_of(reply.object, "text")));
}

int sign(Shell& shell, const Version& options) {
  const Reply reply = shell.post(proposal_path(options.version) + "/sign", json::object{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply,
                    wrap("Signed: this policy holds from now on. Open glass that it would no "
                         "longer give has ended.") +
                        '\n');
}

// What made a rule so, or kept it from being so: relations, or the conditions that do not hold.
std::string because(const json::object& step) {
  std::string held;
  std::string failed;
  const auto add = [](std::string& to, const std::string& text) {
    if (!text.empty()) to += (to.empty() ? "" : ", ") + text;
  };
  for (const json::object* part : objects_of(list_of(step, "conditions"))) {
    const std::string value = text_of(*part, "value");
    add(held, joined(list_of(*part, "relations")));
    if (value != "true") add(failed, text_of(*part, "condition") + " " + value);
  }
  return failed.empty() ? held : failed;
}

// The verdict, why, and one line a rule; --json has every condition.
std::string decision_text(const json::object& told) {
  std::string out = "Verdict: " + text_of(told, "verdict");
  const auto add = [&out](const std::string& name, const std::string& text) {
    if (!text.empty()) out += name + text;
  };
  add(", by rule ", text_of(told, "basis"));
  add(", denied by ", joined(list_of(told, "denied_by")));
  std::string offered;
  for (const json::object* grant : objects_of(list_of(object_of(told, "offer"), "grants")))
    offered += (offered.empty() ? "" : ", ") + text_of(*grant, "rule");
  add(", offered: ", offered);
  out += ".";
  add(" What decided: ", joined(list_of(told, "decisive")));
  add("; owed: ", joined(list_of(told, "owed")));
  std::vector<Row> rows;
  for (const json::object* step : objects_of(list_of(told, "steps")))
    rows.push_back({text_of(*step, "rule"), text_of(*step, "value"), because(*step)});
  return wrap(clean(out)) + '\n' +
         (rows.empty() ? std::string{} : table({"RULE", "HOLDS", "BECAUSE"}, rows));
}

int explain_decision(Shell& shell, const Explain& options) {
  if (!options.desk.file.empty()) {
    PolicyExplainOptions desk = options.desk;
    desk.json = shell.globals.json;
    return policy_explain(desk, shell.io);
  }
  if (options.patient.empty())
    return shell.usage("Name a patient, or a policy file with --file, --who and --asks.");
  json::object body{
      {"patient", options.patient}, {"action", options.action}, {"type", options.type}};
  if (!options.staff.empty()) body["staff"] = options.staff;
  if (!options.labels.empty())
    body["labels"] = json::array(options.labels.begin(), options.labels.end());
  const Reply reply = shell.post("/api/v1/policy/explain", body);
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, decision_text(reply.object));
}

PolicyFileOptions with_form(Shell& shell, const PolicyFileOptions& given) {
  PolicyFileOptions options = given;
  options.json = shell.globals.json;
  return options;
}

int check(Shell& shell, const PolicyFileOptions& options) {
  return policy_check(with_form(shell, options), shell.io);
}

int test(Shell& shell, const PolicyFileOptions& options) {
  return policy_test(with_form(shell, options), shell.io);
}

void describe_explain(CLI::App& sub, Explain& o) {
  sub.add_option("patient", o.patient, "id of the patient");
  sub.add_option("--staff", o.staff, "whose decision; yours without it");
  sub.add_option("--action", o.action, "what is to be done")
      ->check(CLI::IsMember({"search", "read", "append", "modify"}));
  sub.add_option("--type", o.type, "FHIR resource type");
  sub.add_option("--label", o.labels, "security label of the record")->allow_extra_args(false);
  CLI::Option* file = sub.add_option("--file", o.desk.file, "a policy file instead of the server");
  CLI::Option* who = sub.add_option("--who", o.desk.who, "with --file: one of its askers");
  CLI::Option* asks = sub.add_option("--asks", o.desk.asks,
                                     "with --file: \"read Observation of p-000002 labelled R\"");
  sub.add_option("--facts", o.desk.facts_file, "with --file: facts and askers; else its tests")
      ->needs(file);
  file->needs(who)->needs(asks);
  who->needs(file);
  asks->needs(file);
}

void describe_version(CLI::App& sub, Version& o) {
  sub.add_option("version", o.version, "version of the proposal")->required();
}

void describe_file(CLI::App& sub, PolicyFileOptions& o) {
  sub.add_option("file", o.file, "policy file")->required();
}

}  // namespace

void add_policy_verbs(CLI::App& app, Shell& shell) {
  CLI::App& policy =
      family(app, "policy", "The policy: show, check, test, propose, proposal, sign, explain");
  verb<Nothing>(policy, shell, "show",
                "Print the policy that holds, and what waits for a signature",
                "halligan policy show", no_options, show_policy);
  verb<PolicyFileOptions>(policy, shell, "check", "Check a policy file, with no server",
                          "halligan policy check hospital.toml", describe_file, check);
  verb<PolicyFileOptions>(policy, shell, "test", "Run the tests that stand beside a policy file",
                          "halligan policy test hospital.toml", describe_file, test);
  verb<Propose>(
      policy, shell, "propose", "Propose a policy; it holds once somebody else has signed it",
      "halligan policy propose hospital.toml --note \"maternity gets its own rule\"",
      [](CLI::App& sub, Propose& o) {
        sub.add_option("file", o.file, "policy file (- is stdin)")->required();
        sub.add_option("--note", o.note, "what changes and why")->required();
      },
      propose);
  verb<Version>(policy, shell, "proposal", "Show a proposal and what it changes",
                "halligan policy proposal p4", describe_version, proposal);
  verb<Version>(policy, shell, "sign", "Sign somebody else's proposal: it holds from then on",
                "halligan policy sign p4", describe_version, sign);
  verb<Explain>(policy, shell, "explain", "Show a decision step by step",
                "halligan policy explain p-000002 --staff a.osei --type Observation",
                describe_explain, explain_decision);
}

}  // namespace halligan::cli
