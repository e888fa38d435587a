// decide.cc - the decision of one cell: spec/policy-language.md section 4, line by line.
#include "core/policy/decide.h"

#include <algorithm>

namespace halligan::policy {
namespace {

bool is_grant(ast::RuleKind kind) {
  return kind == ast::RuleKind::allow || kind == ast::RuleKind::glass;
}

}  // namespace

Evaluation::Evaluation(const Engine& engine, const Evidence& evidence, const Asker& asker,
                       const Cell& cell, Instant now, std::span<const Payment> paid)
    : engine_(engine),
      asker_(asker),
      cell_(cell),
      paid_(paid),
      evidence_(evidence),
      moment_(now),
      walker_(evidence, engine.zone_, moment_, asker.staff, asker.hands),
      recorded_(evidence.has_recorded(asker.staff) ||
                std::ranges::any_of(asker.hands,
                                    [&](NodeId each) { return evidence.has_recorded(each); })) {}

Truth Evaluation::member(const Engine::DataMember& member) {
  switch (member.kind) {
    case ast::MemberKind::everything: return truth(!engine_.is_fact(cell_.slot));
    case ast::MemberKind::fact: return truth(member.slot == cell_.slot);
    case ast::MemberKind::label:
      if (std::ranges::find(cell_.labels, member.word) != cell_.labels.end()) return Truth::yes;
      // What comes back may carry labels beyond those that were asked for.
      return cell_.survey ? Truth::unknown : Truth::no;
    case ast::MemberKind::named: return in_set(member.set);
    case ast::MemberKind::type: break;
  }
  if (member.slot != cell_.slot) return Truth::no;
  Truth value = Truth::yes;
  if (!member.any_category) {
    value = !cell_.categories_known
                ? Truth::unknown
                : truth(std::ranges::find(cell_.categories, member.word) != cell_.categories.end());
  }
  if (value != Truth::no && member.newer_than) {
    value = both(value, !cell_.dated ? Truth::unknown
                                     : truth(!moment_.reached(engine_.zone_.shift(
                                           *cell_.dated, *member.newer_than, false))));
  }
  return value;
}

// Classes are asked for by many rules: the value is kept for the decision.
Truth Evaluation::in_set(std::size_t set) {
  if (set >= remembered_sets_.size()) return evaluate_set(set);
  auto& held = remembered_sets_[set];
  if (held == 0) held = static_cast<std::uint8_t>(1 + static_cast<int>(evaluate_set(set)));
  return static_cast<Truth>(held - 1);
}

Truth Evaluation::evaluate_set(std::size_t set) {
  const auto& data = engine_.sets_[set];
  const auto fixed = data.fixed[static_cast<std::size_t>(cell_.slot)];
  if (fixed != Engine::Static::depends) return truth(fixed == Engine::Static::yes);
  Truth plus = Truth::no;
  Truth minus = Truth::no;
  for (const auto& one : data.members) {
    auto& side = one.minus ? minus : plus;
    if (side != Truth::yes) side = either(side, member(one));
  }
  return both(plus, swapped(minus));
}

Truth Evaluation::data_of(const Candidate& of) {
  if (of.sure_data) return Truth::yes;
  const auto& rule = engine_.compiled(of.rule);
  MUST(rule.data.has_value());  // without, it is the same for every slot
  Truth value = of.own_data ? Truth::yes : in_set(*rule.data);
  for (const auto set : rule.kept_out) value = both(value, swapped(in_set(set)));
  if (value == Truth::unknown && cell_.survey) return truth(is_grant(rule.kind));
  return value;
}

Truth Evaluation::place_of(const Engine::Compiled& rule) const {
  if (!asker_.place || *asker_.place == NodeId::unnamed) return Truth::unknown;
  const TypeId kind = evidence_.type_of(*asker_.place);
  const std::string& id = evidence_.id_of(*asker_.place);
  return truth(std::ranges::any_of(rule.places, [&](const Engine::PlaceSet& place) {
    return std::ranges::find(place.kinds, kind) != place.kinds.end() ||
           std::ranges::find(place.ids, id) != place.ids.end();
  }));
}

// Keeps what a value rests on.
void Evaluation::use(std::span<const FactId> facts) {
  used_.clear();
  for (const FactId fact : facts)
    if (fact != FactId::none) MUST(used_.add(fact));
}

Truth Evaluation::flags_of(const std::vector<WalkStep>& flags, Own own) {
  Truth best = Truth::no;
  used_.clear();
  for (const auto& flag : flags) {
    const Truth value = walker_.flag(flag, cell_.patient, own);
    if (value > best) {
      best = value;
      use({walker_.trace().data(), 1});
    }
    if (best == Truth::yes) break;
  }
  return best;
}

// Many rules ask for the same flags: they are looked at once a decision.
Truth Evaluation::shared_flags(std::size_t flags, Own own) {
  if (own != Own::all || flags >= remembered_flags_.size())
    return flags_of(engine_.flags_[flags], own);
  auto& held = remembered_flags_[flags];
  if (held == 0) {
    held = static_cast<std::uint8_t>(1 + static_cast<int>(flags_of(engine_.flags_[flags], own)));
    remembered_flag_[flags] = used_.empty() ? FactId::none : used_[0];
  }
  use({&remembered_flag_[flags], 1});
  return static_cast<Truth>(held - 1);
}

Subject Evaluation::start_of(const WalkPath& path, const Alternative& alternative) const {
  switch (path.start) {
    case ast::Start::staff: return Subject::of(asker_.staff);
    case ast::Start::terminal: return asker_.terminal;
    case ast::Start::patient: return cell_.patient;
    case ast::Start::item: return cell_.item;
    case ast::Start::session: break;
  }
  Subject node;
  switch (alternative.session) {
    case SessionStep::focus: node = asker_.focus; break;
    case SessionStep::department: node = asker_.department; break;
    case SessionStep::application: node = asker_.application; break;
    case SessionStep::none: break;
  }
  if (!alternative.session_value.empty() && node.present) {
    node.present =
        node.node != NodeId::unnamed && evidence_.id_of(node.node) == alternative.session_value;
  }
  return node;
}

Truth Evaluation::path_of(const WalkPath& path, Own own) {
  used_.clear();
  std::optional<Subject> end;
  if (path.end == PathEnd::patient) end = cell_.patient;
  if (path.end == PathEnd::item) end = cell_.item;
  if (end && !end->present) return Truth::no;
  if (path.start == ast::Start::terminal && !asker_.terminal.present) return Truth::unknown;
  Truth best = Truth::no;
  for (const auto& alternative : path.alternatives) {
    const Truth value = walker_.along(alternative, start_of(path, alternative), end, own);
    if (value > best) {
      best = value;
      use({walker_.trace().data(), alternative.steps.size()});
    }
    if (best == Truth::yes) break;
  }
  return best;
}

// The same for paths.
Truth Evaluation::shared_path(std::size_t path, Own own) {
  if (own != Own::all || path >= remembered_.size()) return path_of(engine_.paths_[path], own);
  auto& held = remembered_[path];
  auto& trace = remembered_trace_[path];
  if (held == 0) {
    held = static_cast<std::uint8_t>(1 + static_cast<int>(path_of(engine_.paths_[path], own)));
    trace.fill(FactId::none);
    std::ranges::copy(used_, trace.begin());
  } else {
    use(trace);
  }
  return static_cast<Truth>(held - 1);
}

// Only where nothing that the asker recorded is to be left out: what is false then is so for all.
bool Evaluation::is_shut(const Engine::Gate& gate) {
  if (recorded_) return false;
  if (gate.via) return shared_path(*gate.via, Own::all) == Truth::no;
  return gate.flags && shared_flags(*gate.flags, Own::all) == Truth::no;
}

bool Evaluation::role_fits(const Engine::Compiled& rule) const {
  const RoleSet roles = is_grant(rule.kind) ? asker_.active : asker_.held;
  return (rule.any_role || meet(roles, rule.roles)) && !meet(roles, rule.except_roles);
}

bool Evaluation::named_where_needed(const Engine::Compiled& rule) const {
  if (!is_grant(rule.kind) || cell_.patient.present) return true;
  if (rule.kind == ast::RuleKind::glass) return false;
  if (cell_.action == ast::Action::search || engine_.is_fact(cell_.slot)) return true;
  return rule.names_type[static_cast<std::size_t>(cell_.slot)];
}

Evaluation::Owns Evaluation::owns(bool grant, bool strict) const {
  if (!recorded_ || (grant && !strict)) return {};
  if (grant) return {.helps = Own::without_assertions, .hinders = Own::without_denials};
  return {.helps = Own::without_denials, .hinders = Own::without_assertions};
}

// Tells `look` of one condition after another, by name and value, for as long as it goes on.
template <class Look>
void Evaluation::conditions(const Candidate& of, Owns owns, const Look& look) {
  const auto& rule = engine_.compiled(of.rule);
  used_.clear();
  if (!look("roles", truth(role_fits(rule)))) return;
  if (!look("data", both(data_of(of), truth(named_where_needed(rule))))) return;
  if (rule.has_places && !look("place", place_of(rule))) return;
  if (rule.flags && !look("flags", shared_flags(*rule.flags, owns.helps))) return;
  if (rule.via && !look("via", shared_path(*rule.via, owns.helps))) return;
  if (rule.when && !look("when", shared_path(*rule.when, owns.helps))) return;
  if (rule.unless) look("unless", swapped(shared_path(*rule.unless, owns.hinders)));
}

// The first no is enough.
Truth Evaluation::value(const Candidate& of, bool strict) {
  Truth result = Truth::yes;
  conditions(of, owns(is_grant(engine_.compiled(of.rule).kind), strict),
             [&](std::string_view, Truth value) {
               result = both(result, value);
               return result != Truth::no;
             });
  return result;
}

void Evaluation::explain(bool strict, RuleStep& step) {
  const auto& rule = engine_.compiled(step.rule);
  const bool sure = rule.fixed[static_cast<std::size_t>(cell_.slot)] == Engine::Static::yes;
  step.value = Truth::yes;
  conditions({.roles = rule.roles,
              .except_roles = rule.except_roles,
              .rule = step.rule,
              .any_role = rule.any_role,
              .own_data = false,
              .sure_data = sure},
             owns(is_grant(rule.kind), strict), [&](std::string_view name, Truth value) {
               step.value = both(step.value, value);
               step.conditions.push_back(
                   {.name = name, .value = value, .facts = {used_.begin(), used_.end()}});
               used_.clear();
               return true;
             });
}

// ---- Bills.

bool pays(std::span<const Payment> paid, RuleIx rule, Moment& moment, bool& confirmed) {
  bool any = false;
  for (const auto& payment : paid) {
    if (payment.rule != rule || moment.reached(payment.ends)) continue;
    any = true;
    confirmed = confirmed || payment.confirmed;
  }
  return any;
}

bool proof_holds(const Asker& asker, int level, std::optional<Millis> age, Moment& moment) {
  if (asker.proof_level < level) return false;
  return !age || !moment.reached(asker.proof_at + *age);
}

void Evaluation::Sum::add(const Engine::Ask& ask) {
  reason = reason || ask.reason;
  proof_level = std::max(proof_level, ask.proof_level);
  if (ask.proof_age && (!proof_age || *ask.proof_age < *proof_age)) proof_age = ask.proof_age;
  prompts += ask.prompts;
  acknowledge += ask.acknowledge;
  reviews += ask.reviews;
  owed_prompts += ask.owed_prompts;
  notices += ask.notices;
}

// Fields in the order in which bills are compared, the heaviest first.
Cost Evaluation::Sum::cost() const {
  const auto field = [](std::uint64_t value, unsigned bits) {
    return std::min(value, (std::uint64_t{1} << bits) - 1);
  };
  constexpr std::uint64_t seconds_max = (std::uint64_t{1} << 30) - 1;  // more than ten years
  Cost cost{};
  cost.before = reason ? 1 : 0;
  cost.before = cost.before << 2 | field(static_cast<std::uint64_t>(proof_level), 2);
  cost.before =
      cost.before << 30 |
      (proof_age ? seconds_max - static_cast<std::uint64_t>(proof_age->count() / 1000) : 0);
  cost.before = cost.before << 12 | field(prompts, 12);
  cost.before = cost.before << 1 | (confirm ? 1U : 0U);
  cost.before = cost.before << 8 | field(acknowledge, 8);
  for (const unsigned count : {reviews, decisions, owed_prompts, notices}) {
    cost.after = cost.after << 12 | field(count, 12);
  }
  return cost;
}

void Evaluation::price(const Decision& decision, Granted& grant) {
  Sum whole;
  Sum left;
  const auto add = [&](RuleIx rule, bool confirm) {
    const auto& ask = engine_.compiled(rule).ask;
    bool confirmed = false;
    whole.add(ask);
    whole.confirm = whole.confirm || confirm;
    if (!pays(paid_, rule, moment_, confirmed)) left.add(ask);
    left.confirm = left.confirm || (confirm && !confirmed);
  };
  add(grant.rule,
      engine_.compiled(grant.rule).kind == ast::RuleKind::glass && grant.value != Truth::yes);
  for (std::size_t i = 0; i < decision.seals.size(); ++i) {
    if ((grant.seals >> i & 1) != 0) add(decision.seals[i], false);
  }
  for (const RuleIx deny : decision.owed) {
    bool confirmed = false;
    ++whole.decisions;
    if (!pays(paid_, deny, moment_, confirmed)) ++left.decisions;
  }
  if (left.proof_level > 0 && proof_holds(asker_, left.proof_level, left.proof_age, moment_)) {
    left.proof_level = 0;
    left.proof_age.reset();
  }
  grant.whole = whole.cost();
  grant.left = left.cost();
}

// ---- The decision.

// Calls `each` for those rules that the roles meet, until it says no.
template <class Each>
bool Evaluation::each_met(const std::vector<Engine::Gate>& gates, RoleSet roles, const Each& each) {
  for (const auto& gate : gates) {
    bool looked = false;
    for (const auto& of : gate.rules) {
      if (!of.met_by(roles)) continue;
      if (!looked && is_shut(gate)) break;
      looked = true;
      if (!each(of)) return false;
    }
  }
  return true;
}

bool Evaluation::add_denies(Decision& decision) {
  const auto& denies = engine_.candidates(cell_.action, cell_.slot).denies;
  const bool fits = each_met(denies, asker_.held, [&](const Candidate& of) {
    const Truth bite = value(of, false);
    if (bite == Truth::no) return true;
    const auto& rule = engine_.compiled(of.rule);
    const bool shuts = bite != Truth::unknown || !rule.owes;
    if (shuts && rule.hide) decision.hidden = true;
    return (shuts ? decision.denied_by : decision.owed).add(of.rule);
  });
  std::ranges::sort(decision.denied_by);
  std::ranges::sort(decision.owed);
  return fits;
}

bool Evaluation::add_grants(Decision& decision) {
  const bool free_action = cell_.action == ast::Action::read || cell_.action == ast::Action::append;
  const auto& grants = engine_.candidates(cell_.action, cell_.slot).grants;
  const bool fits = each_met(grants, asker_.active, [&](const Candidate& of) {
    const bool glass = engine_.compiled(of.rule).kind == ast::RuleKind::glass;
    if (glass && !free_action) return true;
    const Truth strict = value(of, true);
    const bool own_may_help = recorded_ && free_action && strict != Truth::yes;
    const Truth counts = own_may_help ? value(of, false) : strict;
    if (counts < (glass ? Truth::unknown : Truth::yes)) return true;
    return decision.grants.add({.rule = of.rule,
                                .seals = 0,
                                .value = counts,
                                .strict = strict == Truth::yes,
                                .self_made = strict < counts,
                                .whole = {},
                                .left = {}});
  });
  std::ranges::sort(decision.grants, {}, &Granted::rule);
  return fits;
}

// First which seals bite, looking at all grants; then what each does to them.
bool Evaluation::add_seals(Decision& decision) {
  if (decision.grants.empty()) return true;
  const auto& seals = engine_.candidates(cell_.action, cell_.slot).seals;
  const bool fits = each_met(seals, asker_.held, [&](const Candidate& of) {
    if (value(of, false) == Truth::no) return true;
    const auto& seal = engine_.compiled(of.rule);
    const bool lifted = std::ranges::any_of(decision.grants, [&](const Granted& grant) {
      return grant.strict && std::ranges::find(seal.lifted_by, grant.rule) != seal.lifted_by.end();
    });
    return lifted || decision.seals.add(of.rule);
  });
  std::ranges::sort(decision.seals);
  for (std::size_t i = 0; i < decision.seals.size(); ++i) put_seal(decision, i);
  return fits;
}

void Evaluation::put_seal(Decision& decision, std::size_t place) {
  const auto& seal = engine_.compiled(decision.seals[place]);
  std::size_t kept = 0;
  for (auto& grant : decision.grants) {
    const bool touched = touches(seal, grant);
    if (touched && !seal.has_ask) continue;
    if (touched) grant.seals |= std::uint32_t{1} << place;
    decision.grants[kept++] = grant;
  }
  decision.grants.shorten(kept);
}

bool Evaluation::touches(const Engine::Compiled& seal, const Granted& grant) const {
  if (std::ranges::find(seal.spares, grant.rule) != seal.spares.end()) return false;
  switch (seal.by_self) {
    case Engine::BySelf::unasked: return true;
    case Engine::BySelf::required: return grant.self_made;
    case Engine::BySelf::forbidden: return !grant.self_made;
  }
  base::stop("value outside its enum", __FILE__, __LINE__);
}

void Evaluation::choose(Decision& decision) {
  if (decision.grants.empty()) return;
  decision.verdict = Verdict::glass;
  const Granted* best = nullptr;
  for (auto& grant : decision.grants) {
    price(decision, grant);
    if (grant.left.before == 0 && (best == nullptr || grant.whole < best->whole)) best = &grant;
  }
  if (best == nullptr) return;
  decision.verdict = Verdict::permit;
  decision.basis = static_cast<std::uint16_t>(best - decision.grants.begin());
}

void Evaluation::decide(Decision& decision) {
  const bool fits = add_denies(decision) &&
                    (!decision.denied_by.empty() || (add_grants(decision) && add_seals(decision)));
  if (!fits || walker_.failed()) {
    decision = Decision{};
    decision.failed = true;
    decision.holds_until = moment_.until();
    return;
  }
  if (decision.denied_by.empty()) choose(decision);
  name_facts(decision);
  decision.holds_until = moment_.until();
}

// The relations that the basis rests on, found again: only permits need them.
void Evaluation::name_facts(Decision& decision) {
  if (decision.verdict != Verdict::permit) return;
  const auto& grant = decision.grants[decision.basis];
  const auto& rule = engine_.compiled(grant.rule);
  const Own own = recorded_ && !grant.self_made ? Own::without_assertions : Own::all;
  for (const auto* path : {&rule.via, &rule.when}) {
    if (!*path || shared_path(**path, own) == Truth::no) continue;
    for (const FactId fact : used_) MUST(decision.facts.add(fact));
  }
}

Decision Engine::decide(const Evidence& evidence, const Asker& asker, const Cell& cell, Instant now,
                        std::span<const Payment> paid) const {
  Decision decision;
  Evaluation evaluation{*this, evidence, asker, cell, now, paid};
  evaluation.decide(decision);
  return decision;
}

}  // namespace halligan::policy
