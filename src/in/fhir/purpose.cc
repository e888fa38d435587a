#include "in/fhir/purpose.h"

#include <algorithm>
#include <array>

namespace halligan::in::fhir {
namespace {

// v3-PurposeOfUse, in order.
constexpr std::array<std::string_view, 44> codes{
    "BIORCH",  "BTG",       "CAREMGT", "CLINTRCH", "CLINTRL", "COC",       "DISASTER", "DONAT",
    "DSRCH",   "ERTREAT",   "ETREAT",  "FAMRQT",   "FRAUD",   "GOV",       "HACCRED",  "HCOMPL",
    "HDECD",   "HDIRECT",   "HDM",     "HLEGAL",   "HMARKT",  "HOPERAT",   "HPAYMT",   "HQUALIMP",
    "HRESCH",  "HSYSADMIN", "HTEST",   "MEMADMIN", "MILCDM",  "PATADMIN",  "PATRQT",   "PATSFTY",
    "PERFMSR", "POARCH",    "POPHLTH", "PUBHLTH",  "PWATRNY", "RECORDMGT", "SUPNWK",   "THREAT",
    "TRAIN",   "TRANSRCH",  "TREAT",   "TREATDS"};

}  // namespace

std::optional<std::string> purpose_of(const http::Request& request) {
  if (request.count("category") == 0) return std::string{};
  if (request.count("category") > 1) return std::nullopt;
  auto term = *request.header("category");
  term = term.substr(0, term.find(';'));
  while (term.ends_with(' ')) term.remove_suffix(1);
  if (!term.starts_with(act_reason) || term.substr(act_reason.size()).find('#') != 0)
    return std::nullopt;
  const auto code = term.substr(act_reason.size() + 1);
  if (!std::ranges::binary_search(codes, code)) return std::nullopt;
  return std::string{code};
}

}  // namespace halligan::in::fhir
