#include "reference/generate.h"

#include <algorithm>
#include <array>

#include "reference/generate_identity.h"

namespace halligan::reference {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

ast::Name name(std::string text) { return {.text = std::move(text), .at = {}}; }

std::vector<ast::Name> names(const Names& texts) {
  std::vector<ast::Name> list;
  for (const auto& text : texts) list.push_back(name(text));
  return list;
}

// Some of a list, at least one, in its order.
Names some_of(Choices& choices, const Names& list) {
  Names some;
  for (const auto& item : list) {
    if (choices.percent(50)) some.push_back(item);
  }
  if (some.empty()) some.push_back(choices.among(list));
  return some;
}

// ---- The hospital.

struct RelationShape {
  const char* name;
  const char* from;
  const char* to;
  const char* feed;  // that usually tells; empty: the ledger's own
  bool coded = false;
};
constexpr std::array<RelationShape, 13> relation_shapes{{
    {"member", "staff", "team", ""},
    {"leads", "staff", "team", "hr"},
    {"referral", "team", "patient", ""},
    {"attends", "staff", "patient", "adt"},
    {"works_on", "staff", "unit", "hr"},
    {"admitted", "patient", "unit", "adt", true},
    {"is", "staff", "patient", ""},
    {"excludes", "patient", "staff", "adt"},
    {"stands_in", "terminal", "room", ""},
    {"booked", "patient", "room", "adt"},
    {"cares_for", "department", "patient", ""},
    {"wrote", "staff", "item", ""},
    {"about", "item", "patient", "lab"},
}};
const Names all_roles{"physician", "nurse", "clerk"};
const Names all_flags{"VIP", "EMP"};
const Names all_places{"emergency", "wards", "theatre"};
const Names resource_types{"Observation", "Condition", "Patient"};
const Names categories{"laboratory", "vital-signs"};
const Names labels{"PSYTHPN", "ETH"};
const Names coded_values{"inpatient", "day"};

// The ids of a type: two of everything.
Names ids_of(const std::string& type) {
  if (type == "department") return {"cardio", "surgery"};
  if (type == "application") return {"viewer", "orders"};
  return {type + "-1", type + "-2"};
}

std::string id_of(Choices& choices, const std::string& type) {
  return ids_of(type)[choices.percent(18) ? 1 : 0];
}

const RelationShape& shape_named(const std::string& wanted) {
  return *std::ranges::find(relation_shapes, wanted, &RelationShape::name);
}

// ---- Paths.

ast::PathExpr step(const std::string& relation) {
  ast::PathExpr expr;
  expr.step.relation = name(relation);
  return expr;
}
ast::PathExpr back(const std::string& relation) {
  ast::PathExpr expr = step(relation);
  expr.step.inverse = true;
  return expr;
}
ast::PathExpr at(ast::PathExpr expr, const std::string& place) {
  expr.step.place = name(place);
  return expr;
}
ast::PathExpr coded(ast::PathExpr expr, const std::string& value) {
  expr.step.value = value;
  return expr;
}
ast::PathExpr parts(ast::PathKind kind, std::vector<ast::PathExpr> list) {
  ast::PathExpr expr;
  expr.kind = kind;
  expr.parts = std::move(list);
  return expr;
}
ast::PathExpr then(std::vector<ast::PathExpr> list) {
  return parts(ast::PathKind::sequence, std::move(list));
}
ast::PathExpr any(std::vector<ast::PathExpr> list) {
  return parts(ast::PathKind::either, std::move(list));
}
ast::Path path(ast::Start start, ast::PathExpr expr) {
  return {.start = start, .expr = std::move(expr), .at = {}};
}

using enum ast::Start;

const std::vector<ast::Path>& paths_to_object() {
  static const std::vector<ast::Path> list{
      path(staff, step("attends")),
      path(staff, then({step("member"), step("referral")})),
      path(staff, then({step("works_on"), back("admitted")})),
      path(staff, then({step("works_on"), coded(back("admitted"), "inpatient")})),
      path(staff, back("excludes")),
      path(staff, step("is")),
      path(terminal, then({step("stands_in"), back("booked")})),
      path(session, step("focus")),
      path(session, then({step("department"), step("cares_for")})),
      path(session, then({coded(step("department"), "cardio"), step("cares_for")})),
      path(staff, any({step("attends"), then({step("member"), step("referral")})})),
      path(staff, then({any({step("member"), step("leads")}), step("referral")})),
      path(staff, then({step("works_on"), at(back("admitted"), "theatre")})),
      path(staff, then({at(step("works_on"), "emergency"), back("admitted")})),
      path(staff, then({step("leads"), step("referral")})),
      path(staff, step("wrote")),
      path(staff, then({step("wrote"), step("about")})),
      path(item, step("about")),
      path(patient, then({step("admitted"), back("admitted")})),
  };
  return list;
}

const std::vector<ast::Path>& paths_to_anywhere() {
  static const std::vector<ast::Path> list{
      path(patient, step("admitted")),
      path(patient, coded(step("admitted"), "day")),
      path(patient, at(step("admitted"), "emergency")),
      path(patient, at(coded(step("admitted"), "inpatient"), "theatre")),
      path(staff, step("works_on")),
      path(staff, at(step("works_on"), "theatre")),
      path(staff, at(step("works_on"), "wards")),
      path(session, coded(step("application"), "viewer")),
      path(session, step("department")),
      path(terminal, step("stands_in")),
      path(terminal, at(step("stands_in"), "theatre")),
      path(patient, step("booked")),
      path(staff, step("member")),
      path(session, then({step("focus"), step("admitted")})),
      path(patient, any({step("booked"), step("admitted")})),
  };
  return list;
}

void collect_relations(const ast::PathExpr& expr, Names& found) {
  if (expr.kind == ast::PathKind::step) found.push_back(expr.step.relation.text);
  for (const auto& part : expr.parts) collect_relations(part, found);
}

bool is_declared(const ast::Policy& policy, const std::string& relation) {
  return std::ranges::any_of(policy.relations,
                             [&](const auto& known) { return known.name.text == relation; });
}

// ---- Times.

constexpr Millis day = 24h;

// Noon on a plain day, and moments before and after clocks change.
const std::vector<Instant>& presents() {
  static const std::vector<Instant> list{
      *parse_instant("2026-06-10T12:00:00Z"), *parse_instant("2026-03-29T00:30:00Z"),
      *parse_instant("2026-03-29T01:00:00Z"), *parse_instant("2026-03-29T23:30:00Z"),
      *parse_instant("2026-10-25T00:30:00Z"), *parse_instant("2026-10-25T01:30:00Z"),
      *parse_instant("2026-11-01T06:30:00Z"), *parse_instant("2026-03-08T07:00:00Z"),
      *parse_instant("2026-10-03T15:30:00Z"), *parse_instant("2026-04-04T15:10:00Z"),
  };
  return list;
}

// How far an edge lies from the present: at, and one tick to each side of, the lengths that rules
// use, with an hour more or less where days are counted.
Millis distance(Choices& choices) {
  static const std::vector<Millis> lengths{0ms, 1h, 15min, day, 7 * day, 5min, 2h, 30 * day};
  static const std::vector<Millis> off{0ms, 1ms, -1ms, 1h, -1h, 30min};
  return choices.among(lengths) + choices.among(off);
}

Instant near(Choices& choices, Instant now) {
  return choices.percent(50) ? now + distance(choices) : now - distance(choices);
}

ast::Span span(Choices& choices) {
  static const std::vector<ast::Span> list{{.days = 0, .exact = 0ms}, {.days = 0, .exact = 1h},
                                           {.days = 1, .exact = 0ms}, {.days = 7, .exact = 0ms},
                                           {.days = 1, .exact = 2h},  {.days = 0, .exact = 15min},
                                           {.days = 30, .exact = 0ms}};
  return choices.among(list);
}

// ---- Conditions.

std::vector<ast::Around> windows(Choices& choices, const ast::Rule& rule) {
  Names used;
  for (const auto* each : {&rule.via, &rule.when, &rule.unless}) {
    if (*each) collect_relations((*each)->expr, used);
  }
  std::ranges::sort(used);
  used.erase(std::unique(used.begin(), used.end()), used.end());
  std::vector<ast::Around> around;
  for (const auto& relation : used) {
    const bool of_ledger =
        std::ranges::find(relation_shapes, relation, &RelationShape::name) != relation_shapes.end();
    if (!of_ledger || !choices.percent(40)) continue;
    around.push_back({.relation = name(relation), .lead = span(choices), .lag = span(choices)});
  }
  return around;
}

ast::Member member_of_type(Choices& choices) {
  ast::Member member;
  member.kind = ast::MemberKind::type;
  member.text = choices.among(resource_types);
  if (choices.percent(30)) member.category = choices.among(categories);
  if (choices.percent(25)) member.newer_than = span(choices);
  if (member.newer_than == ast::Span{}) member.newer_than = std::nullopt;
  return member;
}

ast::Member member(ast::MemberKind kind, const std::string& text) {
  ast::Member made;
  made.kind = kind;
  made.text = text;
  return made;
}

ast::Member some_member(Choices& choices, const ast::Policy& policy) {
  switch (choices.below(6)) {
    case 0: return member(ast::MemberKind::everything, "");
    case 1: return member_of_type(choices);
    case 2: return member(ast::MemberKind::label, choices.among(labels));
    case 3:
      if (choices.percent(25)) return member(ast::MemberKind::fact, "flag:VIP");
      return member(ast::MemberKind::fact, choices.among(policy.relations).name.text);
    case 4: return member_of_type(choices);
    default:
      if (policy.classes.empty()) return member_of_type(choices);
      return member(ast::MemberKind::named, choices.among(policy.classes).name.text);
  }
}

std::vector<ast::Member> members(Choices& choices, const ast::Policy& policy) {
  std::vector<ast::Member> list{some_member(choices, policy)};
  while (list.size() < 3 && choices.percent(30)) {
    list.push_back(some_member(choices, policy));
    list.back().minus = choices.percent(40);
  }
  return list;
}

// ---- Duties.

std::vector<ast::Factor> factors(Choices& choices, int least) {
  if (choices.percent(15)) return {ast::Factor::security_key};
  if (choices.percent(15)) return {ast::Factor::security_key, ast::Factor::vouched};
  if (choices.percent(15)) return {ast::Factor::card};
  if (least >= 2 || choices.percent(50)) return {ast::Factor::totp};
  if (choices.percent(30)) return {ast::Factor::totp, ast::Factor::password};
  return {ast::Factor::password};
}

int login_level(const ast::Policy& policy) {
  if (policy.login.empty()) return 2;
  return ast::level_of(policy.login);
}

ast::Proof proof(Choices& choices, int least) {
  ast::Proof made;
  made.any = factors(choices, least);
  if (choices.percent(60)) made.not_older_than = choices.percent(50) ? Millis{5min} : Millis{1h};
  return made;
}

ast::Review review(Choices& choices) {
  ast::Review made;
  made.by = name("officer");
  made.within = choices.percent(50) ? Millis{24h} : Millis{72h};
  return made;
}

// Some duties, rarely many.
ast::Duties duties(Choices& choices, int least_proof, std::size_t chance) {
  ast::Duties made;
  if (choices.percent(chance / 2)) made.notice = "You are seen.";
  if (choices.percent(chance)) made.acknowledge = "I understand.";
  if (choices.percent(chance)) {
    made.prompts = ast::Prompts{};
    made.prompts->ask = {"Why?"};
    if (choices.percent(40)) made.prompts->ask.push_back("Who?");
    if (choices.percent(40)) made.prompts->owed = 30min;
  }
  if (choices.percent(chance)) made.proof = proof(choices, least_proof);
  if (choices.percent(chance)) made.review = review(choices);
  return made;
}

void add_conditions(Choices& choices, const ast::Policy& policy, ast::Rule& rule) {
  const bool grant = rule.kind == ast::RuleKind::allow || rule.kind == ast::RuleKind::glass;
  if (choices.percent(20)) rule.roles = names(some_of(choices, all_roles));
  if (choices.percent(8)) rule.except_roles = names({choices.among(all_roles)});
  if (choices.percent(12)) rule.place = names(some_of(choices, all_places));
  if (choices.percent(grant ? 8 : 25)) rule.flags = names(some_of(choices, all_flags));
  if (choices.percent(30)) rule.data = members(choices, policy);
  if (choices.percent(50)) rule.via = choices.among(paths_to_object());
  if (choices.percent(15)) {
    rule.when = choices.among(choices.percent(60) ? paths_to_anywhere() : paths_to_object());
  }
  if (choices.percent(15)) {
    rule.unless = choices.among(choices.percent(60) ? paths_to_anywhere() : paths_to_object());
  }
  rule.around = windows(choices, rule);
}

std::vector<ast::Action> actions(Choices& choices, std::vector<ast::Action> all) {
  std::erase_if(all, [&](ast::Action) { return !choices.percent(75); });
  if (all.empty()) all.push_back(ast::Action::read);
  return all;
}

void make_seal(Choices& choices, const ast::Policy& policy, ast::Rule& seal) {
  seal.has_ask = choices.percent(75);
  if (seal.has_ask) seal.duties = duties(choices, 1, 35);
  if (seal.has_ask && seal.duties == ast::Duties{}) seal.duties.acknowledge = "I understand.";
  if (choices.percent(12)) {
    seal.when = path(staff, step("recorded_by_self"));
  } else if (choices.percent(3)) {
    seal.unless = path(staff, step("recorded_by_self"));
  }
  seal.around = windows(choices, seal);
  for (const auto& other : policy.rules) {
    const bool grant = other.kind == ast::RuleKind::allow || other.kind == ast::RuleKind::glass;
    if (grant && choices.percent(25)) seal.except.push_back(other.name);
  }
}

void make_glass(Choices& choices, const ast::Policy& policy, ast::Rule& glass) {
  if (choices.percent(50)) {
    glass.actions = actions(choices, {ast::Action::read, ast::Action::append});
  }
  glass.duties = duties(choices, login_level(policy), 30);
  glass.duties.review = review(choices);
  glass.label = "Label";
  glass.purpose = "BTG";
}

// ---- The policy around the rules.

std::vector<ast::Relation> relations(Choices& choices) {
  std::vector<ast::Relation> list;
  for (const auto& shape : relation_shapes) {
    ast::Relation relation;
    relation.name = name(shape.name);
    relation.from = name(shape.from);
    relation.to = name(shape.to);
    std::string feed = shape.feed;
    if (choices.percent(15)) feed = feed.empty() ? "adt" : "";
    if (!feed.empty()) {
      relation.source = name(feed);
      relation.stale_after = 15min;
    }
    if (shape.coded) relation.values = names(coded_values);
    list.push_back(relation);
  }
  return list;
}

std::vector<ast::Flag> flags() {
  return {{.name = name("VIP"), .source = name("adt"), .stale_after = Millis{15min}},
          {.name = name("EMP"), .source = std::nullopt, .stale_after = std::nullopt}};
}

std::vector<ast::Place> places() {
  return {{.name = name("emergency"), .kinds = names({"ed"}), .ids = names({"unit-1"})},
          {.name = name("wards"), .kinds = names({"unit"}), .ids = {}},
          {.name = name("theatre"), .kinds = {}, .ids = names({"unit-2", "room-1"})}};
}

std::vector<ast::DataClass> classes(Choices& choices) {
  using enum ast::MemberKind;
  ast::Member laboratory = member(type, "Observation");
  laboratory.category = "laboratory";
  laboratory.newer_than = ast::Span{.days = 30, .exact = 0ms};
  std::vector<ast::DataClass> list;
  list.push_back({.name = name("emergency-set"), .of = {laboratory, member(type, "Condition")}});
  ast::Member less = member(named, "emergency-set");
  less.minus = true;
  list.push_back({.name = name("research"), .of = {member(everything, ""), less}});
  if (choices.percent(40)) {
    list.push_back({.name = name("psychotherapy"),
                    .of = {member(label, "PSYTHPN")},
                    .named_only = true,
                    .never_in_emergency = true});
    list.push_back(
        {.name = name("sensitive"), .of = {member(named, "psychotherapy"), member(label, "ETH")}});
  }
  if (choices.percent(15)) {
    list.push_back({.name = name("recent-lab"),
                    .of = {laboratory},
                    .named_only = true,
                    .never_in_emergency = true});
  }
  return list;
}

ast::RuleKind kind_of_rule(Choices& choices) {
  const std::size_t n = choices.below(100);
  if (n < 46) return ast::RuleKind::allow;
  if (n < 68) return ast::RuleKind::glass;
  if (n < 88) return ast::RuleKind::seal;
  return ast::RuleKind::deny;
}

bool counts_days(const ast::Policy& policy) {
  return std::ranges::any_of(policy.rules, [](const ast::Rule& rule) {
    const bool window = std::ranges::any_of(rule.around, [](const ast::Around& around) {
      return around.lead.days != 0 || around.lag.days != 0;
    });
    return window || std::ranges::any_of(rule.data, [](const ast::Member& member) {
             return member.newer_than.has_value() || member.kind == ast::MemberKind::named;
           });
  });
}

ast::Policy policy(Choices& choices) {
  static const Names timezones{"Europe/London", "America/New_York", "Australia/Lord_Howe"};
  ast::Policy made;
  made.hospital = "St. Elsewhere";
  made.timezone = name("Etc/UTC");
  if (choices.percent(35)) made.login = {ast::Factor::password};
  made.roles = names(all_roles);
  made.roles.push_back(name("officer"));
  made.relations = relations(choices);
  made.flags = flags();
  made.places = places();
  made.classes = classes(choices);
  const std::size_t count = 1 + choices.below(7);
  for (std::size_t i = 0; i < count; ++i) {
    const auto kind = kind_of_rule(choices);
    made.rules.push_back(generate_rule(choices, made, kind, "rule-" + std::to_string(i)));
  }
  // Where days are counted, clocks change.
  if (counts_days(made) && choices.percent(70)) made.timezone = name(choices.among(timezones));
  // So that seals stand before the grants that they list, too.
  if (choices.percent(50)) std::ranges::reverse(made.rules);
  ast::CaseRule owed;
  owed.kind = ast::CaseKind::decision_owed;
  owed.by = name("officer");
  owed.within = 24h;
  made.cases.push_back(owed);
  return made;
}

// ---- The world.

std::string feed_of(const ast::Policy& policy, const std::string& relation) {
  for (const auto& known : policy.relations) {
    if (known.name.text == relation && known.source) return known.source->text;
  }
  return relation == "flag:VIP" ? "adt" : "";
}

void give_source(Choices& choices, const ast::Policy& policy, ast::Fact& fact) {
  fact.source = feed_of(policy, fact.relation);
  if (choices.percent(15)) fact.source = "lab";
  if (!fact.source.empty() && !choices.percent(35)) return;
  fact.source.clear();
  fact.recorded_by = choices.percent(40) ? "staff-2" : "staff-1";
}

ast::Fact fact(Choices& choices, const ast::Policy& policy, const Names& wanted, Instant now) {
  ast::Fact made;
  if (choices.percent(15)) {
    made.relation = "flag:" + choices.among(all_flags);
    made.from = made.to = id_of(choices, "patient");
  } else {
    const bool any_relation = wanted.empty() || choices.percent(10);
    made.relation =
        any_relation ? choices.among(policy.relations).name.text : choices.among(wanted);
    const RelationShape& shape = shape_named(made.relation);
    made.from = id_of(choices, shape.from);
    made.to = id_of(choices, shape.to);
    if (shape.coded && choices.percent(60)) made.value = choices.among(coded_values);
  }
  made.denied = choices.percent(25);
  if (choices.percent(55)) made.start = near(choices, now);
  if (choices.percent(40)) made.end = near(choices, now);
  if (made.end <= made.start) made.end = far_future;
  give_source(choices, policy, made);
  return made;
}

// What the rules of a policy ask about.
Names relations_asked(const ast::Policy& policy) {
  Names found;
  for (const auto& rule : policy.rules) {
    for (const auto* each : {&rule.via, &rule.when, &rule.unless}) {
      if (*each) collect_relations((*each)->expr, found);
    }
  }
  std::erase_if(found, [&](const std::string& each) { return !is_declared(policy, each); });
  return found;
}

ast::World world(Choices& choices, const ast::Policy& policy, Instant now) {
  ast::World made;
  const Names wanted = relations_asked(policy);
  // So that paths of several steps are often whole: what is asked about, plainly so.
  for (const auto& relation : wanted) {
    if (!choices.percent(45)) continue;
    const RelationShape& shape = shape_named(relation);
    ast::Fact plain;
    plain.relation = relation;
    plain.from = ids_of(shape.from).front();
    plain.to = ids_of(shape.to).front();
    give_source(choices, policy, plain);
    made.facts.push_back(plain);
  }
  const std::size_t count = choices.below(7);
  for (std::size_t i = 0; i < count; ++i) {
    made.facts.push_back(fact(choices, policy, wanted, now));
    // Again about the same edge: another source, a denial, another time.
    if (choices.percent(30)) {
      ast::Fact again = made.facts.back();
      again.denied = choices.percent(60);
      if (choices.percent(60)) give_source(choices, policy, again);
      if (choices.percent(30)) again.start = far_past;
      if (choices.percent(30)) again.end = far_future;
      made.facts.push_back(again);
    }
  }
  static const std::vector<Millis> ages{10min, 15min - 1ms, 15min, 16min, 0ms, 3h};
  for (const char* feed : {"adt", "hr", "lab"}) {
    if (choices.percent(70)) made.heartbeats.push_back({feed, now - choices.among(ages)});
    if (choices.percent(10)) made.heartbeats.push_back({feed, now - choices.among(ages)});
  }
  return made;
}

// ---- The question.

ast::Asker asker(Choices& choices, Instant now) {
  ast::Asker made;
  made.staff = "staff-1";
  for (const auto& role : all_roles) {
    if (!choices.percent(75)) continue;
    made.held_roles.push_back(role);
    if (choices.percent(85)) made.active_roles.push_back(role);
  }
  if (choices.percent(60)) made.terminal = "terminal-1";
  if (choices.percent(65)) {
    static const std::vector<std::pair<const char*, const char*>> stands{
        {"unit", "unit-1"}, {"ed", "ed-1"}, {"room", "room-1"}, {"unit", "unit-2"}};
    const auto& [kind, id] = choices.among(stands);
    made.place_kind = kind;
    made.place_id = id;
  }
  if (choices.percent(50)) made.department = id_of(choices, "department");
  if (choices.percent(50)) made.application = id_of(choices, "application");
  if (choices.percent(50)) made.focus = id_of(choices, "patient");
  made.proof_level = static_cast<int>(choices.below(4));
  static const std::vector<Millis> ages{4min, 5min, 5min - 1ms, 1h, 2h, 0ms};
  if (made.proof_level > 0) made.proof_at = now - choices.among(ages);
  return made;
}

ast::Cell cell(Choices& choices, const ast::Policy& policy, Instant now) {
  using enum ast::Action;
  static const std::vector<ast::Action> asked{read,   read,   read,   append,
                                              append, modify, modify, search};
  ast::Cell made;
  made.action = choices.among(asked);
  if (made.action != search && choices.percent(15)) {
    made.fact = choices.percent(20) ? "flag:VIP" : choices.among(policy.relations).name.text;
  } else {
    made.type = choices.among(resource_types);
    if (choices.percent(25)) made.labels.push_back(choices.among(labels));
    if (choices.percent(60)) made.categories = some_of(choices, categories);
    if (choices.percent(60)) made.dated = now - distance(choices);
    made.survey = choices.percent(15);
  }
  if (!choices.percent(8)) made.patient = id_of(choices, "patient");
  if (choices.percent(40)) made.item = id_of(choices, "item");
  return made;
}

std::vector<ast::Payment> payments(Choices& choices, const ast::Policy& policy, Instant now) {
  std::vector<ast::Payment> list;
  for (const auto& rule : policy.rules) {
    const bool asks = rule.kind == ast::RuleKind::glass || rule.duties != ast::Duties{} ||
                      rule.if_unknown == ast::IfUnknown::owe;
    if (!asks || !choices.percent(25)) continue;
    ast::Payment payment;
    payment.rule = rule.name.text;
    payment.confirmed = choices.percent(50);
    if (choices.percent(40)) payment.ends = now + distance(choices);
    list.push_back(payment);
  }
  return list;
}

}  // namespace

