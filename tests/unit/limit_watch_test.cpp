#include "domain/control/limit_watch.hpp"
#include "limit_fixture.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace rollcall::limit_watch_test {

using namespace std::chrono_literals;
using testing::directory_with;

namespace {

constexpr limited_subject whose{limit_kind::account, 21};

limit_use use_of(std::uint64_t total, std::int64_t max, limited_subject subject = whose) {
  return {subject, customer_id{2}, total, max};
}

/// An account's limit, looked at once a second.
struct watched {
  limit_watch watch;
  timestamp now{1'000s};

  /// What a look says: nothing, or as `reached 5/5`.
  std::string look(std::uint64_t total, std::int64_t max, bool complete = true) {
    now += 1s;
    return said(watch.look({use_of(total, max)}, complete, now));
  }

  static std::string said(const std::vector<limit_event>& events) {
    std::string all;
    for (const auto& one : events)
      all += std::string{all.empty() ? "" : ", "} + std::string{one.state()} + ' ' + std::to_string(one.total)
             + '/' + std::to_string(one.max_sessions);
    return all;
  }

  bool is_reached() const {
    const auto found = watch.states().find(whose);
    return found != watch.states().end() && found->second.reached;
  }
};

} // namespace

TEST_CASE_FIXTURE(watched, "a limit is reached at its maximum and cleared at nine tenths of it") {
  CHECK(look(9, 10).empty());
  CHECK(look(10, 10) == "reached 10/10");
  CHECK(look(12, 10).empty());
  CHECK(look(10, 10).empty());
  CHECK(look(9, 10) == "cleared 9/10");
  CHECK(look(9, 10).empty());
  CHECK(look(11, 10) == "reached 11/10");
  CHECK(look(0, 10) == "cleared 0/10");
}

TEST_CASE_FIXTURE(watched, "nine tenths are not rounded up") {
  CHECK(look(5, 5) == "reached 5/5");
  CHECK(look(4, 5) == "cleared 4/5"); // of 4.5
  CHECK(look(19, 19) == "reached 19/19");
  CHECK(look(18, 19).empty()); // of 17.1
  CHECK(look(17, 19) == "cleared 17/19");
  CHECK(look(1, 1) == "reached 1/1");
  CHECK(look(0, 1) == "cleared 0/1");
  CHECK(look(UINT32_MAX, INT64_MAX).empty());
}

TEST_CASE_FIXTURE(watched, "where no call may be up, one reaches the limit, and none clears it") {
  CHECK(look(0, 0).empty());
  CHECK(look(1, 0) == "reached 1/0");
  CHECK(look(1, 0).empty());
  CHECK(look(0, 0) == "cleared 0/0");
}

TEST_CASE_FIXTURE(watched, "a sum from which something is missing reaches a limit and clears none") {
  CHECK(look(2, 2, false) == "reached 2/2");
  CHECK(look(0, 2, false).empty());
  CHECK(is_reached());
  CHECK(look(2, 2, false).empty());
  CHECK(look(0, 2) == "cleared 0/2");
}

TEST_CASE_FIXTURE(watched, "a limit that is raised or lowered counts from the next look on") {
  CHECK(look(5, 5) == "reached 5/5");
  const auto since = watch.states().at(whose).since;
  CHECK(look(5, 5).empty());
  CHECK(look(10, 11).empty()); // more than nine tenths of it
  CHECK(watch.states().at(whose).since == since);
  CHECK(watch.states().at(whose).max_sessions == 11);
  CHECK(look(5, 20) == "cleared 5/20");
  CHECK(look(5, 3) == "reached 5/3");
}

TEST_CASE_FIXTURE(watched, "a limit that is removed while it is reached is cleared, whatever is missing") {
  CHECK(look(5, 5, false) == "reached 5/5");
  CHECK(said(watch.keep_to(*directory_with({{}, {{21, 5}}}), now)).empty());
  CHECK(said(watch.keep_to(*directory_with({}), now)) == "cleared 5/-1");
  CHECK(said(watch.keep_to(*directory_with({}), now)).empty());
  CHECK(look(5, 5) == "reached 5/5"); // when it is there again
  CHECK(said(watch.keep_to(*directory::link({}), now)) == "cleared 5/-1");
}

TEST_CASE_FIXTURE(watched, "who is not looked at stays as it was") {
  CHECK(look(5, 5) == "reached 5/5");
  CHECK(watch.look({}, true, now).empty());
  CHECK(said(watch.look({use_of(7, 7, {limit_kind::customer, 21})}, true, now)) == "reached 7/7");
  CHECK(is_reached());
  CHECK(watch.states().size() == 2);
}

TEST_CASE_FIXTURE(watched,
                  "limits that are cleared are forgotten after a time, those that are reached are not") {
  CHECK(look(5, 5) == "reached 5/5");
  watch.forget(now + 1h);
  CHECK(is_reached());
  CHECK(look(0, 5) == "cleared 0/5");
  watch.forget(now);
  CHECK(watch.states().size() == 1);
  watch.forget(now + 1s);
  CHECK(watch.states().empty());
}

TEST_CASE("for each subject reached and cleared come in turns, and are what the numbers say") {
  CHECK(rc::check([] {
    limit_watch watch;
    timestamp now{1'000s};
    std::map<limited_subject, bool> reached;
    const auto take = [&](const std::vector<limit_event>& events) {
      for (const auto& one : events) {
        RC_ASSERT(reached[one.whose] != one.reached);
        reached[one.whose] = one.reached;
      }
    };
    const auto looks = *rc::gen::inRange(1, 40);
    for (int i = 0; i < looks; ++i) {
      now += 1s;
      const auto complete = *rc::gen::arbitrary<bool>();
      std::vector<limit_use> uses;
      for (std::int64_t id = 1; id <= 3; ++id)
        if (*rc::gen::arbitrary<bool>())
          uses.push_back(use_of(*rc::gen::inRange<std::uint64_t>(0, 13),
                                *rc::gen::inRange<std::int64_t>(0, 12), {limit_kind::account, id}));
      const auto before = reached;
      take(watch.look(uses, complete, now));
      for (const auto& use : uses) {
        const auto max = static_cast<std::uint64_t>(use.max_sessions);
        const auto was = before.contains(use.whose) && before.at(use.whose);
        const auto fills = use.total > 0 && use.total >= max;
        const auto is_low = use.total == 0 || 10 * use.total <= 9 * max;
        RC_ASSERT(reached[use.whose] == (was ? !(complete && is_low) : fills));
      }
      if (*rc::gen::inRange(0, 5) == 0) {
        take(watch.keep_to(*directory_with({}), now));
        for (const auto& [subject, stands] : reached)
          RC_ASSERT(!stands);
      }
      for (const auto& [subject, known] : watch.states())
        RC_ASSERT(known.reached == reached[subject]);
    }
  }));
}

} // namespace rollcall::limit_watch_test
