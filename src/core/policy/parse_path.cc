#include "core/policy/parse_path.h"

#include <algorithm>
#include <array>

#include "base/limits.h"
#include "core/policy/words.h"

namespace halligan::policy {
namespace {

constexpr std::size_t depth_max = 16;  // brackets within brackets
constexpr std::array<std::string_view, 5> start_words{"staff", "terminal", "session", "patient",
                                                      "item"};

// Reverses a whole expression: its parts change order and each step its direction.
void reverse(ast::PathExpr& expr) {
  switch (expr.kind) {
    case ast::PathKind::step: expr.step.inverse = !expr.step.inverse; break;
    case ast::PathKind::sequence:
      std::ranges::reverse(expr.parts);
      std::ranges::for_each(expr.parts, reverse);
      break;
    case ast::PathKind::either: std::ranges::for_each(expr.parts, reverse); break;
  }
}

class Reader {
 public:
  Reader(std::string_view text, ast::Pos at) : text_(text), base_(at) {}

  std::optional<ast::Path> path() {
    ast::Path path;
    path.at = here();
    const auto word = read_word();
    const auto start = start_of(word);
    if (!start) {
      return fail(at_ - word.size(),
                  "a path starts at `staff`, `terminal`, `session`, `patient` or `item`, found " +
                      found(word) + hint(word, start_words));
    }
    path.start = *start;
    if (!take(':')) return fail(at_, "expected `:` after " + quoted(word));
    auto expr = either(0);
    if (!expr) return std::nullopt;
    skip();
    if (at_ != text_.size()) {
      return fail(at_,
                  "expected `/`, `|` or the end of the path, found " + found(text_.substr(at_, 1)));
    }
    path.expr = std::move(*expr);
    return path;
  }

  NotationError error() const { return error_; }

 private:
  std::optional<ast::PathExpr> list(ast::PathKind kind, char joint, std::size_t depth) {
    std::vector<ast::PathExpr> parts;
    do {
      auto part =
          kind == ast::PathKind::either ? list(ast::PathKind::sequence, '/', depth) : step(depth);
      if (!part) return std::nullopt;
      // a / (b / c) is a / b / c, and the same for `|`: one form for each meaning.
      if (part->kind == kind) {
        for (auto& inner : part->parts) parts.push_back(std::move(inner));
      } else {
        parts.push_back(std::move(*part));
      }
    } while (take(joint));
    if (parts.size() == 1) return std::move(parts.front());
    return ast::PathExpr{.kind = kind, .step = {}, .parts = std::move(parts)};
  }

  std::optional<ast::PathExpr> either(std::size_t depth) {
    return list(ast::PathKind::either, '|', depth);
  }

  std::optional<ast::PathExpr> step(std::size_t depth) {
    if (depth > depth_max) {
      fail(at_, "too many brackets within brackets; at most " + std::to_string(depth_max));
      return std::nullopt;
    }
    if (take('^')) {
      auto inner = step(depth + 1);
      if (inner) reverse(*inner);
      return inner;
    }
    if (take('(')) {
      auto inner = either(depth + 1);
      if (inner && !take(')')) {
        fail(at_, "expected `)`");
        return std::nullopt;
      }
      return inner;
    }
    return relation();
  }

  std::optional<ast::PathExpr> relation() {
    skip();
    ast::PathExpr out;
    out.step.relation.at = here();
    const auto word = read_word();
    if (!is_name(word)) {
      fail(at_ - word.size(), "expected the name of a relation, `^` or `(`, found " + found(word));
      return std::nullopt;
    }
    out.step.relation.text = word;
    if (take('(')) {
      skip();
      const auto at = here();
      const auto place = read_word();
      if (!is_name(place)) {
        fail(at_ - place.size(), "expected the name of a place after `" + std::string(word) + "(`");
        return std::nullopt;
      }
      out.step.place = ast::Name{.text = std::string(place), .at = at};
      if (!take(')')) {
        fail(at_, "expected `)` after the name of the place");
        return std::nullopt;
      }
    }
    if (take('[')) {
      skip();
      const auto end = text_.find(']', at_);
      if (end == std::string_view::npos) {
        fail(at_, "expected `]` after the value");
        return std::nullopt;
      }
      auto value = text_.substr(at_, end - at_);
      while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
      if (value.empty() || value.size() > limits::id_bytes_max ||
          value.find_first_of("[]()^|/\"") != std::string_view::npos) {
        fail(at_, "expected a coded value between `[` and `]`");
        return std::nullopt;
      }
      out.step.value = std::string(value);
      at_ = end + 1;
    }
    return out;
  }

  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  bool take(char wanted) {
    skip();
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  std::string_view read_word() {
    skip();
    const std::size_t from = at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool of_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '_' || c == '-';
      if (!of_word) break;
      ++at_;
    }
    return text_.substr(from, at_ - from);
  }

  std::string found(std::string_view word) const {
    if (!word.empty()) return quoted(word);
    return at_ < text_.size() ? quoted(text_.substr(at_, 1)) : "the end";
  }

