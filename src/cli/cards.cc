// cards.cc - the drawers of emergency cards: what lies in them, counting, retiring, assigning.

#include <algorithm>
#include <charconv>
#include <set>
#include <variant>

#include "base/limits.h"
#include "cli/verbs.h"

namespace halligan::cli {
namespace {

constexpr std::uint32_t number_most = 1'000'000;
constexpr std::size_t letters_of_a_code = 16;

struct List {
  std::string drawer;
};

struct Count {
  std::string drawer;
  std::string sealed;
};

struct OneCard {
  std::string id;
  std::string to;
};

std::string card_path(const OneCard& card, const char* verb) {
  return "/api/v1/cards/" + path_segment(card.id) + verb;
}

std::vector<std::int64_t> numbers_in(const json::array& list) {
  std::vector<std::int64_t> out;
  for (const auto& each : list)
    if (each.is_int64()) out.push_back(each.get_int64());
  return out;
}

// The codes of a drawer's cards are sixteen letters: none of them belongs among arguments.
bool looks_like_a_code(std::string text) {
  std::erase_if(text, [](char c) { return c == '-' || c == ' '; });
  return text.size() >= letters_of_a_code;
}
int not_a_code(Shell& shell) {
  return shell.usage(
      "A card is named by its id, the first four letters of its code. The whole code is a secret "
      "and does not belong on a command line: if the card is still good, retire it.");
}

// ---- What lies in the drawers.

std::string moment(const json::object& card) {
  const auto used = text_of(card, "used_at");
  const auto at = used.empty() ? text_of(card, "drawn_at") : used;
  return at.empty() ? "-" : time_text(at);
}

std::string where(const json::object& card) {
  const auto terminal = text_of(card, "terminal");
  if (terminal.empty()) return "-";
  const auto place = text_of(card, "place");
  return terminal + (place.empty() ? "" : " in " + place);
}

std::string whose(const json::object& card) {
  if (text_of(card, "stage") != "used") return "-";
  const auto by = text_of(card, "assigned_to");
  if (by.empty()) return "nobody yet; until " + time_text(text_of(card, "assign_by"));
  const auto says = text_of(card, "assigned_by");
  const auto at = text_of(card, "assigned_at");
  return by + (says == by ? "" : ", as " + says + " says") +
         (at.empty() ? "" : ", " + time_text(at));
}

std::string drawer_text(const json::object& drawer) {
  const auto name = text_of(drawer, "drawer");
  const auto label = text_of(drawer, "label");
  const auto counted = text_of(drawer, "counted_at");
  std::string head = name + (label.empty() || label == name ? "" : " (" + label + ")");
  head += ": " + text_of(drawer, "sealed") + " ready, " + text_of(drawer, "made") +
          " not counted yet; " +
          (counted.empty()
               ? "never counted"
               : "last counted " + time_text(counted) + " by " + text_of(drawer, "counted_by"));
  std::string out = wrap(clean(head) + ".", 2) + '\n';
  if (flag_of(drawer, "in_policy"))
    out += wrap(clean("  As " + joined(list_of(drawer, "roles")) + ", at the terminals of " +
                      joined(list_of(drawer, "place")) + ", for " +
                      seconds_text(number_of(drawer, "session_seconds")) + "."),
                2) +
           '\n';
  else
    out += "  The policy in force has no such drawer: its cards open nothing.\n";
  std::vector<Row> rows;
  for (const json::object* card : objects_of(list_of(drawer, "cards")))
    rows.push_back({text_of(*card, "number"), text_of(*card, "card"), text_of(*card, "stage"),
                    moment(*card), where(*card), whose(*card)});
  if (rows.empty()) return out + "  No cards.\n";
  return out + table({"NO", "CARD", "STAGE", "DRAWN OR USED", "WHERE", "USED BY"}, rows);
}

int cards_list(Shell& shell, const List& options) {
  const Reply reply = shell.get("/api/v1/drawers");
  if (!reply.good()) return shell.refused(reply);
  const json::value body = body_of(reply);
  std::string out;
  for (const json::object* drawer : rows_in(body, "drawers")) {
    if (!options.drawer.empty() && text_of(*drawer, "drawer") != options.drawer) continue;
    out += (out.empty() ? "" : "\n") + drawer_text(*drawer);
  }
  if (out.empty() && !options.drawer.empty())
    return shell.usage("There is no drawer " + clean(options.drawer) + " that you keep.");
  if (out.empty()) out = "The policy in force has no drawers, and there are no cards.\n";
  return shell.show(reply, out);
}

// ---- Counting, retiring, assigning.

std::optional<std::uint32_t> number_from(std::string_view text) {
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, wrong] = std::from_chars(text.data(), end, number);
  if (wrong != std::errc{} || stop != end || number < 1 || number > number_most)
    return std::nullopt;
  return number;
}

struct Range {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};
std::optional<Range> range_from(std::string_view part) {
  const auto from = part.find_first_not_of(' ');
  if (from == std::string_view::npos) return std::nullopt;
  part = part.substr(from, part.find_last_not_of(' ') + 1 - from);
  const auto dash = part.find('-');
  const auto first = number_from(part.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : number_from(part.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return Range{.first = *first, .last = *last};
}

// "1-6,8". What is wrong is told by its place: somebody may have typed a code.
std::variant<std::set<std::uint32_t>, std::string> read_numbers(std::string_view text) {
  std::set<std::uint32_t> out;
  if (text == "none") return out;
  std::size_t place = 0;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(',', at), text.size());
    const auto range = range_from(text.substr(at, end - at));
    ++place;
    if (!range)
      return "--sealed takes numbers and ranges of cards, as 1-6,8 (or none, where no seal is "
             "whole); what stands at place " +
             std::to_string(place) + " is neither.";
    if (out.size() + range->last - range->first >= limits::cards_per_drawer_max)
      return "--sealed names more cards than a drawer holds, which is " +
             std::to_string(limits::cards_per_drawer_max) + ".";
    for (auto number = range->first; number <= range->last; ++number)
      if (!out.insert(number).second)
        return "--sealed names card " + std::to_string(number) + " twice: count again.";
    at = end + 1;
  }
  return out;
}

int cards_count(Shell& shell, const Count& options) {
  const auto read = read_numbers(options.sealed);
  if (const auto* wrong = std::get_if<std::string>(&read)) return shell.usage(*wrong);
  const auto& numbers = std::get<std::set<std::uint32_t>>(read);
  const Reply reply =
      shell.post("/api/v1/drawers/" + path_segment(options.drawer) + "/count",
                 json::object{{"sealed", json::array(numbers.begin(), numbers.end())}});
  if (!reply.good()) return shell.refused(reply);
  const auto sealed = numbers_in(list_of(reply.object, "sealed"));
  const auto missing = numbers_in(list_of(reply.object, "missing"));
  std::string out = clean(options.drawer) + " is counted. ";
  out += sealed.empty() ? "No card is ready." : "Ready: " + numbers_text(sealed) + '.';
  out += missing.empty()
             ? " None is missing."
             : "\nMissing: " + numbers_text(missing) + ". " +
                   (missing.size() == 1 ? "It opens nothing any more, and there is a case of it"
                                        : "They open nothing any more, and there is a case of "
                                          "each") +
                   ": halligan cases";
  return shell.show(reply, wrap(out) + '\n');
}

int cards_retire(Shell& shell, const OneCard& options) {
  if (looks_like_a_code(options.id)) return not_a_code(shell);
  const Reply reply = shell.post(card_path(options, "/retire"), json::object{});
  if (!reply.good()) return shell.refused(reply);
  return shell.show(reply, "Card " + clean(options.id) +
                               " opens nothing any more. Destroy it, and the slip with its PIN.\n");
}

int cards_assign(Shell& shell, const OneCard& options) {
  if (looks_like_a_code(options.id)) return not_a_code(shell);
  json::object body;
  if (!options.to.empty()) body["staff"] = options.to;
  const Reply reply = shell.post(card_path(options, "/assign"), body);
  if (!reply.good()) return shell.refused(reply);
  const auto charts = number_of(reply.object, "charts");
  return shell.show(reply,
                    wrap("Card " + clean(options.id) + " was used by " +
                         clean(text_of(reply.object, "staff")) + ": written down" +
                         (charts == 0 ? "; no chart was open to it."
                                      : ", and once more in " +
                                            (charts == 1 ? std::string{"the one chart that was"}
                                                         : "each of the " + std::to_string(charts) +
                                                               " charts that were") +
                                            " open to it.")) +
                        '\n');
}

void describe_card(CLI::App& sub, OneCard& o) {
  sub.add_option("card", o.id, "id of the card: the first four letters of its code")->required();
}

}  // namespace

