// news.h - what a fact means to whoever looks at a screen: something of theirs is another than
// it was, so ask again.
//
// Ids of ours alone: no patient, no name, nothing that anybody wrote. Pure: which news follows
// from a fact, and who hears each. Nobody is told before the entries are durable (House).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/state.h"

namespace halligan::app {

struct GlassChanged {
  enum class What { opened, widened, details, ended };
  BOOST_DESCRIBE_NESTED_ENUM(What, opened, widened, details, ended)
  GlassId glass;
  StaffId staff;
  SessionId session;
  What what = What::opened;
  std::optional<facts::EndedBy> by{};
};

struct CaseChanged {
  enum class What { opened, justified, explained, overdue, closed, reopened };
  BOOST_DESCRIBE_NESTED_ENUM(What, opened, justified, explained, overdue, closed, reopened)
  CaseId id;
  StaffId staff;
  What what = What::opened;
};

struct SessionChanged {
  enum class What { ended, focus, stepped_up, locked, unlocked, extended };
  BOOST_DESCRIBE_NESTED_ENUM(What, ended, focus, stepped_up, locked, unlocked, extended)
  SessionId session;
  What what = What::ended;
  std::optional<facts::SessionEnd> by{};
};

struct ChartShut {  // the chart in front of the session could be read, and no longer can
  SessionId session;
};

struct PolicyChanged {
  std::string version;
  bool in_force = false;  // false: proposed
};

struct PersonChanged {
  StaffId staff;
};

using News = std::variant<GlassChanged, CaseChanged, SessionChanged, ChartShut, PolicyChanged,
                          PersonChanged>;

// News may be told when everything up to its entry is durable.
struct NewsItem {
  EntryIndex entry = 0;
  News what;
};

// What this fact tells; `state` has it already.
std::vector<News> news_of(const State& state, const facts::Fact& fact);

// Who looks at a screen: the session that it is signed in with, and whose.
struct Listener {
  SessionId session;
  StaffId staff;
};
bool hears(const State& state, const Listener& listener, const News& news);

// Where news goes, after the commit. Called on the writer, and must not block.
class NewsBoard {
 public:
  virtual ~NewsBoard() = default;
  virtual void tell(const std::vector<NewsItem>& news, const State& state) = 0;
  virtual void fall_silent() = 0;  // the house is thrown away: whoever listens begins anew
};

}  // namespace halligan::app