  ast::Pos here() const {
    return {.line = base_.line, .column = base_.column + static_cast<std::uint32_t>(at_)};
  }

  std::nullopt_t fail(std::size_t offset, std::string what) {
    error_ = {.offset = offset, .what = std::move(what)};
    return std::nullopt;
  }

  std::string_view text_;
  ast::Pos base_;
  std::size_t at_ = 0;
  NotationError error_;
};

std::string step_text(const ast::Step& step) {
  std::string out = (step.inverse ? "^" : "") + step.relation.text;
  if (step.place) out += "(" + step.place->text + ")";
  if (step.value) out += "[" + *step.value + "]";
  return out;
}

std::string expr_text(const ast::PathExpr& expr) {
  if (expr.kind == ast::PathKind::step) return step_text(expr.step);
  const bool sequence = expr.kind == ast::PathKind::sequence;
  std::string out;
  for (const auto& part : expr.parts) {
    if (!out.empty()) out += sequence ? " / " : " | ";
    const bool bracket = sequence && part.kind == ast::PathKind::either;
    out += bracket ? "(" + expr_text(part) + ")" : expr_text(part);
  }
  return out;
}

// "{laboratory, 30d}": one word that is not a span, one that is, in any order.
std::optional<NotationError> read_filters(std::string_view inside, std::size_t offset,
                                          ast::Member& out) {
  std::size_t from = 0;
  while (from <= inside.size()) {
    const auto comma = std::min(inside.find(',', from), inside.size());
    auto word = inside.substr(from, comma - from);
    while (!word.empty() && word.front() == ' ') word.remove_prefix(1);
    while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
    if (const auto span = parse_span(word); span && !out.newer_than) {
      out.newer_than = span;
    } else if (is_name(word) && !out.category) {
      out.category = std::string(word);
    } else {
      return NotationError{
          offset + from,
          "between `{` and `}` stand a category, an age such as `30d`, or both, found " +
              (word.empty() ? std::string("nothing") : quoted(word))};
    }
    from = comma + 1;
  }
  return std::nullopt;
}

}  // namespace

std::variant<ast::Path, NotationError> parse_path(std::string_view text, ast::Pos at) {
  Reader reader{text, at};
  if (auto path = reader.path()) return std::move(*path);
  return reader.error();
}

std::variant<ast::Member, NotationError> parse_member(std::string_view text, ast::Pos at) {
  ast::Member out;
  out.at = at;
  std::size_t from = 0;
  if (text.starts_with('-')) {
    out.minus = true;
    from = 1;
  }
  const auto rest = text.substr(from);
  if (rest == "*") return out;
  if (rest.starts_with("label:")) {
    out.kind = ast::MemberKind::label;
    out.text = rest.substr(6);
    if (!out.text.empty() && out.text.size() <= limits::id_bytes_max &&
        out.text.find_first_of(" \"{}[],:") == std::string::npos) {
      return out;
    }
    return NotationError{from + 6, "expected the code of a security label after `label:`"};
  }
  if (rest.starts_with("fact:")) {
    out.kind = ast::MemberKind::fact;
    out.text = rest.substr(5);
    const std::string_view flag{out.text};
    if (is_name(flag) || (flag.starts_with("flag:") && is_code(flag.substr(5)))) return out;
    return NotationError{from + 5, "expected a relation, or `flag:` and a flag, after `fact:`"};
  }
  const auto brace = rest.find('{');
  const auto word = rest.substr(0, brace);
  if (is_resource_type(word)) {
    out.kind = ast::MemberKind::type;
    out.text = word;
    if (brace == std::string_view::npos) return out;
    if (!rest.ends_with('}')) return NotationError{text.size(), "expected `}` at the end"};
    const auto inside = rest.substr(brace + 1, rest.size() - brace - 2);
    if (auto error = read_filters(inside, from + brace + 1, out)) return *error;
    return out;
  }
  if (is_name(rest)) {
    out.kind = ast::MemberKind::named;
    out.text = rest;
    return out;
  }
  return NotationError{
      from,
      "expected `*`, a FHIR R4 resource type, `label:CODE`, `fact:RELATION` or a class, found " +
          quoted(rest) + hint(word, resource_types())};
}

std::string path_text(const ast::Path& path) {
  return std::string(name_of(path.start)) + " : " + expr_text(path.expr);
}

std::string member_text(const ast::Member& member) {
  std::string out = member.minus ? "-" : "";
  switch (member.kind) {
    case ast::MemberKind::everything: return out + "*";
    case ast::MemberKind::label: return out + "label:" + member.text;
    case ast::MemberKind::fact: return out + "fact:" + member.text;
    case ast::MemberKind::named: return out + member.text;
    case ast::MemberKind::type: break;
  }
  out += member.text;
  if (!member.category && !member.newer_than) return out;
  out += "{" + member.category.value_or("");
  if (member.category && member.newer_than) out += ", ";
  if (member.newer_than) out += span_text(*member.newer_than);
  return out + "}";
}

}  // namespace halligan::policy
