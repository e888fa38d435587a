#include "in/scim/discovery.h"

#include "in/scim/filter.h"

namespace halligan::in::scim {
namespace {

constexpr std::string_view list_schema = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
constexpr std::string_view prefix = "urn:ietf:params:scim:schemas:core:2.0:";

json::array one(std::string_view text) { return json::array(1, json::value(text)); }

struct Kind {
  const char* type = "string";
  bool many = false;
  bool needed = false;
  bool exact = false;
  const char* mutability = "readWrite";
  const char* uniqueness = "none";
  const char* refers_to = "";  // of a reference
};

json::object attribute(const char* name, const Kind& kind, json::array parts = {}) {
  json::object out{
      {"name", name},         {"type", kind.type},       {"multiValued", kind.many},
      {"description", ""},    {"required", kind.needed}, {"mutability", kind.mutability},
      {"returned", "default"}};
  if (std::string_view{kind.type} == "string") {
    out.emplace("caseExact", kind.exact);
    out.emplace("uniqueness", kind.uniqueness);
  }
  if (std::string_view{kind.type} == "reference")
    out.emplace("referenceTypes", json::array(1, json::value(kind.refers_to)));
  if (!parts.empty()) out.emplace("subAttributes", std::move(parts));
  return out;
}

json::object many(const char* name) {
  return attribute(name, {.type = "complex", .many = true},
                   {attribute("value", {}), attribute("display", {}), attribute("type", {}),
                    attribute("primary", {.type = "boolean"})});
}

json::object user_schema() {
  json::array all{attribute("userName", {.needed = true, .uniqueness = "server"}),
                  attribute("name", {.type = "complex"},
                            {attribute("formatted", {}), attribute("familyName", {}),
                             attribute("givenName", {}), attribute("middleName", {}),
                             attribute("honorificPrefix", {}), attribute("honorificSuffix", {})})};
  for (const char* each : {"displayName", "nickName", "profileUrl", "title", "userType",
                           "preferredLanguage", "locale", "timezone"})
    all.push_back(attribute(each, {}));
  all.push_back(attribute("active", {.type = "boolean"}));
  for (const char* each : {"emails", "phoneNumbers", "ims", "entitlements", "roles"})
    all.push_back(many(each));
  all.push_back(
      attribute("addresses", {.type = "complex", .many = true},
                {attribute("formatted", {}), attribute("streetAddress", {}),
                 attribute("locality", {}), attribute("region", {}), attribute("postalCode", {}),
                 attribute("country", {}), attribute("type", {})}));
  all.push_back(attribute(
      "groups", {.type = "complex", .many = true, .mutability = "readOnly"},
      {attribute("value", {.exact = true, .mutability = "readOnly"}),
       attribute("$ref", {.type = "reference", .mutability = "readOnly", .refers_to = "Group"}),
       attribute("display", {.mutability = "readOnly"})}));
  return {{"id", core_user},
          {"name", "User"},
          {"description", "Somebody who works here"},
          {"attributes", std::move(all)}};
}

json::object group_schema() {
  return {{"id", core_group},
          {"name", "Group"},
          {"description", "People to whom the policy may give roles"},
          {"attributes",
           json::array{attribute("displayName", {.needed = true, .uniqueness = "server"}),
                       attribute("members", {.type = "complex", .many = true},
                                 {attribute("value", {.exact = true, .mutability = "immutable"}),
                                  attribute("$ref", {.type = "reference",
                                                     .mutability = "immutable",
                                                     .refers_to = "User"})})}}};
}

json::object enterprise_schema() {
  json::array all;
  for (const char* each :
       {"employeeNumber", "costCenter", "organization", "division", "department"})
    all.push_back(attribute(each, {}));
  all.push_back(attribute("manager", {.type = "complex"},
                          {attribute("value", {}), attribute("displayName", {})}));
  return {{"id", enterprise},
          {"name", "EnterpriseUser"},
          {"description", "Of somebody's employment"},
          {"attributes", std::move(all)}};
}

json::object meta(std::string_view type, const std::string& location) {
  return {{"resourceType", type}, {"location", location}};
}

json::object resource_type(const std::string& base, const char* name, const char* endpoint,
                           std::string_view schema) {
  json::object out{{"schemas", one(std::string{prefix} + "ResourceType")},
                   {"id", name},
                   {"name", name},
                   {"endpoint", endpoint},
                   {"description", name},
                   {"schema", schema},
                   {"meta", meta("ResourceType", base + "/ResourceTypes/" + name)}};
  if (schema == core_user)
    out.emplace("schemaExtensions",
                json::array{json::object{{"schema", enterprise}, {"required", false}}});
  return out;
}

json::object provider_config(const std::string& base) {
  const auto supported = [](bool is) { return json::object{{"supported", is}}; };
  return {{"schemas", one(std::string{prefix} + "ServiceProviderConfig")},
          {"patch", supported(true)},
          {"bulk",
           {{"supported", true}, {"maxOperations", 1'000}, {"maxPayloadSize", 4 * 1024 * 1024}}},
          {"filter", {{"supported", true}, {"maxResults", 200}}},
          {"changePassword", supported(false)},
          {"sort", supported(false)},
          {"etag", supported(true)},
          {"authenticationSchemes",
           json::array{json::object{{"type", "oauthbearertoken"},
                                    {"name", "Bearer token"},
                                    {"description", "that an administrator had made"},
                                    {"specUri", "https://www.rfc-editor.org/info/rfc6750"},
                                    {"primary", true}}}},
          {"meta", meta("ServiceProviderConfig", base + "/ServiceProviderConfig")}};
}

http::Response told(int status, const json::value& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/scim+json"}},
          .body = json::serialize(body)};
}

void add_list(http::Router& router, const std::string& path, const json::array& all) {
  const json::object page{{"schemas", one(list_schema)},
                          {"totalResults", all.size()},
                          {"startIndex", 1},
                          {"itemsPerPage", all.size()},
                          {"Resources", all}};
  router.add("GET", path, [page](const http::Request& request, const http::PathParams&) {
    // RFC 7644, 4: a filter here is refused.
    if (request.query.find("filter=") != std::string::npos)
      return told(403, json::object{{"schemas", one("urn:ietf:params:scim:api:messages:2.0:Error")},
                                    {"status", "403"},
                                    {"detail", "what the server says of itself is not filtered"}});
    return told(200, page);
  });
  router.add("GET", path + "/{id}", [all](const http::Request&, const http::PathParams& params) {
    for (const auto& each : all)
      if (each.at("id").as_string() == params["id"]) return told(200, each);
    return told(404, json::object{{"schemas", one("urn:ietf:params:scim:api:messages:2.0:Error")},
                                  {"status", "404"},
                                  {"detail", "there is nothing of this id"}});
  });
}

}  // namespace

void add_discovery(http::Router& router, const std::string& base) {
  const std::string at = "/scim/v2";
  router.add("GET", at + "/ServiceProviderConfig",
             [config = provider_config(base)](const http::Request&, const http::PathParams&) {
               return told(200, config);
             });
  add_list(router, at + "/ResourceTypes",
           {resource_type(base, "User", "/Users", core_user),
            resource_type(base, "Group", "/Groups", core_group)});
  json::array schemas{user_schema(), group_schema(), enterprise_schema()};
  for (auto& each : schemas) {
    auto& schema = each.get_object();
    schema.emplace("schemas", one(std::string{prefix} + "Schema"));
    schema.emplace("meta",
                   meta("Schema", base + "/Schemas/" + std::string{schema["id"].get_string()}));
  }
  add_list(router, at + "/Schemas", schemas);
}

}  // namespace halligan::in::scim
