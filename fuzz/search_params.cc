// search_params.cc - what goes upstream of a search is a listed parameter with a value of its kind;
// a date is one exactly when a grammar of its own, slow and obvious, says so.
#include <algorithm>
#include <cstdlib>
#include <regex>
#include <string>

#include "in/fhir/compartment.h"
#include "in/fhir/search_params.h"
#include "in/fhir/target.h"

namespace {

using namespace halligan::in;

void must(bool law) {
  if (!law) std::abort();
}

bool obvious_date(const std::string& value) {
  static const std::regex grammar{
      "(eq|ne|gt|lt|ge|le|sa|eb|ap)?[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])"
      "(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?"
      "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?)?)?",
      std::regex::optimize};
  return std::regex_match(value, grammar);
}

std::string percent(std::string_view text) {
  std::string out;
  for (const char c : text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto octet = static_cast<unsigned char>(c);
    out += '%';
    out += digits[octet >> 4];
    out += digits[octet & 15];
  }
  return out;
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

// Asked in one chart with nothing else, the one parameter is what decides.
void ask(std::string_view type, std::string_view name, std::string_view value) {
  const auto* of = fhir::compartment_of(type);
  if (of == nullptr || type == "Patient" || name == of->search_by || name == of->search_also)
    return;
  http::Request request;
  request.method = "GET";
  request.path = "/fhir/" + std::string{type};
  request.query =
      std::string{of->search_by} + "=Patient/p-1&" + percent(name) + "=" + percent(value);
  request.target = request.path + "?" + request.query;
  const auto target = fhir::classify(request);
  const auto kind = fhir::chart_param(type, name);
  const bool fine = kind && !fhir::wrong_value(*kind, value);
  const auto* search = std::get_if<fhir::Search>(&target);
  if (search != nullptr && !name.starts_with('_')) must(fine);
  if (search != nullptr) must(search->patient.text() == "p-1");
  if (search == nullptr && fine && name != "_security")
    must(halligan::valid_utf8(value) == false || std::ranges::any_of(value, [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
         }));
}

}  // namespace

// The first line is the type, the second the parameter, the rest its value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  const auto type = take_line(rest);
  const auto name = take_line(rest);
  const auto names = fhir::chart_params(type);
  for (const auto each : names) must(fhir::chart_param(type, each).has_value());
  const auto person = fhir::person_param(name);
  const auto persons = fhir::person_params();
  must(person.has_value() == (std::ranges::find(persons, name) != persons.end()));
  if (rest.size() <= 64) must(fhir::is_search_date(rest) == obvious_date(std::string{rest}));
  using fhir::ParamKind;
  for (const auto kind : {ParamKind::token, ParamKind::date, ParamKind::encounter, ParamKind::text})
    must(fhir::wrong_value(kind, rest) || (!rest.empty() && rest.size() <= 200));
  ask(type, name, rest);
  return 0;
}
