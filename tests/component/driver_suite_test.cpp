#include "driver_peers.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

// What every driver promises, with a scripted peer of each kind of switch (EVERY_PEER in driver_peers.hpp).

namespace rollcall::driver_suite_test {

using namespace rollcall::driver_suite;

namespace {

/// `+id` for a call that is told of, `-id` for its end, `!` and `.` for the ends of a snapshot, `?` for what
/// made no sense.
std::vector<std::string> told(const switch_news& news) {
  std::vector<std::string> found;
  for (const auto& item : news) {
    if (const auto* call = std::get_if<call_event>(&item))
      found.push_back((call->state == call_state::dead ? "-" : "+") + call->id);
    else if (std::holds_alternative<snapshot_begin>(item))
      found.emplace_back("!");
    else if (std::holds_alternative<snapshot_end>(item))
      found.emplace_back(".");
    else if (std::holds_alternative<malformed_event>(item))
      found.emplace_back("?");
  }
  return found;
}

std::ptrdiff_t times(const fake_link::attachment& it, const std::string& what) {
  const auto all = told(it.news);
  return std::count(all.begin(), all.end(), what);
}

/// True when something that was told ends calls.
bool ends_something(const switch_news& news) {
  const auto all = told(news);
  return std::any_of(all.begin(), all.end(), [](const auto& each) { return each[0] == '-' || each == "."; });
}

} // namespace

TEST_CASE_TEMPLATE("bytes mean the same however they are cut", Peer, EVERY_PEER) {
  fake_link link;
  Peer peer{link};
  REQUIRE(link.wait([](const auto&) { return true; }));
  for (const auto byte : peer.call(1) + peer.call(2) + peer.end(1))
    peer.send({&byte, 1});
  CHECK(link.wait([&](const auto& it) {
    return times(it, "+" + Peer::id(1)) == 1 && times(it, "+" + Peer::id(2)) == 1
           && times(it, "-" + Peer::id(1)) == 1;
  }));
  CHECK(times(link.at(), "-" + Peer::id(2)) == 0);
}

TEST_CASE_TEMPLATE("a hang-up reaches the switch, and ends nothing by itself", Peer, EVERY_PEER) {
  fake_link link;
  Peer peer{link};
  REQUIRE(link.wait([](const auto&) { return true; }));
  peer.send(peer.call(1) + peer.call(2));
  REQUIRE(link.wait([&](const auto& it) { return times(it, "+" + Peer::id(2)) == 1; }));
  CHECK(link.at().connection->hang_up(Peer::id(1)));
  CHECK(peer.told_to_hang_up() == Peer::id(1));
  CHECK(times(link.at(), "-" + Peer::id(1)) == 0);
  CHECK(link.at().connection->hang_up(Peer::id(2)));
  CHECK(peer.told_to_hang_up() == Peer::id(2));
  peer.send(peer.end(1));
  CHECK(link.wait([&](const auto& it) { return times(it, "-" + Peer::id(1)) == 1; }));
  CHECK(times(link.at(), "-" + Peer::id(2)) == 0);
}

TEST_CASE_TEMPLATE("a snapshot names calls between its beginning and its end", Peer, EVERY_PEER) {
  fake_link link;
  Peer peer{link};
  REQUIRE(link.wait([](const auto&) { return true; }));
  peer.begin_snapshot({1, 2});
  peer.end_snapshot(2);
  REQUIRE(link.wait([](const auto& it) { return times(it, ".") == 1; }));
  const auto all = told(link.at().news);
  const auto at = [&](const std::string& what) { return std::find(all.begin(), all.end(), what); };
  for (const auto call : {1, 2}) {
    CHECK(at("!") < at("+" + Peer::id(call)));
    CHECK(at("+" + Peer::id(call)) < at("."));
  }
}

TEST_CASE_TEMPLATE("a call that ends during a snapshot has ended, and no other", Peer, EVERY_PEER) {
  fake_link link;
  Peer peer{link};
  REQUIRE(link.wait([](const auto&) { return true; }));
  peer.begin_snapshot({1, 2});
  REQUIRE(link.wait([](const auto& it) { return times(it, "+" + Peer::id(2)) == 1; }));
  peer.send(peer.end(2));
  peer.end_snapshot(1);
  REQUIRE(link.wait([](const auto& it) { return times(it, ".") == 1; }));
  const auto all = told(link.at().news);
  const auto at = [&](const std::string& what) { return std::find(all.begin(), all.end(), what); };
  CHECK(at("+" + Peer::id(2)) < at("-" + Peer::id(2)));
  CHECK(at("-" + Peer::id(2)) < at("."));
  CHECK(times(link.at(), "-" + Peer::id(1)) == 0);
}

TEST_CASE_TEMPLATE("a snapshot of which the rest never comes ends nothing", Peer, EVERY_PEER) {
  fake_link link;
  Peer peer{link};
  REQUIRE(link.wait([](const auto&) { return true; }));
  peer.send(peer.call(1) + peer.call(2));
  peer.begin_snapshot({3});
  REQUIRE(link.wait([](const auto& it) { return times(it, "+" + Peer::id(3)) == 1; }));
  peer.send(peer.call(4)); // it speaks on as if it had
  REQUIRE(link.wait([](const auto& it) { return times(it, "+" + Peer::id(4)) == 1; }));
  peer.leave();
  REQUIRE(link.wait([](const auto& it) { return !it.closed.empty(); }));
  CHECK_FALSE(ends_something(link.at().news));
}

TEST_CASE_TEMPLATE("a hang-up that comes twice, or of a call that nobody knows, does no harm", Peer,
                   EVERY_PEER) {
  fake_link link;
  Peer peer{link};
  REQUIRE(link.wait([](const auto&) { return true; }));
  peer.send(peer.call(1) + peer.call(2));
  REQUIRE(link.wait([](const auto& it) { return times(it, "+" + Peer::id(2)) == 1; }));
  const auto connection = link.at().connection;
  for (const auto call : {1, 1, 9, 2}) // it may pass the third one on, or know better
    CHECK(connection->hang_up(Peer::id(call)));
  std::string last;
  do {
    last = peer.told_to_hang_up();
    REQUIRE((last == Peer::id(1) || last == Peer::id(9) || last == Peer::id(2)));
  } while (last != Peer::id(2));
  peer.send(peer.call(3));
  CHECK(link.wait([](const auto& it) { return times(it, "+" + Peer::id(3)) == 1; }));
  CHECK_FALSE(ends_something(link.at().news));
}

TEST_CASE_TEMPLATE("a switch that does not read is not hung up upon for ever, and its calls go on", Peer,
                   EVERY_PEER) {
  fake_link link;
  Peer peer{link};
  REQUIRE(link.wait([](const auto&) { return true; }));
  peer.send(peer.call(1));
  REQUIRE(link.wait([](const auto& it) { return times(it, "+" + Peer::id(1)) == 1; }));
  const auto connection = link.at().connection;
  constexpr int too_many = 3'000'000;
  int taken = 0;
  while (taken < too_many && connection->hang_up(Peer::id(taken)))
    ++taken;
  CHECK(taken > 1000);
  CHECK(taken < too_many);
  CHECK_FALSE(ends_something(link.at().news));
}

TEST_CASE_TEMPLATE("50 000 calls at once are told, each once and in order", Peer, EVERY_PEER) {
  fake_link link;
  Peer peer{link};
  REQUIRE(link.wait([](const auto&) { return true; }));
  constexpr int calls = 50'000;
  std::string bytes;
  for (int i = 1; i <= calls; ++i)
    bytes += peer.call(i);
  peer.send(bytes);
  const auto last = Peer::id(calls);
  REQUIRE(link.wait([&](const auto& it) {
    const auto found = std::find_if(it.news.rbegin(), it.news.rend(), [](const auto& item) {
      return std::holds_alternative<call_event>(item);
    });
    return found != it.news.rend() && std::get<call_event>(*found).id == last;
  }));
  auto all = told(link.at().news);
  std::erase_if(all, [](const auto& each) { return each[0] != '+'; });
  REQUIRE(all.size() == calls);
  for (int i = 1; i <= calls; ++i)
    if (all[static_cast<std::size_t>(i - 1)] != "+" + Peer::id(i))
      FAIL("call " << i << " is not where it belongs");
}

TEST_CASE_TEMPLATE("half of a message, silence and a lost connection end nothing", Peer, EVERY_PEER) {
  fake_link link;
  Peer peer{link};
  REQUIRE(link.wait([](const auto&) { return true; }));
  peer.send(peer.call(1));
  const auto half = peer.call(2);
  peer.send(std::string_view{half}.substr(0, half.size() / 2));
  REQUIRE(link.wait([&](const auto& it) { return times(it, "+" + Peer::id(1)) == 1; }));
  peer.leave();
  REQUIRE(link.wait([](const auto& it) { return !it.closed.empty(); }));
  CHECK(link.at().closed.size() == 1);
  CHECK_FALSE(ends_something(link.at().news));
  CHECK(times(link.at(), "+" + Peer::id(2)) == 0);
  CHECK_FALSE(link.at().connection->hang_up(Peer::id(1)));
}

TEST_CASE_TEMPLATE("what makes no sense ends nothing, and what follows counts", Peer, EVERY_PEER) {
  fake_link link;
  Peer peer{link};
  REQUIRE(link.wait([](const auto&) { return true; }));
  peer.send(peer.call(1) + Peer::garbage() + peer.call(2));
  CHECK(link.wait([&](const auto& it) { return times(it, "+" + Peer::id(2)) == 1; }));
  CHECK_FALSE(ends_something(link.at().news));
}

TEST_CASE_TEMPLATE("a switch that comes back is attached anew, and the former connection tells nothing more",
                   Peer, EVERY_PEER) {
  fake_link link;
  Peer peer{link};
  REQUIRE(link.wait([](const auto&) { return true; }));
  peer.leave();
  REQUIRE(link.wait([](const auto& it) { return !it.closed.empty(); }));
  peer.come_back();
  REQUIRE(link.wait([](const auto&) { return true; }, 1));
  peer.send(peer.call(3));
  CHECK(link.wait([&](const auto& it) { return times(it, "+" + Peer::id(3)) == 1; }, 1));
  CHECK(times(link.at(0), "+" + Peer::id(3)) == 0);
}

TEST_CASE_TEMPLATE("a close by the link ends the connection, and nothing is hung up over it", Peer,
                   EVERY_PEER) {
  fake_link link;
  Peer peer{link};
  REQUIRE(link.wait([](const auto&) { return true; }));
  const auto connection = link.at().connection;
  connection->close(close_reason::stale_epoch, "a newer one took over");
  CHECK_FALSE(connection->hang_up(Peer::id(1)));
  CHECK(peer.closed());
  CHECK(link.wait([](const auto& it) { return it.closed.size() == 1; }));
}

TEST_CASE_TEMPLATE("a busy link gets everything, in order, when it goes on", Peer, EVERY_PEER) {
  fake_link link;
  link.consumes = false;
  Peer peer{link};
  REQUIRE(link.wait([](const auto&) { return true; }));
  constexpr int calls = 3000;
  std::thread talking{[&] {
    for (int i = 1; i <= calls; ++i)
      peer.send(peer.call(i));
  }};
  const auto connection = link.at().connection;
  const auto last = "+" + Peer::id(calls);
  for (std::size_t done = 0; times(link.at(), last) == 0;) {
    const auto it = link.at();
    CHECK(it.deliveries - done <= 24); // a window, and what was on its way
    for (; done < it.deliveries; ++done)
      connection->consumed();
    if (!link.wait([&](const auto& now) { return now.deliveries > done || times(now, last) == 1; }))
      break;
  }
  talking.join();
  std::vector<std::string> expected;
  for (int i = 1; i <= calls; ++i)
    expected.push_back("+" + Peer::id(i));
  auto all = told(link.at().news);
  std::erase_if(all, [](const auto& each) { return each[0] != '+'; });
  CHECK(all == expected);
}

} // namespace rollcall::driver_suite_test
