// hospital.h - a made-up hospital for measuring verdicts: a policy of as many rules as asked for,
// its people, patients and relations, and questions about them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/policy/engine.h"

namespace halligan::bench {

inline constexpr int teams = 60;
inline constexpr int units = 20;
inline constexpr Instant now{Millis{1'772'445'600'000}};  // 2026-03-02T10:00Z

// The first 30 rules are of every kind that a hospital has; those beyond are more of each, for
// other roles and other data, as departments bring them. One rule: the open referral alone.
std::string policy_text(int rules);

std::string id_text(const char* prefix, std::uint32_t number);  // "p17"

struct Size {
  int rules = 30;
  int staff = 1'000;
  int patients = 10'000;
};

// A question as it comes: everything is text.
struct Asked {
  std::string staff;
  std::string patient;
  std::string place;
  std::string type = "Observation";
  std::uint32_t person, chart;  // the same by number, to check the answer
};

struct Hospital {
  policy::Evidence evidence;
  std::optional<policy::Engine> engine;
  std::vector<policy::RoleSet> roles;  // by node: what a session has resolved
  policy::TypeId staff_type{}, patient_type{}, unit_type{};
  std::vector<std::uint32_t> team_of;                // by person
  std::vector<std::vector<std::uint32_t>> referred;  // by patient: teams
  std::size_t relation_facts = 0;
  std::size_t fact_bytes = 0;  // by which the heap grew for them
  std::size_t node_bytes = 0;  // for people and patients

  explicit Hospital(const Size& size);

  // From text to a decision.
  policy::Decision decide(const Asked& asked) const;
  bool is_referred(const Asked& asked) const;

 private:
  void relate(const Size& size);
};

// Half of them about a patient who was referred to the person's team.
std::vector<Asked> questions(const Hospital& hospital, const Size& size, std::size_t count);

// Bytes that operator new has given and not taken back, and how often it was called.
std::size_t heap_bytes();
std::size_t heap_calls();

}  // namespace halligan::bench
