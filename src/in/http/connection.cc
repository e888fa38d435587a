#include "in/http/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <exception>

#include "base/must.h"
#include "in/http/refusals.h"

namespace halligan::in::http {
namespace {

constexpr std::size_t chunk_bytes = 64 * 1024;       // of a body between two looks at its lease
constexpr std::size_t short_body_bytes = 16 * 1024;  // goes out with its head in one write

// IMF-fixdate, made once a second and thread.
std::string_view date_now() {
  thread_local std::time_t made_at = 0;
  thread_local std::array<char, 40> text{};
  thread_local std::size_t size = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made_at) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    made_at = now;
  }
  return {text.data(), size};
}

}  // namespace

Connection::Connection(Edge& edge, int socket, const TlsContext& tls, Address address)
    : edge_(edge),
      socket_(socket),
      transport_(socket, tls),
      address_(std::move(address)),
      parser_(edge.options.request),
      since_(Clock::now()),
      deadline_(Clock::time_point::max().time_since_epoch().count()) {
  set_deadline(since_ + edge_.options.header_time);
}

Connection::~Connection() { MUST(phase_ == Phase::closed); }

bool Connection::enter_registry() {
  const std::lock_guard lock{edge_.registry_mutex};
  const auto known = edge_.peers.find(address_.peer);
  const Peer* peer = known == edge_.peers.end() ? nullptr : known->second.get();
  const bool peer_full = peer != nullptr && peer->connections >= edge_.options.connections_peer_max;
  const bool full = edge_.registry.size() - edge_.leaving >= edge_.options.connections_max;
  if ((peer_full || full) && !make_room(edge_, peer_full ? peer : nullptr)) {
    ++edge_.counters.connections_refused;
    phase_ = Phase::closed;
    return false;
  }
  auto& mine = edge_.peers[address_.peer];
  if (mine == nullptr) mine = std::make_shared<Peer>(address_.peer);
  peer_ = mine;
  ++peer_->connections;
  edge_.registry.insert(this);
  fresh_place_ = edge_.fresh.insert(edge_.fresh.end(), this);
  fresh_ = true;
  ++edge_.counters.connections;
  ++edge_.counters.connections_open;
  return true;
}

bool Connection::make_room(Edge& edge, const Peer* of) {
  const auto theirs = [&](const Connection* each) {
    return of == nullptr || each->peer_.get() == of;
  };
  const auto oldest = std::ranges::find_if(edge.fresh, theirs);
  if (oldest != edge.fresh.end()) {
    (*oldest)->make_way(true);
    return true;
  }
  Connection* longest = nullptr;
  for (auto* each : edge.registry)
    if (theirs(each) && each->waiting_ && !each->leaving_ &&
        (longest == nullptr || each->deadline_.load() < longest->deadline_.load()))
      longest = each;
  if (longest != nullptr) {
    longest->make_way(false);
    return true;
  }
  // Somebody at work goes before somebody's screen, which asks again.
  const auto screen = std::ranges::find_if(
      edge.streams, [&](const Connection* each) { return theirs(each) && !each->leaving_; });
  if (screen == edge.streams.end()) return false;
  (*screen)->make_way(true);
  return true;
}

void Connection::make_way(bool at_once) {
  ++edge_.counters.connections_dropped;
  leaving_ = true;
  ++edge_.leaving;
  leave_peer();
  if (fresh_) edge_.fresh.erase(fresh_place_);
  fresh_ = false;
  overdue_ = true;
  if (at_once)
    reset_socket(socket_);
  else
    ::shutdown(socket_, SHUT_RD);
}

void Connection::leave_peer() {
  if (--peer_->connections == 0) edge_.peers.erase(peer_->name);
}

void Connection::brought_something() {
  if (!fresh_) return;
  const std::lock_guard lock{edge_.registry_mutex};
  if (fresh_) edge_.fresh.erase(fresh_place_);
  fresh_ = false;
}

