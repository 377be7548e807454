#include "transport/cluster/address_book.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace rollcall::cluster::mesh_address_book_test {

namespace {

timestamp at(int second) { return timestamp{std::chrono::seconds{second}}; }

std::vector<std::string> all(const address_book& book) {
  std::vector<std::string> found;
  for (const auto& each : book.status())
    found.push_back(each.address);
  return found;
}

using texts = std::vector<std::string>;

} // namespace

TEST_CASE("configured addresses come first, and those that are ours not at all") {
  address_book book;
  book.configure({"c:1", "d:1", "me:1"}, at(0));
  book.learn("a:1", node_id{"node-a"}, at(1));
  book.attempted("me:1", {.connected = false, .ours = true, .node = {}, .error = {}});
  CHECK(all(book) == texts{"c:1", "d:1", "a:1"});
}

TEST_CASE("a node is connected under every address that it is known by") {
  address_book book;
  book.configure({"b:1", "also-b:1"}, at(0));
  book.attempted("b:1", {.connected = false, .ours = false, .node = {}, .error = "connect: refused"});
  CHECK(book.status()[1].last_error == "connect: refused");
  CHECK(book.status()[1].attempts == 1);
  book.attempted("b:1", {.connected = true, .ours = false, .node = node_id{"node-b"}, .error = {}});
  book.joined(node_id{"node-b"}, at(5));
  book.attempted("also-b:1",
                 {.connected = false, .ours = false, .node = node_id{"node-b"}, .error = "duplicate"});
  for (const auto& each : book.status()) {
    CHECK(each.connected);
    CHECK(each.since == at(5));
    CHECK(each.attempts == 0);
    CHECK(each.last_error.empty());
  }
  book.left(node_id{"node-b"}, "it is gone", at(9));
  for (const auto& each : book.status()) {
    CHECK_FALSE(each.connected);
    CHECK(each.since == at(9));
    CHECK(each.last_error == "it is gone");
  }
}

TEST_CASE("a reload forgets addresses where nobody was, and keeps the others as learned") {
  address_book book;
  book.configure({"b:1", "nobody:1"}, at(0));
  book.attempted("b:1", {.connected = true, .ours = false, .node = node_id{"node-b"}, .error = {}});
  CHECK(book.configure({"c:1"}, at(1)) == texts{"nobody:1"});
  CHECK(all(book) == texts{"c:1", "b:1"});
  CHECK_FALSE(book.status()[1].configured);
}

TEST_CASE("an address removed from the configuration is marked as such until its node is met or it is "
          "configured again") {
  address_book book;
  book.configure({"b:1"}, at(0));
  book.attempted("b:1", {.connected = true, .ours = false, .node = node_id{"node-b"}, .error = {}});
  CHECK_FALSE(book.status()[0].dropped);
  book.configure({}, at(1));
  CHECK(book.status()[0].dropped);
  book.configure({}, at(2));
  CHECK(book.status()[0].dropped);
  SUBCASE("met") {
    book.joined(node_id{"node-b"}, at(3));
    CHECK_FALSE(book.status()[0].dropped);
    book.configure({}, at(4));
    CHECK_FALSE(book.status()[0].dropped);
  }
  SUBCASE("configured again") {
    book.configure({"b:1"}, at(3));
    CHECK_FALSE(book.status()[0].dropped);
  }
}

TEST_CASE("learned addresses are bounded: the one gone for longest makes room, a connected one never") {
  address_book book;
  book.configure({"configured:1"}, at(0));
  for (std::size_t i = 0; i < learned_addresses; ++i)
    CHECK_FALSE(book.learn("n" + std::to_string(i) + ":1", node_id{"n" + std::to_string(i)}, at(10)));
  book.joined(node_id{"n3"}, at(1));
  book.joined(node_id{"n7"}, at(1));
  book.left(node_id{"n7"}, "x", at(2));
  CHECK(book.learn("new:1", node_id{"new"}, at(20)) == "n7:1");
  CHECK(book.status().size() == learned_addresses + 1);
  CHECK(book.find("n3:1"));
  CHECK(book.find("new:1"));
  CHECK_FALSE(book.find("n7:1"));
  CHECK_FALSE(book.learn("new:1", {}, at(21))); // known
}

TEST_CASE("a node that names the address of a connected one takes nothing from it") {
  address_book book;
  book.configure({"b:1"}, at(0));
  book.attempted("b:1", {.connected = true, .ours = false, .node = node_id{"node-b"}, .error = {}});
  book.joined(node_id{"node-b"}, at(1));
  book.learn("b:1", node_id{"node-x"}, at(2));
  CHECK(book.status().front().node == node_id{"node-b"});
  CHECK(book.status().front().connected);
  book.left(node_id{"node-b"}, "x", at(3));
  book.learn("b:1", node_id{"node-x"}, at(4)); // it may have moved there
  CHECK(book.status().front().node == node_id{"node-x"});
}

TEST_CASE("others are told of those that are connected first") {
  address_book book;
  book.configure({"a:1", "b:1", "c:1"}, at(0));
  book.attempted("c:1", {.connected = true, .ours = false, .node = node_id{"node-c"}, .error = {}});
  book.joined(node_id{"node-c"}, at(1));
  CHECK(book.addresses(2) == texts{"c:1", "a:1"});
}

} // namespace rollcall::cluster::mesh_address_book_test
