// state_ways.cc - what entries say of passkeys, of cards, of colleagues who vouch, and of locked
// passwords.
#include <algorithm>

#include "app/state.h"

namespace halligan::app {
namespace {

constexpr auto failures_kept = std::chrono::minutes{15};
constexpr auto guesses_kept = std::chrono::hours{1};  // longer than directories count
constexpr auto vouchings_kept = std::chrono::hours{24};
constexpr std::size_t places_counted = 64;  // where somebody's password was guessed at

}  // namespace

const Card* State::card(const CardId& id) const {
  const auto at = cards.find(id);
  return at == cards.end() ? nullptr : &at->second;
}

const Card* State::card_of(const StaffId& speaker) const {
  const auto* who = person(speaker);
  return who == nullptr || who->card.empty() ? nullptr : card(who->card);
}

void State::way_in(const EntryTime& at, const facts::Rehearsed& f) {
  if (const auto who = people.find(f.staff); who != people.end())
    who->second.rehearsed[f.way + "/" + f.factor] = at.wall;
}

// Whoever could act as the person when it was enrolled can act as them by it from then on.
void State::way_in(const EntryTime& at, const facts::PasskeyEnrolled& f) {
  const auto found = people.find(f.person);
  if (found == people.end()) return;
  auto& person = found->second;
  person.passkeys[f.passkey] = {.name = f.name,
                                .algorithm = f.algorithm,
                                .public_key = f.public_key,
                                .attestation = f.attestation,
                                .model = f.model,
                                .counter = f.counter,
                                .synced = f.synced,
                                .enrolled_at = at.wall};
  person.factors.insert("passkey");
  passkey_owner_.insert_or_assign(f.passkey, f.person);
  const auto held = person.hands;
  for (const auto& [what, holders] : held)
    for (const auto& [holder, until] : holders)
      if (until == far_future) person.hands["passkey/" + f.passkey][holder] = far_future;
}

void State::way_in(const EntryTime& at, const facts::PasskeyRemoved& f) {
  const auto found = people.find(f.person);
  if (found == people.end()) return;
  auto& person = found->second;
  person.passkeys.erase(f.passkey);
  if (person.passkeys.empty()) person.factors.erase("passkey");
  passkey_owner_.erase(f.passkey);
  const auto hands = person.hands.find("passkey/" + f.passkey);
  if (hands == person.hands.end()) return;
  for (auto& [holder, until] : hands->second) until = std::min(until, at.wall);
}

void State::use_passkey(const StaffId& staff, const std::string& passkey, std::uint32_t counter,
                        Instant at) {
  const auto person = people.find(staff);
  if (person == people.end()) return;
  const auto held = person->second.passkeys.find(passkey);
  if (held == person->second.passkeys.end()) return;
  held->second.counter = counter;
  held->second.used_at = at;
}

const Person* State::owner_of(const std::string& passkey) const {
  const auto owner = passkey_owner_.find(passkey);
  return owner == passkey_owner_.end() ? nullptr : person(owner->second);
}

void State::way_in(const EntryTime& at, const facts::PasswordLocked& f) {
  const auto held = people.find(f.person);
  if (held == people.end()) return;
  auto& lock = held->second.lock;
  if (f.at.empty())
    lock.elsewhere = true;
  else
    lock.places.insert(f.at);
  lock.since = std::min(lock.since, at.wall);
}

void State::way_in(const EntryTime&, const facts::PasswordUnlocked& f) {
  if (const auto held = people.find(f.person); held != people.end()) held->second.lock = {};
  forget_guesses(f.person);
}

std::string guesses_key(const StaffId& person) { return "directory|" + person.text(); }
std::string guesses_elsewhere_key(const StaffId& person) {
  return "directory|" + person.text() + "|*";
}
std::string passkeys_key(const std::string& origin) { return "passkey@" + origin; }

void State::forget_failures(Instant now) {
  std::erase_if(failures, [&](const auto& each) {
    const auto kept = each.first.starts_with("directory|") ? guesses_kept : failures_kept;
    return each.second.last.wall + kept < now;
  });
}

void State::forget_guesses(const StaffId& person) {
  failures.erase(guesses_key(person));
  failures.erase(guesses_elsewhere_key(person));
}

// Only a password, and the code that goes with a right one, are guessed.
void State::count_failure(const EntryTime& at, const facts::SignInRefused& f) {
  const auto name = f.staff.empty() ? "?" + f.asked : f.staff.text();
  std::vector<std::string> keys{name + "@" + f.origin, name + "@*", "@" + f.origin};
  if (f.why.starts_with("passkey") && !f.origin.starts_with("session/"))
    keys = {passkeys_key(f.origin)};
  if (f.directory && !f.staff.empty()) {
    keys.push_back(guesses_key(f.staff));
    if (!f.known) keys.push_back(guesses_elsewhere_key(f.staff));
  }
  for (const auto& key : keys) {
    auto& held = failures[key];
    held.count += f.times;
    held.last = at;
  }
  if ((f.why != "password" && f.why != "totp") || f.origin.starts_with("session/")) return;
  const auto held = people.find(f.staff);
  if (held == people.end()) return;
  auto& lock = held->second.lock;
  if (!f.known) {
    lock.failed_elsewhere += f.times;
    return;
  }
  lock.failed_at[f.origin] += f.times;
  if (lock.failed_at.size() <= places_counted) return;
  lock.failed_at.erase(
      std::ranges::min_element(lock.failed_at, {}, [](const auto& each) { return each.second; }));
}

void State::way_in(const EntryTime& at, const facts::CardMade& f) {
  const auto speaker = facts::speaker_of(f.card);
  cards[f.card] = {.id = f.card,
                   .drawer = f.drawer,
                   .number = f.number,
                   .kept_as = f.kept_as,
                   .maker = f.staff,
                   .made_at = at.wall};
  auto& who = people[speaker];
  who.id = speaker;
  who.name = "Card " + std::to_string(f.number) + " of " + f.drawer;
  who.pseudonym = f.pseudonym;
  who.card = f.card;
  take_in_hand(who, "made", f.staff, at.wall);  // whoever printed it has seen its code
  evidence.intern("staff", speaker.text());
}

void State::way_in(const EntryTime& at, const facts::DrawerCounted& f) {
  counted[f.drawer] = {.by = f.staff, .at = at.wall};
  for (const auto& id : f.sealed) {
    const auto held = cards.find(CardId{id});
    if (held == cards.end()) continue;
    held->second.stage = CardStage::sealed;
    held->second.counted_at = at.wall;
  }
}

void State::way_in(const EntryTime& at, const facts::CardDrawn& f) {
  const auto held = cards.find(f.card);
  if (held == cards.end()) return;
  held->second.stage = CardStage::drawn;
  held->second.drawn_at = at.wall;
  held->second.terminal = f.terminal;
  held->second.place = f.place;
}

void State::way_in(const EntryTime& at, const facts::CardUsed& f) {
  const auto held = cards.find(f.card);
  if (held == cards.end()) return;
  auto& card = held->second;
  card.stage = CardStage::used;
  card.used_at = at.wall;
  card.session = f.session;
  card.terminal = f.terminal;
  card.place = f.place;
  card.assign_by = f.assign_by;
  unassigned.emplace(f.assign_by, f.card);
}

void State::way_in(const EntryTime&, const facts::CardRetired& f) {
  const auto held = cards.find(f.card);
  if (held == cards.end()) return;
  held->second.stage = CardStage::retired;
  held->second.retired_by = f.by;
}

// Who says so, and of whom, look at nothing that the card did.
void State::way_in(const EntryTime& at, const facts::CardAssigned& f) {
  const auto held = cards.find(f.card);
  if (held == cards.end()) return;
  auto& card = held->second;
  card.assigned_to = f.person;
  card.assigned_by = f.staff;
  card.assigned_at = at.wall;
  unassigned.erase({card.assign_by, card.id});
  const auto speaker = people.find(facts::speaker_of(f.card));
  if (speaker == people.end()) return;
  speaker->second.name = "Card " + std::to_string(card.number) + " of " + card.drawer + " (" +
                         (person(f.person) == nullptr ? f.person.text() : person(f.person)->name) +
                         ")";
  take_in_hand(speaker->second, "assigned by " + f.staff.text(), f.staff, at.wall);
  take_in_hand(speaker->second, "assigned to " + f.person.text(), f.person, at.wall);
}

void State::way_in(const EntryTime&, const facts::ChartAssigned&) {}

void State::way_in(const EntryTime& at, const facts::VouchAsked& f) {
  std::erase_if(vouchings,
                [&](const auto& each) { return each.second.asked_at + vouchings_kept < at.wall; });
  vouchings[f.vouch] = {.id = f.vouch,
                        .person = f.staff,
                        .colleague = {},
                        .token_hash = f.token_hash,
                        .number = f.number,
                        .terminal = f.terminal,
                        .place = f.place,
                        .asked_at = at.wall,
                        .until = f.until};
}

void State::way_in(const EntryTime&, const facts::VouchFailed& f) {
  const auto held = vouchings.find(f.vouch);
  if (held == vouchings.end()) return;
  held->second.stage = Vouching::Stage::failed;
  held->second.colleague = f.staff;
}

// Whoever lets somebody in by their word may be at work in their name while that lasts.
void State::way_in(const EntryTime&, const facts::Vouched& f) {
  if (const auto held = vouchings.find(f.vouch); held != vouchings.end()) {
    held->second.stage = Vouching::Stage::vouched;
    held->second.colleague = f.staff;
  }
  const auto who = people.find(f.person);
  if (who == people.end()) return;
  auto& until = who->second.hands["vouched"][f.staff];
  until = std::max(until, f.until);
  hold(f.staff, f.person);
}

}  // namespace halligan::app