std::string numbers_text(std::vector<std::int64_t> numbers) {
  std::ranges::sort(numbers);
  std::string out;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    out += (out.empty() ? "" : ", ") + std::to_string(numbers[i]);
    if (last > i) out += (last == i + 1 ? ", " : " to ") + std::to_string(numbers[last]);
    i = last + 1;
  }
  return out;
}

void add_card_verbs(CLI::App& app, Shell& shell) {
  CLI::App& cards = family(app, "cards", "Emergency cards: list, make, count, retire, assign");
  add_make_cards_verb(cards, shell);
  verb<List>(
      cards, shell, "list", "Every drawer with its cards", "halligan cards list",
      [](CLI::App& sub, List& o) { sub.add_option("--drawer", o.drawer, "this one alone"); },
      cards_list);
  verb<Count>(
      cards, shell, "count", "Say which seals are whole; what is missing opens nothing any more",
      "halligan cards count nurses-desk --sealed 1-6,8",
      [](CLI::App& sub, Count& o) {
        sub.add_option("drawer", o.drawer, "name of the drawer in the policy")->required();
        sub.add_option("--sealed", o.sealed,
                       "numbers of the cards that lie there with their seal whole; or none")
            ->required();
      },
      cards_count);
  verb<OneCard>(cards, shell, "retire", "Take a card out of use that nobody used",
                "halligan cards retire 7XK2", describe_card, cards_retire);
  verb<OneCard>(
      cards, shell, "assign", "Say who used a card: you, or somebody else",
      "halligan cards assign 7XK2 --to b.kim",
      [](CLI::App& sub, OneCard& o) {
        describe_card(sub, o);
        sub.add_option("--to", o.to, "who it was; without it, you");
      },
      cards_assign);
}

}  // namespace halligan::cli
