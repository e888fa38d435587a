#include "app/begin.h"

#include "base/crypto.h"
#include "base/limits.h"
#include "core/policy/check.h"
#include "core/policy/parse.h"

namespace halligan::app {
namespace {

constexpr std::size_t part_bytes = 20 * 1024;  // doubled by escaping in the worst case
static_assert(2 * part_bytes + 1024 < limits::entry_bytes_max);

// Cuts at a character's boundary, so that every part is valid UTF-8.
std::size_t cut(const std::string& text, std::size_t from) {
  std::size_t end = std::min(text.size(), from + part_bytes);
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return end;
}

}  // namespace

std::string note_policy(const StaffId& proposer, const std::string& text, const std::string& note,
                        Context& context) {
  facts::PolicyProposed proposed;
  proposed.staff = proposer;
  proposed.policy = "p" + std::to_string(context.state.policies.size() + 1);
  proposed.sha256 = to_hex(crypto::sha256(view(text)));
  proposed.note = note;
  std::vector<facts::PolicyPart> parts;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = cut(text, from);
    parts.push_back({.policy = proposed.policy,
                     .part = static_cast<std::uint32_t>(parts.size()),
                     .text = text.substr(from, end - from)});
    from = end;
  }
  proposed.parts = static_cast<std::uint32_t>(parts.size());
  auto version = proposed.policy;
  context.note(std::move(proposed));
  for (auto& part : parts) context.note(std::move(part));
  return version;
}

Begin::Answer decide(const Begin& command, Context& context) {
  if (context.state.entries > 0)
    return Refusal{.why = Why::conflict, .what = "this ledger has begun already"};
  if (command.officers.size() != 2 || command.officers[0].id == command.officers[1].id)
    return Refusal{.why = Why::same_person, .what = "a ledger begins with two different officers"};
  const auto parsed = policy::parse(command.policy);
  const auto messages = parsed.policy ? policy::check(*parsed.policy) : parsed.messages;
  for (const auto& message : messages)
    if (message.severity == policy::Severity::error)
      return Refusal{.why = Why::policy_refused, .what = to_text(message, "policy")};
  const auto first = context.note(facts::LedgerBegun{
      .hospital = command.hospital, .origin = command.origin, .log_key = command.log_key});
  context.note(facts::ServerStarted{.boot_id = command.boot_id, .version = command.version});
  for (const auto& officer : command.officers)
    context.note(facts::StaffSet{.staff = {},
                                 .person = officer.id,
                                 .pseudonym = to_hex(context.fresh.pseudonym()),
                                 .name = officer.name,
                                 .roles = officer.roles,
                                 .department = {},
                                 .active = true});
  for (const auto& officer : command.officers)
    for (const char* factor : {"password", "totp"})
      context.note(facts::FactorEnrolled{.staff = {}, .person = officer.id, .factor = factor});
  const auto version =
      note_policy(command.officers[0].id, command.policy, "the first policy", context);
  context.note(facts::PolicySigned{.staff = command.officers[1].id, .policy = version});
  return first;
}

}  // namespace halligan::app
