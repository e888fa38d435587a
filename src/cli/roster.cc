// roster.cc - who can break the glass tonight, by which ways, and which cards lie ready.
//
// Shown before the night on which it matters: a way that nobody ever came in by is not known to
// work, so it is said of each when it was last used.

#include <algorithm>

#include "cli/verbs.h"

namespace halligan::cli {
namespace {

std::string way_text(const json::object& way) {
  const auto last = text_of(way, "last");
  const auto rehearsed = text_of(way, "rehearsed");
  return text_of(way, "way") + " (" + (last.empty() ? "never used" : time_text(last)) +
         (rehearsed.empty() ? "" : "; rehearsed " + time_text(rehearsed)) + ")";
}

bool ever_rehearsed(const json::object& person) {
  return std::ranges::any_of(objects_of(list_of(person, "ways")), [](const json::object* way) {
    return !text_of(*way, "rehearsed").empty();
  });
}

bool ever_used(const json::object& person) {
  return std::ranges::any_of(objects_of(list_of(person, "ways")), [](const json::object* way) {
    return !text_of(*way, "last").empty();
  });
}

bool has_way(const json::object& person, std::string_view name) {
  return std::ranges::any_of(objects_of(list_of(person, "ways")),
                             [&](const json::object* way) { return text_of(*way, "way") == name; });
}

std::string by_which(const json::object& person) {
  std::string out;
  for (const json::object* way : objects_of(list_of(person, "ways")))
    out += (out.empty() ? "" : "; ") + way_text(*way);
  const auto lock = text_of(person, "password_lock");
  if (lock == "elsewhere") out += "; password locked but for where they have been seen before";
  if (lock == "places") out += "; password locked at some places";
  return out;
}

std::string lack_text(const std::string& lack) {
  if (lack == "password") return "no password";
  if (lack == "totp") return "no authenticator";
  return "no " + lack;
}

std::string why_not(const json::object& person) {
  std::string out;
  const auto add = [&out](const std::string& why) { out += (out.empty() ? "" : "; ") + why; };
  if (!flag_of(person, "active")) add("not active");
  for (const auto& lack : list_of(person, "lacks"))
    if (lack.is_string()) add(lack_text(std::string{lack.get_string()}));
  if (flag_of(person, "active") && has_way(person, "vouched"))
    add("a colleague may vouch for them");
  return out;
}

std::string people_text(const char* head, const Row& columns, const std::vector<Row>& rows,
                        const char* none) {
  return std::string{head} + '\n' + (rows.empty() ? std::string{none} : table(columns, rows)) +
         '\n';
}

std::string counted_text(const json::object& drawer) {
  const auto at = text_of(drawer, "counted_at");
  std::string out =
      at.empty() ? "never counted" : time_text(at) + " by " + text_of(drawer, "counted_by");
  if (!flag_of(drawer, "in_policy")) out += "; not in the policy: its cards open nothing";
  return out;
}

std::string roster_text(const std::vector<const json::object*>& people,
                        const std::vector<const json::object*>& drawers) {
  std::vector<Row> can;
  std::vector<Row> cannot;
  std::int64_t untried = 0;
  std::int64_t unrehearsed = 0;
  for (const json::object* person : people) {
    if (flag_of(*person, "can_break")) {
      can.push_back({text_of(*person, "staff"), text_of(*person, "name"), by_which(*person)});
      if (!ever_used(*person)) ++untried;
      if (!ever_rehearsed(*person)) ++unrehearsed;
    } else if (flag_of(*person, "may_break")) {
      cannot.push_back({text_of(*person, "staff"), text_of(*person, "name"), why_not(*person)});
    }
  }
  std::vector<Row> lie;
  std::int64_t ready = 0;
  std::int64_t stocked = 0;
  for (const json::object* drawer : drawers) {
    const auto here = flag_of(*drawer, "in_policy") ? number_of(*drawer, "sealed") : 0;
    ready += here;
    stocked += here > 0 ? 1 : 0;
    lie.push_back({text_of(*drawer, "drawer"), std::to_string(here), text_of(*drawer, "made"),
                   counted_text(*drawer)});
  }
  return people_text("Who can break the glass now, and by what (last used):",
                     {"STAFF", "NAME", "BY"}, can, "Nobody.\n") +
         people_text("Who cannot, although their role says so:", {"STAFF", "NAME", "WHY"}, cannot,
                     "Nobody.\n") +
         people_text("Emergency cards:", {"DRAWER", "READY", "UNCOUNTED", "LAST COUNTED"}, lie,
                     "The policy has no drawers.\n") +
         wrap(std::to_string(can.size()) + " can, " + std::to_string(untried) +
              " of them by ways that were never used, " + std::to_string(unrehearsed) +
              " never rehearsed it; " + std::to_string(cannot.size()) + " cannot; " +
              std::to_string(ready) + (ready == 1 ? " card" : " cards") + " ready in " +
              std::to_string(stocked) + " of " + std::to_string(lie.size()) +
              (lie.size() == 1 ? " drawer." : " drawers.")) +
         '\n';
}

int roster(Shell& shell, const Nothing&) {
  const Reply staff = shell.get("/api/v1/staff");
  if (!staff.good()) return shell.refused(staff);
  const Reply drawers = shell.get("/api/v1/drawers");
  if (!drawers.good()) return shell.refused(drawers);
  const json::value people = body_of(staff);
  const json::value lie = body_of(drawers);
  shell.io.out << (shell.globals.json
                       ? json::serialize(json::object{{"staff", people}, {"drawers", lie}}) + '\n'
                       : roster_text(rows_in(people, "staff"), rows_in(lie, "drawers")));
  return code_of(Exit::done);
}

int rehearse(Shell& shell, const Nothing&) {
  const Reply reply = shell.post("/api/v1/rehearsals", json::object{});
  if (!reply.good()) return shell.refused(reply);
  std::string out = "Rehearsed: in by " + text_of(reply.object, "way") + ", proof by " +
                    text_of(reply.object, "factor") + ".\n";
  if (!flag_of(reply.object, "can_break"))
    out += wrap("No reason of the policy is meant for your roles: you could not break the glass.") +
           '\n';
  return shell.show(reply, out);
}

}  // namespace

void add_roster_verb(CLI::App& app, Shell& shell) {
  verb<Nothing>(app, shell, "roster",
                "Who can break the glass now and by what, who cannot, and the cards that lie ready",
                "halligan roster", no_options, roster);
  verb<Nothing>(app, shell, "rehearse",
                "Rehearse breaking the glass, without a chart: after halligan step-up",
                "halligan rehearse", no_options, rehearse);
}

}  // namespace halligan::cli
