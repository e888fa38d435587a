// release.h - the one door through which bytes of a record leave (P1).
//
// It opens only to a Recorded answer that permits: the entry is durable before these bytes are
// made.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/access.h"
#include "app/find_person.h"
#include "app/recorded.h"
#include "base/must.h"
#include "needs/record_source.h"

namespace halligan::app {

// Bytes of a record that may leave.
class Released {
 public:
  const std::string& bytes() const { return bytes_; }

 private:
  friend Released release(const Recorded<AskAccess::Answer>& answer, std::string checked);
  friend Released release_listed(const Recorded<ListPeople::Answer>& answer, std::string composed);
  friend Released released_together(const std::vector<std::variant<std::string, Released>>& pieces);
  friend struct ReleasedForTests;  // defined by tests of the wire only; never in src/ otherwise
  explicit Released(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string bytes_;
};

// `checked` holds only what the cells of this answer permit; the caller has left out the rest.
inline Released release(const Recorded<AskAccess::Answer>& answer, std::string checked) {
  const auto* access = std::get_if<Accessed>(&answer.get());
  MUST(access != nullptr && access->any_permitted);
  MUST(answer.durable_below() > access->intent);
  return Released{std::move(checked)};
}

// `composed` holds the minimal demographics of the patients listed, and of no other.
inline Released release_listed(const Recorded<ListPeople::Answer>& answer, std::string composed) {
  const auto* listed = std::get_if<ListPeople::Listed>(&answer.get());
  MUST(listed != nullptr && answer.durable_below() > listed->last);
  return Released{std::move(composed)};
}

// What was released, each part by its own entry, with text of ours between.
inline Released released_together(const std::vector<std::variant<std::string, Released>>& pieces) {
  std::string out;
  for (const auto& piece : pieces)
    out += std::holds_alternative<Released>(piece) ? std::get<Released>(piece).bytes()
                                                   : std::get<std::string>(piece);
  return Released{std::move(out)};
}

}  // namespace halligan::app
