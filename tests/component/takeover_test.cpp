#include "actors/links/takeover.hpp"
#include "domain/lists/packed_rows.hpp"
#include "tests/component/actor_fixture.hpp"

namespace rollcall::testing::takeover_test {

namespace {

/// A node that says that it has so many calls of a switch, and hands one over.
wire::member_actor::behavior_type holder_of(wire::member_actor::pointer, std::uint64_t told) {
  return {
      [](atom::joined, const wire::node_identity&, const caf::strong_actor_ptr&) {
        return wire::node_identity{};
      },
      [](atom::ping, const wire::heartbeat&) { return wire::heartbeat{}; },
      [](const wire::list_query&) {
        const auto* source = interned({switch_name{"sbc-1"}, node_id{"node-b"}, environment_id{1}});
        row_packer packer;
        const auto record = call_record::first(*source, call{"1"}.in(11));
        packer.pack({record.get(), customer_id{1}});
        wire::list_opening opening;
        opening.first = {packer.take(), true};
        return opening;
      },
      [](const wire::watch_query&) { return wire::watch_opening{}; },
      [](const wire::stats_query&) { return wire::counts{}; },
      [](const wire::preview_query&) { return wire::preview_answer{}; },
      [](const wire::disconnect_order&) { return wire::disconnect_answer{}; },
      [told](atom::release, const std::string&, std::uint64_t, const switch_host&) {
        released what;
        what.term = 5;
        what.whole = what.connected = what.told = true;
        what.calls = told;
        return what;
      },
      [](atom::inherit, const std::string&, const std::string&) { return caf::ok_atom_v; },
      [](atom::resume, const std::string&, const outstanding_hang_ups&) { return caf::ok_atom_v; },
      [](atom::drain, std::int64_t) { return caf::ok_atom_v; },
      [](const wire::history_part&) {},
  };
}

/// A node to which the switch comes while another one has its calls.
struct moved : world {
  caf::expected<attached> move(std::uint64_t told) {
    const auto holder = sys.spawn(holder_of, told);
    const auto takeover = spawn_takeover(sys, {context, node, {{"node-b", holder}}});
    auto session = ask<attached>(takeover, attach_request{switch_name{"sbc-1"}, 10, connection});
    caf::anon_send_exit(holder, caf::exit_reason::user_shutdown);
    run();
    return session;
  }

  std::shared_ptr<fake_switch> connection = std::make_shared<fake_switch>();
};

switch_claim claim_of(const world& w, const std::string& name) {
  for (const auto& each : w.context->claims.all())
    if (each.name == switch_name{name})
      return each;
  return {};
}

} // namespace

TEST_CASE_FIXTURE(
    moved, "a hand-over of fewer calls than the other node had is not whole until the switch has told") {
  const auto session = move(2);
  REQUIRE(session);
  CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
  CHECK_FALSE(claim_of(*this, "sbc-1").whole);
  self->send(session->link, session->session,
             news_of(snapshot_begin{}, call{"1"}.in(11).again(), call{"2"}.in(11), snapshot_end{}));
  run();
  CHECK(claim_of(*this, "sbc-1").whole);
  CHECK(list().size() == 2);
}

TEST_CASE_FIXTURE(moved, "a hand-over of all the calls that the other node had is whole") {
  REQUIRE(move(1));
  CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
  CHECK(claim_of(*this, "sbc-1").whole);
}

TEST_CASE_FIXTURE(moved,
                  "a switch that moves has no more calls than it may have, and what is refused is missed") {
  context->calls_per_switch = 2;
  const auto* source = interned({switch_name{"sbc-1"}, node_id{"node-b"}, environment_id{1}});
  records calls;
  for (const auto* id : {"1", "2", "3"})
    calls.push_back(call_record::first(*source, call{id}.in(11)));
  self->send(node, atom::adopt_v, switch_name{"sbc-1"}, std::move(calls));
  run();
  CHECK(list().size() == 2);
  CHECK(status("sbc-1").refused == 1);
  CHECK(context->metrics.calls_refused == 1);
  SUBCASE("until a snapshot tells all") {
    attach_request request{switch_name{"sbc-1"}, 10, connection};
    request.told = true;
    const auto session = ask<attached>(node, request);
    REQUIRE(session);
    CHECK_FALSE(claim_of(*this, "sbc-1").whole);
    CHECK_FALSE(claim_of(*this, "sbc-1").told);
    self->send(session->link, session->session,
               news_of(snapshot_begin{}, call{"1"}.in(11).again(), call{"2"}.in(11).again(), snapshot_end{}));
    run();
    CHECK(claim_of(*this, "sbc-1").whole);
    CHECK(claim_of(*this, "sbc-1").told);
  }
  SUBCASE("and is not taken over from a node that drains") {
    const auto session = ask<attached>(node, attach_request{switch_name{"sbc-1"}, epoch_bound, nullptr});
    REQUIRE_FALSE(session);
    CHECK(session.error() == ec::no_room);
    CHECK_FALSE(claim_of(*this, "sbc-1").whole);
  }
}

TEST_CASE_FIXTURE(world, "a switch that another node takes over keeps all that it told until that has it") {
  context->dead_linger = 1s;
  const auto sbc = connected("sbc-1");
  tell(sbc, call{"1"}.in(11), call{"2"}.in(11), over("2"));
  const auto told =
      ask<released>(node, atom::release_v, switch_name{"sbc-1"}, std::uint64_t{10}, switch_host{});
  REQUIRE(told);
  CHECK(told->calls == 2);
  advance(3s);
  CHECK(list().size() == told->calls);
  advance(5s);
  CHECK(list() == lines{"sbc-1:1 Connected 11@1"});
}

} // namespace rollcall::testing::takeover_test
