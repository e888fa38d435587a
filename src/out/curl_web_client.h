// curl_web_client.h - needs/web_client.h by libcurl.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "needs/web_client.h"

namespace halligan::out {

class CurlWebClient final : public needs::WebClient {
 public:
  CurlWebClient();
  ~CurlWebClient() override;

  Result<needs::WebAnswer> send(const needs::WebRequest& request) override;

 private:
  struct Handle;
  std::unique_ptr<Handle> take();
  void give_back(std::unique_ptr<Handle> handle);

  std::mutex mutex_;
  std::vector<std::unique_ptr<Handle>> idle_;  // with the connections that they keep open
};

}  // namespace halligan::out
