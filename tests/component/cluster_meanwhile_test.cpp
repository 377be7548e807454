#include "cluster_world.hpp"
#include "domain/calls/switch_claim.hpp"

#include <random>

// What happens while a request, or a switch, is under way between nodes.

namespace rollcall::testing::cluster_meanwhile_test {

TEST_CASE_FIXTURE(cluster_world,
                  "disconnectCall never answers 'not found' while the call's node is unreachable") {
  tell(switched_on(1, "sbc-2"), call{"2"}.in(11));
  tell(switched_on(2, "sbc-1"), call{"1"}.in(11));
  const auto hang_up = [&](const char* id) { return ask_disconnect(0, hang_up_call(id)); };
  constexpr auto patience = defaults::disconnect_deadline + defaults::disconnect_grace;
  const std::vector<doubtful_node> in_doubt{{"node-b", 1}};
  SUBCASE("it does not answer") {
    cut(0, 1);
    const auto waiting = hang_up("sbc-2:2");
    advance(patience);
    REQUIRE(waiting->has_value());
    REQUIRE(**waiting);
    CHECK((**waiting)->doubtful == in_doubt);
    CHECK((**waiting)->covers.missing == lines{"node-b"});
  }
  SUBCASE("it ends") {
    cut(0, 1);
    const auto waiting = hang_up("sbc-2:2");
    run();
    for (auto& end : ends)
      caf::anon_send_exit(end, caf::exit_reason::unhandled_exception);
    advance(patience - 1s);
    CHECK_FALSE(waiting->has_value()); // the order may be there all the same, and be begun yet
    advance(1s);
    REQUIRE(waiting->has_value());
    REQUIRE(**waiting);
    CHECK((**waiting)->doubtful == in_doubt);
  }
  SUBCASE("and where its switch has gone to another node, that one knows") {
    tell(switched_on(2, "sbc-2", 2), call{"2"}.in(11));
    advance(1s);
    cut(0, 1);
    const auto waiting = hang_up("sbc-2:9");
    advance(patience);
    REQUIRE(waiting->has_value());
    REQUIRE(**waiting);
    CHECK_FALSE((**waiting)->found);
    CHECK((**waiting)->doubtful.empty());
  }
}

TEST_CASE_FIXTURE(cluster_world, "offset and limit hold though the others fall silent while they are asked") {
  const auto one = switched_on(0, "sbc-1");
  tell(one, call{"1"}.in(11), call{"2"}.in(11), call{"3"}.in(11), call{"4"}.in(11));
  cut(0, 1);
  cut(0, 2);
  auto query = all_of(1);
  query.offset = 1;
  query.limit = 2;
  const auto waiting = ask_later<cluster_list_answer>(sites[0].front, list_request{query, dir});
  advance(2500ms);
  REQUIRE(waiting->has_value());
  CHECK((**waiting)->covers.missing == lines{"node-b", "node-c"});
  CHECK(read(*(**waiting)->rows) == lines{"sbc-1:2 Connected 11@1 node-a", "sbc-1:3 Connected 11@1 node-a"});
}

TEST_CASE_FIXTURE(cluster_world,
                  "a list of the node that a switch has left shows nothing of it, wherever it is asked") {
  tell(switched_on(1, "sbc-1", 1), call{"1"}.in(11));
  tell(*attach(2, "sbc-1", 2), snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
  advance(1s); // node-b keeps its own picture for longer
  auto query = all_of(1);
  query.filter.node = node_id{"node-b"};
  for (std::size_t at = 0; at < 3; ++at) {
    CAPTURE(at);
    CHECK(read(*list_at(at, query).rows).empty());
  }
  query.filter.node = node_id{"node-c"};
  for (std::size_t at = 0; at < 3; ++at)
    CHECK(read(*list_at(at, query).rows) == lines{"sbc-1:1 Connected 11@1 node-c"});
}

TEST_CASE("a node that takes a switch back claims its calls once accounts show what happened meanwhile") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    cluster_world w;
    std::minstd_rand random{seed};
    w.tell(w.switched_on(0, "sbc-1", 1), call{"1", call_state::wait_auth}.in(11));
    w.tell(*w.attach(1, "sbc-1", 2), snapshot_begin{}, call{"1"}.in(11), snapshot_end{});
    switch_wire fresh;
    const auto back = w.ask_later<attached>(attach_actor{w.sites[0].cluster},
                                            attach_request{switch_name{"sbc-1"}, 3, fresh.at});
    const auto is_here = [&] {
      const auto claims = w.sites[0].context->claims.all();
      return std::any_of(claims.begin(), claims.end(), [](const switch_claim& one) {
        return one.name.value() == "sbc-1" && one.whole && one.connected;
      });
    };
    while (!is_here())
      REQUIRE(w.run_any(random));
    const auto list = w.ask_later<cluster_list_answer>(w.sites[0].front, list_request{w.all_of(1), w.dir});
    while (!*list && w.run_any(random)) {
    }
    REQUIRE(*list);
    REQUIRE(**list);
    CHECK(w.read(*(**list)->rows) == cluster_world::lines{"sbc-1:1 Connected 11@1 node-a"});
    w.run();
    CHECK(*back);
  }
}

} // namespace rollcall::testing::cluster_meanwhile_test
