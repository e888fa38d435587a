// suspect.cc - tries one leaf hash in the place of another.
#include "core/ledger/suspect.h"

#include "core/ledger/merkle.h"

namespace halligan::ledger {

bool explains(const Suspect& suspect, EntryIndex index, const Hash& claim) {
  if (index < suspect.first_leaf || index - suspect.first_leaf >= suspect.leaves.size())
    return false;
  Frontier frontier;
  for (const Subtree& subtree : suspect.left) frontier.append_subtree(subtree.level, subtree.root);
  for (std::size_t i = 0; i < suspect.leaves.size(); ++i)
    frontier.append(i == index - suspect.first_leaf ? claim : suspect.leaves[i]);
  return frontier.root() == suspect.expected;
}

}  // namespace halligan::ledger
