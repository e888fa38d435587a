// event_push.h - tells receivers that sessions and glass ended (app/receivers.h), by RFC 8935: one
// signed event a request, in order, again until it is taken, each receiver by a thread of its own,
// so that one that does not answer keeps nobody else waiting.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <thread>

#include "in/api/api.h"
#include "needs/web_client.h"

namespace halligan::bin {

class EventPush {
 public:
  struct Parts {
    in::api::Api& api;
    needs::WebClient& web;
    std::function<void(const std::string&)> complain;  // one line for the log
  };
  explicit EventPush(Parts parts);

 private:
  void tell(const std::stop_token& stop, const std::string& receiver);

  const Parts parts_;
  std::map<std::string, std::jthread> tellers_;  // of the thread below alone
  std::jthread thread_;
};

}  // namespace halligan::bin
