// cards.cc - drawers of emergency cards: making, counting, retiring and assigning them; signing in
// by one.
//
// A code is sixteen letters and digits: four that say which card it is, twelve that are secret.
// Code and PIN pass through here to the vault and are shown once, to whoever made the cards.

#include "app/cards.h"

#include <boost/unordered/unordered_flat_set.hpp>

#include "in/api/reading.h"
#include "in/api/render.h"
#include "in/api/routes.h"
#include "in/api/secrets.h"
#include "in/api/sign_in.h"

namespace halligan::in::api {
namespace {

using http::Fields;
using http::PathParams;
using http::Request;
using http::Response;

constexpr std::string_view letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";  // 32: no 0 1 I O
constexpr std::size_t id_letters = 4;
constexpr std::size_t secret_letters = 12;  // 60 bits
constexpr std::size_t code_letters = id_letters + secret_letters;
constexpr std::size_t pin_digits = 6;
constexpr std::int64_t number_max = 1'000'000;

template <std::size_t N>
std::string roll_letters(needs::Dice& dice) {
  std::string out;
  for (const auto byte : dice.roll<N>()) out += letters[byte % letters.size()];
  return out;
}

std::string roll_pin(needs::Dice& dice) {
  std::uint64_t number = 0;
  for (const auto byte : dice.roll<7>()) number = number << 8U | byte;
  auto out = std::to_string(number % 1'000'000U);
  return out.insert(0, pin_digits - out.size(), '0');
}

std::string in_fours(std::string_view code) {
  std::string out;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (i > 0 && i % 4 == 0) out += '-';
    out += code[i];
  }
  return out;
}

// As it was typed or scanned; nothing where it cannot be one.
std::optional<std::string> read_code(std::string_view typed) {
  std::string out;
  for (char c : typed) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (letters.find(c) == std::string_view::npos) return std::nullopt;
    out += c;
  }
  if (out.size() != code_letters) return std::nullopt;
  return out;
}

std::string owner_of(const CardId& card) { return "card/" + card.text(); }
std::string hash_of(std::string_view code) { return to_hex(crypto::sha256(view(code))); }

const char* stage_text(const app::Card& card) {
  switch (card.stage) {
    case app::CardStage::made: return "made";
    case app::CardStage::sealed: return "sealed";
    case app::CardStage::drawn: return "drawn";
    case app::CardStage::used: return "used";
    case app::CardStage::retired: break;
  }
  switch (card.retired_by) {
    case facts::CardEnd::missing: return "missing";
    case facts::CardEnd::wrong_pins: return "wrong-pins";
    case facts::CardEnd::withdrawn: break;
  }
  return "withdrawn";
}

json::value at_or_null(Instant at) {
  return at == far_past || at == far_future ? json::value(nullptr) : json::value(to_text(at));
}

json::object card_json(const app::Card& card) {
  return {{"card", card.id.text()},
          {"number", card.number},
          {"stage", stage_text(card)},
          {"made_at", to_text(card.made_at)},
          {"made_by", card.maker.text()},
          {"counted_at", at_or_null(card.counted_at)},
          {"drawn_at", at_or_null(card.drawn_at)},
          {"used_at", at_or_null(card.used_at)},
          {"terminal", or_null(card.terminal.text())},
          {"place", or_null(card.place.text())},
          {"session", or_null(card.session.text())},
          {"charts", card.charts.size()},
          {"assign_by", at_or_null(card.assign_by)},
          {"assigned_to", or_null(card.assigned_to.text())},
          {"assigned_by", or_null(card.assigned_by.text())},
          {"assigned_at", at_or_null(card.assigned_at)}};
}

json::array names_json(const std::vector<policy::ast::Name>& names) {
  json::array out;
  for (const auto& name : names) out.emplace_back(name.text);
  return out;
}

json::object drawer_json(const app::DrawerView& view) {
  json::array cards;
  for (const auto& card : view.cards) cards.push_back(card_json(card));
  const auto& drawer = view.drawer;
  json::object out{{"drawer", drawer.name.text},
                   {"label", drawer.label.empty() ? drawer.name.text : drawer.label},
                   {"in_policy", view.in_policy},
                   {"roles", names_json(drawer.roles)},
                   {"place", names_json(drawer.place)},
                   {"session_seconds", seconds(drawer.session)},
                   {"assigned_seconds", seconds(drawer.assigned)},
                   {"sealed", view.count(app::CardStage::sealed)},
                   {"made", view.count(app::CardStage::made)},
                   {"counted_at", at_or_null(view.counted ? view.counted->at : far_past)},
                   {"counted_by", view.counted ? or_null(view.counted->by.text()) : nullptr},
                   {"cards", std::move(cards)}};
  return out;
}

Response list_drawers(Api& api, const Request& request, const PathParams&) {
  std::variant<std::vector<app::DrawerView>, app::Refusal> shown;
  const auto done = api.run([&](app::House& house, const Now& now) {
    shown = app::drawers(house.state(), session_hash(request), now);
  });
  if (!done) return api.faulted(done.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&shown)) return api.refused(*refusal);
  json::array out;
  for (const auto& each : std::get<0>(shown)) out.push_back(drawer_json(each));
  return answer(200, out);
}

