#include "log_lines.hpp"
#include "mesh_fixture.hpp"
#include "tests/component/holds_soon.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace rollcall::mesh_hostile_test {

using namespace rollcall::cluster;
using namespace rollcall::cluster::mesh_fixture;

namespace {

using namespace std::chrono_literals;
using rollcall::testing::holds_soon;
namespace asio = boost::asio;

limits impatient() {
  limits bounds;
  bounds.hello = 150ms;
  bounds.hand_over = 150ms;
  bounds.strangers.total = 4;
  return bounds;
}

/// Where hello_of() says that it is.
const std::string somewhere = "127.0.0.1:9";

std::string hello_of(const std::string& node, const std::string& runtime) {
  return hello_line({{"test", 1, node_id{node}, 77, somewhere, {}}, runtime, {}, {}});
}

/// A node that lets in who names the right address, so that strangers get as far as they ever can.
node_options trusting(limits bounds = {}) {
  return {.id = "node-a", .peers = {somewhere}, .secret = {}, .bounds = bounds};
}

const std::string some_runtime = std::string(40, 'A') + "#1";

/// A header of BASP and nothing behind it.
std::string header(char operation, char length) {
  std::string bytes(32, '\0');
  bytes[0] = operation;
  bytes[4] = length;
  return bytes;
}

} // namespace

