#include "sim/sim_index.h"

#include <algorithm>

namespace halligan::sim {
namespace {

constexpr std::size_t rows_max = 1'000;

bool fits(const needs::IndexQuery& query, const needs::IndexRow& row) {
  return (!query.patient || row.patient == *query.patient) &&
         (!query.staff || row.staff == *query.staff) && (!query.kind || row.kind == *query.kind) &&
         row.at >= query.from && row.at <= query.to && (!query.before || row.index < *query.before);
}

Fault failed() { return Fault{FaultCode::disk_failed, "the simulated index failed"}; }

}  // namespace

Result<Unit> SimIndex::add(std::span<const needs::IndexRow> rows) {
  if (dice_.one_in(fail_one_in_)) return failed();
  for (const needs::IndexRow& row : rows) {
    MUST(row.index == rows_.size());
    rows_.push_back(row);
  }
  return Unit{};
}

Result<Unit> SimIndex::forget(const Pseudonym& patient) {
  if (dice_.one_in(fail_one_in_)) return failed();
  for (auto& row : rows_)
    if (row.patient == patient) row.patient = {};
  return Unit{};
}

Result<std::vector<EntryIndex>> SimIndex::find(const needs::IndexQuery& query) {
  if (dice_.one_in(fail_one_in_)) return failed();
  const std::size_t limit = std::min(query.limit, rows_max);
  std::vector<EntryIndex> found;
  for (auto row = rows_.rbegin(); row != rows_.rend() && found.size() < limit; ++row) {
    if (fits(query, *row)) found.push_back(row->index);
  }
  return found;
}

}  // namespace halligan::sim