void Connection::sweep(Clock::time_point now) {
  const bool late = now.time_since_epoch().count() >= deadline_.load();
  if (streaming_) {
    if (late || edge_.stopping) nudge();
    if (late) no_deadline();  // it sets the next one
    return;
  }
  const bool over = watched_ != nullptr && watched_->over();
  if (!late && !over && !(edge_.stopping && idle_)) return;
  if (late) ++edge_.counters.timeouts;
  overdue_ = true;
  no_deadline();
  // Wakes the owner. While it receives, it may still answer 408; while it sends, nothing more
  // leaves.
  if (sending_) {
    reset_socket(socket_);
  } else {
    ::shutdown(socket_, SHUT_RD);
  }
}

void Connection::cut() {
  overdue_ = true;
  reset_socket(socket_);
}

void Connection::set_deadline(Clock::time_point at) { deadline_ = at.time_since_epoch().count(); }
void Connection::no_deadline() { set_deadline(Clock::time_point::max()); }

void Connection::start() {
  may_read_ = true;
  drive();
}

void Connection::woken() {
  may_read_ = true;
  drive();
}

void Connection::drive() {
  while (step() == Next::go_on) {
  }
}

Connection::Next Connection::step() {
  switch (phase_) {
    case Phase::handshake: return shake_hands();
    case Phase::receive: return receive();
    case Phase::send: return send();
    case Phase::stream: return stream();
    case Phase::linger: return linger();
    case Phase::admit:
    case Phase::handle:
    case Phase::closed: return Next::stop;
  }
  base::stop("phase outside its enum", __FILE__, __LINE__);
}

Connection::Next Connection::park(Io io) {
  wait(io == Io::want_write ? Direction::write : Direction::read);
  return Next::stop;
}

Connection::Next Connection::end() {
  close();
  return Next::stop;
}

