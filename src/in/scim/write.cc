#include "in/scim/write.h"

#include "in/scim/patch.h"
#include "in/scim/resources.h"

namespace halligan::in::scim {
namespace {

Error no_such() { return {.status = 404, .type = {}, .detail = "there is no resource of this id"}; }

std::uint64_t version_of(const app::State& state, const std::string& id, bool group) {
  if (group) {
    const auto* held = state.user_group(id);
    return held == nullptr ? 0 : held->version;
  }
  const auto* held = state.account(StaffId{id});
  return held == nullptr ? 0 : held->version;
}

Or<Changed> set_account(const Change& change, const json::object& resource,
                        const std::string& token_hash, app::House& house, const Now& now) {
  auto given = account_in(resource);
  if (auto* wrong = std::get_if<Error>(&given)) return std::move(*wrong);
  // Who does not say whether somebody is active does not bring them back.
  const auto* active = find_member(resource, "active");
  const auto* person = change.id.empty() ? nullptr : house.state().person(StaffId{change.id});
  if (person != nullptr && (active == nullptr || active->is_null()))
    std::get<app::AccountGiven>(given).active = person->active;
  const auto answer = house.perform(app::SetAccount{.token_hash = token_hash,
                                                    .person = StaffId{change.id},
                                                    .given = std::get<0>(std::move(given)),
                                                    .if_version = change.if_version},
                                    now);
  if (const auto* refusal = std::get_if<app::Refusal>(&answer)) return error_of(*refusal);
  const auto& done = std::get<app::SetAccount::Done>(answer);
  return Changed{.status = done.made ? 201 : 200,
                 .id = done.person.text(),
                 .version = version_of(house.state(), done.person.text(), false)};
}

Or<Changed> patch_account(const Change& change, const std::string& token_hash, app::House& house,
                          const Now& now) {
  auto operations = operations_in(change.data);
  if (auto* wrong = std::get_if<Error>(&operations)) return std::move(*wrong);
  const auto* system = app::provisioner(house.state(), token_hash);
  const auto* account = house.state().account(StaffId{change.id});
  if (system == nullptr || account == nullptr || account->source != system->source)
    return no_such();
  const auto person = person_in(house.state(), *account);
  if (!person) return no_such();
  auto resource = user_json(*person, "");
  if (auto wrong = scim::apply(std::get<0>(operations), resource)) return *std::move(wrong);
  return set_account(change, resource, token_hash, house, now);
}

template <class Command>
Or<Changed> removed(Command command, app::House& house, const Now& now) {
  const auto answer = house.perform(command, now);
  if (const auto* refusal = std::get_if<app::Refusal>(&answer)) return error_of(*refusal);
  return Changed{.status = 204, .id = {}, .version = 0};
}

}  // namespace

Error error_of(const app::Refusal& refusal) {
  Error out{.status = app::http_status(refusal.why), .type = {}, .detail = refusal.what};
  if (refusal.why == app::Why::conflict) out.type = "uniqueness";
  if (refusal.why == app::Why::bad_request) out.type = "invalidValue";
  return out;
}

Or<Changed> set_group(const app::SetGroup& command, app::House& house, const Now& now) {
  const auto answer = house.perform(command, now);
  if (const auto* refusal = std::get_if<app::Refusal>(&answer)) return error_of(*refusal);
  const auto& done = std::get<app::SetGroup::Done>(answer);
  return Changed{.status = done.made ? 201 : 200,
                 .id = done.group,
                 .version = version_of(house.state(), done.group, true)};
}

Or<app::SetGroup> group_command(const Change& change, const std::string& token_hash) {
  app::SetGroup command;
  command.token_hash = token_hash;
  command.group = change.id;
  command.if_version = change.if_version;
  if (change.method == "PATCH") {
    auto operations = operations_in(change.data);
    if (auto* wrong = std::get_if<Error>(&operations)) return std::move(*wrong);
    auto asked = group_change(std::get<0>(operations));
    if (auto* wrong = std::get_if<Error>(&asked)) return std::move(*wrong);
    auto& what = std::get<GroupChange>(asked);
    command.name = std::move(what.name);
    command.external = std::move(what.external);
    command.members = std::move(what.members);
    command.added = std::move(what.added);
    command.removed = std::move(what.removed);
  } else {
    auto given = group_in(change.data);
    if (auto* wrong = std::get_if<Error>(&given)) return std::move(*wrong);
    auto& what = std::get<GroupGiven>(given);
    command.name = std::move(what.name);
    command.external = std::move(what.external);
    command.members = std::move(what.members);
  }
  return command;
}

Or<Changed> carry_out(const Change& change, const std::string& token_hash, app::House& house,
                      const Now& now) {
  if (app::provisioner(house.state(), token_hash) == nullptr)
    return Error{.status = 401,
                 .type = {},
                 .detail = "this token is that of no system that the policy lets enrol people"};
  if (change.method == "DELETE" && change.group)
    return removed(
        app::RemoveGroup{
            .token_hash = token_hash, .group = change.id, .if_version = change.if_version},
        house, now);
  if (change.method == "DELETE")
    return removed(app::RemoveAccount{.token_hash = token_hash,
                                      .person = StaffId{change.id},
                                      .if_version = change.if_version},
                   house, now);
  if (change.group) {
    const auto command = group_command(change, token_hash);
    if (const auto* wrong = std::get_if<Error>(&command)) return *wrong;
    return set_group(std::get<app::SetGroup>(command), house, now);
  }
  return change.method == "PATCH" ? patch_account(change, token_hash, house, now)
                                  : set_account(change, change.data, token_hash, house, now);
}

}  // namespace halligan::in::scim
