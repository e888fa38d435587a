#include "out/pdf_cards.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <qrencode.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>

#include "base/limits.h"

namespace halligan::out {
namespace {

using needs::CardBatch;
using needs::PrintedCard;

// Everything is in millimetres, from the top left corner of the page or of the card.
constexpr double points_per_mm = 72.0 / 25.4;
constexpr double mm_per_point = 1 / points_per_mm;
constexpr double page_width = 210, page_height = 297;
constexpr double card_width = 85.6, card_height = 54;  // ISO/IEC 7810 ID-1
constexpr std::size_t columns = 2, rows = 5, cards_of_page = columns * rows;
constexpr double left_margin = (page_width - columns * card_width) / 2;
constexpr double top_margin = (page_height - rows * card_height) / 2;
static_assert(left_margin > 10 && top_margin > 10, "printers leave the edge white");

constexpr std::size_t typed_bytes_max = 64;
constexpr int quiet_modules = 4;  // ISO/IEC 18004

constexpr const char* sans = "Liberation Sans, DejaVu Sans, sans-serif";
constexpr const char* mono = "DejaVu Sans Mono, monospace";  // 0 and O, 1 and I are told apart

struct Ink {
  double red, green, blue;
};
constexpr Ink black{.red = 0.08, .green = 0.08, .blue = 0.09};
constexpr Ink grey{.red = 0.36, .green = 0.37, .blue = 0.4};
constexpr Ink pale{.red = 0.94, .green = 0.94, .blue = 0.95};
constexpr Ink red{.red = 0.67, .green = 0.09, .blue = 0.12};
constexpr Ink white{.red = 1, .green = 1, .blue = 1};

struct Box {
  double x, y, width, height;
};

enum class Weight { normal, bold };
enum class Side { left, centre, right };
struct Style {
  const char* family = sans;
  double points;
  Weight weight = Weight::normal;
  Ink ink = black;
  Side side = Side::left;
};

struct Release {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
  void operator()(PangoFontMap* fonts) const { g_object_unref(fonts); }
  void operator()(PangoContext* context) const { g_object_unref(context); }
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
  void operator()(QRcode* code) const { QRcode_free(code); }
  void operator()(char* text) const { g_free(text); }
};
template <class T>
using Held = std::unique_ptr<T, Release>;

// Called by C, through which nothing may be thrown.
cairo_status_t append(void* to, const unsigned char* bytes, unsigned size) noexcept {
  static_cast<std::string*>(to)->append(bytes, bytes + size);
  return CAIRO_STATUS_SUCCESS;
}

// A document while it is written. What fails is kept until finish(), as cairo does it; the first
// failure counts.
class Document {
 public:
  explicit Document(std::string_view title)
      : surface_(cairo_pdf_surface_create_for_stream(append, &octets_, page_width * points_per_mm,
                                                     page_height * points_per_mm)),
        cairo_(cairo_create(surface_.get())),
        fonts_(pango_cairo_font_map_new()),
        context_(pango_font_map_create_context(fonts_.get())) {
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE,
                                   std::string(title).c_str());
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATOR, "Halligan");
    cairo_scale(cairo_.get(), points_per_mm, points_per_mm);
    pango_cairo_update_context(cairo_.get(), context_.get());
    pango_context_set_round_glyph_positions(context_.get(), FALSE);  // or letters stand on whole mm
  }
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  // What is drawn by `draw` has `area`'s corner as its origin and cannot leave it.
  template <class Draw>
  void within(const Box& area, Draw draw) {
    cairo_save(cairo_.get());
    cairo_rectangle(cairo_.get(), area.x, area.y, area.width, area.height);
    cairo_clip(cairo_.get());
    cairo_translate(cairo_.get(), area.x, area.y);
    draw();
    cairo_restore(cairo_.get());
  }

  // Our own words, codes and PINs: one line, read whole, in the middle of the box's height. What is
  // too long for the box is set smaller; a glyph that no font has is a fault.
  void words(const Box& box, const Style& style, const std::string& text) {
    const Held<PangoLayout> line = layout(style, text);
    if (pango_layout_get_unknown_glyphs_count(line.get()) > 0)
      fail({FaultCode::not_found, "no font has the letters of a card: install fonts-dejavu-core"});
    const double left = style.side == Side::left ? 0 : style.side == Side::centre ? 0.5 : 1;
    show(box, style, line.get(), {.left = left, .above = 0.5});
  }

