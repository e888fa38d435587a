// index_feeder.h - keeps the derived index behind the ledger: a thread that reads what is durable
// and adds it, never in anybody's way. Where the index cannot be kept, the server goes on without
// it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "app/house.h"
#include "out/sqlite_index.h"

namespace halligan::bin {

class IndexFeeder {
 public:
  struct Parts {
    out::Path path;
    app::Desk& desk;
    std::function<void(const std::string&)> complain;
  };
  static std::unique_ptr<IndexFeeder> start(Parts parts);

  needs::AccessIndex* index() const { return index_.get(); }  // null: none can be had

 private:
  explicit IndexFeeder(Parts parts) : parts_(std::move(parts)) {}

  Parts parts_;
  std::unique_ptr<out::SqliteIndex> index_;
  std::jthread thread_;
};

}  // namespace halligan::bin
