// words.h - the fixed words of the policy language, and what somebody who mistyped one meant.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/policy/ast.h"

namespace halligan::policy {

std::string_view name_of(ast::RuleKind kind);    // "deny"
std::string_view name_of(ast::Action action);    // "read"
std::string_view name_of(ast::Factor factor);    // "totp"
std::string_view name_of(ast::CaseKind kind);    // "decision-owed"
std::string_view name_of(ast::Start start);      // "staff"
std::string_view name_of(ast::Verdict verdict);  // "permit"

std::optional<ast::Action> action_of(std::string_view word);
std::optional<ast::Factor> factor_of(std::string_view word);
std::string_view name_of(ast::TwoPeople what);  // "roles"
std::optional<ast::TwoPeople> two_people_of(std::string_view word);
std::optional<ast::CaseKind> case_kind_of(std::string_view word);
std::optional<ast::Start> start_of(std::string_view word);
std::optional<ast::Verdict> verdict_of(std::string_view word);

// Every concrete resource type of FHIR R4, in order.
std::span<const std::string_view> resource_types();
bool is_resource_type(std::string_view word);

// Names of rules, roles, classes, places, relations: [a-z][a-z0-9_-]*, at most
// limits::id_bytes_max.
bool is_name(std::string_view word);
// Names of flags and codes of labels: [A-Z][A-Z0-9_-]*.
bool is_code(std::string_view word);

// A language of BCP 47, perhaps with script and region: "en", "en-GB", "zh-Hant-TW".
bool is_locale(std::string_view word);

// The nearest of `known` if it is near enough to have been meant.
std::optional<std::string_view> did_you_mean(std::string_view word,
                                             std::span<const std::string_view> known);
// "; did you mean `roles`?" or "; known are: `a`, `b`" where there are few, or nothing.
std::string hint(std::string_view word, std::span<const std::string_view> known);
std::string quoted(std::string_view word);  // `word`

// Spans as the language writes them: calendar days, then exact hours, minutes, seconds.
std::optional<ast::Span> parse_span(std::string_view text);
std::string span_text(const ast::Span& span);

}  // namespace halligan::policy
