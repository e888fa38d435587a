// cases.cc - what somebody must look at afterwards: list, read, justify, review, re-open.

#include "cli/verbs.h"

namespace halligan::cli {
namespace {

struct List {
  std::string state;
  std::string queue;
  std::string staff;
  std::string after;
  int limit = 0;
  bool late = false;
  bool mine = false;
};

struct OneCase {
  std::string id;
  std::string text;
  std::string finding;
  std::string comment;
};

std::string case_path(const std::string& id) { return "/api/v1/cases/" + path_segment(id); }

std::string query_of(const List& options) {
  std::string out;
  auto add = [&out](const char* name, const std::string& value) {
    if (!value.empty()) out += (out.empty() ? "?" : "&") + (name + ("=" + path_segment(value)));
  };
  add("state", options.late ? "late" : options.state);
  add("queue", options.queue);
  add("staff", options.staff);
  if (options.mine) add("mine", "true");
  if (options.limit > 0) add("limit", std::to_string(options.limit));
  add("after", options.after);
  return out;
}

int list(Shell& shell, const List& options) {
  const Reply reply = shell.get("/api/v1/cases" + query_of(options));
  if (!reply.good()) return shell.refused(reply);
  std::vector<Row> rows;
  for (const json::object* one : objects_of(list_of(reply.object, "cases")))
    rows.push_back({text_of(*one, "case"), text_of(*one, "kind"),
                    text_of(*one, "state") + (flag_of(*one, "late") ? ", late" : ""),
                    text_of(*one, "staff"), text_of(*one, "patient"),
                    time_text(text_of(*one, "due"))});
  if (rows.empty()) return shell.show(reply, "No such cases.\n");
  std::string out = table({"CASE", "KIND", "STATE", "STAFF", "PATIENT", "DUE"}, rows);
  if (flag_of(reply.object, "more"))
    out += "There are more: --after " + shell_word(clean(rows.back().front())) + '\n';
  return shell.show(reply,
                    out + "Next: halligan case " + shell_word(clean(rows.front().front())) + '\n');
}

// "TEXT, at TIME", of what somebody said or what turned up.
std::string prose_of(const json::object& one) {
  std::string out = text_of(one, "text");
  if (const std::string rule = text_of(one, "rule"); !rule.empty()) {
    const std::string relations = text_of(one, "relations");
    out += "rule " + rule + (relations.empty() ? "" : " by " + relations);
  }
  const std::string at = text_of(one, "at");
  return out + (at.empty() ? "" : ", " + time_text(at));
}

std::string closing_text(const json::object& closing) {
  if (closing.empty()) return {};
  const std::string by = text_of(closing, "reviewer");
  const std::string comment = text_of(closing, "comment");
  return text_of(closing, "finding") + ", " + time_text(text_of(closing, "at")) +
         (by.empty() ? ", by itself" : " by " + by) + (comment.empty() ? "" : ": " + comment);
}

std::string case_text(const json::object& one) {
  std::string out = clean(text_of(one, "case") + ": " + text_of(one, "kind") + ", " +
                          text_of(one, "state") + (flag_of(one, "late") ? ", late" : "")) +
                    '\n';
  auto line = [&out](const std::string& name, const std::string& text) {
    if (!text.empty()) out += "  " + wrap(name + clean(text), 17) + '\n';
  };
  line("staff          ", text_of(one, "name") + " (" + text_of(one, "staff") + ")");
  line("patient        ", text_of(one, "patient"));
  line("cause          ", text_of(one, "cause"));
  line("rule           ", text_of(one, "rule"));
  line("opened         ", time_text(text_of(one, "opened_at")));
  line("due            ", time_text(text_of(one, "due")));
  line("reviewer       ", text_of(one, "reviewer") + ", queue " + text_of(one, "queue"));
  for (const json::object* before : objects_of(list_of(one, "justified_before")))
    line("said before    ", prose_of(*before));
  line("justification  ", prose_of(object_of(one, "justification")));
  line("explanation    ", prose_of(object_of(one, "explanation")));
  for (const json::object* again : objects_of(list_of(one, "reopenings"))) {
    line("closed first   ", closing_text(object_of(*again, "closing")));
    const std::string by = text_of(*again, "by");
    line("opened again   ", time_text(text_of(*again, "at")) + (by.empty() ? "" : " by " + by) +
                                ": " + text_of(*again, "comment"));
  }
  line("closed         ", closing_text(object_of(one, "closing")));
  return out;
}

int one_case(Shell& shell, const OneCase& options) {
  const Reply reply = shell.get(case_path(options.id));
  if (!reply.good()) return shell.refused(reply);
  std::string out = case_text(reply.object);
  const json::object& glass = object_of(reply.object, "glass_detail");
  if (!glass.empty()) out += glass_text(glass);
  std::vector<Row> rows;
  for (const json::object* access : objects_of(list_of(reply.object, "accesses")))
    rows.push_back({text_of(*access, "index"), time_text(text_of(*access, "at")),
                    text_of(*access, "action"), text_of(*access, "outcome"),
                    text_of(*access, "resources"), joined(list_of(*access, "types"))});
  if (!rows.empty()) out += table({"ENTRY", "AT", "ACTION", "OUTCOME", "RECORDS", "TYPES"}, rows);
  if (text_of(reply.object, "state") != "closed")
    out += "Next: halligan review " + shell_word(options.id) +
           " --finding appropriate|inappropriate|training|mistaken --comment TEXT\n";
  return shell.show(reply, out);
}

int act(Shell& shell, const OneCase& options, const char* what, const json::object& body,
        const std::string& done) {
  const Reply reply = shell.post(case_path(options.id) + what, body);
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, done + '\n' + case_text(reply.object));
}

int justify(Shell& shell, const OneCase& options) {
  std::string text = options.text;
  if (text == "-") {
    const Result<std::string> typed = read_file(shell.io, "-");
    if (!typed) return shell.fault(typed.fault());
    text = *typed;
    while (text.ends_with('\n')) text.pop_back();
  }
  return act(shell, options, "/justify", {{"text", text}}, "Your justification is written down.");
}

int review(Shell& shell, const OneCase& options) {
  json::object body{{"finding", options.finding}};
  if (!options.comment.empty()) body["comment"] = options.comment;
  return act(shell, options, "/close", body, "Closed: " + options.finding + ".");
}

int reopen(Shell& shell, const OneCase& options) {
  return act(shell, options, "/reopen", {{"comment", options.comment}}, "Open again.");
}

void describe_list(CLI::App& sub, List& o) {
  sub.add_option("--state", o.state, "which cases")
      ->check(CLI::IsMember({"owed", "justified", "explained", "closed", "unclosed", "late"}));
  sub.add_flag("--late", o.late, "only those past their time");
  sub.add_flag("--mine", o.mine, "only those about you");
  sub.add_option("--queue", o.queue, "queue of the policy");
  sub.add_option("--staff", o.staff, "about this person");
  sub.add_option("--limit", o.limit, "at most so many");
  sub.add_option("--after", o.after, "go on after this case");
}

void describe_id(CLI::App& sub, OneCase& o) {
  sub.add_option("id", o.id, "id of the case")->required();
}

}  // namespace

