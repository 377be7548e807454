#include "driver_peers.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

// A kind of switch is a folder, its line in the registry and its block of the configuration: with a toy of
// which nothing else in the project has heard. Its block is read in tests/unit/config_kinds_test.cpp.

namespace rollcall::driver_kind_test {

using namespace driver_suite;

TEST_CASE("a switch of a new kind is dialled, attached under its name, hung up on, noted and counted") {
  fake_link link;
  boost::asio::io_context io;
  switches::dialled_kinds node{io, {testing::toy_kind()}, link.attach(), &system_now};
  auto work = boost::asio::make_work_guard(io);
  std::thread running{[&] { io.run(); }};
  kamailio::testing::listening toy;
  node.set({{"toy", switch_name{"toy-1"}, {"127.0.0.1", std::to_string(toy.port())}, {{"colour", "blue"}}}});
  auto accepted = toy.accept();
  REQUIRE(accepted);
  feed::testing::client socket{feed::testing::client::connected{accepted->release()}};
  socket.send("@\n+1\n");
  REQUIRE(link.wait([](const auto& it) { return !it.news.empty(); }));
  CHECK(link.at().name == switch_name{"toy-1"});
  CHECK(link.at().epoch > 0);
  CHECK_FALSE(link.at().connection->host().known()); // there cannot be two
  CHECK(link.at().connection->hang_up("1"));
  CHECK(socket.line() == "?");
  CHECK(socket.line() == "x1");
  CHECK(node.notes() == std::vector<std::string>{"switch toy-1: it is blue"});
  REQUIRE(node.metrics().size() == 1);
  CHECK(node.metrics()[0].name == "rollcall_toy_attached_total");
  CHECK(node.metrics()[0].samples[0].value == 1);
  node.set({});
  CHECK_FALSE(socket.line());
  CHECK(node.notes().empty());
  CHECK(link.wait([](const auto& it) { return it.closed.size() == 1; }));
  work.reset();
  running.join();
  link.let_go();
}

} // namespace rollcall::driver_kind_test
