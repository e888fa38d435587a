#include "core/policy/diff.h"

#include <algorithm>
#include <utility>

#include "core/policy/print.h"

namespace halligan::policy {
namespace {

// One thing with a name, as canonical text.
using Named = std::vector<std::pair<std::string, std::string>>;

// The canonical text cut into its parts: one for each line at the top and of a declaration table,
// and one for each [[...]] table.
Named parts_of(const ast::Policy& policy) {
  Named parts;
  const std::string text = print(policy);
  std::string section;
  bool whole_table = false;
  std::size_t from = 0;
  while (from < text.size()) {
    const auto end = std::min(text.find('\n', from), text.size());
    const std::string line = text.substr(from, end - from);
    from = end + 1;
    if (line.empty()) continue;
    if (line.starts_with("[[")) {
      section = line.substr(2, line.size() - 4);
      whole_table = true;
      parts.emplace_back(section, "");
    } else if (line.front() == '[') {
      section = line.substr(1, line.size() - 2);
      whole_table = false;
    } else if (whole_table) {
      auto& [name, body] = parts.back();
      // A group has its name from a source.
      const bool names_it =
          body.empty() || (section == "group" && std::ranges::count(body, '\n') == 1);
      if (names_it)
        name.append(" ").append(line, line.find('"') + 1, line.rfind('"') - line.find('"') - 1);
      body.append(line).append("\n");
    } else {
      const auto key = line.substr(0, line.find(' '));
      std::string name = section;
      if (!name.empty()) name += ' ';
      parts.emplace_back(name.append(key), line + "\n");
    }
  }
  return parts;
}

const std::string* find(const Named& parts, const std::string& name) {
  const auto found = std::ranges::find(parts, name, &Named::value_type::first);
  return found == parts.end() ? nullptr : &found->second;
}

void mark(std::string& out, const std::string& body, char sign) {
  std::size_t from = 0;
  while (from < body.size()) {
    const auto end = body.find('\n', from);
    out += sign;
    out += " " + body.substr(from, end - from) + "\n";
    from = end + 1;
  }
}

// The rules that both have, in the order of the first: the order decides ties and display.
std::string order_of(const ast::Policy& policy, const ast::Policy& other) {
  std::string out;
  for (const auto& rule : policy.rules) {
    const bool in_both = std::ranges::any_of(
        other.rules, [&](const auto& another) { return another.name == rule.name; });
    if (in_both) out += rule.name.text + "\n";
  }
  return out;
}

}  // namespace

std::vector<Change> diff(const ast::Policy& in_force, const ast::Policy& proposed) {
  const Named before = parts_of(in_force);
  const Named after = parts_of(proposed);
  std::vector<Change> changes;
  for (const auto& [name, body] : before) {
    const auto* now = find(after, name);
    if (now == nullptr) {
      changes.push_back({.kind = Change::Kind::removed, .what = name, .before = body, .after = ""});
    } else if (*now != body) {
      changes.push_back(
          {.kind = Change::Kind::changed, .what = name, .before = body, .after = *now});
    }
  }
  for (const auto& [name, body] : after) {
    if (find(before, name) == nullptr) {
      changes.push_back({.kind = Change::Kind::added, .what = name, .before = "", .after = body});
    }
  }
  const std::string order = order_of(in_force, proposed);
  const std::string new_order = order_of(proposed, in_force);
  if (order != new_order) {
    changes.push_back({.kind = Change::Kind::changed,
                       .what = "the order of the rules",
                       .before = order,
                       .after = new_order});
  }
  return changes;
}

std::string diff_text(const std::vector<Change>& changes) {
  if (changes.empty()) return "no change\n";
  std::string out;
  for (const auto& change : changes) {
    switch (change.kind) {
      case Change::Kind::added: out += "added: "; break;
      case Change::Kind::removed: out += "removed: "; break;
      case Change::Kind::changed: out += "changed: "; break;
    }
    out += change.what + "\n";
    mark(out, change.before, '-');
    mark(out, change.after, '+');
  }
  return out;
}

}  // namespace halligan::policy
