// connection.h - one connection from its first byte to its last: shake hands, receive, handle,
// send.
//
// INVARIANT: exactly one thread owns a connection at any time: the one that was woken for its
// socket, or the worker that runs its request. Only sweep() is called by another, and touches
// nothing but atomics, the socket's shutdown and the lease under the registry's lock.
// INVARIANT: a stream of events is owned by the thread of the connections until it is closed;
// others only post to that thread (nudge).
// INVARIANT: on_done of a released record is called exactly once.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "in/http/message.h"
#include "in/http/request_parser.h"
#include "in/http/server.h"
#include "in/http/transport.h"
#include "in/http/worker_pool.h"

namespace halligan::in::http {

class Connection;

// What the connections of one address share; of IPv6, of one /64.
struct Peer {
  explicit Peer(std::string named) : name(std::move(named)) {}
  const std::string name;
  std::size_t connections = 0;  // under the registry's lock; without those that make room
  std::atomic<std::size_t> body_bytes{0};
  std::atomic<std::size_t> answer_bytes{0};
};

// What all connections of a server share.
struct Edge {
  const ServerOptions& options;
  Handler handler;
  ServerCounters counters;
  WorkerPool* pool = nullptr;
  std::atomic<bool> stopping{false};
  std::mutex registry_mutex;
  // Under the registry's lock:
  std::unordered_set<Connection*> registry;
  std::unordered_map<std::string, std::shared_ptr<Peer>> peers;
  std::list<Connection*> fresh;    // that brought no whole request yet, the oldest first
  std::list<Connection*> streams;  // of events, the oldest first
  std::size_t leaving = 0;         // that make room and are not gone yet
};

class Connection : public Runnable, public std::enable_shared_from_this<Connection> {
 public:
  struct Address {
    std::string text;
    std::string peer;  // what Peer::name says of it
  };
  Connection(Edge& edge, int socket, const TlsContext& tls, Address address);
  ~Connection() override;

  bool enter_registry();   // false: there are too many
  void start();            // the first time
  void woken();            // the socket is ready for what wait() asked
  void run() override;     // a worker: admits the body to come, or answers the request received
  void waited_too_long();  // for a worker, and no worker has it

  using Clock = std::chrono::steady_clock;
  void sweep(Clock::time_point now);  // under the registry's lock
  void cut();                         // under the registry's lock
  void nudged();                      // of a stream: there is something to tell, or to see to

 protected:
  enum class Direction { read, write };
  virtual void wait(Direction direction) = 0;  // calls woken() later; the last thing an owner does
  virtual void end_wait() = 0;                 // woken() comes now
  virtual void nudge() = 0;                    // from any thread: nudged() is called on ours
  virtual void hand_over() = 0;                // woken() is called on the connections' thread
  virtual void close_socket() = 0;
  void close();

 private:
  enum class Phase { handshake, receive, admit, handle, send, stream, linger, closed };
  // The steps say whether to go on. After `stop` the connection may already belong to another
  // thread: nothing of it may be touched.
  enum class Next { go_on, stop };
  void drive();
  Next step();
  Next shake_hands();
  Next receive();
  std::optional<Next> digest();  // nothing: more has to be read
  Next send();
  Next sent();
  Next linger();
  void begin_stream();
  Next stream();
  Next park_stream(Io io);
  bool collect_events();
  Next park(Io io);
  Next end();
  Next abort(app::Done how);
  Next dispatch();
  bool must_ask() const;
  Next ask_admission();
  void admit();
  static bool make_room(Edge& edge, const Peer* of);  // under the registry's lock
  void make_way(bool at_once);                        // under the registry's lock
  void leave_peer();                                  // under the registry's lock
  void brought_something();
  Urgency urgency() const;
  Next refuse(const Problem& why, bool may_go_on);
  Next receive_overdue();
  Response handle(Request request);
  void begin_body();
  void begin_linger();
  void answer(Response response, bool head_only, bool keep);
  std::string answer_instead(const Problem& why);
  bool hold_answer(std::size_t bytes);
  void release_answer();
  void arm_send();
  void finish_record(app::Done how);
  void watch_lease(bool on);
  void hold_bytes(std::size_t bytes);
  void arm_receive();
  void set_deadline(Clock::time_point at);
  void no_deadline();
  std::string_view piece() const;
  std::uint64_t body_sent() const;

  Edge& edge_;
  const int socket_;
  Transport transport_;
  const Address address_;
  std::shared_ptr<Peer> peer_;
  bool leaving_ = false;                          // under the registry's lock
  std::list<Connection*>::iterator fresh_place_;  // under the registry's lock
  std::atomic<bool> fresh_{false};                // changed under the registry's lock
  RequestParser parser_;
  Phase phase_ = Phase::handshake;
  std::string in_;           // received, not yet consumed
  Clock::time_point since_;  // start of what is being received
  bool begun_ = false;       // a byte of the request is here
  bool first_ = true;        // no request was received yet
  bool may_read_ = false;    // asking the socket is worth while
  bool admitted_ = false;    // the body may be large
  std::size_t held_ = 0;     // bytes of body counted in buffered_bytes

  Response response_;
  std::string lead_;  // the head, and the body where it is short
  std::size_t head_bytes_ = 0;
  std::string_view rest_;        // of the body
  std::size_t sent_ = 0;         // of lead_ and rest_
  std::size_t renewed_at_ = 0;   // sent_ when the write deadline was last moved
  std::size_t answer_held_ = 0;  // bytes counted in answer_bytes
  Clock::time_point answered_at_;
  bool keep_ = true;
  bool record_owed_ = false;  // on_done was not called yet

  // A stream of events; lead_ and sent_ are what waits to be sent of it.
  std::list<Connection*>::iterator stream_place_;  // under the registry's lock
  std::atomic<bool> streaming_{false};             // changed under the registry's lock
  bool heard_ = false;                             // its source wakes us
  bool stuck_ = false;                             // waits for the client to take more
  bool over_ = false;                              // its source has said everything
  Clock::time_point alive_at_;
  std::optional<Clock::time_point> blocked_since_;

  std::atomic<Clock::rep> deadline_;
  std::atomic<bool> overdue_{false};
  std::atomic<bool> idle_{false};
  std::atomic<bool> waiting_{false};  // for a request, or the rest of one that is not admitted
  std::atomic<bool> sending_{false};
  std::shared_ptr<const app::Lease> watched_;  // under the registry's lock: the body has stalled
};

}  // namespace halligan::in::http
