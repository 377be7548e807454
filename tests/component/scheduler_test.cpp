#include "actors/runtime/scheduler.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace rollcall::scheduler_test {

namespace {

using namespace std::chrono_literals;

struct scheduled_config : caf::actor_system_config {
  scheduled_config(std::atomic<int>& alarms, std::size_t threads) {
    scheduler::use_in(
        *this, [&alarms] { ++alarms; }, threads);
    set("logger.file-verbosity", caf::atom("quiet"));
    set("logger.console-verbosity", caf::atom("quiet"));
  }
};

/// A system whose actors run when the test says so.
struct scheduled {
  explicit scheduled(std::size_t threads = 1) : config(alarms, threads) {}

  void run() {
    while (sched.run_turn() != run_queue::rest::none) {
    }
  }

  deadline_clock& clock() { return static_cast<deadline_clock&>(sched.clock()); }

  /// What comes to pass within that time, which is minutes: the clock's own thread has nothing to deliver.
  void pass(std::chrono::minutes time) {
    clock().deliver_due(clock().now() + time);
    run();
  }

  std::size_t deadlines() { return clock().size(); }

  std::atomic<int> alarms{0};
  scheduled_config config;
  caf::actor_system system{config};
  scheduler& sched = scheduler::of(system);
};

/// Writes its name down for each message.
caf::behavior diarist(caf::event_based_actor*, const std::shared_ptr<std::string>& diary, char name) {
  return {[=](int) { *diary += name; }, [=](const std::string& word) { *diary += word; }};
}

} // namespace

TEST_CASE("scheduler: actors run in turns and at no other time") {
  scheduled w;
  const auto diary = std::make_shared<std::string>();
  const auto one = w.system.spawn(diarist, diary, 'a');
  caf::anon_send(one, 1);
  CHECK(diary->empty());
  CHECK(w.alarms == 1);
  w.sched.woken();
  CHECK(w.sched.run_turn() == run_queue::rest::none);
  CHECK(*diary == "a");
  CHECK(w.sched.run_turn() == run_queue::rest::none);
}

TEST_CASE(
    "scheduler: a message to oneself is handled at once, one through another actor after those it woke") {
  const auto diary_of = [](bool by_another) {
    scheduled w;
    const auto diary = std::make_shared<std::string>();
    const auto woken = w.system.spawn(diarist, diary, 'w');
    const auto another = w.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
      return {[=](const caf::actor& back) { self->send(back, std::string{}); }};
    });
    const auto one = w.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
      return {[=](int) {
                *diary += '1';
                self->send(woken, 1);
                if (by_another)
                  self->send(another, caf::actor{self});
                else
                  self->send(self, std::string{});
              },
              [=](const std::string&) { *diary += '2'; }};
    });
    w.run();
    caf::anon_send(one, 1);
    w.run();
    return *diary;
  };
  CHECK(diary_of(false) == "12w");
  CHECK(diary_of(true) == "1w2");
}

TEST_CASE("scheduler: requests overtake earlier messages of the feed") {
  scheduled w;
  const auto diary = std::make_shared<std::string>();
  std::vector<caf::actor> all;
  for (const char name : {'a', 'b'})
    all.push_back(w.system.spawn(diarist, diary, name));
  all.push_back(spawn_with(priority::normal, w.system, diarist, diary, 'p'));
  all.push_back(spawn_with(priority::high, w.system, diarist, diary, 'e'));
  w.run();
  for (const auto& one : all)
    caf::anon_send(one, 1);
  w.run();
  CHECK(*diary == "eabp");
}

TEST_CASE("scheduler: a helper runs requests to their end and leaves the rest, for which it wakes a thread") {
  scheduled w{2};
  const auto diary = std::make_shared<std::string>();
  const auto low_one = w.system.spawn(diarist, diary, 'a');
  const auto worker = spawn_with(priority::normal, w.system, diarist, diary, 'w');
  const auto front = spawn_with(
      priority::high, w.system,
      [](caf::event_based_actor* self, const caf::actor& next, const caf::actor& slow) -> caf::behavior {
        return {[=](int x) {
          self->send(slow, x);
          self->send(next, x);
        }};
      },
      worker, low_one);
  w.run();
  w.sched.woken();
  w.sched.woken();
  w.alarms = 0;
  SUBCASE("requests alone wake nobody") {
    {
      const scheduler::help by_this_thread{w.system};
      caf::anon_send(worker, 1);
      CHECK(diary->empty());
    }
    CHECK(*diary == "w");
    CHECK(w.alarms == 0);
  }
  SUBCASE("what is for others") {
    {
      const scheduler::help by_this_thread{w.system};
      const scheduler::help nested{w.system}; // is none
      caf::anon_send(front, 1);
    }
    CHECK(*diary == "w");
    CHECK(w.alarms == 1);
    w.run();
    CHECK(*diary == "wa");
  }
}

TEST_CASE("scheduler: help in a system with another scheduler does nothing") {
  caf::actor_system_config config;
  config.set("scheduler.policy", caf::atom("testing"));
  caf::actor_system system{config};
  const scheduler::help by_this_thread{system};
}

TEST_CASE("scheduler: a turn ends though there is more to do") {
  scheduled w;
  auto ran = 0;
  for (int i = 0; i < 10; ++i)
    w.system.spawn([&](caf::event_based_actor* self) {
      ++ran;
      // Each alone takes longer than a turn.
      for (const auto end = self->clock().now() + 1ms; self->clock().now() < end;) {
      }
    });
  CHECK(w.sched.run_turn() == run_queue::rest::here);
  CHECK(ran == 5); // of ten, as many are taken in one go
  w.run();
  CHECK(ran == 10);
}

