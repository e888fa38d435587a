#include "core/policy/policy_tests.h"

#include <algorithm>
#include <charconv>

#include "base/limits.h"
#include "core/policy/stage.h"
#include "core/policy/toml_reader.h"
#include "core/policy/words.h"
#include "core/policy/zone.h"

namespace halligan::policy {
namespace {

constexpr std::size_t tests_max = 10'000;
constexpr std::size_t line_bytes_max = 1'000;

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> out;
  std::size_t from = 0;
  while (from <= text.size()) {
    const auto end = std::min(text.find(by, from), text.size());
    auto part = text.substr(from, end - from);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) out.push_back(part);
    from = end + 1;
  }
  return out;
}

std::vector<std::string> strings(const std::vector<std::string_view>& parts) {
  return {parts.begin(), parts.end()};
}

// "2026-03-02", "2026-03-02T10:00" and "...:00" by the hospital's clock; RFC 3339; "+2h", "-7d".
std::optional<Instant> parse_time(std::string_view text, const Zone& zone, Instant now) {
  if (text.starts_with('+') || text.starts_with('-')) {
    const auto span = parse_span(text.substr(1));
    if (!span) return std::nullopt;
    return zone.shift(now, *span, text.front() == '-');
  }
  if (const auto exact = parse_instant(text)) return exact;
  std::string local(text);
  if (local.size() == 10) local += "T00:00";
  if (local.size() == 16) local += ":00";
  const auto as_utc = parse_instant(local + "Z");
  if (!as_utc) return std::nullopt;
  return zone.from_local(*as_utc);
}

// Reads one fact; `error` says what is wrong.
class FactReader {
 public:
  FactReader(const ast::Policy& policy, const Zone& zone, Instant now)
      : policy_(policy), zone_(zone), now_(now) {}

  std::optional<ast::Fact> read(std::string_view text) {
    ast::Fact fact;
    if (text.starts_with("not ")) {
      fact.denied = true;
      text.remove_prefix(4);
    }
    const auto open = text.find('(');
    const auto close = text.find(')');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
      return fail("a fact is written relation(from, to) or FLAG(patient)");
    }
    const auto name = text.substr(0, open);
    const auto ends = split(text.substr(open + 1, close - open - 1), ',');
    if (!read_name(fact, name, ends)) return std::nullopt;
    auto rest = text.substr(close + 1);
    if (rest.starts_with('[')) {
      const auto end = rest.find(']');
      if (end == std::string_view::npos) return fail("expected `]` after the value");
      fact.value = rest.substr(1, end - 1);
      rest.remove_prefix(end + 1);
    }
    const auto words = split(rest, ' ');
    if (words.size() % 2 != 0) return fail("after a fact stand pairs: from, until, source, by");
    for (std::size_t i = 0; i < words.size(); i += 2) {
      if (!read_pair(fact, words[i], words[i + 1])) return std::nullopt;
    }
    return fact;
  }

  const std::string& error() const { return error_; }

 private:
  std::nullopt_t fail(std::string what) {
    error_ = std::move(what);
    return std::nullopt;
  }

  bool read_name(ast::Fact& fact, std::string_view name,
                 const std::vector<std::string_view>& ends) {
    const bool flag = is_code(name);
    std::vector<std::string_view> known;
    for (const auto& relation : policy_.relations) known.push_back(relation.name.text);
    for (const auto& one : policy_.flags) known.push_back(one.name.text);
    if (std::ranges::find(known, name) == known.end()) {
      fail("no relation or flag is named " + quoted(name) + hint(name, known));
      return false;
    }
    if (ends.size() != (flag ? 1U : 2U)) {
      fail(quoted(name) + " links " + (flag ? "one patient" : "two ids"));
      return false;
    }
    fact.relation = (flag ? "flag:" : "") + std::string(name);
    fact.from = ends.front();
    fact.to = ends.back();
    return true;
  }

  bool read_pair(ast::Fact& fact, std::string_view word, std::string_view value) {
    if (word == "source") {
      fact.source = value;
    } else if (word == "by") {
      fact.recorded_by = value;
    } else if (word == "from" || word == "until") {
      const auto at = parse_time(value, zone_, now_);
      if (!at) {
        fail(quoted(value) + " is not a time such as 2026-03-02, 2026-03-02T10:00 or -2h");
        return false;
      }
      (word == "from" ? fact.start : fact.end) = *at;
    } else {
      fail("expected from, until, source or by, found " + quoted(word));
      return false;
    }
    return true;
  }

  const ast::Policy& policy_;
  const Zone& zone_;
  Instant now_;
  std::string error_;
};

