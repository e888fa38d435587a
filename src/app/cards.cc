#include "app/cards.h"

#include <algorithm>

#include "app/access.h"
#include "app/doors.h"
#include "app/judge.h"
#include "app/roles.h"
#include "base/limits.h"

namespace halligan::app {
namespace {

using policy::ast::Drawer;

const Drawer* drawer_named(const State& state, const std::string& name) {
  const auto* policy = policy_of(state);
  if (policy == nullptr) return nullptr;
  const auto at = std::ranges::find_if(policy->drawers,
                                       [&](const auto& each) { return each.name.text == name; });
  return at == policy->drawers.end() ? nullptr : &*at;
}

Refusal no_drawer() {
  return {.why = Why::not_found, .what = "the policy in force has no drawer of this name"};
}
Refusal no_card() { return {.why = Why::not_found, .what = "there is no such card"}; }

std::string title_of(const State& state, const Card& card) {
  const auto* drawer = drawer_named(state, card.drawer);
  return "card " + std::to_string(card.number) + " of " +
         (drawer == nullptr || drawer->label.empty() ? card.drawer : drawer->label);
}

bool oversees(const State& state, const Session& session) {
  return has_any_role(state, session, {role::administrator, role::privacy_officer});
}

bool keeps(const State& state, const Session& session, const Drawer* drawer) {
  if (oversees(state, session)) return true;
  const auto& roles = active_roles(state, session);
  return drawer != nullptr && std::ranges::any_of(drawer->keepers, [&](const auto& keeper) {
           return std::ranges::find(roles, keeper.text) != roles.end();
         });
}

// Whoever drew a card uses it by then; later it is one whose seal was broken.
constexpr Millis drawn_unused = std::chrono::minutes{15};

constexpr Proof keeping{"the keeping of cards", std::chrono::minutes{15}, true};

// Who asks, where they may keep this drawer, with a proof that is fresh.
role::Asked keeper(const State& state, const std::string& token_hash, const Now& now,
                   const Drawer* drawer) {
  role::Asked out{.session = live_session(state, token_hash, now), .refusal = {}};
  if (out.session == nullptr)
    out.refusal = no_session(state, token_hash, now);
  else if (!keeps(state, *out.session, drawer))
    out.refusal =
        role::needed("this takes an administrator, a privacy officer, or a keeper of the drawer");
  else
    out.refusal = not_proved(*out.session, keeping, now);
  return out;
}

bool in_stock(const Card& card) {
  return card.stage == CardStage::made || card.stage == CardStage::sealed;
}

bool contains(const std::vector<std::uint32_t>& numbers, std::uint32_t number) {
  return std::ranges::find(numbers, number) != numbers.end();
}

// A policy that no longer has the drawer leaves its cards to a privacy officer.
policy::ast::Review review_of(const State& state, const Card& card) {
  if (const auto* drawer = drawer_named(state, card.drawer)) return drawer->review;
  policy::ast::Review out;
  out.by.text = role::privacy_officer;
  out.within = std::chrono::hours{24};
  return out;
}

void owe_lost_card(const Card& card, const std::string& cause, Context& context) {
  owe_case("lost-card", facts::speaker_of(card.id), review_of(context.state, card), cause,
           "lost-card/" + card.id.text(), context);
}

// Why the card opens nothing here; null where it does.
struct Shut {
  const char* why = nullptr;
  std::string what;
};
Shut shut(const Card& card, const Drawer* drawer, const Terminal* terminal, const State& state) {
  if (card.stage == CardStage::used)
    return {"card-over", "this card was used before: take another one"};
  if (card.stage == CardStage::retired)
    return {"card-over", "this card was taken out of use: take another one"};
  if (card.stage == CardStage::made)
    return {"card-inert", "this card is not in its drawer yet: it has to be counted there first"};
  if (drawer == nullptr)
    return {"card-over", "the policy in force has no place for this card: take another one"};
  if (terminal == nullptr || !is_in(state, terminal->place, drawer->place))
    return {"card-place", "this card is good at the terminals of its own places alone"};
  return {};
}

Refusal refused_card(std::string what) {
  return {.why = Why::sign_in_refused, .what = std::move(what)};
}

}  // namespace

std::size_t DrawerView::count(CardStage stage) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(cards, [&](const Card& card) { return card.stage == stage; }));
}

std::optional<Refusal> may_make_cards(const State& state, const std::string& token_hash,
                                      const Now& now, const std::string& drawer) {
  const auto asked =
      role::asked_by(state, token_hash, now, {role::administrator}, "this takes an administrator");
  if (asked.refusal) return asked.refusal;
  if (auto due = not_proved(*asked.session, keeping, now)) return due;
  if (drawer_named(state, drawer) == nullptr) return no_drawer();
  return std::nullopt;
}

