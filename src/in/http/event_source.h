// event_source.h - what a stream of events (text/event-stream) has to say, whenever there is
// something.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace halligan::in::http {

class EventSource {
 public:
  virtual ~EventSource() = default;

  struct Told {
    std::string text{};  // as it goes on the wire; empty: nothing new
    bool over = false;   // nothing will follow, and the stream ends
  };
  virtual Told take() = 0;
  // `wake` is called, from any thread, when there is something to take again; once until it is
  // taken. None: nobody listens any more, and no call of the former one is still running.
  virtual void when_more(std::function<void()> wake) = 0;
};

struct EventStream {
  std::shared_ptr<EventSource> source;
};

}  // namespace halligan::in::http
