#include "actors/runtime/scheduler.hpp"

#include "actors/runtime/prefetch.hpp"

#include <caf/detail/set_thread_name.hpp>
#include <caf/execution_unit.hpp>
#include <caf/logger.hpp>
#include <caf/scheduled_actor.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace rollcall {

namespace {

/// How long sockets wait for the actors, unless one takes longer.
constexpr std::chrono::microseconds turn_length{100};

/// How many a helper runs, who has something else to do.
constexpr std::size_t most_help = 64;

run_queue::entry entry_of(caf::resumable* job) {
  if (job->subtype() != caf::resumable::scheduled_actor)
    return {job, priority::low};
  const auto& actor = *static_cast<caf::scheduled_actor*>(job);
  return {job, priority_of(actor), affinity_of(actor)};
}

} // namespace

/// What runs actors, on one thread. Those that they wake are put into the queue by the handful.
class scheduler::unit : public caf::execution_unit {
public:
  unit(scheduler& of, run_queue::from as, std::size_t lane)
      : execution_unit(&of.system()), of_(of), as_(as), lane_(lane) {}

  /// The unit of the calling thread; null where no actor is run.
  static unit*& current() {
    thread_local unit* of_this_thread = nullptr;
    return of_this_thread;
  }

  void exec_later(caf::resumable* job) override {
    woken_.push_back(entry_of(job));
    if (woken_.size() == run_queue::most_in_a_row)
      pass_on();
  }

  std::size_t lane() const noexcept { return lane_; } ///< of its thread
  bool is_of(const scheduler& which) const { return &of_ == &which && system_ == &which.system_; }

protected:
  void execute(caf::resumable* job) {
    // A thread that spawns gets CAF's logger, which is quiet but costs each resume two locks.
    if (caf::logger::current_logger())
      caf::logger::set_current_actor_system(nullptr);
    const auto result = job->resume(this, of_.max_throughput());
    if (result == caf::resumable::resume_later)
      exec_later(job);
    pass_on();
    if (result != caf::resumable::resume_later)
      intrusive_ptr_release(job);
  }

  void pass_on() {
    if (woken_.empty())
      return;
    const auto wake = of_.queue_.put(woken_, as_, lane_);
    woken_.clear();
    if (wake)
      of_.wake_();
  }

  scheduler& of_;

private:
  const run_queue::from as_;
  const std::size_t lane_;
  std::vector<run_queue::entry> woken_;
};

class scheduler::turn final : public unit {
public:
  turn(scheduler& of, std::size_t lane) : unit(of, run_queue::from::turn, lane) {}

  run_queue::rest run() {
    using clock = std::chrono::steady_clock;
    auto now = clock::now();
    if (of_.queue_.begin_turn(lane(), now)) {
      run_until(now + turn_length, now);
      of_.queue_.end_turn(lane());
    }
    return of_.queue_.rest_for(lane(), now);
  }

private:
  using moment = run_queue::moment;

  void run_until(moment end, moment& now) {
    current() = this;
    run_queue::handful mine;
    auto wake = false;
    do {
      const auto count = of_.queue_.take(mine, wake, lane(), now);
      if (count == 0)
        break;
      if (std::exchange(wake, false))
        of_.wake_();
      if (count > 1)
        prefetch_to_run({mine.data(), count});
      for (std::size_t i = 0; i < count; ++i) {
        if (i > 0)
          run_high();
        execute(mine[i]);
      }
      now = moment::clock::now();
    } while (now < end);
    current() = nullptr;
  }

  void run_high() {
    for (std::size_t n = 0; n < run_queue::most_in_a_row; ++n) {
      const auto job = of_.queue_.take_high();
      if (!job)
        return;
      execute(job);
    }
  }
};

class scheduler::helper final : public unit {
public:
  helper(scheduler& of, std::size_t lane) : unit(of, run_queue::from::helper, lane) {}

  void run() {
    pass_on();
    for (std::size_t n = 0; n < most_help; ++n) {
      const auto job = of_.queue_.take_urgent();
      if (!job)
        return;
      execute(job);
    }
    if (of_.queue_.leave_rest())
      of_.wake_();
  }
};

/// One of the threads that run actors: has a lane of its own.
class scheduler::worker {
public:
  worker(scheduler& of, std::size_t lane) : for_turns(of, lane), for_help(of, lane) {}

  /// The worker that the calling thread was last; may be null, or of another scheduler.
  static std::unique_ptr<worker>& of_thread() {
    thread_local std::unique_ptr<worker> own; // for good: actors remember who ran them last
    return own;
  }

  turn for_turns;
  helper for_help;
};

scheduler::worker& scheduler::here() {
  auto& own = worker::of_thread();
  if (!own || !own->for_turns.is_of(*this))
    own = std::make_unique<worker>(*this, next_lane_++ % queue_.lanes());
  return *own;
}

scheduler::help::help(caf::actor_system& in) : of_(dynamic_cast<scheduler*>(&in.scheduler())) {
  if (unit::current())
    of_ = nullptr; // somebody further up the stack helps already
  if (of_)
    unit::current() = &of_->here().for_help;
}

scheduler::help::~help() {
  if (!of_)
    return;
  static_cast<helper*>(unit::current())->run();
  unit::current() = nullptr;
}

scheduler::scheduler(caf::actor_system& system, alarm wake, std::size_t threads)
    : abstract_coordinator(system), wake_(std::move(wake)), queue_(threads) {}

scheduler::~scheduler() = default;

void scheduler::use_in(caf::actor_system_config& config, alarm wake, std::size_t threads) {
  config.module_factories.emplace_back([=](caf::actor_system& system) -> caf::actor_system::module* {
    return new scheduler(system, wake, threads);
  });
}

scheduler& scheduler::of(caf::actor_system& system) { return dynamic_cast<scheduler&>(system.scheduler()); }

run_queue::rest scheduler::run_turn() { return here().for_turns.run(); }

void scheduler::enqueue(caf::resumable* what) {
  auto* here = unit::current();
  if (here && here->is_of(*this)) {
    here->exec_later(what);
    return;
  }
  const auto one = entry_of(what);
  const auto& own = worker::of_thread();
  const auto lane = own && own->for_turns.is_of(*this) ? own->for_turns.lane() : 0;
  if (queue_.put({&one, 1}, run_queue::from::outside, lane))
    wake_();
}

void scheduler::start() {
  clock_thread_ = std::thread{[this] {
    caf::detail::set_thread_name("deadlines");
    clock_.run();
  }};
  abstract_coordinator::start();
}

void scheduler::stop() {
  stop_actors();
  clock_.stop();
  clock_thread_.join();
  clock_.cancel_all();
  queue_.close();
  while (!queue_.at_rest())
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  queue_.each_left(&abstract_coordinator::cleanup_and_release);
}

} // namespace rollcall
