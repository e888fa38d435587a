// glass.cc - a glass once it is broken: see it, end it, pay what it owes, see who came.

#include "cli/verbs.h"

namespace halligan::cli {
namespace {

struct OneGlass {
  std::string glass;
  std::string comment;
  std::vector<std::string> answers;
};

struct ListGlass {
  bool all = false;
};

struct Viewer {
  std::string patient;
};

std::string glass_path(const std::string& glass) { return "/api/v1/glass/" + path_segment(glass); }

// Without an id the only open glass of this person is meant.
Result<std::string> glass_meant(Shell& shell, const std::string& given) {
  if (!given.empty()) return given;
  const Reply reply = shell.get("/api/v1/glass");
  if (reply.fault) return *reply.fault;
  const json::array& open = list_of(reply.object, "glass");
  if (!reply.good()) return std::string{};  // the server says why when it is asked to close
  if (open.empty()) return Fault{FaultCode::not_found, "you have no open glass"};
  if (open.size() == 1 && open.front().is_object())
    return text_of(open.front().get_object(), "glass");
  return Fault{FaultCode::bad_input, "say which glass; halligan glass lists those that are open (" +
                                         std::to_string(open.size()) + ")"};
}

int close(Shell& shell, const OneGlass& options) {
  const Result<std::string> glass = glass_meant(shell, options.glass);
  if (!glass) return shell.fault(glass.fault());
  const Reply reply = shell.post(glass_path(*glass) + "/close", json::object{});
  if (!reply.good()) return shell.refused(reply);
  remember_glass(shell, {}, {});
  return shell.show(reply, "Ended.\n" + glass_text(reply.object));
}

int revoke(Shell& shell, const OneGlass& options) {
  json::object body;
  if (!options.comment.empty()) body["comment"] = options.comment;
  const Reply reply = shell.post(glass_path(options.glass) + "/revoke", body);
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "Revoked.\n" + glass_text(reply.object));
}

// The prompts that a glass still owes, in the order of the list of open glass.
Result<std::vector<std::string>> owed_prompts(Shell& shell, const std::string& glass) {
  const Reply reply = shell.get("/api/v1/session");
  if (reply.fault) return *reply.fault;
  std::vector<std::string> out;
  for (const json::object* owed : objects_of(list_of(reply.object, "owed")))
    if (text_of(*owed, "glass") == glass)
      for (const json::value& prompt : list_of(*owed, "prompts"))
        if (prompt.is_string()) out.emplace_back(prompt.get_string());
  return out;
}

int details(Shell& shell, const OneGlass& options) {
  const Result<std::vector<std::string>> prompts = owed_prompts(shell, options.glass);
  if (!prompts) return shell.fault(prompts.fault());
  if (prompts->empty())
    return shell.usage(
        "No glass of yours by this id owes an answer; halligan whoami lists what you owe.");
  if (options.answers.size() > prompts->size())
    return shell.usage("This glass owes " + std::to_string(prompts->size()) +
                       (prompts->size() == 1 ? " answer; " : " answers; ") +
                       std::to_string(options.answers.size()) + " were given.");
  json::array given;
  for (std::size_t i = 0; i < options.answers.size(); ++i)
    given.push_back(json::object{{"prompt", (*prompts)[i]}, {"answer", options.answers[i]}});
  const Reply reply =
      shell.post(glass_path(options.glass) + "/details", json::object{{"details", given}});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "Written down.\n" + glass_text(reply.object));
}

int list(Shell& shell, const ListGlass& options) {
  const Reply reply = shell.get(options.all ? "/api/v1/glass?all=true" : "/api/v1/glass");
  if (!reply.good()) return shell.refused(reply);
  const json::array& open = list_of(reply.object, "glass");
  if (open.empty()) return shell.show(reply, "No glass is open.\n");
  return shell.show(reply, glass_table(open) + "Next: halligan close GLASS" +
                               (options.all ? ", or halligan revoke GLASS --comment WHY\n" : "\n"));
}

int viewer(Shell& shell, const Viewer& options) {
  const Reply reply = shell.get("/api/v1/charts/" + path_segment(options.patient) + "/glass");
  if (!reply.good()) return shell.refused(reply);
  std::string out;
  for (const json::object* glass : objects_of(list_of(reply.object, "glass")))
    out += glass_text(*glass) + '\n';
  if (out.empty()) out = "Nobody has broken the glass on this chart.\n";
  out += "This look was written down as entry " + text_of(reply.object, "receipt") + ".";
  if (flag_of(reply.object, "review")) out += " Somebody else will review it.";
  return shell.show(reply, out + '\n');
}

std::string ending_text(const json::object& glass) {
  const std::string ended = text_of(glass, "ended_at");
  if (!ended.empty()) return "ended " + time_text(ended) + " (" + text_of(glass, "ended_by") + ")";
  const std::string until = text_of(glass, "until");
  return until.empty() ? "open" : "open until " + time_text(until);
}

std::string joined_reasons(const json::object& glass) {
  const std::string widened = joined(list_of(glass, "widened"));
  return text_of(glass, "reason") + (widened.empty() ? "" : ", " + widened);
}

// Every reason that it was broken for: it may have been widened since.
std::string reasons_text(const json::object& glass) {
  const std::string label = text_of(glass, "label");
  const std::string purpose = text_of(glass, "purpose");
  std::string out = text_of(glass, "reason") + (label.empty() ? "" : ", " + label) +
                    (purpose.empty() ? "" : " (" + purpose + ")");
  const std::string widened = joined(list_of(glass, "widened"));
  if (!widened.empty()) out += "; widened for " + widened;
  return out;
}

}  // namespace

