// lists.cc - accounts and groups of a system, filtered, a page at a time (RFC 7644, 3.4.2).
//
// What a filter has to look at is copied from the state a part at a time, so that others have their
// turn in between; what changes meanwhile may be in the list as it was or as it is.
#include <algorithm>

#include "in/scim/answers.h"
#include "in/scim/groups.h"
#include "in/scim/scim.h"

namespace halligan::in::scim {
namespace {

using http::Response;

constexpr std::string_view list_schema = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
constexpr std::size_t looked_at_once = 1'000;

// The text that has to be equal to this attribute of whatever fits: what is looked up, where all
// would be gone through else. Null: there is none.
const Filter* equal_to(const Filter& filter, std::string_view name) {
  if (filter.kind == Filter::Kind::all)
    for (const auto& part : filter.parts)
      if (const auto* found = equal_to(part, name)) return found;
  const auto& attribute = filter.attribute;
  const bool is = filter.kind == Filter::Kind::compare && filter.how == Compare::eq &&
                  filter.value.is_string() && !attribute.extension &&
                  same_word(attribute.name, name) &&
                  (attribute.sub.empty() || same_word(attribute.sub, "value"));
  return is ? &filter : nullptr;
}
std::optional<std::string> asked_for(const Query& query, std::string_view name) {
  const auto* found = query.filter ? equal_to(*query.filter, name) : nullptr;
  return found == nullptr ? std::nullopt : std::optional{std::string{found->value.get_string()}};
}

// members[value eq "x"] is members.value eq "x".
std::optional<std::string> member_asked_for(const Query& query) {
  if (!query.filter) return std::nullopt;
  const auto in_brackets = [](const Filter& filter) {
    return filter.kind == Filter::Kind::element && same_word(filter.attribute.name, "members")
               ? equal_to(filter.parts.front(), "value")
               : nullptr;
  };
  const Filter* found = equal_to(*query.filter, "members");
  if (found == nullptr) found = in_brackets(*query.filter);
  if (query.filter->kind == Filter::Kind::all)
    for (const auto& part : query.filter->parts)
      if (found == nullptr) found = in_brackets(part);
  return found == nullptr ? std::nullopt : std::optional{std::string{found->value.get_string()}};
}

std::size_t mentions(const Filter& filter, std::string_view name) {
  std::size_t out = same_word(filter.attribute.name, name) ? 1 : 0;
  if (filter.kind != Filter::Kind::element)
    for (const auto& part : filter.parts) out += mentions(part, name);
  return out;
}

// Of all that fit, those of the page.
class Page {
 public:
  explicit Page(const Query& query) : query_(query) {}

