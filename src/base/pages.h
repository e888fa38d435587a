// pages.h - memory for lists that only grow and are seldom read again.
//
// Where it lies is its maker's affair: on the heap, or in a file, whose memory the system takes
// back when it needs it. What is written stays where it is until the maker is gone.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace halligan {

class Pages {
 public:
  static constexpr std::size_t page_bytes = 32 * 1024;

  Pages() = default;
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  virtual ~Pages() = default;
  virtual void* page() = 0;      // page_bytes, aligned for anything
  virtual void full(void*) = 0;  // is from now on only read
};

class HeapPages final : public Pages {
 public:
  void* page() override {
    pages_.push_back(std::make_unique_for_overwrite<Page>());
    return pages_.back().get();
  }
  void full(void*) override {}

 private:
  struct Page {
    alignas(std::max_align_t) std::byte bytes[page_bytes];
  };
  std::vector<std::unique_ptr<Page>> pages_;
};

// A list in pages. They must outlive it.
template <class T>
class PagedList {
 public:
  explicit PagedList(Pages& pages) : from_(&pages) {}

  std::size_t size() const { return size_; }
  const T& operator[](std::size_t index) const { return pages_[index / on_page][index % on_page]; }
  void push_back(const T& value) {
    if (size_ == pages_.size() * on_page) pages_.push_back(static_cast<T*>(from_->page()));
    std::construct_at(pages_.back() + size_ % on_page, value);
    if (++size_ % on_page == 0) from_->full(pages_.back());
  }

 private:
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
  static constexpr std::size_t on_page = Pages::page_bytes / sizeof(T);
  Pages* from_;
  std::vector<T*> pages_;
  std::size_t size_ = 0;
};

}  // namespace halligan
