#include "kamailio_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>

using namespace rollcall;
using namespace rollcall::kamailio;
using namespace rollcall::kamailio::test;
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

/// Answers the request for a list that comes next with these dialogs.
void give_list(event_socket& socket, const std::string& dialogs = "") {
  const auto request = socket.receive();
  REQUIRE(request);
  REQUIRE(request->find("dlg.list") != std::string::npos);
  socket.send(answer_frame(0, "\"result\":[" + dialogs + "]"));
}

} // namespace

TEST_CASE("a Kamailio that says no hello, or something else, is left and tried again") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto silent = under_test.next();
  CHECK(silent.closed());
  for (const auto* bytes :
       {"HTTP/1.1 400 Bad Request\r\n\r\n", "2:{},", "15:{\"type\":\"ping\"},", "3:abc;"}) {
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
  link.refusal = "unknown_switch";
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

TEST_CASE("what is no netstring ends a connection") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  give_list(socket);
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
  give_list(socket);
  REQUIRE(link.wait([](const auto& it) { return !it.closed.empty(); }));
  CHECK(link.at().closed.front() == "no sign of life");
}

TEST_CASE("events reach the link in order, however the stream is cut") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  give_list(socket);
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

TEST_CASE("a frame that makes no sense costs only itself") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  give_list(socket);
  socket.send("garbage");
  socket.send(call_frame(1, "1-1-1", "WaitRoute"));
  CHECK(link.wait([](const auto& it) { return events(it.news).size() == 1; }));
  CHECK(count<bad_line>(link.at().news) == 1);
}

TEST_CASE("a link that does not consume makes the connection stop reading, and is not taken for a silent "
          "Kamailio") {
  fake_link link;
  link.consumes = false;
  auto bounds = quick();
  bounds.ping = 10ms;
  bounds.answer = 1s;
  node under_test{link, bounds};
  under_test.connect();
  auto socket = under_test.greeted();
  constexpr std::size_t most = 64 * 1024 * 1024;
  REQUIRE(socket.sends_until_stuck(call_frame(1, "1-1-1", "WaitRoute"), most));
  std::this_thread::sleep_for(bounds.answer + 500ms); // nothing may come of it, however long it lasts
  const auto it = link.at();
  CHECK(it.deliveries <= bounds.window + 1); // and the snapshot's beginning
  CHECK(it.closed.empty());
  it.connection->consumed();
  CHECK(link.wait([&](const auto& now) { return now.deliveries > it.deliveries; }));
}

TEST_CASE("hang-ups become commands, and a refusal is told") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  give_list(socket);
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
  CHECK(command->find("tm.reply_callid") != std::string::npos);
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
  give_list(socket);
  REQUIRE(link.wait([](const auto&) { return true; }));
  const auto connection = link.at().connection;
  connection->close("bad_message", "enough");
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
  give_list(socket);
  REQUIRE(link.wait([](const auto&) { return true; }));
  const auto connection = link.at().connection;
  std::size_t taken = 0;
  for (int i = 0; i < 1000; ++i)
    taken += connection->hang_up("1-1-" + std::to_string(i)) ? 1 : 0;
  CHECK(taken >= 10);
  CHECK(taken <= 11 + bounds.hang_ups_at_once); // one may be on its way while the next is counted
}

TEST_CASE("settings decide who is connected to, and those that stay are not disturbed") {
  fake_link link;
  node under_test{link, quick()};
  under_test.connect();
  auto socket = under_test.greeted();
  give_list(socket);
  REQUIRE(link.wait([](const auto&) { return true; }));
  under_test.connect();
  auto other = under_test.to;
  other.name = switch_name{"kam-2"};
  under_test->set({under_test.to, other});
  under_test.greeted();
  REQUIRE(link.wait([](const auto&) { return true; }, 1));
  CHECK(link.at(1).name == switch_name{"kam-2"});
  CHECK(link.at(0).closed.empty());
  under_test->set({other});
  CHECK(socket.closed());
  CHECK(link.wait([](const auto& it) { return it.closed.size() == 1; }, 0));
}
