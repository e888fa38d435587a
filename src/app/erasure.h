// erasure.h - a patient is forgotten: asked for by one officer, done by another.
//
// What lies in the ledger stays there and can still be proved complete, and nobody can read it. An
// erasure must hide nothing: it waits until every case about the patient is closed, and it leaves
// an entry that names both officers and counts what went.
#pragma once

#include <array>
#include <string_view>
#include <variant>

#include "app/access.h"
#include "app/journal.h"

namespace halligan::app {

// Why, in codes: a text could say who it was, and outlives the patient.
inline constexpr std::array erasure_reasons{
    std::string_view{"retention-over"}, std::string_view{"patient-asked"},
    std::string_view{"court-order"}, std::string_view{"recorded-by-mistake"}};
inline constexpr Millis erasure_waits_max = std::chrono::days{14};

struct AskErasure {
  using Answer = std::variant<EntryIndex, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  PatientId patient;
  std::string why;
};
AskErasure::Answer decide(const AskErasure& command, Context& context);

struct ErasePatient {
  struct Done {
    EntryIndex entry = 0;
    Pseudonym pseudonym{};
    KeyId key{};
    std::uint64_t entries = 0;  // that nobody reads any more
  };
  using Answer = std::variant<Done, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  PatientId patient;
  std::optional<Journal::Erasable> what{};  // of the journal, by who asks the command
};
ErasePatient::Answer decide(const ErasePatient& command, Context& context);

struct ErasureLine {
  PatientId patient;
  ErasureWanted wanted;
  std::size_t open_cases = 0;
};
// Those that wait for their second officer and that this session may learn of, by patient.
std::variant<std::vector<ErasureLine>, Refusal> erasures_wanted(const State& state,
                                                                const std::string& token_hash,
                                                                const Now& now);

}  // namespace halligan::app
