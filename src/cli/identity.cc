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

struct ToldAt {
  std::string name;
  std::string url;
  std::string audience;
  std::string file;
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

int receivers_list(Shell& shell, const Nothing&) {
  const Reply reply = shell.get("/api/v1/receivers");
  if (!reply.good()) return shell.refused(reply);
  const json::value body = body_of(reply);
  std::vector<Row> rows;
  for (const json::object* one : rows_in(body, "receivers"))
    rows.push_back({text_of(*one, "receiver"), text_of(*one, "url"), text_of(*one, "audience"),
                    flag_of(*one, "active") ? "told" : "stopped",
                    std::to_string(number_of(*one, "waiting"))});
  if (rows.empty()) return shell.show(reply, "No system is told when sessions and glass end.\n");
  return shell.show(reply, table({"RECEIVER", "ADDRESS", "AUDIENCE", "STATE", "WAITING"}, rows));
}

int receivers_set(Shell& shell, const ToldAt& options) {
  const Result<Secret> secret = obtain_secret(
      shell.io, options.file, "What to show " + options.name + " there", "--secret-file");
  if (!secret) return shell.fault(secret.fault());
  json::object body{{"url", options.url}, {"secret", secret->reveal()}};
  if (!options.audience.empty()) body.emplace("audience", options.audience);
  const Reply reply = shell.send("PUT", "/api/v1/receivers/" + path_segment(options.name), body);
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "It is told of every session and glass that ends from now on.\n");
}

int receivers_stop(Shell& shell, const Named& options) {
  const Reply reply =
      shell.send("DELETE", "/api/v1/receivers/" + path_segment(options.name), json::value{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "It is told nothing any more.\n");
}

template <class Options>
void name_it(CLI::App& sub, Options& o) {
  sub.add_option("name", o.name, "which, as the list says")->required();
}

}  // namespace

void add_identity_verbs(CLI::App& app, Shell& shell) {
  CLI::App& systems = family(app, "provisioning", "Systems that enrol people: list, token, stop");
  verb<Nothing>(systems, shell, "list", "Which there are, and whether they may speak",
                "halligan provisioning list", no_options, systems_list);
  verb<Named>(systems, shell, "token", "Make a system's token; it is shown once",
              "halligan provisioning token hr", name_it<Named>, systems_token);
  verb<Named>(systems, shell, "stop", "A system may not speak any more",
              "halligan provisioning stop hr", name_it<Named>, systems_stop);
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
              "halligan acts agree 0011223344556677", name_it<Named>, acts_agree);
  verb<Named>(acts, shell, "drop", "Say no, or take back what you asked for",
              "halligan acts drop 0011223344556677", name_it<Named>, acts_drop);
  CLI::App& receivers = family(
      app, "receivers", "Systems that are told when sessions and glass end: list, set, stop");
  verb<Nothing>(receivers, shell, "list", "Which there are, and what they have not taken yet",
                "halligan receivers list", no_options, receivers_list);
  verb<ToldAt>(
      receivers, shell, "set", "Tell a system when sessions and glass end",
      "halligan receivers set archive --url https://archive.example.org/events",
      [](CLI::App& sub, ToldAt& o) {
        name_it(sub, o);
        sub.add_option("--url", o.url, "its address for events, https")->required();
        sub.add_option("--audience", o.audience, "as the events name it; else the address");
        sub.add_option("--secret-file", o.file, "read it there (- is stdin); else it is asked");
      },
      receivers_set);
  verb<Named>(receivers, shell, "stop", "Tell it nothing any more",
              "halligan receivers stop archive", name_it<Named>, receivers_stop);
}

}  // namespace halligan::cli
