// check.cc - what a policy that holds together still gets wrong, and what it gives away.
#include "core/policy/check.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/policy/engine.h"
#include "core/policy/words.h"

namespace halligan::policy {
namespace {

class Sense {
 public:
  Sense(const ast::Policy& policy, const Engine& engine) : policy_(policy), engine_(engine) {}

  Messages run() {
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
      const auto& rule = policy_.rules[i];
      contradictions(rule);
      items(rule);
      never_applies(rule, index(i));
      switch (rule.kind) {
        case ast::RuleKind::deny: deny(rule); break;
        case ast::RuleKind::seal: seal(rule); break;
        case ast::RuleKind::allow: allow(rule); break;
        case ast::RuleKind::glass: glass(rule); break;
      }
      duties(rule);
    }
    for (std::size_t i = 0; i < policy_.classes.size(); ++i) emergency(i);
    for (const auto& explain : policy_.explains) items(explain.via, true);
    cases();
    relations();
    self_made();
    identity();
    return std::move(out_);
  }

 private:
  static RuleIx index(std::size_t place) { return RuleIx{static_cast<std::uint16_t>(place)}; }
  void error(ast::Pos at, std::string what) {
    out_.push_back({Severity::error, at, std::move(what)});
  }
  void warning(ast::Pos at, std::string what) {
    out_.push_back({Severity::warning, at, std::move(what)});
  }

  static bool listed(const std::vector<ast::Name>& names, std::string_view name) {
    return std::ranges::any_of(names, [&](const auto& n) { return n.text == name; });
  }

  // ---- Contradictions and rules that can never apply.

  void contradictions(const ast::Rule& rule) {
    const bool all_excluded =
        !rule.roles.empty() && std::ranges::all_of(rule.roles, [&](const auto& role) {
          return listed(rule.except_roles, role.text);
        });
    if (all_excluded) never(rule, "every role in `roles` is also in `except_roles`");
    if (rule.unless && (rule.unless == rule.via || rule.unless == rule.when)) {
      never(rule, "its `unless` is the same path as its " +
                      std::string(rule.unless == rule.via ? "`via`" : "`when`"));
    }
  }

  // No request names its item yet: such a path would be false whatever was recorded, in a deny,
  // too.
  void items(const ast::Rule& rule) {
    items(rule.via, true);
    items(rule.when, false);
    items(rule.unless, false);
    if (rule.duties.review) items(rule.duties.review->unless, false);
  }

  void items(const std::optional<ast::Path>& path, bool to_object) {
    if (!path) return;
    const bool starts = path->start == ast::Start::item;
    const auto all = alternatives_of(path->expr);
    const bool ends = to_object && std::ranges::any_of(all, [&](const auto& steps) {
                        return end_of(steps) == "item";
                      });
    if (starts || ends)
      error(path->at, std::string("a path that ") + (starts ? "starts" : "ends") +
                          " at `item` is not yet enforced; take it out");
  }

  std::string_view end_of(const std::vector<ast::Step>& steps) const {
    for (const auto& relation : policy_.relations)
      if (relation.name.text == steps.back().relation.text)
        return steps.back().inverse ? relation.from.text : relation.to.text;
    return {};
  }

  void never(const ast::Rule& rule, const std::string& why) {
    error(rule.at, quoted(rule.name.text) + " can never apply: " + why);
  }

  static bool unconditional(const ast::Rule& rule) {
    return !rule.via && !rule.when && !rule.unless && rule.place.empty() && rule.flags.empty();
  }

  static bool has_action(const ast::Rule& rule, ast::Action action) {
    if (!rule.actions.empty()) return std::ranges::find(rule.actions, action) != rule.actions.end();
    return rule.kind == ast::RuleKind::deny || rule.kind == ast::RuleKind::seal ||
           action == ast::Action::read || action == ast::Action::append;
  }

  // Whether a deny bites, whatever the evidence, for everybody who uses the role.
  bool shuts_role(const ast::Rule& deny, std::string_view role) const {
    return (deny.roles.empty() || listed(deny.roles, role)) && !listed(deny.except_roles, role);
  }

  // Whether somebody could use a grant on that kind of data in spite of the deny rules without
  // conditions.
  bool usable(const ast::Rule& grant, Slot slot, ast::Action action) const {
    const auto shut = [&](std::string_view role) {
      for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
        const auto& deny = policy_.rules[i];
        if (deny.kind != ast::RuleKind::deny || !unconditional(deny) || !has_action(deny, action))
          continue;
        if (shuts_role(deny, role) && engine_.surely_covers(index(i), slot)) return true;
      }
      return false;
    };
    // Without `roles` a grant is open to every role, and to somebody who holds none.
    if (grant.roles.empty() && !shut("")) return true;
    for (const auto& role : grant.roles.empty() ? policy_.roles : grant.roles) {
      if (!listed(grant.except_roles, role.text) && !shut(role.text)) return true;
    }
    return false;
  }

