#include "core/policy/parse.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/bytes.h"
#include "base/limits.h"
#include "core/policy/parse_parts.h"
#include "core/policy/toml_reader.h"
#include "core/policy/words.h"

namespace halligan::policy {
namespace {

constexpr std::size_t sentence_bytes_max = 1'000;  // texts that people read on a screen
constexpr std::int64_t rank_max = 100;
constexpr std::int64_t vouched_most = 20;
constexpr std::int64_t lockout_least = 3;
constexpr std::int64_t lockout_most = 100;  // NIST SP 800-63B 5.2.2

std::vector<ast::Factor> factors(Keys& keys, std::string_view key) {
  return enums<ast::Factor>(keys, key, factor_of,
                            {"password", "totp", "card", "vouched", "security-key"}, {});
}

std::vector<ast::Action> actions(Keys& keys) {
  constexpr std::array<std::string_view, 1> later{"operate"};
  return enums<ast::Action>(keys, "actions", action_of, {"search", "read", "append", "modify"},
                            later);
}

ast::Prompts read_prompts(Messages& out, const toml::node& node) {
  ast::Prompts prompts;
  prompts.at = pos_of(node);
  const toml::node* list = &node;
  if (const auto* table = node.as_table()) {
    Keys keys{out, *table, "`prompts`"};
    prompts.owed = keys.lifetime("owed");
    keys.must_have("owed", "owed = \"30m\"");
    keys.must_have("ask", "ask = [\"What was the emergency?\"]");
    list = keys.take("ask");
    keys.finish();
    if (list == nullptr) return prompts;
  }
  const auto* asked = list->as_array();
  if (asked == nullptr || asked->empty() || asked->size() > limits::details_max) {
    out.push_back({.at = pos_of(*list),
                   .what = "prompts are a list of 1 to " + std::to_string(limits::details_max) +
                           " questions, found " + std::string(kind_of(*list))});
    return prompts;
  }
  for (const auto& element : *asked) {
    const auto* text = element.as_string();
    if (text == nullptr || text->get().empty() || text->get().size() > sentence_bytes_max) {
      out.push_back({.at = pos_of(element),
                     .what = "a prompt is a question in 1 to " +
                             std::to_string(sentence_bytes_max) + " bytes, found " +
                             std::string(kind_of(element))});
    } else {
      prompts.ask.push_back(text->get());
    }
  }
  return prompts;
}

ast::Proof read_proof(Messages& out, const toml::table& table) {
  Keys keys{out, table, "`proof`"};
  ast::Proof proof;
  proof.at = keys.at();
  keys.must_have("any", "any = [\"totp\"]");
  proof.any = factors(keys, "any");
  proof.not_older_than = keys.lifetime("not_older_than");
  keys.finish();
  return proof;
}

ast::Review read_review(Messages& out, const toml::table& table) {
  Keys keys{out, table, "`review`"};
  ast::Review review;
  review.at = keys.at();
  keys.must_have("by", "by = \"privacy-officer\"");
  keys.must_have("within", "within = \"24h\"");
  if (auto by = keys.name("by")) review.by = std::move(*by);
  review.within = keys.lifetime("within").value_or(Millis{0});
  if (auto queue = keys.name("queue")) review.queue = queue->text;
  review.rank = static_cast<int>(keys.whole("rank", 0, rank_max));
  review.unless = keys.path("unless");
  review.lead = keys.span("lead").value_or(ast::Span{});
  review.lag = keys.span("lag").value_or(ast::Span{});
  if (!review.unless && (review.lead != ast::Span{} || review.lag != ast::Span{})) {
    keys.error(review.at, "`lead` and `lag` of a review belong to its `unless`, which is missing");
  }
  keys.finish();
  return review;
}

ast::Duties read_duties(Messages& out, Keys& keys) {
  ast::Duties duties;
  duties.notice = keys.text("notice", sentence_bytes_max);
  duties.acknowledge = keys.text("acknowledge", sentence_bytes_max);
  if (const auto* node = keys.take("prompts")) duties.prompts = read_prompts(out, *node);
  if (const auto* table = keys.table("proof")) duties.proof = read_proof(out, *table);
  if (const auto* table = keys.table("review")) duties.review = read_review(out, *table);
  return duties;
}

ast::Ends read_ends(Messages& out, const toml::table& table) {
  Keys keys{out, table, "`ends`"};
  ast::Ends ends;
  ends.focus = keys.truth("focus", ends.focus);
  ends.idle = keys.lifetime("idle").value_or(ends.idle);
  ends.after = keys.lifetime("after").value_or(ends.after);
  if (!keys.truth("session", true)) {
    keys.error(keys.at(), "a glass never outlives its session; take `session` out");
  }
  keys.finish();
  return ends;
}

ast::Repeat read_repeat(Messages& out, const toml::table& table) {
  Keys keys{out, table, "`repeat`"};
  ast::Repeat repeat;
  repeat.at = keys.at();
  keys.must_have("within", "within = \"7d\"");
  keys.must_have("asks", "asks = \"nothing\"");
  repeat.within = keys.lifetime("within").value_or(Millis{0});
  if (const auto asks = keys.name("asks"); asks && asks->text != "nothing") {
    keys.error(asks->at, "`asks` of a repeat is \"nothing\", found " + quoted(asks->text));
  }
  keys.finish();
  return repeat;
}

std::vector<ast::Around> read_around(Messages& out, const toml::table& table) {
  std::vector<ast::Around> around;
  for (const auto& [name, node] : entries_of(table)) {
    const auto* windows = node->as_table();
    if (windows == nullptr) {
      out.push_back({.at = pos_of(*node),
                     .what = "a window is written { lead = \"7d\", lag = \"30d\" }, found " +
                             std::string(kind_of(*node))});
      continue;
    }
    Keys keys{out, *windows, "the window of " + quoted(name.text)};
    ast::Around one{.relation = name,
                    .lead = keys.span("lead").value_or(ast::Span{}),
                    .lag = keys.span("lag").value_or(ast::Span{})};
    keys.finish();
    around.push_back(std::move(one));
  }
  return around;
}

ast::IfUnknown read_if_unknown(Keys& keys) {
  const auto word = keys.name("if_unknown");
  if (!word) return ast::IfUnknown::unsaid;
  if (word->text == "deny") return ast::IfUnknown::deny;
  if (word->text == "owe") return ast::IfUnknown::owe;
  keys.error(word->at, "`if_unknown` is \"deny\" or \"owe\", found " + quoted(word->text));
  return ast::IfUnknown::unsaid;
}

// What only some kinds of rule have. Each kind takes its own keys, so that another's is unknown.
void read_own_keys(Messages& out, Keys& keys, ast::Rule& rule) {
  switch (rule.kind) {
    case ast::RuleKind::deny:
      rule.if_unknown = read_if_unknown(keys);
      rule.hide = keys.truth("hide", false);
      rule.text = keys.text("text", sentence_bytes_max);
      return;
    case ast::RuleKind::seal:
      rule.text = keys.text("text", sentence_bytes_max);
      rule.except = keys.names("except");
      if (const auto* ask = keys.table("ask")) {
        Keys inner{out, *ask, "`ask`"};
        rule.has_ask = true;
        rule.duties = read_duties(out, inner);
        inner.finish();
        if (rule.duties == ast::Duties{})
          keys.error(inner.at(), "`ask` is empty; without it the seal removes grants");
      }
      return;
    case ast::RuleKind::glass:
      keys.must_have("label", "label = \"Clinical access\"");
      keys.must_have("purpose", "purpose = \"BTG\"");
      keys.must_have("review", "review = { by = \"privacy-officer\", within = \"24h\" }");
      rule.label = keys.text("label", sentence_bytes_max);
      rule.help = keys.text("help", sentence_bytes_max);
      rule.purpose = keys.text("purpose", limits::id_bytes_max);
      if (const auto* table = keys.table("repeat")) rule.repeat = read_repeat(out, *table);
      [[fallthrough]];
    case ast::RuleKind::allow:
      if (rule.kind == ast::RuleKind::allow) keys.must_have("actions", "actions = [\"read\"]");
      rule.duties = read_duties(out, keys);
      if (const auto* table = keys.table("ends")) rule.ends = read_ends(out, *table);
      return;
  }
}

ast::Rule read_rule(Messages& out, const toml::table& table, ast::RuleKind kind) {
  Keys keys{out, table, "[[" + std::string(name_of(kind)) + "]]"};
  ast::Rule rule;
  rule.kind = kind;
  rule.at = keys.at();
  const std::string_view name_key = kind == ast::RuleKind::glass ? "reason" : "name";
  keys.must_have(name_key, kind == ast::RuleKind::glass ? "reason = \"clinical-access\""
                                                        : "name = \"open-referral\"");
  if (auto name = keys.name(name_key)) rule.name = std::move(*name);
  rule.roles = keys.names("roles");
  rule.except_roles = keys.names("except_roles");
  rule.place = keys.names("place");
  rule.flags = keys.codes("flags");
  rule.data = keys.members("data");
  rule.actions = actions(keys);
  rule.via = keys.path("via");
  rule.when = keys.path("when");
  rule.unless = keys.path("unless");
  if (const auto* around = keys.table("around")) rule.around = read_around(out, *around);
  read_own_keys(out, keys, rule);
  keys.finish();
  return rule;
}

ast::CaseKind read_case_kind(Keys& keys, const ast::Name& word) {
  constexpr std::array<std::string_view, 7> known{
      "glass",         "seal", "access", "self-made-relation", "decision-owed", "patient-question",
      "expired-review"};
  if (const auto kind = case_kind_of(word.text)) return *kind;
  keys.error(word.at, quoted(word.text) + " is not a kind of case" + hint(word.text, known));
  return ast::CaseKind::glass;
}

ast::Explain read_explain(Messages& out, const toml::table& table) {
  Keys keys{out, table, "[[explain]]"};
  ast::Explain explain;
  explain.at = keys.at();
  keys.must_have("name", "name = \"referral-arrived\"");
  keys.must_have("via", "via = \"staff : member / referral\"");
  keys.must_have("within", "within = \"2d\"");
  if (auto name = keys.name("name")) explain.name = std::move(*name);
  if (auto via = keys.path("via")) explain.via = std::move(*via);
  explain.within = keys.span("within").value_or(ast::Span{});
  for (const auto& word : keys.names("cases")) explain.cases.push_back(read_case_kind(keys, word));
  keys.finish();
  return explain;
}

ast::CaseRule read_case(Messages& out, const toml::table& table) {
  Keys keys{out, table, "[[case]]"};
  ast::CaseRule rule;
  rule.at = keys.at();
  keys.must_have("kind", "kind = \"glass\"");
  if (const auto kind = keys.name("kind")) rule.kind = read_case_kind(keys, *kind);
  rule.by = keys.name("by");
  rule.within = keys.lifetime("within");
  if (auto queue = keys.name("queue")) rule.queue = queue->text;
  rule.rank = static_cast<int>(keys.whole("rank", 0, rank_max));
  rule.closes_itself = keys.truth("closes_itself", false);
  keys.finish();
  return rule;
}

}  // namespace

ast::Review read_plain_review(Messages& out, const toml::table& table) {
  auto review = read_review(out, table);
  if (review.unless)
    out.push_back(
        {.at = review.at, .what = "`unless` belongs to the review of a rule; take it out"});
  return review;
}

namespace {

ast::Drawer read_drawer(Messages& out, const toml::table& table) {
  Keys keys{out, table, "[[card]]"};
  ast::Drawer drawer;
  drawer.at = keys.at();
  keys.must_have("drawer", "drawer = \"nurses-desk\"");
  keys.must_have("roles", "roles = [\"nurse\"]");
  keys.must_have("place", "place = [\"wards\"]");
  keys.must_have("review", "review = { by = \"privacy-officer\", within = \"24h\" }");
  if (auto name = keys.name("drawer")) drawer.name = std::move(*name);
  drawer.label = keys.text("label", sentence_bytes_max);
  drawer.roles = keys.names("roles");
  drawer.place = keys.names("place");
  drawer.keepers = keys.names("keepers");
  drawer.session = keys.lifetime("session").value_or(drawer.session);
  drawer.assigned = keys.lifetime("assigned").value_or(drawer.assigned);
  if (const auto* review = keys.table("review")) drawer.review = read_plain_review(out, *review);
  keys.finish();
  return drawer;
}

ast::Vouching read_vouching(Messages& out, const toml::table& table) {
  Keys keys{out, table, "[vouching]"};
  ast::Vouching vouching;
  vouching.at = keys.at();
  keys.must_have("roles", "roles = [\"nurse\", \"physician\"]");
  keys.must_have("review", "review = { by = \"privacy-officer\", within = \"24h\" }");
  vouching.roles = keys.names("roles");
  if (table.contains("at_most"))
    vouching.at_most = static_cast<int>(keys.whole("at_most", 1, vouched_most));
  if (const auto* review = keys.table("review")) vouching.review = read_plain_review(out, *review);
  keys.finish();
  return vouching;
}

ast::Lockout read_lockout(Messages& out, const toml::table& table) {
  Keys keys{out, table, "[lockout]"};
  ast::Lockout lockout;
  lockout.at = keys.at();
  keys.must_have("after", "after = 20");
  lockout.after = static_cast<int>(keys.whole("after", lockout_least, lockout_most));
  if (const auto* review = keys.table("review")) lockout.review = read_plain_review(out, *review);
  keys.finish();
  return lockout;
}

ast::Console read_console(Messages& out, const toml::table& table) {
  Keys keys{out, table, "[console]"};
  ast::Console console;
  console.at = keys.at();
  if (const auto locale = keys.text("locale", limits::id_bytes_max); !locale.empty())
    console.locale = {.text = locale, .at = pos_of(*table.get("locale"))};
  console.lock = keys.lifetime("lock");
  console.recent_charts = keys.truth("recent_charts", false);
  keys.finish();
  return console;
}

// Calls `read` for each entry of a table of tables, in the order of the file.
template <class Read>
void each_entry(Messages& out, Keys& top, std::string_view key, bool code, Read read) {
  const auto* table = top.table(key);
  if (table == nullptr) return;
  for (const auto& [name, node] : entries_of(*table)) {
    if (!(code ? is_code(name.text) : is_name(name.text))) {
      out.push_back(
          {.at = name.at,
           .what = quoted(name.text) + " cannot be a name in [" + std::string(key) + "]; write " +
                   (code ? "capitals, digits, - and _" : "small letters, digits, - and _")});
      continue;
    }
    read(name, *node);
  }
}

// The same where each entry must be a table.
template <class Read>
void each_table(Messages& out, Keys& top, std::string_view key, bool code, Read read) {
  each_entry(out, top, key, code, [&](const ast::Name& name, const toml::node& node) {
    const auto* table = node.as_table();
    if (table == nullptr) {
      out.push_back({.at = pos_of(node),
                     .what = quoted(name.text) + " in [" + std::string(key) +
                             "] is a table, found " + std::string(kind_of(node))});
      return;
    }
    Keys keys{out, *table, quoted(name.text) + " in [" + std::string(key) + "]"};
    read(name, keys);
    keys.finish();
  });
}

void read_declarations(Messages& out, Keys& top, ast::Policy& policy) {
  each_table(out, top, "relations", false, [&](const ast::Name& name, Keys& keys) {
    keys.must_have("from", "from = \"staff\"");
    keys.must_have("to", "to = \"team\"");
    ast::Relation relation;
    relation.name = name;
    relation.from = keys.name("from").value_or(ast::Name{});
    relation.to = keys.name("to").value_or(ast::Name{});
    relation.source = keys.name("source");
    relation.stale_after = keys.lifetime("stale_after");
    relation.values = keys.words("values");
    policy.relations.push_back(std::move(relation));
  });
  each_table(out, top, "flags", true, [&](const ast::Name& name, Keys& keys) {
    ast::Flag flag;
    flag.name = name;
    flag.source = keys.name("source");
    flag.stale_after = keys.lifetime("stale_after");
    policy.flags.push_back(std::move(flag));
  });
  each_table(out, top, "places", false, [&](const ast::Name& name, Keys& keys) {
    ast::Place place;
    place.name = name;
    place.kinds = keys.names("kinds");
    place.ids = keys.words("ids");
    policy.places.push_back(std::move(place));
  });
  each_entry(out, top, "classes", false, [&](const ast::Name& name, const toml::node& node) {
    ast::DataClass data;
    data.name = name;
    if (const auto* table = node.as_table()) {
      Keys keys{out, *table, "class " + quoted(name.text)};
      keys.must_have("of", "of = [\"Observation\"]");
      data.of = keys.members("of");
      data.named_only = keys.truth("named_only", false);
      data.never_in_emergency = keys.truth("never_in_emergency", false);
      keys.finish();
    } else {
      data.of = read_members(out, node, "class " + quoted(name.text));
    }
    policy.classes.push_back(std::move(data));
  });
}

bool earlier(ast::Pos a, ast::Pos b) {
  return std::pair{a.line, a.column} < std::pair{b.line, b.column};
}

ast::Policy read_policy(Messages& out, const toml::table& root) {
  Keys top{out, root, "the policy"};
  ast::Policy policy;
  top.must_have("hospital", "hospital = \"St. Elsewhere\"");
  top.must_have("timezone", "timezone = \"Europe/London\"");
  policy.hospital = top.text("hospital", limits::name_bytes_max);
  if (const auto* node = top.take("timezone")) {
    if (const auto* zone = node->as_string()) {
      policy.timezone = {.text = zone->get(), .at = pos_of(*node)};
    } else {
      top.error(pos_of(*node), "`timezone` is a text such as \"Europe/London\", found " +
                                   std::string(kind_of(*node)));
    }
  }
  policy.login = factors(top, "login");
  policy.roles = top.names("roles");
  read_declarations(out, top, policy);
  if (const auto* table = top.table("console")) policy.console = read_console(out, *table);
  for (const auto kind :
       {ast::RuleKind::deny, ast::RuleKind::seal, ast::RuleKind::allow, ast::RuleKind::glass}) {
    for (const auto* table : top.tables(name_of(kind)))
      policy.rules.push_back(read_rule(out, *table, kind));
  }
  std::ranges::stable_sort(policy.rules,
                           [](const auto& a, const auto& b) { return earlier(a.at, b.at); });
  for (const auto* table : top.tables("explain"))
    policy.explains.push_back(read_explain(out, *table));
  for (const auto* table : top.tables("case")) policy.cases.push_back(read_case(out, *table));
  for (const auto* table : top.tables("card")) policy.drawers.push_back(read_drawer(out, *table));
  if (const auto* table = top.table("vouching")) policy.vouching = read_vouching(out, *table);
  if (const auto* table = top.table("lockout")) policy.lockout = read_lockout(out, *table);
  read_identity(out, top, policy);
  top.finish();
  if (policy.classes.size() > limits::policy_classes_max) {
    top.error(policy.classes[limits::policy_classes_max].name.at,
              "a policy has at most " + std::to_string(limits::policy_classes_max) +
                  " classes, found " + std::to_string(policy.classes.size()));
  }
  if (policy.rules.size() > limits::policy_rules_max) {
    top.error(policy.rules[limits::policy_rules_max].at,
              "a policy has at most " + std::to_string(limits::policy_rules_max) +
                  " rules, found " + std::to_string(policy.rules.size()));
  }
  return policy;
}

}  // namespace

Parsed parse(std::string_view text) {
  Parsed parsed;
  const auto fail = [&](ast::Pos at, std::string what) {
    parsed.messages.push_back({.at = at, .what = std::move(what)});
    return parsed;
  };
  if (text.size() > limits::policy_bytes_max) {
    return fail({.line = 1, .column = 1}, "a policy file has at most " +
                                              std::to_string(limits::policy_bytes_max) +
                                              " bytes, found " + std::to_string(text.size()));
  }
  if (!valid_utf8(text))
    return fail({.line = 1, .column = 1}, "a policy file is UTF-8, and this is not");
  const auto read = read_toml(text);
  if (!read) {
    const auto at = read.error().source().begin;
    return fail({.line = static_cast<std::uint32_t>(at.line),
                 .column = static_cast<std::uint32_t>(at.column)},
                "this is not TOML: " + std::string(read.error().description()));
  }
  auto policy = read_policy(parsed.messages, read.table());
  std::ranges::stable_sort(parsed.messages,
                           [](const auto& a, const auto& b) { return earlier(a.at, b.at); });
  if (!has_errors(parsed.messages)) parsed.policy = std::move(policy);
  return parsed;
}

}  // namespace halligan::policy
