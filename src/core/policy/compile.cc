// compile.cc - from the syntax tree to what decide.cc reads: ids instead of names, bits instead of
// lists, and for each action and kind of data the rules that could matter.
#include <algorithm>
#include <optional>

#include "core/policy/check.h"
#include "core/policy/engine.h"
#include "core/policy/words.h"

namespace halligan::policy {
namespace {

template <class List>
auto find_named(const List& list, std::string_view name) {
  return std::ranges::find_if(list, [&](const auto& item) { return item.name.text == name; });
}

constexpr std::string_view flag_prefix = "flag:";

}  // namespace

class Compiler {
 public:
  Compiler(Engine& engine, Evidence& names)
      : engine_(engine), policy_(engine.policy_), names_(names) {}

  void run() {
    engine_.login_level_ = ast::level_of(policy_.login);
    make_slots();
    make_classes();
    for (const auto& rule : policy_.rules) engine_.rules_.push_back(compile(rule));
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) link_exceptions(i);
    for (const auto& explain : policy_.explains) {
      engine_.explains_.push_back(
          path(explain.via, around_all(explain.via, explain.within, explain.within), true));
    }
    make_candidates();
    make_instead();
  }

 private:
  using Static = Engine::Static;

  void make_slots() {
    engine_.types_ = resource_types().size();
    for (std::size_t i = 0; i < engine_.types_; ++i)
      engine_.types_by_name_.insert(hash_of(resource_types()[i]),
                                    Slot{static_cast<std::uint16_t>(i)});
    for (const auto& relation : policy_.relations) engine_.facts_.push_back(relation.name.text);
    for (const auto& flag : policy_.flags)
      engine_.facts_.push_back(std::string(flag_prefix) + flag.name.text);
    engine_.slots_ = engine_.types_ + engine_.facts_.size();
  }

  // Classes get the first sets, in order; a class may name any other, so each is filled on demand.
  void make_classes() {
    engine_.sets_.resize(policy_.classes.size());
    for (std::size_t i = 0; i < policy_.classes.size(); ++i) {
      for (const auto& member : policy_.classes[i].of)
        engine_.sets_[i].members.push_back(data_member(member));
    }
    for (std::size_t i = 0; i < policy_.classes.size(); ++i) fix(i);
  }

  Engine::DataMember data_member(const ast::Member& member) {
    Engine::DataMember out;
    out.minus = member.minus;
    out.kind = member.kind;
    switch (member.kind) {
      case ast::MemberKind::everything: break;
      case ast::MemberKind::type: out.slot = *engine_.slot_of_type(member.text); break;
      case ast::MemberKind::fact: out.slot = *engine_.slot_of_fact(member.text); break;
      case ast::MemberKind::label: out.word = names_.word(member.text); break;
      case ast::MemberKind::named:
        out.set = static_cast<std::size_t>(find_named(policy_.classes, member.text) -
                                           policy_.classes.begin());
        break;
    }
    if (member.category) {
      out.word = names_.word(*member.category);
      out.any_category = false;
    }
    out.newer_than = member.newer_than;
    return out;
  }

  // What a set is for each slot, whatever the labels, categories and dates.
  void fix(std::size_t set) {
    if (!engine_.sets_[set].fixed.empty()) return;
    for (const auto& member : std::vector(engine_.sets_[set].members)) {
      if (member.kind == ast::MemberKind::named) fix(member.set);
    }
    auto& data = engine_.sets_[set];
    data.fixed.resize(engine_.slots_, Static::no);
    for (std::size_t slot = 0; slot < engine_.slots_; ++slot) {
      Static plus = Static::no;
      Static minus = Static::no;
      for (const auto& member : data.members) {
        auto& side = member.minus ? minus : plus;
        const Static one = fixed_member(member, slot);
        if (one == Static::yes || side == Static::no) side = one == Static::no ? side : one;
      }
      data.fixed[slot] = less(plus, minus);
    }
  }

  static Static less(Static plus, Static minus) {
    if (plus == Static::no || minus == Static::yes) return Static::no;
    return plus == Static::yes && minus == Static::no ? Static::yes : Static::depends;
  }

