// policy_text.cc - any text is a policy or is refused with a message that has a place; what is
// printed of a policy is read as the same policy again.
#include <cstdlib>

#include "core/policy/check.h"
#include "core/policy/parse.h"
#include "core/policy/print.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace halligan;
  const auto parsed = policy::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed.policy) {
    if (!policy::has_errors(parsed.messages)) std::abort();
    return 0;
  }
  static_cast<void>(policy::check(*parsed.policy));
  const auto printed = policy::print(*parsed.policy);
  const auto again = policy::parse(printed);
  if (!again.policy || *again.policy != *parsed.policy || policy::print(*again.policy) != printed)
    std::abort();
  return 0;
}