TEST_CASE("silent, slow and babbling strangers are closed in time, and nodes still get in") {
  running_node a{{.id = "node-a", .bounds = impatient()}};
  client silent{a.port()};
  client slow{a.port()};
  slow.send("{\"type\"");
  client babbling{a.port()};
  babbling.send(std::string(20'000, 'x'));
  CHECK(babbling.line() == std::nullopt);
  client http{a.port()};
  http.send("GET / HTTP/1.1\r\n");
  CHECK(http.line().value_or("").find("bad_hello") != std::string::npos);
  CHECK(silent.line() == std::nullopt);
  CHECK(slow.line() == std::nullopt);
  CHECK(holds_soon([&] { return a->counters().timeouts == 2; }));
  running_node b{{.id = "node-b", .peers = {a.address()}}};
  REQUIRE(b.connected_to("node-a"));
  CHECK(holds_soon([&] { return a->counters().strangers == 0; }));
}

TEST_CASE("only so many strangers are listened to at once") {
  running_node a{{.id = "node-a", .bounds = impatient()}};
  std::vector<std::unique_ptr<client>> crowd;
  for (int i = 0; i < 10; ++i)
    crowd.push_back(std::make_unique<client>(a.port()));
  CHECK(holds_soon([&] { return a->counters().turned_away == 6; }));
  running_node b{{.id = "node-b", .peers = {a.address()}}};
  REQUIRE(b.connected_to("node-a"));
}

TEST_CASE("an address that connects and says nothing has a few places, and keeps no node out") {
  limits bounds;
  bounds.hello = 60s; // they would stay
  bounds.strangers = {2, 4};
  running_node a{{.id = "node-a", .bounds = bounds}};
  asio::io_context io;
  const auto silent_of = [&](const char* address) {
    asio::ip::tcp::socket one{io, asio::ip::tcp::v4()};
    one.bind({asio::ip::make_address(address), 0});
    one.connect({asio::ip::address_v4::loopback(), a.port()});
    return one;
  };
  std::vector<asio::ip::tcp::socket> crowd;
  for (int i = 0; i < 10; ++i)
    crowd.push_back(silent_of("127.0.0.9"));
  CHECK(holds_soon([&] { return a->counters().turned_away == 8; }));
  for (const auto* other : {"127.0.0.10", "127.0.0.11"})
    crowd.push_back(silent_of(other)); // now all places are taken
  CHECK(holds_soon([&] { return a->counters().accepted == 12; }));
  CHECK(a->counters().turned_away == 8);
  running_node b{{.id = "node-b", .peers = {a.address()}}};
  REQUIRE(b.connected_to("node-a"));
  CHECK(a->counters().turned_away >= 9); // the oldest of all
}

TEST_CASE("a stranger's place is free again when the other end is let in, refused or gone") {
  limits bounds;
  bounds.strangers = {2, 4};
  running_node a{trusting(bounds)};
  for (int i = 0; i < 6; ++i) {
    client gone{a.port()};
    CHECK(holds_soon([&] { return a->counters().strangers > 0; }));
    gone.end();
    CHECK(gone.line() == std::nullopt);
    CHECK(holds_soon([&] { return a->counters().strangers == 0; }));
  }
  client let_in{a.port()};
  let_in.send(hello_of("node-b", some_runtime));
  CHECK(let_in.line().value_or("").find("welcome") != std::string::npos);
  CHECK(a->counters().turned_away == 0);
}

TEST_CASE("a welcomed peer that stays silent is not a member, and blocks no other for long") {
  running_node a{trusting(impatient())};
  client mute{a.port()};
  mute.send(hello_of("node-b", some_runtime));
  CHECK(mute.line().value_or("").find("welcome") != std::string::npos);
  CHECK(mute.line() == std::nullopt);
  CHECK(a.told().empty());
  CHECK(holds_soon([&] {
    client again{a.port()};
    again.send(hello_of("node-b", some_runtime));
    return again.line().value_or("").find("welcome") != std::string::npos;
  }));
}

TEST_CASE("invalid BASP data never reaches CAF") {
  running_node a{trusting()};
  const std::string talks[] = {header(1, '\x7f'), header(2, 0), header(3, 0), header(99, 0),
                               "GET / HTTP/1.1\r\nHost: somewhere\r\n\r\n"};
  std::uint64_t bad = 0;
  for (const auto& talk : talks) {
    client c{a.port()};
    const auto number = std::to_string(++bad);
    c.send(hello_of("node-" + number, std::string(40, 'A') + '#' + number));
    REQUIRE(c.line().value_or("").find("welcome") != std::string::npos);
    c.send(talk);
    CHECK(c.line() == std::nullopt);
    CHECK(holds_soon([&] { return a->counters().bad_frames == bad; }));
  }
  CHECK(a.told().empty());
}

TEST_CASE("a stranger that invents names neither fills the log nor mutes lines about other addresses") {
  const rollcall::testing::log_lines log;
  running_node a{{.id = "node-a"}}; // with a secret, which these do not know
  const auto hello_from = [&](const char* address, const std::string& node) {
    client c{a.port(), address};
    c.send(hello_of(node, some_runtime));
    CHECK(c.line().value_or("").find("wrong_secret") != std::string::npos);
  };
  for (int i = 0; i < 20; ++i)
    hello_from("127.0.0.9", "free-" + std::to_string(i));
  CHECK(log.count("refused a stranger at 127.0.0.9 (wrong_secret)") == peer_lines_a_minute);
  hello_from("127.0.0.10", "node-b");
  CHECK(log.wait_for("refused a stranger at 127.0.0.10 (wrong_secret): 'node-b'"));
}

TEST_CASE("one that looks like another node to CAF is refused") {
  running_node a{trusting()};
  client clone{a.port()};
  clone.send(hello_of("node-b", to_string(a.system().node())));
  const auto answer = clone.line().value_or("");
  CHECK(answer.find("same_runtime") != std::string::npos);
  CHECK(answer.find("node-a") != std::string::npos);
  client none{a.port()};
  none.send(hello_of("node-b", "x"));
  CHECK(none.line().value_or("").find("bad_hello") != std::string::npos);
}

TEST_CASE("a node that BASP does not answer for is given up and tried again") {
  namespace asio = boost::asio;
  asio::io_context io;
  asio::ip::tcp::acceptor fake{io, {asio::ip::address_v4::loopback(), 0}};
  running_node a{{.id = "node-a",
                  .peers = {"127.0.0.1:" + std::to_string(fake.local_endpoint().port())},
                  .secret = {},
                  .bounds = impatient()}};
  for (int i = 0; i < 3; ++i) {
    auto socket = fake.accept();
    const auto line = welcome_line({{"test", 1, node_id{"node-f"}, 99, somewhere, {}}, some_runtime, {}, {}});
    asio::write(socket, asio::buffer(line));
    std::vector<char> sink(1000);
    boost::system::error_code ec;
    while (!ec)
      socket.read_some(asio::buffer(sink), ec);
  }
  CHECK(a.told().empty());
}

TEST_CASE("a stop while nobody answers the dialler takes no time") {
  // A listening socket whose queue is full answers nobody, on Linux.
  namespace asio = boost::asio;
  asio::io_context io;
  asio::ip::tcp::acceptor hole{io};
  hole.open(asio::ip::tcp::v4());
  hole.bind({asio::ip::address_v4::loopback(), 0});
  hole.listen(0);
  std::vector<asio::ip::tcp::socket> queue;
  const auto at = hole.local_endpoint();
  for (int i = 0; i < 4; ++i) { // not by Asio, which waits for the answer whatever it is told
    queue.emplace_back(io, asio::ip::tcp::v4());
    queue.back().non_blocking(true);
    ::connect(queue.back().native_handle(), at.data(), static_cast<socklen_t>(at.size()));
  }
  limits bounds;
  bounds.connect = 300ms;
  auto a = std::make_unique<running_node>(
      node_options{.id = "node-a",
                   .peers = {"127.0.0.1:" + std::to_string(hole.local_endpoint().port())},
                   .bounds = bounds});
  CHECK(holds_soon([&] { return (*a)->status().front().last_error == "connect: no answer in time"; }));
  CHECK(holds_soon([&] { return (*a)->counters().dialled >= 2; }));
  const auto begun = std::chrono::steady_clock::now();
  a = nullptr;
  CHECK(std::chrono::steady_clock::now() - begun < 30s); // far less than a system waits for a connection
}

TEST_CASE("an address that is taken is told by name") {
  running_node a{{.id = "node-a"}};
  boost::asio::io_context io;
  caf::actor_system_config config;
  config.load<caf::io::middleman>();
  caf::actor_system system{config};
  settings with;
  with.self = {"test", 1, node_id{"node-b"}, 5, {}, {}};
  with.listen = a.address();
  mesh second{io, system, with, {}, {}};
  CHECK_THROWS_WITH_AS(second.listen(), doctest::Contains(a.address().c_str()), std::system_error);
}

} // namespace rollcall::mesh_hostile_test