  Static fixed_member(const Engine::DataMember& member, std::size_t slot) const {
    switch (member.kind) {
      case ast::MemberKind::everything: return slot < engine_.types_ ? Static::yes : Static::no;
      case ast::MemberKind::label: return Static::depends;
      case ast::MemberKind::named: return engine_.sets_[member.set].fixed[slot];
      case ast::MemberKind::fact:
        return static_cast<std::size_t>(member.slot) == slot ? Static::yes : Static::no;
      case ast::MemberKind::type:
        if (static_cast<std::size_t>(member.slot) != slot) return Static::no;
        return member.any_category && !member.newer_than ? Static::yes : Static::depends;
    }
    return Static::no;
  }

  // What members name without minus, themselves and through classes.
  struct Named {
    std::vector<bool> types;    // by slot
    std::vector<bool> classes;  // by their place in the policy
    void add(const Named& other) {
      for (std::size_t i = 0; i < types.size(); ++i)
        if (other.types[i]) types[i] = true;
      for (std::size_t i = 0; i < classes.size(); ++i)
        if (other.classes[i]) classes[i] = true;
    }
  };

  Named named_by(const std::vector<ast::Member>& members) {
    Named out{std::vector<bool>(engine_.slots_), std::vector<bool>(policy_.classes.size())};
    for (const auto& member : members) {
      if (member.minus) continue;
      if (member.kind == ast::MemberKind::type)
        out.types[static_cast<std::size_t>(*engine_.slot_of_type(member.text))] = true;
      if (member.kind != ast::MemberKind::named) continue;
      const auto found = find_named(policy_.classes, member.text);
      const auto at = static_cast<std::size_t>(found - policy_.classes.begin());
      if (out.classes[at]) continue;
      out.add(named_by_class(at));
      out.classes[at] = true;
    }
    return out;
  }

  // Each class once, however often others name it: no class is made of itself.
  const Named& named_by_class(std::size_t at) {
    named_by_class_.resize(policy_.classes.size());
    if (!named_by_class_[at]) {
      auto made = named_by(policy_.classes[at].of);
      named_by_class_[at] = std::move(made);
    }
    return *named_by_class_[at];
  }

  void compile_data(const ast::Rule& rule, Engine::Compiled& out) {
    const bool grants = rule.kind == ast::RuleKind::allow || rule.kind == ast::RuleKind::glass;
    out.fixed.assign(engine_.slots_, Static::yes);
    const auto named = named_by(rule.data);
    out.names_type = named.types;
    if (!grants && rule.data.empty()) return;
    Engine::DataSet set;
    for (const auto& member : rule.data) set.members.push_back(data_member(member));
    if (rule.data.empty()) set.members.push_back({});
    out.data = static_cast<std::uint32_t>(engine_.sets_.size());
    engine_.sets_.push_back(std::move(set));
    fix(*out.data);
    out.fixed = engine_.sets_[*out.data].fixed;
    if (!grants) return;
    for (std::size_t i = 0; i < policy_.classes.size(); ++i) {
      if (!policy_.classes[i].named_only || named.classes[i]) continue;
      out.kept_out.push_back(i);
      for (std::size_t slot = 0; slot < engine_.slots_; ++slot) {
        out.fixed[slot] = less(out.fixed[slot], engine_.sets_[i].fixed[slot]);
      }
    }
  }

  RoleSet role_set(const std::vector<ast::Name>& names) const {
    std::vector<std::string> texts;
    texts.reserve(names.size());
    for (const auto& name : names) texts.push_back(name.text);
    return engine_.roles(texts);
  }

  Freshness freshness(const std::optional<ast::Name>& source,
                      const std::optional<Millis>& stale_after) {
    if (!source) return {};
    return {.own = false,
            .feed = names_.word(source->text),
            .stale_after = stale_after.value_or(Millis{0})};
  }

