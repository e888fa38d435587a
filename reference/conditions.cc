// conditions.cc - value(rule, cell): the table of section 4, one function a row.

#include "reference/conditions.h"

#include "reference/evaluate.h"
#include "reference/insist.h"
#include "reference/zone.h"

namespace halligan::reference {
namespace {

bool is_grant(const ast::Rule& rule) {
  return rule.kind == ast::RuleKind::allow || rule.kind == ast::RuleKind::glass;
}

bool is_of_resource(const ast::Cell& cell) { return !cell.type.empty(); }

bool contains(const std::vector<std::string>& list, const std::string& wanted) {
  return std::count(list.begin(), list.end(), wanted) > 0;
}

// ---- roles, place, flags, actions

Value roles_value(const Scene& scene, const ast::Rule& rule) {
  const ast::Asker& asker = scene.question.asker;
  const auto& has = is_grant(rule) ? asker.active_roles : asker.held_roles;
  bool any = rule.roles.empty();
  for (const auto& role : rule.roles) any = any || contains(has, role.text);
  bool excepted = false;
  for (const auto& role : rule.except_roles) excepted = excepted || contains(has, role.text);
  return truth(any && !excepted);
}

Value place_value(const Scene& scene, const ast::Rule& rule) {
  if (rule.place.empty()) return Value::yes;
  const ast::Asker& asker = scene.question.asker;
  if (!asker.place_kind || !asker.place_id) return Value::unknown;
  bool stands_there = false;
  for (const auto& name : rule.place) {
    for (const auto& place : scene.policy.places) {
      if (place.name.text != name.text) continue;
      for (const auto& kind : place.kinds) {
        stands_there = stands_there || kind.text == *asker.place_kind;
      }
      for (const auto& id : place.ids) stands_there = stands_there || id.text == *asker.place_id;
    }
  }
  return truth(stands_there);
}

Value flags_value(const Scene& scene, const ast::Rule& rule, LeaveOut leave_out) {
  if (rule.flags.empty()) return Value::yes;
  if (!scene.question.cell.patient) return Value::no;
  Value greatest = Value::no;
  for (const auto& flag : rule.flags) {
    greatest = either(greatest, flag_value(scene, flag.text, leave_out));
  }
  return greatest;
}

Value actions_value(const Scene& scene, const ast::Rule& rule) {
  const ast::Action action = scene.question.cell.action;
  if (rule.actions.empty()) {
    const bool read_or_append = action == ast::Action::read || action == ast::Action::append;
    return truth(rule.kind != ast::RuleKind::glass || read_or_append);
  }
  return truth(std::count(rule.actions.begin(), rule.actions.end(), action) > 0);
}

// ---- data

Value list_value(const Scene& scene, const std::vector<ast::Member>& list);

const ast::DataClass& class_named(const ast::Policy& policy, const std::string& name) {
  const ast::DataClass* found = nullptr;
  for (const auto& data_class : policy.classes) {
    if (data_class.name.text == name) found = &data_class;
  }
  INSIST(found != nullptr);
  return *found;
}

Value type_value(const Scene& scene, const ast::Member& member) {
  const ast::Cell& cell = scene.question.cell;
  Value value = truth(is_of_resource(cell) && cell.type == member.text);
  if (member.category) {
    value = both(value, cell.categories ? truth(contains(*cell.categories, *member.category))
                                        : Value::unknown);
  }
  if (member.newer_than) {
    const std::string& timezone = scene.policy.timezone.text;
    value =
        both(value, cell.dated ? truth(scene.question.now <
                                       shift(timezone, *cell.dated, *member.newer_than, Way::ahead))
                               : Value::unknown);
  }
  return value;
}

Value member_value(const Scene& scene, const ast::Member& member) {
  const ast::Cell& cell = scene.question.cell;
  switch (member.kind) {
    case ast::MemberKind::everything: return truth(is_of_resource(cell));
    case ast::MemberKind::type: return type_value(scene, member);
    case ast::MemberKind::label:
      if (contains(cell.labels, member.text)) return Value::yes;
      return cell.survey ? Value::unknown : Value::no;
    case ast::MemberKind::fact: return truth(!is_of_resource(cell) && cell.fact == member.text);
    case ast::MemberKind::named:
      return list_value(scene, class_named(scene.policy, member.text).of);
  }
  std::abort();
}

Value list_value(const Scene& scene, const std::vector<ast::Member>& list) {
  Value taken = Value::no;
  Value taken_away = Value::no;
  for (const auto& member : list) {
    Value& which = member.minus ? taken_away : taken;
    which = either(which, member_value(scene, member));
  }
  return both(taken, swapped(taken_away));
}

// The list has the class as a member that is not taken away, or names a class that has it.
bool names_class(const ast::Policy& policy, const std::vector<ast::Member>& list,
                 const std::string& wanted) {
  bool names = false;
  for (const auto& member : list) {
    if (member.minus || member.kind != ast::MemberKind::named) continue;
    names = names || member.text == wanted ||
            names_class(policy, class_named(policy, member.text).of, wanted);
  }
  return names;
}

// The list has the resource type as a member that is not taken away, directly or through classes.
bool names_type(const ast::Policy& policy, const std::vector<ast::Member>& list,
                const std::string& type) {
  bool names = false;
  for (const auto& member : list) {
    if (member.minus) continue;
    if (member.kind == ast::MemberKind::type) names = names || member.text == type;
    if (member.kind == ast::MemberKind::named) {
      names = names || names_type(policy, class_named(policy, member.text).of, type);
    }
  }
  return names;
}

Value data_value(const Scene& scene, const ast::Rule& rule) {
  const ast::Cell& cell = scene.question.cell;
  Value value = Value::yes;
  if (!rule.data.empty()) {
    value = list_value(scene, rule.data);
  } else if (is_grant(rule)) {
    value = truth(is_of_resource(cell));
  }
  if (is_grant(rule)) {
    for (const auto& data_class : scene.policy.classes) {
      if (!data_class.named_only) continue;
      if (names_class(scene.policy, rule.data, data_class.name.text)) continue;
      value = both(value, swapped(list_value(scene, data_class.of)));
    }
  }
  if (cell.survey && value == Value::unknown) return truth(is_grant(rule));
  return value;
}

// ---- without a patient

Value patient_value(const Scene& scene, const ast::Rule& rule) {
  const ast::Cell& cell = scene.question.cell;
  if (cell.patient || !is_grant(rule)) return Value::yes;
  if (rule.kind == ast::RuleKind::glass) return Value::no;
  if (cell.action == ast::Action::search || !is_of_resource(cell)) return Value::yes;
  return truth(names_type(scene.policy, rule.data, cell.type));
}

// ---- via, when, unless

struct LeftOut {
  LeaveOut in_via_when_flags;
  LeaveOut in_unless;
};

LeftOut left_out_of(const Scene& scene, const ast::Rule& rule, bool strict) {
  if (!is_grant(rule)) return {LeaveOut::own_denials, LeaveOut::own_assertions};
  const ast::Action action = scene.question.cell.action;
  const bool lenient = action == ast::Action::read || action == ast::Action::append;
  if (lenient && !strict) return {LeaveOut::nothing, LeaveOut::nothing};
  return {LeaveOut::own_assertions, LeaveOut::own_denials};
}

Value via_value(const Scene& scene, const ast::Rule& rule, LeaveOut leave_out) {
  if (!rule.via) return Value::yes;
  return path_reaches(scene, *rule.via, rule.around, leave_out);
}

Value when_value(const Scene& scene, const ast::Rule& rule, LeaveOut leave_out, Value self_made) {
  if (!rule.when) return Value::yes;
  if (is_self_made(*rule.when)) return self_made;
  return path_exists(scene, *rule.when, rule.around, leave_out);
}

Value unless_value(const Scene& scene, const ast::Rule& rule, LeaveOut leave_out, Value self_made) {
  if (!rule.unless) return Value::yes;
  if (is_self_made(*rule.unless)) return swapped(self_made);
  return swapped(path_exists(scene, *rule.unless, rule.around, leave_out));
}

}  // namespace

bool is_self_made(const ast::Path& path) {
  return path.start == ast::Start::staff && path.expr.kind == ast::PathKind::step &&
         path.expr.step.relation.text == "recorded_by_self";
}

Value value_with(const Scene& scene, const ast::Rule& rule, bool strict, Value self_made) {
  const LeftOut left_out = left_out_of(scene, rule, strict);
  Value value = Value::yes;
  value = both(value, roles_value(scene, rule));
  value = both(value, place_value(scene, rule));
  value = both(value, flags_value(scene, rule, left_out.in_via_when_flags));
  value = both(value, data_value(scene, rule));
  value = both(value, actions_value(scene, rule));
  value = both(value, patient_value(scene, rule));
  value = both(value, via_value(scene, rule, left_out.in_via_when_flags));
  value = both(value, when_value(scene, rule, left_out.in_via_when_flags, self_made));
  value = both(value, unless_value(scene, rule, left_out.in_unless, self_made));
  return value;
}

Value value_of(const Scene& scene, const ast::Rule& rule, bool strict) {
  return value_with(scene, rule, strict, Value::no);
}

}  // namespace halligan::reference
