#include "in/scim/filter.h"

#include <algorithm>
#include <array>

namespace halligan::in::scim {
namespace {

constexpr std::size_t text_bytes_max = 1'024;
constexpr std::size_t comparisons_max = 64;
constexpr std::size_t levels_max = 16;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lowered(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

Error bad(std::string what) {
  return {.status = 400, .type = "invalidFilter", .detail = std::move(what)};
}

constexpr std::array<std::pair<std::string_view, Compare>, 10> words{{{"eq", Compare::eq},
                                                                      {"ne", Compare::ne},
                                                                      {"co", Compare::co},
                                                                      {"sw", Compare::sw},
                                                                      {"ew", Compare::ew},
                                                                      {"gt", Compare::gt},
                                                                      {"ge", Compare::ge},
                                                                      {"lt", Compare::lt},
                                                                      {"le", Compare::le},
                                                                      {"pr", Compare::pr}}};

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '$';
  });
}

std::optional<Attribute> attribute_of(std::string_view text) {
  Attribute out;
  for (const auto schema : {core_user, core_group, enterprise}) {
    if (text.size() <= schema.size() || !same_word(text.substr(0, schema.size()), schema) ||
        text[schema.size()] != ':')
      continue;
    out.extension = schema == enterprise;
    text.remove_prefix(schema.size() + 1);
    break;
  }
  if (same_word(text, enterprise)) return Attribute{.extension = true, .name = {}, .sub = {}};
  const auto dot = text.find('.');
  out.name = std::string{text.substr(0, dot)};
  if (dot != std::string_view::npos) out.sub = std::string{text.substr(dot + 1)};
  if (!is_name(out.name) || (dot != std::string_view::npos && !is_name(out.sub)))
    return std::nullopt;
  return out;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<Filter> whole() {
    auto out = any(0);
    blanks();
    if (at_ != text_.size()) return fail("something follows that was not expected");
    return error_ ? std::nullopt : std::move(out);
  }
  // Up to the closing bracket.
  std::optional<Filter> inside() {
    auto out = any(0);
    blanks();
    if (error_ || !take(']')) return fail("a filter within [ ] that does not end");
    return out;
  }
  std::size_t at() const { return at_; }
  void go(std::size_t at) { at_ = at; }
  Error error() const { return error_.value_or(bad("a filter that cannot be read")); }

 private:
  std::optional<Filter> fail(const char* what) {
    if (!error_)
      error_ = bad(std::string{what} + ", at character " + std::to_string(at_ + 1) +
                   ": expected attribute, operator and value, such as userName eq \"x\"");
    return std::nullopt;
  }
  void blanks() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view wanted) {
    blanks();
    if (!same_word(text_.substr(std::min(at_, text_.size()), wanted.size()), wanted)) return false;
    const auto end = at_ + wanted.size();
    if (end < text_.size() && text_[end] != ' ' && text_[end] != '(') return false;
    at_ = end;
    return true;
  }

  std::optional<Filter> list(std::size_t level, Filter::Kind kind, std::string_view joined) {
    Filter out;
    out.kind = kind;
    do {
      auto part = kind == Filter::Kind::any ? list(level, Filter::Kind::all, "and") : one(level);
      if (!part) return std::nullopt;
      out.parts.push_back(*std::move(part));
    } while (word(joined));
    if (out.parts.size() > 1) return out;
    auto only = std::move(out.parts.front());
    return only;
  }
  std::optional<Filter> any(std::size_t level) { return list(level, Filter::Kind::any, "or"); }

  std::optional<Filter> one(std::size_t level) {
    if (level > levels_max) return fail("a filter nested too deeply");
    if (++terms_ > comparisons_max) return fail("a filter of too many comparisons");
    if (word("not")) {
      blanks();
      if (!take('(')) return fail("`not` without brackets");
      return in_brackets(level, true);
    }
    blanks();
    if (take('(')) return in_brackets(level, false);
    const auto from = at_;
    while (at_ < text_.size() && text_[at_] != ' ' && text_[at_] != '[' && text_[at_] != ')' &&
           text_[at_] != ']')
      ++at_;
    const auto attribute = attribute_of(text_.substr(from, at_ - from));
    if (!attribute || attribute->name.empty()) return fail("no attribute");
    Filter out;
    out.attribute = *attribute;
    if (take('[')) {
      out.kind = Filter::Kind::element;
      auto part = any(level + 1);
      if (!part) return std::nullopt;
      blanks();
      if (!take(']')) return fail("a [ that is not closed");
      out.parts.push_back(*std::move(part));
      return out;
    }
    return compared(std::move(out));
  }

  std::optional<Filter> in_brackets(std::size_t level, bool negated) {
    auto part = any(level + 1);
    if (!part) return std::nullopt;
    blanks();
    if (!take(')')) return fail("a bracket that is not closed");
    if (!negated) return part;
    Filter out;
    out.kind = Filter::Kind::none;
    out.parts.push_back(*std::move(part));
    return out;
  }

  std::optional<Filter> compared(Filter out) {
    blanks();
    const auto operation = lowered(text_.substr(std::min(at_, text_.size()), 2));
    const auto found = std::ranges::find(words, std::string_view{operation},
                                         &std::pair<std::string_view, Compare>::first);
    if (found == words.end()) return fail("no operator");
    at_ += 2;
    out.how = found->second;
    if (out.how == Compare::pr) return out;
    blanks();
    const auto from = at_;
    if (at_ < text_.size() && text_[at_] == '"') {
      for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
        if (text_[at_] == '\\') ++at_;
      if (at_ >= text_.size()) return fail("a text that does not end");
      ++at_;
    } else {
      while (at_ < text_.size() && text_[at_] != ' ' && text_[at_] != ')' && text_[at_] != ']')
        ++at_;
    }
    boost::system::error_code broken;
    out.value = json::parse(lowered_word(text_.substr(from, at_ - from)), broken);
    if (broken || out.value.is_object() || out.value.is_array()) return fail("no value");
    return out;
  }
  // true, FALSE: as JSON has them.
  static std::string lowered_word(std::string_view text) {
    return text.starts_with('"') ? std::string{text} : lowered(text);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t terms_ = 0;
  std::optional<Error> error_;
};

