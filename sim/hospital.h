// hospital.h - the small hospital of the simulation: people, patients, policy.
#pragma once

#include <string>

namespace halligan::sim {

inline const std::string policy_text = R"(
hospital = "St. Elsewhere"
timezone = "Europe/London"
roles = ["physician", "nurse", "privacy-officer", "billing", "administrator"]

[relations]
member   = { from = "staff", to = "team" }
referral = { from = "team", to = "patient" }
excludes = { from = "patient", to = "staff" }
checked_in = { from = "patient", to = "unit", source = "adt", stale_after = "15m" }

[flags]
VIP = {}

[classes]
claims = { of = ["Claim", "ExplanationOfBenefit"], never_in_emergency = true }

[[deny]]
name = "excluded-by-patient"
via = "staff : ^excludes"
if_unknown = "deny"

[[deny]]
name = "claims-are-not-urgent"
data = "claims"
except_roles = ["billing"]

[[seal]]
name = "vip"
flags = ["VIP"]
except = ["open-referral"]
ask = { acknowledge = "It is logged.", review = { by = "privacy-officer", within = "72h" } }

[[allow]]
name = "open-referral"
via = "staff : member / referral"
actions = ["read", "append", "modify"]

[[glass]]
reason = "clinical-access"
label = "Clinical access"
purpose = "BTG"
roles = ["physician"]
prompts = ["What are you looking for?"]
proof = { any = ["totp"], not_older_than = "8h" }
ends = { focus = true, idle = "10m", after = "1h" }
review = { by = "privacy-officer", within = "24h" }

[[glass]]
reason = "life-threat"
label = "Threat to life"
purpose = "ETREAT"
roles = ["physician", "nurse"]
prompts = { owed = "30m", ask = ["What was the emergency?"] }
proof = { any = ["totp"], not_older_than = "8h" }
ends = { focus = true, idle = "15m", after = "1h" }
review = { by = "privacy-officer", within = "24h" }
)";

inline constexpr int patients = 6;
inline const char* const clinicians[] = {"dr-a", "dr-b", "nurse-c"};
inline const char* const officers[] = {"officer-d", "officer-e"};  // e is a physician as well

}  // namespace halligan::sim
