// The incremental tree against its twin: the definitions of RFC 6962 section 2.1, word for word.
#include "core/ledger/merkle.h"

#include <gtest/gtest.h>

#include "base/crypto.h"

namespace halligan::ledger {
namespace {

using Data = std::span<const Hash>;  // leaf hashes: MTH({d}) is given

std::uint64_t largest_power_of_two_smaller_than(std::uint64_t n) {
  std::uint64_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

Hash mth(Data d) {
  if (d.empty()) return crypto::sha256(ByteView{});
  if (d.size() == 1) return d[0];
  const auto k = largest_power_of_two_smaller_than(d.size());
  const Hash left = mth(d.first(k));
  const Hash right = mth(d.subspan(k));
  static constexpr std::uint8_t one[] = {0x01};
  return crypto::sha256({one, left, right});
}

std::vector<Hash> joined(std::vector<Hash> a, const Hash& b) {
  a.push_back(b);
  return a;
}

std::vector<Hash> path(std::uint64_t m, Data d) {
  if (d.size() == 1) return {};
  const auto k = largest_power_of_two_smaller_than(d.size());
  if (m < k) return joined(path(m, d.first(k)), mth(d.subspan(k)));
  return joined(path(m - k, d.subspan(k)), mth(d.first(k)));
}

std::vector<Hash> subproof(std::uint64_t m, Data d, bool b) {
  if (m == d.size()) return b ? std::vector<Hash>{} : std::vector<Hash>{mth(d)};
  const auto k = largest_power_of_two_smaller_than(d.size());
  if (m <= k) return joined(subproof(m, d.first(k), b), mth(d.subspan(k)));
  return joined(subproof(m - k, d.subspan(k), false), mth(d.first(k)));
}

constexpr std::uint64_t size_max = 70;

struct Fixture {
  std::vector<Hash> leaves;
  Tree tree;
  Fixture() {
    for (std::uint64_t i = 0; i < size_max; ++i) {
      Bytes number{0x00};
      put_u64(number, i);
      leaves.push_back(crypto::sha256(number));
      tree.append(leaves.back());
    }
  }
  Data first(std::uint64_t n) const { return Data{leaves}.first(n); }
};

Hash spoiled(Hash hash) {
  hash[7] ^= 0x10;
  return hash;
}

TEST(Merkle, RootsAreThoseOfTheDefinition) {
  const Fixture f;
  Frontier frontier;
  EXPECT_EQ(to_hex(frontier.root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  for (std::uint64_t n = 0; n <= size_max; ++n) {
    EXPECT_EQ(f.tree.root_at(n), mth(f.first(n))) << n;
    EXPECT_EQ(frontier.root(), mth(f.first(n))) << n;
    EXPECT_EQ(frontier.size(), n);
    if (n < size_max) frontier.append(f.leaves[n]);
  }
}

TEST(Merkle, AFrontierTakesWholeSubtrees) {
  const Fixture f;
  Frontier frontier;
  frontier.append_subtree(6, f.tree.subtree(6, 0));
  frontier.append_subtree(2, f.tree.subtree(2, 16));
  frontier.append(f.leaves[68]);
  frontier.append(f.leaves[69]);
  EXPECT_EQ(frontier.root(), f.tree.root());
}

TEST(Merkle, InclusionProvesTheRightLeafAtTheRightPlaceOnly) {
  const Fixture f;
  for (std::uint64_t n = 1; n <= size_max; ++n) {
    const Hash root = f.tree.root_at(n);
    for (std::uint64_t i = 0; i < n; ++i) {
      auto proof = f.tree.inclusion(i, n);
      ASSERT_EQ(proof, path(i, f.first(n)));
      ASSERT_TRUE(verify_inclusion(f.leaves[i], i, n, proof, root));
      ASSERT_FALSE(verify_inclusion(spoiled(f.leaves[i]), i, n, proof, root));
      ASSERT_FALSE(verify_inclusion(f.leaves[i], i, n, proof, spoiled(root)));
      ASSERT_FALSE(verify_inclusion(f.leaves[i], i, n, joined(proof, root), root));
      for (std::uint64_t j = 0; j <= n; ++j)
        if (j != i) {
          ASSERT_FALSE(verify_inclusion(f.leaves[i], j, n, proof, root));
        }
      for (auto& hash : proof) {
        hash = spoiled(hash);
        ASSERT_FALSE(verify_inclusion(f.leaves[i], i, n, proof, root));
        hash = spoiled(hash);
      }
      if (!proof.empty()) {
        proof.pop_back();
        ASSERT_FALSE(verify_inclusion(f.leaves[i], i, n, proof, root));
      }
    }
  }
}

// Another size may ask for a path of the same shape; then the root it belongs to is another.
TEST(Merkle, InclusionHoldsForItsOwnSizeOnly) {
  const Fixture f;
  for (std::uint64_t n = 1; n <= size_max; ++n)
    for (std::uint64_t i = 0; i < n; ++i) {
      const auto proof = f.tree.inclusion(i, n);
      for (std::uint64_t other = 0; other <= size_max; ++other)
        if (other != n) {
          ASSERT_FALSE(verify_inclusion(f.leaves[i], i, other, proof, f.tree.root_at(other)));
        }
    }
}

TEST(Merkle, ConsistencyProvesTheRightPairOnly) {
  const Fixture f;
  for (std::uint64_t to = 1; to <= size_max; ++to)
    for (std::uint64_t from = 1; from <= to; ++from) {
      const Hash old_root = f.tree.root_at(from);
      const Hash new_root = f.tree.root_at(to);
      auto proof = f.tree.consistency(from, to);
      ASSERT_EQ(proof, subproof(from, f.first(to), true));
      ASSERT_TRUE(verify_consistency(from, old_root, to, new_root, proof));
      ASSERT_FALSE(verify_consistency(from, spoiled(old_root), to, new_root, proof));
      ASSERT_FALSE(verify_consistency(from, old_root, to, spoiled(new_root), proof));
      ASSERT_FALSE(verify_consistency(from, old_root, to, new_root, joined(proof, new_root)));
      for (std::uint64_t other = 1; other <= size_max; ++other) {
        if (other != from) {
          ASSERT_FALSE(verify_consistency(other, f.tree.root_at(other), to, new_root, proof));
        }
        if (other != to) {
          ASSERT_FALSE(verify_consistency(from, old_root, other, f.tree.root_at(other), proof));
        }
      }
      for (auto& hash : proof) {
        hash = spoiled(hash);
        ASSERT_FALSE(verify_consistency(from, old_root, to, new_root, proof));
        hash = spoiled(hash);
      }
      if (!proof.empty()) {
        proof.pop_back();
        ASSERT_FALSE(verify_consistency(from, old_root, to, new_root, proof));
      }
    }
}

TEST(Merkle, TheEmptyTreeIsConsistentWithEveryTree) {
  const Fixture f;
  EXPECT_TRUE(f.tree.consistency(0, 9).empty());
  EXPECT_TRUE(verify_consistency(0, empty_root(), 9, f.tree.root_at(9), {}));
  EXPECT_FALSE(verify_consistency(0, f.tree.root_at(9), 9, f.tree.root_at(9), {}));
  EXPECT_FALSE(verify_inclusion(f.leaves[0], 0, 0, {}, empty_root()));
}

}  // namespace
}  // namespace halligan::ledger