// Of a batch: the card's id, its code and its PIN.
struct NewCard {
  CardId id;
  std::string kept_as;
  Sealed<std::string> code;
  Sealed<std::string> pin;
};

Result<Unit> keep(Api& api, const NewCard& card) {
  const auto pin = api.edge.hasher.hash(card.pin);
  if (!pin) return pin.fault();
  const auto code = place_of(owner_of(card.id), "code", card.kept_as);
  if (auto kept =
          api.edge.vault.set_secret(code.owner, code.kind, Sealed{hash_of(card.code.reveal())});
      !kept)
    return kept;
  const auto place = place_of(owner_of(card.id), "pin", card.kept_as);
  return api.edge.vault.set_secret(place.owner, place.kind, *pin);
}

void forget(Api& api, const std::vector<NewCard>& cards) {
  for (const auto& card : cards)
    for (const char* kind : {"code", "pin"})
      (void)api.edge.vault.drop_secrets(place_of(owner_of(card.id), kind, card.kept_as).owner);
}

std::vector<NewCard> roll_cards(Api& api, std::size_t count, const std::vector<CardId>& taken) {
  boost::unordered_flat_set<std::string> used;
  for (const auto& id : taken) used.insert(id.text());
  std::vector<NewCard> out;
  while (out.size() < count) {
    const auto id = roll_letters<id_letters>(api.edge.dice);
    if (!used.insert(id).second) continue;
    out.push_back({.id = CardId{id},
                   .kept_as = to_hex(api.edge.dice.roll<8>()),
                   .code = Sealed{id + roll_letters<secret_letters>(api.edge.dice)},
                   .pin = Sealed{roll_pin(api.edge.dice)}});
  }
  return out;
}

std::string label_of(const app::State& state, const std::string& name) {
  const auto* policy = app::policy_of(state);
  if (policy != nullptr)
    for (const auto& drawer : policy->drawers)
      if (drawer.name.text == name && !drawer.label.empty()) return drawer.label;
  return name;
}

std::string places_of(const app::State& state, const std::string& name) {
  std::string out;
  const auto* policy = app::policy_of(state);
  if (policy == nullptr) return out;
  for (const auto& drawer : policy->drawers)
    if (drawer.name.text == name)
      for (const auto& place : drawer.place) out += (out.empty() ? "" : ", ") + place.text;
  return out;
}

Response make_cards(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "drawer", path["drawer"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  const auto count = static_cast<std::size_t>(
      fields.integer("count", {.min = 1, .max = limits::cards_at_once_max}));
  if (const auto error = fields.error()) return http::problem(*error);

  app::MakeCards command;
  command.token_hash = session_hash(request);
  command.drawer = path["drawer"];
  std::optional<app::Refusal> no;
  std::vector<CardId> taken;
  needs::CardBatch batch;
  const auto looked = api.run([&](app::House& house, const Now& now) {
    const auto& state = house.state();
    no = app::may_make_cards(state, command.token_hash, now, command.drawer);
    for (const auto& [id, card] : state.cards) taken.push_back(id);
    batch.hospital = state.hospital;
    batch.drawer = label_of(state, command.drawer);
    batch.places = places_of(state, command.drawer);
    batch.made_on = to_text(now.wall).substr(0, 10);
  });
  if (!looked) return api.faulted(looked.fault());
  if (no) return api.refused(*no);
  batch.address = api.party.origin;
  const auto made = roll_cards(api, count, taken);
  for (const auto& card : made) {
    if (const auto kept = keep(api, card); !kept) return api.faulted(kept.fault());
    command.cards.push_back({.card = card.id, .kept_as = card.kept_as});
  }
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());  // it may have been recorded: the secrets stay
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) {
    forget(api, made);
    return api.refused(*refusal);
  }
  json::array cards;
  const auto& numbers = std::get<std::vector<app::MakeCards::Made>>(asked->get());
  for (std::size_t i = 0; i < made.size(); ++i) {
    const auto code = in_fours(made[i].code.reveal());
    cards.push_back(json::object{{"card", made[i].id.text()},
                                 {"number", numbers[i].number},
                                 {"code", code},
                                 {"pin", made[i].pin.reveal()}});
    batch.cards.push_back({.number = numbers[i].number, .code = Sealed{code}, .pin = made[i].pin});
  }
  json::object out{{"drawer", command.drawer}, {"cards", std::move(cards)}};
  if (api.printer != nullptr) {
    const auto sheets = api.printer->cards(batch);
    if (!sheets) return api.faulted(sheets.fault());
    const auto slips = api.printer->pins(batch);
    if (!slips) return api.faulted(slips.fault());
    out.emplace("cards_pdf", to_base64(view(*sheets)));
    out.emplace("pins_pdf", to_base64(view(*slips)));
  }
  return answer(201, out);
}

