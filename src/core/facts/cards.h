// cards.h - facts of sealed cards, of colleagues who vouch, and of passwords that are locked: how
// somebody gets in whose own factors are not at hand (facts.h has the rules for all).
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/instant.h"

namespace halligan::facts {

// Who speaks by a card, as a member of staff of its own.
inline StaffId speaker_of(const CardId& card) { return StaffId{"card." + card.text()}; }

// A card is inert until somebody else than its maker has counted it in its drawer.
struct CardMade {
  static constexpr const char* kind = "card-made";
  StaffId staff;
  CardId card;
  std::string drawer;  // of the policy
  std::uint32_t number = 0;
  std::string pseudonym;  // hex; how entries name whoever uses it
  std::string kept_as;    // names its secrets in the vault
};
BOOST_DESCRIBE_STRUCT(CardMade, (), (staff, card, drawer, number, pseudonym, kept_as))

struct DrawerCounted {
  static constexpr const char* kind = "drawer-counted";
  StaffId staff;
  std::string drawer;
  std::vector<std::string> sealed;   // cards that lie there with their seal whole
  std::vector<std::string> missing;  // that should: good for nothing from now on
};
BOOST_DESCRIBE_STRUCT(DrawerCounted, (), (staff, drawer, sealed, missing))

struct CardDrawn {  // its seal is broken: somebody gave its code
  static constexpr const char* kind = "card-drawn";
  StaffId staff;  // who speaks by the card
  CardId card;
  TerminalId terminal;
  PlaceId place;
};
BOOST_DESCRIBE_STRUCT(CardDrawn, (), (staff, card, terminal, place))

struct CardUsed {  // once and never again: the session follows
  static constexpr const char* kind = "card-used";
  StaffId staff;
  CardId card;
  SessionId session;
  TerminalId terminal;
  PlaceId place;
  Instant assign_by{};  // until when somebody is to say who it was
};
BOOST_DESCRIBE_STRUCT(CardUsed, (), (staff, card, session, terminal, place, assign_by))

enum class CardEnd { withdrawn, missing, wrong_pins };
BOOST_DESCRIBE_ENUM(CardEnd, withdrawn, missing, wrong_pins)

struct CardRetired {  // it was never used, and never will be
  static constexpr const char* kind = "card-retired";
  StaffId staff;
  CardId card;
  CardEnd by = CardEnd::withdrawn;
};
BOOST_DESCRIBE_STRUCT(CardRetired, (), (staff, card, by))

struct CardAssigned {  // who it was that used it
  static constexpr const char* kind = "card-assigned";
  StaffId staff;  // who says so
  CardId card;
  StaffId person;
  SessionId session;
};
BOOST_DESCRIBE_STRUCT(CardAssigned, (), (staff, card, person, session))

// The same for one chart that was open to the card: it completes that chart's earlier entries.
struct ChartAssigned {
  static constexpr const char* kind = "chart-assigned";
  StaffId staff;
  PatientId patient;
  CardId card;
  StaffId person;
  SessionId session;
};
BOOST_DESCRIBE_STRUCT(ChartAssigned, (), (staff, patient, card, person, session))

struct VouchAsked {
  static constexpr const char* kind = "vouch-asked";
  StaffId staff;  // who says to be so; empty: the name is nobody's
  VouchId vouch;
  std::string token_hash;    // of the session that is opened if somebody vouches
  std::uint32_t number = 0;  // that the colleague must be told
  TerminalId terminal;
  PlaceId place;
  Instant until{};
};
BOOST_DESCRIBE_STRUCT(VouchAsked, (), (staff, vouch, token_hash, number, terminal, place, until))

struct VouchFailed {  // the colleague told another number: it is over
  static constexpr const char* kind = "vouch-failed";
  StaffId staff;  // the colleague
  VouchId vouch;
  StaffId person;
};
BOOST_DESCRIBE_STRUCT(VouchFailed, (), (staff, vouch, person))

struct Vouched {  // the session follows
  static constexpr const char* kind = "vouched";
  StaffId staff;  // the colleague
  VouchId vouch;
  StaffId person;
  SessionId session;  // the colleague's
  PlaceId place;
  Instant until{};  // of the person's session, at the latest
};
BOOST_DESCRIBE_STRUCT(Vouched, (), (staff, vouch, person, session, place, until))

struct PasswordLocked {
  static constexpr const char* kind = "password-locked";
  StaffId person;
  std::string at;  // one origin; empty: wherever the person has not been seen before
  std::uint32_t failures = 0;
};
BOOST_DESCRIBE_STRUCT(PasswordLocked, (), (person, at, failures))

struct PasswordUnlocked {
  static constexpr const char* kind = "password-unlocked";
  StaffId staff;
  StaffId person;
};
BOOST_DESCRIBE_STRUCT(PasswordUnlocked, (), (staff, person))

}  // namespace halligan::facts
