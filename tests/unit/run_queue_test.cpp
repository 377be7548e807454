#include "actors/runtime/run_queue.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

namespace rollcall::run_queue_test {

namespace {

using from = run_queue::from;

/// Something to run, which is never run here.
struct idler final : caf::resumable {
  resume_result resume(caf::execution_unit*, std::size_t) override { return done; }
  void intrusive_ptr_add_ref_impl() override {}
  void intrusive_ptr_release_impl() override {}
};

/// A queue of jobs that have names: a letter for their priority (e for high, p for normal, a for low), then
/// a number.
struct named_jobs {
  explicit named_jobs(std::size_t threads = 1) : queue(threads, [] { return now; }) {}

  bool put(char kind, from whom = from::outside, std::size_t lane = 0, affinity where = no_affinity) {
    const auto how = kind == 'e' ? priority::high : kind == 'p' ? priority::normal : priority::low;
    auto& job = jobs.at(used++);
    names.push_back(kind + std::to_string(++count[static_cast<unsigned char>(kind)]));
    const run_queue::entry one{&job, how, where};
    return queue.put({&one, 1}, whom, lane);
  }

  void put_many(char kind, std::size_t n, std::size_t lane = 0) {
    for (std::size_t i = 0; i < n; ++i)
      static_cast<void>(put(kind, from::outside, lane));
  }

  std::string name(run_queue::job job) const {
    return job ? names.at(static_cast<std::size_t>(static_cast<const idler*>(job) - jobs.data())) : "none";
  }

  bool begin_turn(std::size_t lane = 0) { return queue.begin_turn(lane, now); }
  void end_turn(std::size_t lane = 0) { queue.end_turn(lane); }
  run_queue::rest rest(std::size_t lane = 0) { return queue.rest_for(lane, now); }

  /// It is in its turn, with a job that it has not taken yet.
  void occupy_first_thread() {
    REQUIRE(put('a'));
    queue.woken();
    REQUIRE(begin_turn(0));
  }

  std::vector<std::string> take(std::size_t lane = 0) {
    run_queue::handful some{};
    auto wake = false;
    const auto n = queue.take(some, wake, lane, now);
    std::vector<std::string> taken;
    for (std::size_t i = 0; i < n; ++i)
      taken.push_back(name(some[i]));
    return taken;
  }

  std::string take_all(std::size_t lane = 0) {
    std::string all;
    for (auto some = take(lane); !some.empty(); some = take(lane))
      for (const auto& one : some)
        all += one + ' ';
    return all;
  }