TEST_CASE("scheduler: threads that take turns lose no message") {
#ifdef __SANITIZE_THREAD__
  constexpr int actors = 20, messages = 20; // it takes its time over what CAF does without telling it
#else
  constexpr int actors = 200, messages = 200;
#endif
  std::atomic<int> alarms{0};
  std::atomic<int> seen{0};
  std::promise<void> all_seen;
  scheduled_config config{alarms, 3};
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  {
    caf::actor_system system{config};
    for (int i = 0; i < 3; ++i)
      threads.emplace_back([&] {
        auto& sched = scheduler::of(system);
        while (!over)
          if (const auto rung = alarms.exchange(0); rung > 0)
            for (int n = 0; n < rung; ++n)
              sched.woken();
          else if (sched.run_turn() != run_queue::rest::here)
            std::this_thread::yield();
      });
    std::vector<caf::actor> ring;
    for (int i = 0; i < actors; ++i)
      ring.push_back(spawn_with(i % 2 ? priority::high : priority::low, system,
                                [&](caf::event_based_actor* self) -> caf::behavior {
                                  return {[&](int) {
                                            if (++seen == actors * messages)
                                              all_seen.set_value();
                                          },
                                          [self](const caf::actor& next) { self->send(next, 1); }};
                                }));
    for (int n = 0; n < messages; ++n)
      for (int i = 0; i < actors; ++i)
        caf::anon_send(ring[static_cast<std::size_t>(i)], ring[static_cast<std::size_t>((i + n) % actors)]);
    CHECK(all_seen.get_future().wait_for(60s) == std::future_status::ready);
    for (auto& one : ring)
      caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
    ring.clear();
    system.await_all_actors_done();
    over = true;
    for (auto& one : threads)
      one.join();
  }
}

TEST_CASE("scheduler: a system can go though its actors never ran") {
  const auto diary = std::make_shared<std::string>();
  {
    scheduled w;
    w.system.await_actors_before_shutdown(false);
    caf::anon_send(w.system.spawn(diarist, diary, 'a'), 1);
  }
  CHECK(diary->empty());
  CHECK(diary.use_count() == 1);
}

TEST_CASE("deadline_clock: due messages are delivered in order") {
  scheduled w;
  const auto diary = std::make_shared<std::string>();
  const auto one = w.system.spawn(diarist, diary, '.');
  const auto sender = w.system.spawn([=](caf::event_based_actor* self) {
    self->delayed_send(one, 30min, std::string{"third"});
    self->delayed_send(one, 10min, std::string{"first "});
    self->delayed_send(one, 20min, std::string{"second "});
  });
  w.run();
  w.pass(15min);
  CHECK(*diary == "first ");
  w.pass(35min);
  CHECK(*diary == "first second third");
  CHECK(w.deadlines() == 0);
}

TEST_CASE("deadline_clock: deadlines of requests end with the asking actor, or are delivered") {
  scheduled w;
  const auto echo = w.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[](int x) { return x; },
            [self](const std::string&) { return self->make_response_promise(); }}; // broken by nobody
  });
  auto answered = 0, late = 0;
  w.system.spawn([&, echo](caf::event_based_actor* self) {
    self->request(echo, 60min, 1).then([&](int) { ++answered; });
  });
  w.run();
  CHECK(answered == 1);
  CHECK(w.deadlines() == 0);
  w.system.spawn([&, echo](caf::event_based_actor* self) {
    self->request(echo, 60min, 1).then([&](int) { ++answered; });
    self->request(echo, 10min, std::string{"?"})
        .then([](int) {}, [&](const caf::error& why) { late += why == caf::sec::request_timeout; });
  });
  w.run();
  CHECK(late == 0);
  w.pass(11min);
  CHECK(answered == 2);
  CHECK(late == 1);
  CHECK(w.deadlines() == 0);
  caf::anon_send_exit(echo, caf::exit_reason::user_shutdown);
  w.run();
}

TEST_CASE("deadline_clock: an actor that ends cancels its delayed messages and timeouts") {
  scheduled w;
  const auto held = std::make_shared<int>(0);
  const auto sleeper = w.system.spawn([held](caf::event_based_actor* self) -> caf::behavior {
    self->delayed_send(self, 60min, 1);
    self->delayed_send(self, 120min, 2);
    self->request(caf::actor{self}, 60min, 1).then([](int) {});
    return {[held](int x) { return x + *held; }};
  });
  w.run();
  CHECK(w.deadlines() == 3); // CAF lifts no deadline of a request that is answered
  caf::anon_send_exit(sleeper, caf::exit_reason::user_shutdown);
  w.run();
  CHECK(w.deadlines() == 0);
  CHECK(held.use_count() == 1);
}

TEST_CASE("deadline_clock: a receive timeout comes once, and is put off by what comes before it") {
  scheduled w;
  auto timeouts = 0, messages = 0;
  const auto low_one = w.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    return {[&](int) { ++messages; }, caf::after(10min) >>
                                          [&, self] {
                                            ++timeouts;
                                            self->quit();
                                          }};
  });
  caf::anon_send(low_one, 1);
  w.run();
  CHECK(messages == 1);
  CHECK(timeouts == 0);
  w.pass(11min);
  CHECK(timeouts == 1);
  CHECK(w.deadlines() == 0);
}

} // namespace rollcall::scheduler_test
