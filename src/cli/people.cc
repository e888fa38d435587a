// people.cc - staff, roles and terminals: who may ask, and from where. For administrators.

#include <algorithm>
#include <iostream>

#include "cli/verbs.h"

namespace halligan::cli {
namespace {

struct Staff {
  std::string id;
  std::optional<std::string> name;
  std::optional<std::string> department;
  std::vector<std::string> roles;
  std::string password_file;
  std::string secret_file;
  bool no_roles = false;
  bool active = false;
  bool inactive = false;
};

struct Key {
  std::string passkey;
  std::string of;  // empty: one's own
};

struct Terminal {
  std::string id;
  std::string place;
  std::string use;
  std::string certificate_file;
  bool inactive = false;
  bool none = false;
};

std::string yes(const json::object& object, const char* key) {
  return flag_of(object, key) ? "yes" : "no";
}

int staff_list(Shell& shell, const Nothing&) {
  const Reply reply = shell.get("/api/v1/staff");
  if (!reply.good()) return shell.refused(reply);
  const json::value body = body_of(reply);
  std::vector<Row> rows;
  for (const json::object* one : rows_in(body, "staff"))
    rows.push_back({text_of(*one, "staff"), yes(*one, "active"), yes(*one, "can_break"),
                    joined(list_of(*one, "factors")), text_of(*one, "password_lock"),
                    text_of(*one, "department"), text_of(*one, "name"),
                    joined(list_of(*one, "roles")), joined(list_of(*one, "lacks"), "; ")});
  return shell.show(reply, table({"STAFF", "ACTIVE", "CAN BREAK", "FACTORS", "LOCKED", "DEPARTMENT",
                                  "NAME", "ROLES", "LACKS"},
                                 rows));
}

std::string staff_path(const std::string& id) { return "/api/v1/staff/" + path_segment(id); }

// Which of the roles that were typed there is not, and which there are.
void note_roles(Shell& shell, const std::vector<std::string>& typed) {
  const Reply reply = shell.get("/api/v1/roles");
  if (!reply.good()) return;
  const json::value body = body_of(reply);
  std::vector<std::string> known;
  for (const json::object* one : rows_in(body, "roles")) known.push_back(text_of(*one, "role"));
  const auto unknown = std::ranges::find_if(typed, [&](const std::string& role) {
    return std::ranges::find(known, role) == known.end();
  });
  if (unknown == typed.end()) return;
  std::string all;
  for (const std::string& each : known) all.append(all.empty() ? "" : ", ").append(each);
  shell.note(clean("There is no role " + *unknown + ". There are: " + all + "."));
}

// What is named is changed, and nothing else. Whoever is new needs a name.
Reply ask_to_set(Shell& shell, const Staff& options) {
  const json::array roles(options.roles.begin(), options.roles.end());
  json::object change;
  if (options.name) change["name"] = *options.name;
  if (options.no_roles || !roles.empty()) change["roles"] = roles;
  if (options.department) change["department"] = *options.department;
  if (options.active || options.inactive) change["active"] = options.active;
  Reply changed = shell.send("PATCH", staff_path(options.id), change);
  if (changed.fault || changed.answer.status != 404 || !options.name) return changed;
  return shell.send("PUT", staff_path(options.id),
                    json::object{{"name", *options.name},
                                 {"roles", roles},
                                 {"department", options.department.value_or("")},
                                 {"active", !options.inactive}});
}

int staff_set(Shell& shell, const Staff& options) {
  const Reply reply = ask_to_set(shell, options);
  if (!reply.good()) {
    const int code = shell.refused(reply);
    if (!reply.fault && reply.answer.status == 404)
      shell.note("To enrol them, give --name.");
    else if (!reply.fault && (reply.answer.status == 400 || reply.answer.status == 422))
      note_roles(shell, options.roles);
    return code;
  }
  const auto& is = reply.object;
  const auto or_none = [](const std::string& text) { return text.empty() ? "none" : clean(text); };
  std::string out =
      clean(options.id) + (flag_of(is, "changed") ? " is set: " : " is so already: ") +
      clean(text_of(is, "name")) + "; roles: " + or_none(joined(list_of(is, "roles"))) +
      "; department: " + or_none(text_of(is, "department")) +
      (flag_of(is, "active") ? ".\n" : "; not active.\n");
  if (const auto ended = text_of(is, "sessions_ended"); !ended.empty() && ended != "0")
    out += "Sessions ended, with their glass: " + ended + ".\n";
  if (options.active && flag_of(is, "changed") && !list_of(is, "factors").empty())
    out += "They sign in again by what they had: " + joined(list_of(is, "factors")) +
           ". Renew what may be in other hands.\n";
  return shell.show(reply, out);
}

int staff_password(Shell& shell, const Staff& options) {
  const Result<Secret> password = obtain_secret(shell.io, options.password_file,
                                                "New password of " + options.id, "--password-file");
  if (!password) return shell.fault(password.fault());
  if (options.password_file.empty()) {
    const auto again = shell.io.ask("Once more: ", true);
    if (!again || *again != password->reveal()) return shell.usage("The two are not the same.");
  }
  const Reply reply = shell.send("PUT", staff_path(options.id) + "/password",
                                 json::object{{"password", password->reveal()}});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "The password of " + clean(options.id) +
                               " is set. One that they had is good no more, and what was opened "
                               "by it has ended. Passkeys stay: halligan passkeys list --of " +
                               clean(options.id) + '\n');
}

int staff_totp(Shell& shell, const Staff& options) {
  json::object body;
  if (!options.secret_file.empty()) {
    const Result<Secret> secret = read_secret(shell.io, options.secret_file);
    if (!secret) return shell.fault(secret.fault());
    body["secret"] = secret->reveal();
  }
  const Reply reply = shell.post(staff_path(options.id) + "/totp", body);
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "Type this into the authenticator; it is not shown again:\n  " +
                               clean(text_of(reply.object, "secret")) + "\n  " +
                               clean(text_of(reply.object, "uri")) +
                               "\nOne that they had is good no more, and what was opened by it "
                               "has ended. Passkeys stay: halligan passkeys list --of " +
                               clean(options.id) + '\n');
}

