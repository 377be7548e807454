#include "feed_fixture.hpp"
#include "transport/switches/feed/gate.hpp"
#include "transport/switches/feed/sessions.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace rollcall::feed_session_test {

using namespace rollcall::feed::testing;

namespace {

std::string call_line(std::size_t number) {
  return R"({"type":"call","id":")" + std::to_string(number)
         + R"(","state":"Idle","setup_time":1732320000.5})"
           "\n";
}

/// The ids of all calls in the news, in order.
std::vector<std::string> ids(const switch_news& news) {
  std::vector<std::string> found;
  for (const auto& item : news)
    if (const auto* call = std::get_if<call_event>(&item))
      found.push_back(call->id);
  return found;
}

} // namespace

TEST_CASE("an unfinished line at the end of the connection is not delivered, and the port is told once") {
  fake_link link;
  running_server server{link};
  const auto sw = welcomed(server);
  sw->send(call_line(1) + R"({"type":"end","id":"1"})");
  sw->end();
  CHECK(sw->closed());
  REQUIRE(link.wait([](const auto& it) { return !it.closed.empty(); }));
  const auto it = link.at();
  CHECK(ids(it.news) == std::vector<std::string>{"1"});
  CHECK(it.closed.size() == 1);
  CHECK_FALSE(it.connection->hang_up("1"));
}

TEST_CASE("a reset connection is told to the port") {
  fake_link link;
  running_server server{link};
  welcomed(server)->send(call_line(1));
  CHECK(link.wait([](const auto& it) { return it.closed.size() == 1; }));
}

TEST_CASE("a line that is too long is one bad line, and the lines around it count") {
  fake_link link;
  running_server server{link};
  const auto sw = welcomed(server);
  sw->send(call_line(1) + R"({"type":"call","id":")" + std::string(1'000'000, 'x') + "\"}\n" + call_line(2));
  REQUIRE(link.wait([](const auto& it) { return ids(it.news).size() == 2; }));
  const auto it = link.at();
  REQUIRE(it.news.size() == 3);
  CHECK(std::get<malformed_event>(it.news[1]).reason == "longer than 65536 bytes");
}

TEST_CASE("bad lines, pings and blank lines travel in order with the rest") {
  fake_link link;
  running_server server{link};
  const auto sw = welcomed(server);
  sw->send("nonsense\n\n \r\n" + call_line(1)
           + R"({"type":"ping"})"
             "\n"
           + hello_line(9));
  REQUIRE(link.wait([](const auto& it) { return it.news.size() == 4; }));
  const auto news = link.at().news;
  CHECK(std::holds_alternative<malformed_event>(news[0]));
  CHECK(std::holds_alternative<call_event>(news[1]));
  CHECK(std::holds_alternative<barrier>(news[2]));
  CHECK(std::holds_alternative<malformed_event>(news[3]));
}

TEST_CASE("a slow link stops the reading, and nothing is lost or reordered") {
  fake_link link;
  link.consumes = false;
  feed::limits bounds;
  bounds.window = 4;
  running_server server{link, bounds};
  const auto sw = welcomed(server);
  const auto line = call_line(1234567);
  const auto taken = sw->send_until_stuck(line);
  CHECK(link.at().deliveries == 4);

  // Each consumed() lets in one more read.
  const auto connection = link.at().connection;
  for (std::size_t n = 5; n < 8; ++n) {
    connection->consumed();
    CHECK(link.wait([n](const auto& it) { return it.deliveries == n; }));
  }
  // The rest, and what was cut off by the full socket, up to a last call.
  std::thread consumer{[&] {
    bool over = false;
    for (std::size_t n = 8; !over; ++n) {
      const auto more = link.wait([&](const auto& it) {
        over = !it.closed.empty();
        return over || it.deliveries >= n;
      });
      over = over || !more;
      connection->consumed();
    }
  }};
  for (std::size_t n = 0; n < 3; ++n)
    connection->consumed();
  sw->send(line.substr(taken % line.size()));
  sw->send(call_line(7));
  sw->end();
  CHECK(link.wait([](const auto& it) { return !it.closed.empty(); }));
  consumer.join();
  const auto all = ids(link.at().news);
  REQUIRE(!all.empty());
  CHECK(all.back() == "7");
  CHECK(std::count(all.begin(), all.end(), "1234567") == static_cast<std::ptrdiff_t>(all.size()) - 1);
}