  void never_applies(const ast::Rule& rule, RuleIx at) {
    bool any_data = false;
    bool any_use = false;
    const bool grant = rule.kind == ast::RuleKind::allow || rule.kind == ast::RuleKind::glass;
    for (std::size_t slot = 0; slot < engine_.slot_count() && !any_use; ++slot) {
      const Slot here{static_cast<std::uint16_t>(slot)};
      if (!engine_.may_cover(at, here)) continue;
      any_data = true;
      for (std::size_t a = 0; a < ast::action_count && !any_use; ++a) {
        const auto action = static_cast<ast::Action>(a);
        any_use = has_action(rule, action) && (!grant || usable(rule, here, action));
      }
    }
    if (!any_data) {
      never(rule, "its `data` takes away all that it adds");
    } else if (!any_use) {
      never(rule, "a deny rule without conditions shuts all that it gives");
    }
  }

  // ---- Each kind of rule.

  bool may_be_unknown(const std::optional<ast::Path>& path) const {
    if (!path) return false;
    if (path->start == ast::Start::terminal) return true;
    for (const auto& steps : alternatives_of(path->expr)) {
      for (const auto& step : steps) {
        for (const auto& relation : policy_.relations) {
          if (relation.name.text == step.relation.text && relation.source) return true;
        }
      }
    }
    return false;
  }

  bool filtered(const std::vector<ast::Member>& members) const {
    std::set<std::string_view> seen;  // each class once, however often others name it
    std::vector<const std::vector<ast::Member>*> open{&members};
    while (!open.empty()) {
      const auto& next = *open.back();
      open.pop_back();
      for (const auto& member : next) {
        if (member.category || member.newer_than) return true;
        if (member.kind != ast::MemberKind::named || !seen.insert(member.text).second) continue;
        for (const auto& c : policy_.classes)
          if (c.name.text == member.text) open.push_back(&c.of);
      }
    }
    return false;
  }

  std::string unknown_by(const ast::Rule& rule) const {
    if (!rule.place.empty()) return "`place` is unknown at a terminal that nobody enrolled";
    for (const auto& name : rule.flags) {
      for (const auto& flag : policy_.flags) {
        if (flag.name.text == name.text && flag.source)
          return "flag " + quoted(name.text) + " comes from a feed";
      }
    }
    if (may_be_unknown(rule.via)) return "its `via` rests on a feed or a terminal";
    if (may_be_unknown(rule.when)) return "its `when` rests on a feed or a terminal";
    if (may_be_unknown(rule.unless)) return "its `unless` rests on a feed or a terminal";
    if (filtered(rule.data))
      return "its `data` asks for a category or an age, which a resource may lack";
    return {};
  }

  void deny(const ast::Rule& rule) {
    const std::string why = unknown_by(rule);
    if (rule.if_unknown == ast::IfUnknown::unsaid && !why.empty()) {
      error(rule.at, quoted(rule.name.text) + " may be unknown (" + why +
                         "): say if_unknown = \"deny\" or \"owe\"");
    }
    if (rule.if_unknown == ast::IfUnknown::owe) {
      const auto* owed = case_of(ast::CaseKind::decision_owed);
      if (owed == nullptr || !owed->by || !owed->within) {
        error(rule.at,
              "if_unknown = \"owe\" leaves a decision owed, and nobody is to make it: add [[case]] "
              "with "
              "kind = \"decision-owed\", `by` and `within`");
      }
    }
    const bool glass = std::ranges::any_of(
        policy_.rules, [](const auto& r) { return r.kind == ast::RuleKind::glass; });
    if (rule.hide && glass) {
      warning(rule.at,
              quoted(rule.name.text) +
                  " is hidden, yet where everybody else would be offered glass its absence "
                  "tells that something is there");
    }
  }

  void seal(const ast::Rule& rule) {
    if (!rule.has_ask) {
      warning(rule.at,
              quoted(rule.name.text) +
                  " has no `ask`: it removes grants, in an emergency too; a deny would say so");
    }
  }

  void allow(const ast::Rule& rule) {
    const bool reads_all =
        rule.roles.empty() && unconditional(rule) && rule.data.empty() &&
        std::ranges::any_of(rule.actions, [](auto a) { return a != ast::Action::search; });
    if (reads_all) {
      warning(rule.at,
              quoted(rule.name.text) +
                  " lets everybody into every chart: it has no roles, place, path or data");
    }
    if (rule.duties.prompts && rule.duties.prompts->owed && !rule.duties.review) {
      error(rule.duties.prompts->at, "answers are owed, but nobody reviews them: add `review`");
    }
  }