  static std::vector<ast::Around> around_all(const ast::Path& path, const ast::Span& lead,
                                             const ast::Span& lag) {
    std::vector<ast::Around> out;
    for (const auto& alternative : alternatives_of(path.expr)) {
      for (const auto& step : alternative)
        out.push_back({.relation = step.relation, .lead = lead, .lag = lag});
    }
    return out;
  }

  WalkStep walk_step(const ast::Step& step, const std::vector<ast::Around>& around) {
    const auto& relation = *find_named(policy_.relations, step.relation.text);
    WalkStep out;
    out.relation = names_.word(step.relation.text);
    out.inverse = step.inverse;
    out.freshness = freshness(relation.source, relation.stale_after);
    out.reached = names_.type(step.inverse ? relation.from.text : relation.to.text);
    if (step.place) {
      const auto& place = *find_named(policy_.places, step.place->text);
      NodeSet set;
      set.whole_type = std::ranges::any_of(
          place.kinds, [&](const auto& kind) { return kind.text == relation.to.text; });
      for (const auto& id : place.ids) set.ids.push_back(names_.intern(relation.to.text, id.text));
      out.to = std::move(set);
    }
    if (step.value) {
      out.any_value = false;
      out.value = names_.word(*step.value);
    }
    for (const auto& window : around) {
      if (window.relation.text == step.relation.text) out.around = window;
    }
    return out;
  }

  static SessionStep session_step(std::string_view word) {
    if (word == "focus") return SessionStep::focus;
    return word == "department" ? SessionStep::department : SessionStep::application;
  }

  WalkPath path(const ast::Path& path, const std::vector<ast::Around>& around, bool to_object) {
    WalkPath out;
    out.start = path.start;
    for (const auto& steps : alternatives_of(path.expr)) {
      Alternative alternative;
      auto step = steps.begin();
      std::string end;
      if (path.start == ast::Start::session) {
        alternative.session = session_step(step->relation.text);
        alternative.session_value = step->value.value_or("");
        end = alternative.session == SessionStep::focus ? "patient" : step->relation.text;
        ++step;
      }
      for (; step != steps.end(); ++step) alternative.steps.push_back(walk_step(*step, around));
      if (!alternative.steps.empty()) end = names_.type_name(alternative.steps.back().reached);
      if (to_object) out.end = end == "item" ? PathEnd::item : PathEnd::patient;
      out.alternatives.push_back(std::move(alternative));
    }
    return out;
  }

  // The place of an item among those that are there already.
  template <class Item>
  static std::uint32_t shared(std::vector<Item>& all, Item item) {
    const auto known = std::ranges::find(all, item);
    const auto place = static_cast<std::uint32_t>(known - all.begin());
    if (known == all.end()) all.push_back(std::move(item));
    return place;
  }

  static bool is_by_self(const std::optional<ast::Path>& path) {
    return path && path->expr.kind == ast::PathKind::step &&
           path->expr.step.relation.text == "recorded_by_self";
  }

  Engine::Ask ask_of(const ast::Rule& rule) const {
    const auto& duties = rule.duties;
    Engine::Ask ask;
    ask.reason = rule.kind == ast::RuleKind::glass;
    if (ask.reason) ask.proof_level = engine_.login_level_;
    if (duties.proof) {
      ask.proof_level = ast::level_of(duties.proof->any);
      ask.proof_age = duties.proof->not_older_than;
    }
    if (duties.prompts && !duties.prompts->owed)
      ask.prompts = static_cast<unsigned>(duties.prompts->ask.size());
    ask.owed_prompts = duties.prompts && duties.prompts->owed ? 1 : 0;
    ask.acknowledge = duties.acknowledge.empty() ? 0 : 1;
    ask.reviews = duties.review ? 1 : 0;
    ask.notices = duties.notice.empty() ? 0 : 1;
    return ask;
  }

