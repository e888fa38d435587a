// parts.h - requests that come together in one Bundle, and their answers as one.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "in/fhir/body.h"
#include "in/fhir/target.h"
#include "in/http/message.h"

namespace halligan::in::fhir {

// As if it had come alone, of who sent `around`.
http::Request lone_request(const BatchRequest& from, const http::Request& around);
// Nothing where it may be served as if it had come alone.
std::optional<NotAllowed> not_in_a_batch(const BatchRequest& request, const Target& target);

// What was answered is not sent, and its entries say so. That something was written stays told: who
// hears "no" writes it once more.
void take_back(http::Response& answer, const std::string& method, http::Response instead);
// The same, of a part whose right has ended since.
void take_back_what_ended(http::Response& answer, const std::string& method);

// The answers as one, in order. Its right is over when that of one part is.
class Answers {
 public:
  explicit Answers(std::string_view type);  // "batch-response" ...
  void add(const http::Response& answer);
  http::Response whole() &&;

 private:
  struct Part {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::function<void(std::uint64_t, app::Done)> on_done;
  };
  void text(std::string what);

  bool first_ = true;
  std::uint64_t size_ = 0;
  std::vector<Part> parts_;
  std::vector<std::shared_ptr<const app::Lease>> leases_;
  std::vector<std::variant<std::string, app::Released>> pieces_;
};

}  // namespace halligan::in::fhir
