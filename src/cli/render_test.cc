#include "cli/render.h"

#include <gtest/gtest.h>

namespace halligan::cli {
namespace {

TEST(Render, control_characters_from_outside_never_reach_a_terminal) {
  EXPECT_EQ(clean("a\x1b[2Jb\x7f\tc"), "a?[2Jb??c");
  EXPECT_EQ(clean("caf\xC3\xA9 \xC2\x9B"
                  "31m"),
            "caf\xC3\xA9 ?31m");
  EXPECT_EQ(clean("two\nlines"), "two\nlines");
  EXPECT_EQ(table({"A"}, {{"x\x1b]0;y\x07"}}), "A\nx?]0;y?\n");
}

TEST(Render, lines_end_at_a_hundred_columns) {
  std::string words;
  for (int i = 0; i < 60; ++i) words += "seven77 ";
  const std::string wrapped = wrap(words, 4);
  std::size_t start = 0;
  int lines = 0;
  while (start < wrapped.size()) {
    const std::size_t end = std::min(wrapped.find('\n', start), wrapped.size());
    EXPECT_LE(end - start, columns_max);
    if (lines++ > 0) {
      EXPECT_EQ(wrapped.substr(start, 5), "    s");
    }
    start = end + 1;
  }
  EXPECT_GT(lines, 4);
  EXPECT_EQ(wrap("  kept margin\nand lines"), "  kept margin\nand lines");
}

TEST(Render, columns_are_counted_in_characters) {
  EXPECT_EQ(table({"A", "B"}, {{"\xC3\xA9\xC3\xA9\xC3\xA9", "1"}, {"x", "2"}}),
            "A    B\n\xC3\xA9\xC3\xA9\xC3\xA9  1\nx    2\n");
}

TEST(Render, words_for_a_shell_are_quoted_where_needed) {
  EXPECT_EQ(shell_word("p-000002"), "p-000002");
  EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_word("$(id)"), "'$(id)'");
  EXPECT_EQ(shell_word(""), "''");
}

TEST(Render, missing_members_are_empty) {
  const json::object object = object_from(R"({"a":null,"b":3,"c":"x","d":[1,{"e":2}]})");
  EXPECT_EQ(text_of(object, "a"), "");
  EXPECT_EQ(text_of(object, "b"), "3");
  EXPECT_EQ(number_of(object, "c"), 0);
  EXPECT_EQ(objects_of(list_of(object, "d")).size(), 1U);
  EXPECT_TRUE(object_of(object, "none").empty());
  EXPECT_TRUE(object_from("[1]").empty());
}

TEST(Render, a_number_of_a_record_is_told_as_it_was_written) {
  const json::object object = object_as_written(
      R"({"a":76.3,"b":[4.10,-1e-3,0],"c":"say \"5\\\" 6","d":{"e":0.84},"f":true})");
  EXPECT_EQ(text_of(object, "a"), "76.3");
  EXPECT_EQ(joined(list_of(object, "b")), "4.10, -1e-3, 0");
  EXPECT_EQ(text_of(object, "c"), "say \"5\\\" 6");
  EXPECT_EQ(text_of(object_of(object, "d"), "e"), "0.84");
  EXPECT_TRUE(flag_of(object, "f"));
}

TEST(Render, problems_show_each_place_of_an_error) {
  EXPECT_EQ(
      problem_text(object_from(
          R"({"title":"Bad request","detail":"two fields","errors":[{"pointer":"/a","found":"1","wanted":"text"}]})")),
      "Bad request\nTwo fields.\n  /a: found 1, wanted text\n");
  EXPECT_EQ(
      problem_text(object_from(
          R"({"title":"Policy refused","errors":[{"line":3,"column":7,"what":"no such role"}]})")),
      "Policy refused\n  3:7: no such role\n");
}

}  // namespace
}  // namespace halligan::cli