Connection::Next Connection::shake_hands() {
  if (overdue_) return end();
  const Io io = transport_.handshake();
  if (io == Io::want_read || io == Io::want_write) return park(io);
  if (io == Io::done) {
    phase_ = Phase::receive;
    return Next::go_on;
  }
  if (!transport_.spoken_to_plainly()) return end();
  const Response response = problem(refusals::not_tls);  // said past TLS, which has not begun
  const auto text =
      *head_text(response, {.close = true, .date = date_now()}) + std::string{body_text(response)};
  ::send(socket_, text.data(), text.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  begin_linger();
  return Next::go_on;
}

Connection::Next Connection::receive() {
  thread_local std::array<char, chunk_bytes> scratch;
  for (;;) {
    if (overdue_) return receive_overdue();
    if (!in_.empty()) {
      if (!begun_ && !first_) since_ = Clock::now();
      begun_ = true;
      idle_ = false;
      if (const auto next = digest()) return *next;
    }
    Moved moved{Io::want_read};
    if (may_read_ || transport_.holds_input()) moved = transport_.read(scratch);
    if (moved.io == Io::closed || moved.io == Io::failed)
      return overdue_ ? receive_overdue() : end();
    if (moved.io != Io::done) {
      may_read_ = false;
      arm_receive();
      return park(moved.io);
    }
    edge_.counters.bytes_in += moved.bytes;
    in_.append(scratch.data(), moved.bytes);
  }
}

void Connection::arm_receive() {
  waiting_ = !admitted_;
  const auto& options = edge_.options;
  if (parser_.state() == RequestParser::State::body) {
    const std::chrono::milliseconds earned{parser_.body_bytes() * 1'000 / options.body_rate_min};
    set_deadline(since_ + std::min(options.body_time, options.body_grace + earned));
    return;
  }
  const bool idle = !begun_ && !first_;
  set_deadline(idle ? Clock::now() + options.idle_time : since_ + options.header_time);
  idle_ = !begun_;
}

Connection::Next Connection::receive_overdue() {
  if (!begun_) return end();
  return refuse(refusals::too_slow, false);
}

std::optional<Connection::Next> Connection::digest() {
  using State = RequestParser::State;
  while (!in_.empty()) {
    const State before = parser_.state();
    const std::size_t used = parser_.feed(in_);
    in_.erase(0, used);
    hold_bytes(parser_.body_bytes());
    if (held_ > edge_.options.small_body_bytes &&
        (edge_.counters.buffered_bytes > edge_.options.buffered_bytes_max ||
         peer_->body_bytes > edge_.options.buffered_bytes_peer_max)) {
      ++edge_.counters.overloads;
      return refuse(refusals::overloaded, false);
    }
    switch (parser_.state()) {
      case State::complete: return dispatch();
      case State::refused: return refuse(parser_.refusal(), false);
      case State::head:
        if (used == 0) return std::nullopt;
        break;
      case State::body:
        if (must_ask()) return ask_admission();
        if (before == State::head)
          begin_body();
        else if (used == 0)
          return std::nullopt;
        break;
    }
  }
  return std::nullopt;
}

void Connection::begin_body() {
  since_ = Clock::now();
  // The socket's buffer is empty here: the few bytes go out whole or the connection is lost anyway.
  if (in_.empty() && parser_.expects_continue()) transport_.write("HTTP/1.1 100 Continue\r\n\r\n");
}

bool Connection::must_ask() const {
  return edge_.options.admit && !admitted_ &&
         parser_.body_bytes_told() > edge_.options.small_body_bytes;
}

Connection::Next Connection::ask_admission() {
  waiting_ = false;
  no_deadline();
  phase_ = Phase::admit;
  if (edge_.pool->submit(shared_from_this(), urgency())) return Next::stop;
  ++edge_.counters.overloads;
  return refuse(refusals::overloaded, false);
}

Urgency Connection::urgency() const {
  const auto& ask = edge_.options.urgency;
  return ask ? ask(parser_.request()) : Urgency::immediate;
}

void Connection::admit() {
  std::optional<Response> refused;
  try {
    refused = edge_.options.admit(parser_.request());
  } catch (const std::exception&) {
    ++edge_.counters.handler_failures;
    refused = problem(refusals::handler_failed);
  }
  phase_ = Phase::receive;
  if (!refused) {
    admitted_ = true;
    brought_something();
    begin_body();
    return;
  }
  const bool head_only = parser_.method() == "HEAD";
  begun_ = false;  // it will not be read to its end
  answer(*std::move(refused), head_only, false);
}

Connection::Next Connection::dispatch() {
  waiting_ = false;
  brought_something();
  ++edge_.counters.requests;
  no_deadline();
  phase_ = Phase::handle;
  if (edge_.pool->submit(shared_from_this(), urgency())) return Next::stop;
  ++edge_.counters.overloads;
  return refuse(refusals::overloaded, true);
}

void Connection::waited_too_long() {
  ++edge_.counters.overloads;
  refuse(refusals::overloaded, phase_ == Phase::handle);
  drive();
}

// The request was whole (may_go_on), or the connection cannot be read on from here.
Connection::Next Connection::refuse(const Problem& why, bool may_go_on) {
  ++edge_.counters.refusals;
  Response response = problem(why);
  if (why.status == 503) response.headers.push_back({"Retry-After", "1"});
  const bool head_only = parser_.method() == "HEAD";
  begun_ = may_go_on;
  answer(std::move(response), head_only, may_go_on && parser_.keep_alive());
  return Next::go_on;
}

void Connection::run() {
  if (phase_ == Phase::admit) {
    admit();
    return drive();
  }
  const bool keep = parser_.keep_alive();
  const bool head_only = parser_.method() == "HEAD";
  auto response = handle(parser_.take());
  hold_bytes(0);
  answer(std::move(response), head_only, keep);
  if (phase_ == Phase::stream) return begin_stream();
  drive();
}

Response Connection::handle(Request request) {
  request.peer_address = address_.text;
  request.peer_network = address_.peer;
  request.tls = transport_.tls();
  request.client_certificate = transport_.client_certificate();
  try {
    return edge_.handler(request);
  } catch (const std::exception&) {  // out of memory, most likely: one request is lost, not all
    ++edge_.counters.handler_failures;
    return problem(refusals::handler_failed);
  }
}

void Connection::answer(Response response, bool head_only, bool keep) {
  response_ = std::move(response);
  record_owed_ = std::holds_alternative<ReleasedRecord>(response_.body);
  const bool streams = std::holds_alternative<EventStream>(response_.body) && !head_only;
  keep_ = keep && !streams && !overdue_ && !edge_.stopping;
  overdue_ = false;
  sent_ = renewed_at_ = head_bytes_ = 0;
  auto head = head_text(response_, {.close = !keep_, .date = date_now()});
  if (!head) {  // the handler's answer cannot be sent
    ++edge_.counters.handler_failures;
    head = answer_instead(refusals::handler_failed);
  } else if (!head_only && !hold_answer(body_text(response_).size())) {
    ++edge_.counters.overloads;
    head = answer_instead(refusals::overloaded);
  }
  ++edge_.counters.answers[static_cast<std::size_t>(response_.status / 100)];
  lead_ = std::move(*head);
  head_bytes_ = lead_.size();
  if (streams && std::holds_alternative<EventStream>(response_.body)) {
    phase_ = Phase::stream;
    return;
  }
  rest_ = head_only || !may_have_body(response_.status) ? std::string_view{} : body_text(response_);
  if (rest_.size() <= short_body_bytes) {
    lead_.append(rest_);
    rest_ = {};
  }
  phase_ = Phase::send;
  sending_ = true;
  answered_at_ = Clock::now();
  arm_send();
}

// What was to be sent is not; its record hears of it.
std::string Connection::answer_instead(const Problem& why) {
  finish_record(app::Done::cut);
  response_ = problem(why);
  if (why.status == 503) response_.headers.push_back({"Retry-After", "1"});
  return *head_text(response_, {.close = !keep_, .date = date_now()});
}

// Those who read slowly share what memory there is for answers; small ones always fit, and what is
// part of the program takes none.
bool Connection::hold_answer(std::size_t bytes) {
  if (bytes <= chunk_bytes || std::holds_alternative<BuiltIn>(response_.body)) return true;
  answer_held_ = bytes;
  const auto all = edge_.counters.answer_bytes += bytes;
  const auto theirs = peer_->answer_bytes += bytes;
  if (all <= edge_.options.answer_bytes_max && theirs <= edge_.options.answer_bytes_peer_max)
    return true;
  release_answer();
  return false;
}

void Connection::release_answer() {
  if (answer_held_ == 0) return;
  edge_.counters.answer_bytes -= answer_held_;
  peer_->answer_bytes -= answer_held_;
  answer_held_ = 0;
}

// Time for the next 64 KiB, as long as all of them together are not too slow.
void Connection::arm_send() {
  const auto& options = edge_.options;
  const std::chrono::milliseconds earned{sent_ * 1'000 / options.write_rate_min};
  set_deadline(std::min(Clock::now(), answered_at_ + earned) + options.write_time);
}

std::string_view Connection::piece() const {
  const std::string_view lead{lead_};
  if (sent_ < lead.size()) return lead.substr(sent_);
  const std::size_t at = sent_ - lead.size();
  return rest_.substr(at, chunk_bytes - at % chunk_bytes);
}

std::uint64_t Connection::body_sent() const {
  return sent_ > head_bytes_ ? sent_ - head_bytes_ : 0;
}

Connection::Next Connection::send() {
  const auto* record = std::get_if<ReleasedRecord>(&response_.body);
  for (;;) {
    const auto next = piece();
    if (next.empty()) return sent();
    if (record != nullptr && record->lease != nullptr && record->lease->over())
      return abort(app::Done::cut);
    if (overdue_) return abort(edge_.stopping ? app::Done::cut : app::Done::client_gone);
    const Moved moved = transport_.write(next);
    if (moved.io == Io::closed || moved.io == Io::failed) return abort(app::Done::client_gone);
    if (moved.io != Io::done) {
      watch_lease(true);
      return park(moved.io);
    }
    watch_lease(false);
    sent_ += moved.bytes;
    edge_.counters.bytes_out += moved.bytes;
    if (sent_ - renewed_at_ >= chunk_bytes) {
      renewed_at_ = sent_;
      arm_send();
    }
  }
}

// While the client does not take the body, sweep() looks at its lease.
void Connection::watch_lease(bool on) {
  const auto* record = std::get_if<ReleasedRecord>(&response_.body);
  if (record == nullptr || record->lease == nullptr || on == (watched_ != nullptr)) return;
  const std::lock_guard lock{edge_.registry_mutex};
  watched_ = on ? record->lease : nullptr;
}

Connection::Next Connection::sent() {
  sending_ = false;
  finish_record(app::Done::whole);
  response_ = {};
  rest_ = {};
  release_answer();
  hold_bytes(0);
  const bool whole = begun_;  // the request was read to its end
  begun_ = false;
  if (!keep_) {
    if (whole && in_.empty()) return end();
    begin_linger();
    return Next::go_on;
  }
  parser_.reset();
  first_ = may_read_ = admitted_ = false;
  phase_ = Phase::receive;
  return Next::go_on;
}

// Closing with bytes unread would reset the connection before the client has seen the answer.
void Connection::begin_linger() {
  in_.clear();
  set_deadline(Clock::now() + edge_.options.linger_time);
  idle_ = true;
  transport_.say_goodbye();
  phase_ = Phase::linger;
}

Connection::Next Connection::linger() {
  std::array<char, 4096> waste;
  for (;;) {
    if (overdue_) return end();
    const auto got = ::recv(socket_, waste.data(), waste.size(), MSG_DONTWAIT);
    if (got > 0) continue;
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return park(Io::want_read);
    return end();
  }
}

Connection::Next Connection::abort(app::Done how) {
  if (how == app::Done::cut) ++edge_.counters.cuts;
  transport_.reset_on_close();
  finish_record(how);
  phase_ = Phase::closed;
  close();
  return Next::stop;
}

void Connection::finish_record(app::Done how) {
  if (!record_owed_) return;
  record_owed_ = false;
  const auto& record = std::get<ReleasedRecord>(response_.body);
  if (record.on_done) record.on_done(body_sent(), how);
}

void Connection::hold_bytes(std::size_t bytes) {
  if (bytes == held_) return;
  edge_.counters.buffered_bytes += bytes;
  edge_.counters.buffered_bytes -= held_;
  peer_->body_bytes += bytes;
  peer_->body_bytes -= held_;
  held_ = bytes;
}

void Connection::close() {
  const bool politely = phase_ != Phase::closed;
  phase_ = Phase::closed;
  hold_bytes(0);
  release_answer();
  finish_record(app::Done::client_gone);
  if (const auto* events = std::get_if<EventStream>(&response_.body)) events->source->when_more({});
  {
    const std::lock_guard lock{edge_.registry_mutex};
    watched_ = nullptr;
    edge_.registry.erase(this);
    if (fresh_) edge_.fresh.erase(fresh_place_);
    fresh_ = false;
    if (streaming_) {
      edge_.streams.erase(stream_place_);
      --edge_.counters.streams_open;
    }
    if (leaving_)
      --edge_.leaving;
    else
      leave_peer();
    --edge_.counters.connections_open;
  }
  if (politely) transport_.say_goodbye();
  close_socket();
  response_ = {};  // a source that nobody hears gives its place free
}

}  // namespace halligan::in::http