class FileReader {
 public:
  FileReader(const ast::Policy& policy, const Zone& zone) : policy_(policy), zone_(zone) {}

  TestFile read(const toml::table& root) {
    Keys top{file_.messages, root, "the tests"};
    top.must_have("now", "now = \"2026-03-02T10:00\"");
    file_.now = time(top, "now", Instant{}, Instant{});
    const auto fresh = top.words("fresh");
    file_.world.facts = facts(top, file_.now);
    file_.world.heartbeats = heartbeats(fresh, {}, file_.now);
    if (const auto* table = top.table("askers")) {
      for (const auto& [name, node] : entries_of(*table)) {
        const auto* inner = node->as_table();
        if (inner == nullptr) {
          top.error(pos_of(*node), "an asker is a table, found " + std::string(kind_of(*node)));
          continue;
        }
        Keys keys{file_.messages, *inner, "asker " + quoted(name.text)};
        file_.askers[name.text] = asker(keys, name.text, file_.now);
      }
    }
    for (const auto* table : top.tables("test")) test(*table, fresh);
    top.finish();
    if (file_.tests.size() > tests_max)
      top.error(top.at(), "at most " + std::to_string(tests_max) + " tests");
    return std::move(file_);
  }

 private:
  Instant time(Keys& keys, std::string_view key, Instant now, Instant otherwise) {
    const auto text = keys.text(key, line_bytes_max);
    if (text.empty()) return otherwise;
    const auto at = parse_time(text, zone_, now);
    if (!at)
      keys.error(keys.at(), quoted(text) + " in " + quoted(key) +
                                " is not a time such as 2026-03-02T10:00 or -2h");
    return at.value_or(otherwise);
  }

  std::vector<ast::Fact> facts(Keys& keys, Instant now) {
    std::vector<ast::Fact> out;
    FactReader reader{policy_, zone_, now};
    for (const auto& line : keys.words("facts")) {
      if (auto fact = reader.read(line.text)) {
        out.push_back(std::move(*fact));
      } else {
        keys.error(line.at, reader.error() + "; found " + quoted(line.text));
      }
    }
    return out;
  }

  static std::vector<ast::Heartbeat> heartbeats(const std::vector<ast::Name>& fresh,
                                                const std::vector<ast::Name>& silent, Instant now) {
    std::vector<ast::Heartbeat> out;
    for (const auto& feed : fresh) {
      if (std::ranges::none_of(silent, [&](const auto& s) { return s.text == feed.text; })) {
        out.push_back({.feed = feed.text, .at = now});
      }
    }
    return out;
  }

  std::vector<std::string> roles(Keys& keys, std::string_view key) {
    std::vector<std::string_view> known;
    for (const auto& role : policy_.roles) known.push_back(role.text);
    std::vector<std::string> out;
    for (const auto& role : keys.names(key)) {
      if (std::ranges::find(known, role.text) == known.end()) {
        keys.error(role.at, "no role is named " + quoted(role.text) + hint(role.text, known));
      }
      out.push_back(role.text);
    }
    return out;
  }

  ast::Asker asker(Keys& keys, const std::string& name, Instant now) {
    ast::Asker out;
    out.staff = keys.text("staff", limits::id_bytes_max);
    if (out.staff.empty()) out.staff = name;
    out.active_roles = roles(keys, "roles");
    out.held_roles = roles(keys, "held");
    out.held_roles.insert(out.held_roles.end(), out.active_roles.begin(), out.active_roles.end());
    const auto optional = [&](std::string_view key) {
      auto text = keys.text(key, limits::id_bytes_max);
      return text.empty() ? std::nullopt : std::optional(std::move(text));
    };
    if (const auto place = optional("place")) {
      const auto slash = place->find('/');
      if (slash == std::string::npos) {
        keys.error(keys.at(),
                   "a place is written kind/id, such as ward/w-3; found " + quoted(*place));
      } else {
        out.place_kind = place->substr(0, slash);
        out.place_id = place->substr(slash + 1);
      }
    }
    out.terminal = optional("terminal");
    out.department = optional("department");
    out.application = optional("application");
    out.focus = optional("focus");
    if (const auto proof = optional("proof")) {
      const auto factor = factor_of(*proof);
      if (!factor) keys.error(keys.at(), "`proof` is password or totp, found " + quoted(*proof));
      out.proof_level = factor ? ast::level_of(*factor) : 0;
      out.proof_at = now - keys.lifetime("proof_age").value_or(Millis{0});
    }
    keys.finish();
    return out;
  }