  // What people wrote: it ends in an ellipsis after so many lines, and does with the glyphs there
  // are. The height that it took.
  double name(const Box& box, const Style& style, int lines, const std::string& text) {
    if (text.empty() || lines < 1) return 0;
    const Held<PangoLayout> out = layout(style, text);
    pango_layout_set_width(out.get(), pango_units_from_double(box.width));
    pango_layout_set_height(out.get(), -lines);
    pango_layout_set_wrap(out.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_ellipsize(out.get(), PANGO_ELLIPSIZE_END);
    // The side is the paper's: pango turns it round where a name runs from right to left.
    const bool turned = pango_layout_get_direction(out.get(), 0) == PANGO_DIRECTION_RTL;
    const bool right = style.side == Side::right;
    pango_layout_set_alignment(out.get(), turned != right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    return show(box, style, out.get(), {.left = right ? 1.0 : 0.0, .above = 0});
  }

  void fill(const Box& box, Ink ink) {
    rounded(box);
    paint(ink);
    cairo_fill(cairo_.get());
  }
  void outline(const Box& box, Ink ink) {
    rounded(box);
    paint(ink);
    cairo_set_line_width(cairo_.get(), 0.4);
    cairo_stroke(cairo_.get());
  }
  void line(double x, double y, double to_x, double to_y, Ink ink) {
    paint(ink);
    cairo_set_line_width(cairo_.get(), 0.12);
    cairo_move_to(cairo_.get(), x, y);
    cairo_line_to(cairo_.get(), to_x, to_y);
    cairo_stroke(cairo_.get());
  }

  // A square of `box.width`, the quiet zone within it.
  void qr(const Box& box, const std::string& text) {
    const Held<QRcode> code{QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1)};
    if (code == nullptr) return fail({FaultCode::no_room, "no QR code could be made"});
    const int width = code->width;
    const double module = box.width / (width + 2 * quiet_modules);
    // One path for all of it, a rectangle for each run: no seams between modules.
    for (int y = 0; y < width; ++y) {
      const unsigned char* row = code->data + y * width;
      for (int x = 0; x < width;) {
        int end = x;
        while (end < width && (row[end] & 1) != 0) ++end;
        if (end > x)
          cairo_rectangle(cairo_.get(), box.x + (quiet_modules + x) * module,
                          box.y + (quiet_modules + y) * module, (end - x) * module, module);
        x = end + 1;
      }
    }
    cairo_set_source_rgb(cairo_.get(), 0, 0, 0);
    cairo_fill(cairo_.get());
  }

  void end_page() { cairo_show_page(cairo_.get()); }

  Result<std::string> finish() {
    check(cairo_status(cairo_.get()));
    cairo_.reset();
    cairo_surface_finish(surface_.get());
    check(cairo_surface_status(surface_.get()));
    if (fault_) return *fault_;
    return std::move(octets_);
  }

 private:
  void fail(Fault fault) {
    if (!fault_) fault_ = std::move(fault);
  }
  void check(cairo_status_t status) {
    if (status != CAIRO_STATUS_SUCCESS)
      fail({FaultCode::no_room,
            std::string("a document could not be made: ") + cairo_status_to_string(status)});
  }
  void paint(Ink ink) { cairo_set_source_rgb(cairo_.get(), ink.red, ink.green, ink.blue); }
  void rounded(const Box& box) {
    constexpr double radius = 1.4, turn = 1.5707963267948966;
    const double right = box.x + box.width - radius, bottom = box.y + box.height - radius;
    cairo_new_sub_path(cairo_.get());
    cairo_arc(cairo_.get(), right, box.y + radius, radius, -turn, 0);
    cairo_arc(cairo_.get(), right, bottom, radius, 0, turn);
    cairo_arc(cairo_.get(), box.x + radius, bottom, radius, turn, 2 * turn);
    cairo_arc(cairo_.get(), box.x + radius, box.y + radius, radius, 2 * turn, 3 * turn);
    cairo_close_path(cairo_.get());
  }

  Held<PangoLayout> layout(const Style& style, const std::string& text) {
    Held<PangoLayout> out{pango_layout_new(context_.get())};
    const Held<PangoFontDescription> font{pango_font_description_from_string(style.family)};
    pango_font_description_set_absolute_size(font.get(), style.points * mm_per_point * PANGO_SCALE);
    pango_font_description_set_weight(
        font.get(), style.weight == Weight::bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(out.get(), font.get());
    const Held<char> valid{g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()))};
    pango_layout_set_text(out.get(), valid.get(), -1);
    pango_layout_set_single_paragraph_mode(out.get(), TRUE);
    return out;
  }

