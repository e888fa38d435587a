// vouch.cc - a word for a colleague at one's own place whose own factors are not at hand.

#include "cli/verbs.h"

namespace halligan::cli {
namespace {

struct Vouch {
  std::string id;  // or "list"
  int number = 0;
};

int vouch_list(Shell& shell) {
  const Reply reply = shell.get("/api/v1/vouches");
  if (!reply.good()) return shell.refused(reply);
  const json::value body = body_of(reply);
  std::vector<Row> rows;
  for (const json::object* one : rows_in(body, "vouches"))
    rows.push_back({text_of(*one, "vouch"), text_of(*one, "staff"), text_of(*one, "terminal"),
                    text_of(*one, "place"), time_text(text_of(*one, "until")),
                    text_of(*one, "name")});
  if (rows.empty()) return shell.show(reply, "Nobody at your place asks to be vouched for.\n");
  return shell.show(
      reply, table({"VOUCH", "STAFF", "TERMINAL", "PLACE", "UNTIL", "NAME"}, rows) +
                 wrap("Vouch for whom you see before you alone, by the number that their screen "
                      "shows: halligan vouch VOUCH --number NN") +
                 '\n');
}

int vouch(Shell& shell, const Vouch& options) {
  if (options.id == "list") return vouch_list(shell);
  if (options.number == 0)
    return shell.usage("Vouching takes --number NN: the two digits on the screen of whoever asks.");
  const Reply reply = shell.post("/api/v1/vouches/" + path_segment(options.id),
                                 json::object{{"number", options.number}});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(
      reply, wrap(clean(text_of(reply.object, "name") + " (" + text_of(reply.object, "staff") +
                        ") is signed in on your word, which has a case.")) +
                 '\n');
}

}  // namespace

void add_vouch_verb(CLI::App& app, Shell& shell) {
  verb<Vouch>(
      app, shell, "vouch", "Vouch in person for a colleague who asks; list: who asks",
      "halligan vouch list",
      [](CLI::App& sub, Vouch& o) {
        sub.add_option("vouch", o.id, "which, as the list says; or list")->required();
        sub.add_option("--number", o.number, "the two digits on their screen")
            ->check(CLI::Range(10, 99));
      },
      vouch);
}

}  // namespace halligan::cli
