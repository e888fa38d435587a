// event_stream.cc - the part of a connection that sends events for as long as it stands.
//
// From the head of the answer on, the thread of the connections owns it: no worker waits with it.
// It waits for one thing at a time, for the client to go or to take more, and is woken from that
// where there is something to tell, or it is time for a sign of life.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>

#include "in/http/connection.h"

namespace halligan::in::http {
namespace {

constexpr std::string_view sign_of_life = ": alive\n\n";

}  // namespace

// The worker's last act: the connection may belong to the other thread before this returns.
void Connection::begin_stream() {
  const unsigned unheard_millis = static_cast<unsigned>(edge_.options.write_time.count());
  ::setsockopt(socket_, IPPROTO_TCP, TCP_USER_TIMEOUT, &unheard_millis, sizeof unheard_millis);
  ++edge_.counters.streams_open;
  alive_at_ = Clock::now() + edge_.options.alive_time;
  set_deadline(alive_at_);
  {
    const std::lock_guard lock{edge_.registry_mutex};
    stream_place_ = edge_.streams.insert(edge_.streams.end(), this);
    streaming_ = true;
  }
  hand_over();
}

Connection::Next Connection::stream() {
  std::array<char, 1024> waste;
  if (!heard_) {
    heard_ = true;
    std::get<EventStream>(response_.body).source->when_more([this] { nudge(); });
  }
  for (;;) {
    if (overdue_ || edge_.stopping) return end();
    if (!collect_events()) return abort(app::Done::client_gone);
    while (sent_ < lead_.size()) {
      const Moved moved = transport_.write(std::string_view{lead_}.substr(sent_));
      if (moved.io == Io::closed || moved.io == Io::failed) return abort(app::Done::client_gone);
      if (moved.io != Io::done) return park_stream(moved.io);
      edge_.counters.bytes_out += moved.bytes;
      sent_ += moved.bytes;
      blocked_since_.reset();
    }
    if (over_) return end();
    // Whoever is gone, or has something to say past the request, is not listening to this.
    const Moved moved = transport_.read(waste);
    if (moved.io != Io::want_read && moved.io != Io::want_write) return end();
    return park_stream(moved.io);
  }
}

Connection::Next Connection::park_stream(Io io) {
  stuck_ = sent_ < lead_.size();
  if (stuck_ && !blocked_since_) blocked_since_ = Clock::now();
  return park(io);
}

// What there is to tell joins what waits. False: the client has not taken what it was told.
bool Connection::collect_events() {
  const auto now = Clock::now();
  lead_.erase(0, std::exchange(sent_, 0));
  auto told = std::get<EventStream>(response_.body).source->take();
  lead_ += told.text;
  over_ = over_ || told.over;
  if (now >= alive_at_) {
    lead_ += sign_of_life;
    alive_at_ = now + edge_.options.alive_time;
  }
  set_deadline(alive_at_);
  const bool stalled = blocked_since_ && now - *blocked_since_ >= edge_.options.write_time;
  if (!stalled && lead_.size() <= limits::event_bytes_waiting_max) return true;
  ++edge_.counters.timeouts;
  return false;
}

// On the thread of the connections, while the connection waits.
void Connection::nudged() {
  if (phase_ != Phase::stream) return;
  if (stuck_ && !overdue_ && !edge_.stopping && collect_events()) return;  // goes on when it can
  if (stuck_)
    abort(app::Done::client_gone);
  else
    end_wait();
}

}  // namespace halligan::in::http
