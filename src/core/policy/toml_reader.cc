#include "core/policy/toml_reader.h"

#include <algorithm>
#include <array>

#include "base/bytes.h"
#include "base/limits.h"
#include "core/policy/parse_path.h"
#include "core/policy/words.h"

namespace halligan::policy {
namespace {

constexpr std::array<std::string_view, 7> not_yet{"limit",   "device",    "emergency", "level",
                                                  "witness", "otherwise", "tell"};

ast::Pos region_pos(const toml::source_region& region) {
  return {.line = static_cast<std::uint32_t>(region.begin.line),
          .column = static_cast<std::uint32_t>(region.begin.column)};
}

// Where a notation went wrong inside a string: right for strings of one line without escapes.
ast::Pos inside(const toml::node& node, std::size_t offset) {
  auto at = pos_of(node);
  at.column += 1 + static_cast<std::uint32_t>(offset);
  return at;
}

void note(Messages& out, ast::Pos at, std::string what) {
  out.push_back({.severity = Severity::error, .at = at, .what = std::move(what)});
}

// The texts of a node that is one text or a list of texts.
std::vector<std::pair<std::string, const toml::node*>> texts_of(Messages& out,
                                                                const toml::node& node,
                                                                const std::string& what) {
  std::vector<std::pair<std::string, const toml::node*>> texts;
  if (const auto* one = node.as_string()) {
    texts.emplace_back(one->get(), &node);
    return texts;
  }
  const auto* list = node.as_array();
  if (list == nullptr) {
    note(out, pos_of(node), what + " is a list of texts, found " + std::string(kind_of(node)));
    return texts;
  }
  for (const auto& element : *list) {
    if (const auto* one = element.as_string()) {
      texts.emplace_back(one->get(), &element);
    } else {
      note(out, pos_of(element), what + " holds texts, found " + std::string(kind_of(element)));
    }
  }
  return texts;
}

struct BrokenToml {};

// The parts of a key nest, and the library walks them by calling itself. Wherever the dots of a
// line stand: what is a text and what is a key only the library could say.
std::optional<ast::Pos> too_many_dots(std::string_view text) {
  std::uint32_t line = 1;
  for (std::size_t dots = 0; const char c : text) {
    if (c == '\n') ++line;
    dots = c == '\n' ? 0 : dots + static_cast<std::size_t>(c == '.');
    if (dots > limits::policy_line_dots_max) return ast::Pos{.line = line, .column = 1};
  }
  return std::nullopt;
}

}  // namespace

void broken_toml() { throw BrokenToml{}; }

toml::parse_result read_toml(std::string_view text) {
  if (const auto at = too_many_dots(text))
    return toml::parse_result{toml::parse_error{
        "a line has too many dots", {{at->line, at->column}, {at->line, at->column}, {}}}};
  try {
    return toml::parse(text);
  } catch (const BrokenToml&) {
    return toml::parse_result{
        toml::parse_error{"a key or a value is missing", {{1, 1}, {1, 1}, {}}}};
  }
}

ast::Pos pos_of(const toml::node& node) { return region_pos(node.source()); }

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::none: return "nothing";
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a text";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number with a fraction";
    case toml::node_type::boolean: return "true or false";
    case toml::node_type::date: return "a date";
    case toml::node_type::time: return "a time";
    case toml::node_type::date_time: return "a date with time";
  }
  return "something else";
}

std::vector<std::pair<ast::Name, const toml::node*>> entries_of(const toml::table& table) {
  std::vector<std::pair<ast::Name, const toml::node*>> entries;
  for (const auto& [key, node] : table) {
    entries.emplace_back(ast::Name{.text = std::string(key.str()), .at = region_pos(key.source())},
                         &node);
  }
  std::ranges::stable_sort(entries, [](const auto& a, const auto& b) {
    return std::pair{a.first.at.line, a.first.at.column} <
           std::pair{b.first.at.line, b.first.at.column};
  });
  return entries;
}