void add_case_verbs(CLI::App& app, Shell& shell) {
  verb<List>(app, shell, "cases", "List the cases that you may see", "halligan cases --late",
             describe_list, list);
  verb<OneCase>(app, shell, "case", "Show one case with every access it covers",
                "halligan case b94d27e3c0815fa6", describe_id, one_case);
  verb<OneCase>(
      app, shell, "justify", "Say why, on a case about you",
      "halligan justify b94d27e3c0815fa6 \"found unresponsive, no next of kin\"",
      [](CLI::App& sub, OneCase& o) {
        describe_id(sub, o);
        sub.add_option("text", o.text, "the justification (- is stdin)")->required();
      },
      justify);
  verb<OneCase>(
      app, shell, "review", "Close somebody else's case with a finding",
      "halligan review b94d27e3c0815fa6 --finding appropriate --comment \"spoke with the ward\"",
      [](CLI::App& sub, OneCase& o) {
        describe_id(sub, o);
        sub.add_option("--finding", o.finding, "what you found")
            ->required()
            ->check(CLI::IsMember({"appropriate", "inappropriate", "training", "mistaken"}));
        sub.add_option("--comment", o.comment, "what you looked at, whom you asked");
      },
      review);
  verb<OneCase>(
      app, shell, "reopen", "Open a closed case again; nothing is rewritten",
      "halligan reopen b94d27e3c0815fa6 --comment \"new information\"",
      [](CLI::App& sub, OneCase& o) {
        describe_id(sub, o);
        sub.add_option("--comment", o.comment, "why")->required();
      },
      reopen);
}

}  // namespace halligan::cli
