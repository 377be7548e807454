#include "transport/cluster/admission.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace rollcall::cluster::mesh_admission_test {

namespace {

greeting who(const std::string& node, std::uint64_t incarnation = 0) {
  return {
      {"c", 1, node_id{node}, incarnation ? incarnation : std::hash<std::string>{}(node), node + ":1", {}},
      "runtime of " + node + std::to_string(incarnation),
      {},
      {}};
}

standing held(std::uint64_t connection, const greeting& theirs, bool dialled) {
  return {connection, theirs.of.node, theirs.of.incarnation, theirs.runtime, theirs.of.address, dialled};
}

std::string outcome(const admission_decision& found) {
  if (const auto* unwanted = std::get_if<refused>(&found))
    return std::string{code_of(unwanted->why)};
  const auto other = std::get<taken>(found).instead_of;
  return other ? "taken instead of " + std::to_string(*other) : "taken";
}

/// Two nodes on a network that delivers in any order, but each connection's words in theirs.
class two_nodes {
public:
  two_nodes(std::uint64_t seed, int dials) : random_(seed) {
    for (int side : {0, 1})
      for (int i = 0; i < dials; ++i)
        waiting_.push_back(side);
  }

  void run() {
    while (step())
      ;
  }

  std::vector<std::uint64_t> connections(int side) const {
    std::vector<std::uint64_t> all;
    for (const auto& each : sides_[side].held)
      all.push_back(each.connection);
    return all;
  }

  bool gave_up_one_in_use = false;

private:
  enum class word { hello, welcome, refused, bytes, closed };

  struct node {
    greeting mine;
    std::vector<standing> held;
    std::set<std::uint64_t> in_use;
  };

  bool step() {
    std::vector<std::pair<std::uint64_t, int>> ready; // connection, to whom
    for (const auto& [key, words] : on_the_way_)
      if (!words.empty())
        ready.push_back(key);
    const auto choices = ready.size() + (waiting_.empty() ? 0 : 1);
    if (choices == 0)
      return false;
    const auto chosen = random_() % choices;
    if (chosen == ready.size()) {
      dial();
      return true;
    }
    auto& words = on_the_way_[ready[chosen]];
    const auto next = words.front();
    words.pop_front();
    hear(ready[chosen].first, ready[chosen].second, next);
    return true;
  }

  void dial() {
    const auto at = random_() % waiting_.size();
    const int side = waiting_[at];
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(at));
    if (!sides_[side].held.empty() && random_() % 2) // the node knows whom it would dial, or does not
      return;
    dialled_by_[++last_] = side;
    say(last_, 1 - side, word::hello);
  }

  void say(std::uint64_t connection, int to, word what) { on_the_way_[{connection, to}].push_back(what); }

  void let_go(std::uint64_t connection, int side) {
    if (std::erase_if(sides_[side].held, [&](const auto& each) { return each.connection == connection; }))
      say(connection, 1 - side, word::closed);
    gave_up_one_in_use =
        gave_up_one_in_use
        || (sides_[side].in_use.contains(connection) && sides_[1 - side].in_use.contains(connection));
  }

  void hear(std::uint64_t connection, int side, word what) {
    auto& me = sides_[side];
    const auto& theirs = sides_[1 - side].mine;
    if (what == word::closed)
      std::erase_if(me.held, [&](const auto& each) { return each.connection == connection; });
    if (what == word::bytes && std::any_of(me.held.begin(), me.held.end(), [&](const auto& each) {
          return each.connection == connection;
        }))
      me.in_use.insert(connection);
    if (what == word::hello) {
      const bool wanted = std::holds_alternative<taken>(judge_hello(me.mine, theirs, "x", me.held));
      if (wanted)
        me.held.push_back(held(connection, theirs, false));
      say(connection, 1 - side, wanted ? word::welcome : word::refused);
    }
    if (what == word::welcome) {
      const auto found = judge_welcome(me.mine, theirs, "x", me.held);
      const auto* wanted = std::get_if<taken>(&found);
      if (!wanted)
        return say(connection, 1 - side, word::closed);
      if (wanted->instead_of)
        let_go(*wanted->instead_of, side);
      me.held.push_back(held(connection, theirs, true));
      me.in_use.insert(connection);
      say(connection, 1 - side, word::bytes);
    }
  }

  std::mt19937_64 random_;
  node sides_[2] = {{who("node-a"), {}, {}}, {who("node-b"), {}, {}}};
  std::vector<int> waiting_; ///< dials to come, by side
  std::map<std::uint64_t, int> dialled_by_;
  std::map<std::pair<std::uint64_t, int>, std::deque<word>> on_the_way_;
  std::uint64_t last_ = 0;
};

} // namespace

TEST_CASE("a hello is answered by what is held already") {
  const auto mine = who("node-b");
  const auto a = who("node-a");
  const std::vector<standing> none;
  CHECK(outcome(judge_hello(mine, a, "x", none)) == "taken");
  CHECK(outcome(judge_hello(mine, a, "x", std::vector{held(1, a, true)})) == "duplicate");
  CHECK(outcome(judge_hello(mine, a, "x", std::vector{held(1, a, false)})) == "duplicate");
  CHECK(outcome(judge_hello(mine, a, "x", std::vector{held(1, who("node-c"), false)})) == "taken");
}

