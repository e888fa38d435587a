#include "in/api/bulletin.h"

#include <utility>

#include "in/api/render.h"

namespace halligan::in::api {
namespace {

std::string event(std::string_view name, const json::object& data) {
  std::string out{"event: "};
  out.append(name).append("\ndata: ").append(json::serialize(data)).append("\n\n");
  return out;
}

template <class Enum>
json::value spelled_or_null(const std::optional<Enum>& value) {
  return value ? json::value(spelled(*value)) : json::value{};
}

// One piece of news, as this listener is told it.
struct Told {
  const app::Listener& listener;

  std::string operator()(const app::GlassChanged& n) const {
    return event("glass", {{"glass", n.glass.text()},
                           {"change", spelled(n.what)},
                           {"by", spelled_or_null(n.by)},
                           {"own", n.staff == listener.staff},
                           {"this_session", n.session == listener.session}});
  }
  std::string operator()(const app::CaseChanged& n) const {
    return event(
        "case",
        {{"case", n.id.text()}, {"change", spelled(n.what)}, {"own", n.staff == listener.staff}});
  }
  std::string operator()(const app::SessionChanged& n) const {
    return event("session", {{"change", spelled(n.what)}, {"by", spelled_or_null(n.by)}});
  }
  std::string operator()(const app::ChartShut&) const {
    return event("chart", {{"change", "shut"}});
  }
  std::string operator()(const app::PolicyChanged& n) const {
    return event("policy",
                 {{"change", n.in_force ? "signed" : "proposed"}, {"version", n.version}});
  }
  std::string operator()(const app::PersonChanged& n) const {
    return event("people", {{"staff", n.staff.text()}});
  }
};

}  // namespace

class Bulletin::Ear final : public http::EventSource {
 public:
  Ear(app::Listener who, std::shared_ptr<const app::House::Watch> watch)
      : listener(std::move(who)),
        watch_(std::move(watch)),
        waiting_(event("hello", {{"session", listener.session.text()}})) {}

  void hear(const std::string& text) {
    const std::lock_guard lock{mutex_};
    if (lost_ || waiting_.size() + text.size() > limits::event_bytes_waiting_max)
      lost_ = true;
    else
      waiting_ += text;
    wake();
  }
  void lose() {
    const std::lock_guard lock{mutex_};
    lost_ = true;
    wake();
  }
  void hear_the_last(const std::string& text) {
    const std::lock_guard lock{mutex_};
    if (std::exchange(over_, true)) return;
    waiting_ += text;
    wake();
  }

  Told take() override {
    const std::lock_guard lock{mutex_};
    woken_ = false;
    Told out{.text = std::exchange(waiting_, {}), .over = over_};
    if (std::exchange(lost_, false) && !over_) out.text += event("lost", {});
    return out;
  }
  void when_more(std::function<void()> call) override {
    const std::lock_guard lock{mutex_};
    wake_ = std::move(call);
    woken_ = false;
  }

  const app::Listener listener;
  bool missed = false;  // something, while the session was locked; the writer's own

 private:
  void wake() {
    if (wake_ && !std::exchange(woken_, true)) wake_();
  }

  const std::shared_ptr<const app::House::Watch> watch_;
  std::mutex mutex_;
  std::string waiting_;
  bool lost_ = false;  // more than could wait: everything is to be asked for again
  bool over_ = false;
  bool woken_ = false;
  std::function<void()> wake_;
};

std::vector<std::shared_ptr<Bulletin::Ear>> Bulletin::ears() {
  std::vector<std::shared_ptr<Ear>> out;
  const std::lock_guard lock{mutex_};
  out.reserve(ears_.size());
  std::erase_if(ears_, [&](const auto& each) {
    auto ear = each.lock();
    if (ear == nullptr) return true;
    out.push_back(std::move(ear));
    return false;
  });
  return out;
}

std::shared_ptr<http::EventSource> Bulletin::listen(
    const app::Listener& listener, std::shared_ptr<const app::House::Watch> watch) {
  std::size_t of_session = 0;
  std::size_t of_person = 0;
  for (const auto& each : ears()) {
    if (each->listener.session == listener.session) ++of_session;
    if (each->listener.staff == listener.staff) ++of_person;
  }
  if (of_session >= limits::streams_per_session_max || of_person >= limits::streams_per_staff_max)
    return nullptr;
  auto made = std::make_shared<Ear>(listener, std::move(watch));
  const std::lock_guard lock{mutex_};
  ears_.push_back(made);
  return made;
}

void Bulletin::tell(const std::vector<app::NewsItem>& all, const app::State& state) {
  if (all.empty()) return;
  const auto listening = ears();
  for (const auto& [entry, news] : all) {
    const auto* of_session = std::get_if<app::SessionChanged>(&news);
    for (const auto& ear : listening) {
      if (!app::hears(state, ear->listener, news)) continue;
      const auto* session = state.session(ear->listener.session);
      // Whoever walked away is told what becomes of session and own glass, and the rest as lost.
      const auto* of_glass = std::get_if<app::GlassChanged>(&news);
      const bool told_when_locked =
          of_session != nullptr || (of_glass != nullptr && of_glass->staff == ear->listener.staff);
      if (!told_when_locked && session != nullptr && session->locked) {
        ear->missed = true;
        continue;
      }
      const auto text = std::visit(Told{ear->listener}, news);
      if (of_session != nullptr && of_session->what == app::SessionChanged::What::ended)
        ear->hear_the_last(text);
      else
        ear->hear(text);
      if (of_session != nullptr && of_session->what == app::SessionChanged::What::unlocked &&
          std::exchange(ear->missed, false))
        ear->lose();
    }
  }
}

void Bulletin::fall_silent() {
  for (const auto& each : ears()) each->hear_the_last({});
}

}  // namespace halligan::in::api
