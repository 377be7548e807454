#include "domain/lists/row_inbox.hpp"
#include "tests/unit/row_fixture.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace rollcall::row_inbox_test {

namespace {

using step = row_source::step;

/// Rows of calls `first` to `last`, as a batch.
std::string batch_of(int first, int last) {
  std::vector<kept_row> rows;
  for (auto n = first; n <= last; ++n) {
    call_event event;
    event.id = std::to_string(n);
    event.setup = timestamp{std::chrono::seconds{n}};
    rows.push_back({call_record::first(switch_of("sbc-1"), event), customer_id{1}});
  }
  return packed(rows);
}

/// An inbox, and what its sender is told.
struct watched {
  std::atomic<int> taken{0};
  std::atomic<int> dropped{0};
  std::shared_ptr<row_inbox> inbox = std::make_shared<row_inbox>(
      node_id{"node-b"}, row_inbox::events{[this] { ++taken; }, [this] { ++dropped; }});

  step next() {
    call_row row;
    const auto what = inbox->next(row);
    if (what == step::row)
      id = row.record->local_id();
    return what;
  }

  std::string id; ///< of the last row
};

} // namespace

TEST_CASE(
    "a loss is reported at every read with the failing node's name, and its sender is told once to stop") {
  watched w;
  w.inbox->push(batch_of(1, 2));
  w.inbox->push(batch_of(3, 4));
  CHECK(w.next() == step::row);
  w.inbox->fail("connection lost");
  CHECK_FALSE(w.inbox->wait([] {}));
  CHECK(w.next() == step::row); // of the batch that is being read
  for (int i = 0; i < 2; ++i) {
    CHECK_THROWS_WITH_AS(w.next(), "the rows of node-b are lost: connection lost", list_lost);
    CHECK_FALSE(w.inbox->wait([] {}));
  }
  CHECK(w.dropped == 1);
  w.inbox.reset();
  CHECK(w.dropped == 1);
}

TEST_CASE("a malformed batch is a loss, also when it was the last") {
  for (const auto finished : {false, true}) {
    watched w;
    w.inbox->push(batch_of(1, 1).substr(1));
    if (finished)
      w.inbox->finish();
    for (int i = 0; i < 2; ++i) {
      CHECK_FALSE(w.inbox->wait([] {}));
      CHECK_THROWS_AS(w.next(), list_lost);
    }
    CHECK(w.dropped == 1);
  }
}

TEST_CASE("a waiting reader is woken once by a batch, by the end and by a failure") {
  for (const auto what : {0, 1, 2}) {
    watched w;
    int woken = 0;
    CHECK(w.next() == step::pending);
    CHECK(w.inbox->wait([&woken] { ++woken; }));
    CHECK(w.inbox->wait([&woken] { ++woken; })); // in place of the one before
    CHECK(woken == 0);
    if (what == 0)
      w.inbox->push(batch_of(1, 1));
    else if (what == 1)
      w.inbox->finish();
    else
      w.inbox->fail("gone");
    CHECK(woken == 1);
    w.inbox->push(batch_of(2, 2));
    CHECK(woken == 1);
    CHECK_FALSE(w.inbox->wait([] {}));
  }
}

TEST_CASE("credit is given for each batch that is begun, also for one without rows") {
  watched w;
  for (const auto& batch : {batch_of(1, 2), std::string{}, batch_of(3, 3)})
    w.inbox->push(batch);
  CHECK(w.taken == 0);
  CHECK(w.next() == step::row);
  CHECK(w.taken == 1);
  CHECK(w.next() == step::row);
  CHECK(w.taken == 1);
  CHECK(w.next() == step::row);
  CHECK(w.taken == 3);
  CHECK(w.next() == step::pending);
  w.inbox->finish();
  w.inbox->push(batch_of(4, 4)); // too late
  CHECK(w.dropped == 0);
  CHECK(w.next() == step::end);
  CHECK(w.next() == step::end);
  CHECK(w.dropped == 1);
}

TEST_CASE("the sender may push from within its credit") {
  std::shared_ptr<row_inbox> inbox;
  int left = 3;
  inbox = std::make_shared<row_inbox>(node_id{"node-b"}, row_inbox::events{[&] {
                                                                             if (--left > 0)
                                                                               inbox->push(batch_of(1, 2));
                                                                             else
                                                                               inbox->finish();
                                                                           },
                                                                           [] {}});
  inbox->push(batch_of(1, 2));
  call_row row;
  int rows = 0;
  while (inbox->next(row) == step::row)
    ++rows;
  CHECK(rows == 6);
}

TEST_CASE("a sender is told to stop when its reader goes away") {
  watched w;
  w.inbox->push(batch_of(1, 2));
  CHECK(w.next() == step::row);
  w.inbox.reset();
  CHECK(w.dropped == 1);
}

TEST_CASE("rows pushed on one thread and read on another come whole and in order") {
  constexpr int batches = 300;
  watched w;
  std::thread sender{[&w] {
    for (int n = 0; n < batches; ++n)
      w.inbox->push(batch_of(10 * n, 10 * n + 9));
    w.inbox->finish();
  }};
  int expected = 0;
  for (auto what = w.next(); what != step::end; what = w.next()) {
    if (what == step::row) {
      CHECK(w.id == std::to_string(expected++));
      continue;
    }
    std::promise<void> ready;
    if (w.inbox->wait([&ready] { ready.set_value(); }))
      REQUIRE(ready.get_future().wait_for(std::chrono::seconds{20}) == std::future_status::ready);
  }
  CHECK(expected == 10 * batches);
  CHECK(w.taken == batches);
  sender.join();
}

} // namespace rollcall::row_inbox_test
