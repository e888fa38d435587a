// https_record_source.h - the system that holds the records, reached over HTTP/1.1 or HTTPS.
//
// Keeps connections open and reuses them. Never follows a redirect, never decodes an encoding,
// never takes an answer whose length is in doubt; a request goes out once, except a GET whose
// reused connection died before the first byte of an answer. The credential is sent and never
// printed.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/limits.h"
#include "base/result.h"
#include "needs/record_source.h"

namespace halligan::out {

struct RecordSourceOptions {
  std::string base_url{};  // "https://fhir.hospital.example/r4"
  std::string
      credential_file{};  // sent as Authorization: Bearer; empty: none. Read again when it changes
  std::chrono::milliseconds credential_looked_at_every{1'000};
  std::string ca_file{};  // PEM, trusted alone; empty: the system's
  std::chrono::milliseconds connect_time =
      limits::upstream_connect_time_max;  // with the TLS handshake
  std::chrono::milliseconds answer_time = limits::upstream_answer_time_max;  // to the last byte
  std::chrono::milliseconds idle_time{30'000};  // an older connection is not used again
  std::size_t idle_max = 64;
};

class HttpsRecordSource final : public needs::RecordSource {
 public:
  static Result<std::unique_ptr<HttpsRecordSource>> open(RecordSourceOptions options);
  ~HttpsRecordSource() override;

  Result<needs::RecordAnswer> send(const needs::RecordRequest& request) override;
  std::string base() const override;

 private:
  class Impl;
  explicit HttpsRecordSource(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace halligan::out
