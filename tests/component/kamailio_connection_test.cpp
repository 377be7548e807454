#include "kamailio_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>

namespace rollcall::kamailio_connection_test {

using namespace rollcall::kamailio;
using namespace rollcall::kamailio::testing;
using namespace std::chrono_literals;

namespace {

/// Patient where the tests are not, and quick where they wait.
limits quick() {
  limits bounds;
  bounds.hello = 1s;
  bounds.tick = 10ms;
  bounds.hole = 50ms;
  bounds.snapshot_pause = 1ms;
  return bounds;
}

template <class T>
std::size_t count(const switch_news& news) {
  return static_cast<std::size_t>(std::count_if(
      news.begin(), news.end(), [](const auto& each) { return std::holds_alternative<T>(each); }));
}

/// `<id> <state>` of each event, in order.
std::vector<std::string> events(const switch_news& news) {
  std::vector<std::string> found;
  for (const auto& item : news)
    if (const auto* call = std::get_if<call_event>(&item))
      found.push_back(call->id + ' ' + std::string{to_string(call->state)});
  return found;
}

} // namespace

TEST_CASE("a Kamailio that says no hello, or something else, is left and tried again") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto silent = under_test.next();
  CHECK(silent.closed());
  for (const auto* bytes :
       {"HTTP/1.1 400 Bad Request\r\n\r\n", "23:{\"type\":\"pong\",\"seq\":1},", "3:abc;"}) {
    auto socket = under_test.next();
    socket.send_raw(bytes);
    CHECK_MESSAGE(socket.closed(), bytes);
  }
  CHECK(link.size() == 0);
  under_test.greeted();
  CHECK(link.wait([](const auto&) { return true; }));
}

TEST_CASE("a switch that the node does not want is left and tried again") {
  fake_link link;
  link.refusal = close_reason::unknown_switch;
  node under_test{link, quick()};
  under_test.connect();
  CHECK(under_test.greeted().closed());
  CHECK(under_test.greeted().closed());
}

TEST_CASE("a lost connection is told once, and the next one attaches with a higher epoch") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  { under_test.greeted(); }
  REQUIRE(link.wait([](const auto& it) { return !it.closed.empty(); }));
  under_test.greeted();
  REQUIRE(link.wait([](const auto&) { return true; }, 1));
  CHECK(link.at(1).epoch > link.at(0).epoch);
  CHECK(link.at(0).closed.size() == 1);
  CHECK_FALSE(link.at(0).connection->hang_up("1-1-1"));
}

TEST_CASE("an invalid netstring ends the connection") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  give_snapshot(socket);
  const auto frame = call_frame(1, "1-1-1", "WaitRoute");
  socket.send_raw(std::to_string(frame.size()) + ':' + frame + ",x"); // one write: both come in one read
  CHECK(socket.closed());
  REQUIRE(link.wait([](const auto& it) { return !it.closed.empty(); }));
  CHECK(events(link.at().news) == std::vector<std::string>{"1-1-1 WaitRoute"});
}

TEST_CASE("a Kamailio that answers no ping is left") {
  fake_link link;
  auto bounds = quick();
  bounds.ping = 10ms;
  bounds.answer = 100ms;
  node under_test{link, bounds};
  under_test.connect();
  auto socket = under_test.greeted();
  give_snapshot(socket);
  REQUIRE(link.wait([](const auto& it) { return !it.closed.empty(); }));
  CHECK(link.at().closed.front() == "no sign of life");
}

TEST_CASE("events reach the link in order, however the stream is cut") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  give_snapshot(socket);
  std::string stream;
  std::vector<std::string> expected;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    const auto id = "1-1-" + std::to_string(i);
    const auto frame = call_frame(i, id, "ARComplete");
    stream += std::to_string(frame.size()) + ':' + frame + ',';
    expected.push_back(id + " ARComplete");
  }
  for (std::size_t at = 0; at < stream.size(); at += 7)
    socket.send_raw(std::string_view{stream}.substr(at, 7));
  CHECK(link.wait([&](const auto& it) { return events(it.news) == expected; }));
}

TEST_CASE("malformed frames are skipped, however many come in a row") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  give_snapshot(socket);
  for (int i = 0; i < 30; ++i)
    socket.send(R"({"type":"call","seq":0,"id":5})");
  socket.send(call_frame(1, "1-1-1", "WaitRoute"));
  CHECK(link.wait([](const auto& it) { return events(it.news).size() == 1; }));
  CHECK(count<malformed_event>(link.at().news) == 0);
  CHECK(link.at().closed.empty());
  CHECK(under_test->counters().frames_bad == 30);
}

