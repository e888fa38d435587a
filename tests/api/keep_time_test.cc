// What the passing of time does is found at once, though nobody looks at everything that is there:
// held against looking at all of it.

#include <fstream>
#include <sstream>

#include "api_world.h"
#include "app/keep_time.h"

namespace halligan::tests {
namespace {

using namespace std::chrono_literals;

struct Put {
  using Answer = bool;
  std::vector<facts::Fact> all;
};
Put::Answer decide(const Put& command, app::Context& context) {
  for (const auto& fact : command.all) context.note(fact);
  return true;
}

// Every unclosed case looked at.
std::set<CaseId> late_of_all(const app::State& state, Instant now) {
  std::set<CaseId> out;
  for (const auto& [id, held] : state.all_cases) {
    if (held.closing || held.overdue_at) continue;
    bool late = now >= held.due;
    if (const auto* glass = state.glass(held.glass))
      for (const auto& grant : glass->grants)
        late = late || (grant.details_due && now >= *grant.details_due);
    if (late) out.insert(id);
  }
  return out;
}

std::set<CaseId> late_found(const app::State& state, const Now& now) {
  std::set<CaseId> out;
  for (const auto& fact : app::late_cases(state, now))
    out.insert(std::get<facts::CaseOverdue>(fact).case_id);
  return out;
}

class KeepTime : public ApiWorld {
 protected:
  void put(std::vector<facts::Fact> all) {
    (void)house_->perform(Put{std::move(all)}, clock_.now());
    ASSERT_TRUE(house_->commit().ok());
  }
  void tick() {
    house_->keep_time(clock_.now());
    ASSERT_TRUE(house_->commit().ok());
  }
  // The machine, too: what is left of time on the other clock means nothing then.
  void start_again() {
    clock_.reboot();
    house_.reset();
    house_ = app::House::open({.store = *store_, .vault = *vault_, .dice = dice_, .clock = clock_},
                              "test")
                 .value();
  }
  Now now() {
    return {.wall = std::max(clock_.now().wall, state().last.wall), .boot = clock_.now().boot};
  }
  std::string one_of(const char* prefix, std::uint64_t many) {
    return prefix + std::to_string(dice_.below(many));
  }
  Millis minutes(std::uint64_t below) { return Millis{60'000 * (1 + dice_.below(below))}; }
  template <class Map>
  typename Map::key_type any(const Map& map) {
    auto at = map.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(dice_.below(map.size())));
    return at->first;
  }

  void open_case(bool with_glass) {
    facts::CaseOpened opened;
    opened.staff = StaffId{one_of("s", 4)};
    opened.patient = PatientId{one_of("q", 6)};
    opened.case_id = CaseId{"c" + std::to_string(state().all_cases.size())};
    opened.case_kind = "glass";
    opened.rule = "clinical-access";
    opened.due = now().wall + minutes(300);
    if (!with_glass) return put({opened});
    facts::GlassOpened glass;
    opened.glass = glass.glass = GlassId{"g" + std::to_string(state().glasses.size())};
    // Of a glass that goes on with an earlier one's case, there is one of its own for its seal.
    glass.case_id =
        dice_.one_in(3) && !state().all_cases.empty() ? any(state().all_cases) : opened.case_id;
    glass.staff = opened.staff;
    glass.patient = opened.patient;
    glass.session = state().sessions.empty() ? SessionId{"none"} : any(state().sessions);
    glass.rule = glass.reason = opened.rule;
    glass.until = now().wall + minutes(90);
    glass.idle_millis = dice_.one_in(2) ? minutes(20).count() : 0;
    glass.details_owed = dice_.one_in(2);
    glass.details_due = now().wall + minutes(200);
    put({opened, glass});
  }
  void open_session() {
    facts::SessionOpened opened;
    opened.staff = StaffId{one_of("s", 4)};
    opened.session = SessionId{"se" + std::to_string(++sessions_)};
    opened.token_hash = opened.session.text();
    opened.until = now().wall + minutes(700);
    opened.idle_millis = minutes(40).count();
    put({opened});
  }
  void widen(const GlassId& id) {
    facts::GlassWidened fact;
    fact.glass = id;
    fact.patient = state().glass(id)->patient;
    fact.rule = "life-threat";
    fact.until = now().wall + minutes(60);
    fact.idle_millis = dice_.one_in(2) ? minutes(10).count() : 0;
    fact.due = now().wall + minutes(100);
    fact.details_owed = dice_.one_in(2);
    fact.details_due = now().wall + minutes(100);
    put({fact});
  }
  void something_happens() {
    const auto what = dice_.below(9);
    if (what == 0) return open_session();
    if (what < 3 || state().all_cases.empty() || state().glasses.empty())
      return open_case(what < 2);
    const auto about = any(state().all_cases);
    const auto glass = any(state().glasses);
    switch (what) {
      case 3: return widen(glass);
      case 4: {
        facts::DetailsGiven fact;
        fact.glass = glass;
        fact.case_id = about;
        return put({fact});
      }
      case 5: {
        facts::CaseClosed fact;
        fact.case_id = about;
        return put({fact});
      }
      case 6: {
        if (!state().case_of(about)->closing) return;
        facts::CaseReopened fact;
        fact.case_id = about;
        fact.due = now().wall + minutes(100);
        return put({fact});
      }
      case 7: {
        const auto& held = *state().glass(glass);
        facts::AccessIntended fact;
        fact.staff = held.staff;
        fact.session = held.session;
        fact.patient = held.patient;
        fact.glass = glass;
        return put({fact});
      }
      default: return;
    }
  }

  void covers(const std::string& team, const std::string& unit) {
    facts::RelationRecorded fact;
    fact.staff = StaffId{"ada"};
    fact.relation = "covers";
    fact.from = "team/" + team;
    fact.to = "unit/" + unit;
    fact.start = now().wall - 24h;
    put({fact});
  }

  int sessions_ = 0;
};

TEST_F(KeepTime, P3NoCaseIsFoundLateLaterThanIfAllWereLookedAt) {
  std::size_t late = 0;
  for (int step = 0; step < 3'000; ++step) {
    something_happens();
    for (const auto ahead : {Millis{0}, minutes(400), Millis{-1} + minutes(400)}) {
      Now then = now();
      then.wall += ahead;
      ASSERT_EQ(late_found(state(), then), late_of_all(state(), then.wall)) << step;
    }
    if (!dice_.one_in(3)) continue;
    clock_.pass(Millis{dice_.below(900'000)});
    if (dice_.one_in(9)) clock_.step_wall(Millis{dice_.below(7'200'000)} - Millis{3'600'000});
    const auto before = late_of_all(state(), now().wall);
    tick();
    for (const auto& id : before) ASSERT_TRUE(state().case_of(id)->overdue_at) << id.text();
    ASSERT_TRUE(late_of_all(state(), now().wall).empty()) << step;
    late += before.size();
  }
  EXPECT_GT(late, 200U);
}

TEST_F(KeepTime, P3ACaseIsLateToTheMillisecond) {
  open_case(false);
  const auto& held = state().all_cases.begin()->second;
  clock_.pass(held.due - clock_.now().wall - 1ms);
  tick();
  EXPECT_FALSE(held.overdue_at);
  clock_.pass(1ms);
  tick();
  EXPECT_EQ(held.overdue_at, held.due);
  const auto from = size();
  clock_.pass(24h);
  tick();
  EXPECT_EQ(size(), from) << "once";
}

TEST_F(KeepTime, P3ACaseIsLateAlsoWhereTheClockSteps) {
  open_case(false);
  const auto& held = state().all_cases.begin()->second;
  clock_.step_wall(-2h);
  tick();
  EXPECT_FALSE(held.overdue_at);
  clock_.step_wall(12h);
  tick();
  EXPECT_TRUE(held.overdue_at);
}

TEST_F(KeepTime, P2NothingEndsLaterThanIfAllWereLookedAt) {
  std::size_t ended = 0;
  for (int step = 0; step < 3'000; ++step) {
    something_happens();
    if (!dice_.one_in(3)) continue;
    clock_.pass(Millis{dice_.below(600'000)});
    if (dice_.one_in(9)) clock_.step_wall(Millis{dice_.below(7'200'000)} - Millis{3'600'000});
    if (dice_.one_in(20)) start_again();
    ended += app::endings_due(state(), now()).size();
    tick();
    ASSERT_TRUE(app::endings_due(state(), now()).empty()) << step;
  }
  EXPECT_GT(ended, 200U);
}

TEST_F(KeepTime, P3NothingIsExplainedLaterThanIfAllWereLookedAt) {
  const auto admin = sign_in("ada");
  std::ifstream in{"demo/policy.toml"};
  std::stringstream file;
  file << in.rdbuf();
  auto text = file.str();
  // A walk whose middle names neither the person nor the patient of any case.
  text.insert(text.find("works_on   ="), "covers     = { from = \"team\", to = \"unit\" }\n");
  text +=
      "\n[[explain]]\nname = \"covered\"\nvia = \"staff : member / covers / ^admitted\"\n"
      "within = \"2d\"\ncases = [\"glass\"]\n";
  const auto proposed = post("/api/v1/policy/proposals", admin, {{"text", text}, {"note", "n"}});
  ASSERT_EQ(proposed.status, 201) << proposed.text;
  ASSERT_EQ(
      post("/api/v1/policy/proposals/" + proposed.str("version") + "/sign", sign_in("pia")).status,
      200);
  std::size_t explained = 0;
  std::size_t quiet = 0;
  for (int step = 0; step < 1'500; ++step) {
    const auto staff = one_of("s", 4);
    switch (dice_.below(6)) {
      case 0: tell("member", staff, one_of("t", 60)); break;
      case 1: tell("referral", one_of("t", 60), one_of("q", 6)); break;
      case 2: tell("works_on", staff, one_of("u", 60)); break;
      case 3: tell("admitted", one_of("q", 6), one_of("u", 60)); break;
      case 4: covers(one_of("t", 60), one_of("u", 60)); break;
      default: open_case(false);
    }
    clock_.pass(Millis{dice_.below(14'400'000)});
    const auto found = app::explained_now(state(), {.all = true, .cases = {}}).size();
    tick();
    ASSERT_TRUE(app::explained_now(state(), {.all = true, .cases = {}}).empty()) << step;
    explained += found;
    quiet += found == 0 ? 1U : 0U;
  }
  EXPECT_GT(explained, 100U);
  EXPECT_GT(quiet, 100U);
}

// A fact of nobody in them makes nobody look at the cases that are there.
TEST_F(KeepTime, WhoIsLookedAtWhereSomethingMayExplain) {
  for (int n = 0; n < 50; ++n) open_case(false);
  const auto among = [&](const facts::Fact& fact) {
    app::Unexplained out;
    app::may_explain(state(), fact, out);
    return out;
  };
  facts::RelationRecorded fact;
  fact.relation = "referral";
  fact.from = "team/cardiology";
  fact.to = "patient/q1";
  EXPECT_FALSE(among(fact).all);
  EXPECT_FALSE(among(fact).cases.empty());
  for (const auto& id : among(fact).cases) EXPECT_EQ(state().case_of(id)->patient.text(), "q1");
  fact.to = "patient/nobody";
  EXPECT_TRUE(among(fact).cases.empty());
  fact.relation = "excludes";
  fact.to = "patient/q1";
  EXPECT_TRUE(among(fact).cases.empty()) << "no explanation walks over it";
  for (const facts::Fact& other :
       std::vector<facts::Fact>{facts::FeedBeat{}, facts::GlassEnded{}, facts::TerminalSet{}}) {
    EXPECT_FALSE(among(other).all);
    EXPECT_TRUE(among(other).cases.empty());
  }
  EXPECT_TRUE(among(facts::PolicySigned{}).all);
}

}  // namespace
}  // namespace halligan::tests
