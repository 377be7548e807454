#include "actors/scheduling/run_queue.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

namespace rollcall {

namespace {

using from = run_queue::from;

/// Something to run, which is never run here.
struct idler final : caf::resumable {
  resume_result resume(caf::execution_unit*, std::size_t) override { return done; }
  void intrusive_ptr_add_ref_impl() override {}
  void intrusive_ptr_release_impl() override {}
};

/// A queue of jobs that have names: a letter for their urgency (e, p, and a for those that are patient), then
/// a number.
struct named_jobs {
  explicit named_jobs(std::size_t threads = 1) : queue(threads) {}

  bool put(char kind, from whom = from::outside) {
    const auto how = kind == 'e' ? urgency::express : kind == 'p' ? urgency::prompt : urgency::patient;
    auto& job = jobs.at(used++);
    names.push_back(kind + std::to_string(++count[static_cast<unsigned char>(kind)]));
    const run_queue::entry one{&job, how};
    return queue.put({&one, 1}, whom);
  }

  void put_many(char kind, int n) {
    for (int i = 0; i < n; ++i)
      static_cast<void>(put(kind));
  }

  std::string name(run_queue::job job) const {
    return job ? names.at(static_cast<std::size_t>(static_cast<const idler*>(job) - jobs.data())) : "none";
  }

  std::vector<std::string> take() {
    run_queue::handful some{};
    auto wake = false;
    const auto n = queue.take(some, wake);
    std::vector<std::string> taken;
    for (std::size_t i = 0; i < n; ++i)
      taken.push_back(name(some[i]));
    return taken;
  }

  std::string take_all() {
    std::string all;
    for (auto some = take(); !some.empty(); some = take())
      for (const auto& one : some)
        all += one + ' ';
    return all;
  }

  run_queue queue;
  std::array<idler, 200> jobs;
  std::size_t used = 0;
  std::array<int, 256> count{};
  std::vector<std::string> names;
};

} // namespace

TEST_CASE("run_queue: first come, first served among equals, and the urgent first") {
  named_jobs q;
  for (const char kind : {'a', 'p', 'e', 'a', 'e', 'p'})
    static_cast<void>(q.put(kind));
  // A prompt one waits until no patient one does.
  CHECK(q.take_all() == "e1 e2 a1 a2 p1 p2 ");
}

TEST_CASE("run_queue: a prompt job comes after so many patient ones") {
  named_jobs q;
  q.put_many('a', 2 * run_queue::patience);
  static_cast<void>(q.put('p'));
  const auto all = q.take_all();
  const auto before = all.substr(0, all.find("p1"));
  CHECK(std::count(before.begin(), before.end(), ' ') >= static_cast<int>(run_queue::patience));
  CHECK(std::count(before.begin(), before.end(), ' ')
        < static_cast<int>(run_queue::patience + run_queue::most_at_once));
}

TEST_CASE("run_queue: no flood of urgent jobs keeps a patient one for ever") {
  for (const char kind : {'e', 'p'}) {
    named_jobs q;
    q.put_many(kind, 100);
    static_cast<void>(q.put('a'));
    const auto all = q.take_all();
    const auto before = all.substr(0, all.find("a1"));
    CHECK(std::count(before.begin(), before.end(), ' ') <= static_cast<int>(run_queue::patience));
  }
}

TEST_CASE("run_queue: patient jobs are taken by the handful, but not from those who share them") {
  struct row {
    std::size_t threads, waiting, taken;
  };
  for (const auto& [threads, waiting, taken] :
       {row{1, 1, 1}, row{1, 3, 1}, row{1, 4, 2}, row{2, 4, 1}, row{2, 12, 3}, row{2, 100, 8}}) {
    CAPTURE(threads);
    CAPTURE(waiting);
    named_jobs q{threads};
    q.put_many('a', static_cast<int>(waiting));
    CHECK(q.take().size() == taken);
  }
}

TEST_CASE("run_queue: a thread is woken for a job that nobody is about to take") {
  SUBCASE("from outside, unless as many as there are have been asked for") {
    named_jobs q{2};
    CHECK(q.put('a'));
    CHECK(q.put('a'));
    CHECK_FALSE(q.put('a'));
    q.queue.woken();
    CHECK(q.queue.begin_turn());
    CHECK_FALSE(q.put('a')); // one runs, the other is being woken
  }
  SUBCASE("by an actor that is run: not for the first, which its own thread takes next") {
    named_jobs q{2};
    CHECK_FALSE(q.put('a', from::turn));
    CHECK(q.put('a', from::turn));
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

TEST_CASE("run_queue: turns are as many as threads, and none where there is nothing") {
  named_jobs q{2};
  CHECK_FALSE(q.queue.begin_turn());
  q.put_many('a', 3);
  CHECK(q.queue.begin_turn());
  CHECK(q.queue.begin_turn());
  CHECK_FALSE(q.queue.begin_turn());
  CHECK(q.queue.end_turn());
  CHECK(q.take_all() == "a1 a2 a3 ");
  CHECK_FALSE(q.queue.end_turn());
  CHECK(q.queue.at_rest());
}

TEST_CASE("run_queue: helpers take what is urgent, express first") {
  named_jobs q;
  for (const char kind : {'a', 'p', 'e'})
    static_cast<void>(q.put(kind));
  CHECK(q.name(q.queue.take_express()) == "e1");
  CHECK(q.name(q.queue.take_express()) == "none");
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
  CHECK(q.name(q.queue.take_express()) == "none");
  CHECK_FALSE(q.queue.begin_turn());
  CHECK_FALSE(q.put('a'));
  std::string left;
  q.queue.each_left([&](run_queue::job job) { left += q.name(job) + ' '; });
  CHECK(left == "e1 p1 a1 a2 ");
}

} // namespace rollcall
