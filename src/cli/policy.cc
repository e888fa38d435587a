#include "cli/policy.h"

#include <boost/json.hpp>
#include <optional>
#include <ostream>

#include "core/policy/check.h"
#include "core/policy/parse.h"
#include "core/policy/policy_tests.h"
#include "core/policy/stage.h"
#include "core/policy/words.h"

namespace halligan::cli {
namespace {

namespace json = boost::json;
using policy::name_of;
using policy::ast::Policy;

int code(Exit exit) { return static_cast<int>(exit); }

json::array to_json(const policy::Messages& messages) {
  json::array out;
  for (const auto& message : messages) {
    out.push_back(json::object{
        {"severity", message.severity == policy::Severity::error ? "error" : "warning"},
        {"line", message.at.line},
        {"column", message.at.column},
        {"message", message.what}});
  }
  return out;
}

void print(std::ostream& out, const policy::Messages& messages, const std::string& file) {
  for (const auto& message : messages) out << to_text(message, file) << '\n';
}

std::size_t count(const policy::Messages& messages, policy::Severity severity) {
  std::size_t n = 0;
  for (const auto& message : messages) n += message.severity == severity ? 1 : 0;
  return n;
}

std::string counted(std::size_t n, const std::string& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

// A file that was read, with everything that is to be said about it.
struct Read {
  std::optional<Policy> policy;
  policy::Messages messages;
};

std::optional<Read> read_policy(const std::string& file, const Io& io) {
  const auto text = read_file(io, file);
  if (!text) {
    io.err << text.fault().what << '\n';
    return std::nullopt;
  }
  auto parsed = policy::parse(*text);
  if (parsed.policy) parsed.messages = policy::check(*parsed.policy);
  return Read{std::move(parsed.policy), std::move(parsed.messages)};
}

// Says why a policy cannot be used at all; nothing where it can.
std::optional<int> stopped(const Read& read, const std::string& file, bool as_json, const Io& io) {
  if (read.policy && !has_errors(read.messages)) return std::nullopt;
  if (as_json) {
    io.out << json::serialize(json::object{{"ok", false}, {"messages", to_json(read.messages)}})
           << '\n';
  } else {
    print(io.err, read.messages, file);
  }
  return code(Exit::refused);
}

std::string tests_beside(const std::string& file) {
  constexpr std::string_view ending = ".toml";
  const bool toml = file.ends_with(ending);
  return file.substr(0, file.size() - (toml ? ending.size() : 0)) + ".tests.toml";
}

std::optional<policy::TestFile> read_tests(const std::string& file, const Policy& policy,
                                           const Io& io) {
  const auto text = read_file(io, file);
  if (!text) {
    io.err << text.fault().what << '\n';
    return std::nullopt;
  }
  return policy::parse_tests(*text, policy);
}

json::array to_json(const std::vector<std::string>& words) {
  return json::array(words.begin(), words.end());
}

std::string_view word(policy::Truth value) {
  switch (value) {
    case policy::Truth::no: return "false";
    case policy::Truth::unknown: return "unknown";
    case policy::Truth::conflicting: return "conflicting";
    case policy::Truth::yes: return "true";
  }
  base::stop("value outside its enum", __FILE__, __LINE__);
}

json::array grants_json(const std::vector<policy::ast::Grant>& grants) {
  json::array out;
  for (const auto& grant : grants) {
    out.push_back(json::object{{"rule", grant.rule},
                               {"reason", grant.is_reason},
                               {"bill", policy::bill_text(grant.bill)}});
  }
  return out;
}

json::array steps_json(const policy::Stage& stage, const policy::Explanation& explanation) {
  json::array out;
  for (const auto& step : explanation.steps) {
    json::array conditions;
    for (const auto& condition : step.conditions) {
      json::array facts;
      for (const auto fact : condition.facts)
        facts.push_back(json::string(stage.evidence().text_of(fact)));
      conditions.push_back(json::object{
          {"condition", condition.name}, {"value", word(condition.value)}, {"facts", facts}});
    }
    const auto& rule = stage.engine().rule(step.rule);
    out.push_back(json::object{{"kind", name_of(rule.kind)},
                               {"rule", rule.name.text},
                               {"value", word(step.value)},
                               {"conditions", conditions}});
  }
  return out;
}

void print_answer(std::ostream& out, const policy::ast::Answer& answer) {
  out << "verdict: " << name_of(answer.verdict) << '\n';
  if (answer.basis) {
    out << "basis: " << answer.basis->rule << " (" << policy::bill_text(answer.basis->bill)
        << ")\n";
  }
  for (const auto& rule : answer.denied_by) out << "denied by: " << rule << '\n';
  for (const auto& grant : answer.offer) {
    out << (grant.is_reason ? "reason: " : "offer: ") << grant.rule << " ("
        << policy::bill_text(grant.bill) << ")\n";
  }
  for (const auto& fact : answer.instead) out << "instead: add " << fact << '\n';
}

// One line a rule; --json has every condition.
void print_steps(std::ostream& out, const policy::Stage& stage,
                 const policy::Explanation& explanation) {
  for (const auto& step : explanation.steps) {
    const auto& rule = stage.engine().rule(step.rule);
    out << word(step.value) << ": " << name_of(rule.kind) << " " << rule.name.text;
    const bool holds = step.value == policy::Truth::yes;
    const char* between = holds ? " (" : " (not: ";
    bool said = false;
    const auto say = [&](const std::string& text) {
      out << (said ? ", " : between) << text;
      said = true;
    };
    for (const auto& condition : step.conditions) {
      if (holds)
        for (const auto fact : condition.facts) say(stage.evidence().text_of(fact));
      else if (condition.value != policy::Truth::yes)
        say(std::string{condition.name} + " " + std::string{word(condition.value)});
    }
    out << (said ? ")\n" : "\n");
  }
}

}  // namespace

int policy_check(const PolicyFileOptions& options, const Io& io) {
  const auto read = read_policy(options.file, io);
  if (!read) return code(Exit::usage);
  const bool ok = read->policy && !has_errors(read->messages);
  if (options.json) {
    io.out << json::serialize(json::object{{"ok", ok}, {"messages", to_json(read->messages)}})
           << '\n';
  } else {
    print(ok ? io.out : io.err, read->messages, options.file);
    io.out << options.file << ": "
           << counted(count(read->messages, policy::Severity::error), "error") << ", "
           << counted(count(read->messages, policy::Severity::warning), "warning") << '\n';
  }
  return code(ok ? Exit::done : Exit::refused);
}

int policy_test(const PolicyFileOptions& options, const Io& io) {
  const auto read = read_policy(options.file, io);
  if (!read) return code(Exit::usage);
  if (const auto stop = stopped(*read, options.file, options.json, io)) return *stop;
  const std::string beside = tests_beside(options.file);
  const auto tests = read_tests(beside, *read->policy, io);
  if (!tests) return code(Exit::usage);
  if (has_errors(tests->messages))
    return *stopped({std::nullopt, tests->messages}, beside, options.json, io);
  std::size_t failed = 0;
  json::array results;
  for (const auto& test : tests->tests) {
    const auto wrong = policy::run(*read->policy, test);
    failed += wrong.empty() ? 0U : 1U;
    if (options.json) {
      results.push_back(json::object{{"test", test.name},
                                     {"line", test.at.line},
                                     {"passed", wrong.empty()},
                                     {"wrong", to_json(wrong)}});
    } else if (!wrong.empty()) {
      io.out << beside << ":" << test.at.line << ": failed: " << test.name << '\n';
      for (const auto& line : wrong) io.out << "    " << line << '\n';
    }
  }
  if (options.json) {
    io.out << json::serialize(json::object{{"ok", failed == 0}, {"tests", results}}) << '\n';
  } else {
    io.out << counted(tests->tests.size(), "test") << ", " << failed << " failed\n";
  }
  return code(failed == 0 ? Exit::done : Exit::refused);
}

int policy_explain(const PolicyExplainOptions& options, const Io& io) {
  const auto read = read_policy(options.file, io);
  if (!read) return code(Exit::usage);
  if (const auto stop = stopped(*read, options.file, options.json, io)) return *stop;
  const std::string facts_file =
      options.facts_file.empty() ? tests_beside(options.file) : options.facts_file;
  const auto tests = read_tests(facts_file, *read->policy, io);
  if (!tests) return code(Exit::usage);
  if (has_errors(tests->messages))
    return *stopped({std::nullopt, tests->messages}, facts_file, options.json, io);
  const auto asker = tests->askers.find(options.who);
  const auto cell = policy::parse_cell(options.asks, *read->policy, tests->now);
  if (asker == tests->askers.end() || !cell.cell) {
    io.err << (cell.cell ? "no asker of " + facts_file + " is named " + options.who : cell.error)
           << '\n';
    return code(Exit::usage);
  }
  auto stage = policy::Stage::set(*read->policy, tests->world);
  if (!stage) {
    io.err << stage.fault().what << '\n';
    return code(Exit::refused);
  }
  const policy::ast::Question question{
      .asker = asker->second, .cell = *cell.cell, .paid = {}, .now = tests->now};
  const auto answer = stage->ask(question);
  const auto explanation = stage->explain(question);
  if (options.json) {
    std::vector<policy::ast::Grant> basis;
    if (answer.basis) basis.push_back(*answer.basis);
    io.out << json::serialize(json::object{{"verdict", name_of(answer.verdict)},
                                           {"basis", grants_json(basis)},
                                           {"offer", grants_json(answer.offer)},
                                           {"denied_by", to_json(answer.denied_by)},
                                           {"instead", to_json(answer.instead)},
                                           {"steps", steps_json(*stage, explanation)}})
           << '\n';
  } else {
    print_answer(io.out, answer);
    print_steps(io.out, *stage, explanation);
  }
  return code(answer.verdict == policy::Verdict::permit ? Exit::done : Exit::refused);
}

}  // namespace halligan::cli
