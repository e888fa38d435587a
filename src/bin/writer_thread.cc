#include "bin/writer_thread.h"

#include <optional>
#include <semaphore>

#include "base/limits.h"

namespace halligan::bin {
namespace {

using namespace std::chrono_literals;

constexpr auto tick = 100ms;
constexpr auto open_again_after = 2s;

// One for each thread that asks: it outlives the job, so waking up races with nothing.
std::binary_semaphore& done_signal() {
  thread_local std::binary_semaphore signal{0};
  return signal;
}

}  // namespace

struct WriterThread::Job {
  const std::function<void(app::House&, const Now&)>& work;
  std::optional<Result<app::Durable>> answer;
  std::binary_semaphore& done;
};

Result<std::unique_ptr<WriterThread>> WriterThread::start(Parts parts) {
  auto writer = std::unique_ptr<WriterThread>{new WriterThread{std::move(parts)}};
  const auto opened = writer->open();
  if (!opened) return opened.fault();
  writer->thread_ = std::thread{[raw = writer.get()] { raw->loop(); }};
  return writer;
}

WriterThread::~WriterThread() {
  {
    const std::lock_guard lock{mutex_};
    stop_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Result<Unit> WriterThread::open() {
  auto store = parts_.open_store();
  if (!store) return store.fault();
  auto house = app::House::open({.store = **store,
                                 .vault = parts_.vault,
                                 .dice = parts_.dice,
                                 .clock = parts_.clock,
                                 .snapshots = parts_.snapshots},
                                parts_.version);
  if (!house) return house.fault();
  house_ = std::move(*house);
  const std::lock_guard lock{mutex_};
  store_ = std::move(*store);
  return Unit{};
}

std::shared_ptr<needs::EntryStore> WriterThread::store() const {
  const std::lock_guard lock{mutex_};
  return store_;
}

Result<app::Durable> WriterThread::run(const std::function<void(app::House&, const Now&)>& work) {
  Job job{.work = work, .answer = {}, .done = done_signal()};
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    if (stop_) return Fault{FaultCode::cancelled, "the server is stopping"};
    waiting_.push_back(&job);
    first = waiting_.size() == 1;
  }
  if (first) wake_.notify_one();  // otherwise whoever came first has woken the writer
  job.done.acquire();
  return std::move(*job.answer);
}

void WriterThread::stop_serving(const std::string& why) {
  {
    const std::lock_guard lock{mutex_};
    stopped_ = why;
  }
  wake_.notify_one();
}

void WriterThread::loop() {
  std::vector<Job*> jobs;
  bool stopped = false;
  auto ticked = std::chrono::steady_clock::now();
  for (;;) {
    jobs.clear();
    {
      std::unique_lock lock{mutex_};
      wake_.wait_for(lock, tick, [&] { return stop_ || !waiting_.empty(); });
      if (waiting_.empty() && stop_) return;
      jobs.swap(waiting_);
      stopped = !stopped_.empty();
    }
    if (stopped && house_ != nullptr) {
      parts_.complain("nothing is served any more: " + stopped_);
      give_up_house(stopped_);
    }
    const auto now = std::chrono::steady_clock::now();
    if (!stopped && house_ == nullptr && now - opened_again_ >= open_again_after) recover();
    if (house_ != nullptr && now - ticked >= tick) {
      ticked = now;
      house_->keep_time(parts_.clock.now());
    }
    serve(jobs);
  }
}

void WriterThread::serve(std::vector<Job*>& jobs) {
  if (house_ == nullptr) {
    for (auto* job : jobs) {
      job->answer.emplace(Fault{FaultCode::ledger_unavailable, fault_});
      job->done.release();
    }
    return;
  }
  const Now now = parts_.clock.now();
  // What a failed house has decided never came about: nobody asks it anything more.
  for (auto* job : jobs)
    if (!house_->failed()) job->work(*house_, now);
  const auto durable = house_->commit();
  for (auto* job : jobs) {
    job->answer.emplace(durable);
    job->done.release();
  }
  if (durable.ok()) return parts_.board.tell(house_->take_news(), house_->state());
  parts_.complain(std::string{"the ledger cannot be written, nothing is released: "} +
                  name_of(durable.fault().code) + ": " + durable.fault().what);
  give_up_house(durable.fault().what);
}

void WriterThread::give_up_house(const std::string& why) {
  fault_ = why;
  parts_.board.fall_silent();
  house_.reset();
  opened_again_ = std::chrono::steady_clock::now();
}

void WriterThread::recover() {
  opened_again_ = std::chrono::steady_clock::now();
  {
    const std::lock_guard lock{mutex_};
    store_.reset();
  }
  const auto opened = open();
  if (opened) {
    parts_.complain("the ledger was opened again and replayed");
    return;
  }
  fault_ = opened.fault().what;
}

}  // namespace halligan::bin
