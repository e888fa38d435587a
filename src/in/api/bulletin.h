// bulletin.h - who listens for events (GET /api/v1/events), and what waits to be sent to each.
//
// The writer tells what is durable, the thread of the connections takes what waits; neither waits
// for the other. No event carries anything of a patient: they say what to ask for again.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "app/house.h"
#include "in/http/event_source.h"

namespace halligan::in::api {

class Bulletin final : public app::NewsBoard {
 public:
  // On the writer. Null where the session, or its person, listens too often already. Whoever lets
  // go of the source listens no more.
  std::shared_ptr<http::EventSource> listen(const app::Listener& listener,
                                            std::shared_ptr<const app::House::Watch> watch);

  void tell(const std::vector<app::NewsItem>& all, const app::State& state) override;
  void fall_silent() override;

 private:
  class Ear;
  std::vector<std::shared_ptr<Ear>> ears();

  std::mutex mutex_;
  std::vector<std::weak_ptr<Ear>> ears_;
};

}  // namespace halligan::in::api
