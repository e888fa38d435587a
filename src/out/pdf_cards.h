// pdf_cards.h - emergency cards and PIN slips as PDF, by cairo, pango and libqrencode.
//
// Made in memory and nowhere else. Any thread may ask: each document has fonts of its own and
// nothing is shared between two.
#pragma once

#include <string>

#include "needs/card_printer.h"

namespace halligan::out {

class PdfCards final : public needs::CardPrinter {
 public:
  Result<std::string> cards(const needs::CardBatch& batch) override;
  Result<std::string> pins(const needs::CardBatch& batch) override;
};

}  // namespace halligan::out