  void glass(const ast::Rule& rule) {
    if (rule.roles.empty() && unconditional(rule)) {
      warning(rule.at, "everybody who can log in may give the reason " + quoted(rule.name.text) +
                           "; name `roles`");
    }
    if (rule.repeat) {
      warning(rule.repeat->at, "`repeat` gives away that each opening is explained: for " +
                                   duration_text(rule.repeat->within) +
                                   " the same person opens the chart again unasked");
    }
  }

  void duties(const ast::Rule& rule) {
    const auto& duties = rule.duties;
    if (duties.proof) {
      for (const auto factor : duties.proof->any) {
        if (ast::level_of(factor) >= engine_.login_level()) continue;
        error(duties.proof->at, quoted(name_of(factor)) + " in the proof of " +
                                    quoted(rule.name.text) +
                                    " is weaker than login: a glass never asks for less");
      }
      if (duties.proof->any.empty())
        error(duties.proof->at, "`any` of a proof is empty: nobody could give it");
    }
    if (duties.review && rule.roles.size() == 1 &&
        rule.roles.front().text == duties.review->by.text) {
      warning(duties.review->at,
              "only " + quoted(duties.review->by.text) +
                  " can do this, and only they review it: "
                  "each of them needs a colleague, since nobody reviews their own case");
    }
    if (!rule.ends) return;
    const ast::Ends safe;
    if (!rule.ends->focus) {
      warning(rule.at,
              quoted(rule.name.text) +
                  " does not end with the focus: charts opened earlier stay open behind the "
                  "one in front");
    }
    if (rule.ends->idle > safe.idle) {
      warning(rule.at, quoted(rule.name.text) + " stays open " + duration_text(rule.ends->idle) +
                           " without use: an unattended screen shows the chart that long");
    }
    if (rule.ends->after > safe.after) {
      warning(rule.at, quoted(rule.name.text) + " stays open up to " +
                           duration_text(rule.ends->after) +
                           ": access outlives the emergency that it was given for");
    }
  }

  // ---- Classes, cases, relations.

  void emergency(std::size_t place) {
    const auto& data = policy_.classes[place];
    const std::string* opens = nullptr;
    bool any_type = false;
    for (std::size_t slot = 0; slot < engine_.type_count(); ++slot) {
      const Slot here{static_cast<std::uint16_t>(slot)};
      if (!engine_.class_may_hold(place, here)) continue;
      any_type = true;
      for (std::size_t i = 0; i < policy_.rules.size() && opens == nullptr; ++i) {
        const auto& rule = policy_.rules[i];
        if (rule.kind != ast::RuleKind::glass || engine_.kept_out_of(index(i), place)) continue;
        if (engine_.may_cover(index(i), here) && usable(rule, here, ast::Action::read))
          opens = &rule.name.text;
      }
    }
    if (!any_type) return;
    if (opens == nullptr && !data.never_in_emergency) {
      error(data.name.at, "no reason opens class " + quoted(data.name.text) +
                              "; if that is meant, say never_in_emergency = true");
    }
    if (opens != nullptr && data.never_in_emergency) {
      error(data.name.at, "class " + quoted(data.name.text) +
                              " says never_in_emergency, but the reason " + quoted(*opens) +
                              " opens it");
    }
  }

  const ast::CaseRule* case_of(ast::CaseKind kind) const {
    const auto found =
        std::ranges::find_if(policy_.cases, [&](const auto& c) { return c.kind == kind; });
    return found == policy_.cases.end() ? nullptr : &*found;
  }

  void cases() {
    for (const auto& one : policy_.cases) {
      if (!one.closes_itself) continue;
      const bool explained = std::ranges::any_of(policy_.explains, [&](const auto& explain) {
        return explain.cases.empty() ||
               std::ranges::find(explain.cases, one.kind) != explain.cases.end();
      });
      const std::string kind = quoted(name_of(one.kind));
      if (!explained) {
        error(one.at,
              "cases of kind " + kind + " close themselves, but no [[explain]] could explain one");
      } else {
        warning(one.at, "cases of kind " + kind +
                            " close themselves on an explanation: nobody looks at them");
      }
    }
  }

  static bool mentions(const ast::PathExpr& expr, std::string_view relation) {
    if (expr.kind == ast::PathKind::step) return expr.step.relation.text == relation;
    return std::ranges::any_of(expr.parts,
                               [&](const auto& part) { return mentions(part, relation); });
  }
  static bool mentions(const std::optional<ast::Path>& path, std::string_view relation) {
    return path && mentions(path->expr, relation);
  }