TEST_CASE("lines from many threads arrive whole, each thread's in order") {
  constexpr std::size_t thread_count = 4;
  constexpr std::size_t line_count = 2000;
  fake_link link;
  running_server server{link};
  const auto sw = welcomed(server);
  const auto connection = link.at().connection;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < thread_count; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < line_count; ++i)
        connection->hang_up(std::to_string(t) + "-" + std::to_string(i));
    });
  std::vector<std::size_t> next(thread_count);
  std::size_t out_of_place = 0;
  for (std::size_t n = 0; n < thread_count * line_count; ++n) {
    const auto said = sw->line();
    REQUIRE(said);
    const auto at = said->find_first_of("0123456789", said->find(R"("id":")"));
    const auto t = static_cast<std::size_t>((*said)[at] - '0');
    REQUIRE(t < thread_count);
    if (*said
        != R"({"type":"disconnect","id":")" + std::to_string(t) + "-" + std::to_string(next[t]++) + "\"}")
      ++out_of_place;
  }
  for (auto& each : threads)
    each.join();
  CHECK(out_of_place == 0);
}

TEST_CASE("a switch that does not read is closed as too slow, and hang_up says so") {
  fake_link link;
  feed::limits bounds;
  bounds.unsent_bytes = 100'000;
  running_server server{link, bounds};
  const auto sw = welcomed(server);
  const auto connection = link.at().connection;
  std::size_t sent = 0;
  const std::string long_id(200, 'x');
  while (connection->hang_up(long_id)) {
    ++sent;
    REQUIRE(sent < 1'000'000);
  }
  CHECK_FALSE(connection->hang_up("1"));
  CHECK(link.wait([](const auto& it) { return it.closed.size() == 1; }));

  // It reads at last: whatever was promised, and then why.
  std::size_t disconnects = 0;
  std::optional<std::string> last;
  for (auto line = sw->line(); line; line = sw->line()) {
    last = line;
    disconnects += line->starts_with(R"({"type":"disconnect")");
  }
  CHECK(disconnects == sent);
  REQUIRE(last);
  CHECK(last->starts_with(R"({"type":"error","code":"too_slow")"));
}

TEST_CASE("a switch that never reads is cut off after the time to read the error") {
  fake_link link;
  feed::limits bounds;
  bounds.linger = std::chrono::milliseconds{30};
  running_server server{link, bounds};
  const auto sw = welcomed(server);
  // The bound is more than the kernel's buffers hold on both sides: some of it stays with the session.
  const auto connection = link.at().connection;
  const std::string long_id(200, 'x');
  while (connection->hang_up(long_id))
    ;
  CHECK(link.wait([](const auto& it) { return it.closed.size() == 1; }));
  std::promise<void> cut;
  server->drain(patience, [&] { cut.set_value(); }); // is over when the connection is
  REQUIRE(cut.get_future().wait_for(patience) == std::future_status::ready);
  for (auto line = sw->line(); line; line = sw->line())
    CHECK_MESSAGE(line->find("too_slow") == line->npos,
                  "the error got through, so the test did not fill the socket");
}

