// limits.h - every bound of the program, in one place, checked against each other.
//
// Units are in the names. Raising a limit is a decision; the static_asserts say what it touches.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace halligan::limits {

using namespace std::chrono_literals;

// The ledger. The format allows 65,535 bytes an entry (C2SP tlog-tiles length prefix); ours is
// lower.
inline constexpr std::size_t entry_bytes_format_max = 65'535;
inline constexpr std::size_t entry_bytes_max = 48 * 1024;
inline constexpr std::size_t batch_entries_max = 4'096;
inline constexpr std::size_t segment_bytes = 64 * 1024 * 1024;
inline constexpr std::size_t reserve_bytes = 16 * 1024 * 1024;  // kept for endings and emergencies

// What people type.
inline constexpr std::size_t id_bytes_max = 64;
inline constexpr std::size_t name_bytes_max = 1'200;    // 300 characters of any script
inline constexpr std::size_t detail_bytes_max = 2'000;  // one answer to a prompt
inline constexpr std::size_t details_max = 8;           // answers per glass
inline constexpr std::size_t comment_bytes_max = 4'000;
inline constexpr std::size_t codes_of_cell_max = 32;  // labels, or categories, that a glass is for
inline constexpr std::size_t password_bytes_max = 256;
inline constexpr std::size_t user_bytes_max = 128;
inline constexpr std::size_t idempotency_key_bytes_max = 128;
static_assert(6 * detail_bytes_max < entry_bytes_max / 3, "a fully escaped answer fits an entry");
static_assert(details_max * detail_bytes_max * 2 < entry_bytes_max, "all answers fit an entry");

// The policy file.
inline constexpr std::size_t policy_bytes_max = 1024 * 1024;
inline constexpr std::size_t policy_rules_max = 2'000;
inline constexpr std::size_t policy_classes_max = 128;
inline constexpr std::size_t policy_line_dots_max = 256;  // a key's parts nest when it is read
inline constexpr std::size_t path_steps_max = 8;          // edges in one path
inline constexpr std::size_t path_nodes_max = 10'000;     // nodes one evaluation may touch

// HTTP.
inline constexpr std::size_t header_bytes_max = 32 * 1024;
inline constexpr std::size_t headers_max = 100;
inline constexpr std::size_t target_bytes_max = 8 * 1024;
inline constexpr std::size_t command_body_bytes_max = 1024 * 1024;
inline constexpr std::size_t facts_body_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t resource_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t bundle_bytes_max = 32 * 1024 * 1024;
inline constexpr std::size_t bundle_entries_max = 20'000;
// Decided in one go while everybody else waits; each may be of another patient, and an entry.
inline constexpr std::size_t cells_at_once_max = 2'000;
inline constexpr std::size_t json_depth_max = 64;
inline constexpr std::size_t json_values_max = 250'000;  // of one command
inline constexpr std::size_t json_keys_max = 1'000;      // of one object in a command
inline constexpr std::size_t resource_references_max = 10'000;
inline constexpr std::size_t resource_contained_max = 1'000;
inline constexpr std::size_t resource_patients_max = 1'000;
inline constexpr std::size_t resource_codes_max = 256;  // labels, or categories
inline constexpr std::size_t patch_bytes_max = 1024 * 1024;
inline constexpr std::size_t patch_operations_max = 256;
inline constexpr std::size_t patch_puts_in_bytes_max = 4 * 1024 * 1024;  // by all of one together
inline constexpr std::size_t batch_requests_max = 50;
// Of one request, while the record system is asked page by page: then it is asked no further one.
inline constexpr auto pages_time_max = 30s;
inline constexpr auto batch_time_max = 30s;     // then no further request of it is begun
inline constexpr std::size_t includes_max = 8;  // _include and _revinclude of one search
// Bytes of records in memory at once, from the record system's first of them until the last has
// gone to its client. Reading them takes about four times as much for a moment.
inline constexpr std::size_t held_bytes_max = 8 * bundle_bytes_max;
inline constexpr std::size_t held_bytes_session_max = 3 * bundle_bytes_max;
inline constexpr std::size_t held_bytes_small =
    64 * 1024;  // an answer of so little is always taken
static_assert(held_bytes_session_max >= 2 * bundle_bytes_max + resource_bytes_max,
              "a whole chart, its next page and what is asked meanwhile");
inline constexpr std::size_t connections_max = 12'000;
// Of one address, which may be a proxy or a whole hospital behind one.
inline constexpr std::size_t connections_peer_max = connections_max / 2;
inline constexpr std::size_t small_body_bytes = 4 * 1024;  // more is read of the signed in alone
inline constexpr std::size_t whole_charts_max = 8;  // Patient/id/$everything, and batches, at once
inline constexpr std::size_t whole_charts_for_glass = 2;     // of them, for who reads under glass
inline constexpr std::size_t whole_charts_session_max = 2;   // of them, for one session
inline constexpr std::size_t charts_of_an_answer_max = 256;  // that a search within one chart names
inline constexpr auto header_time_max = 15s;
inline constexpr auto body_time_max = 60s;
inline constexpr auto idle_connection_time_max = 75s;
inline constexpr auto queue_time_max = 10s;          // for a worker to be free
inline constexpr auto ledger_answer_time_max = 10s;  // for the writer to take, or write, a command
inline constexpr auto upstream_connect_time_max = 3s;
inline constexpr auto upstream_answer_time_max = 20s;

// Sessions and glass.
inline constexpr auto session_idle = 30min;
inline constexpr auto session_absolute = 12h;
inline constexpr auto offer_life = 2min;
inline constexpr std::size_t sessions_per_staff_max = 20;
inline constexpr std::size_t passkeys_per_person_max = 10;
inline constexpr std::size_t cards_at_once_max = 100;     // of one batch
inline constexpr std::size_t cards_per_drawer_max = 500;  // that are neither used nor retired
inline constexpr std::uint32_t wrong_pins_max = 5;        // then the card is good for nothing
inline constexpr auto vouching_life = 2min;
inline constexpr auto vouched_session = 4h;
inline constexpr std::uint32_t failed_unlocks_max = 10;  // in a row; then the session ends

// Tokens that others signed, and the keys with which they say they did.
inline constexpr std::size_t token_bytes_max = 16 * 1024;
inline constexpr std::size_t key_set_bytes_max = 64 * 1024;
inline constexpr std::size_t token_keys_max = 64;  // of one set, those that are skipped among them
inline constexpr std::size_t key_file_bytes_max = 16 * 1024;
inline constexpr auto token_skew_max = 60s;   // by which another's clock may differ from ours
inline constexpr auto token_age_max = 10min;  // of what is handed on at once after it was signed
inline constexpr auto proof_age_max = 60s;
inline constexpr auto proof_ahead_max = 5s;

// Screens that listen for events.
inline constexpr std::size_t streams_per_session_max = 8;  // tabs
inline constexpr std::size_t streams_per_staff_max = 64;
inline constexpr std::size_t event_bytes_waiting_max = 64 * 1024;  // of one of them

}  // namespace halligan::limits
