// chart.cc - find, open, break: from a name to a chart, with the glass between where it is due.

#include <algorithm>
#include <iostream>

#include "cli/verbs.h"

namespace halligan::cli {
namespace {

struct Find {
  std::string name;
  std::string birth_date;
  std::string identifier;
  std::string id;
};

// What of a chart is meant, as an offer names it; without a type the chart as such.
struct OfChart {
  std::string type;
  std::string action;
  std::vector<std::string> labels;
  std::vector<std::string> categories;
};

struct Open {
  std::string patient;
  OfChart of;
};

struct Break {
  std::string patient;
  OfChart of;
  std::string reason;
  std::string rule;
  std::vector<std::string> answers;
  std::vector<std::string> details;
  std::vector<std::string> acknowledge;
  std::string code_file;
  bool confirm = false;
};

std::string chart_path(const std::string& patient) {
  return "/api/v1/charts/" + path_segment(patient);
}

bool says_cell(const OfChart& of) {
  return !of.type.empty() || !of.action.empty() || !of.labels.empty() || !of.categories.empty();
}

// The body of a command on it.
json::object body_for(const OfChart& of) {
  if (!says_cell(of)) return {};
  json::object cell{{"type", of.type.empty() ? "Patient" : of.type}};
  if (!of.action.empty()) cell["action"] = of.action;
  if (!of.labels.empty()) cell["labels"] = json::array(of.labels.begin(), of.labels.end());
  if (!of.categories.empty())
    cell["categories"] = json::array(of.categories.begin(), of.categories.end());
  return {{"cell", std::move(cell)}};
}

void describe_cell(CLI::App& sub, OfChart& of) {
  sub.add_option("--type", of.type, "resource type that is wanted; without it, the chart as such");
  sub.add_option("--label", of.labels, "security label of what is wanted")->allow_extra_args(false);
  sub.add_option("--category", of.categories, "category of what is wanted")
      ->allow_extra_args(false);
  sub.add_option("--action", of.action, "what is to be done: read, append ...")
      ->check(CLI::IsMember({"search", "read", "append", "modify"}));
}

int find(Shell& shell, const Find& options) {
  json::object body;
  if (!options.name.empty()) body["name"] = options.name;
  if (!options.birth_date.empty()) body["birth_date"] = options.birth_date;
  if (!options.identifier.empty()) body["identifier"] = options.identifier;
  if (!options.id.empty()) body["id"] = options.id;
  if (body.empty())
    return shell.usage("Give at least one of --name --birth-date --identifier --id.");
  // One sign may be a whole name elsewhere, but no letter of the Latin alphabet is.
  if (options.name.size() == 1) return shell.usage("A name takes two letters at least.");
  const Reply reply = shell.post("/api/v1/patients/search", body);
  if (!reply.good()) return shell.refused(reply);
  const auto patients = objects_of(list_of(reply.object, "patients"));
  if (patients.empty())
    return shell.show(reply,
                      wrap("Nobody found. This search has been written down." +
                           std::string(options.name.empty()
                                           ? ""
                                           : " Spelling counts, accents too (ó is not o): try the "
                                             "first letters alone, or --birth-date.")) +
                          '\n');
  std::vector<Row> rows;
  rows.reserve(patients.size());
  for (const json::object* one : patients)
    rows.push_back({text_of(*one, "id"), text_of(*one, "birth_date"), text_of(*one, "gender"),
                    text_of(*one, "name")});
  std::string out = table({"PATIENT", "BORN", "GENDER", "NAME"}, rows);
  if (flag_of(reply.object, "more")) out += "There are more: narrow the search.\n";
  return shell.show(reply,
                    out + "Next: halligan open " + shell_word(clean(rows.front().front())) + '\n');
}

int show_verdict(Shell& shell, const Reply& reply, const std::string& patient) {
  const std::string verdict = text_of(reply.object, "verdict");
  const std::string telephone = telephone_text(text_of(reply.object, "code"));
  if (verdict == "permit") {
    note_ended(shell, patient);
    std::string out = wrap("Permit: " + basis_text(object_of(reply.object, "basis")) + ".") + '\n';
    const std::string receipt = text_of(reply.object, "receipt");
    if (!receipt.empty()) out += "Written down as entry " + receipt + ".\n";
    if (flag_of(reply.object, "review")) out += "Somebody else will review this.\n";
    out += rest_text(object_of(reply.object, "rest"), patient);
    return shell.show(reply, out + "Next: halligan read " + shell_word(patient) + '\n');
  }
  if (verdict == "glass")
    return shell.show(reply, offer_text(object_of(reply.object, "offer"), patient) + telephone,
                      Exit::refused);
  std::string out = "Deny: no ordinary right and no glass opens this chart for you.";
  const std::string rule = text_of(reply.object, "rule");
  if (!rule.empty()) out += " Rule " + rule + ".";
  const std::string text = text_of(reply.object, "text");
  if (!text.empty()) out += " " + text;
  return shell.show(reply, wrap(clean(out)) + '\n' + telephone, Exit::refused);
}

int open(Shell& shell, const Open& options) {
  const Reply reply = shell.post(chart_path(options.patient) + "/open", body_for(options.of));
  return reply.good() ? show_verdict(shell, reply, options.patient) : shell.refused(reply);
}

const json::object* grant_named(const json::object& offer, const std::string& rule) {
  for (const json::object* grant : objects_of(list_of(offer, "grants")))
    if (text_of(*grant, "rule") == rule) return grant;
  return nullptr;
}

std::vector<std::string> texts_in(const json::array& list) {
  std::vector<std::string> out;
  for (const json::value& one : list)
    if (one.is_string()) out.emplace_back(one.get_string());
  return out;
}

// What a reason asks, in the order in which it is shown: due before, then owed.
struct Prompts {
  std::vector<std::string> due;
  std::vector<std::string> owed;
};

Prompts prompts_of(const json::object& grant) {
  const json::object& bill = object_of(grant, "bill");
  Prompts out{.due = texts_in(list_of(bill, "prompts")), .owed = {}};
  for (const json::object* owed : objects_of(list_of(bill, "owed_prompts")))
    for (std::string& prompt : texts_in(list_of(*owed, "prompts")))
      out.owed.push_back(std::move(prompt));
  return out;
}

Result<json::array> details_given(const Break& options) {
  json::array details;
  for (const std::string& given : options.details) {
    const std::size_t at = given.find('=');
    if (at == std::string::npos)
      return Fault{FaultCode::bad_input, "--detail is written \"PROMPT=ANSWER\""};
    details.push_back(
        json::object{{"prompt", given.substr(0, at)}, {"answer", given.substr(at + 1)}});
  }
  return details;
}

std::string numbered(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// Adds the answers to the details, each to its prompt; too few or too many are said apart.
Result<Unit> pair_answers(Shell& shell, const Break& options, const std::string& rule,
                          const Prompts& prompts, json::array& details) {
  std::vector<std::string> asked;
  std::size_t due = 0;
  for (const auto* list : {&prompts.due, &prompts.owed})
    for (const std::string& prompt : *list) {
      const bool given = std::any_of(details.begin(), details.end(), [&](const json::value& one) {
        return text_of(one.get_object(), "prompt") == prompt;
      });
      if (given) continue;
      asked.push_back(prompt);
      due += list == &prompts.due ? 1U : 0U;
    }
  const std::size_t count = options.answers.size();
  if (count > asked.size())
    return Fault{FaultCode::bad_input, "too many answers: " + rule + " asks " +
                                           numbered(asked.size(), "question") + ", and " +
                                           numbered(count, "answer") + " came"};
  if (count < due)  // the server refuses, and names the questions that are left
    shell.note("Too few answers: " + rule + " asks " + numbered(due, "question") + ", and " +
               numbered(count, "answer") + " came.");
  for (std::size_t i = 0; i < count; ++i)
    details.push_back(json::object{{"prompt", asked[i]}, {"answer", options.answers[i]}});
  return Unit{};
}

std::string missing_text(const Reply& reply, const std::string& what, const std::string& option) {
  std::string out;
  for (const json::value& one : list_of(reply.object, "missing"))
    if (one.is_string()) out += "  " + clean(one.get_string()) + '\n';
  return what + '\n' + out + "Add " + option + " for each.\n";
}

int break_refused(Shell& shell, const Reply& reply) {
  const int code = shell.refused(reply);
  if (shell.globals.json || reply.fault) return code;
  if (reply.slug() == "details-missing")
    shell.io.err << missing_text(reply, "These want an answer first:", "--answer TEXT");
  if (reply.slug() == "acknowledgement-missing")
    shell.io.err << missing_text(reply, "These want acknowledging:", "--acknowledge RULE");
  if (reply.slug() == "confirmation-missing") shell.io.err << "Add --confirm.\n";
  return code;
}

// `of_rule`: an ordinary right under a seal was opened; it has no reason that somebody gave.
std::string opened_text(const Reply& reply, const std::string& patient, bool of_rule) {
  if (flag_of(reply.object, "unneeded"))
    return wrap("No glass was needed: " + basis_text(object_of(reply.object, "basis")) + ".") +
           "\nNext: halligan read " + shell_word(patient) + '\n';
  const std::string glass = text_of(reply.object, "glass");
  std::string out = "The glass is broken: " + glass + (of_rule ? ", rule " : ", reason ") +
                    text_of(reply.object, "reason") + ", until " +
                    time_text(text_of(reply.object, "until"));
  const std::int64_t idle = number_of(reply.object, "idle_seconds");
  if (idle > 0) out += " or " + seconds_text(idle) + " without use";
  out += ". Written down as entry " + text_of(reply.object, "receipt") + ".";
  const std::string made = text_of(reply.object, "case");
  if (!made.empty()) out += " Somebody else will review case " + made + ".";
  for (const json::object* owed : objects_of(list_of(reply.object, "details_owed")))
    out += " You owe an answer by " + time_text(text_of(*owed, "due")) + ": " +
           joined(list_of(*owed, "prompts"), "; ");
  return wrap(clean(out)) + "\nNext: halligan read " + shell_word(patient) +
         (list_of(reply.object, "details_owed").empty()
              ? ""
              : "\n      halligan details " + shell_word(clean(glass)) + " --answer TEXT") +
         "\n      halligan close " + shell_word(clean(glass)) + "   when you are done\n";
}

Reply ask_to_break(Shell& shell, const Break& options, const json::array& details) {
  json::object body = body_for(options.of);
  if (options.reason.empty())
    body["rule"] = options.rule;
  else
    body["reason"] = options.reason;
  if (!details.empty()) body["details"] = details;
  if (!options.acknowledge.empty())
    body["acknowledge"] = json::array(options.acknowledge.begin(), options.acknowledge.end());
  if (options.confirm) body["confirm"] = true;
  const std::string path = chart_path(options.patient) + "/break";
  Reply reply = shell.post(path, body);
  if (reply.slug() != "step-up-needed" || !shell.io.asks || !options.code_file.empty())
    return reply;
  const auto typed = shell.io.ask("A fresh code from the authenticator: ", true);
  if (!typed || typed->empty() || step_up(shell, Secret{*typed}) != 0) return reply;
  return shell.post(path, body);
}

// A chart was opened, with glass or without.
void note_opened(Shell& shell, const std::string& patient, const Reply& opened) {
  note_ended(shell, patient);
  const std::string glass = text_of(opened.object, "glass");
  if (!glass.empty()) remember_glass(shell, patient, glass);
}

// What a glass owes that is broken by now, answered; the answer to the opening is what is shown.
int answer_owed(Shell& shell, const Break& options, const Reply& opened) {
  note_opened(shell, options.patient, opened);
  const int shown =
      shell.show(opened, opened_text(opened, options.patient, options.reason.empty()));
  const std::string glass = text_of(opened.object, "glass");
  if (glass.empty()) return shown;
  Prompts prompts;
  const Reply session = shell.get("/api/v1/session");
  for (const json::object* owed : objects_of(list_of(session.object, "owed")))
    if (text_of(*owed, "glass") == glass) prompts.owed = texts_in(list_of(*owed, "prompts"));
  json::array details;
  if (const auto paired = pair_answers(shell, options, "this glass", prompts, details); !paired)
    return shell.fault(paired.fault());
  const Reply paid = shell.post("/api/v1/glass/" + path_segment(glass) + "/details",
                                json::object{{"details", details}});
  if (!paid.good()) return shell.refused(paid);
  shell.note("The answers are written down.");
  return shown;
}

// Answers come in the order of the prompts, and it is the offer that says what is asked. Where the
// chart is open already, there is none: breaking without answers says what is due.
int break_with(Shell& shell, const Break& options) {
  const std::string& rule = options.reason.empty() ? options.rule : options.reason;
  Result<json::array> details = details_given(options);
  if (!details) return shell.fault(details.fault());
  if (!options.answers.empty()) {
    const Reply offered = shell.post(chart_path(options.patient) + "/open", body_for(options.of));
    const json::object* grant = grant_named(object_of(offered.object, "offer"), rule);
    Prompts prompts;
    if (grant != nullptr) {
      prompts = prompts_of(*grant);
    } else {
      const Reply asked = ask_to_break(shell, options, *details);
      if (asked.good()) return answer_owed(shell, options, asked);
      if (asked.slug() != "details-missing") return break_refused(shell, asked);
      prompts.due = texts_in(list_of(asked.object, "missing"));
    }
    if (const auto paired = pair_answers(shell, options, rule, prompts, *details); !paired)
      return shell.fault(paired.fault());
  }
  const Reply reply = ask_to_break(shell, options, *details);
  if (!reply.good()) return break_refused(shell, reply);
  note_opened(shell, options.patient, reply);
  return shell.show(reply, opened_text(reply, options.patient, options.reason.empty()));
}

int break_glass(Shell& shell, const Break& options) {
  if (options.reason.empty() == options.rule.empty())
    return shell.usage("Give a --reason (halligan open " + options.patient +
                       " lists those you may give), or a --rule that the offer names.");
  if (const int stepped = step_up_from(shell, options.code_file); stepped != 0) return stepped;
  return break_with(shell, options);
}

void describe_break(CLI::App& sub, Break& o) {
  sub.add_option("patient", o.patient, "id of the patient")->required();
  describe_cell(sub, o.of);
  sub.add_option("--reason", o.reason, "coded reason; halligan open PATIENT lists them");
  sub.add_option("--rule", o.rule, "a rule of the offer that takes no reason");
  sub.add_option("--answer", o.answers, "answer to the next prompt, in the order of the offer")
      ->allow_extra_args(false);
  sub.add_option("--detail", o.details, "\"PROMPT=ANSWER\"")->allow_extra_args(false);
  sub.add_option("--acknowledge", o.acknowledge, "rule whose text you acknowledge")
      ->allow_extra_args(false);
  sub.add_flag("--confirm", o.confirm,
               "yes, the situation is so: what is known of it is not certain");
  sub.add_option("--code-file", o.code_file, "prove afresh first: file with a code (- is stdin)");
}

}  // namespace

void add_chart_verbs(CLI::App& app, Shell& shell) {
  verb<Find>(
      app, shell, "find", "Find a patient by few particulars; each search is written down",
      "halligan find --name berg --birth-date 1961-04-02",
      [](CLI::App& sub, Find& o) {
        sub.add_option("--name", o.name, "any part of the name");
        sub.add_option("--birth-date", o.birth_date, "YYYY-MM-DD");
        sub.add_option("--identifier", o.identifier, "a number such as the hospital's");
        sub.add_option("--id", o.id, "id of the patient");
      },
      find);
  verb<Open>(
      app, shell, "open", "Open a chart, or see what it takes; moves the focus of the session",
      "halligan open p-000002",
      [](CLI::App& sub, Open& o) {
        sub.add_option("patient", o.patient, "id of the patient")->required();
        describe_cell(sub, o.of);
      },
      open);
  verb<Break>(app, shell, "break", "Break the glass on one chart, for a reason",
              "halligan break p-000002 --reason life-threat", describe_break, break_glass);
}

}  // namespace halligan::cli