TEST_CASE("a close by the link sends what waits, then the error, and then ends the connection") {
  fake_link link;
  running_server server{link};
  const auto sw = welcomed(server);
  const auto connection = link.at().connection;
  connection->reject("line 3: \"id\" is required\n");
  connection->passed_barrier();
  connection->close(close_reason::bad_message, "ten bad lines");
  connection->close(close_reason::too_slow, "not any more");
  connection->request_snapshot();
  CHECK(sw->line() == "{\"type\":\"warning\",\"message\":\"line 3: \\\"id\\\" is required\xEF\xBF\xBD\"}");
  CHECK(sw->line() == R"({"type":"pong"})");
  CHECK(sw->line() == R"({"type":"error","code":"bad_message","message":"ten bad lines"})");
  sw->send(call_line(1)); // is not heard any more
  CHECK(sw->closed());
  sw->end();
  CHECK(link.wait([](const auto& it) { return !it.closed.empty(); }));
  CHECK(link.at().closed.size() == 1);
  CHECK(link.at().news.empty());
}

TEST_CASE("an error reaches a switch that writes without reading") {
  fake_link link;
  link.consumes = false;
  running_server server{link};
  const auto sw = welcomed(server);
  sw->send_until_stuck(call_line(1));
  CHECK(link.wait([](const auto& it) { return it.deliveries == feed::limits{}.window; }));
  link.at().connection->close(close_reason::stale_epoch, "a newer one took over");
  sw->send(call_line(2)); // blocks until the server reads on
  CHECK(sw->line() == R"({"type":"error","code":"stale_epoch","message":"a newer one took over"})");
  CHECK(link.at().deliveries == feed::limits{}.window);
}

TEST_CASE("a session that is told to leave before it runs does, whoever tells it") {
  using tell = std::function<void(switches::session&)>;
  const tell words[] = {
      [](auto& it) { it.drain("leaving"); },
      [](auto& it) { it.drain("leaving"), it.revise(), it.revise(nullptr); },
      [](auto& it) {
        it.move([](const switch_name&) { return std::vector<std::string>{}; }), it.drain("leaving");
      },
      [](auto& it) { it.cut("the node is stopping"); },
  };
  for (const auto& word : words) {
    namespace asio = boost::asio;
    asio::io_context io;
    asio::ip::tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
    client sw{acceptor.local_endpoint().port()};
    net::channel::socket accepted{asio::make_strand(io)};
    acceptor.accept(accepted);
    auto ended = false;
    const auto shared = std::make_shared<feed::service>(feed::limits{}, feed::switch_secrets{});
    auto opened = switches::session::make(
        std::move(accepted), nullptr, feed::sessions_of(shared, "node-a", attach_fn{}, &system_now),
        std::make_unique<feed::gate>(shared), [&](const auto&, const auto&) { ended = true; });
    word(*opened);
    io.poll(); // as another thread of the server would
    opened->run();
    opened.reset();
    sw.end();
    io.restart();
    io.run();
    CHECK(ended);
    CHECK_FALSE(sw.line());
    CHECK(shared->unknown.size() == 0);
  }
}

TEST_CASE("what the link has wanted before a session ends is still sent, ahead of the reason") {
  namespace asio = boost::asio;
  fake_link link;
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), 0}};
  client sw{acceptor.local_endpoint().port()};
  net::channel::socket accepted{asio::make_strand(io)};
  acceptor.accept(accepted);
  const auto shared = std::make_shared<feed::service>(
      feed::limits{}, feed::switch_secrets{{switch_name{"sbc-1"}, {"s3cret"}}});
  auto opened = switches::session::make(
      std::move(accepted), nullptr, feed::sessions_of(shared, "node-a", link.attach(), &system_now),
      std::make_unique<feed::gate>(shared), [](const auto&, const auto&) {});
  opened->run();
  sw.send(hello_line());
  while (link.size() == 0)
    io.run_one();
  io.poll();
  REQUIRE(sw.line());

  shared->switches.replace({});
  opened->revise(); // ends it before it can hear of the hang-up
  CHECK(link.at().connection->hang_up("960"));
  io.poll();
  CHECK(sw.line() == R"({"type":"disconnect","id":"960"})");
  CHECK(sw.line().value_or("").starts_with(R"({"type":"error","code":"unknown_switch")"));
  opened.reset();
  sw.end();
  io.restart();
  io.run();
  link.let_go();
}

} // namespace rollcall::feed_session_test