int staff_sign_out(Shell& shell, const Staff& options) {
  const Reply reply = shell.post(staff_path(options.id) + "/sign-out", json::object{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "All sessions and glass of " + clean(options.id) + " have ended.\n");
}

std::vector<Row> passkey_rows(const std::vector<const json::object*>& passkeys) {
  std::vector<Row> rows;
  for (const json::object* one : passkeys) {
    const auto used = text_of(*one, "used_at");
    rows.push_back({text_of(*one, "name"), time_text(text_of(*one, "enrolled_at")),
                    used.empty() ? "never" : time_text(used), yes(*one, "synced"),
                    text_of(*one, "passkey")});
  }
  return rows;
}

int passkeys_list(Shell& shell, const Key& options) {
  const Reply reply = shell.get(options.of.empty() ? "/api/v1/session/passkeys" : "/api/v1/staff");
  if (!reply.good()) return shell.refused(reply);
  const json::value body = body_of(reply);
  auto passkeys = rows_in(body, "passkeys");
  if (!options.of.empty()) {
    const auto people = rows_in(body, "staff");
    const auto person = std::ranges::find_if(
        people, [&](const json::object* one) { return text_of(*one, "staff") == options.of; });
    if (person == people.end())
      return shell.usage("Nobody is enrolled as " + clean(options.of) + ".");
    passkeys = objects_of(list_of(**person, "passkeys"));
  }
  if (passkeys.empty()) return shell.show(reply, "There is none.\n");
  return shell.show(
      reply, table({"NAME", "ENROLLED", "LAST USED", "SYNCED", "PASSKEY"}, passkey_rows(passkeys)));
}

int passkeys_remove(Shell& shell, const Key& options) {
  const std::string of = options.of.empty() ? "/api/v1/session" : staff_path(options.of);
  const Reply reply =
      shell.send("DELETE", of + "/passkeys/" + path_segment(options.passkey), json::value{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "It signs nobody in any more. Sessions ended, with their glass: " +
                               text_of(reply.object, "sessions_ended") + ".\n");
}

int roles(Shell& shell, const Nothing&) {
  const Reply reply = shell.get("/api/v1/roles");
  if (!reply.good()) return shell.refused(reply);
  const json::value body = body_of(reply);
  std::vector<Row> rows;
  for (const json::object* one : rows_in(body, "roles"))
    rows.push_back({text_of(*one, "role"), text_of(*one, "staff")});
  return shell.show(reply, table({"ROLE", "STAFF"}, rows));
}

int terminal_list(Shell& shell, const Nothing&) {
  const Reply reply = shell.get("/api/v1/terminals");
  if (!reply.good()) return shell.refused(reply);
  const json::value body = body_of(reply);
  std::vector<Row> rows;
  for (const json::object* one : rows_in(body, "terminals"))
    rows.push_back({text_of(*one, "terminal"), text_of(*one, "place"), text_of(*one, "use"),
                    yes(*one, "active"), text_of(*one, "certificate").substr(0, 16)});
  return shell.show(reply, table({"TERMINAL", "PLACE", "USE", "ACTIVE", "CERTIFICATE"}, rows));
}

std::string terminal_path(const std::string& id) { return "/api/v1/terminals/" + path_segment(id); }

int terminal_set(Shell& shell, const Terminal& options) {
  const json::object body{
      {"place", options.place}, {"use", options.use}, {"active", !options.inactive}};
  const Reply reply = shell.send("PUT", terminal_path(options.id), body);
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, clean(options.id) + " stands in " + clean(options.place) +
                               ".\nNext: halligan terminals secret " + shell_word(options.id) +
                               '\n');
}

int terminal_secret(Shell& shell, const Terminal& options) {
  const Reply reply = shell.post(terminal_path(options.id) + "/secret", json::object{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "Keep this on the terminal, mode 0600; it is not shown again:\n" +
                               clean(text_of(reply.object, "secret")) + '\n');
}

// Of a file that may hold a key beside it, the certificate alone is sent.
std::string certificate_in(const std::string& pem) {
  constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view end = "-----END CERTIFICATE-----";
  const auto from = pem.find(begin);
  const auto to = pem.find(end, from == std::string::npos ? pem.size() : from);
  return to == std::string::npos ? "" : pem.substr(from, to + end.size() - from) + '\n';
}

int terminal_certificate(Shell& shell, const Terminal& options) {
  const auto path = terminal_path(options.id) + "/certificate";
  if (options.none) {
    const Reply reply = shell.send("DELETE", path, json::value{});
    if (!reply.good()) return shell.refused(reply);
    return shell.show(reply, clean(options.id) + " is known by no certificate any more.\n");
  }
  if (options.certificate_file.empty())
    return shell.usage("Name the file of its certificate, or say --none.");
  const Result<std::string> text = read_file(shell.io, options.certificate_file);
  if (!text) return shell.fault(text.fault());
  const auto certificate = certificate_in(*text);
  if (certificate.empty())
    return shell.usage(options.certificate_file + " holds no certificate in PEM.");
  const Reply reply = shell.send("PUT", path, json::object{{"certificate", certificate}});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, wrap("Whoever connects with it is at " + clean(options.id) +
                                ", where the server runs with --ask-certificates. SHA-256: " +
                                clean(text_of(reply.object, "certificate"))) +
                               '\n');
}

int staff_unlock(Shell& shell, const Staff& options) {
  const Reply reply = shell.post(staff_path(options.id) + "/unlock", json::object{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, wrap("The password of " + clean(options.id) +
                                " is not locked any more. Where nobody can say who tried it, set "
                                "another: halligan staff password " +
                                shell_word(clean(options.id))) +
                               '\n');
}

void describe_staff(CLI::App& sub, Staff& o) {
  sub.add_option("id", o.id, "id of the person")->required();
}

void describe_terminal(CLI::App& sub, Terminal& o) {
  sub.add_option("id", o.id, "id of the terminal")->required();
}

void add_staff(CLI::App& app, Shell& shell) {
  CLI::App& staff = family(app, "staff", "People: list, set, password, totp, unlock, sign-out");
  verb<Nothing>(staff, shell, "list", "Who is enrolled, and who could break glass tonight",
                "halligan staff list", no_options, staff_list);
  verb<Staff>(
      staff, shell, "set", "Enrol a person, or change what is named of them",
      "halligan staff set a.osei --name \"Ama Osei\" --role physician --department emergency",
      [](CLI::App& sub, Staff& o) {
        describe_staff(sub, o);
        sub.add_option("--name", o.name, "full name; whoever is new needs one");
        auto* role =
            sub.add_option("--role", o.roles, "all their roles, one by one; else they stay")
                ->allow_extra_args(false);
        sub.add_flag("--no-roles", o.no_roles, "none any more")->excludes(role);
        sub.add_option("--department", o.department, "where they work; '' for nowhere");
        auto* inactive =
            sub.add_flag("--inactive", o.inactive, "may not sign in; ends sessions and glass");
        sub.add_flag("--active", o.active, "may sign in again, by the factors they had")
            ->excludes(inactive);
      },
      staff_set);
  verb<Staff>(
      staff, shell, "password", "Set a person's password; it is asked, or comes from a file",
      "halligan staff password a.osei",
      [](CLI::App& sub, Staff& o) {
        describe_staff(sub, o);
        sub.add_option("--password-file", o.password_file, "file with it (- is stdin)");
      },
      staff_password);
  verb<Staff>(
      staff, shell, "totp", "Enrol a person's authenticator; prints its secret once",
      "halligan staff totp a.osei",
      [](CLI::App& sub, Staff& o) {
        describe_staff(sub, o);
        sub.add_option("--secret-file", o.secret_file, "use this secret in base32 (- is stdin)");
      },
      staff_totp);
  verb<Staff>(staff, shell, "unlock", "Lift the lock of a password that was guessed at",
              "halligan staff unlock a.osei", describe_staff, staff_unlock);
  verb<Staff>(staff, shell, "sign-out", "End all sessions and glass of a person",
              "halligan staff sign-out a.osei", describe_staff, staff_sign_out);
}

}  // namespace

void add_people_verbs(CLI::App& app, Shell& shell) {
  add_staff(app, shell);
  verb<Nothing>(app, shell, "roles", "List the roles and how many hold each", "halligan roles",
                no_options, roles);
  CLI::App& passkeys = family(app, "passkeys", "Passkeys, which browsers enrol: list, remove");
  verb<Key>(
      passkeys, shell, "list", "Your passkeys, or somebody's", "halligan passkeys list",
      [](CLI::App& sub, Key& o) { sub.add_option("--of", o.of, "whose, for administrators"); },
      passkeys_list);
  verb<Key>(
      passkeys, shell, "remove", "Take one away; sessions end", "halligan passkeys remove -- mF3k",
      [](CLI::App& sub, Key& o) {
        sub.add_option("passkey", o.passkey, "its id; after --, where it begins with one -")
            ->required();
        sub.add_option("--of", o.of, "whose, for administrators");
      },
      passkeys_remove);
  CLI::App& terminals = family(app, "terminals", "Terminals: list, set, secret, certificate");
  verb<Nothing>(terminals, shell, "list", "Which terminals are enrolled, and where they stand",
                "halligan terminals list", no_options, terminal_list);
  verb<Terminal>(
      terminals, shell, "set", "Enrol a terminal, or say that it stands elsewhere",
      "halligan terminals set t-ed-1 --place ward-ed --use clinical",
      [](CLI::App& sub, Terminal& o) {
        describe_terminal(sub, o);
        sub.add_option("--place", o.place, "id of the place")->required();
        sub.add_option("--use", o.use, "what it is for");
        sub.add_flag("--inactive", o.inactive, "no longer a known place");
      },
      terminal_set);
  verb<Terminal>(terminals, shell, "secret", "Make a terminal's secret anew; prints it once",
                 "halligan terminals secret t-ed-1", describe_terminal, terminal_secret);
  verb<Terminal>(
      terminals, shell, "certificate", "Say which certificate a terminal shows when it connects",
      "halligan terminals certificate t-ed-1 t-ed-1.pem",
      [](CLI::App& sub, Terminal& o) {
        describe_terminal(sub, o);
        auto* file = sub.add_option("file", o.certificate_file,
                                    "its certificate in PEM (- is stdin); a key in it stays here");
        sub.add_flag("--none", o.none, "none any more; the sessions on it end")->excludes(file);
      },
      terminal_certificate);
}

}  // namespace halligan::cli
