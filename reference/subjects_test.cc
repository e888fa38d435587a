#include "reference/subjects.h"

#include <memory>
#include <optional>

#include "base/must.h"
#include "core/policy/stage.h"

namespace halligan::reference {
namespace {

// The stage of the last policy and world that was asked about: setting one costs more than asking.
struct Last {
  Case of;
  std::optional<policy::Stage> stage;
};

policy::Stage& stage_of(Last& last, const Case& of) {
  if (!last.stage || last.of.policy != of.policy || last.of.world != of.world) {
    auto stage = policy::Stage::set(of.policy, of.world);
    MUST(stage.ok());
    last.of = of;
    last.stage.emplace(std::move(*stage));
  }
  return *last.stage;
}

}  // namespace

Subject the_reference() {
  return {.name = "reference",
          .answer = [](const Case& of) { return evaluate(of.policy, of.world, of.question); },
          .holds_until =
              [](const Case& of) {
                const auto moments = moments_ahead(of.policy, of.world, of.question);
                return moments.empty() ? far_future : moments.front();
              }};
}

Subject the_engine() {
  const auto last = std::make_shared<Last>();
  return {
      .name = "engine",
      .answer = [last](const Case& of) { return stage_of(*last, of).ask(of.question); },
      .holds_until =
          [last](const Case& of) { return stage_of(*last, of).decide(of.question).holds_until; }};
}

std::vector<Subject> subjects() { return {the_reference(), the_engine()}; }

}  // namespace halligan::reference