TEST_CASE("frames of others on a shared event socket are ignored, before the hello and after it") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.next();
  const auto* const foreign = R"({"event":"CGR_AUTH_REQUEST","tr_index":"1"})";
  socket.send(foreign);
  socket.send("no JSON");
  socket.send(R"({"type":"hello","version":1,"switch":"kam-1","run":"1","seq":0})");
  give_snapshot(socket);
  for (int i = 0; i < 30; ++i)
    socket.send(foreign);
  socket.send(call_frame(1, "1-1-1", "WaitRoute"));
  CHECK(link.wait([](const auto& it) { return events(it.news).size() == 1; }));
  CHECK(link.at().closed.empty());
  CHECK(under_test->counters().frames_foreign == 32);
  CHECK(under_test->counters().frames_bad == 0);
}

TEST_CASE("a late answer to a former connection is not taken for one of the next") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  std::string late;
  {
    auto first = under_test.greeted();
    const auto request = first.receive();
    REQUIRE(request);
    late = R"({"type":"rpc","answer":)" + answer_to(*request, R"({"all":0})") + "}";
  }
  auto second = under_test.greeted();
  second.send(late);
  second.send(late);
  // The count that it asks for itself is still open.
  give_snapshot(second, {{dialog_json("1", 1)}});
  REQUIRE(link.wait([](const auto& it) { return count<snapshot_end>(it.news) == 1; }, 1));
  CHECK(events(link.at(1).news) == std::vector<std::string>{"1-1-1 Connected"});
  CHECK(under_test->counters().snapshots_failed == 0);
}

TEST_CASE("a node that is behind never makes Kamailio wait: what it cannot hold is dropped, and a snapshot "
          "follows") {
  fake_link link;
  link.consumes = false;
  auto bounds = quick();
  bounds.backlog = 1000;
  bounds.answer = 60s; // the sender answers no ping before it has sent all
  node under_test{link, bounds};
  under_test.connect();
  auto socket = under_test.greeted();
  constexpr std::size_t most = 64 * 1024 * 1024;
  CHECK_FALSE(socket.sends_until_stuck(call_frame(1, "1-1-1", "WaitRoute"), most));
  const auto it = link.at();
  CHECK(it.deliveries <= bounds.window);
  CHECK(it.closed.empty());
  CHECK(under_test->counters().dropped > bounds.backlog);
  for (std::size_t i = 0; i < it.deliveries; ++i)
    it.connection->consumed();
  // It is told that something is missing.
  CHECK(link.wait([&](const auto& now) {
    return count<snapshot_begin>(now.news) >= count<snapshot_begin>(it.news) + 2;
  }));
}

TEST_CASE("events that a slow node can hold are delivered in order once it has caught up") {
  fake_link link;
  link.consumes = false;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  std::vector<std::string> expected;
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    const auto id = "1-1-" + std::to_string(i);
    socket.send(call_frame(i, id, "ARComplete"));
    expected.push_back(id + " ARComplete");
  }
  std::size_t consumed = 0;
  CHECK(link.wait([&](const auto& it) {
    for (; consumed < it.deliveries; ++consumed)
      it.connection->consumed();
    return events(it.news) == expected;
  }));
  CHECK(under_test->counters().dropped == 0);
}

TEST_CASE("hang-ups become commands, and a refusal is told") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  give_snapshot(socket);
  socket.send(call_frame(1, "1-1-1", "Connected"));
  socket.send(call_frame(2, "1-1-2", "ARComplete"));
  REQUIRE(link.wait([](const auto& it) { return events(it.news).size() == 2; }));
  const auto connection = link.at().connection;

  CHECK(connection->hang_up("1-1-1"));
  auto command = socket.receive();
  REQUIRE(command);
  CHECK(command->find("dlg.end_dlg") != std::string::npos);
  socket.send(answer_frame(number_of(*command), R"("error":{"code":500,"message":"no way"})"));
  REQUIRE(link.wait([](const auto& it) { return count<refusal>(it.news) == 1; }));

  CHECK(connection->hang_up("1-1-2"));
  command = socket.receive();
  REQUIRE(command);
  CHECK(command->find(R"("tm.reply")") != std::string::npos);
  socket.send(answer_frame(number_of(*command), R"("error":{"code":500,"message":"Reply failed"})"));
  command = socket.receive();
  REQUIRE(command);
  CHECK(command->find("dlg.end_dlg") != std::string::npos);
  socket.send(answer_frame(number_of(*command)));
}