  // How much of the room that is left over in a box is left of a text, and above it.
  struct Share {
    double left, above;
  };
  // Scripts have lines of different heights: what is too high, or too wide, is set smaller.
  double show(const Box& box, const Style& style, PangoLayout* text, Share share) {
    int pango_width = 0, pango_height = 0;
    pango_layout_get_size(text, &pango_width, &pango_height);
    // With a width of its own a layout takes all of that, and aligns within it.
    const int fixed = pango_layout_get_width(text);
    const double width = pango_units_to_double(fixed > 0 ? fixed : pango_width);
    const double height = pango_units_to_double(pango_height);
    if (width <= 0 || height <= 0) return 0;
    const double scale = std::min({1.0, box.width / width, box.height / height});
    within(box, [&] {
      paint(style.ink);
      cairo_translate(cairo_.get(), share.left * (box.width - width * scale),
                      share.above * (box.height - height * scale));
      cairo_scale(cairo_.get(), scale, scale);
      cairo_move_to(cairo_.get(), 0, 0);
      pango_cairo_show_layout(cairo_.get(), text);
    });
    return height * scale;
  }

  std::string octets_;
  std::optional<Fault> fault_;
  Held<cairo_surface_t> surface_;
  Held<cairo_t> cairo_;
  Held<PangoFontMap> fonts_;
  Held<PangoContext> context_;
};

constexpr Box band{.x = 3, .y = 3, .width = card_width - 6, .height = 11.4};
constexpr double inset = 4, inner_width = card_width - 2 * inset;

// What a card and its slip have in common, so that one is found by the other.
void heading(Document& out, const CardBatch& batch, const PrintedCard& card, const char* title,
             Ink ink) {
  out.name({6, 4.1, 51, 3.6}, {.points = 7.5, .ink = ink}, 1, batch.hospital);
  out.words({6, 7.7, 51, 5.4}, {.points = 11, .weight = Weight::bold, .ink = ink}, title);
  out.words({58.5, 3.7, 21.1, 10},
            {.points = 19, .weight = Weight::bold, .ink = ink, .side = Side::right},
            "No. " + std::to_string(card.number));
}

void footer(Document& out, const CardBatch& batch) {
  const std::string made = batch.made_on.empty() ? "" : "Made " + batch.made_on;
  out.name({inset, 49.4, 29, 2.8}, {.points = 6, .ink = grey}, 1, made);
  out.name({inset + 30, 49.4, inner_width - 30, 2.8},
           {.points = 6, .ink = grey, .side = Side::right}, 1, batch.address);
}

constexpr const char* instructions[] = {
    "At a Halligan terminal: “Use an emergency card”.",
    "Scan or type this code, then the card’s PIN.",
    "One use. Everything done with it is recorded.",
    "Tell the shift leader afterwards.",
};

void draw_card(Document& out, const CardBatch& batch, const PrintedCard& card) {
  out.fill(band, red);
  heading(out, batch, card, "EMERGENCY ACCESS CARD", white);
  out.qr({57.1, 14.1, 27.5, 27.5}, card.code.reveal());

  constexpr double text_width = 53, line_height = 2.87, instructions_from = 29;
  double y = 15.6;
  y += out.name({inset, y, text_width, 9.2}, {.points = 11, .weight = Weight::bold}, 2,
                batch.drawer);
  y += 0.2;
  const std::string places = batch.places.empty() ? "" : "Use in: " + batch.places;
  const double room = instructions_from - 0.5 - y;
  out.name({inset, y, text_width, room}, {.points = 7, .ink = grey},
           static_cast<int>(room / line_height), places);
  y = instructions_from;
  for (const char* line : instructions) {
    out.words({inset, y, text_width, line_height}, {.points = 7}, line);
    y += line_height;
  }

  constexpr Box panel{.x = band.x, .y = 41.4, .width = band.width, .height = 7.2};
  out.fill(panel, pale);
  out.words({inset, panel.y, inner_width, panel.height},
            {.family = mono, .points = 17, .weight = Weight::bold, .side = Side::centre},
            card.code.reveal());
  footer(out, batch);
}

