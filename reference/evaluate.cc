#include "reference/evaluate.h"

#include <algorithm>
#include <tuple>

#include "reference/conditions.h"
#include "reference/insist.h"
#include "reference/zone.h"

namespace halligan::reference {
namespace {

// A grant, and what has been laid upon it.
struct Granted {
  ast::Rule rule;
  Value value = Value::no;
  std::vector<ast::Rule> seals;        // that add their ask, in policy order
  std::vector<std::string> decisions;  // deny rules whose evidence was unknown
  bool removed = false;                // by a seal without an ask
};

// ---- Bills.

int asked_level(const std::vector<ast::Factor>& factors) {
  if (factors.empty()) return ast::level_of(ast::Factor::totp);
  int least = ast::level_of(ast::Factor::security_key);
  for (const auto factor : factors) least = std::min(least, ast::level_of(factor));
  return least;
}

void add_proof(ast::Bill& bill, int level, std::optional<Millis> age) {
  bill.proof_level = std::max(bill.proof_level, level);
  if (age) bill.proof_age = bill.proof_age ? std::min(*bill.proof_age, *age) : *age;
}

void add_ask(ast::Bill& bill, const ast::Policy& policy, const ast::Rule& rule) {
  const ast::Duties& duties = rule.duties;
  const std::string& name = rule.name.text;
  if (rule.kind == ast::RuleKind::glass) {
    bill.reason = true;
    if (!duties.proof) add_proof(bill, asked_level(policy.login), std::nullopt);
  }
  if (duties.proof) add_proof(bill, asked_level(duties.proof->any), duties.proof->not_older_than);
  if (duties.prompts && !duties.prompts->owed) {
    for (const auto& prompt : duties.prompts->ask) bill.prompts.push_back(prompt);
  }
  if (duties.prompts && duties.prompts->owed) bill.owed_prompts.push_back(name);
  if (!duties.acknowledge.empty()) bill.acknowledge.push_back(name);
  if (duties.review) bill.reviews.push_back(name);
  if (!duties.notice.empty()) bill.notices.push_back(name);
}

bool is_glass(const Granted& granted) { return granted.rule.kind == ast::RuleKind::glass; }

// Before payments.
ast::Bill whole_bill(const Scene& scene, const Granted& granted) {
  ast::Bill bill;
  add_ask(bill, scene.policy, granted.rule);
  for (const auto& seal : granted.seals) add_ask(bill, scene.policy, seal);
  bill.confirm = is_glass(granted) && granted.value != Value::yes;
  bill.decisions = granted.decisions;
  return bill;
}

bool is_paid(const ast::Question& question, const std::string& rule) {
  bool paid = false;
  for (const auto& payment : question.paid) {
    paid = paid || (payment.rule == rule && question.now < payment.ends);
  }
  return paid;
}

bool is_confirmed(const ast::Question& question, const std::string& rule) {
  bool confirmed = false;
  for (const auto& payment : question.paid) {
    confirmed =
        confirmed || (payment.rule == rule && question.now < payment.ends && payment.confirmed);
  }
  return confirmed;
}

bool is_proven(const ast::Question& question, const ast::Bill& bill) {
  const ast::Asker& asker = question.asker;
  const bool strong = asker.proof_level >= bill.proof_level;
  const bool fresh = !bill.proof_age || question.now < asker.proof_at + *bill.proof_age;
  return strong && fresh;
}

// Less what has been paid.
ast::Bill bill_left(const Scene& scene, const Granted& granted) {
  const ast::Question& question = scene.question;
  const std::string& name = granted.rule.name.text;
  ast::Bill bill;
  if (!is_paid(question, name)) add_ask(bill, scene.policy, granted.rule);
  for (const auto& seal : granted.seals) {
    if (!is_paid(question, seal.name.text)) add_ask(bill, scene.policy, seal);
  }
  if (is_proven(question, bill)) {
    bill.proof_level = 0;
    bill.proof_age = std::nullopt;
  }
  bill.confirm = is_glass(granted) && granted.value != Value::yes && !is_confirmed(question, name);
  for (const auto& deny : granted.decisions) {
    if (!is_paid(question, deny)) bill.decisions.push_back(deny);
  }
  return bill;
}

bool nothing_due_before(const ast::Bill& bill) {
  return !bill.reason && !bill.confirm && bill.proof_level == 0 && bill.prompts.empty() &&
         bill.acknowledge.empty();
}

// "The least bill": what comes first weighs most.
auto weight(const ast::Bill& bill) {
  // No age is less than any; a shorter one is more than a longer one.
  const Millis age = bill.proof_age ? -*bill.proof_age : Millis::min();
  return std::tuple(bill.reason, bill.proof_level, age, bill.prompts.size(), bill.confirm,
                    bill.acknowledge.size(), bill.reviews.size(), bill.decisions.size(),
                    bill.owed_prompts.size(), bill.notices.size());
}

// ---- The decision.

// D: the deny rules that are above false, in policy order.
struct Denies {
  std::vector<ast::Rule> shut;
  std::vector<ast::Rule> owed;
};

Denies denies_of(const Scene& scene) {
  Denies denies;
  for (const auto& rule : scene.policy.rules) {
    if (rule.kind != ast::RuleKind::deny) continue;
    const Value value = value_of(scene, rule, false);
    if (value == Value::no) continue;
    const bool owed = value == Value::unknown && rule.if_unknown == ast::IfUnknown::owe;
    (owed ? denies.owed : denies.shut).push_back(rule);
  }
  return denies;
}

ast::Answer shut_by(const std::vector<ast::Rule>& shut) {
  ast::Answer answer;
  for (const auto& rule : shut) {
    if (!rule.hide) answer.denied_by.push_back(rule.name.text);
    if (rule.hide) answer.hidden = true;
  }
  return answer;
}

// G: what could be had, before seals.
std::vector<Granted> grants_of(const Scene& scene, const std::vector<ast::Rule>& owed) {
  std::vector<Granted> grants;
  for (const auto& rule : scene.policy.rules) {
    const Value value = value_of(scene, rule, false);
    const bool allowed = rule.kind == ast::RuleKind::allow && value == Value::yes;
    const bool offered = rule.kind == ast::RuleKind::glass && value > Value::no;
    if (!allowed && !offered) continue;
    Granted granted{.rule = rule, .value = value, .seals = {}, .decisions = {}};
    for (const auto& deny : owed) granted.decisions.push_back(deny.name.text);
    grants.push_back(granted);
  }
  return grants;
}

bool lists(const ast::Rule& seal, const std::string& name) {
  bool listed = false;
  for (const auto& except : seal.except) listed = listed || except.text == name;
  return listed;
}

bool is_lifted(const Scene& scene, const ast::Rule& seal) {
  bool lifted = false;
  for (const auto& rule : scene.policy.rules) {
    if (rule.kind != ast::RuleKind::allow || !lists(seal, rule.name.text)) continue;
    lifted = lifted || value_of(scene, rule, true) == Value::yes;
  }
  return lifted;
}

void lay_seals_on(const Scene& scene, Granted& granted) {
  const Value strict = value_of(scene, granted.rule, true);
  const Value self_made = truth(strict < granted.value);
  for (const auto& seal : scene.policy.rules) {
    if (seal.kind != ast::RuleKind::seal) continue;
    if (value_with(scene, seal, false, self_made) == Value::no) continue;
    if (is_lifted(scene, seal)) continue;
    if (is_glass(granted) && lists(seal, granted.rule.name.text)) continue;
    if (seal.has_ask) granted.seals.push_back(seal);
    if (!seal.has_ask) granted.removed = true;
  }
}

ast::Grant as_grant(const Scene& scene, const Granted& granted) {
  return {.rule = granted.rule.name.text,
          .is_reason = is_glass(granted),
          .bill = bill_left(scene, granted)};
}

// Of the grants with nothing left that is due before, the one with the least whole bill; of equal
// ones, the first.
std::optional<Granted> basis_of(const Scene& scene, const std::vector<Granted>& grants) {
  std::optional<Granted> basis;
  for (const auto& granted : grants) {
    if (!nothing_due_before(bill_left(scene, granted))) continue;
    const bool less =
        !basis || weight(whole_bill(scene, granted)) < weight(whole_bill(scene, *basis));
    if (less) basis = granted;
  }
  return basis;
}

// The allow grants with the least that is left, and every reason.
std::vector<ast::Grant> offer_of(const Scene& scene, const std::vector<Granted>& grants) {
  std::optional<ast::Bill> least;
  for (const auto& granted : grants) {
    if (is_glass(granted)) continue;
    const ast::Bill left = bill_left(scene, granted);
    if (!least || weight(left) < weight(*least)) least = left;
  }
  std::vector<ast::Grant> offer;
  for (const auto& granted : grants) {
    const bool is_least = least && weight(bill_left(scene, granted)) == weight(*least);
    if (is_glass(granted) || is_least) offer.push_back(as_grant(scene, granted));
  }
  return offer;
}

bool mentions(const ast::PathExpr& expr, const std::string& relation) {
  bool found = expr.kind == ast::PathKind::step && expr.step.relation.text == relation;
  for (const auto& part : expr.parts) found = found || mentions(part, relation);
  return found;
}

bool some_allow_mentions(const ast::Policy& policy, const std::string& relation) {
  bool some = false;
  for (const auto& rule : policy.rules) {
    if (rule.kind != ast::RuleKind::allow) continue;
    some = some || (rule.via && mentions(rule.via->expr, relation));
    some = some || (rule.when && mentions(rule.when->expr, relation));
  }
  return some;
}

// A fact that the policy does not declare is deny. (So is a resource type that FHIR R4 does not
// have; those do not come here.)
bool is_known(const Scene& scene) {
  const ast::Cell& cell = scene.question.cell;
  bool known = !cell.type.empty();
  for (const auto& relation : scene.policy.relations) {
    known = known || relation.name.text == cell.fact;
  }
  for (const auto& flag : scene.policy.flags)
    known = known || "flag:" + flag.name.text == cell.fact;
  return known;
}

// The facts that this person may add.
std::vector<std::string> instead_of(const Scene& scene) {
  const ast::Cell& cell = scene.question.cell;
  std::vector<std::string> instead;
  if (cell.type.empty() || !cell.patient) return instead;
  for (const auto& relation : scene.policy.relations) {
    const bool links_patient = relation.from.text == "patient" || relation.to.text == "patient";
    if (!links_patient || !some_allow_mentions(scene.policy, relation.name.text)) continue;
    ast::Question question = scene.question;
    question.cell = ast::Cell{};
    question.cell.action = ast::Action::append;
    question.cell.fact = relation.name.text;
    question.cell.patient = cell.patient;
    const ast::Answer answer = evaluate(scene.policy, scene.world, question);
    if (answer.verdict == ast::Verdict::permit) instead.push_back(relation.name.text);
  }
  return instead;
}

}  // namespace

ast::Answer evaluate(const ast::Policy& policy, const ast::World& world,
                     const ast::Question& question) {
  const Scene scene{.policy = policy, .world = world, .question = question};
  if (!is_known(scene)) return ast::Answer{};
  const Denies denies = denies_of(scene);
  if (!denies.shut.empty()) return shut_by(denies.shut);

  std::vector<Granted> grants = grants_of(scene, denies.owed);
  for (auto& granted : grants) lay_seals_on(scene, granted);
  std::erase_if(grants, [](const Granted& granted) { return granted.removed; });

  ast::Answer answer;  // deny, naming nothing
  if (grants.empty()) return answer;
  const auto basis = basis_of(scene, grants);
  if (basis) {
    answer.verdict = ast::Verdict::permit;
    answer.basis = as_grant(scene, *basis);
    return answer;
  }
  answer.verdict = ast::Verdict::glass;
  answer.offer = offer_of(scene, grants);
  answer.instead = instead_of(scene);
  return answer;
}

std::vector<Instant> moments_ahead(const ast::Policy& policy, const ast::World& world,
                                   const ast::Question& question) {
  const std::string& timezone = policy.timezone.text;
  std::vector<Instant> moments;
  for (const auto& fact : world.facts) {
    moments.push_back(fact.start);
    moments.push_back(fact.end);
    for (const auto& rule : policy.rules) {
      for (const auto& around : rule.around) {
        moments.push_back(shift(timezone, fact.start, around.lead, Way::back));
        moments.push_back(shift(timezone, fact.end, around.lag, Way::ahead));
      }
    }
  }
  const auto stale = [&](const std::optional<ast::Name>& feed, std::optional<Millis> after) {
    for (const auto& heartbeat : world.heartbeats) {
      if (feed && after && heartbeat.feed == feed->text) moments.push_back(heartbeat.at + *after);
    }
  };
  for (const auto& relation : policy.relations) stale(relation.source, relation.stale_after);
  for (const auto& flag : policy.flags) stale(flag.source, flag.stale_after);
  const auto ages = [&](const std::vector<ast::Member>& members) {
    for (const auto& member : members) {
      if (!member.newer_than || !question.cell.dated) continue;
      moments.push_back(shift(timezone, *question.cell.dated, *member.newer_than, Way::ahead));
    }
  };
  for (const auto& data_class : policy.classes) ages(data_class.of);
  for (const auto& rule : policy.rules) {
    ages(rule.data);
    const auto& proof = rule.duties.proof;
    if (proof && proof->not_older_than) {
      moments.push_back(question.asker.proof_at + *proof->not_older_than);
    }
  }
  for (const auto& payment : question.paid) moments.push_back(payment.ends);
  std::erase_if(moments, [&](Instant at) { return at <= question.now; });
  std::sort(moments.begin(), moments.end());
  return moments;
}

}  // namespace halligan::reference
