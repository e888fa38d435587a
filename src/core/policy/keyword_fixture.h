// keyword_fixture.h - for the tests of the words of the grammar: a policy with a word, and without.
#pragma once

#include <string>

#include "core/policy/ask_fixture.h"

namespace halligan::policy {

using fixture::outcome;
using fixture::Question;
using fixture::replaced;

// The answer with the word, and the answer where `part` is replaced.
inline void changes(const Question& question, const std::string& part, const std::string& with,
                    const std::string& without, const std::string& by = "") {
  EXPECT_EQ(outcome(question), with);
  Question other = question;
  other.policy = replaced(fixture::whole(question), part, by);
  EXPECT_EQ(outcome(other), without);
}

// A mandatory word: without it the file is refused, and says so.
inline void needs(const Question& question, const std::string& part, const std::string& message) {
  EXPECT_EQ(outcome(question).substr(0, 7) == "refused", false) << outcome(question);
  Question other = question;
  other.policy = replaced(fixture::whole(question), part, "");
  EXPECT_NE(outcome(other).find("refused: " + message), std::string::npos) << outcome(other);
}

inline const std::string allow = "[[allow]]\nname = \"a\"\nactions = [\"read\"]\n";
inline const std::string deny = "[[deny]]\nname = \"d\"\n";
inline const std::string glass =
    "[[glass]]\nreason = \"g\"\nlabel = \"G\"\npurpose = \"BTG\"\nreview = { by = \"officer\", "
    "within = \"24h\" }\n";
inline const std::string glass_offer = "glass g (reason; owed: review g)";
inline const std::string known = "permit a (nothing)";

}  // namespace halligan::policy