void draw_slip(Document& out, const CardBatch& batch, const PrintedCard& card) {
  out.outline(band, black);
  heading(out, batch, card, "PIN OF AN EMERGENCY CARD", black);
  out.name({inset, 15.6, inner_width, 5}, {.points = 11, .weight = Weight::bold}, 1, batch.drawer);
  out.words({inset, 21.2, inner_width, 17.4},
            {.family = mono, .points = 42, .weight = Weight::bold, .side = Side::centre},
            card.pin.reveal());
  out.words({inset, 39, inner_width, 4.4},
            {.points = 9.5, .weight = Weight::bold, .ink = red, .side = Side::centre},
            "Keep apart from the card.");
  out.words({inset, 43.4, inner_width, 3.4}, {.points = 7, .side = Side::centre},
            "It is asked for after the code of card No. " + std::to_string(card.number) +
                ", and works with no other.");
  footer(out, batch);
}

// In the margins where each cut begins and ends, and a small cross where two cuts meet.
void cut_marks(Document& out) {
  constexpr double away = 1.5, length = 5, arm = 1.2;
  constexpr double right = page_width - left_margin, bottom = page_height - top_margin;
  for (std::size_t column = 0; column <= columns; ++column) {
    const double x = left_margin + static_cast<double>(column) * card_width;
    out.line(x, top_margin - away - length, x, top_margin - away, black);
    out.line(x, bottom + away, x, bottom + away + length, black);
  }
  for (std::size_t row = 0; row <= rows; ++row) {
    const double y = top_margin + static_cast<double>(row) * card_height;
    out.line(left_margin - away - length, y, left_margin - away, y, black);
    out.line(right + away, y, right + away + length, y, black);
    for (std::size_t column = 0; column <= columns; ++column) {
      const double x = left_margin + static_cast<double>(column) * card_width;
      out.line(x - arm, y, x + arm, y, grey);
      out.line(x, y - arm, x, y + arm, grey);
    }
  }
}

bool can_be_typed(const Sealed<std::string>& secret) {
  const std::string& text = secret.reveal();
  return !text.empty() && text.size() <= typed_bytes_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

using Draw = void (*)(Document&, const CardBatch&, const PrintedCard&);

Result<std::string> print(const CardBatch& batch, const char* what, Draw draw) {
  const auto& cards = batch.cards;
  if (cards.size() > limits::cards_at_once_max)
    return Fault{FaultCode::too_large, "more cards in a batch than are printed at once"};
  if (cards.empty()) return Fault{FaultCode::bad_input, "no card to print"};
  for (const auto& card : cards)
    if (!can_be_typed(card.code) || !can_be_typed(card.pin))
      return Fault{FaultCode::bad_input, "a card whose code or PIN cannot be typed"};

  Document out{what};
  const std::size_t sheets = (cards.size() + cards_of_page - 1) / cards_of_page;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    const std::size_t place = i % cards_of_page;
    if (place == 0) {
      cut_marks(out);
      const std::string sheet = std::to_string(i / cards_of_page + 1);
      out.words({left_margin + 3, page_height - 10.5, card_width - 6, 3.4},
                {.points = 7, .ink = grey},
                std::string(what) + ", sheet " + sheet + " of " + std::to_string(sheets));
      out.words({left_margin + card_width + 3, page_height - 10.5, card_width - 6, 3.4},
                {.points = 7, .ink = grey, .side = Side::right},
                "Print at 100 %, one side. Cut at the marks.");
    }
    const std::size_t column = place % columns, row = place / columns;
    out.within({.x = left_margin + static_cast<double>(column) * card_width,
                .y = top_margin + static_cast<double>(row) * card_height,
                .width = card_width,
                .height = card_height},
               [&] { draw(out, batch, cards[i]); });
    if (place + 1 == cards_of_page || i + 1 == cards.size()) out.end_page();
  }
  return out.finish();
}

}  // namespace

Result<std::string> PdfCards::cards(const CardBatch& batch) {
  return print(batch, "Emergency access cards", draw_card);
}

Result<std::string> PdfCards::pins(const CardBatch& batch) {
  return print(batch, "PINs of emergency cards", draw_slip);
}

}  // namespace halligan::out