Keys::Keys(Messages& out, const toml::table& table, std::string where)
    : out_(out), table_(table), where_(std::move(where)), at_(pos_of(table)) {}

const toml::node* Keys::take(std::string_view key) {
  known_.push_back(key);
  return table_.get(key);
}

void Keys::error(ast::Pos at, std::string what) { note(out_, at, std::move(what)); }

void Keys::finish() {
  for (const auto& [key, node] : entries_of(table_)) {
    if (std::ranges::find(known_, key.text) != known_.end()) continue;
    if (std::ranges::find(not_yet, key.text) != not_yet.end()) {
      error(key.at, quoted(key.text) + " is not yet enforced; take it out");
    } else {
      error(key.at, quoted(key.text) + " is not a key of " + where_ + hint(key.text, known_));
    }
  }
}

void Keys::must_have(std::string_view key, std::string_view example) {
  if (table_.get(key) == nullptr) {
    error(at_, where_ + " needs " + quoted(key) + ", for example " + std::string(example));
  }
}

std::string Keys::text(std::string_view key, std::size_t bytes_max) {
  const auto* node = take(key);
  if (node == nullptr) return {};
  const auto* value = node->as_string();
  if (value == nullptr) {
    error(pos_of(*node), quoted(key) + " is a text, found " + std::string(kind_of(*node)));
    return {};
  }
  if (value->get().empty() || value->get().size() > bytes_max || !valid_utf8(value->get())) {
    error(pos_of(*node), quoted(key) + " is a text of 1 to " + std::to_string(bytes_max) +
                             " bytes, found " + std::to_string(value->get().size()));
    return {};
  }
  return value->get();
}

bool Keys::truth(std::string_view key, bool otherwise) {
  const auto* node = take(key);
  if (node == nullptr) return otherwise;
  if (const auto* value = node->as_boolean()) return value->get();
  error(pos_of(*node), quoted(key) + " is true or false, found " + std::string(kind_of(*node)));
  return otherwise;
}

std::int64_t Keys::whole(std::string_view key, std::int64_t least, std::int64_t most) {
  const auto* node = take(key);
  if (node == nullptr) return 0;
  if (const auto* value = node->as_integer();
      value != nullptr && value->get() >= least && value->get() <= most) {
    return value->get();
  }
  error(pos_of(*node), quoted(key) + " is a whole number from " + std::to_string(least) + " to " +
                           std::to_string(most) + ", found " + std::string(kind_of(*node)));
  return 0;
}

