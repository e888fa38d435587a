// well_formed.cc - undefined names, paths that do not join, words where they mean nothing.
#include <algorithm>
#include <array>
#include <set>

#include "base/limits.h"
#include "core/policy/check.h"
#include "core/policy/words.h"
#include "core/policy/zone.h"

namespace halligan::policy {
namespace {

using Names = std::vector<std::string_view>;

constexpr std::size_t roles_max = 64;  // one bit each
constexpr Millis lock_min{10'000};
constexpr Millis lock_max{8 * 3'600'000};
constexpr Millis card_time_min{5 * 60'000};
constexpr Millis card_time_max{12 * 3'600'000};
constexpr Millis assigned_max{7 * 24 * 3'600'000};
// What is over other people, or speaks for nobody.
constexpr std::array<std::string_view, 4> never_lent{"administrator", "privacy-officer",
                                                     "ledger-reader", "interface"};
constexpr std::size_t sources_max = 8;  // of each kind that say who somebody is
constexpr std::size_t groups_max = 2'000;
constexpr std::array<std::string_view, 3> session_words{"focus", "department", "application"};

template <class List>
Names names_of(const List& list) {
  Names out;
  for (const auto& item : list) out.push_back(item.name.text);
  return out;
}

bool contains(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::vector<std::vector<ast::Step>> alternatives_of(const ast::PathExpr& expr) {
  using List = std::vector<std::vector<ast::Step>>;
  switch (expr.kind) {
    case ast::PathKind::step: return {{expr.step}};
    case ast::PathKind::either: {
      List out;
      for (const auto& part : expr.parts) {
        auto more = alternatives_of(part);
        if (more.empty() || out.size() + more.size() > alternatives_max) return {};
        std::ranges::move(more, std::back_inserter(out));
      }
      return out;
    }
    case ast::PathKind::sequence: break;
  }
  List out{{}};
  for (const auto& part : expr.parts) {
    const auto more = alternatives_of(part);
    if (more.empty() || out.size() * more.size() > alternatives_max) return {};
    List next;
    for (const auto& head : out) {
      for (const auto& tail : more) {
        if (head.size() + tail.size() > limits::path_steps_max) return {};
        next.push_back(head);
        next.back().insert(next.back().end(), tail.begin(), tail.end());
      }
    }
    out = std::move(next);
  }
  return out;
}

namespace {

class Check {
 public:
  explicit Check(const ast::Policy& policy)
      : policy_(policy),
        relations_(names_of(policy.relations)),
        flags_(names_of(policy.flags)),
        places_(names_of(policy.places)),
        classes_(names_of(policy.classes)),
        rules_(names_of(policy.rules)) {
    for (const auto& role : policy.roles) roles_.push_back(role.text);
    for (const auto relation : relations_) facts_.emplace_back(relation);
    for (const auto flag : flags_) facts_.push_back("flag:" + std::string(flag));
  }

  Messages run() {
    if (!Zone::named(policy_.timezone.text)) {
      error(policy_.timezone.at,
            quoted(policy_.timezone.text) +
                " is not a time zone that IANA knows; write one such as Europe/London");
    }
    console();
    declarations();
    for (const auto& data : policy_.classes) {
      members(data.of);
      circle(data);
    }
    for (const auto& each : policy_.rules) rule(each);
    for (const auto& explain : policy_.explains) {
      path(explain.via, Use::via);
    }
    for (const auto& each : policy_.cases) {
      if (each.by) defined(*each.by, roles_, "role");
    }
    once(policy_.drawers, "drawers of cards");
    for (const auto& each : policy_.drawers) drawer(each);
    if (policy_.vouching) vouching(*policy_.vouching);
    if (policy_.lockout.review) defined(policy_.lockout.review->by, roles_, "role");
    groups(sources());
    sign_in();
    return std::move(out_);
  }

 private:
  enum class Use { via, condition };

  void error(ast::Pos at, std::string what) {
    out_.push_back({.severity = Severity::error, .at = at, .what = std::move(what)});
  }

  void defined(const ast::Name& name, const Names& known, std::string_view kind) {
    if (contains(known, name.text)) return;
    error(name.at,
          "no " + std::string(kind) + " is named " + quoted(name.text) + hint(name.text, known));
  }

  template <class List>
  void once(const List& list, std::string_view kind) {
    std::set<std::string_view> seen;
    for (const auto& item : list) {
      if (!seen.insert(item.name.text).second) {
        error(item.name.at, "two " + std::string(kind) + " are named " + quoted(item.name.text));
      }
    }
  }

  void source(const ast::Name& name, const std::optional<ast::Name>& source,
              const std::optional<Millis>& stale_after) {
    if (source.has_value() == stale_after.has_value()) return;
    error(name.at,
          quoted(name.text) +
              (source
                   ? " has a source but no `stale_after`: say when its silence makes it unknown"
                   : " has `stale_after` but no `source`: the ledger's own facts do not go stale"));
  }

  void console() {
    const auto& screens = policy_.console;
    if (!is_locale(screens.locale.text)) {
      error(screens.locale.at,
            quoted(screens.locale.text) +
                " is not a language of BCP 47, perhaps with script and region; write one "
                "such as en-GB");
    }
    if (screens.lock && (*screens.lock < lock_min || *screens.lock > lock_max))
      error(screens.at, "`lock` of [console] is a time from \"10s\" to \"8h\"");
  }

  // Roles that a way in gives which is nobody's own: none that is over other people.
  void lent(const std::vector<ast::Name>& roles, ast::Pos at, std::string_view what) {
    if (roles.empty()) error(at, std::string{what} + " needs `roles`: name one at least");
    for (const auto& role : roles) {
      defined(role, roles_, "role");
      if (std::ranges::find(never_lent, role.text) != never_lent.end())
        error(role.at, quoted(role.text) + " is a role that " + std::string{what} +
                           " never gives: it takes its person's own factors");
    }
  }

  void drawer(const ast::Drawer& drawer) {
    lent(drawer.roles, drawer.at, "a card");
    if (drawer.place.empty())
      error(drawer.at, "a card is good at known places alone: name one in `place`");
    for (const auto& place : drawer.place) defined(place, places_, "place");
    for (const auto& keeper : drawer.keepers) defined(keeper, roles_, "role");
    defined(drawer.review.by, roles_, "role");
    if (drawer.session < card_time_min || drawer.session > card_time_max)
      error(drawer.at, "`session` of a [[card]] is a time from \"5m\" to \"12h\"");
    if (drawer.assigned < card_time_min || drawer.assigned > assigned_max)
      error(drawer.at, "`assigned` of a [[card]] is a time from \"5m\" to \"7d\"");
  }

  void vouching(const ast::Vouching& vouching) {
    lent(vouching.roles, vouching.at, "a colleague's word");
    defined(vouching.review.by, roles_, "role");
  }

  template <class List>
  void at_most(const List& list, std::size_t most, std::string_view what) {
    if (list.size() > most)
      error(list[most].at, "a policy has at most " + std::to_string(most) + " " +
                               std::string(what) + ", found " + std::to_string(list.size()));
  }

  // Whoever may say who somebody is, under names that no two of them share.
  Names sources() {
    Names out;
    const auto add = [&](const auto& list) {
      for (const auto& each : list) {
        if (contains(out, each.name.text))
          error(each.name.at, "two of [[provider]], [[directory]] and [[provisioning]] are named " +
                                  quoted(each.name.text));
        out.push_back(each.name.text);
      }
    };
    at_most(policy_.providers, sources_max, "[[provider]]");
    at_most(policy_.provisionings, sources_max, "[[provisioning]]");
    if (policy_.directories.size() > 1)
      error(policy_.directories[1].at, "a policy has one [[directory]]; this is a second");
    add(policy_.providers);
    add(policy_.directories);
    add(policy_.provisionings);
    return out;
  }

  void groups(const Names& sources) {
    at_most(policy_.groups, groups_max, "[[group]]");
    constexpr std::string_view of_systems = never_lent.back();
    Names given = roles_;
    for (const auto role : never_lent)  // the program knows them without a policy
      if (role != of_systems && !contains(given, role)) given.push_back(role);
    std::set<std::pair<std::string_view, std::string_view>> seen;
    for (const auto& group : policy_.groups) {
      if (!contains(sources, group.from.text))
        error(group.from.at, "no [[provider]], [[directory]] or [[provisioning]] is named " +
                                 quoted(group.from.text) +
                                 (sources.empty() ? "; the policy has none of them"
                                                  : hint(group.from.text, sources)));
      if (!seen.insert({group.from.text, group.name}).second)
        error(group.at, "two [[group]] are " + quoted(group.name) + " of " +
                            quoted(group.from.text) + "; name all its roles in one");
      if (group.roles.empty()) error(group.at, "a [[group]] needs `roles`: name one at least");
      for (const auto& role : group.roles) {
        if (role.text == of_systems)
          error(role.at,
                quoted(role.text) + " is a role that a group never gives: it goes with no other");
        else
          defined(role, given, "role");
      }
    }
  }

  void sign_in() {
    const auto& rule = policy_.sign_in;
    if (rule.own_when_down && policy_.providers.empty() && policy_.directories.empty())
      error(
          rule.at,
          "`own` of [sign_in] is \"when-down\", but there is no [[provider]] and no [[directory]] "
          "that could be down: it would say nothing");
    if (rule.review) defined(rule.review->by, roles_, "role");
  }

  void declarations() {
    if (policy_.roles.size() > roles_max) {
      error(policy_.roles[roles_max].at,
            "a policy has at most " + std::to_string(roles_max) + " roles");
    }
    once(policy_.relations, "relations");
    once(policy_.flags, "flags");
    once(policy_.places, "places");
    once(policy_.classes, "classes");
    once(policy_.rules, "rules");
    for (const auto& explain : policy_.explains) {
      if (contains(rules_, explain.name.text))
        error(explain.name.at, "a rule, too, is named " + quoted(explain.name.text));
    }
    once(policy_.explains, "explanations");
    for (const auto& relation : policy_.relations) {
      source(relation.name, relation.source, relation.stale_after);
      if (std::ranges::find(session_words, relation.name.text) != session_words.end() ||
          relation.name.text == "recorded_by_self") {
        error(relation.name.at, quoted(relation.name.text) +
                                    " is a word of the language; name the relation otherwise");
      }
    }
    for (const auto& flag : policy_.flags) source(flag.name, flag.source, flag.stale_after);
    for (const auto& place : policy_.places) {
      if (place.kinds.empty() && place.ids.empty()) {
        error(place.name.at, "place " + quoted(place.name.text) + " needs `kinds` or `ids`");
      }
    }
    for (std::size_t i = 0; i < policy_.cases.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (policy_.cases[i].kind == policy_.cases[j].kind) {
          error(policy_.cases[i].at,
                "two [[case]] are of kind " + quoted(name_of(policy_.cases[i].kind)));
        }
      }
    }
  }

  void members(const std::vector<ast::Member>& list) {
    for (const auto& member : list) {
      if (member.kind == ast::MemberKind::named && !contains(classes_, member.text)) {
        error(member.at, "no class is named " + quoted(member.text) + hint(member.text, classes_));
      }
      if (member.kind == ast::MemberKind::fact) {
        const Names known(facts_.begin(), facts_.end());
        if (!contains(known, member.text)) {
          error(member.at,
                "no relation or flag is named " + quoted(member.text) + hint(member.text, known));
        }
      }
    }
  }

  const ast::DataClass* class_of(std::string_view name) const {
    const auto found =
        std::ranges::find_if(policy_.classes, [&](const auto& c) { return c.name.text == name; });
    return found == policy_.classes.end() ? nullptr : &*found;
  }

  // A class that reaches itself through its members.
  void circle(const ast::DataClass& start) {
    std::set<std::string_view> seen;
    std::vector<const ast::DataClass*> open{&start};
    while (!open.empty()) {
      const auto* next = open.back();
      open.pop_back();
      for (const auto& member : next->of) {
        if (member.kind != ast::MemberKind::named) continue;
        if (member.text == start.name.text) {
          error(start.name.at, "class " + quoted(start.name.text) + " is made of itself, through " +
                                   quoted(next->name.text));
          return;
        }
        const auto* inner = class_of(member.text);
        if (inner != nullptr && seen.insert(inner->name.text).second) open.push_back(inner);
      }
    }
  }

  const ast::Relation* relation_of(std::string_view name) const {
    const auto found =
        std::ranges::find_if(policy_.relations, [&](const auto& r) { return r.name.text == name; });
    return found == policy_.relations.end() ? nullptr : &*found;
  }

  // The type that a step starts from and ends at; empty where something is wrong, which is said.
  struct Ends {
    std::string from, to;
  };
  Ends step_ends(const ast::Step& step) {
    const auto& name = step.relation;
    const auto* relation = relation_of(name.text);
    if (relation == nullptr) {
      if (std::ranges::find(session_words, name.text) != session_words.end()) {
        error(name.at,
              quoted(name.text) + " is the first step of a path from `session` and of no other");
      } else if (name.text == "recorded_by_self") {
        error(name.at,
              "`staff : recorded_by_self` is the whole `when` or `unless` of a seal and stands "
              "nowhere else");
      } else {
        defined(name, relations_, "relation");
      }
      return {};
    }
    if (step.place) defined(*step.place, places_, "place");
    if (step.value && std::ranges::none_of(relation->values,
                                           [&](const auto& v) { return v.text == *step.value; })) {
      Names known;
      for (const auto& value : relation->values) known.push_back(value.text);
      error(name.at, quoted(*step.value) + " is not a value of relation " + quoted(name.text) +
                         (known.empty() ? "; it declares no `values`" : hint(*step.value, known)));
    }
    if (step.inverse) return {relation->to.text, relation->from.text};
    return {relation->from.text, relation->to.text};
  }

  // One alternative; gives the type where it ends, empty where something is wrong.
  std::string alternative(const ast::Path& path, const std::vector<ast::Step>& steps, Use use) {
    std::string at(name_of(path.start));
    auto step = steps.begin();
    if (path.start == ast::Start::session) {
      const auto& name = step->relation;
      if (std::ranges::find(session_words, name.text) == session_words.end() || step->inverse ||
          step->place) {
        error(name.at,
              "a path from `session` goes on with `focus`, `department` or `application`, found " +
                  quoted(name.text));
        return {};
      }
      at = name.text == "focus" ? "patient" : name.text;
      ++step;
    }
    bool first = path.start != ast::Start::session;
    for (; step != steps.end(); ++step) {
      const auto [from, to] = step_ends(*step);
      if (from.empty() || to.empty()) return {};
      if (from != at) {
        error(step->relation.at, (step->inverse ? "`^" : "`") + step->relation.text +
                                     "` starts at " + quoted(from) + ", but the path has come to " +
                                     quoted(at));
        return {};
      }
      if (use == Use::via && at == "staff" && !first) {
        error(step->relation.at,
              "a `via` through another member of staff is not yet enforced; take it out");
        return {};
      }
      at = to;
      first = false;
    }
    return at;
  }

  void path(const ast::Path& path, Use use) {
    const auto all = alternatives_of(path.expr);
    if (all.empty()) {
      error(path.at, "written out without `|`, a path has at most " +
                         std::to_string(alternatives_max) + " alternatives of at most " +
                         std::to_string(limits::path_steps_max) + " steps");
      return;
    }
    std::string end;
    for (const auto& steps : all) {
      const std::string here = alternative(path, steps, use);
      if (here.empty()) return;
      if (use != Use::via) continue;
      if (here == "device" || here == "fact") {
        error(path.at, "a path that ends at " + quoted(here) + " is not yet enforced; take it out");
        return;
      }
      if (here != "patient" && here != "item") {
        error(path.at, "`via` must end at the patient or the item, but ends at " + quoted(here));
        return;
      }
      if (!end.empty() && end != here) {
        error(path.at, "one alternative ends at " + quoted(end) + ", another at " + quoted(here));
        return;
      }
      end = here;
    }
  }

  static bool is_by_self(const ast::Path& path) {
    return path.start == ast::Start::staff && path.expr.kind == ast::PathKind::step &&
           !path.expr.step.inverse && path.expr.step.relation.text == "recorded_by_self";
  }

  static bool mentions(const std::optional<ast::Path>& path, std::string_view relation) {
    return path && mentions(path->expr, relation);
  }
  static bool mentions(const ast::PathExpr& expr, std::string_view relation) {
    if (expr.kind == ast::PathKind::step) return expr.step.relation.text == relation;
    return std::ranges::any_of(expr.parts,
                               [&](const auto& part) { return mentions(part, relation); });
  }

  void rule(const ast::Rule& rule) {
    for (const auto& role : rule.roles) defined(role, roles_, "role");
    for (const auto& role : rule.except_roles) defined(role, roles_, "role");
    for (const auto& place : rule.place) defined(place, places_, "place");
    for (const auto& flag : rule.flags) defined(flag, flags_, "flag");
    members(rule.data);
    if (rule.via) path(*rule.via, Use::via);
    const bool seal = rule.kind == ast::RuleKind::seal;
    if (rule.when && !(seal && is_by_self(*rule.when))) path(*rule.when, Use::condition);
    if (rule.unless && !(seal && is_by_self(*rule.unless))) path(*rule.unless, Use::condition);
    if (rule.when && rule.unless && is_by_self(*rule.when) && is_by_self(*rule.unless)) {
      error(rule.at, "`when` and `unless` ask for the same and contradict each other");
    }
    for (const auto& window : rule.around) {
      const auto& name = window.relation;
      defined(name, relations_, "relation");
      if (!mentions(rule.via, name.text) && !mentions(rule.when, name.text) &&
          !mentions(rule.unless, name.text)) {
        error(name.at, "`around` speaks of " + quoted(name.text) + ", which no path of " +
                           quoted(rule.name.text) + " uses");
      }
    }
    if (const auto& review = rule.duties.review) {
      defined(review->by, roles_, "role");
      if (review->unless) path(*review->unless, Use::condition);
    }
    if (seal) exceptions(rule);
    if (rule.kind == ast::RuleKind::glass) {
      for (const auto action : rule.actions) {
        if (action == ast::Action::read || action == ast::Action::append) continue;
        error(rule.at, "a reason gives `read` and `append`; " + quoted(name_of(action)) +
                           " always rests on an allow rule");
      }
    }
  }

  void exceptions(const ast::Rule& seal) {
    Names known;
    for (const auto& rule : policy_.rules) {
      if (rule.kind == ast::RuleKind::allow || rule.kind == ast::RuleKind::glass)
        known.push_back(rule.name.text);
    }
    for (const auto& name : seal.except) defined(name, known, "allow rule or reason");
  }

  const ast::Policy& policy_;
  Messages out_;
  Names relations_, flags_, places_, classes_, rules_, roles_;
  std::vector<std::string> facts_;
};

}  // namespace

Messages well_formed(const ast::Policy& policy) { return Check{policy}.run(); }

}  // namespace halligan::policy