  void test(const toml::table& table, const std::vector<ast::Name>& fresh) {
    Keys keys{file_.messages, table, "[[test]]"};
    for (const auto& [key, example] : {std::pair{"name", "name = \"...\""},
                                       {"who", "who = \"osei\""},
                                       {"asks", "asks = \"read Patient of p-1\""},
                                       {"expect", "expect = \"permit\""}}) {
      keys.must_have(key, example);
    }
    PolicyTest out;
    out.at = keys.at();
    out.name = keys.text("name", line_bytes_max);
    const Instant now = time(keys, "now", file_.now, file_.now);
    out.question.now = now;
    out.world.facts = file_.world.facts;
    const auto more = facts(keys, now);
    out.world.facts.insert(out.world.facts.end(), more.begin(), more.end());
    out.world.heartbeats = heartbeats(fresh, keys.words("silent"), now);
    out.question.asker = who(keys, now);
    const auto asks = keys.text("asks", line_bytes_max);
    if (!asks.empty()) {
      auto cell = parse_cell(asks, policy_, now);
      if (cell.cell) {
        out.question.cell = std::move(*cell.cell);
      } else {
        keys.error(keys.at(), cell.error);
      }
    }
    const bool confirmed = keys.truth("confirmed", false);
    for (const auto& rule : keys.names("paid")) {
      out.question.paid.push_back({.rule = rule.text, .confirmed = confirmed, .ends = far_future});
    }
    expectations(keys, out);
    keys.finish();
    file_.tests.push_back(std::move(out));
  }

  ast::Asker who(Keys& keys, Instant now) {
    const auto name = keys.text("who", limits::id_bytes_max);
    const auto known = file_.askers.find(name);
    if (known == file_.askers.end()) {
      std::vector<std::string_view> names;
      for (const auto& [each, unused] : file_.askers) names.push_back(each);
      if (!name.empty())
        keys.error(keys.at(), "no asker is named " + quoted(name) + hint(name, names));
      return {};
    }
    auto asker = known->second;
    // A proof was given that long before the question, not before the top of the file.
    if (asker.proof_level > 0) asker.proof_at += now - file_.now;
    return asker;
  }

  static std::vector<std::string> texts(Keys& keys, std::string_view key) {
    std::vector<std::string> out;
    for (const auto& word : keys.words(key)) out.push_back(word.text);
    return out;
  }

  void expectations(Keys& keys, PolicyTest& out) {
    const auto expect = keys.text("expect", line_bytes_max);
    if (const auto verdict = verdict_of(expect)) {
      out.expect = *verdict;
    } else if (!expect.empty()) {
      keys.error(keys.at(), "`expect` is permit, glass or deny, found " + quoted(expect));
    }
    if (auto basis = keys.text("basis", limits::id_bytes_max); !basis.empty())
      out.basis = std::move(basis);
    if (auto denied = keys.text("denied_by", limits::id_bytes_max); !denied.empty()) {
      out.denied_by =
          denied == "nothing" ? std::vector<std::string>{} : strings(split(denied, ','));
    }
    if (auto offers = texts(keys, "offers"); !offers.empty()) out.offers = std::move(offers);
    if (auto instead = texts(keys, "instead"); !instead.empty()) out.instead = std::move(instead);
    if (const auto* table = keys.table("bills")) {
      Keys inner{file_.messages, *table, "`bills`"};
      for (const auto& [name, unused] : entries_of(*table)) {
        out.bills[name.text] = inner.text(name.text, line_bytes_max);
      }
    }
  }

  const ast::Policy& policy_;
  const Zone& zone_;
  TestFile file_;
};

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out.empty() ? "nothing" : out;
}

}  // namespace

