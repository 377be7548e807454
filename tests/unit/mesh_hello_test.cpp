#include "transport/cluster/hello.hpp"
#include "transport/cluster/limits.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <variant>

namespace rollcall::cluster::mesh_hello_test {

namespace {

const greeting example{
    {"c", 1, node_id{"node-a"}, 18'446'744'073'709'551'615U, "10.0.0.1:4242", {"10.0.0.2:4242", "[::1]:1"}},
    "0123#7",
    {},
    {}};

std::string with(const std::string& from, const std::string& to) {
  auto line = hello_line(example);
  line.pop_back();
  const auto at = line.find(from);
  REQUIRE(at != std::string::npos);
  return line.replace(at, from.size(), to);
}

std::string refusal_of(const auto& read) {
  const auto* found = std::get_if<refused>(&read);
  return found ? std::string{code_of(found->why)} : "none";
}

} // namespace

TEST_CASE("a node's hello is read as it was written") {
  const auto check = [](const auto& read) {
    REQUIRE(std::holds_alternative<greeting>(read));
    const auto& got = std::get<greeting>(read);
    CHECK(got.of.cluster == "c");
    CHECK(got.of.protocol == 1);
    CHECK(got.of.node == example.of.node);
    CHECK(got.of.incarnation == example.of.incarnation);
    CHECK(got.of.address == example.of.address);
    CHECK(got.of.peers == example.of.peers);
    CHECK(got.runtime == example.runtime);
  };
  check(read_hello(hello_line(example), 1));
  check(read_answer(welcome_line(example), 1));
  CHECK(hello_line(example).ends_with("}\n"));
}

TEST_CASE("a refusal arrives with its code, its reason and who refuses") {
  const auto read = read_answer(refused_line({refusal::same_node, "two of \"them\"", node_id{"node-b"}}), 1);
  const auto& got = std::get<refused>(read);
  CHECK(got.why == refusal::same_node);
  CHECK(got.message == "two of \"them\"");
  CHECK(got.node == node_id{"node-b"});
}

TEST_CASE("a refusal of a later version is told by its own words") {
  const auto read = read_answer(R"({"type":"refused","code":"full","message":"no\nmore"})", 1);
  CHECK(std::get<refused>(read).message == "full: no?more");
}

TEST_CASE("another protocol is refused before anything else is looked at") {
  CHECK(refusal_of(read_hello(R"({"type":"hello","protocol":2,"node":"node-z"})", 1)) == "wrong_version");
  CHECK(refusal_of(read_answer(R"({"type":"welcome","protocol":2})", 1)) == "wrong_version");
  const auto read = read_hello(R"({"type":"hello","protocol":2,"node":"node-z"})", 1);
  CHECK(std::get<refused>(read).message.find("'node-z' speaks protocol 2") == 0);
}

TEST_CASE("unknown fields are ignored, addresses that cannot be read left out") {
  CHECK(refusal_of(read_hello(with(R"("cluster")", R"("later":{"a":[1]},"cluster")"), 1)) == "none");
  const auto read = read_hello(with(R"("[::1]:1")", R"("nowhere",7,"a:b","c:1\n","d:2")"), 1);
  CHECK(std::get<greeting>(read).of.peers == std::vector<std::string>{"10.0.0.2:4242", "d:2"});
  CHECK(refusal_of(read_hello(with("10.0.0.1:4242", ":4242"), 1)) == "none");
}

TEST_CASE("hostile hellos are refused") {
  const std::string lines[] = {
      "",
      "GET / HTTP/1.1",
      "{}",
      "[]",
      "null",
      "{\"type\":\"hello\"",
      std::string(10'000, '['),
      R"({"type":"hello","protocol":1})",
      R"({"type":"hello","protocol":-1})",
      R"({"type":"hello","protocol":1.5})",
      R"({"type":"hello","protocol":"1"})",
      R"({"type":7})",
      with("hello", "welcome"),
      with("\"c\"", "7"),
      with("node-a", ""),
      with("node-a", "node\\na"),
      with("node-a", "node\\u0000a"),
      with("node-a", "n\xff"),
      with("node-a", std::string(301, 'n')),
      with("18446744073709551615", "0"),
      with("18446744073709551615", "-1"),
      with("18446744073709551615", "18446744073709551616"),
      with("\"10.0.0.1:4242\"", "null"),
      with("10.0.0.1:4242", "10.0.0.1"),
      with("10.0.0.1:4242", "10.0.0.1:port"),
      with("10.0.0.1:4242", ""),
      with("[\"10.0.0.2:4242\",\"[::1]:1\"]", "{}"),
      with("0123#7", ""),
      with("\"0123#7\"", "[]"),
  };
  for (const auto& line : lines) {
    CAPTURE(line);
    const auto found = refusal_of(read_hello(line, 1));
    CHECK((found == "bad_hello" || (found == "wrong_version" && line.find(":1}") == std::string::npos)));
  }
  CHECK(refusal_of(read_answer(hello_line(example), 1)) == "bad_hello");
  CHECK(refusal_of(read_answer(R"({"type":"refused"})", 1)) == "bad_hello");
  CHECK(refusal_of(read_answer(R"({"type":"refused","code":"self","message":7})", 1)) == "bad_hello");
}

TEST_CASE("a hello has room for as many addresses as fit, and is never too long") {
  auto many = example;
  many.of.peers.assign(1000, std::string(250, 'h') + ":1");
  CHECK(hello_line(many).size() <= hello_bytes);
  CHECK(std::get<greeting>(read_hello(hello_line(many), 1)).of.peers.size() > 50);
  many.of.peers.assign(1000, "h:1");
  CHECK(std::get<greeting>(read_hello(hello_line(many), 1)).of.peers.size() == hello_peers);
}

} // namespace rollcall::cluster::mesh_hello_test
