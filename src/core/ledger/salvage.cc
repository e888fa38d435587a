// salvage.cc - framing first; where a length or an entry is missing, the known hashes find the next
// one.
#include "core/ledger/salvage.h"

#include <algorithm>
#include <map>

#include "core/ledger/entry.h"

namespace halligan::ledger {
namespace {

// A bundle has 256 entries. One cut into many more pieces is junk; going on would cost the square.
constexpr std::size_t pieces_max = 512;

struct Item {
  ByteView bytes;
  Hash leaf{};
  std::optional<std::uint64_t> known;  // the slot with this leaf hash
};

class Salvager {
 public:
  Salvager(ByteView bundle, std::span<const std::optional<Hash>> leaves)
      : bundle_(bundle), width_(leaves.size()) {
    for (std::size_t i = 0; i < leaves.size(); ++i)
      if (leaves[i]) slot_of_.emplace(*leaves[i], i);
  }

  Salvaged run() {
    read_items();
    out_.slots.resize(width_);
    if (items_.size() == width_ && !out_.torn)
      in_order();
    else
      by_hash();
    return std::move(out_);
  }

 private:
  std::optional<ByteView> framed(std::size_t at) const {
    if (bundle_.size() - at < 2) return std::nullopt;
    const std::size_t length = get_u16(bundle_.data() + at);
    if (length == 0 || length > bundle_.size() - at - 2) return std::nullopt;
    return bundle_.subspan(at + 2, length);
  }

  Item item_of(ByteView bytes) const {
    Item item{.bytes = bytes, .leaf = leaf_hash(bytes), .known = {}};
    if (const auto found = slot_of_.find(item.leaf); found != slot_of_.end())
      item.known = found->second;
    return item;
  }

  // Whether reading on from here makes sense: at an entry we know, or in one piece to the very end.
  bool makes_sense(std::size_t at) const {
    const auto next = framed(at);
    if (next && item_of(*next).known) return true;
    for (std::size_t pieces = 0; at < bundle_.size(); ++pieces) {
      const auto bytes = framed(at);
      if (!bytes || pieces == pieces_max) return false;
      at += 2 + bytes->size();
    }
    return true;
  }

  // The next place where an entry that we know begins. Only what looks like an entry is hashed.
  std::size_t next_known(std::size_t at) const {
    for (; at < bundle_.size(); ++at)
      if (const auto bytes = framed(at); bytes && read_clear(*bytes) && item_of(*bytes).known)
        return at;
    return bundle_.size();
  }

  void read_items() {
    for (std::size_t at = 0; at < bundle_.size();) {
      if (items_.size() == pieces_max) {
        ++out_.surplus;
        return;
      }
      const auto bytes = framed(at);
      if (bytes) {
        items_.push_back(item_of(*bytes));
        at += 2 + bytes->size();
        if (items_.back().known || makes_sense(at)) continue;
        items_.pop_back();
        at -= 2 + bytes->size();
      }
      const std::size_t next = next_known(at + 1);
      items_.push_back(item_of(bundle_.subspan(at, next - at)));
      out_.torn = true;
      at = next;
    }
  }

  void put(std::uint64_t slot, const Item& item) {
    out_.slots[slot] = {.bytes = item.bytes, .leaf = item.leaf, .moved_from = {}};
    if (item.known && *item.known != slot) out_.slots[slot].moved_from = item.known;
  }

  void in_order() {
    for (std::size_t i = 0; i < width_; ++i) put(i, items_[i]);
  }

  // The longest run of known entries that stand in their order: an entry put in or moved does not
  // throw the others out.
  std::vector<bool> in_place() const {
    std::vector<std::size_t> tails;  // tails[k]: the item that best ends a run of k + 1
    std::vector<std::size_t> before(items_.size());
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (!items_[i].known) continue;
      const auto at = std::lower_bound(
          tails.begin(), tails.end(), *items_[i].known,
          [&](std::size_t item, std::uint64_t slot) { return *items_[item].known < slot; });
      before[i] = at == tails.begin() ? i : *(at - 1);
      if (at == tails.end())
        tails.push_back(i);
      else
        *at = i;
    }
    std::vector<bool> placed(items_.size());
    for (std::size_t left = tails.size(), i = left == 0 ? 0 : tails.back(); left-- > 0;
         i = before[i])
      placed[i] = true;
    return placed;
  }

  // Entries in their order go to their slots, the others into the gaps between.
  void by_hash() {
    const std::vector<bool> placed = in_place();
    std::uint64_t slot = 0;
    std::vector<Item> between;
    const auto settle = [&](std::uint64_t end) {
      for (const Item& item : between) {
        if (slot < end)
          put(slot++, item);
        else
          ++out_.surplus;
      }
      between.clear();
    };
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (!placed[i]) {
        between.push_back(items_[i]);
        continue;
      }
      settle(*items_[i].known);
      slot = *items_[i].known;
      put(slot++, items_[i]);
    }
    settle(width_);
  }

  ByteView bundle_;
  std::size_t width_;
  std::map<Hash, std::uint64_t> slot_of_;
  std::vector<Item> items_;
  Salvaged out_;
};

}  // namespace

Salvaged salvage(ByteView bundle, std::span<const std::optional<Hash>> leaves) {
  return Salvager{bundle, leaves}.run();
}

}  // namespace halligan::ledger