TEST_CASE("a close by the link ends the connection, and hang-ups fail from then on") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  give_snapshot(socket);
  REQUIRE(link.wait([](const auto&) { return true; }));
  const auto connection = link.at().connection;
  connection->close(close_reason::bad_message, "enough");
  CHECK_FALSE(connection->hang_up("1-1-1"));
  CHECK(socket.closed());
}

TEST_CASE("hang-ups beyond the bound are not taken") {
  fake_link link;
  auto bounds = quick();
  bounds.hang_ups_waiting = 10;
  bounds.hang_ups_at_once = 1;
  node under_test{link, bounds};
  under_test.connect();
  auto socket = under_test.greeted();
  give_snapshot(socket);
  REQUIRE(link.wait([](const auto&) { return true; }));
  const auto connection = link.at().connection;
  std::size_t taken = 0;
  for (int i = 0; i < 1000; ++i)
    taken += connection->hang_up("1-1-" + std::to_string(i)) ? 1 : 0;
  // The one that was sent without an answer waits no more.
  CHECK(taken >= 10);
  CHECK(taken <= 10 + bounds.hang_ups_at_once);
}

TEST_CASE("the same Kamailio under two names is refused to the second, and that is told") {
  fake_link link;
  node under_test{link, quick()};
  auto other = under_test.to;
  other.name = switch_name{"kam-2"};
  under_test->set({under_test.to});
  const auto first = under_test.greeted();
  REQUIRE(link.wait([](const auto&) { return true; }));
  under_test->set({under_test.to, other});
  CHECK(under_test.greeted().closed());
  CHECK(under_test.greeted().closed());
  CHECK(under_test->notes().lines()
        == std::vector<std::string>{"switch kam-2: refused: it is the same process as switch kam-1"});
  CHECK(link.size() == 1);
  CHECK(link.at().closed.empty());
  const auto another = under_test.greeted("2");
  REQUIRE(link.wait([](const auto&) { return true; }, 1));
  CHECK(link.at(1).name == switch_name{"kam-2"});
  CHECK(under_test->notes().lines().empty());
}

TEST_CASE("the times of a Kamailio whose clock is off are told by ours, and how far it is off") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.next();
  const auto hour_ahead = std::chrono::duration<double>(system_now().time_since_epoch()).count() + 3600;
  socket.send(R"({"type":"hello","version":1,"switch":"kam-1","run":"1","seq":0,"time":)"
              + std::to_string(hour_ahead) + "}");
  socket.send(R"({"type":"call","seq":1,"state":"WaitRoute","id":"1-1-1","setup_time":)"
              + std::to_string(hour_ahead) + "}");
  REQUIRE(link.wait([](const auto& it) { return !events(it.news).empty(); }));
  const auto it = link.at();
  const auto call = std::find_if(it.news.begin(), it.news.end(),
                                 [](const auto& each) { return std::holds_alternative<call_event>(each); });
  const auto& event = std::get<call_event>(*call);
  CHECK(std::chrono::abs(*event.setup - event.received) < std::chrono::minutes{10});
  REQUIRE(under_test->notes().lines().size() == 1);
  CHECK(under_test->notes().lines().front().find("s ahead") != std::string::npos);
  CHECK(under_test->notes().clocks().at("kam-1") > 3000);
}

TEST_CASE("settings decide who is connected to, and those that stay are not disturbed") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  give_snapshot(socket);
  REQUIRE(link.wait([](const auto&) { return true; }));
  under_test.connect();
  auto other = under_test.to;
  other.name = switch_name{"kam-2"};
  under_test->set({under_test.to, other});
  under_test.greeted("2");
  REQUIRE(link.wait([](const auto&) { return true; }, 1));
  CHECK(link.at(1).name == switch_name{"kam-2"});
  CHECK(link.at(0).closed.empty());
  under_test->set({other});
  CHECK(socket.closed());
  CHECK(link.wait([](const auto& it) { return it.closed.size() == 1; }, 0));
}

} // namespace rollcall::kamailio_connection_test
