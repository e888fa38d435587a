// identity.cc - who else says who people are: systems that enrol them, providers, the directory;
// and what waits for a second administrator.

#include "cli/verbs.h"

namespace halligan::cli {
namespace {

struct Named {
  std::string name;
  std::string file;
  std::string of;
};

int systems_list(Shell& shell, const Nothing&) {
  const Reply reply = shell.get("/api/v1/provisioning");
  if (!reply.good()) return shell.refused(reply);
  const json::value body = body_of(reply);
  std::vector<Row> rows;
  for (const json::object* one : rows_in(body, "systems")) {
    const auto since = text_of(*one, "token_since");
    rows.push_back({text_of(*one, "source"), flag_of(*one, "in_policy") ? "yes" : "no",
                    since.empty() ? "none" : time_text(since),
                    std::to_string(number_of(*one, "accounts")),
                    std::to_string(number_of(*one, "groups"))});
  }
  if (rows.empty())
    return shell.show(reply,
                      "The policy in force lets no system enrol people ([[provisioning]]).\n");
  return shell.show(reply, table({"SYSTEM", "IN POLICY", "TOKEN SINCE", "PEOPLE", "GROUPS"}, rows));
}

int systems_token(Shell& shell, const Named& options) {
  const Reply reply =
      shell.send("PUT", "/api/v1/provisioning/" + path_segment(options.name), json::object{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(
      reply, "Token, shown this once: " + clean(text_of(reply.object, "token")) + '\n' +
                 wrap("The system speaks SCIM 2.0 at /scim/v2 of this server with it. A token that "
                      "it had before is over.") +
                 '\n');
}

int systems_stop(Shell& shell, const Named& options) {
  const Reply reply =
      shell.send("DELETE", "/api/v1/provisioning/" + path_segment(options.name), json::value{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "It may not speak any more. Whom it enrolled stays as they are.\n");
}

int sources_list(Shell& shell, const Nothing&) {
  const Reply reply = shell.get("/api/v1/sources");
  if (!reply.good()) return shell.refused(reply);
  const json::value body = body_of(reply);
  std::vector<Row> rows;
  for (const json::object* one : rows_in(body, "sources")) {
    const auto since = text_of(*one, "since");
    rows.push_back({text_of(*one, "source"), text_of(*one, "kind"),
                    flag_of(*one, "up") ? "answers" : text_of(*one, "why"),
                    since.empty() ? "" : time_text(since),
                    flag_of(*one, "has_secret") ? "set" : "none"});
  }
  if (rows.empty())
    return shell.show(reply, "The policy in force names no provider and no directory.\n");
  return shell.show(reply, table({"SOURCE", "KIND", "STATE", "SINCE", "SECRET"}, rows));
}

int sources_secret(Shell& shell, const Named& options) {
  const Result<Secret> secret =
      obtain_secret(shell.io, options.file, "Secret for " + options.name, "--secret-file");
  if (!secret) return shell.fault(secret.fault());
  const Reply reply = shell.send("PUT", "/api/v1/sources/" + path_segment(options.name) + "/secret",
                                 json::object{{"secret", secret->reveal()}});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "The secret is kept.\n");
}

int sources_forget(Shell& shell, const Named& options) {
  const Reply reply = shell.send(
      "DELETE",
      "/api/v1/staff/" + path_segment(options.of) + "/providers/" + path_segment(options.name),
      json::value{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply,
                    wrap("The next account there that has their name is theirs. Sessions that "
                         "the one before opened have ended.") +
                        '\n');
}

int acts_list(Shell& shell, const Nothing&) {
  const Reply reply = shell.get("/api/v1/acts");
  if (!reply.good()) return shell.refused(reply);
  const json::value body = body_of(reply);
  std::vector<Row> rows;
  for (const json::object* one : rows_in(body, "acts")) {
    const auto agreed = text_of(*one, "agreed_by");
    rows.push_back({text_of(*one, "act"), text_of(*one, "by"), text_of(*one, "text"),
                    agreed.empty() ? "waits" : "agreed by " + agreed,
                    time_text(text_of(*one, "until"))});
  }
  if (rows.empty()) return shell.show(reply, "Nothing waits for a second administrator.\n");
  return shell.show(reply, table({"ACT", "ASKED BY", "WHAT", "STATE", "UNTIL"}, rows));
}

int acts_agree(Shell& shell, const Named& options) {
  const Reply reply =
      shell.post("/api/v1/acts/" + path_segment(options.name) + "/agree", json::object{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "Agreed. Whoever asked gives the same command again within the hour.\n");
}

int acts_drop(Shell& shell, const Named& options) {
  const Reply reply =
      shell.send("DELETE", "/api/v1/acts/" + path_segment(options.name), json::value{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "It waits no more.\n");
}

void name_it(CLI::App& sub, Named& o) {
  sub.add_option("name", o.name, "which, as the list says")->required();
}

}  // namespace

void add_identity_verbs(CLI::App& app, Shell& shell) {
  CLI::App& systems = family(app, "provisioning", "Systems that enrol people: list, token, stop");
  verb<Nothing>(systems, shell, "list", "Which there are, and whether they may speak",
                "halligan provisioning list", no_options, systems_list);
  verb<Named>(systems, shell, "token", "Make a system's token; it is shown once",
              "halligan provisioning token hr", name_it, systems_token);
  verb<Named>(systems, shell, "stop", "A system may not speak any more",
              "halligan provisioning stop hr", name_it, systems_stop);
  CLI::App& sources = family(app, "sources", "Providers and the directory: list, secret, forget");
  verb<Nothing>(sources, shell, "list", "Which there are, and whether they answer",
                "halligan sources list", no_options, sources_list);
  verb<Named>(
      sources, shell, "secret", "Keep the secret by which Halligan proves itself there",
      "halligan sources secret login",
      [](CLI::App& sub, Named& o) {
        name_it(sub, o);
        sub.add_option("--secret-file", o.file, "read it there (- is stdin); else it is asked");
      },
      sources_secret);
  verb<Named>(
      sources, shell, "forget", "Let another account at a provider be somebody's",
      "halligan sources forget login --of a.osei",
      [](CLI::App& sub, Named& o) {
        name_it(sub, o);
        sub.add_option("--of", o.of, "whose")->required();
      },
      sources_forget);
  CLI::App& acts = family(app, "acts", "What waits for a second administrator: list, agree, drop");
  verb<Nothing>(acts, shell, "list", "What waits, and for whom", "halligan acts list", no_options,
                acts_list);
  verb<Named>(acts, shell, "agree", "Agree, as the second administrator",
              "halligan acts agree 0011223344556677", name_it, acts_agree);
  verb<Named>(acts, shell, "drop", "Say no, or take back what you asked for",
              "halligan acts drop 0011223344556677", name_it, acts_drop);
}

}  // namespace halligan::cli