MakeCards::Answer decide(const MakeCards& command, Context& context) {
  if (auto no = may_make_cards(context.state, command.token_hash, context.now, command.drawer))
    return *std::move(no);
  const auto* session = live_session(context.state, command.token_hash, context.now);
  std::uint32_t last = 0;
  std::size_t stock = command.cards.size();
  for (const auto& [id, card] : context.state.cards) {
    if (card.drawer != command.drawer) continue;
    last = std::max(last, card.number);
    if (in_stock(card)) ++stock;
  }
  if (stock > limits::cards_per_drawer_max)
    return Refusal{.why = Why::conflict,
                   .what = "a drawer holds " + std::to_string(limits::cards_per_drawer_max) +
                           " cards at most: retire some first"};
  std::vector<MakeCards::Made> out;
  for (const auto& each : command.cards) {
    if (context.state.card(each.card) != nullptr ||
        context.state.person(facts::speaker_of(each.card)) != nullptr)
      return Refusal{.why = Why::conflict, .what = "two cards got one id: ask again"};
    out.push_back({.card = each.card, .number = ++last});
    context.note(facts::CardMade{.staff = session->staff,
                                 .card = each.card,
                                 .drawer = command.drawer,
                                 .number = last,
                                 .pseudonym = to_hex(context.fresh.pseudonym()),
                                 .kept_as = each.kept_as});
  }
  return out;
}

CountDrawer::Answer decide(const CountDrawer& command, Context& context) {
  const auto* drawer = drawer_named(context.state, command.drawer);
  const auto asked = keeper(context.state, command.token_hash, context.now, drawer);
  if (asked.refusal) return *asked.refusal;
  if (drawer == nullptr) return no_drawer();
  CountDrawer::Done out;
  facts::DrawerCounted fact;
  fact.staff = asked.session->staff;
  fact.drawer = command.drawer;
  std::vector<const Card*> missing;
  std::size_t found = 0;
  for (const auto& [id, card] : context.state.cards) {
    if (card.drawer != command.drawer) continue;
    const bool there = contains(command.sealed, card.number);
    if (there) ++found;
    if (!in_stock(card)) {
      if (card.stage == CardStage::drawn && !there &&
          context.now.wall >= card.drawn_at + drawn_unused)
        missing.push_back(&card);
      if (there)
        return Refusal{.why = Why::conflict,
                       .what = "card " + std::to_string(card.number) +
                               " was drawn or retired: its seal cannot be whole"};
      continue;
    }
    if (!there) {
      // One that never came to its drawer yet is not missed there.
      if (card.stage == CardStage::sealed) missing.push_back(&card);
      continue;
    }
    const bool same_hand =
        card.maker == fact.staff || context.state.one_hand(card.maker, fact.staff, card.made_at);
    if (card.stage == CardStage::made && same_hand)
      return Refusal{.why = Why::same_person,
                     .what = "somebody counts card " + std::to_string(card.number) +
                             " first who did not make it, and whom its maker did not enrol"};
    fact.sealed.push_back(id.text());
    out.sealed.push_back(card.number);
  }
  if (found != command.sealed.size())
    return Refusal{.why = Why::bad_request,
                   .what = "the drawer has no such card, or one is named twice"};
  for (const auto* card : missing) {
    fact.missing.push_back(card->id.text());
    out.missing.push_back(card->number);
  }
  std::ranges::sort(out.sealed);
  std::ranges::sort(out.missing);
  context.note(std::move(fact));
  for (const auto* card : missing) {
    context.note(facts::CardRetired{
        .staff = asked.session->staff, .card = card->id, .by = facts::CardEnd::missing});
    owe_lost_card(*card,
                  title_of(context.state, *card) +
                      " was missing, or its seal broken, when "
                      "the drawer was counted",
                  context);
  }
  return out;
}

RetireCard::Answer decide(const RetireCard& command, Context& context) {
  const auto* card = context.state.card(command.card);
  const auto* drawer = card == nullptr ? nullptr : drawer_named(context.state, card->drawer);
  const auto asked = keeper(context.state, command.token_hash, context.now, drawer);
  if (asked.refusal) return *asked.refusal;
  if (card == nullptr) return no_card();
  if (card->stage == CardStage::retired) return card->id;
  if (card->stage == CardStage::used)
    return Refusal{.why = Why::conflict, .what = "this card was used: it opens nothing any more"};
  context.note(facts::CardRetired{.staff = asked.session->staff, .card = card->id});
  return card->id;
}