  Engine::Compiled compile(const ast::Rule& rule) {
    Engine::Compiled out;
    out.kind = rule.kind;
    out.any_role = rule.roles.empty();
    out.roles = role_set(rule.roles);
    out.except_roles = role_set(rule.except_roles);
    for (const auto& name : rule.place) {
      const auto& place = *find_named(policy_.places, name.text);
      Engine::PlaceSet set;
      for (const auto& kind : place.kinds) set.kinds.push_back(names_.type(kind.text));
      for (const auto& id : place.ids) set.ids.push_back(id.text);
      out.places.push_back(std::move(set));
    }
    std::vector<WalkStep> flags;
    for (const auto& name : rule.flags) {
      const auto& flag = *find_named(policy_.flags, name.text);
      WalkStep step;
      step.relation = names_.word(std::string(flag_prefix) + flag.name.text);
      step.freshness = freshness(flag.source, flag.stale_after);
      flags.push_back(std::move(step));
    }
    if (!flags.empty()) out.flags = shared(engine_.flags_, std::move(flags));
    out.has_places = !out.places.empty();
    compile_data(rule, out);
    if (rule.via) out.via = shared(engine_.paths_, path(*rule.via, rule.around, true));
    if (is_by_self(rule.when)) {
      out.by_self = Engine::BySelf::required;
    } else if (rule.when) {
      out.when = shared(engine_.paths_, path(*rule.when, rule.around, false));
    }
    if (is_by_self(rule.unless)) {
      out.by_self = Engine::BySelf::forbidden;
    } else if (rule.unless) {
      out.unless = shared(engine_.paths_, path(*rule.unless, rule.around, false));
    }
    out.ask = ask_of(rule);
    out.has_ask = rule.has_ask;
    out.owes = rule.if_unknown == ast::IfUnknown::owe;
    out.hide = rule.hide;
    if (rule.duties.review && rule.duties.review->unless) {
      const auto& review = *rule.duties.review;
      // The access is the present of this path: what begins up to `lag` after it counts already,
      // and what was over up to `lead` before it counts still.
      out.review_unless =
          path(*review.unless, around_all(*review.unless, review.lag, review.lead), false);
    }
    return out;
  }

  void link_exceptions(std::size_t index) {
    for (const auto& name : policy_.rules[index].except) {
      const RuleIx other = *engine_.find_rule(name.text);
      auto& seal = engine_.rules_[index];
      (engine_.compiled(other).kind == ast::RuleKind::glass ? seal.spares : seal.lifted_by)
          .push_back(other);
    }
  }

  static bool has_action(const ast::Rule& rule, ast::Action action) {
    if (!rule.actions.empty()) return std::ranges::find(rule.actions, action) != rule.actions.end();
    const bool grants = rule.kind == ast::RuleKind::allow || rule.kind == ast::RuleKind::glass;
    return !grants || action == ast::Action::read || action == ast::Action::append;
  }

  void make_candidates() {
    engine_.candidates_.resize(ast::action_count * engine_.slots_);
    for (std::size_t i = 0; i < policy_.rules.size(); ++i) {
      for (std::size_t action = 0; action < ast::action_count; ++action) {
        if (!has_action(policy_.rules[i], static_cast<ast::Action>(action))) continue;
        for (std::size_t slot = 0; slot < engine_.slots_; ++slot) {
          if (engine_.rules_[i].fixed[slot] == Static::no) continue;
          auto& lists = engine_.candidates_[action * engine_.slots_ + slot];
          put(list_of(lists, policy_.rules[i].kind), i, slot);
        }
      }
    }
  }

  void put(std::vector<Engine::Gate>& gates, std::size_t rule, std::size_t slot) const {
    const auto& compiled = engine_.rules_[rule];
    const auto flags = compiled.via ? std::nullopt : compiled.flags;
    auto gate = std::ranges::find_if(gates, [&](const Engine::Gate& known) {
      return known.via == compiled.via && known.flags == flags;
    });
    if (gate == gates.end())
      gate = gates.insert(gate, {.via = compiled.via, .flags = flags, .rules = {}});
    const bool own = compiled.data && engine_.sets_[*compiled.data].fixed[slot] == Static::yes;
    gate->rules.push_back({.roles = compiled.roles,
                           .except_roles = compiled.except_roles,
                           .rule = RuleIx{static_cast<std::uint16_t>(rule)},
                           .any_role = compiled.any_role,
                           .own_data = own,
                           .sure_data = compiled.fixed[slot] == Static::yes});
  }