  void relations() {
    for (const auto& relation : policy_.relations) {
      const auto& name = relation.name.text;
      const bool by_rule = std::ranges::any_of(policy_.rules, [&](const ast::Rule& rule) {
        const auto& review = rule.duties.review;
        return mentions(rule.via, name) || mentions(rule.when, name) ||
               mentions(rule.unless, name) || (review && mentions(review->unless, name));
      });
      const bool by_explain = std::ranges::any_of(
          policy_.explains, [&](const auto& e) { return mentions(e.via.expr, name); });
      if (!by_rule && !by_explain)
        warning(relation.name.at, "no path uses relation " + quoted(name));
    }
  }

  // A relation that people may add, that then lets them in, and that nobody looks at.
  void self_made() {
    const bool watched = std::ranges::any_of(policy_.rules, [](const ast::Rule& rule) {
      return rule.kind == ast::RuleKind::seal && mentions(rule.when, "recorded_by_self");
    });
    if (watched) return;
    for (const auto& adding : policy_.rules) {
      if (adding.kind != ast::RuleKind::allow) continue;
      for (const auto& member : adding.data) {
        if (member.minus || member.kind != ast::MemberKind::fact) continue;
        const bool lets_in = std::ranges::any_of(policy_.rules, [&](const ast::Rule& rule) {
          return rule.kind == ast::RuleKind::allow &&
                 (mentions(rule.via, member.text) || mentions(rule.when, member.text));
        });
        if (lets_in) {
          warning(member.at, "who adds a " + quoted(member.text) + " by " +
                                 quoted(adding.name.text) +
                                 " gets in by it, unseen: a seal with when = \"staff : "
                                 "recorded_by_self\" and a review "
                                 "would show it");
        }
      }
    }
  }

  // ---- Whom the policy believes about who somebody is.

  void identity() {
    for (const auto& provider : policy_.providers) {
      if (provider.issuer.starts_with("http:"))
        warning(provider.at, quoted(provider.name.text) +
                                 " is asked without TLS: this is for trying out, on one machine");
      if (provider.second_factor.empty() && provider.security_key.empty())
        warning(provider.at,
                "nobody signs in by " + quoted(provider.name.text) +
                    ": name the values of acr or amr that say that it asked for two factors, in "
                    "`second_factor` or `security_key`");
      // OpenID Connect Core 5.7.
      constexpr std::array<std::string_view, 8> changing{
          "email",       "name", "nickname",  "phone_number", "preferred_username",
          "unique_name", "upn",  "given_name"};
      if (std::ranges::find(changing, provider.person) != changing.end())
        warning(provider.at, quoted(provider.person) + " of " + quoted(provider.name.text) +
                                 " may change, or be given to somebody else: whoever signs in "
                                 "first under a person's name is them from then on; `sub` stays");
      if (provider.scopes.empty() && (provider.person != "sub" || !provider.groups.empty()))
        warning(provider.at, quoted(provider.name.text) +
                                 " is asked for no `scopes`: most providers say nothing but `sub` "
                                 "then, so name those that bring its other claims");
    }
    for (const auto& group : policy_.groups) {
      if (looks_at_no_groups(group.from.text))
        warning(group.at, "nobody looks who is in " + quoted(group.name) + ": " +
                              quoted(group.from.text) + " has no `groups`");
      for (const auto& role : group.roles) {
        if (role.text == "administrator" || role.text == "privacy-officer")
          warning(role.at, "whoever decides at " + quoted(group.from.text) + " who is in " +
                               quoted(group.name) + " decides who is " + quoted(role.text) +
                               " here");
      }
    }
  }

  bool looks_at_no_groups(std::string_view source) const {
    const auto silent = [&](const auto& list) {
      return std::ranges::any_of(
          list, [&](const auto& each) { return each.name.text == source && each.groups.empty(); });
    };
    return silent(policy_.providers) || silent(policy_.directories);
  }

  const ast::Policy& policy_;
  const Engine& engine_;
  Messages out_;
};

}  // namespace

Messages check(const ast::Policy& policy) {
  Messages messages = well_formed(policy);
  if (!has_errors(messages)) {
    Evidence scratch;
    const auto engine = Engine::compile(policy, scratch);
    MUST(engine);
    auto more = Sense{policy, *engine}.run();
    std::ranges::move(more, std::back_inserter(messages));
  }
  std::ranges::stable_sort(messages, [](const Message& a, const Message& b) {
    return std::pair{a.at.line, a.at.column} < std::pair{b.at.line, b.at.column};
  });
  return messages;
}

}  // namespace halligan::policy
