// room.h - how many bytes of records are in memory at once, of everybody together and of each
// session: whoever asks for much, or reads slowly, takes no room from others.
//
// BOUNDS  limits::held_bytes_max, limits::held_bytes_session_max. What is small is counted, and
//         taken though there is no room: who opens one record in an emergency is not kept waiting.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace halligan::in::fhir {

class Room {
  struct Book {
    std::mutex mutex;
    std::size_t all = 0;
    std::unordered_map<std::string, std::size_t> of_session;
  };

 public:
  // Bytes that are held; they are given back when this goes.
  class Hold {
   public:
    Hold() = default;  // of no room: takes what it is told to
    Hold(Hold&&) noexcept = default;
    Hold& operator=(Hold&& other) noexcept;
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() { give_back(); }

    // So many altogether; false: there is no room for more, and it stays as it was.
    bool grow(std::size_t bytes);
    // So many altogether, whether there is room or not: they are there already.
    void keep(std::size_t bytes);
    Hold beside() const { return Hold{book_, session_}; }  // of the same session, of nothing yet

   private:
    friend class Room;
    Hold(std::shared_ptr<Book> book, std::string session)
        : book_(std::move(book)), session_(std::move(session)) {}
    void give_back() noexcept;
    bool take(std::size_t bytes, bool always);

    std::shared_ptr<Book> book_;
    std::string session_;
    std::size_t bytes_ = 0;
  };

  Hold of(const std::string& session) const { return Hold{book_, session}; }
  std::size_t held() const;

 private:
  std::shared_ptr<Book> book_ = std::make_shared<Book>();
};

}  // namespace halligan::in::fhir
