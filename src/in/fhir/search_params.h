// search_params.h - the search parameters that may go upstream, type by type, and the form of
// their values.
//
// What is not listed is refused by name: an unknown parameter could find by what its asker may not
// see, or find nothing and look like an empty chart.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace halligan::in::fhir {

enum class ParamKind { token, date, encounter, text };

// Of a search within one patient; nothing where the type does not take it.
std::optional<ParamKind> chart_param(std::string_view type, std::string_view name);
std::span<const std::string_view> chart_params(std::string_view type);  // of this type alone
// Of the search for a person.
std::optional<ParamKind> person_param(std::string_view name);
std::span<const std::string_view> person_params();

// Nothing where the value is fine, else what would be.
std::optional<std::string_view> wrong_value(ParamKind kind, std::string_view value);
bool is_search_date(std::string_view value);  // with or without a prefix such as "ge"

}  // namespace halligan::in::fhir
