#include "reference/subjects.h"

namespace halligan::reference {

Subject the_reference() {
  return {.name = "reference",
          .answer = [](const Case& of) { return evaluate(of.policy, of.world, of.question); },
          .holds_until =
              [](const Case& of) {
                const auto moments = moments_ahead(of.policy, of.world, of.question);
                return moments.empty() ? far_future : moments.front();
              }};
}

std::vector<Subject> subjects() { return {the_reference()}; }

}  // namespace halligan::reference
