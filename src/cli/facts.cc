// facts.cc - relations: loaded in bulk, logged by hand, confirmed by a second person.

#include <algorithm>
#include <iostream>

#include "cli/verbs.h"

namespace halligan::cli {
namespace {

struct Load {
  std::string file;
  std::size_t batch = 5'000;
};

struct Referral {
  std::string patient;
  std::string team;
  std::string code_file;
};

struct Confirm {
  std::string relation;
  std::string from;
  std::string to;
};

// The document in requests of at most `batch` facts; each is recorded whole or not at all.
std::vector<json::object> batches_of(const json::object& whole, std::size_t batch) {
  json::object frame = whole;
  frame.erase("facts");
  frame.erase("flags");
  std::vector<json::object> out;
  for (const char* key : {"facts", "flags"}) {
    const json::array& all = list_of(whole, key);
    for (std::size_t at = 0; at < all.size(); at += batch) {
      const std::size_t end = std::min(at + batch, all.size());
      json::object part = frame;
      part[key] = json::array(all.begin() + static_cast<std::ptrdiff_t>(at),
                              all.begin() + static_cast<std::ptrdiff_t>(end));
      out.push_back(std::move(part));
    }
  }
  if (out.empty()) out.push_back(whole);  // a heartbeat alone
  return out;
}

int load(Shell& shell, const Load& options) {
  const Result<std::string> text = read_file(shell.io, options.file);
  if (!text) return shell.fault(text.fault());
  const json::object whole = object_from(*text);
  if (whole.empty())
    return shell.usage(options.file +
                       R"( is not {"source": ..., "facts": [...], "flags": [...]}.)");
  const std::vector<json::object> batches =
      list_of(whole, "facts").size() + list_of(whole, "flags").size() <= options.batch
          ? std::vector<json::object>{whole}
          : batches_of(whole, options.batch);
  std::int64_t recorded = 0;
  std::int64_t unchanged = 0;
  Reply reply;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    shell.progress("Part " + std::to_string(i + 1) + " of " + std::to_string(batches.size()));
    reply = shell.post("/api/v1/facts", batches[i]);
    if (!reply.good()) {
      shell.progress("");
      if (i > 0) shell.note("Recorded before this refusal: " + std::to_string(recorded) + ".");
      return shell.refused(reply);
    }
    recorded += number_of(reply.object, "recorded");
    unchanged += number_of(reply.object, "unchanged");
  }
  shell.progress("");
  reply.answer.body =
      json::serialize(json::object{{"recorded", recorded}, {"unchanged", unchanged}});
  return shell.show(reply, "Recorded " + std::to_string(recorded) + ", unchanged " +
                               std::to_string(unchanged) + ".\n");
}

std::string referrals_path(const std::string& patient) {
  return "/api/v1/charts/" + path_segment(patient) + "/referrals";
}

int log(Shell& shell, const Referral& options) {
  if (const int stepped = step_up_from(shell, options.code_file); stepped != 0) return stepped;
  const Reply reply =
      shell.post(referrals_path(options.patient), json::object{{"team", options.team}});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(
      reply, wrap("Referral logged, entry " + text_of(reply.object, "receipt") +
                  ". One that you logged for yourself counts for read and append, and has a case "
                  "until somebody else confirms it.") +
                 "\nNext: halligan open " + shell_word(options.patient) + '\n');
}

int end_referral(Shell& shell, const Referral& options) {
  const Reply reply =
      shell.post(referrals_path(options.patient) + "/" + path_segment(options.team) + "/close",
                 json::object{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "Referral closed.\n");
}

int confirm(Shell& shell, const Confirm& options) {
  const Reply reply = shell.post(
      "/api/v1/relations/confirm",
      json::object{{"relation", options.relation}, {"from", options.from}, {"to", options.to}});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "Confirmed.\n");
}

void describe_referral(CLI::App& sub, Referral& o) {
  sub.add_option("patient", o.patient, "id of the patient")->required();
  sub.add_option("--team", o.team, "team that takes the patient on")->required();
}

}  // namespace

void add_fact_verbs(CLI::App& app, Shell& shell) {
  CLI::App& facts = family(app, "facts", "Relations and flags in bulk: load");
  verb<Load>(
      facts, shell, "load", "Record a file of relations and flags",
      "halligan facts load admissions.json",
      [](CLI::App& sub, Load& o) {
        sub.add_option("file", o.file,
                       R"({"source": "adt", "facts": [...], "flags": [...]} (- is stdin))")
            ->required();
        sub.add_option("--batch", o.batch, "facts a request; each request is all or nothing")
            ->check(CLI::Range(1, 100'000));
      },
      load);
  CLI::App& referral = family(app, "referral", "Referrals by hand: log, close");
  verb<Referral>(
      referral, shell, "log", "Log that a team has taken a patient on",
      "halligan referral log p-000002 --team cardiology",
      [](CLI::App& sub, Referral& o) {
        describe_referral(sub, o);
        sub.add_option("--code-file", o.code_file, "prove afresh first: file with a code");
      },
      log);
  verb<Referral>(referral, shell, "close", "End a referral",
                 "halligan referral close p-000002 --team cardiology", describe_referral,
                 end_referral);
  CLI::App& relation = family(app, "relation", "Relations that somebody recorded: confirm");
  verb<Confirm>(
      relation, shell, "confirm", "Confirm, as a second person, what a first one recorded",
      "halligan relation confirm referral cardiology p-000002",
      [](CLI::App& sub, Confirm& o) {
        sub.add_option("relation", o.relation, "name of the relation")->required();
        sub.add_option("from", o.from, "its first end")->required();
        sub.add_option("to", o.to, "its second end")->required();
      },
      confirm);
}

}  // namespace halligan::cli