  run_queue queue;
  static inline run_queue::moment now{std::chrono::hours{1}}; ///< stands still but where a test moves it
  std::array<idler, 4 * run_queue::lead> jobs;
  std::size_t used = 0;
  std::array<int, 256> count{};
  std::vector<std::string> names;
};

} // namespace

TEST_CASE("run_queue: higher priority first, and first come, first served within one") {
  named_jobs q;
  for (const char kind : {'a', 'p', 'e', 'a', 'e', 'p'})
    static_cast<void>(q.put(kind));
  // A normal one waits until no low one does.
  CHECK(q.take_all() == "e1 e2 a1 a2 p1 p2 ");
}

TEST_CASE("run_queue: a job of normal priority comes after a bounded number of low ones") {
  named_jobs q;
  q.put_many('a', 2 * run_queue::most_in_a_row);
  static_cast<void>(q.put('p'));
  const auto all = q.take_all();
  const auto before = all.substr(0, all.find("p1"));
  CHECK(std::count(before.begin(), before.end(), ' ') >= static_cast<int>(run_queue::most_in_a_row));
  CHECK(std::count(before.begin(), before.end(), ' ')
        < static_cast<int>(run_queue::most_in_a_row + run_queue::most_at_once));
}

TEST_CASE("run_queue: a flood of urgent jobs does not starve one of low priority") {
  for (const char kind : {'e', 'p'}) {
    named_jobs q;
    q.put_many(kind, 100);
    static_cast<void>(q.put('a'));
    const auto all = q.take_all();
    const auto before = all.substr(0, all.find("a1"));
    CHECK(std::count(before.begin(), before.end(), ' ') <= static_cast<int>(run_queue::most_in_a_row));
  }
}

TEST_CASE("run_queue: jobs of low priority are taken by the handful, not all at once") {
  struct row {
    std::size_t waiting, taken;
  };
  for (const auto& [waiting, taken] : {row{1, 1}, row{3, 1}, row{4, 2}, row{12, 6}, row{100, 8}}) {
    CAPTURE(waiting);
    named_jobs q;
    q.put_many('a', waiting);
    CHECK(q.take().size() == taken);
  }
}

TEST_CASE("run_queue: a job with an affinity goes to its lane, one without to the lane that is named") {
  named_jobs q{2};
  static_cast<void>(q.put('a', from::outside, 0));
  static_cast<void>(q.put('a', from::outside, 1));
  static_cast<void>(q.put('a', from::outside, 0, affinity{3}));
  static_cast<void>(q.put('a', from::outside, 1, affinity{4}));
  REQUIRE(q.begin_turn(0));
  REQUIRE(q.begin_turn(1));
  CHECK(q.take_all(1) == "a2 a3 ");
  CHECK(q.take_all(0) == "a1 a4 ");
}

TEST_CASE("run_queue: the lane of another is left to it while it gets to it soon") {
  named_jobs q{2};
  q.put_many('a', run_queue::soon, 1);
  SUBCASE("it is at it") {
    REQUIRE(q.begin_turn(1));
    CHECK_FALSE(q.begin_turn(0));
    CHECK(q.take(0).empty());
    CHECK(q.rest(0) == run_queue::rest::elsewhere);
    CHECK(q.rest(1) == run_queue::rest::here);
    CHECK(q.take(1).size() == run_queue::most_at_once);
  }
  SUBCASE("it does something else") {
    CHECK(q.begin_turn(0));
    CHECK(q.take(0).size() == run_queue::most_at_once);
    q.end_turn(0);
    CHECK(q.rest(0) == run_queue::rest::here);
  }
  SUBCASE("there is too much for it") {
    REQUIRE(q.begin_turn(1));
    static_cast<void>(q.put('a', from::outside, 1));
    CHECK(q.begin_turn(0));
    CHECK(q.take(0).size() == run_queue::most_at_once);
    CHECK(q.take(0).empty());
  }
  SUBCASE("it stands still") {
    REQUIRE(q.begin_turn(1));
    CHECK(q.take(1).size() == run_queue::most_at_once);
    named_jobs::now += run_queue::standstill;
    CHECK_FALSE(q.begin_turn(0));
    named_jobs::now += std::chrono::microseconds{1};
    CHECK(q.begin_turn(0));
    CHECK(q.take(0).size() == run_queue::most_at_once);
    CHECK(q.take(1).size() == run_queue::most_at_once); // it is back
    CHECK(q.take(0).empty());
  }
}

TEST_CASE("run_queue: a lane that is far behind is helped even by busy threads") {
  named_jobs q{2};
  q.put_many('a', 10, 0);
  q.put_many('a', run_queue::lead + 10, 1);
  REQUIRE(q.begin_turn(0));
  REQUIRE(q.begin_turn(1));
  CHECK(q.take(0).front() == "a1"); // just not far enough
  CHECK(q.take(0).front() == "a11");
  CHECK(q.take(0).front() == "a6");
}

TEST_CASE("run_queue: a thread is woken for a job that nobody is about to take") {
  SUBCASE("from outside, unless as many as there are have been asked for") {
    named_jobs q{2};
    CHECK(q.put('a'));
    CHECK(q.put('a'));
    CHECK_FALSE(q.put('a'));
    q.queue.woken();
    CHECK(q.begin_turn());
    CHECK_FALSE(q.put('a')); // one runs, the other is being woken
  }
  SUBCASE("by an actor that is run: for a lane whose thread does something else, or is not enough") {
    named_jobs q{2};
    q.occupy_first_thread();
    CHECK_FALSE(q.put('a', from::turn, 0));
    CHECK(q.put('a', from::turn, 1));
    q.queue.woken();
    REQUIRE(q.begin_turn(1));
    CHECK_FALSE(q.put('a', from::turn, 1));
  }
  SUBCASE("by an actor that is run: for more than it gets to soon") {
    named_jobs q{2};
    q.occupy_first_thread();
    for (std::size_t n = 1; n < run_queue::soon; ++n)
      REQUIRE_FALSE(q.put('a', from::turn, 0));
    CHECK(q.put('a', from::turn, 0));
  }
  SUBCASE("by an actor that is run: for what waits behind a thread that stands still") {
    named_jobs q{2};
    q.occupy_first_thread();
    named_jobs::now += run_queue::standstill;
    CHECK_FALSE(q.put('a', from::turn, 0));
    named_jobs::now += std::chrono::microseconds{1};
    CHECK(q.put('a', from::turn, 0));
  }
  SUBCASE("by an actor that is run: for what is urgent, but the first, when there is nothing else") {
    named_jobs q{2};
    q.occupy_first_thread();
    CHECK(q.take_all() == "a1 ");
    CHECK_FALSE(q.put('e', from::turn));
    CHECK(q.put('p', from::turn));
  }
  SUBCASE("by a helper: not for what is urgent") {
    named_jobs q{2};
    CHECK_FALSE(q.put('e', from::helper));
    CHECK_FALSE(q.put('p', from::helper));
    CHECK(q.put('a', from::helper));
  }
  SUBCASE("for what a helper leaves") {
    named_jobs q{2};
    CHECK_FALSE(q.queue.leave_rest());
    CHECK_FALSE(q.put('e', from::helper));
    CHECK(q.queue.leave_rest());
  }
}

TEST_CASE("run_queue: there are turns where there is something to run") {
  named_jobs q{2};
  CHECK_FALSE(q.begin_turn());
  CHECK(q.rest() == run_queue::rest::none);
  q.put_many('a', 3);
  CHECK(q.begin_turn());
  q.end_turn();
  CHECK(q.rest() == run_queue::rest::here);
  CHECK(q.begin_turn());
  CHECK(q.take_all() == "a1 a2 a3 ");
  q.end_turn();
  CHECK(q.rest() == run_queue::rest::none);
  CHECK(q.queue.at_rest());
}

TEST_CASE("run_queue: helpers take what is urgent, high priority first") {
  named_jobs q;
  for (const char kind : {'a', 'p', 'e'})
    static_cast<void>(q.put(kind));
  CHECK(q.name(q.queue.take_high()) == "e1");
  CHECK(q.name(q.queue.take_high()) == "none");
  static_cast<void>(q.put('e'));
  CHECK(q.name(q.queue.take_urgent()) == "e2");
  CHECK(q.name(q.queue.take_urgent()) == "p1");
  CHECK(q.name(q.queue.take_urgent()) == "none");
}

TEST_CASE("run_queue: when it is closed nothing is taken, and what is left can be had") {
  named_jobs q;
  for (const char kind : {'a', 'p', 'e'})
    static_cast<void>(q.put(kind));
  q.queue.close();
  CHECK(q.take().empty());
  CHECK(q.name(q.queue.take_urgent()) == "none");
  CHECK(q.name(q.queue.take_high()) == "none");
  CHECK_FALSE(q.begin_turn());
  CHECK_FALSE(q.put('a'));
  std::string left;
  q.queue.each_left([&](run_queue::job job) { left += q.name(job) + ' '; });
  CHECK(left == "e1 p1 a1 a2 ");
}

} // namespace rollcall::run_queue_test
