#include "in/fhir/room.h"

#include <utility>

#include "base/limits.h"

namespace halligan::in::fhir {

Room::Hold& Room::Hold::operator=(Hold&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  book_ = std::move(other.book_);
  session_ = std::move(other.session_);
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

bool Room::Hold::grow(std::size_t bytes) {
  return bytes <= bytes_ || take(bytes, bytes <= limits::held_bytes_small);
}

void Room::Hold::keep(std::size_t bytes) { (void)take(bytes, true); }  // cannot be refused

bool Room::Hold::take(std::size_t bytes, bool always) {
  if (book_ == nullptr) return true;
  const std::lock_guard lock{book_->mutex};
  auto& mine = book_->of_session[session_];
  const auto all = book_->all - bytes_ + bytes;
  const auto of_session = mine - bytes_ + bytes;
  if (!always && (all > limits::held_bytes_max || of_session > limits::held_bytes_session_max))
    return false;
  book_->all = all;
  mine = of_session;
  bytes_ = bytes;
  return true;
}

void Room::Hold::give_back() noexcept {
  if (book_ == nullptr || bytes_ == 0) return;
  const std::lock_guard lock{book_->mutex};
  book_->all -= bytes_;
  const auto mine = book_->of_session.find(session_);
  if (mine == book_->of_session.end()) return;
  mine->second -= bytes_;
  if (mine->second == 0) book_->of_session.erase(mine);
  bytes_ = 0;
}

std::size_t Room::held() const {
  const std::lock_guard lock{book_->mutex};
  return book_->all;
}

}  // namespace halligan::in::fhir
