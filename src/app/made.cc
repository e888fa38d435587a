#include "app/made.h"

namespace halligan::app {
namespace {

struct Named {
  std::string operator()(const facts::GlassOpened& fact) const { return fact.glass.text(); }
  std::string operator()(const facts::GlassWidened& fact) const { return fact.glass.text(); }
  std::string operator()(const facts::PolicyProposed& fact) const {
    return with_kind(fact, fact.policy);
  }
  std::string operator()(const facts::PolicySigned& fact) const {
    return with_kind(fact, fact.policy);
  }
  std::string operator()(const facts::CaseJustified& fact) const {
    return with_kind(fact, fact.case_id.text());
  }
  std::string operator()(const facts::CaseClosed& fact) const {
    return with_kind(fact, fact.case_id.text());
  }
  std::string operator()(const facts::CaseReopened& fact) const {
    return with_kind(fact, fact.case_id.text());
  }
  std::string operator()(const facts::RelationRecorded& fact) const {
    return with_kind(fact, fact.relation + "(" + fact.from + "," + fact.to + ")");
  }
  template <class Fact>
  std::string operator()(const Fact&) const {
    return Fact::kind;
  }

 private:
  template <class Fact>
  static std::string with_kind(const Fact&, const std::string& id) {
    return std::string{Fact::kind} + "/" + id;
  }
};

}  // namespace

std::string made_name(const facts::Fact& fact) { return std::visit(Named{}, fact); }

Repeated repeated(const Context& context, const std::string& made) {
  if (context.idempotency.empty()) return Repeated::no;
  const auto held = context.state.made.find(context.idempotency);
  if (held == context.state.made.end()) return Repeated::no;
  return held->second.id == made ? Repeated::same : Repeated::other;
}

Refusal key_used_otherwise() {
  return {.why = Why::conflict, .what = "this idempotency key was used for something else"};
}

}  // namespace halligan::app
