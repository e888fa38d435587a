// erasure.cc - a patient is forgotten, by two officers.

#include "cli/verbs.h"

namespace halligan::cli {
namespace {

struct Ask {
  std::string patient;
  std::string why;
};

struct Erase {
  std::string patient;
  std::string code_file;
};

int list(Shell& shell, const Nothing&) {
  const Reply reply = shell.get("/api/v1/erasures");
  if (!reply.good()) return shell.refused(reply);
  std::vector<Row> rows;
  for (const json::object* each : objects_of(list_of(reply.object, "erasures")))
    rows.push_back({text_of(*each, "patient"), text_of(*each, "why"), text_of(*each, "asked_by"),
                    text_of(*each, "asked_at"), std::to_string(number_of(*each, "open_cases"))});
  return shell.show(reply, rows.empty()
                               ? "No erasure waits for its second officer.\n"
                               : table({"PATIENT", "WHY", "ASKED BY", "AT", "OPEN CASES"}, rows));
}

int ask(Shell& shell, const Ask& options) {
  const Reply reply = shell.post("/api/v1/charts/" + path_segment(options.patient) + "/erasure",
                                 json::object{{"why", options.why}});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "Asked. Another officer does it: halligan erasure do " +
                               clean(options.patient) + "\n");
}

int erase(Shell& shell, const Erase& options) {
  if (const int stepped = step_up_from(shell, options.code_file); stepped != 0) return stepped;
  const Reply reply =
      shell.post("/api/v1/charts/" + path_segment(options.patient) + "/erase", json::object{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "Erased: " + std::to_string(number_of(reply.object, "entries")) +
                               " entries can be read by nobody any more.\n"
                               "Keep this key's id for a restore from an older backup: " +
                               text_of(reply.object, "key") + "\n");
}

}  // namespace

void add_erasure_verbs(CLI::App& app, Shell& shell) {
  CLI::App& erasure = family(app, "erasure", "Forgetting a patient: ask, do, list");
  verb<Ask>(
      erasure, shell, "ask", "Ask another officer to have a patient forgotten",
      "halligan erasure ask p-000017 --why retention-over",
      [](CLI::App& sub, Ask& o) {
        sub.add_option("patient", o.patient, "id of the patient")->required();
        sub.add_option("--why", o.why,
                       "retention-over, patient-asked, court-order or recorded-by-mistake")
            ->required();
      },
      ask);
  verb<Erase>(
      erasure, shell, "do", "Destroy the key of a patient's entries; another officer asked for it",
      "halligan erasure do p-000017 --code-file -",
      [](CLI::App& sub, Erase& o) {
        sub.add_option("patient", o.patient, "id of the patient")->required();
        sub.add_option("--code-file", o.code_file, "file with a fresh one-time code; - is stdin");
      },
      erase);
  verb<Nothing>(erasure, shell, "list", "Erasures that wait for their second officer",
                "halligan erasure list", no_options, list);
}

}  // namespace halligan::cli