std::optional<Millis> Keys::lifetime(std::string_view key) {
  const auto* node = take(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_string();
  const auto span = value == nullptr ? std::nullopt : parse_duration(value->get());
  if (!span || span->count() == 0) {
    error(pos_of(*node),
          quoted(key) + " is a time such as \"15m\", \"8h\" or \"1h30m\", found " +
              (value == nullptr ? std::string(kind_of(*node)) : "\"" + value->get() + "\""));
    return std::nullopt;
  }
  return span;
}

std::optional<ast::Span> Keys::span(std::string_view key) {
  const auto* node = take(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_string();
  const auto span = value == nullptr ? std::nullopt : parse_span(value->get());
  if (!span) {
    error(pos_of(*node),
          quoted(key) + " is a span such as \"7d\" or \"12h\", found " +
              (value == nullptr ? std::string(kind_of(*node)) : "\"" + value->get() + "\""));
  }
  return span;
}

bool Keys::well_formed(const ast::Name& name, bool code, std::string_view key) {
  if (code ? is_code(name.text) : is_name(name.text)) return true;
  error(
      name.at,
      (code
           ? "a flag is written in capitals, digits, - and _, such as VIP; found "
           : "a name is written in small letters, digits, - and _, such as open-referral; found ") +
          quoted(name.text) + " in " + quoted(key));
  return false;
}

std::optional<ast::Name> Keys::name(std::string_view key) {
  const auto* node = take(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_string();
  if (value == nullptr) {
    error(pos_of(*node), quoted(key) + " is a name, found " + std::string(kind_of(*node)));
    return std::nullopt;
  }
  ast::Name name{.text = value->get(), .at = pos_of(*node)};
  if (!well_formed(name, false, key)) return std::nullopt;
  return name;
}

std::vector<ast::Name> Keys::words(std::string_view key) {
  const auto* node = take(key);
  std::vector<ast::Name> out;
  if (node == nullptr) return out;
  for (auto& [text, at] : texts_of(out_, *node, quoted(key))) {
    if (std::ranges::any_of(out,
                            [&text = text](const auto& other) { return other.text == text; })) {
      error(pos_of(*at), quoted(text) + " stands twice in " + quoted(key));
    } else {
      out.push_back({.text = std::move(text), .at = pos_of(*at)});
    }
  }
  if (out.empty() && node->is_array())
    error(pos_of(*node), quoted(key) + " is empty; leave it out or fill it");
  return out;
}

std::vector<ast::Name> Keys::names(std::string_view key) {
  auto out = words(key);
  std::erase_if(out, [&](const auto& name) { return !well_formed(name, false, key); });
  return out;
}

std::vector<ast::Name> Keys::codes(std::string_view key) {
  auto out = words(key);
  std::erase_if(out, [&](const auto& name) { return !well_formed(name, true, key); });
  return out;
}

std::optional<ast::Path> Keys::path(std::string_view key) {
  const auto* node = take(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_string();
  if (value == nullptr) {
    error(pos_of(*node), quoted(key) + " is a path such as \"staff : member / referral\", found " +
                             std::string(kind_of(*node)));
    return std::nullopt;
  }
  auto read = parse_path(value->get(), inside(*node, 0));
  if (const auto* wrong = std::get_if<NotationError>(&read)) {
    error(inside(*node, wrong->offset), wrong->what);
    return std::nullopt;
  }
  return std::get<ast::Path>(std::move(read));
}

std::vector<ast::Member> Keys::members(std::string_view key) {
  const auto* node = take(key);
  if (node == nullptr) return {};
  return read_members(out_, *node, quoted(key));
}

const toml::table* Keys::table(std::string_view key) {
  const auto* node = take(key);
  if (node == nullptr) return nullptr;
  if (const auto* value = node->as_table()) return value;
  error(pos_of(*node), quoted(key) + " is a table, found " + std::string(kind_of(*node)));
  return nullptr;
}

std::vector<const toml::table*> Keys::tables(std::string_view key) {
  const auto* node = take(key);
  std::vector<const toml::table*> out;
  if (node == nullptr) return out;
  const auto* list = node->as_array();
  if (list == nullptr) {
    error(pos_of(*node), quoted(key) + " is written [[" + std::string(key) +
                             "]], once for each; found " + std::string(kind_of(*node)));
    return out;
  }
  for (const auto& element : *list) {
    if (const auto* one = element.as_table()) {
      out.push_back(one);
    } else {
      error(pos_of(element), quoted(key) + " holds tables, found " + std::string(kind_of(element)));
    }
  }
  return out;
}

std::vector<ast::Member> read_members(Messages& out, const toml::node& node,
                                      std::string_view where) {
  std::vector<ast::Member> members;
  bool adds = false;
  for (const auto& [text, at] : texts_of(out, node, std::string(where))) {
    auto read = parse_member(text, pos_of(*at));
    if (const auto* wrong = std::get_if<NotationError>(&read)) {
      note(out, inside(*at, wrong->offset), wrong->what);
      adds = true;  // one message is enough
      continue;
    }
    members.push_back(std::get<ast::Member>(std::move(read)));
    adds = adds || !members.back().minus;
  }
  if (!adds) {
    note(out, pos_of(node),
         std::string(where) +
             " must have at least one member that is not taken away, such as \"*\"");
  }
  return members;
}

}  // namespace halligan::policy
