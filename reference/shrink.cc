#include "reference/shrink.h"

#include <algorithm>

#include "reference/generate_identity.h"

namespace halligan::reference {
namespace {

using Cases = std::vector<Case>;

// One case for each element that could be missing.
template <class Get>
void drop_each(const Case& from, Get get, Cases& out) {
  Case probe = from;
  const std::size_t size = get(probe).size();
  for (std::size_t i = 0; i < size; ++i) {
    Case smaller = from;
    auto& list = get(smaller);
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
    out.push_back(std::move(smaller));
  }
}

// The case with a part set to its plainest value, if it is not that already.
template <class Get, class Plain>
void set_plain(const Case& from, Get get, const Plain& plain, Cases& out) {
  Case smaller = from;
  if (get(smaller) == plain) return;
  get(smaller) = plain;
  out.push_back(std::move(smaller));
}

// A name that nobody bears any longer goes from the lists of the seals and from what was paid.
void forget_rule(Case& from, const std::string& gone) {
  for (auto& rule : from.policy.rules) {
    std::erase_if(rule.except, [&](const auto& name) { return name.text == gone; });
  }
  std::erase_if(from.question.paid, [&](const auto& payment) { return payment.rule == gone; });
}

bool mentions(const ast::PathExpr& expr, const std::string& relation) {
  if (expr.kind == ast::PathKind::step) return expr.step.relation.text == relation;
  return std::ranges::any_of(expr.parts,
                             [&](const auto& part) { return mentions(part, relation); });
}

// Windows of relations that no path of the rule mentions go.
void forget_windows(ast::Rule& rule) {
  std::erase_if(rule.around, [&](const ast::Around& around) {
    const auto in = [&](const std::optional<ast::Path>& path) {
      return path && mentions(path->expr, around.relation.text);
    };
    return !in(rule.via) && !in(rule.when) && !in(rule.unless);
  });
}

void smaller_rules(const Case& from, Cases& out) {
  for (std::size_t i = 0; i < from.policy.rules.size(); ++i) {
    Case smaller = from;
    const std::string gone = smaller.policy.rules[i].name.text;
    smaller.policy.rules.erase(smaller.policy.rules.begin() + static_cast<std::ptrdiff_t>(i));
    forget_rule(smaller, gone);
    out.push_back(std::move(smaller));
  }
  for (std::size_t i = 0; i < from.policy.rules.size(); ++i) {
    const auto rule = [i](Case& c) -> ast::Rule& { return c.policy.rules[i]; };
    const std::size_t first = out.size();
    set_plain(
        from, [&](Case & c) -> auto& { return rule(c).via; }, std::nullopt, out);
    set_plain(
        from, [&](Case & c) -> auto& { return rule(c).when; }, std::nullopt, out);
    set_plain(
        from, [&](Case & c) -> auto& { return rule(c).unless; }, std::nullopt, out);
    for (std::size_t k = first; k < out.size(); ++k) forget_windows(rule(out[k]));
    drop_each(
        from, [&](Case & c) -> auto& { return rule(c).roles; }, out);
    drop_each(
        from, [&](Case & c) -> auto& { return rule(c).except_roles; }, out);
    drop_each(
        from, [&](Case & c) -> auto& { return rule(c).place; }, out);
    drop_each(
        from, [&](Case & c) -> auto& { return rule(c).flags; }, out);
    drop_each(
        from, [&](Case & c) -> auto& { return rule(c).data; }, out);
    drop_each(
        from, [&](Case & c) -> auto& { return rule(c).around; }, out);
    drop_each(
        from, [&](Case & c) -> auto& { return rule(c).except; }, out);
    set_plain(
        from, [&](Case & c) -> auto& { return rule(c).duties.notice; }, "", out);
    set_plain(
        from, [&](Case & c) -> auto& { return rule(c).duties.prompts; }, std::nullopt, out);
    set_plain(
        from, [&](Case & c) -> auto& { return rule(c).duties.proof; }, std::nullopt, out);
    set_plain(
        from, [&](Case & c) -> auto& { return rule(c).hide; }, false, out);
    if (from.policy.rules[i].kind == ast::RuleKind::allow) {
      set_plain(
          from, [&](Case & c) -> auto& { return rule(c).duties; }, ast::Duties{}, out);
    }
  }
}

void smaller_world(const Case& from, Cases& out) {
  drop_each(
      from, [](Case & c) -> auto& { return c.world.facts; }, out);
  drop_each(
      from, [](Case & c) -> auto& { return c.world.heartbeats; }, out);
  for (std::size_t i = 0; i < from.world.facts.size(); ++i) {
    const auto fact = [i](Case& c) -> ast::Fact& { return c.world.facts[i]; };
    set_plain(
        from, [&](Case & c) -> auto& { return fact(c).start; }, far_past, out);
    set_plain(
        from, [&](Case & c) -> auto& { return fact(c).end; }, far_future, out);
    set_plain(
        from, [&](Case & c) -> auto& { return fact(c).value; }, "", out);
  }
}

void smaller_question(const Case& from, Cases& out) {
  drop_each(
      from, [](Case & c) -> auto& { return c.question.paid; }, out);
  drop_each(
      from, [](Case & c) -> auto& { return c.question.asker.active_roles; }, out);
  drop_each(
      from, [](Case & c) -> auto& { return c.question.asker.held_roles; }, out);
  drop_each(
      from, [](Case & c) -> auto& { return c.question.cell.labels; }, out);
  const auto asker = [](Case& c) -> ast::Asker& { return c.question.asker; };
  const auto cell = [](Case& c) -> ast::Cell& { return c.question.cell; };
  set_plain(
      from, [&](Case & c) -> auto& { return asker(c).terminal; }, std::nullopt, out);
  set_plain(
      from, [&](Case & c) -> auto& { return asker(c).department; }, std::nullopt, out);
  set_plain(
      from, [&](Case & c) -> auto& { return asker(c).application; }, std::nullopt, out);
  set_plain(
      from, [&](Case & c) -> auto& { return asker(c).focus; }, std::nullopt, out);
  set_plain(
      from, [&](Case & c) -> auto& { return asker(c).proof_level; }, 0, out);
  set_plain(
      from, [&](Case & c) -> auto& { return cell(c).categories; }, std::nullopt, out);
  set_plain(
      from, [&](Case & c) -> auto& { return cell(c).dated; }, std::nullopt, out);
  set_plain(
      from, [&](Case & c) -> auto& { return cell(c).item; }, std::nullopt, out);
  set_plain(
      from, [&](Case & c) -> auto& { return cell(c).survey; }, false, out);
  set_plain(
      from, [&](Case & c) -> auto& { return cell(c).action; }, ast::Action::read, out);
}

// What of the policy nobody uses may go last.
void smaller_frame(const Case& from, Cases& out) {
  Case plainer = from;
  forget_identity(plainer.policy);
  if (plainer.policy != from.policy) out.push_back(std::move(plainer));
  drop_each(
      from, [](Case & c) -> auto& { return c.policy.classes; }, out);
  drop_each(
      from, [](Case & c) -> auto& { return c.policy.relations; }, out);
  drop_each(
      from, [](Case & c) -> auto& { return c.policy.flags; }, out);
  drop_each(
      from, [](Case & c) -> auto& { return c.policy.places; }, out);
}

}  // namespace

Case shrink(const Case& start, const std::function<bool(const Case&)>& shows) {
  Case smallest = start;
  for (bool smaller = true; smaller;) {
    smaller = false;
    Cases candidates;
    smaller_rules(smallest, candidates);
    smaller_world(smallest, candidates);
    smaller_question(smallest, candidates);
    smaller_frame(smallest, candidates);
    const auto found = std::ranges::find_if(candidates, shows);
    if (found == candidates.end()) continue;
    smallest = *found;
    smaller = true;
  }
  return smallest;
}

}  // namespace halligan::reference
