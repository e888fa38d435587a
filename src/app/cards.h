// cards.h - drawers of sealed cards: made in bulk, counted, used once, assigned to a person
// afterwards.
//
//   made ──counted by somebody else──► sealed ──its code──► drawn ──its PIN──► used ──► assigned
//     └──────────────────── missing, withdrawn, wrong PINs ────────► retired
//
// Secrets never come here: the caller keeps them in the vault and says whether they matched.
//
// INVARIANT: a card opens one session and no other. Whoever made it, and whoever is said to have
// used it, look at nothing that it did (State::one_hand).
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/sessions.h"

namespace halligan::app {

// Asked before secrets are made; nothing where they may be.
std::optional<Refusal> may_make_cards(const State& state, const std::string& token_hash,
                                      const Now& now, const std::string& drawer);

struct MakeCards {
  struct Made {
    CardId card;
    std::uint32_t number = 0;
  };
  using Answer = std::variant<std::vector<Made>, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  std::string drawer;
  struct New {
    CardId card;
    std::string kept_as;
  };
  std::vector<New> cards;  // at most limits::cards_at_once_max
};
MakeCards::Answer decide(const MakeCards& command, Context& context);

// What lies in the drawer: numbers of the cards whose seal is whole. Those that should, and do not,
// are good for nothing from then on, and a case. The first count of a card is not its maker's.
struct CountDrawer {
  struct Done {
    std::vector<std::uint32_t> sealed;
    std::vector<std::uint32_t> missing;
  };
  using Answer = std::variant<Done, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  std::string drawer;
  std::vector<std::uint32_t> sealed;
};
CountDrawer::Answer decide(const CountDrawer& command, Context& context);

struct RetireCard {
  using Answer = std::variant<CardId, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  CardId card;
};
RetireCard::Answer decide(const RetireCard& command, Context& context);

struct MayUseCard {  // asked before its secrets are looked at
  struct Yes {
    std::string origin;
    std::string kept_as;
    bool known = false;  // a card has this id; else the caller goes on, and fails
  };
  using Answer = std::variant<Yes, Refusal>;
  CardId card;
  std::string address;
  TerminalId terminal;  // whose secret matched
  std::string terminal_kept_as;
};
MayUseCard::Answer decide(const MayUseCard& command, Context& context);

struct UseCard {
  using Answer = std::variant<SignIn::Done, Refusal>;
  CardId card;
  std::string kept_as;  // the secrets that were looked at
  bool code_matched = false;
  bool pin_matched = false;
  std::string origin;
  TerminalId terminal;
  std::string terminal_kept_as;
  std::string token_hash;
};
UseCard::Answer decide(const UseCard& command, Context& context);

// Who it was. Everybody may say so of themself; of others their drawer's keepers and those who
// oversee.
struct AssignCard {
  struct Done {
    CardId card;
    StaffId person;
    std::size_t charts = 0;  // whose entries this completes
  };
  using Answer = std::variant<Done, Refusal>;
  static constexpr bool keeps_session = true;
  std::string token_hash;
  CardId card;
  StaffId person;  // empty: oneself
};
AssignCard::Answer decide(const AssignCard& command, Context& context);

struct DrawerView {
  policy::ast::Drawer drawer;
  std::optional<Counting> counted;
  std::vector<Card> cards;  // by number
  bool in_policy = true;
  std::size_t count(CardStage stage) const;
};
// For whoever oversees, and for keepers of theirs.
std::variant<std::vector<DrawerView>, Refusal> drawers(const State& state,
                                                       const std::string& token_hash,
                                                       const Now& now);

// Cases of cards that were used, that nobody has said by whom, and that it is time to ask about.
std::vector<facts::Fact> unassigned_cards(const State& state, const Now& now);

}  // namespace halligan::app
