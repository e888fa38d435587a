#include "in/scim/scim.h"

#include <algorithm>

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
  add_discovery(router, base_);
}

bool is_under_mount(std::string_view path) {
  return path.starts_with(mount) && (path.size() == mount.size() || path[mount.size()] == '/');
}

Response Scim::spoken(const Request& request, Response answer) {
  const auto is_problem = [](const auto& header) {
    return http::same_name(header.name, "content-type") &&
           header.value.starts_with("application/problem+json");
  };
  if (!is_under_mount(request.path) || std::ranges::none_of(answer.headers, is_problem))
    return answer;
  // As the problem has it: what was wrong, and the code that people read out.
  boost::system::error_code unreadable;
  const auto problem = json::parse(http::body_text(answer), unreadable);
  std::string detail;
  for (const char* part : {"title", "detail", "code"})
    if (const auto* held = problem.is_object() ? find_member(problem.get_object(), part) : nullptr)
      if (held->is_string())
        detail += (detail.empty() ? "" : ": ") + std::string{held->get_string()};
  auto out = refused({.status = answer.status, .type = {}, .detail = std::move(detail)});
  for (auto& header : answer.headers)
    if (!is_problem(header)) out.headers.push_back(std::move(header));
  return out;
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
      if (found != nullptr && found->source == system->source) held = without_members(*found);
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
  const auto shown = shown_of(asked.request);
  const bool members = group && is_shown(shown, "members");
  if (members && !groups_.add_members(*held)) return stopped();
  auto resource = group ? group_json(*held, base_, members) : user_json(*person, base_);
  show(resource, shown);
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
  if (change.group) {
    auto answer = groups_.carry_out(change, asked.token_hash);
    if (!answer) return stopped();
    done = *std::move(answer);
  } else if (!edge_.desk.run([&](app::House& house, const Now& now) {
               done = carry_out(change, asked.token_hash, house, now);
             })) {
    return stopped();
  }
  if (const auto* wrong = std::get_if<Error>(&done)) return refused(*wrong);
  const auto& changed = std::get<Changed>(done);
  if (changed.status == 204) return {.status = 204, .headers = {}, .body = {}};
  return shown(asked, changed.id, change.group, changed.status);
}

}  // namespace halligan::in::scim