CellOrError parse_cell(std::string_view text, const ast::Policy& policy, Instant now) {
  const auto words = split(text, ' ');
  const auto fail = [](std::string what) {
    return CellOrError{.cell = std::nullopt, .error = std::move(what)};
  };
  if (words.size() < 2)
    return fail("a question is written like \"read Observation of p-1\", found " + quoted(text));
  ast::Cell cell;
  const auto action = action_of(words[0]);
  if (!action) return fail(quoted(words[0]) + " is not search, read, append or modify");
  cell.action = *action;
  cell.categories = std::vector<std::string>{};
  if (words[1].starts_with("fact:")) {
    cell.fact = words[1].substr(5);
  } else if (is_resource_type(words[1])) {
    cell.type = words[1];
  } else {
    return fail(quoted(words[1]) + " is not a resource type or fact:RELATION" +
                hint(words[1], resource_types()));
  }
  const auto zone = Zone::named(policy.timezone.text);
  for (std::size_t i = 2; i < words.size(); ++i) {
    if (words[i] == "surveying") {
      cell.survey = true;
      cell.categories.reset();
      continue;
    }
    if (words[i] == "uncategorised") {
      cell.categories.reset();
      continue;
    }
    if (i + 1 == words.size()) return fail("expected something after " + quoted(words[i]));
    const auto value = words[++i];
    if (words[i - 1] == "of") {
      cell.patient = std::string(value);
    } else if (words[i - 1] == "item") {
      cell.item = std::string(value);
    } else if (words[i - 1] == "labelled") {
      cell.labels = strings(split(value, ','));
    } else if (words[i - 1] == "in") {
      cell.categories = strings(split(value, ','));
    } else if (words[i - 1] == "dated" && zone && parse_time(value, *zone, now)) {
      cell.dated = parse_time(value, *zone, now);
    } else {
      return fail(
          "expected of ID, labelled CODES, in CATEGORIES, dated TIME, item ID, uncategorised or "
          "surveying, found " +
          quoted(words[i - 1]) + " " + quoted(value));
    }
  }
  return {.cell = std::move(cell), .error = ""};
}

TestFile parse_tests(std::string_view text, const ast::Policy& policy) {
  TestFile file;
  const auto fail = [&](ast::Pos at, std::string what) {
    file.messages.push_back({.at = at, .what = std::move(what)});
    return file;
  };
  const auto zone = Zone::named(policy.timezone.text);
  if (!zone) return fail({1, 1}, "the policy's time zone is not known");
  if (text.size() > limits::policy_bytes_max)
    return fail({1, 1}, "the tests are larger than a policy may be");
  const auto read = read_toml(text);
  if (!read) {
    const auto at = read.error().source().begin;
    return fail({static_cast<std::uint32_t>(at.line), static_cast<std::uint32_t>(at.column)},
                "this is not TOML: " + std::string(read.error().description()));
  }
  return FileReader{policy, *zone}.read(read.table());
}

std::string bill_text(const ast::Bill& bill) {
  std::vector<std::string> before;
  if (bill.reason) before.push_back("reason");
  if (bill.proof_level > 0) {
    before.push_back("proof " + std::to_string(bill.proof_level) +
                     (bill.proof_age ? " within " + duration_text(*bill.proof_age) : ""));
  }
  if (!bill.prompts.empty()) before.push_back(std::to_string(bill.prompts.size()) + " prompts");
  if (bill.confirm) before.push_back("confirm");
  for (const auto& rule : bill.acknowledge) before.push_back("acknowledge " + rule);
  std::vector<std::string> after;
  const auto owe = [&](const char* what, const std::vector<std::string>& rules) {
    for (const auto& rule : rules) after.push_back(what + rule);
  };
  owe("review ", bill.reviews);
  owe("decision ", bill.decisions);
  owe("answers ", bill.owed_prompts);
  owe("notice ", bill.notices);
  std::string out = joined(before);
  if (!after.empty()) out = (before.empty() ? "" : out + "; ") + "owed: " + joined(after);
  return out;
}

std::vector<std::string> run(const ast::Policy& policy, const PolicyTest& test) {
  std::vector<std::string> wrong;
  auto stage = Stage::set(policy, test.world);
  if (!stage) return {stage.fault().what};
  const auto answer = stage->ask(test.question);
  const auto differ = [&](std::string_view what, const std::string& expected,
                          const std::string& found) {
    if (expected != found)
      wrong.push_back("expected " + std::string(what) + " " + expected + ", found " + found);
  };
  differ("verdict", std::string(name_of(test.expect)), std::string(name_of(answer.verdict)));
  if (test.basis) differ("basis", *test.basis, answer.basis ? answer.basis->rule : "nothing");
  if (test.denied_by) differ("denied_by", joined(*test.denied_by), joined(answer.denied_by));
  std::vector<std::string> offers;
  for (const auto& grant : answer.offer) offers.push_back(grant.rule);
  if (test.offers) differ("offers", joined(*test.offers), joined(offers));
  if (test.instead) differ("instead", joined(*test.instead), joined(answer.instead));
  auto grants = answer.offer;
  if (answer.basis) grants.push_back(*answer.basis);
  for (const auto& [rule, bill] : test.bills) {
    const auto found = std::ranges::find(grants, rule, &ast::Grant::rule);
    differ("bill of " + rule, bill, found == grants.end() ? "no grant" : bill_text(found->bill));
  }
  return wrong;
}

}  // namespace halligan::policy
