#include "out/pdf_cards.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "out/temporary_folder.h"

// fontconfig keeps what it read of its configuration behind offsets, which are no pointers to the
// leak sanitizer.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig.so"; }

namespace halligan::out {
namespace {

using needs::CardBatch;
using needs::PrintedCard;

constexpr const char* letters = "ABCDEFGHJKMNPQRSTVWXYZ23456789";

std::string code_of(unsigned number) {
  std::string out;
  for (unsigned i = 0; i < 16; ++i) {
    if (i != 0 && i % 4 == 0) out += '-';
    out += letters[(number * 7 + i * i * (11 + number)) % 30];
  }
  return out;
}

std::string pin_of(unsigned number) { return std::to_string(493'027 + number * 1'009); }

CardBatch batch_of(unsigned count) {
  CardBatch out{.hospital = "St. Brendan’s University Hospital",
                .drawer = "Nurses’ desk, Ward 3B",
                .places = "Ward 3B, Ward 3C, Intensive care",
                .made_on = "1 March 2025",
                .address = "https://halligan.stbrendan.example",
                .cards = {}};
  for (unsigned number = 1; number <= count; ++number)
    out.cards.push_back({.number = number,
                         .code = Sealed<std::string>{code_of(number)},
                         .pin = Sealed<std::string>{pin_of(number)}});
  return out;
}

std::string read(const std::filesystem::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

// A document as programs of others read it.
class Reader {
 public:
  explicit Reader(const Result<std::string>& document) {
    EXPECT_TRUE(document.ok()) << document.fault().what;
    std::ofstream{pdf(), std::ios::binary} << *document;
  }
  std::string text(int page) const {
    const std::string number = std::to_string(page);
    return said("pdftotext -layout -f " + number + " -l " + number + " '" + pdf() + "' -");
  }
  std::string info() const { return said("pdfinfo '" + pdf() + "'"); }
  // What a scanner reads from a card that was printed with 150 dots an inch and cut out.
  std::string scanned(unsigned number) const {
    const unsigned page = (number - 1) / 10 + 1, place = (number - 1) % 10;
    const auto dots = [](double mm) { return std::to_string(static_cast<int>(mm / 25.4 * 150)); };
    said("pdftoppm -gray -r 150 -singlefile -f " + std::to_string(page) + " -x " +
         dots(19.4 + place % 2 * 85.6) + " -y " + dots(13.5 + place / 2 * 54) + " -W " +
         dots(85.6) + " -H " + dots(54) + " '" + pdf() + "' '" + path("card") + "'");
    return said("zbarimg --nodbus --quiet --raw '" + path("card") + ".pgm'");
  }

 private:
  std::string path(const char* name) const { return (folder_.path() / name).string(); }
  std::string pdf() const { return path("document.pdf"); }
  std::string said(const std::string& command) const {
    EXPECT_EQ(std::system((command + " > '" + path("said") + "' 2> /dev/null").c_str()), 0)
        << command;
    return read(path("said"));
  }
  TemporaryFolder folder_;
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The thread sanitizer does not see the locks of glib and fontconfig, which are made of futexes.
#if defined(__SANITIZE_THREAD__)
#define HALLIGAN_THREADS_ARE_WATCHED
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HALLIGAN_THREADS_ARE_WATCHED
#endif
#endif

class CardsAndSlips : public testing::Test {
 protected:
  void SetUp() override {
#ifdef HALLIGAN_THREADS_ARE_WATCHED
    GTEST_SKIP() << "nothing here has threads of ours";
#endif
  }
  PdfCards printer;
};

TEST_F(CardsAndSlips, AreScannedAndReadAsTheyAreTyped) {
  const Reader cards{printer.cards(batch_of(11))};
  EXPECT_TRUE(has(cards.info(), "Pages:           2")) << cards.info();
  EXPECT_TRUE(has(cards.info(), "(A4)")) << cards.info();
  for (unsigned number = 1; number <= 11; ++number) {
    const int page = number <= 10 ? 1 : 2;
    EXPECT_EQ(cards.scanned(number), code_of(number) + "\n");
    EXPECT_TRUE(has(cards.text(page), code_of(number))) << number;
    EXPECT_FALSE(has(cards.text(3 - page), code_of(number))) << number;
  }
  const std::string text = cards.text(2);
  EXPECT_TRUE(has(text, "EMERGENCY ACCESS CARD"));
  EXPECT_TRUE(has(text, "St. Brendan’s University Hospital"));
  EXPECT_TRUE(has(text, "Nurses’ desk, Ward 3B"));
  EXPECT_TRUE(has(text, "No. 11"));
  EXPECT_TRUE(has(text, "1 March 2025"));
  EXPECT_TRUE(has(text, "https://halligan.stbrendan.example"));
}

TEST_F(CardsAndSlips, CardsHaveNoPinAndSlipsNoCode) {
  const Reader cards{printer.cards(batch_of(11))}, slips{printer.pins(batch_of(11))};
  const std::string on_cards = cards.text(1) + cards.text(2);
  const std::string on_slips = slips.text(1) + slips.text(2);
  EXPECT_TRUE(has(on_slips, "Keep apart from the card."));
  EXPECT_TRUE(has(on_slips, "Nurses’ desk, Ward 3B"));
  for (unsigned number = 1; number <= 11; ++number) {
    EXPECT_TRUE(has(on_slips, pin_of(number))) << number;
    EXPECT_TRUE(has(on_slips, "No. " + std::to_string(number))) << number;
    EXPECT_FALSE(has(on_cards, pin_of(number))) << number;
    const std::string code = code_of(number);
    EXPECT_TRUE(has(on_cards, code)) << number;
    for (std::size_t group = 0; group < 4; ++group)
      EXPECT_FALSE(has(on_slips, code.substr(group * 5, 4))) << number;
  }
}

std::string repeated(const std::string& part, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += part;
  return out;
}

TEST_F(CardsAndSlips, NamesOfAnyScriptAndLengthHideNothing) {
  const std::string names[] = {
      repeated("Ward ", 40),                         // 200 characters, and where to break them
      repeated("W", 200),                            // and none
      "مستشفى الملك فيصل، طوارئ",                    // from right to left
      repeated("طوارئ ", 33),                        //
      "聖ルカ病院 救急外来",                         //
      repeated("救", 200),                           //
      "Z" + repeated("\u0301\u0302\u0327", 66),      // accents on accents
      "line\nafter\tline\u2028" + std::string(2, 0)  //
          + "\xff\xfe\xc3",                          // no text at all
      repeated("\u202e\u2067", 50) + "turned",       // directions that are never closed
      "",
  };
  for (const std::string& name : names) {
    CardBatch batch = batch_of(4);
    batch.hospital = batch.drawer = batch.places = batch.made_on = batch.address = name;
    const Reader cards{printer.cards(batch)}, slips{printer.pins(batch)};
    for (unsigned number = 1; number <= 4; ++number) {
      EXPECT_EQ(cards.scanned(number), code_of(number) + "\n") << name;
      EXPECT_TRUE(has(cards.text(1), code_of(number))) << name;
      EXPECT_TRUE(has(slips.text(1), pin_of(number))) << name;
    }
  }
}

TEST_F(CardsAndSlips, HaveBounds) {
  const Reader most{printer.cards(batch_of(100))};
  EXPECT_TRUE(has(most.info(), "Pages:           10")) << most.info();
  const auto more = printer.cards(batch_of(101));
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.fault().code, FaultCode::too_large);
  EXPECT_FALSE(printer.pins(batch_of(101)).ok());
  EXPECT_FALSE(printer.cards(batch_of(0)).ok());

  const std::string bad[] = {"",     std::string(65, 'A'),   "A B",
                             "A\nB", std::string("A\0B", 3), "\u00c4"};
  for (const auto& secret : bad) {
    CardBatch batch = batch_of(3);
    batch.cards[1].code = Sealed<std::string>{secret};
    EXPECT_FALSE(printer.cards(batch).ok());
    batch = batch_of(3);
    batch.cards[1].pin = Sealed<std::string>{secret};
    EXPECT_FALSE(printer.pins(batch).ok());
  }
}

// What is too wide for its place gets smaller and stays whole.
TEST_F(CardsAndSlips, LongCodesAndNumbersStayWhole) {
  CardBatch batch = batch_of(1);
  const std::string code = repeated("7XK2-M4QP-", 6);
  batch.cards[0] = {.number = 4'294'967'295,
                    .code = Sealed<std::string>{code},
                    .pin = Sealed<std::string>{repeated("49302", 6)}};
  const Reader cards{printer.cards(batch)}, slips{printer.pins(batch)};
  EXPECT_EQ(cards.scanned(1), code + "\n");
  EXPECT_TRUE(has(cards.text(1), "4294967295"));
  EXPECT_TRUE(has(slips.text(1), repeated("49302", 6)));
}

TEST_F(CardsAndSlips, AreMadeByManyThreadsAtOnce) {
  const CardBatch batch = batch_of(20);
  std::array<std::string, 8> made;
  std::vector<std::thread> threads;
  for (auto& document : made)
    threads.emplace_back([&] {
      for (int i = 0; i < 3; ++i) {
        const auto cards = printer.cards(batch);
        if (cards.ok() && printer.pins(batch).ok()) document = *cards;
      }
    });
  for (auto& thread : threads) thread.join();
  for (const auto& document : made) EXPECT_EQ(Reader{document}.scanned(20), code_of(20) + "\n");
}

}  // namespace
}  // namespace halligan::out