ast::Rule generate_rule(Choices& choices, const ast::Policy& policy, ast::RuleKind kind,
                        const std::string& rule_name) {
  using enum ast::Action;
  ast::Rule rule;
  rule.kind = kind;
  rule.name = name(rule_name);
  add_conditions(choices, policy, rule);
  switch (kind) {
    case ast::RuleKind::deny:
      if (choices.percent(25)) rule.actions = actions(choices, {read, append, modify, search});
      rule.if_unknown = choices.percent(65) ? ast::IfUnknown::owe : ast::IfUnknown::deny;
      rule.hide = choices.percent(30);
      rule.text = "Ask the records office.";
      break;
    case ast::RuleKind::seal:
      if (choices.percent(25)) rule.actions = actions(choices, {read, append, modify, search});
      make_seal(choices, policy, rule);
      break;
    case ast::RuleKind::allow:
      rule.actions = actions(choices, {read, append, modify, search});
      if (choices.percent(45)) rule.duties = duties(choices, 1, 30);
      break;
    case ast::RuleKind::glass: make_glass(choices, policy, rule); break;
  }
  return rule;
}

Case generate(Choices& choices) {
  Case made;
  const Instant now = choices.among(presents());
  made.policy = policy(choices);
  made.world = world(choices, made.policy, now);
  made.question.asker = asker(choices, now);
  made.question.cell = cell(choices, made.policy, now);
  made.question.paid = payments(choices, made.policy, now);
  made.question.now = now;
  generate_identity(choices, made.policy);
  return made;
}

}  // namespace halligan::reference
