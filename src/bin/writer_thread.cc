#include "bin/writer_thread.h"

#include <algorithm>

namespace halligan::bin {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds tick = 100ms;
constexpr auto open_again_after = 2s;
constexpr const char* disk_silent = "the disk of the ledger does not answer";

}  // namespace

// Shared by the writer and whoever asked: the latter may leave while the disk is silent, and only
// then is what `work` refers to gone.
struct WriterThread::Job {
  enum class Stage { waiting, deciding, committing };
  explicit Job(const Work& asked) : work(asked) {}

  void tell(const Result<app::Durable>& what) {
    {
      const std::lock_guard lock{mutex};
      answer.emplace(what);
    }
    told.notify_one();
  }
  bool wait(std::chrono::milliseconds most) {
    std::unique_lock lock{mutex};
    return told.wait_for(lock, most, [&] { return answer.has_value(); });
  }

  const Work& work;
  Stage stage = Stage::waiting;  // under the writer's mutex
  std::mutex mutex;
  std::condition_variable told;
  std::optional<Result<app::Durable>> answer;  // under `mutex`, until it is there
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

Result<app::Durable> WriterThread::run(const Work& work) {
  return wait_for(std::make_shared<Job>(work), false);
}

Result<app::Durable> WriterThread::run_later(const Work& work) {
  return wait_for(std::make_shared<Job>(work), true);
}

bool WriterThread::disk_is_silent() const {
  return committing_since_ && Clock::now() - *committing_since_ >= parts_.answer_time;
}

Result<app::Durable> WriterThread::wait_for(const std::shared_ptr<Job>& job, bool later) {
  bool first = false;
  {
    const std::lock_guard lock{mutex_};
    if (stop_) return Fault{FaultCode::cancelled, "the server is stopping"};
    if (fault_) return Fault{FaultCode::ledger_unavailable, *fault_};
    if (disk_is_silent()) return Fault{FaultCode::ledger_unavailable, disk_silent};
    first = waiting_.empty() && later_.empty();
    if (later)
      later_.push_back(job);
    else
      waiting_.push_back(job);
  }
  if (first) wake_.notify_one();  // otherwise whoever came first has woken the writer
  for (auto most = parts_.answer_time; !job->wait(most); most = tick)
    if (auto fault = leave(job)) return *std::move(fault);
  return std::move(*job->answer);
}

// Nothing: it is being decided, or its commit began just now, or the answer is there.
std::optional<Fault> WriterThread::leave(const std::shared_ptr<Job>& job) {
  const std::lock_guard lock{mutex_};
  const bool silent = disk_is_silent();
  if (job->stage == Job::Stage::waiting) {
    std::erase(waiting_, job);
    std::erase(later_, job);
    if (silent) return Fault{FaultCode::ledger_unavailable, disk_silent};
    return Fault{FaultCode::cancelled, "too much waits to be written down"};
  }
  if (job->stage == Job::Stage::committing && silent)
    return Fault{FaultCode::ledger_unavailable, disk_silent};
  return std::nullopt;
}

// Everything that is in a hurry; or, by turns where both wait, one that is not: alone, so that
// nobody else's answer waits for it to be decided and committed.
void WriterThread::take(Jobs& jobs) {
  const bool later = !later_.empty() && (waiting_.empty() || later_next_);
  later_next_ = !later;
  if (later) {
    jobs.push_back(std::move(later_.front()));
    later_.pop_front();
  } else {
    jobs.swap(waiting_);
  }
  for (const auto& job : jobs) job->stage = Job::Stage::deciding;
}

void WriterThread::stop_serving(const std::string& why) {
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    fault_ = why;
  }
  parts_.complain("nothing is served any more: " + why);
  wake_.notify_one();
}

void WriterThread::loop() {
  Jobs jobs;
  auto ticked = Clock::now();
  bool stopped = false;
  for (;;) {
    jobs.clear();
    {
      std::unique_lock lock{mutex_};
      wake_.wait_for(lock, tick, [&] { return stop_ || !waiting_.empty() || !later_.empty(); });
      if (waiting_.empty() && later_.empty() && stop_) return;
      take(jobs);
      stopped = stopped_;
    }
    if (stopped && house_ != nullptr) give_up_house();
    const auto now = Clock::now();
    if (house_ == nullptr) {
      tell(jobs, Fault{FaultCode::ledger_unavailable, "the ledger is being opened again"});
      if (!stopped && now - opened_again_ >= open_again_after) recover();
      continue;
    }
    if (now - ticked >= tick) {
      ticked = now;
      house_->keep_time(parts_.clock.now());
    }
    serve(jobs);
  }
}

void WriterThread::tell(const Jobs& jobs, const Result<app::Durable>& answer) {
  for (const auto& job : jobs) job->tell(answer);
}

void WriterThread::serve(const Jobs& jobs) {
  const Now now = parts_.clock.now();
  // What a failed house has decided never came about: nobody asks it anything more.
  for (const auto& job : jobs)
    if (!house_->failed()) job->work(*house_, now);
  {
    const std::lock_guard lock{mutex_};
    committing_since_ = Clock::now();
    for (const auto& job : jobs) job->stage = Job::Stage::committing;
  }
  const auto durable = house_->commit();
  {
    const std::lock_guard lock{mutex_};
    committing_since_.reset();
    if (!durable) fault_ = durable.fault().what;
  }
  tell(jobs, durable);
  if (durable.ok()) return parts_.board.tell(house_->take_news(), house_->state());
  parts_.complain(std::string{"the ledger cannot be written, nothing is released: "} +
                  name_of(durable.fault().code) + ": " + durable.fault().what);
  give_up_house();
}

void WriterThread::give_up_house() {
  parts_.board.fall_silent();
  house_.reset();
  opened_again_ = Clock::now();
}

void WriterThread::recover() {
  opened_again_ = Clock::now();
  {
    const std::lock_guard lock{mutex_};
    store_.reset();
  }
  const auto opened = open();
  const std::lock_guard lock{mutex_};
  if (stopped_) return;
  if (opened) {
    fault_.reset();
    parts_.complain("the ledger was opened again and replayed");
    return;
  }
  fault_ = opened.fault().what;
}

}  // namespace halligan::bin