// Those that are told apart by case (RFC 7643); everything else is not.
bool is_exact(const Attribute& attribute) {
  return same_word(attribute.name, "id") || same_word(attribute.name, "externalId") ||
         same_word(attribute.name, "value") || same_word(attribute.sub, "$ref");
}

bool compare_texts(Compare how, std::string_view held, std::string_view wanted) {
  switch (how) {
    case Compare::eq: return held == wanted;
    case Compare::ne: return held != wanted;
    case Compare::co: return held.find(wanted) != std::string_view::npos;
    case Compare::sw: return held.starts_with(wanted);
    case Compare::ew: return held.ends_with(wanted);
    case Compare::gt: return held > wanted;
    case Compare::ge: return held >= wanted;
    case Compare::lt: return held < wanted;
    case Compare::le: return held <= wanted;
    case Compare::pr: return !held.empty();
  }
  return false;
}

bool compare_value(const Filter& filter, const json::value& held) {
  if (filter.how == Compare::pr)
    return !held.is_null() && !(held.is_string() && held.get_string().empty());
  const auto& wanted = filter.value;
  if (held.is_string() && wanted.is_string()) {
    const std::string_view a{held.get_string()};
    const std::string_view b{wanted.get_string()};
    return is_exact(filter.attribute) ? compare_texts(filter.how, a, b)
                                      : compare_texts(filter.how, lowered(a), lowered(b));
  }
  if (held.is_bool() && wanted.is_string() &&  // primary eq "True", as Entra says
      (same_word(wanted.get_string(), "true") || same_word(wanted.get_string(), "false"))) {
    const bool same = held.get_bool() == same_word(wanted.get_string(), "true");
    return filter.how == Compare::eq ? same : filter.how == Compare::ne && !same;
  }
  if (filter.how == Compare::eq) return held == wanted;
  return filter.how == Compare::ne && held != wanted;
}