MayUseCard::Answer decide(const MayUseCard& command, Context& context) {
  const auto* card = context.state.card(command.card);
  MayUseCard::Yes out{.origin = command.address, .kept_as = {}, .known = card != nullptr};
  if (const auto* terminal =
          proved_terminal(context.state, command.terminal, command.terminal_kept_as))
    out.origin = "terminal/" + terminal->id.text();
  if (card != nullptr) out.kept_as = card->kept_as;
  const auto* speaker =
      card == nullptr ? nullptr : context.state.person(facts::speaker_of(card->id));
  const auto wait = seconds_to_wait(context.state, counted_by(speaker, command.card.text()),
                                    out.origin, !out.origin.starts_with("terminal/"), context.now);
  if (wait > 0) return slow_down(wait);
  return out;
}

UseCard::Answer decide(const UseCard& command, Context& context) {
  const auto& state = context.state;
  const auto* card = state.card(command.card);
  const auto* terminal = proved_terminal(state, command.terminal, command.terminal_kept_as);
  const StaffId speaker = card == nullptr ? StaffId{} : facts::speaker_of(card->id);
  const auto wait = seconds_to_wait(state, counted_by(state.person(speaker), command.card.text()),
                                    command.origin, terminal == nullptr, context.now);
  if (wait > 0) return slow_down(wait);  // asked again: many may have been let in together
  const auto refuse = [&](const char* why, std::string what) {
    context.note(facts::SignInRefused{
        .staff = speaker,
        .origin = command.origin,
        .why = why,
        .asked = card == nullptr ? short_hash(command.card.text()) : std::string{}});
    return refused_card(std::move(what));
  };
  if (card == nullptr || !command.code_matched || command.kept_as != card->kept_as)
    return refuse("card", "no card has this code: look at it again");
  const auto* drawer = drawer_named(state, card->drawer);
  if (card->stage == CardStage::sealed)
    context.note(facts::CardDrawn{.staff = speaker,
                                  .card = card->id,
                                  .terminal = terminal == nullptr ? TerminalId{} : terminal->id,
                                  .place = terminal == nullptr ? PlaceId{} : terminal->place});
  if (auto no = shut(*card, drawer, terminal, state); no.why != nullptr)
    return refuse(no.why, std::move(no.what));
  if (!command.pin_matched) {
    const auto left =
        limits::wrong_pins_max - std::min(limits::wrong_pins_max, card->wrong_pins + 1);
    auto refusal = refuse("card-pin", left == 0 ? "the PIN is wrong, and was so too often: take "
                                                  "another card"
                                                : "the PIN is wrong; it may be so " +
                                                      std::to_string(left) + " more times");
    if (left == 0) {
      context.note(
          facts::CardRetired{.staff = speaker, .card = card->id, .by = facts::CardEnd::wrong_pins});
      owe_lost_card(*card,
                    title_of(state, *card) + " was tried with wrong PINs at " + terminal->id.text(),
                    context);
    }
    return refusal;
  }
  const SessionId session{context.fresh.id()};
  context.note(facts::CardUsed{.staff = speaker,
                               .card = card->id,
                               .session = session,
                               .terminal = terminal->id,
                               .place = terminal->place,
                               .assign_by = context.now.wall + drawer->assigned});
  facts::SessionOpened fact;
  fact.staff = speaker;
  fact.session = session;
  fact.token_hash = command.token_hash;
  fact.terminal = terminal->id;
  fact.place = terminal->place;
  fact.proof_level = 2;
  fact.origin = command.origin;
  fact.way = "card";
  for (const auto& role : drawer->roles) fact.roles.push_back(role.text);
  return open_session(std::move(fact), drawer->session, context);
}

