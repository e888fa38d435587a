// subjects.h - for tests only: whom the laws are put to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "reference/evaluate.h"
#include "reference/generate.h"

namespace halligan::reference {

struct Subject {
  std::string name;
  std::function<ast::Answer(const Case&)> answer;
  std::function<Instant(const Case&)> holds_until;  // as long as nothing is recorded
};

Subject the_reference();
Subject the_engine();
std::vector<Subject> subjects();

}  // namespace halligan::reference