  // Whether it has to be looked at: without a filter only what stands on the page.
  bool wants_next() { return query_.filter || counts_next(); }
  // Of one that was wanted: whether it stands on the page.
  bool takes(const json::object& resource) {
    return !query_.filter || (fits(*query_.filter, resource) && counts_next());
  }
  void put(json::object resource) {
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

struct Asking {
  const Edge& edge;
  Groups& groups;
  const std::string& base;
  const std::string& token_hash;
};

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

// The same of those alone that `find` finds by what it looks up; once, in one turn.
template <class Find>
Or<bool> looked_up(const Edge& edge, const std::string& token_hash, Find find) {
  bool known = false;
  const auto done = edge.desk.run_later([&](app::House& house, const Now&) {
    const auto* system = app::provisioner(house.state(), token_hash);
    known = system != nullptr;
    if (known) find(house.state(), *system);
  });
  if (!done) return Error{.status = 503, .type = {}, .detail = {}};
  return known;
}

Or<bool> add_users(const Asking& asking, const Query& query, Page& page) {
  std::vector<Person> found;
  const auto take = [&](const app::State& state, const app::Provisioner& system,
                        const app::Account* account) {
    if (account == nullptr || account->removed || account->source != system.source) return;
    if (!page.wants_next()) return;
    if (auto person = person_in(state, *account)) found.push_back(*std::move(person));
  };
  const auto put = [&] {
    for (const auto& each : found)
      if (auto resource = user_json(each, asking.base); page.takes(resource))
        page.put(std::move(resource));
    found.clear();
  };
  const auto id = asked_for(query, "id");
  const auto name = asked_for(query, "userName");
  const auto external = asked_for(query, "externalId");
  if (!id && !name && !external)
    return in_parts(
        asking.edge, asking.token_hash, &app::State::accounts,
        [&](const app::State& state, const app::Provisioner& system, const app::Account& account) {
          take(state, system, &account);
        },
        put);
  auto out = looked_up(
      asking.edge, asking.token_hash, [&](const app::State& state, const app::Provisioner& system) {
        if (id)
          take(state, system, state.account(StaffId{*id}));
        else if (name)
          take(state, system, state.account_named(system.source, *name));
        else
          for (const auto* each : state.accounts_of_external(system.source, *external))
            take(state, system, each);
      });
  put();
  return out;
}

// Members are read apart, and only where they are shown or asked for.
Or<bool> add_groups(const Asking& asking, const Query& query, Page& page) {
  const bool shows_members = is_shown(query.shown, "members");
  const auto member = member_asked_for(query);
  // Where that is all that is asked of members, whoever was looked up is there, and nobody else is
  // needed to see whether it fits.
  const bool asks_members = query.filter && mentions(*query.filter, "members") > (member ? 1U : 0U);
  std::vector<app::UserGroup> found;
  const auto take = [&](const app::Provisioner& system, const app::UserGroup* group) {
    if (group == nullptr || group->source != system.source || !page.wants_next()) return;
    found.push_back(without_members(*group));
    if (member && !asks_members) found.back().members.insert(StaffId{*member});
  };
  bool stopped = false;
  const auto put = [&] {
    for (auto& each : found) {
      if (asks_members) stopped = stopped || !asking.groups.add_members(each);
      if (!page.takes(group_json(each, asking.base, asks_members || member))) continue;
      if (shows_members && !asks_members) {
        each.members.clear();
        stopped = stopped || !asking.groups.add_members(each);
      }
      page.put(group_json(each, asking.base, shows_members));
    }
    found.clear();
  };
  const auto id = asked_for(query, "id");
  Or<bool> out = true;
  if (id || member) {
    out = looked_up(
        asking.edge, asking.token_hash,
        [&](const app::State& state, const app::Provisioner& system) {
          if (id) {
            const auto* group = state.user_group(*id);
            if (!member || (group != nullptr && group->members.contains(StaffId{*member})))
              take(system, group);
            return;
          }
          for (const auto& each : state.groups_of(StaffId{*member}))
            take(system, state.user_group(each));
        });
    put();
  } else {
    const auto name = asked_for(query, "displayName");
    out = in_parts(
        asking.edge, asking.token_hash, &app::State::user_groups,
        [&](const app::State&, const app::Provisioner& system, const app::UserGroup& group) {
          if (!name || same_word(group.name, *name)) take(system, &group);
        },
        put);
  }
  if (stopped) return Error{.status = 503, .type = {}, .detail = {}};
  return out;
}

}  // namespace

template <class... Add>
Response Scim::listed(const Asked& asked, Add... add) {
  const auto read = query_of(asked.request);
  if (const auto* wrong = std::get_if<Error>(&read)) return refused(*wrong);
  const auto& query = std::get<Query>(read);
  Page page{query};
  const Asking asking{edge_, groups_, base_, asked.token_hash};
  for (const auto each : {add...})
    if (auto other = answer_to(each(asking, query, page))) return *std::move(other);
  return page.done();
}

Response Scim::list_users(const Asked& asked) { return listed(asked, add_users); }
Response Scim::list_groups(const Asked& asked) { return listed(asked, add_groups); }
// Of both kinds: /.search at the root.
Response Scim::search_all(const Asked& asked) { return listed(asked, add_users, add_groups); }

}  // namespace halligan::in::scim
