// lists.cc - accounts and groups of a system, filtered, a page at a time (RFC 7644, 3.4.2).
//
// What a filter has to look at is copied from the state a part at a time, so that others have their
// turn in between; what changes meanwhile may be in the list as it was or as it is.
#include <algorithm>

#include "in/scim/answers.h"
#include "in/scim/scim.h"

namespace halligan::in::scim {
namespace {

using http::Response;

constexpr std::string_view list_schema = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
constexpr std::size_t looked_at_once = 1'000;

// What userName eq "x" asks for: systems do before they enrol somebody. Null: something else.
const json::value* asked_for(const Query& query, std::string_view name) {
  if (!query.filter || query.filter->kind != Filter::Kind::compare ||
      query.filter->how != Compare::eq || !same_word(query.filter->attribute.name, name) ||
      !query.filter->attribute.sub.empty() || !query.filter->value.is_string())
    return nullptr;
  return &query.filter->value;
}

// Of all that fit, those of the page.
class Page {
 public:
  explicit Page(const Query& query) : query_(query) {}

  // Whether it has to be looked at: without a filter only what stands on the page.
  bool wants_next() { return query_.filter || counts_next(); }
  void add(json::object resource) {  // one that was wanted
    if (query_.filter && !(fits(*query_.filter, resource) && counts_next())) return;
    show(resource, query_.shown);
    shown_.push_back(std::move(resource));
  }
  Response done() {
    const auto count = shown_.size();
    return scim_json(200, json::object{{"schemas", json::array(1, json::value(list_schema))},
                                       {"totalResults", fitting_},
                                       {"startIndex", query_.start},
                                       {"itemsPerPage", count},
                                       {"Resources", std::move(shown_)}});
  }

 private:
  bool counts_next() {
    ++fitting_;
    if (fitting_ < query_.start || taken_ >= query_.count) return false;
    ++taken_;
    return true;
  }

  const Query& query_;
  json::array shown_;
  std::size_t fitting_ = 0;
  std::size_t taken_ = 0;
};

bool names(const std::vector<std::string>& list, std::string_view name) {
  return std::ranges::any_of(list, [&](const auto& each) { return same_word(each, name); });
}

// Goes through a map of the state, a part of it in each turn of the writer. `look` is called there;
// `after` each part, elsewhere. False where the system may not speak.
template <class Map, class Look, class After>
Or<bool> in_parts(const Edge& edge, const std::string& token_hash, Map app::State::*map, Look look,
                  After after) {
  typename Map::key_type last{};
  for (bool more = true, first = true; more; first = false) {
    bool known = false;
    const auto done = edge.desk.run_later([&](app::House& house, const Now&) {
      const auto& state = house.state();
      const auto* system = app::provisioner(state, token_hash);
      if (system == nullptr) return;
      known = true;
      const auto& all = state.*map;
      auto at = first ? all.begin() : all.upper_bound(last);
      for (std::size_t n = 0; n < looked_at_once && at != all.end(); ++n, ++at) {
        last = at->first;
        look(state, *system, at->second);
      }
      more = at != all.end();
    });
    if (!done) return Error{.status = 503, .type = {}, .detail = {}};
    if (!known) return false;
    after();
  }
  return true;
}

// Nothing where all went well.
std::optional<Response> answer_to(const Or<bool>& done) {
  if (std::holds_alternative<Error>(done)) return stopped();
  if (!std::get<bool>(done)) return refused(nobody());
  return std::nullopt;
}

Or<bool> add_users(const Edge& edge, const std::string& base, const std::string& token_hash,
                   const Query& query, Page& page) {
  const auto* external = asked_for(query, "externalId");
  std::vector<Person> found;
  return in_parts(
      edge, token_hash, &app::State::accounts,
      [&](const app::State& state, const app::Provisioner& system, const app::Account& account) {
        if (account.removed || account.source != system.source) return;
        if (external != nullptr && account.external != external->get_string()) return;
        if (!page.wants_next()) return;
        if (auto person = person_in(state, account)) found.push_back(*std::move(person));
      },
      [&] {
        for (const auto& each : found) page.add(user_json(each, base));
        found.clear();
      });
}

Or<bool> add_groups(const Edge& edge, const std::string& base, const std::string& token_hash,
                    const Query& query, Page& page) {
  const bool members = query.shown.only.empty() ? !names(query.shown.without, "members")
                                                : names(query.shown.only, "members");
  const auto* name = asked_for(query, "displayName");
  std::vector<app::UserGroup> found;
  return in_parts(
      edge, token_hash, &app::State::user_groups,
      [&](const app::State&, const app::Provisioner& system, const app::UserGroup& group) {
        if (group.source != system.source) return;
        if (name != nullptr && !same_word(group.name, name->get_string())) return;
        if (page.wants_next()) found.push_back(group);
      },
      [&] {
        for (const auto& each : found) page.add(group_json(each, base, members));
        found.clear();
      });
}

}  // namespace

Response Scim::list_users(const Asked& asked) {
  const auto read = query_of(asked.request);
  if (const auto* wrong = std::get_if<Error>(&read)) return refused(*wrong);
  const auto& query = std::get<Query>(read);
  Page page{query};
  if (const auto* name = asked_for(query, "userName")) {
    std::optional<Person> found;
    bool known = false;
    const auto done = edge_.desk.run_later([&](app::House& house, const Now&) {
      const auto& state = house.state();
      const auto* system = app::provisioner(state, asked.token_hash);
      known = system != nullptr;
      if (!known) return;
      const auto* account = state.account_named(system->source, std::string{name->get_string()});
      if (account != nullptr) found = person_in(state, *account);
    });
    if (!done) return stopped();
    if (!known) return refused(nobody());
    if (found) page.add(user_json(*found, base_));
    return page.done();
  }
  const auto done = add_users(edge_, base_, asked.token_hash, query, page);
  if (auto other = answer_to(done)) return *std::move(other);
  return page.done();
}

Response Scim::list_groups(const Asked& asked) {
  const auto read = query_of(asked.request);
  if (const auto* wrong = std::get_if<Error>(&read)) return refused(*wrong);
  const auto& query = std::get<Query>(read);
  Page page{query};
  const auto done = add_groups(edge_, base_, asked.token_hash, query, page);
  if (auto other = answer_to(done)) return *std::move(other);
  return page.done();
}

// Of both kinds: /.search at the root.
Response Scim::search_all(const Asked& asked) {
  const auto read = query_of(asked.request);
  if (const auto* wrong = std::get_if<Error>(&read)) return refused(*wrong);
  const auto& query = std::get<Query>(read);
  Page page{query};
  for (const auto add : {add_users, add_groups})
    if (auto other = answer_to(add(edge_, base_, asked.token_hash, query, page)))
      return *std::move(other);
  return page.done();
}

}  // namespace halligan::in::scim
