// The tables of spec/case-states.md, read and held against the code: each state with each entry,
// and the words for endings and findings.
#include <gtest/gtest.h>

#include <boost/describe/enumerators.hpp>
#include <boost/mp11/algorithm.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "core/cases/case.h"

namespace halligan::cases {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{Millis{1'790'000'000'000}};
const StaffId breaker{"breaker"};
const StaffId reviewer{"reviewer"};
const std::vector<std::string> officer{"privacy-officer"};

std::string spec() {
  std::ifstream file{"spec/case-states.md"};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" `");
  if (first == std::string_view::npos) return {};
  return std::string{text.substr(first, text.find_last_not_of(" `") - first + 1)};
}

// The rows of the first table after `heading`: its head first, the line of dashes left out.
std::vector<std::vector<std::string>> table_after(const std::string& heading) {
  const auto whole = spec();
  const auto at = whole.find(heading);
  EXPECT_NE(at, std::string::npos) << "spec/case-states.md has no " << heading;
  std::vector<std::vector<std::string>> rows;
  if (at == std::string::npos) return rows;
  std::istringstream lines{whole.substr(at)};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("|")) {
      if (!rows.empty()) break;
      continue;
    }
    if (line.starts_with("|---")) continue;
    auto& row = rows.emplace_back();
    std::istringstream cells{line.substr(1)};
    for (std::string cell; std::getline(cells, cell, '|');) row.push_back(trimmed(cell));
  }
  return rows;
}

// Every word between backquotes.
std::set<std::string> words_in(const std::string& text) {
  std::set<std::string> out;
  for (std::size_t at = 0; (at = text.find('`', at)) != std::string::npos;) {
    const auto end = text.find('`', at + 1);
    if (end == std::string::npos) break;
    out.insert(text.substr(at + 1, end - at - 1));
    at = end + 1;
  }
  return out;
}

template <class Enum>
std::set<std::string> names() {
  std::set<std::string> out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Enum>>(
      [&](auto each) { out.insert(each.name); });
  return out;
}

// A case in the state that a row of the table names: "explained", "closed, was owed".
Case in_state(const std::string& row) {
  facts::CaseOpened fact;
  fact.staff = breaker;
  fact.reviewer = officer[0];
  fact.due = start + 24h;
  Case held = apply_opened(fact, start);
  const bool closed = row.starts_with("closed, was ");
  const auto state = closed ? row.substr(12) : row;
  if (state == "justified" || state == "explained") apply_justified(held, {}, start);
  if (state == "explained") apply_explained(held, {}, start);
  EXPECT_EQ(name_of(stage_of(held)), state);
  if (closed) {
    facts::CaseClosed closing;
    closing.staff = reviewer;
    apply_closed(held, closing, start);
  }
  return held;
}

// What this entry makes of the case when whoever may write it does: the new state, or a refusal.
std::string after(const Case& before, const std::string& entry) {
  Case held = before;
  if (entry == "case-justified") {
    if (may_justify(held, breaker) != Refusal::none) return "refused";
    apply_justified(held, {}, start + 1h);
  } else if (entry == "case-explained") {
    apply_explained(held, {}, start + 1h);
  } else if (entry == "case-overdue") {
    if (!overdue_now(held, start + 25h)) return "never";
    apply_overdue(held, start + 25h);
    EXPECT_FALSE(overdue_now(held, start + 26h)) << "once";
  } else if (entry == "case-closed") {
    if (may_close(held, reviewer, officer) != Refusal::none) return "refused";
    facts::CaseClosed fact;
    fact.staff = reviewer;
    apply_closed(held, fact, start + 1h);
  } else if (entry == "case-reopened") {
    if (may_reopen(held, reviewer, officer) != Refusal::none) return "refused";
    facts::CaseReopened fact;
    fact.due = start + 48h;
    fact.comment = "new information";
    apply_reopened(held, fact, start + 2h);
    EXPECT_FALSE(held.overdue_at);
    EXPECT_EQ(held.reopenings.back().closing.reviewer, reviewer);
    EXPECT_EQ(held.reopenings.back().comment, "new information");
  } else {
    return "an entry that this test does not know";
  }
  return name_of(stage_of(held));
}

TEST(CaseStates, EveryStateWithEveryEntryAsTheSpecificationSays) {
  const auto rows = table_after("### State by state");
  ASSERT_EQ(rows.size(), 7U);
  for (std::size_t row = 1; row < rows.size(); ++row)
    for (std::size_t column = 1; column < rows[0].size(); ++column)
      EXPECT_EQ(after(in_state(rows[row][0]), rows[0][column]), rows[row].at(column))
          << rows[row][0] << ", " << rows[0][column];
}

TEST(CaseStates, EveryEntryAboutACaseIsInTheTables) {
  std::set<std::string> kinds;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, facts::AnyFact>>(
      [&]<class T>(std::type_identity<T>) {
        if (std::string{T::kind}.starts_with("case-")) kinds.insert(T::kind);
      });
  EXPECT_GE(kinds.size(), 6U);
  std::set<std::string> told;
  for (const auto& row : table_after("## A case"))
    for (const auto& kind : kinds)
      if (row[0].starts_with(kind)) told.insert(kind);
  EXPECT_EQ(told, kinds);
  const auto head = table_after("### State by state").at(0);
  std::set<std::string> changing{head.begin() + 1, head.end()};
  changing.insert({"case-opened", "case-viewed"});  // makes it; changes nothing
  EXPECT_EQ(changing, kinds);
}

TEST(CaseStates, TheWordsForEndingsAndFindings) {
  std::set<std::string> endings;
  const auto rows = table_after("## A glass");
  for (std::size_t row = 1; row < rows.size(); ++row)  // one row may name two
    endings.merge(words_in("`" + rows[row][0] + "`"));
  EXPECT_EQ(endings, names<facts::EndedBy>());

  const auto text = spec();
  const auto findings = text.find("Findings: ");
  ASSERT_NE(findings, std::string::npos);
  EXPECT_EQ(words_in(text.substr(findings, text.find('\n', findings) - findings)),
            names<facts::Finding>());
  const auto sessions = text.find("A session ends by ");
  ASSERT_NE(sessions, std::string::npos);
  EXPECT_EQ(words_in(text.substr(sessions, text.find(", and with it", sessions) - sessions)),
            names<facts::SessionEnd>());
}

}  // namespace
}  // namespace halligan::cases
