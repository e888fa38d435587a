// policy_differential.cc - the bytes choose a policy, a world and a question; the engine and the
// reference must answer alike, and the same again.
#include <cstdio>
#include <cstdlib>

#include "core/policy/print.h"
#include "core/policy/stage.h"
#include "reference/evaluate.h"
#include "reference/generate.h"
#include "reference/show.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace halligan;
  reference::Choices choices{std::span<const std::uint8_t>(data, size)};
  const reference::Case of = reference::generate(choices);
  auto stage = policy::Stage::set(of.policy, of.world);
  const auto slow = reference::evaluate(of.policy, of.world, of.question);
  if (stage.ok() && stage->ask(of.question) == slow && stage->ask(of.question) == slow) return 0;
  std::printf("# policy\n%s\n# world\n%s\n# question\n%s\n# the reference\n%s\n",
              policy::print(of.policy).c_str(), reference::show(of.world).c_str(),
              reference::show(of.question).c_str(), reference::show(slow).c_str());
  std::printf("# the engine\n%s\n", stage.ok() ? reference::show(stage->ask(of.question)).c_str()
                                               : stage.fault().what.c_str());
  std::abort();
}
