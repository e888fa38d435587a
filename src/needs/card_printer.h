// card_printer.h - emergency cards and the slips with their PINs, as documents to be printed.
//
// A card's code and its PIN together let whoever holds them act once. So they are secrets until the
// card is used, and they are two documents, printed and kept apart: the cards have no PIN on them,
// the slips no code. Whoever makes a document hands it to the person who asked and keeps nothing:
// no file, no log, no cache.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/sealed.h"

namespace halligan::needs {

struct PrintedCard {
  unsigned number = 0;
  Sealed<std::string> code;  // "7XK2-M4QP-9TRD-W3HN", as it is typed
  Sealed<std::string> pin;   // "493027"
};

// What people wrote may be in any script and of any length; what does not fit is cut short.
struct CardBatch {
  std::string hospital;
  std::string drawer;   // the label of where they lie
  std::string places;   // where they may be used, said for people; may be empty
  std::string made_on;  // "1 March 2025"
  std::string address;  // of the console; may be empty
  std::vector<PrintedCard> cards;
};

class CardPrinter {
 public:
  virtual ~CardPrinter() = default;
  // The octets of a PDF, A4, secret as the batch is. Fault too_large above
  // limits::cards_at_once_max; bad_input for a batch without cards, or a code or PIN that cannot be
  // typed; not_found where the machine lacks a font; no_room where the document could not be made.
  virtual Result<std::string> cards(const CardBatch& batch) = 0;
  virtual Result<std::string> pins(const CardBatch& batch) = 0;
};

}  // namespace halligan::needs
