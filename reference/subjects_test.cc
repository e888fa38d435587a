#include "reference/subjects.h"

#include "base/must.h"
#include "core/policy/stage.h"

namespace halligan::reference {
namespace {

policy::Stage stage_of(const Case& of) {
  auto stage = policy::Stage::set(of.policy, of.world);
  MUST(stage.ok());
  return std::move(*stage);
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
  return {.name = "engine",
          .answer = [](const Case& of) { return stage_of(of).ask(of.question); },
          .holds_until = [](const Case& of) { return stage_of(of).decide(of.question).holds_until; }};
}

std::vector<Subject> subjects() { return {the_reference(), the_engine()}; }

}  // namespace halligan::reference
