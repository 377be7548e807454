#include "mesh_fixture.hpp"
#include "transport/cluster/secret.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::mesh_secret_test {

using namespace rollcall::cluster;
using namespace rollcall::cluster::mesh_fixture;

namespace {

const std::string other_secret = "another thirty-two bytes of nodes";

/// A hello that names an address to be dialled at, as itself and as a peer.
greeting rogue(const std::string& names) {
  return {{"test", 1, node_id{"rogue"}, 66, names, {names}}, std::string(40, 'A') + "#1", {}, {}};
}

} // namespace

TEST_CASE("a peer without the secret is admitted on neither side, and its address is not dialled") {
  running_node a{{.id = "node-a"}};
  running_node without{{.id = "rogue-1", .peers = {a.address()}, .secret = {}}};
  CHECK(without.fails("wrong_secret"));
  running_node another{{.id = "rogue-2", .peers = {a.address()}, .secret = other_secret}};
  CHECK(another.fails("wrong_secret"));
  running_node lured{{.id = "node-b", .peers = {another.address()}}};
  CHECK(lured.fails("wrong_secret"));
  running_node lured_by_none{{.id = "node-c", .peers = {without.address()}}};
  without->set_peers({a.address(), lured_by_none.address()}); // it would welcome anybody whom it knows
  CHECK(lured_by_none.fails("wrong_secret"));
  for (auto* each : {&a, &without, &another, &lured, &lured_by_none})
    CHECK(each->told().empty());
  CHECK(a->status().empty());
}

TEST_CASE("a proof from one connection is invalid on another") {
  running_node a{{.id = "node-a"}};
  const auto key = derive_admission_key(nodes_secret);
  auto words = rogue("127.0.0.1:9");
  words.nonce = make_nonce();
  const auto challenged = [&](client& by) {
    by.send(hello_line(words));
    const auto line = by.line().value_or("");
    const auto read = read_answer(line, 1);
    REQUIRE(std::holds_alternative<challenge>(read));
    return std::get<challenge>(read).nonce;
  };
  client first{a.port()};
  const auto proof = proof_line({prove(key, role::dialler, words.nonce, challenged(first), words)});
  client second{a.port()};
  challenged(second);
  second.send(proof);
  CHECK(second.line().value_or("").find("wrong_secret") != std::string::npos);
  first.send(proof);
  CHECK(first.line().value_or("").find("welcome") != std::string::npos);
}

TEST_CASE(
    "after ten wrong proofs a node is told nothing of the next one, not even the right; others get in") {
  limits bounds;
  bounds.guesses = net::guess_brake::of_people; // the test may be slow
  running_node a{{.id = "node-a", .bounds = bounds}};
  const auto answer_to = [&](greeting words, std::string_view secret) {
    words.nonce = make_nonce();
    client by{a.port()};
    by.send(hello_line(words));
    const auto read = read_answer(by.line().value_or(""), 1);
    REQUIRE(std::holds_alternative<challenge>(read));
    by.send(proof_line({prove(derive_admission_key(secret), role::dialler, words.nonce,
                              std::get<challenge>(read).nonce, words)}));
    return by.line().value_or("");
  };
  auto words = rogue("127.0.0.1:9");
  for (int i = 0; i < 10; ++i)
    CHECK(answer_to(words, other_secret).find("another [cluster] secret") != std::string::npos);
  const auto told = answer_to(words, nodes_secret);
  CHECK(told.find("wrong_secret") != std::string::npos);
  CHECK(told.find("has to wait") != std::string::npos);
  CHECK(a->counters().braked == 1);
  words.of.node = node_id{"node-b"};
  CHECK(answer_to(words, nodes_secret).find("welcome") != std::string::npos);
}

TEST_CASE("a stranger's hello makes a node dial nothing, with a secret and without") {
  const std::string trap = "127.0.0.1:9";
  for (const auto* secret : {nodes_secret, ""}) {
    running_node a{{.id = "node-a", .secret = secret}};
    client stranger{a.port()};
    stranger.send(hello_line(rogue(trap)));
    CHECK(stranger.line().value_or("").find(std::string{secret}.empty() ? "not_a_peer" : "wrong_secret")
          != std::string::npos);
    CHECK(a->status().empty());
    CHECK(a->counters().dialled == 0);
  }
  // One that is let in by its address alone speaks for nobody else.
  running_node a{{.id = "node-a", .peers = {"127.0.0.1:10"}, .secret = {}}};
  client member{a.port()};
  auto words = rogue(trap);
  words.of.address = "127.0.0.1:10";
  member.send(hello_line(words));
  CHECK(member.line().value_or("").find("welcome") != std::string::npos);
  CHECK(a->status().size() == 1);
}

TEST_CASE("nodes without a secret know each other when both list the other") {
  running_node a{{.id = "node-a", .secret = {}}};
  running_node b{{.id = "node-b", .peers = {a.address()}, .secret = {}}};
  CHECK(b.fails("not_a_peer"));
  a->set_peers({b.address()});
  REQUIRE(a.connected_to("node-b"));
  REQUIRE(b.connected_to("node-a"));
}

TEST_CASE("a secret is changed on one node after the other, and connections stay") {
  running_node a{{.id = "node-a"}};
  running_node b{{.id = "node-b", .peers = {a.address()}}};
  const auto first = b.connected_to("node-a");
  REQUIRE(first);
  a->set_secret(other_secret);
  CHECK(b.ask(first->published, "x") == "node-a: x");
  b->drop(node_id{"node-a"}, first->connection, "to come back with the former secret");
  REQUIRE(b.wait([&](const auto& told) {
    const auto now = running_node::up(told, "node-a");
    return now.size() == 1 && now.front().connection != first->connection;
  }));
  b->set_secret(other_secret);
  running_node c{{.id = "node-c", .peers = {b.address()}, .secret = other_secret}};
  REQUIRE(c.connected_to("node-b"));
  REQUIRE(c.connected_to("node-a"));
}

} // namespace rollcall::mesh_secret_test
