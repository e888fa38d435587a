// stage.h - a policy and a world in plain words, ready to be asked: for tests, for explaining, for
// comparison with reference/.
#pragma once

#include <vector>

#include "base/result.h"
#include "core/policy/ast.h"
#include "core/policy/engine.h"

namespace halligan::policy {

class Stage {
 public:
  // Fault bad_input where the policy does not hold together. Facts of relations and flags that it
  // does not declare are left out.
  static Result<Stage> set(const ast::Policy& policy, const ast::World& world);

  // Interns what the question names; facts do not change.
  ast::Answer ask(const ast::Question& question);
  Decision decide(const ast::Question& question);
  Explanation explain(const ast::Question& question);

  const Engine& engine() const { return engine_; }
  const Evidence& evidence() const { return evidence_; }

 private:
  struct Asked {
    Asker asker;
    Cell cell;
    std::vector<WordId> labels;
    std::vector<WordId> categories;
    std::vector<Payment> paid;
    bool known = true;  // the type, or the fact, is one that the policy's words know
  };
  Stage(Evidence evidence, Engine engine)
      : evidence_(std::move(evidence)), engine_(std::move(engine)) {}
  void prepare(const ast::Question& question, Asked& out);

  Evidence evidence_;
  Engine engine_;
};

}  // namespace halligan::policy
