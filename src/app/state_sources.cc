// state_sources.cc - what entries say of systems that enrol people, of providers and directories,
// of credentials made for a glass, and of acts that wait for a second administrator.
#include <boost/describe/enum_to_string.hpp>

#include <algorithm>

#include "app/state.h"

namespace halligan::app {
namespace {

using namespace std::chrono_literals;

constexpr auto endings_kept = 24h;  // for a receiver that does not answer

template <class Map>
const typename Map::mapped_type* found(const Map& map, const typename Map::key_type& key) {
  const auto at = map.find(key);
  return at == map.end() ? nullptr : &at->second;
}

// RFC 7643 4.1.1: userName is told apart without its case.
std::string in_small_letters(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string account_key(const std::string& source, std::string name) {
  return source + "|" + in_small_letters(std::move(name));
}

std::string external_key(const std::string& source, const std::string& external) {
  return source + "|" + external;
}

std::string subject_key(const std::string& issuer, const std::string& subject) {
  return issuer + "|" + subject;
}

}  // namespace

// --- systems that enrol people ----------------------------------------------------------------

void State::way_in(const EntryTime& at, const facts::ProvisionerSet& f) {
  provisioners[f.source] = {
      .source = f.source, .token_hash = f.token_hash, .active = f.active, .since = at.wall};
  const auto speaker = facts::speaker_of_source(f.source);
  auto& who = people[speaker];
  who.id = speaker;
  who.name = "Provisioning " + f.source;
  who.pseudonym = f.pseudonym;
  who.source = f.source;
  take_in_hand(who, "made", f.staff, at.wall);  // whoever had the token made can speak by it
  evidence.intern("staff", speaker.text());
}

const Provisioner* State::provisioner_by_token(const std::string& token_hash) const {
  for (const auto& [source, held] : provisioners)
    if (held.active && held.token_hash == token_hash) return &held;
  return nullptr;
}

void State::way_in(const EntryTime& at, const facts::AccountSet& f) {
  auto& held = accounts[f.person];
  if (!held.removed && !held.person.empty()) {
    account_by_name_.erase(account_key(held.source, held.user_name));
    account_by_external_.erase({external_key(held.source, held.external), f.person});
  }
  // Who calls somebody otherwise may come in as them by that name.
  const auto who = people.find(f.person);
  if (who != people.end() && !held.person.empty() && held.user_name != f.user_name)
    take_in_hand(who->second, "name", f.staff, at.wall);
  if (held.person.empty() || held.removed) held.made_at = at.wall;
  held.person = f.person;
  held.source = f.source;
  held.user_name = f.user_name;
  held.external = f.external;
  held.rest = f.rest;
  held.removed = false;
  ++held.version;
  held.changed_at = at.wall;
  account_by_name_.insert_or_assign(account_key(f.source, f.user_name), f.person);
  if (!f.external.empty())
    account_by_external_.insert({external_key(f.source, f.external), f.person});
}

void State::way_in(const EntryTime& at, const facts::AccountRemoved& f) {
  const auto held = accounts.find(f.person);
  if (held == accounts.end()) return;
  account_by_name_.erase(account_key(held->second.source, held->second.user_name));
  account_by_external_.erase({external_key(held->second.source, held->second.external), f.person});
  held->second.removed = true;
  ++held->second.version;
  held->second.changed_at = at.wall;
}

const Account* State::account(const StaffId& person) const {
  const auto* held = found(accounts, person);
  return held == nullptr || held->removed ? nullptr : held;
}

const Account* State::account_named(const std::string& source, const std::string& user_name) const {
  const auto* person = found(account_by_name_, account_key(source, user_name));
  return person == nullptr ? nullptr : account(*person);
}

void State::name_person(const StaffId& id) {
  auto small = in_small_letters(id.text());
  if (small != id.text()) ids_by_small_[std::move(small)].insert(id);
}

std::set<StaffId> State::people_spelt(const std::string& name) const {
  const auto small = in_small_letters(name);
  const auto held = ids_by_small_.find(small);
  auto out = held == ids_by_small_.end() ? std::set<StaffId>{} : held->second;
  if (person(StaffId{small}) != nullptr) out.insert(StaffId{small});
  return out;
}

std::vector<const Account*> State::accounts_of_external(const std::string& source,
                                                        const std::string& external) const {
  std::vector<const Account*> out;
  const auto key = external_key(source, external);
  for (auto at = account_by_external_.lower_bound({key, StaffId{}});
       at != account_by_external_.end() && at->first == key; ++at)
    if (const auto* held = account(at->second)) out.push_back(held);
  return out;
}

void State::way_in(const EntryTime& at, const facts::GroupSet& f) {
  auto& held = user_groups[f.group];
  if (held.id.empty()) held.made_at = at.wall;
  held.id = f.group;
  held.source = f.source;
  held.name = f.name;
  held.external = f.external;
  ++held.version;
  held.changed_at = at.wall;
}

void State::way_in(const EntryTime& at, const facts::GroupMembers& f) {
  const auto held = user_groups.find(f.group);
  if (held == user_groups.end()) return;
  for (const auto& each : f.added) {
    held->second.members.insert(StaffId{each});
    groups_of_[StaffId{each}].insert(f.group);
  }
  for (const auto& each : f.removed) {
    held->second.members.erase(StaffId{each});
    if (const auto of = groups_of_.find(StaffId{each}); of != groups_of_.end()) {
      of->second.erase(f.group);
      if (of->second.empty()) groups_of_.erase(of);
    }
  }
  ++held->second.version;
  held->second.changed_at = at.wall;
}

void State::way_in(const EntryTime&, const facts::GroupRemoved& f) {
  const auto held = user_groups.find(f.group);
  if (held == user_groups.end()) return;
  for (const auto& member : held->second.members)
    if (const auto of = groups_of_.find(member); of != groups_of_.end()) {
      of->second.erase(f.group);
      if (of->second.empty()) groups_of_.erase(of);
    }
  user_groups.erase(held);
}

const UserGroup* State::user_group(const std::string& id) const { return found(user_groups, id); }

const std::set<std::string>& State::groups_of(const StaffId& member) const {
  static const std::set<std::string> none;
  const auto* held = found(groups_of_, member);
  return held == nullptr ? none : *held;
}

void State::way_in(const EntryTime& at, const facts::RolesGiven& f) {
  const auto held = people.find(f.person);
  if (held == people.end()) return;
  auto& person = held->second;
  const auto before = person.roles;
  if (f.groups.empty() && f.roles.empty())
    person.given.erase(f.source);
  else
    person.given[f.source] = {.groups = f.groups, .roles = f.roles};
  sum_up_roles(person);
  if (person.roles != before) take_in_hand(person, "roles of " + f.source, f.staff, at.wall);
  ++rights_epoch;
}

// Their own first, as they were given; then those of each source.
void State::sum_up_roles(Person& person) {
  person.roles = person.own_roles;
  for (const auto& [source, given] : person.given)
    for (const auto& role : given.roles)
      if (std::ranges::find(person.roles, role) == person.roles.end()) person.roles.push_back(role);
}

// --- providers and directories ------------------------------------------------------------------

void State::way_in(const EntryTime& at, const facts::ProviderSeen& f) {
  auto& held = sources[f.source];
  held.up = f.up;
  held.why = f.why;
  held.since = at.wall;
}

void State::way_in(const EntryTime&, const facts::SourceSecretSet& f) {
  sources[f.source].kept_as = f.kept_as;
}

void State::way_in(const EntryTime& at, const facts::SubjectForgotten& f) {
  const auto held = people.find(f.person);
  if (held == people.end()) return;
  if (const auto* subject = found(held->second.subjects, f.issuer))
    subject_owner_.erase(subject_key(f.issuer, *subject));
  held->second.subjects.erase(f.issuer);
  // Whoever lets another account in may have one there themselves.
  take_in_hand(held->second, "subject of " + f.issuer, f.staff, at.wall);
}

void State::bind_subject(Person& person, const std::string& issuer, const std::string& subject) {
  person.subjects[issuer] = subject;
  subject_owner_.insert_or_assign(subject_key(issuer, subject), person.id);
}

const Person* State::person_of_subject(const std::string& issuer,
                                       const std::string& subject) const {
  const auto* owner = found(subject_owner_, subject_key(issuer, subject));
  return owner == nullptr ? nullptr : person(*owner);
}

const Terminal* State::terminal_by_certificate(const std::string& certificate) const {
  const auto* id = found(terminal_by_certificate_, certificate);
  const auto* held = id == nullptr ? nullptr : terminal(*id);
  return held != nullptr && held->active ? held : nullptr;
}

// --- credentials for a glass ------------------------------------------------------------------

void State::way_in(const EntryTime& at, const facts::TokenKeyMade& f) {
  token_keys.push_back({.key = f.key, .jwk = f.jwk, .kept_as = f.kept_as, .since = at.wall});
}

void State::way_in(const EntryTime&, const facts::TokenMade& f) {
  glass_tokens[f.token_hash] = {.id = f.token,
                                .bound = f.bound,
                                .session = f.session,
                                .glass = f.glass,
                                .patient = f.patient,
                                .until = f.until};
  token_by_id_[f.token] = f.token_hash;
}

void State::way_in(const EntryTime&, const facts::TokenRevoked& f) {
  const auto hash = token_by_id_.find(f.token);
  if (hash == token_by_id_.end()) return;
  glass_tokens.erase(hash->second);
  token_by_id_.erase(hash);
}

const GlassToken* State::glass_token(const std::string& token_hash) const {
  return found(glass_tokens, token_hash);
}

const GlassToken* State::glass_token_by_id(const std::string& token) const {
  const auto* hash = found(token_by_id_, token);
  return hash == nullptr ? nullptr : glass_token(*hash);
}

bool State::stands(const GlassToken& token, Instant now) const {
  return now < token.until && open.contains(token.glass) && session(token.session) != nullptr;
}

void State::forget_old_sources(Instant now) {
  while (!endings.empty() && endings.front().at + endings_kept < now) endings.pop_front();
  std::erase_if(glass_tokens, [&](const auto& each) {
    if (now < each.second.until) return false;
    token_by_id_.erase(each.second.id);
    return true;
  });
}

void State::way_in(const EntryTime&, const facts::ReceiverSet& f) {
  auto& held = receivers[f.receiver];
  if (held.id.empty()) held.told_before = entries;
  held.id = f.receiver;
  held.url = f.url;
  held.audience = f.audience;
  held.kept_as = f.kept_as;
  if (f.active && !held.active) held.told_before = entries;  // what ended meanwhile is old
  held.active = f.active;
  forget_told();
}

void State::way_in(const EntryTime&, const facts::ReceiverTold& f) {
  if (const auto held = receivers.find(f.receiver); held != receivers.end())
    held->second.told_before = f.before;
  forget_told();
}

bool State::tells_anybody() const {
  return std::ranges::any_of(receivers, [](const auto& each) { return each.second.active; });
}

void State::tell_of(EntryIndex index, const EntryTime& at, const facts::SessionEnded& f) {
  if (tells_anybody())
    endings.push_back({.entry = index,
                       .at = at.wall,
                       .staff = f.staff,
                       .session = f.session,
                       .glass = {},
                       .by = boost::describe::enum_to_string(f.by, "")});
}

void State::tell_of(EntryIndex index, const EntryTime& at, const facts::GlassEnded& f) {
  if (tells_anybody())
    endings.push_back({.entry = index,
                       .at = at.wall,
                       .staff = f.staff,
                       .session = {},
                       .glass = f.glass,
                       .patient = f.patient,
                       .by = boost::describe::enum_to_string(f.by, "")});
}

void State::forget_told() {
  EntryIndex told = entries;
  for (const auto& [id, receiver] : receivers)
    if (receiver.active) told = std::min(told, receiver.told_before);
  while (!endings.empty() && endings.front().entry < told) endings.pop_front();
}

// --- what takes two administrators --------------------------------------------------------------

void State::way_in(const EntryTime& at, const facts::ActAsked& f) {
  std::erase_if(acts, [&](const auto& each) { return each.second.until <= at.wall; });
  acts[f.act] = {.id = f.act,
                 .what = f.what,
                 .by = f.staff,
                 .person = f.person,
                 .text = f.text,
                 .asked_at = at.wall,
                 .until = f.until};
}

void State::way_in(const EntryTime&, const facts::ActAgreed& f) {
  const auto held = acts.find(f.act);
  if (held == acts.end()) return;
  held->second.agreed_by = f.staff;
  held->second.until = f.until;
}

void State::way_in(const EntryTime&, const facts::ActEnded& f) { acts.erase(f.act); }

// --- after a snapshot
// -----------------------------------------------------------------------------

void State::complete_sources() {
  for (const auto& [id, person] : people) name_person(id);
  for (const auto& [id, person] : people)
    for (const auto& [issuer, subject] : person.subjects)
      subject_owner_[subject_key(issuer, subject)] = id;
  for (const auto& [person, held] : accounts)
    if (!held.removed) {
      account_by_name_[account_key(held.source, held.user_name)] = person;
      if (!held.external.empty())
        account_by_external_.insert({external_key(held.source, held.external), person});
    }
  for (const auto& [id, group] : user_groups)
    for (const auto& member : group.members) groups_of_[member].insert(id);
  for (const auto& [hash, token] : glass_tokens) token_by_id_[token.id] = hash;
}

}  // namespace halligan::app