void remember_glass(Shell& shell, const std::string& patient, const std::string& glass) {
  const Result<std::optional<KeptSession>> kept = load_session(shell.session_path());
  if (!kept || !*kept) return;
  KeptSession session = **kept;
  session.glass_patient = patient;
  session.glass = glass;
  // What cannot be kept costs a hint later, no more.
  if (const auto written = keep_session(shell.session_path(), session); !written) return;
}

void note_ended(Shell& shell, const std::string& patient) {
  const Result<std::optional<KeptSession>> kept = load_session(shell.session_path());
  if (!kept || !*kept) return;
  const KeptSession& session = **kept;
  if (session.glass.empty() || session.glass_patient == patient) return;
  const Reply reply = shell.get("/api/v1/glass");
  if (!reply.good()) return;
  for (const json::object* open : objects_of(list_of(reply.object, "glass")))
    if (text_of(*open, "glass") == session.glass) return;
  shell.note("The glass on " + clean(session.glass_patient) + " has ended: one chart at a time.");
  remember_glass(shell, {}, {});
}

std::string glass_table(const json::array& list) {
  std::vector<Row> rows;
  for (const json::object* one : objects_of(list))
    rows.push_back({text_of(*one, "glass"), text_of(*one, "patient"), text_of(*one, "staff"),
                    joined_reasons(*one), ending_text(*one)});
  return table({"GLASS", "PATIENT", "STAFF", "REASON", "LIFE"}, rows);
}

std::string glass_text(const json::object& glass) {
  std::string out = clean(text_of(glass, "glass") + ": " + text_of(glass, "name") + " (" +
                          text_of(glass, "staff") + ", " + joined(list_of(glass, "roles")) + ")") +
                    '\n';
  auto line = [&out](const std::string& name, const std::string& text) {
    if (!text.empty()) out += "  " + wrap(name + clean(text), 12) + '\n';
  };
  line("patient   ", text_of(glass, "patient"));
  // An ordinary right under a seal has no reason that somebody gave.
  const bool reasoned = !text_of(glass, "purpose").empty() || !text_of(glass, "label").empty();
  line(reasoned ? "reason    " : "rule      ", reasons_text(glass));
  line("opened    ", time_text(text_of(glass, "opened_at")) + ", " + ending_text(glass));
  const std::string place = text_of(glass, "place");
  const std::string terminal = text_of(glass, "terminal");
  line("place     ",
       (place.empty() ? "unknown" : place) + (terminal.empty() ? "" : ", terminal " + terminal));
  for (const json::object* one : objects_of(list_of(glass, "details")))
    line("details   ", text_of(*one, "prompt") + ": " + text_of(*one, "answer"));
  for (const json::object* owed : objects_of(list_of(glass, "details_owed")))
    line("owed      ",
         joined(list_of(*owed, "prompts"), "; ") + " by " + time_text(text_of(*owed, "due")));
  if (flag_of(glass, "text_hidden"))
    line("details   ", "not shown to you: a privacy officer, or who may open the chart, sees them");
  line("comment   ", text_of(glass, "comment"));
  if (flag_of(glass, "unsure"))
    line("unsure    ", "what was known was not certain, and the situation was confirmed");
  line("releases  ", text_of(glass, "releases"));
  const std::string made = text_of(glass, "case");
  const std::string finding = text_of(glass, "finding");
  if (!made.empty())
    line("case      ", made + ", " + text_of(glass, "case_state") +
                           (finding.empty() ? "" : ", finding " + finding));
  return out;
}

void add_glass_verbs(CLI::App& app, Shell& shell) {
  verb<OneGlass>(
      app, shell, "close", "End your glass now", "halligan close 7c1e9ab04d52f836",
      [](CLI::App& sub, OneGlass& o) {
        sub.add_option("glass", o.glass, "id of the glass; without it, your only open one");
      },
      close);
  verb<OneGlass>(
      app, shell, "revoke", "End somebody else's glass (privacy officer, administrator)",
      "halligan revoke 7c1e9ab04d52f836 --comment \"wrong chart\"",
      [](CLI::App& sub, OneGlass& o) {
        sub.add_option("glass", o.glass, "id of the glass")->required();
        sub.add_option("--comment", o.comment, "why");
      },
      revoke);
  verb<OneGlass>(
      app, shell, "details", "Give the details that a glass still owes",
      "halligan details 7c1e9ab04d52f836 --answer \"found unresponsive in the corridor\"",
      [](CLI::App& sub, OneGlass& o) {
        sub.add_option("glass", o.glass, "id of the glass")->required();
        sub.add_option("--answer", o.answers, "answer to the next prompt that is owed")
            ->required()
            ->allow_extra_args(false);
      },
      details);
  verb<ListGlass>(
      app, shell, "glass", "List your open glass, or everybody's", "halligan glass --all",
      [](CLI::App& sub, ListGlass& o) {
        sub.add_flag("--all", o.all, "everybody's (privacy officer, administrator)");
      },
      list);
  verb<Viewer>(
      app, shell, "viewer", "Show every glass that was broken on one chart",
      "halligan viewer p-000002",
      [](CLI::App& sub, Viewer& o) {
        sub.add_option("patient", o.patient, "id of the patient")->required();
      },
      viewer);
}

}  // namespace halligan::cli