TEST_CASE("a welcome is taken unless the smaller node's own connection is there") {
  const auto a = who("node-a");
  const auto b = who("node-b");
  CHECK(outcome(judge_welcome(a, b, "x", {})) == "taken");
  CHECK(outcome(judge_welcome(a, b, "x", std::vector{held(7, b, false)})) == "taken instead of 7");
  CHECK(outcome(judge_welcome(a, b, "x", std::vector{held(7, b, true)})) == "taken instead of 7");
  CHECK(outcome(judge_welcome(b, a, "x", std::vector{held(7, a, false)})) == "duplicate");
  CHECK(outcome(judge_welcome(b, a, "x", std::vector{held(7, a, true)})) == "taken instead of 7");
}

TEST_CASE("a node that must not join is refused by either side, with both addresses") {
  const auto mine = who("node-b");
  const auto c = who("node-c");
  auto stranger = who("node-a");
  stranger.of.cluster = "d";
  auto clone = who("node-d");
  clone.runtime = mine.runtime;
  auto clone_of_c = who("node-d");
  clone_of_c.runtime = c.runtime;
  const std::vector<standing> with_c{held(1, c, false)};
  const std::pair<greeting, std::string> table[] = {
      {stranger, "wrong_cluster"},     {mine, "self"},          {who("node-b", 9), "same_node"},
      {who("node-c", 9), "same_node"}, {clone, "same_runtime"}, {clone_of_c, "same_runtime"},
      {who("node-a"), "taken"},
  };
  for (const auto& [theirs, expected] : table) {
    CAPTURE(expected);
    CHECK(outcome(judge_hello(mine, theirs, "x", with_c)) == expected);
    CHECK(outcome(judge_welcome(mine, theirs, "x", with_c)) == expected);
  }
  const auto twins = judge_hello(mine, who("node-c", 9), "10.0.0.9:1", with_c);
  const auto& message = std::get<refused>(twins).message;
  CHECK(message.find("node-c") != std::string::npos);
  CHECK(message.find("10.0.0.9:1") != std::string::npos);
  CHECK(message.find("node-c:1") != std::string::npos);
}

TEST_CASE("whatever the order, two nodes that dial each other end with the same one connection") {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    CAPTURE(seed);
    two_nodes both{seed, 1 + static_cast<int>(seed % 3)};
    both.run();
    REQUIRE(both.connections(0).size() == 1);
    REQUIRE(both.connections(0) == both.connections(1));
    REQUIRE_FALSE(both.gave_up_one_in_use);
  }
}

namespace {

std::string doubted(const greeting& theirs, const credentials& shown,
                    const std::string& address = "127.0.0.1:1", const std::vector<std::string>& peers = {}) {
  const auto wrong = doubt(theirs, shown, address, peers);
  return wrong ? std::string{code_of(wrong->why)} : "none";
}

credentials certificate_of(std::vector<std::string> names) {
  return {credentials::by::certificate, std::move(names)};
}

} // namespace

TEST_CASE("a certificate lets in the nodes that it names, exactly") {
  CHECK(doubted(who("node-a"), certificate_of({"node-a"})) == "none");
  CHECK(doubted(who("node-a"), certificate_of({"host.example", "node-a"})) == "none");
  for (const auto& names : std::vector<std::vector<std::string>>{
           {}, {""}, {"node-b"}, {"NODE-A"}, {"node"}, {"node-a2"}, {"*"}, {"node-a "}}) {
    CHECK(doubted(who("node-a"), certificate_of(names)) == "wrong_certificate");
    // That it is one of the peers makes up for nothing.
    CHECK(doubted(who("node-a"), certificate_of(names), "10.0.0.1:1", {"10.0.0.1:1"}) == "wrong_certificate");
  }
}

TEST_CASE("without certificate and secret only the configured peers get in") {
  const credentials nothing;
  CHECK(doubted(who("node-a"), nothing, "127.0.0.1:1", {"127.0.0.1:2", "127.0.0.1:1"}) == "none");
  CHECK(doubted(who("node-a"), nothing, "127.0.0.1:1", {"localhost:1"}) == "none");
  CHECK(doubted(who("node-a"), nothing, "localhost:1", {"[::1]:1"}) == "none");
  for (const auto& peers :
       std::vector<std::vector<std::string>>{{}, {"127.0.0.1:2"}, {"127.0.0.2:1"}, {"[::1]:1"}, {"node-a:1"}})
    CHECK(doubted(who("node-a"), nothing, "127.0.0.1:1", peers) == "not_a_peer");
  CHECK_FALSE(may_name_others(nothing));
}

TEST_CASE("a proven secret is enough") {
  CHECK(doubted(who("node-a"), {credentials::by::secret, {}}) == "none");
  CHECK(may_name_others({credentials::by::secret, {}}));
  CHECK(may_name_others(certificate_of({"node-a"})));
}

} // namespace rollcall::cluster::mesh_admission_test
