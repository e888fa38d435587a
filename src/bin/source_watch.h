// source_watch.h - asks, every 15 seconds, whether the providers and the directory that the policy
// names answer. What that says is written down where it is news; who signs in meanwhile tells it
// sooner.
#pragma once

#include <thread>

#include "in/api/api.h"

namespace halligan::bin {

class SourceWatch {
 public:
  explicit SourceWatch(in::api::Api& api);

 private:
  std::jthread thread_;
};

}  // namespace halligan::bin
