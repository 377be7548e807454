#include "actors/cluster/wire_format.hpp"
#include "actors/interfaces.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <vector>

namespace rollcall::testing::wire_test {

using namespace std::chrono_literals;

namespace {

struct wire_config : caf::actor_system_config {
  wire_config() {
    add_message_types<caf::id_block::rollcall>().add_message_types<caf::id_block::rollcall_wire>();
    set("scheduler.policy", caf::atom("testing"));
  }
};

/// What arrives of a message at another node.
template <class T>
T sent(const T& x) {
  wire_config config;
  caf::actor_system system{config};
  std::vector<char> bytes;
  caf::binary_serializer out{system, bytes};
  auto message = caf::make_message(x);
  REQUIRE_FALSE(out(message));
  caf::binary_deserializer in{system, bytes};
  caf::message arrived;
  REQUIRE_FALSE(in(arrived));
  REQUIRE(arrived.match_elements<T>());
  return arrived.get_as<T>(0);
}

switch_claims two_claims() {
  return {{switch_name{"sbc-1"}, environment_id{7}, 1'732'320'000'123, true, true, true, true, 5},
          {switch_name{"sbc-2"}, environment_id{1}, 0, false, false, false}};
}

} // namespace

// CAF leaves out what it was told not to send, without a word.
TEST_CASE("messages between nodes arrive as they were sent") {
  const auto news = sent(
      wire::heartbeat{"node-a", 77, two_claims(), true, 1'000, 2'000, "hash", {{"node-c", "c:1", 3, 2}}});
  CHECK(news.node == "node-a");
  CHECK(news.incarnation == 77);
  CHECK(news.claims == two_claims());
  CHECK(news.knows_you);
  CHECK(news.clock == 1'000);
  CHECK(news.time == 2'000);
  CHECK(news.directory == "hash");
  CHECK(news.members == known_members{{"node-c", "c:1", 3, 2}});
  CHECK(sent(wire::list_opening{two_claims(), {"rows", true}, {}}).claims == two_claims());
  stats_by_account accounts;
  accounts.push_back({{environment_id{7}, account_id{11}}, {}});
  const auto* source = interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{7}});
  accounts.back().counts.of(*source)[call_state::connected] = 3;
  const auto counted = wire::stats_from(sent(wire::counts_of(accounts, two_claims())), {}, node_id{"node-a"});
  REQUIRE(counted.size() == 1);
  CHECK(counted.front().account == accounts.front().account);
  CHECK(counted.front().counts == accounts.front().counts);
  CHECK(wire::stats_from(sent(wire::counts_of(accounts, two_claims())), {switch_name{"sbc-1"}}, {}).empty());
  auto with_events = wire::counts_of(accounts, two_claims());
  with_events.events =
      wire::events_of(with_events.claims, {{switch_name{"sbc-2"}, 4}, {switch_name{"x"}, 5}});
  CHECK(wire::events_from(sent(with_events))
        == recent_events{{switch_name{"sbc-1"}, 0}, {switch_name{"sbc-2"}, 4}});
  CHECK(sent(wire::stats_query{3, true, true}).by_switch);
  CHECK(sent(wire::stats_query{3, true, false}).limits_by.empty());
  CHECK(sent(wire::stats_query{3, true, false, "a hash"}).limits_by == "a hash");
  CHECK(sent(wire::node_identity{"node-a", 7, {}, {"a:1"}, "1.2.3"}).version == "1.2.3");
  const auto part =
      sent(wire::history_part{"node-a", 1'732'320'000, 0b101, false, 3, true, {{5, "bytes"}, {77, {}}}});
  CHECK(part.node == "node-a");
  CHECK(part.start == 1'732'320'000);
  CHECK(part.moments == 0b101);
  CHECK_FALSE(part.complete);
  CHECK(part.number == 3);
  CHECK(part.last);
  CHECK(part.blocks == packed_rows_blocks{{5, "bytes"}, {77, {}}});
  CHECK(sent(wire::disconnect_answer{two_claims(), {{"sbc-1", 1, 2, 3, 5}}, 4}).switches.front().expired
        == 5);
}

TEST_CASE("events of another node that are more or fewer than its claims are nobody's") {
  wire::counts told{two_claims(), {{}, true}, {}, {1}};
  CHECK(wire::events_from(told) == recent_events{{switch_name{"sbc-1"}, 1}});
  told.events = {1, 2, 3};
  CHECK(wire::events_from(told) == recent_events{{switch_name{"sbc-1"}, 1}, {switch_name{"sbc-2"}, 2}});
}

TEST_CASE("queries and orders arrive as they were sent") {
  list_request list;
  list.query.scope = customer_id{3};
  list.query.recursive = false;
  list.query.active_only = true;
  list.query.account = account_id{11};
  list.query.filter.node = node_id{"node-b"};
  list.query.filter.vendor = vendor_id{4};
  list.query.filter.source = switch_name{"sbc-1"};
  list.query.filter.only = std::make_shared<call_filter::ids>(call_filter::ids{"sbc-1:a", "sbc-1:b"});
  list.query.filter.cli = text_pattern::parse("*\\*44*");
  list.query.filter.cld = text_pattern::parse("99*");
  list.query.filter.sip_call_id = text_pattern::parse("*@host");
  list.query.filter.media_ip = text_pattern::parse("192.0.2.1");
  list.query.filter.direction = "vendor";
  list.query.filter.states.add(call_state::dead);
  list.query.filter.duration = {1s, 2s};
  list.query.filter.delay = {3ms, {}};
  list.query.filter.least_age = 5s;
  list.query.filter.suspect = false;
  list.query.order = call_order::longest_last;
  list.query.offset = 2;
  list.query.limit = 5;
  list.now = timestamp{std::chrono::microseconds{77}};
  const auto query = sent(wire::query_of(list));
  const auto again = wire::query_from(query, {}, *directory::link({}));
  CHECK(again.scope == list.query.scope);
  CHECK_FALSE(again.recursive);
  CHECK(again.active_only);
  CHECK(again.account == list.query.account);
  const auto& filter = list.query.filter;
  CHECK(again.filter.vendor == filter.vendor);
  CHECK_FALSE(again.filter.connection);
  CHECK(again.filter.node == filter.node);
  CHECK(again.filter.source == filter.source);
  REQUIRE(again.filter.only);
  CHECK(*again.filter.only == *filter.only);
  CHECK(again.filter.cli == filter.cli);
  CHECK(again.filter.cld == filter.cld);
  CHECK(again.filter.sip_call_id == filter.sip_call_id);
  CHECK(again.filter.media_ip == filter.media_ip);
  CHECK(again.filter.direction == filter.direction);
  CHECK(again.filter.states == filter.states);
  CHECK(again.filter.duration == filter.duration);
  CHECK(again.filter.delay == filter.delay);
  CHECK(again.filter.least_age == filter.least_age);
  CHECK(again.filter.suspect == false);
  CHECK(again.order == list.query.order);
  CHECK(again.offset == 0);
  CHECK(again.limit == 7);
  CHECK(wire::time_from(query.now) == list.now);

  disconnect_request request;
  request.scope = customer_id{1};
  request.customer = customer_id{2};
  request.audit.login = "ssp-root";
  request.audit.address = "192.0.2.1";
  request.audit.method = "disconnectCustomer";
  request.audit.target = "i_customer=2";
  request.directory = directory::link({});
  request.arrived = boot_time{10s};
  request.expires = boot_time{15s};
  request.audit.reason = "a bill is not paid";
  request.filter = list.query.filter;
  request.recursive = false;
  request.allowed.emplace().emplace("node-b", node_allowance{{7, 8, 10}, {{"sbc-1", 9}}});
  request.confirmation = "a preview";
  member_state theirs;
  theirs.name = "node-b";
  theirs.ahead = 1h;
  theirs.clock.told(boot_time{100s}, boot_time{8s});
  const auto order = sent(wire::order_of(request, node_id{"node-a"}, theirs));
  CHECK(order.directory == request.directory->hash());
  const auto ordered = wire::request_from(order, node_id{"node-b"}, nullptr);
  CHECK(ordered.audit.reason == request.audit.reason);
  REQUIRE(ordered.filter);
  CHECK(ordered.filter->cli == filter.cli);
  CHECK_FALSE(ordered.recursive);
  CHECK(ordered.confirmation == "a preview");
  REQUIRE(ordered.allowed);
  CHECK(ordered.allowed->at("node-b").mark == node_mark{7, 8, 10});
  CHECK(ordered.allowed->at("node-b").calls.at("sbc-1") == 9);
  CHECK(ordered.arrived == boot_time{102s});
  CHECK(ordered.expires == boot_time{105s});
  CHECK(ordered.scope == request.scope);
  CHECK(ordered.customer == request.customer);
  CHECK_FALSE(ordered.account);
  CHECK_FALSE(ordered.call);
  CHECK(ordered.audit.address == "192.0.2.1 via node-a");
  CHECK(ordered.audit.method == request.audit.method);
  CHECK(ordered.audit.scope == request.scope);

  const preview_request preview{request, list.now};
  const auto query_again = sent(wire::query_of(preview, node_id{"node-a"}, theirs));
  const auto previewed = wire::request_from(query_again, node_id{"node-b"}, nullptr);
  CHECK(previewed.at == list.now + 1h);
  CHECK(previewed.of.customer == request.customer);
  theirs.name = "node-c"; // it has not counted: nothing of it is allowed
  CHECK(wire::order_of(request, node_id{"node-a"}, theirs).allowed.front().calls.empty());
}

TEST_CASE("a filter of another node with a pattern that is none selects nothing") {
  wire::list_query query;
  query.filter.cli = {"4*4"};
  const auto filter = wire::query_from(query, {}, *directory::link({})).filter;
  REQUIRE(filter.only);
  CHECK(filter.only->empty());
}

} // namespace rollcall::testing::wire_test