// Every value that an attribute has: of a list that of each of its elements.
template <class Visit>
bool any_value(const Attribute& attribute, const json::object& resource, const Visit& visit) {
  const auto* extension = find_member(resource, enterprise);
  const auto* from = &resource;
  if (attribute.extension) {
    if (extension == nullptr || !extension->is_object()) return false;
    from = &extension->get_object();
  }
  const auto* held = find_member(*from, attribute.name);
  if (held == nullptr) return false;
  const auto look = [&](const json::value& value) {
    if (!value.is_object()) return attribute.sub.empty() && visit(value);
    // Of a thing with parts, its `value` is meant.
    const auto* part =
        find_member(value.get_object(), attribute.sub.empty() ? "value" : attribute.sub);
    return part != nullptr && visit(*part);
  };
  if (!held->is_array()) return look(*held);
  return std::ranges::any_of(held->get_array(), look);
}

}  // namespace

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

const json::value* find_member(const json::object& object, std::string_view name) {
  for (const auto& each : object)
    if (same_word(each.key(), name)) return &each.value();
  return nullptr;
}
json::value* find_member(json::object& object, std::string_view name) {
  for (auto& each : object)
    if (same_word(each.key(), name)) return &each.value();
  return nullptr;
}

Or<Filter> parse_filter(std::string_view text) {
  if (text.size() > text_bytes_max) return bad("a filter of more than 1024 bytes");
  Parser parser{text};
  auto out = parser.whole();
  if (!out) return parser.error();
  return *std::move(out);
}

bool fits(const Filter& filter, const json::object& resource) {
  const auto fit = [&](const Filter& part) { return fits(part, resource); };
  switch (filter.kind) {
    case Filter::Kind::all: return std::ranges::all_of(filter.parts, fit);
    case Filter::Kind::any: return std::ranges::any_of(filter.parts, fit);
    case Filter::Kind::none: return !fit(filter.parts.front());
    case Filter::Kind::element: {
      const auto* held = find_member(resource, filter.attribute.name);
      return held != nullptr && held->is_array() &&
             std::ranges::any_of(held->get_array(), [&](const json::value& each) {
               return each.is_object() && fits(filter.parts.front(), each.get_object());
             });
    }
    case Filter::Kind::compare: break;
  }
  const bool found = any_value(filter.attribute, resource, [&](const json::value& value) {
    return compare_value(filter, value);
  });
  // What is not there is not equal to anything.
  if (!found && filter.how == Compare::ne)
    return !any_value(filter.attribute, resource, [](const json::value&) { return true; });
  return found;
}

Or<Path> parse_path(std::string_view text) {
  const auto wrong = [](std::string what) {
    return Error{.status = 400, .type = "invalidPath", .detail = std::move(what)};
  };
  if (text.empty() || text.size() > text_bytes_max)
    return wrong("a path that is empty, or of more than 1024 bytes");
  const auto bracket = text.find('[');
  auto attribute = attribute_of(text.substr(0, bracket));
  if (!attribute) return wrong("a path that names no attribute");
  Path out{.attribute = *std::move(attribute), .element = {}};
  if (bracket == std::string_view::npos) return out;
  Parser parser{text};
  parser.go(bracket + 1);
  auto filter = parser.inside();
  if (!filter) return wrong(parser.error().detail);
  out.element = *std::move(filter);
  const auto rest = text.substr(parser.at());
  if (rest.empty()) return out;
  if (rest.front() != '.' || !is_name(rest.substr(1)))
    return wrong("after the filter of a path only .attribute may follow");
  out.attribute.sub = std::string{rest.substr(1)};
  return out;
}

}  // namespace halligan::in::scim
