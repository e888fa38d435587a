#include "in/api/problem_codes.h"

#include "app/context.h"

namespace halligan::in::api {

std::string ProblemCodes::make(Told told) {
  const std::lock_guard lock{mutex_};
  auto code = app::Fresh{dice_.roll<32>()}.code();
  if (!told_.insert_or_assign(code, std::move(told)).second) return code;
  in_order_.push_back(code);
  if (in_order_.size() > kept_max) {
    told_.erase(in_order_.front());
    in_order_.pop_front();
  }
  return code;
}

std::optional<ProblemCodes::Told> ProblemCodes::find(const std::string& code) const {
  const std::lock_guard lock{mutex_};
  const auto held = told_.find(code);
  if (held == told_.end()) return std::nullopt;
  return held->second;
}

}  // namespace halligan::in::api
