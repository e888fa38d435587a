#include "in/scim/scim.h"

#include <algorithm>
#include <array>

#include "in/scim/answers.h"
#include "in/scim/discovery.h"
#include "in/scim/write.h"

namespace halligan::in::scim {
namespace {

using http::Request;
using http::Response;

constexpr std::size_t bulk_bytes_max = 4 * 1024 * 1024;

}  // namespace

std::size_t body_bytes_max(std::string_view path) {
  const bool many = path.ends_with("/Bulk") || path.starts_with(std::string{mount} + "/Groups");
  return many ? bulk_bytes_max : limits::command_body_bytes_max;
}

std::optional<Response> Scim::admit(const Request& head) {
  bool known = false;
  const auto done = edge_.desk.run([&](app::House& house, const Now&) {
    known = app::provisioner(house.state(), hash_of(head)) != nullptr;
  });
  if (!done) return stopped();
  if (known) return std::nullopt;
  return refused(nobody());
}

void Scim::route(http::Router& router, const char* method, const char* path, Handler handler) {
  router.add(method, std::string{mount} + path,
             [this, handler](const Request& request, const http::PathParams& params) {
               Asked asked{.request = request, .path = params, .token_hash = hash_of(request)};
               if (asked.token_hash.empty()) return refused(nobody());
               return (this->*handler)(asked);
             });
}

void Scim::add_to(http::Router& router) {
  route(router, "GET", "/Users", &Scim::list_users);
  route(router, "POST", "/Users/.search", &Scim::list_users);
  route(router, "POST", "/Users", &Scim::write_one);
  route(router, "GET", "/Users/{id}", &Scim::show_user);
  route(router, "GET", "/Groups", &Scim::list_groups);
  route(router, "POST", "/Groups/.search", &Scim::list_groups);
  route(router, "POST", "/Groups", &Scim::write_one);
  route(router, "GET", "/Groups/{id}", &Scim::show_group);
  for (const char* method : {"PUT", "PATCH", "DELETE"}) {
    route(router, method, "/Users/{id}", &Scim::write_one);
    route(router, method, "/Groups/{id}", &Scim::write_one);
  }
  route(router, "POST", "/Bulk", &Scim::bulk);
  for (const char* method : {"GET", "PUT", "PATCH", "DELETE", "POST"})
    route(router, method, "/Me", &Scim::nobody_is_me);
  route(router, "POST", "/.search", &Scim::search_all);
  for (const char* method : {"GET", "PUT", "PATCH", "DELETE", "POST"})
    route(router, method, "/{rest...}", &Scim::not_there);
  add_discovery(router, base_);
}

// What no other route is for (RFC 7644, 3.12): the path is known, or it is not.
Response Scim::not_there(const Asked& asked) {
  constexpr std::array<std::string_view, 8> known{
      "Users",         "Groups",  "Bulk",   "Me", "ServiceProviderConfig",
      "ResourceTypes", "Schemas", ".search"};
  const auto rest = std::string_view{asked.path["rest"]};
  const auto slash = rest.find('/');
  const auto kind = rest.substr(0, slash);
  const bool deeper = slash != std::string_view::npos && rest.find('/', slash + 1) != rest.npos;
  if (deeper || std::ranges::find(known, kind) == known.end())
    return refused({.status = 404, .type = {}, .detail = "there is nothing at this path"});
  return refused(
      {.status = 405, .type = {}, .detail = "what is at this path does not take this method"});
}

Response Scim::nobody_is_me(const Asked&) {
  return refused({.status = 501, .type = {}, .detail = "a system is none of its accounts"});
}

// The resource as it is; `status`: what led to it.
Response Scim::shown(const Asked& asked, const std::string& id, bool group, int status) {
  std::optional<Person> person;
  std::optional<app::UserGroup> held;
  bool known = false;
  const auto done = edge_.desk.run([&](app::House& house, const Now&) {
    const auto& state = house.state();
    const auto* system = app::provisioner(state, asked.token_hash);
    if (system == nullptr) return;
    known = true;
    if (group) {
      const auto* found = state.user_group(id);
      if (found != nullptr && found->source == system->source) held = *found;
    } else {
      const auto* found = state.account(StaffId{id});
      if (found != nullptr && found->source == system->source) person = person_in(state, *found);
    }
  });
  if (!done) return stopped();
  if (!known) return refused(nobody());
  if (!person && !held)
    return refused({.status = 404, .type = {}, .detail = "there is no resource of this id"});
  const auto tag = version_tag(group ? held->version : person->account.version);
  if (status == 200 && asked.request.method == "GET" &&
      asked.request.header("if-none-match") == tag)
    return {.status = 304, .headers = {{"ETag", tag}}, .body = {}};
  auto resource = group ? group_json(*held, base_, true) : user_json(*person, base_);
  auto read = query_of(asked.request);
  if (asked.request.method == "GET")
    if (const auto* query = std::get_if<Query>(&read)) show(resource, query->shown);
  auto out = scim_json(status, resource);
  out.headers.push_back({"ETag", tag});
  if (status == 201)
    out.headers.push_back({"Location", base_ + (group ? "/Groups/" : "/Users/") + id});
  return out;
}

Response Scim::show_user(const Asked& asked) { return shown(asked, asked.path["id"], false, 200); }
Response Scim::show_group(const Asked& asked) { return shown(asked, asked.path["id"], true, 200); }

Response Scim::write_one(const Asked& asked) {
  Change change;
  change.method = asked.request.method;
  change.group = asked.request.path.starts_with(std::string{mount} + "/Groups");
  if (change.method != "POST") change.id = asked.path["id"];
  auto version = version_in(asked.request.header("if-match"));
  if (const auto* wrong = std::get_if<Error>(&version)) return refused(*wrong);
  change.if_version = std::get<0>(version);
  if (change.method != "DELETE") {
    auto body = body_of(asked.request);
    if (const auto* wrong = std::get_if<Error>(&body)) return refused(*wrong);
    change.data = std::get<json::object>(std::move(body));
  }
  Or<Changed> done = nobody();
  const auto durable = edge_.desk.run([&](app::House& house, const Now& now) {
    done = carry_out(change, asked.token_hash, house, now);
  });
  if (!durable) return stopped();
  if (const auto* wrong = std::get_if<Error>(&done)) return refused(*wrong);
  const auto& changed = std::get<Changed>(done);
  if (changed.status == 204) return {.status = 204, .headers = {}, .body = {}};
  return shown(asked, changed.id, change.group, changed.status);
}

}  // namespace halligan::in::scim