  static std::vector<Engine::Gate>& list_of(Engine::Candidates& lists, ast::RuleKind kind) {
    switch (kind) {
      case ast::RuleKind::deny: return lists.denies;
      case ast::RuleKind::seal: return lists.seals;
      case ast::RuleKind::allow:
      case ast::RuleKind::glass: return lists.grants;
    }
    base::stop("kind outside its enum", __FILE__, __LINE__);
  }

  static bool mentions(const ast::PathExpr& expr, std::string_view relation) {
    if (expr.kind == ast::PathKind::step) return expr.step.relation.text == relation;
    return std::ranges::any_of(expr.parts,
                               [&](const auto& part) { return mentions(part, relation); });
  }

  void make_instead() {
    for (const auto& relation : policy_.relations) {
      if (relation.from.text != "patient" && relation.to.text != "patient") continue;
      const bool used = std::ranges::any_of(policy_.rules, [&](const ast::Rule& rule) {
        return rule.kind == ast::RuleKind::allow &&
               ((rule.via && mentions(rule.via->expr, relation.name.text)) ||
                (rule.when && mentions(rule.when->expr, relation.name.text)));
      });
      if (used)
        engine_.instead_.push_back({*engine_.slot_of_fact(relation.name.text), relation.name.text});
    }
  }

  std::vector<std::optional<Named>> named_by_class_;
  Engine& engine_;
  const ast::Policy& policy_;
  Evidence& names_;
};

Result<Engine> Engine::compile(const ast::Policy& policy, Evidence& names) {
  const auto messages = well_formed(policy);
  if (has_errors(messages)) {
    return Fault{FaultCode::bad_input,
                 "the policy does not hold together: " + to_text(messages.front(), "line")};
  }
  auto zone = Zone::named(policy.timezone.text);
  MUST(zone);  // well_formed() asked
  Engine engine{policy, std::move(*zone)};
  Compiler{engine, names}.run();
  return engine;
}

std::optional<RuleIx> Engine::find_rule(std::string_view name) const {
  const auto found = find_named(policy_.rules, name);
  if (found == policy_.rules.end()) return std::nullopt;
  return RuleIx{static_cast<std::uint16_t>(found - policy_.rules.begin())};
}

std::optional<Slot> Engine::slot_of_type(std::string_view resource_type) const {
  constexpr Slot none{0xffff};
  const auto found = types_by_name_.find(hash_of(resource_type), none, [&](Slot slot) {
    return resource_types()[static_cast<std::size_t>(slot)] == resource_type;
  });
  return found == none ? std::nullopt : std::optional{found};
}

std::optional<Slot> Engine::slot_of_fact(std::string_view relation) const {
  const auto found = std::ranges::find(facts_, relation);
  if (found == facts_.end()) return std::nullopt;
  return Slot{
      static_cast<std::uint16_t>(types_ + static_cast<std::size_t>(found - facts_.begin()))};
}

RoleSet Engine::roles(std::span<const std::string> names) const {
  std::uint64_t bits = 0;
  for (const auto& name : names) {
    for (std::size_t i = 0; i < policy_.roles.size(); ++i) {
      if (policy_.roles[i].text == name) bits |= std::uint64_t{1} << i;
    }
  }
  return RoleSet{bits};
}

bool Engine::may_cover(RuleIx rule, Slot slot) const {
  return compiled(rule).fixed[static_cast<std::size_t>(slot)] != Static::no;
}

bool Engine::surely_covers(RuleIx rule, Slot slot) const {
  return compiled(rule).fixed[static_cast<std::size_t>(slot)] == Static::yes;
}

bool Engine::class_may_hold(std::size_t data_class, Slot slot) const {
  return sets_[data_class].fixed[static_cast<std::size_t>(slot)] != Static::no;
}

bool Engine::kept_out_of(RuleIx rule, std::size_t data_class) const {
  const auto& kept = compiled(rule).kept_out;
  return std::ranges::find(kept, data_class) != kept.end();
}

}  // namespace halligan::policy