Response count_drawer(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "drawer", path["drawer"])) return *refused;
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::CountDrawer command;
  command.token_hash = session_hash(request);
  command.drawer = path["drawer"];
  for (const auto number :
       fields.integers("sealed", limits::cards_per_drawer_max, {.min = 1, .max = number_max}))
    command.sealed.push_back(static_cast<std::uint32_t>(number));
  if (const auto error = fields.error()) return http::problem(*error);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  const auto& done = std::get<app::CountDrawer::Done>(asked->get());
  return answer(200, {{"drawer", command.drawer},
                      {"sealed", json::array(done.sealed.begin(), done.sealed.end())},
                      {"missing", json::array(done.missing.begin(), done.missing.end())}});
}

Response retire_card(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "card", path["card"])) return *refused;
  if (auto refused = bad_empty(request)) return *refused;
  app::RetireCard command;
  command.token_hash = session_hash(request);
  command.card = CardId{path["card"]};
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return no_content();
}

Response assign_card(Api& api, const Request& request, const PathParams& path) {
  if (auto refused = bad_id(api, "card", path["card"])) return *refused;
  auto body = optional_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  app::AssignCard command;
  command.token_hash = session_hash(request);
  command.card = CardId{path["card"]};
  command.person = StaffId{fields.optional_text("staff", limits::id_bytes_max).value_or("")};
  if (const auto error = fields.error()) return http::problem(*error);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  const auto& done = std::get<app::AssignCard::Done>(asked->get());
  return answer(
      200, {{"card", done.card.text()}, {"staff", done.person.text()}, {"charts", done.charts}});
}

Response sign_in(Api& api, const Request& request, const PathParams&) {
  auto body = http::read_command(request);
  if (auto* refused = std::get_if<Response>(&body)) return std::move(*refused);
  Fields fields{std::get<json::object>(body)};
  const auto typed = Sealed{fields.text("code", 64)};
  const auto pin = Sealed{fields.text("pin", 16)};
  auto at = read_doorway(fields, request);
  const auto code = Sealed{read_code(typed.reveal()).value_or("")};
  if (code.reveal().empty())
    fields.refuse("code", "another text", "the sixteen letters and digits of a card");
  if (const auto error = fields.error()) return http::problem(*error);

  const auto proved = terminal_proved(api, at);
  if (!proved) return api.faulted(proved.fault());
  app::MayUseCard may;
  may.card = CardId{code.reveal().substr(0, id_letters)};
  may.address = request.peer_network;
  if (*proved) {
    may.terminal = at.terminal;
    may.terminal_kept_as = **proved;
  }
  const auto allowed = api.ask(request, may);
  if (!allowed) return api.faulted(allowed.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&allowed->get()))
    return api.refused(*refusal);
  const auto& from = std::get<app::MayUseCard::Yes>(allowed->get());

  const auto kept = secret_of(api, owner_of(may.card), "code", from.kept_as);
  if (!kept) return api.faulted(kept.fault());
  app::UseCard command;
  command.card = may.card;
  command.kept_as = from.kept_as;
  command.code_matched =
      from.known && equal_in_constant_time(view(kept->reveal()), view(hash_of(code.reveal())));
  // The PIN is looked at for whoever has the card alone.
  if (command.code_matched) {
    const auto matched = pin_matches(api, may.card, from.kept_as, pin);
    if (!matched) return api.faulted(matched.fault());
    command.pin_matched = *matched;
  }
  const auto token = to_base64url(api.edge.dice.roll<32>());
  command.origin = from.origin;
  command.terminal = may.terminal;
  command.terminal_kept_as = may.terminal_kept_as;
  command.token_hash = token_hash(token);
  const auto asked = api.ask(request, command);
  if (!asked) return api.faulted(asked.fault());
  if (const auto* refusal = std::get_if<app::Refusal>(&asked->get())) return api.refused(*refusal);
  return signed_in(std::get<app::SignIn::Done>(asked->get()), token, at.cookie);
}

constexpr std::array routes{
    Route{"GET", "/api/v1/drawers", list_drawers},
    Route{"POST", "/api/v1/drawers/{drawer}/cards", make_cards},
    Route{"POST", "/api/v1/drawers/{drawer}/count", count_drawer},
    Route{"POST", "/api/v1/cards/{card}/retire", retire_card},
    Route{"POST", "/api/v1/cards/{card}/assign", assign_card},
    Route{"POST", "/api/v1/sessions/card", sign_in},
};

}  // namespace

Result<bool> pin_matches(Api& api, const CardId& card, const std::string& kept_as,
                         const Sealed<std::string>& pin) {
  const auto hash = secret_of(api, owner_of(card), "pin", kept_as);
  if (!hash) return hash.fault();
  return api.edge.hasher.matches(*hash, pin, needs::PasswordHasher::Whose::known);
}

std::span<const Route> card_routes() { return routes; }

}  // namespace halligan::in::api