AssignCard::Answer decide(const AssignCard& command, Context& context) {
  const auto& state = context.state;
  const auto* card = state.card(command.card);
  const auto* session = live_session(state, command.token_hash, context.now);
  if (session == nullptr) return no_session(state, command.token_hash, context.now);
  const bool self = command.person.empty() || command.person == session->staff;
  const auto* drawer = card == nullptr ? nullptr : drawer_named(state, card->drawer);
  if (!self && !keeps(state, *session, drawer))
    return role::needed(
        "of somebody else this takes an administrator, a privacy officer, or a "
        "keeper of the drawer");
  if (auto due = not_proved(*session, keeping, context.now)) return *std::move(due);
  if (card == nullptr || card->stage != CardStage::used)
    return Refusal{.why = Why::not_found, .what = "there is no such card that was used"};
  const auto* person = state.person(self ? session->staff : command.person);
  if (person == nullptr || !person->is_person())
    return Refusal{.why = Why::not_found, .what = "nobody is enrolled under this id"};
  // Charts that it opens afterwards would not say who it was.
  if (state.session(card->session) != nullptr)
    return Refusal{.why = Why::conflict,
                   .what = "the card's session is still open: sign it out first, or let it end"};
  if (card->assigned_to == person->id)
    return AssignCard::Done{.card = card->id, .person = person->id, .charts = card->charts.size()};
  // A second word against the first is for those who look at such things.
  if (!card->assigned_to.empty() && !oversees(state, *session))
    return Refusal{.why = Why::conflict,
                   .what =
                       "somebody has said already who used this card: a privacy officer or an "
                       "administrator may say otherwise"};
  context.note(facts::CardAssigned{
      .staff = session->staff, .card = card->id, .person = person->id, .session = card->session});
  for (const auto& chart : card->charts)
    context.note(facts::ChartAssigned{.staff = session->staff,
                                      .patient = chart,
                                      .card = card->id,
                                      .person = person->id,
                                      .session = card->session});
  // A keeper's word about somebody else names them; it takes the person's own, or that of somebody
  // who looks at such things, to account for it.
  const bool accounts_for_it = self || oversees(state, *session);
  if (const auto held = state.case_by_key.find("unassigned-card/" + card->id.text());
      accounts_for_it && held != state.case_by_key.end())
    if (const auto* about = state.case_of(held->second); about != nullptr && !about->closing)
      context.note(facts::CaseExplained{
          .patient = {},
          .case_id = about->id,
          .rule = "assigned",
          .relations = "used by " + person->id.text() + ", as " + session->staff.text() + " says"});
  if (person->lock.since <= card->used_at)
    owe_lock_out_case(*person, card->session, "by a card", context);
  return AssignCard::Done{.card = card->id, .person = person->id, .charts = card->charts.size()};
}

std::variant<std::vector<DrawerView>, Refusal> drawers(const State& state,
                                                       const std::string& token_hash,
                                                       const Now& now) {
  const auto* session = live_session(state, token_hash, now);
  if (session == nullptr) return no_session(state, token_hash, now);
  std::vector<DrawerView> out;
  const auto view = [&](const std::string& name) -> DrawerView& {
    const auto at = std::ranges::find_if(
        out, [&](const DrawerView& each) { return each.drawer.name.text == name; });
    if (at != out.end()) return *at;
    DrawerView made;
    made.drawer.name.text = name;
    made.in_policy = false;
    return out.emplace_back(std::move(made));
  };
  if (const auto* policy = policy_of(state))
    for (const auto& drawer : policy->drawers)
      if (keeps(state, *session, &drawer)) {
        auto& made = view(drawer.name.text);
        made.drawer = drawer;
        made.in_policy = true;
      }
  const bool all = oversees(state, *session);
  if (out.empty() && !all)
    return role::needed("this takes an administrator, a privacy officer, or a keeper of a drawer");
  for (const auto& [id, card] : state.cards)
    if (all || keeps(state, *session, drawer_named(state, card.drawer)))
      view(card.drawer).cards.push_back(card);
  for (auto& each : out) {
    std::ranges::sort(each.cards, {}, &Card::number);
    if (const auto at = state.counted.find(each.drawer.name.text); at != state.counted.end())
      each.counted = at->second;
  }
  return out;
}

std::vector<facts::Fact> unassigned_cards(const State& state, const Now& now) {
  std::vector<facts::Fact> out;
  for (const auto& [by, id] : state.unassigned) {
    if (now.wall < by) break;
    const auto& card = state.cards.at(id);
    const auto key = "unassigned-card/" + id.text();
    if (state.case_by_key.contains(key)) continue;
    const auto review = review_of(state, card);
    facts::CaseOpened fact;
    fact.staff = facts::speaker_of(id);
    fact.case_id = CaseId{"card-" + id.text()};
    fact.case_kind = "unassigned-card";
    fact.reviewer = review.by.text;
    fact.queue = review.queue.empty() ? review.by.text : review.queue;
    fact.due = now.wall + review.within;
    fact.rank = review.rank;
    fact.cause = title_of(state, card) + " was used at " + card.terminal.text() + " in " +
                 card.place.text() + ", for " + std::to_string(card.charts.size()) +
                 (card.charts.size() == 1 ? " chart" : " charts") + "; nobody has said who it was";
    fact.key = key;
    out.emplace_back(std::move(fact));
  }
  return out;
}

}  // namespace halligan::app
