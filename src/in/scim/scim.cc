#include "in/scim/scim.h"

#include <algorithm>

#include "in/http/json.h"
#include "in/scim/discovery.h"
#include "in/scim/resources.h"
#include "in/scim/write.h"

namespace halligan::in::scim {

struct Scim::Asked {
  const http::Request& request;
  http::PathParams path;
  std::string token_hash;
};

namespace {

using http::Request;
using http::Response;

constexpr std::size_t page_max = 200;
constexpr std::size_t page_plain = 100;
constexpr std::size_t bulk_operations_max = 1'000;
constexpr std::size_t bulk_bytes_max = 4 * 1024 * 1024;
constexpr std::size_t bulk_at_once = 200;  // before others have their turn
constexpr std::string_view list_schema = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
constexpr std::string_view error_schema = "urn:ietf:params:scim:api:messages:2.0:Error";
constexpr std::string_view bulk_schema = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";

Response scim_json(int status, const json::value& body) {
  Response out{.status = status,
               .headers = {{"Content-Type", "application/scim+json"}},
               .body = json::serialize(body)};
  return out;
}

json::object error_json(const Error& error) {
  json::object out{{"schemas", json::array(1, json::value(error_schema))},
                   {"status", std::to_string(error.status)},
                   {"detail", error.detail}};
  if (!error.type.empty()) out.emplace("scimType", error.type);
  return out;
}

Response refused(const Error& error) {
  auto out = scim_json(error.status, error_json(error));
  if (error.status == 401) out.headers.push_back({"WWW-Authenticate", "Bearer"});
  return out;
}

Response stopped() {
  return refused({.status = 503,
                  .type = {},
                  .detail = "the ledger cannot be written: nothing was done, try again"});
}

// A bearer token alone: no browser's cookie enrols anybody.
std::string hash_of(const Request& request) {
  return by_cookie(request) ? std::string{} : session_hash(request);
}

Error nobody() {
  return {.status = 401,
          .type = {},
          .detail = "this token is that of no system that the policy lets enrol people"};
}

Or<json::object> body_of(const Request& request) {
  const auto type = request.header("content-type").value_or("");
  const auto media = type.substr(0, type.find(';'));
  if (!http::same_name(media, "application/scim+json") &&
      !http::same_name(media, "application/json"))
    return Error{.status = 415,
                 .type = {},
                 .detail = "the body is application/scim+json, or application/json"};
  auto parsed = http::parse_json(request.body, body_bytes_max(request.path));
  if (const auto* wrong = std::get_if<http::FieldError>(&parsed))
    return Error{.status = 400,
                 .type = "invalidSyntax",
                 .detail = "found " + wrong->found + ", expected " + wrong->expected};
  auto& value = std::get<json::value>(parsed);
  if (!value.is_object())
    return Error{.status = 400, .type = "invalidSyntax", .detail = "the body is one JSON object"};
  return std::move(value.get_object());
}

// W/"3"; nothing where it is asked of no version, or of any.
Or<std::optional<std::uint64_t>> version_in(const std::optional<std::string_view>& header) {
  if (!header || *header == "*") return std::optional<std::uint64_t>{};
  auto text = *header;
  if (text.starts_with("W/")) text.remove_prefix(2);
  std::uint64_t out = 0;
  const bool quoted =
      text.size() > 2 && text.size() < 22 && text.front() == '"' && text.back() == '"';
  for (const char c : quoted ? text.substr(1, text.size() - 2) : std::string_view{"x"}) {
    if (c < '0' || c > '9')
      return Error{.status = 412, .type = {}, .detail = "no version of this resource has this tag"};
    out = out * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return std::optional{out};
}

struct Query {
  std::optional<Filter> filter;
  std::size_t start = 1;
  std::size_t count = page_plain;
  Shown shown;
};

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty() && out.size() < 64) {
    const auto end = std::min(text.find_first_of(", "), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::size_t number(std::string_view text, std::size_t otherwise) {
  std::size_t out = 0;
  if (text.empty() || text.size() > 9) return otherwise;
  if (text.front() == '-') return 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return otherwise;
    out = out * 10 + static_cast<std::size_t>(c - '0');
  }
  return out;
}

std::optional<Error> take(Query& out, std::string_view name, const std::string& value) {
  if (same_word(name, "filter")) {
    auto filter = parse_filter(value);
    if (auto* wrong = std::get_if<Error>(&filter)) return std::move(*wrong);
    out.filter = std::get<Filter>(std::move(filter));
  }
  if (same_word(name, "startIndex")) out.start = std::max<std::size_t>(1, number(value, 1));
  if (same_word(name, "count")) out.count = std::min(page_max, number(value, page_plain));
  if (same_word(name, "attributes")) out.shown.only = split(value);
  if (same_word(name, "excludedAttributes")) out.shown.without = split(value);
  return std::nullopt;
}

Or<Query> query_of(const Request& request) {
  Query out;
  if (request.method == "POST") {  // .search
    auto body = body_of(request);
    if (auto* wrong = std::get_if<Error>(&body)) return std::move(*wrong);
    for (const auto& each : std::get<json::object>(body)) {
      std::string text;
      if (each.value().is_string()) text = std::string{each.value().get_string()};
      if (each.value().is_int64()) text = std::to_string(each.value().get_int64());
      if (each.value().is_array())
        for (const auto& one : each.value().get_array())
          if (one.is_string()) text += (text.empty() ? "" : ",") + std::string{one.get_string()};
      if (auto wrong = take(out, each.key(), text)) return *std::move(wrong);
    }
    return out;
  }
  const auto pairs = http::parse_query(request.query);
  if (!pairs)
    return Error{.status = 400, .type = "invalidSyntax", .detail = "the query cannot be read"};
  for (const auto& [name, value] : *pairs)
    if (auto wrong = take(out, name, value)) return *std::move(wrong);
  return out;
}

// userName eq "x", or externalId: what systems ask before they enrol somebody.
const json::value* asked_for(const Query& query, std::string_view name) {
  if (!query.filter || query.filter->kind != Filter::Kind::compare ||
      query.filter->how != Compare::eq || !same_word(query.filter->attribute.name, name) ||
      !query.filter->attribute.sub.empty() || !query.filter->value.is_string())
    return nullptr;
  return &query.filter->value;
}

json::object page(const Query& query, json::array resources, std::size_t total) {
  const auto count = resources.size();
  return {{"schemas", json::array(1, json::value(list_schema))},
          {"totalResults", total},
          {"startIndex", query.start},
          {"itemsPerPage", count},
          {"Resources", std::move(resources)}};
}

// Of all that fit, those of the page.
template <class Resource>
Response listed(const Query& query, std::vector<Resource> all, bool whole, std::size_t total,
                const auto& as_json) {
  json::array out;
  std::size_t fitting = 0;
  for (auto& each : all) {
    auto resource = as_json(each);
    if (whole && query.filter && !fits(*query.filter, resource)) continue;
    ++fitting;
    if (whole && (fitting < query.start || out.size() >= query.count)) continue;
    show(resource, query.shown);
    out.push_back(std::move(resource));
  }
  return scim_json(200, page(query, std::move(out), whole ? fitting : total));
}

}  // namespace

std::size_t body_bytes_max(std::string_view path) {
  return path.ends_with("/Bulk") ? bulk_bytes_max : limits::command_body_bytes_max;
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
  add_discovery(router, base_);
}

Response Scim::nobody_is_me(const Asked&) {
  return refused({.status = 501, .type = {}, .detail = "a system is none of its accounts"});
}

Response Scim::list_users(const Asked& asked) {
  auto read = query_of(asked.request);
  if (const auto* wrong = std::get_if<Error>(&read)) return refused(*wrong);
  const auto& query = std::get<Query>(read);
  const auto* by_name = asked_for(query, "userName");
  const bool whole = query.filter.has_value();
  std::vector<Person> found;
  std::size_t total = 0;
  bool known = false;
  const auto done = edge_.desk.run_later([&](app::House& house, const Now&) {
    const auto& state = house.state();
    const auto* system = app::provisioner(state, asked.token_hash);
    if (system == nullptr) return;
    known = true;
    const auto take = [&](const app::Account& account) {
      if (auto person = person_in(state, account)) found.push_back(*std::move(person));
    };
    if (by_name != nullptr) {
      if (const auto* account =
              state.account_named(system->source, std::string{by_name->get_string()}))
        take(*account);
      return;
    }
    const auto* by_external = asked_for(query, "externalId");
    for (const auto& [id, account] : state.accounts) {
      if (account.removed || account.source != system->source) continue;
      if (by_external != nullptr && account.external != by_external->get_string()) continue;
      ++total;
      if (whole || (total >= query.start && found.size() < query.count)) take(account);
    }
  });
  if (!done) return stopped();
  if (!known) return refused(nobody());
  return listed(query, std::move(found), whole, total,
                [&](const Person& person) { return user_json(person, base_); });
}

Response Scim::list_groups(const Asked& asked) {
  auto read = query_of(asked.request);
  if (const auto* wrong = std::get_if<Error>(&read)) return refused(*wrong);
  const auto& query = std::get<Query>(read);
  const bool whole = query.filter.has_value();
  const auto names_members = [&](const std::vector<std::string>& list) {
    return std::ranges::any_of(list, [](const auto& each) { return same_word(each, "members"); });
  };
  const bool members = query.shown.only.empty() ? !names_members(query.shown.without)
                                                : names_members(query.shown.only);
  std::vector<app::UserGroup> found;
  std::size_t total = 0;
  bool known = false;
  const auto done = edge_.desk.run_later([&](app::House& house, const Now&) {
    const auto& state = house.state();
    const auto* system = app::provisioner(state, asked.token_hash);
    if (system == nullptr) return;
    known = true;
    const auto* by_name = asked_for(query, "displayName");
    for (const auto& [id, group] : state.user_groups) {
      if (group.source != system->source) continue;
      if (by_name != nullptr && !same_word(group.name, by_name->get_string())) continue;
      ++total;
      if (whole || (total >= query.start && found.size() < query.count)) found.push_back(group);
    }
  });
  if (!done) return stopped();
  if (!known) return refused(nobody());
  return listed(query, std::move(found), whole, total,
                [&](const app::UserGroup& group) { return group_json(group, base_, members); });
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
  change.group = asked.request.path.find("/Groups") != std::string::npos;
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

namespace {

struct BulkOperation {
  Change change;
  std::string bulk_id;
  std::optional<Error> wrong;
};

BulkOperation bulk_operation(const json::value& given) {
  BulkOperation out;
  const auto fail = [&](std::string what) {
    out.wrong = Error{.status = 400, .type = "invalidSyntax", .detail = std::move(what)};
    return out;
  };
  if (!given.is_object()) return fail("an operation is an object");
  const auto text = [&](std::string_view name) {
    const auto* held = find_member(given.get_object(), name);
    return held != nullptr && held->is_string() ? std::string{held->get_string()} : std::string{};
  };
  out.bulk_id = text("bulkId");
  out.change.method = text("method");
  std::ranges::transform(out.change.method, out.change.method.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  const auto path = text("path");
  for (const char* kind : {"/Users", "/Groups"}) {
    const std::string prefix{kind};
    if (path != prefix && !path.starts_with(prefix + "/")) continue;
    out.change.group = prefix == "/Groups";
    if (path.size() > prefix.size() + 1) out.change.id = path.substr(prefix.size() + 1);
    const bool post = out.change.method == "POST";
    const bool other =
        out.change.method == "PUT" || out.change.method == "PATCH" || out.change.method == "DELETE";
    if ((!post && !other) || post != out.change.id.empty())
      return fail(
          "method and path do not go together: POST /Users, or PUT, PATCH, DELETE /Users/id");
    if (const auto* data = find_member(given.get_object(), "data"); data != nullptr) {
      if (!data->is_object()) return fail("data is an object");
      out.change.data = data->get_object();
    } else if (out.change.method != "DELETE") {
      return fail("data is missing");
    }
    const auto version = text("version");
    auto read =
        version_in(version.empty() ? std::nullopt : std::optional<std::string_view>{version});
    if (auto* wrong = std::get_if<Error>(&read))
      out.wrong = std::move(*wrong);
    else
      out.change.if_version = std::get<0>(read);
    return out;
  }
  return fail("path begins with /Users or /Groups");
}

using Known = std::map<std::string, std::string>;  // bulkId: id

bool resolve(std::string& text, const Known& known) {
  if (!text.starts_with("bulkId:")) return true;
  const auto found = known.find(text.substr(7));
  if (found == known.end()) return false;
  text = found->second;
  return true;
}

bool resolve(json::value& value, const Known& known) {
  if (value.is_string()) {
    std::string text{value.get_string()};
    if (!resolve(text, known)) return false;
    value = text;
    return true;
  }
  if (value.is_array())
    return std::ranges::all_of(value.get_array(),
                               [&](json::value& each) { return resolve(each, known); });
  if (value.is_object())
    for (auto& each : value.get_object())
      if (!resolve(each.value(), known)) return false;
  return true;
}

}  // namespace

Response Scim::bulk(const Asked& asked) {
  auto body = body_of(asked.request);
  if (const auto* wrong = std::get_if<Error>(&body)) return refused(*wrong);
  const auto& object = std::get<json::object>(body);
  const auto* listed = find_member(object, "Operations");
  if (listed == nullptr || !listed->is_array())
    return refused(
        {.status = 400, .type = "invalidSyntax", .detail = "Bulk has a list of Operations"});
  if (listed->get_array().size() > bulk_operations_max)
    return refused({.status = 413, .type = "tooMany", .detail = "at most 1000 operations at once"});
  const auto* failing = find_member(object, "failOnErrors");
  const std::int64_t most = failing != nullptr && failing->is_int64() && failing->get_int64() > 0
                                ? failing->get_int64()
                                : std::numeric_limits<std::int64_t>::max();
  std::vector<BulkOperation> all;
  for (const auto& each : listed->get_array()) all.push_back(bulk_operation(each));
  json::array out;
  Known known;
  std::int64_t failed = 0;
  for (std::size_t from = 0; from < all.size() && failed < most; from += bulk_at_once) {
    const auto durable = edge_.desk.run_later([&](app::House& house, const Now& now) {
      for (auto i = from; i < std::min(from + bulk_at_once, all.size()) && failed < most; ++i) {
        auto& each = all[i];
        json::value data(each.change.data);  // braces would make a list of it
        Or<Changed> done = each.wrong.value_or(
            Error{.status = 409,
                  .type = "invalidValue",
                  .detail = "a bulkId is none that was made before in this request"});
        if (!each.wrong && resolve(each.change.id, known) && resolve(data, known)) {
          each.change.data = data.get_object();
          done = carry_out(each.change, asked.token_hash, house, now);
        }
        json::object told{{"method", each.change.method}};
        if (!each.bulk_id.empty()) told.emplace("bulkId", each.bulk_id);
        const char* kind = each.change.group ? "/Groups/" : "/Users/";
        if (const auto* changed = std::get_if<Changed>(&done)) {
          if (!each.bulk_id.empty()) known[each.bulk_id] = changed->id;
          const auto& id = changed->id.empty() ? each.change.id : changed->id;
          told.emplace("location", base_ + kind + id);
          told.emplace("status", std::to_string(changed->status));
          if (changed->version > 0) told.emplace("version", version_tag(changed->version));
        } else {
          ++failed;
          const auto& wrong = std::get<Error>(done);
          if (!each.change.id.empty()) told.emplace("location", base_ + kind + each.change.id);
          told.emplace("status", std::to_string(wrong.status));
          told.emplace("response", error_json(wrong));
        }
        out.push_back(std::move(told));
      }
    });
    if (!durable) return stopped();
  }
  return scim_json(200, json::object{{"schemas", json::array(1, json::value(bulk_schema))},
                                     {"Operations", std::move(out)}});
}

}  // namespace halligan::in::scim
