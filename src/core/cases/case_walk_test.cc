// Every history of a case to a fixed depth against a model of a few lines (P3, P9).
#include <gtest/gtest.h>

#include "core/cases/case.h"

namespace halligan::cases {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{Millis{1'790'000'000'000}};
const StaffId breaker{"breaker"};
const StaffId reviewer{"reviewer"};
const StaffId bystander{"bystander"};
const std::vector<std::string> officer{"privacy-officer"};
const std::vector<std::string> both{"physician",
                                    "privacy-officer"};  // the breaker is an officer too
const std::vector<std::string> nurse{"nurse"};

enum class Step { justify, explain, close, close_self, close_bystander, reopen, day, late };
constexpr Step all_steps[] = {Step::justify,         Step::explain, Step::close, Step::close_self,
                              Step::close_bystander, Step::reopen,  Step::day,   Step::late};

struct Model {
  bool justified = false, explained = false, closed = false, late = false;
  int days_left = 1;
  Stage stage() const {
    return closed      ? Stage::closed
           : explained ? Stage::explained
           : justified ? Stage::justified
                       : Stage::owed;
  }
};

struct Walk {
  std::size_t histories = 0, closed = 0, overdue = 0, reopened = 0, self_refused = 0;

  void step(int depth, const Model& m, const Case& held, Instant now) {
    ++histories;
    ASSERT_EQ(stage_of(held), m.stage());
    ASSERT_EQ(held.overdue_at.has_value(), m.late);
    if (held.closing) {
      ASSERT_NE(held.closing->reviewer, held.staff);
    }
    if (depth == 0) return;
    for (const Step s : all_steps) {
      Model next = m;
      Case real = held;
      Instant at = now;
      switch (s) {
        case Step::justify:
          ASSERT_EQ(may_justify(real, reviewer), Refusal::not_yours);
          ASSERT_EQ(may_justify(real, breaker), m.closed ? Refusal::closed_already : Refusal::none);
          if (m.closed) continue;
          apply_justified(real, {}, at);
          next.justified = true;
          break;
        case Step::explain:
          if (m.closed) continue;
          apply_explained(real, {}, at);
          next.explained = true;
          break;
        case Step::close: {
          ASSERT_EQ(may_close(real, reviewer, officer),
                    m.closed ? Refusal::closed_already : Refusal::none);
          if (m.closed) continue;
          facts::CaseClosed fact;
          fact.staff = reviewer;
          apply_closed(real, fact, at);
          next.closed = true;
          ++closed;
          break;
        }
        case Step::close_self:
          ASSERT_EQ(may_close(real, breaker, both), Refusal::self_review);
          ASSERT_EQ(may_reopen(real, breaker, both), Refusal::self_review);
          ++self_refused;
          continue;
        case Step::close_bystander:
          ASSERT_EQ(may_close(real, bystander, nurse), Refusal::not_reviewer);
          continue;
        case Step::reopen: {
          ASSERT_EQ(may_reopen(real, reviewer, officer),
                    m.closed ? Refusal::none : Refusal::not_closed);
          if (!m.closed) continue;
          facts::CaseReopened fact;
          fact.due = at + 24h;
          apply_reopened(real, fact, at);
          next.closed = next.late = false;
          next.days_left = 1;
          ++reopened;
          break;
        }
        case Step::day:
          at += 24h;
          next.days_left -= 1;
          break;
        case Step::late: {
          const bool due = !m.closed && !m.late && m.days_left <= 0;
          ASSERT_EQ(overdue_now(real, at), due);
          if (!due) continue;
          apply_overdue(real, at);
          next.late = true;
          ++overdue;
          break;
        }
      }
      step(depth - 1, next, real, at);
    }
  }
};

TEST(CaseWalk, P9_EveryHistoryToDepthSeven) {
  facts::CaseOpened fact;
  fact.staff = breaker;
  fact.case_id = CaseId{"c"};
  fact.reviewer = "privacy-officer";
  fact.due = start + 24h;
  Walk walk;
  walk.step(7, {}, apply_opened(fact, start), start);
  EXPECT_GT(walk.histories, 10'000U);
  EXPECT_GT(walk.closed, 1'000U);
  EXPECT_GT(walk.overdue, 1'000U);
  EXPECT_GT(walk.reopened, 100U);
  EXPECT_GT(walk.self_refused, 1'000U);
  std::printf("walked %zu histories\n", walk.histories);
}

TEST(Case, ASecondReasonMakesItMoreUrgentAndNeverLess) {
  facts::CaseOpened fact;
  fact.staff = breaker;
  fact.reviewer = "privacy-officer";
  fact.queue = "privacy";
  fact.due = start + 24h;
  fact.rank = 1;
  auto held = apply_opened(fact, start);
  facts::GlassWidened old;  // of before anything was said of reviews
  apply_widened(held, old);
  EXPECT_EQ(held.due, start + 24h);
  EXPECT_EQ(held.reviewers.size(), 1U);
  facts::GlassWidened second;
  second.due = start + 4h;
  second.reviewer = "ward-manager";
  second.queue = "ward";
  apply_widened(held, second);
  EXPECT_EQ(held.due, start + 4h);
  EXPECT_EQ(held.rank, 1);
  second.due = start + 48h;
  second.rank = 3;
  apply_widened(held, second);
  EXPECT_EQ(held.due, start + 4h);
  EXPECT_EQ(held.rank, 3);
  EXPECT_EQ(held.reviewers.size(), 2U);
  EXPECT_EQ(may_close(held, reviewer, {"ward-manager"}), Refusal::none);
  EXPECT_EQ(may_close(held, reviewer, officer), Refusal::none);
  EXPECT_EQ(may_close(held, reviewer, nurse), Refusal::not_reviewer);
  EXPECT_EQ(may_close(held, breaker, {"ward-manager"}), Refusal::self_review);
  EXPECT_TRUE(in_queue(held, "ward") && in_queue(held, "privacy"));
}

}  // namespace
}  // namespace halligan::cases
