#include "in/fhir/capability.h"

#include <boost/json.hpp>

#include "core/policy/words.h"
#include "in/fhir/compartment.h"
#include "in/fhir/includes.h"
#include "in/fhir/search_params.h"

namespace halligan::in::fhir {
namespace {

namespace json = boost::json;

std::string_view type_of(ParamKind kind) {
  switch (kind) {
    case ParamKind::token: return "token";
    case ParamKind::date: return "date";
    case ParamKind::encounter: return "reference";
    case ParamKind::text: return "string";
  }
  return "special";
}

json::object param(std::string_view name, std::string_view type) {
  return {{"name", name}, {"type", type}};
}

json::array interactions(std::initializer_list<std::string_view> codes) {
  json::array out;
  for (const auto code : codes) out.emplace_back(json::object{{"code", code}});
  return out;
}

json::object of_chart(const Compartment& compartment) {
  json::object out{{"type", compartment.type},
                   {"interaction", interactions({"read", "vread", "history-instance", "search-type",
                                                 "create", "update", "patch", "delete"})},
                   {"versioning", "versioned-update"},
                   {"conditionalRead", "not-match"},
                   {"updateCreate", false},
                   {"conditionalCreate", false},
                   {"conditionalUpdate", false},
                   {"conditionalDelete", "not-supported"}};
  json::array params;
  if (compartment.type == "Patient") {
    out["interaction"] = interactions(
        {"read", "vread", "history-instance", "search-type", "update", "patch", "delete"});
    out.emplace("operation",
                json::array{json::object{
                    {"name", "everything"},
                    {"definition", "http://hl7.org/fhir/OperationDefinition/Patient-everything"}}});
    params.emplace_back(param("_id", "token"));
    for (const auto name : person_params())
      params.emplace_back(param(name, type_of(*person_param(name))));
  } else {
    params.emplace_back(param(compartment.search_by, "reference"));
    if (!compartment.search_also.empty())
      params.emplace_back(param(compartment.search_also, "reference"));
    for (const std::string_view name : {"_id", "_lastUpdated", "_security"})
      params.emplace_back(param(name, type_of(*chart_param(compartment.type, name))));
    for (const auto name : chart_params(compartment.type))
      params.emplace_back(param(name, type_of(*chart_param(compartment.type, name))));
  }
  out.emplace("searchParam", std::move(params));
  if (compartment.type == "Patient") return out;
  for (const bool reverse : {false, true}) {
    json::array names;
    for (const auto& link : include_links(compartment.type, reverse))
      names.emplace_back(link.name());
    if (!names.empty())
      out.emplace(reverse ? "searchRevInclude" : "searchInclude", std::move(names));
  }
  return out;
}

}  // namespace

std::string capability_statement(const std::string& base) {
  json::array resources;
  for (const auto type : policy::resource_types()) {
    if (const auto* compartment = compartment_of(type))
      resources.emplace_back(of_chart(*compartment));
    else if (type == "Binary")
      resources.emplace_back(json::object{
          {"type", type},
          {"interaction", interactions({"read"})},
          {"documentation", "By what refers to it: Binary/id?of=DocumentReference/id"}});
    else if (is_shared_type(type))
      resources.emplace_back(
          json::object{{"type", type},
                       {"interaction", interactions({"read", "vread", "history-instance"})},
                       {"conditionalRead", "not-match"}});
  }
  return json::serialize(json::object{
      {"resourceType", "CapabilityStatement"},
      {"status", "active"},
      {"date", "2026-01-01"},
      {"kind", "instance"},
      {"software", {{"name", "Halligan"}}},
      {"implementation",
       {{"description", "Access to charts, decided and written down"}, {"url", base}}},
      {"fhirVersion", "4.0.1"},
      {"format", json::array{"application/fhir+json"}},
      {"rest",
       json::array{json::object{
           {"mode", "server"},
           {"documentation", "Each search is within one chart. What is not listed is refused."},
           {"security", {{"description", "A session of Halligan, as a bearer token"}}},
           {"interaction", interactions({"batch", "transaction"})},
           {"resource", std::move(resources)}}}}});
}

}  // namespace halligan::in::fhir
