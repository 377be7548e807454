#include "domain/lists/call_query.hpp"

#include <doctest/doctest.h>

namespace rollcall::call_query_test {

namespace {

/// Connections 7 and 8 of vendor 1, 9 of vendor 2.
directory_ptr carriers() {
  directory_entries e;
  e.vendors = {{vendor_id{1}, "one"}, {vendor_id{2}, "two"}};
  e.connections = {{connection_id{7}, vendor_id{1}, ""},
                   {connection_id{8}, vendor_id{1}, ""},
                   {connection_id{9}, vendor_id{2}, ""}};
  return directory::link(std::move(e));
}

record_ptr call_on(std::int64_t connection, call_state state = call_state::connected) {
  call_event event;
  event.id = "1";
  event.state = state;
  event.setup = event.received = timestamp{std::chrono::seconds{1'000}};
  event.connection = connection_id{connection};
  return call_record::first(*interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}}), event);
}

constexpr timestamp now{std::chrono::seconds{1'060}};

} // namespace

TEST_CASE("a vendor, connection or node that is not the call's leaves it out") {
  const auto dir = carriers();
  call_query query;
  query.filter.connection = connection_id{8};
  CHECK_FALSE(matches(query, *dir, *call_on(7), now));
  query = {};
  query.filter.vendor = vendor_id{2};
  CHECK_FALSE(matches(query, *dir, *call_on(7), now));
  query = {};
  query.filter.node = node_id{"node-b"};
  CHECK_FALSE(matches(query, *dir, *call_on(7), now));
}

TEST_CASE("a connection or vendor that the directory does not know matches no call") {
  const auto dir = carriers();
  call_query query;
  query.filter.connection = connection_id{99};
  CHECK_FALSE(matches(query, *dir, *call_on(99), now));
  query.filter.connection = connection_id{0};
  CHECK_FALSE(matches(query, *dir, *call_on(0), now));
  query = {};
  query.filter.vendor = vendor_id{99};
  CHECK_FALSE(matches(query, *dir, *call_on(99), now));
  query.filter.vendor = vendor_id{0};
  CHECK_FALSE(matches(query, *dir, *call_on(0), now));
}

TEST_CASE("a connection wins over a vendor") {
  const auto dir = carriers();
  call_query query;
  query.filter.connection = connection_id{9};
  query.filter.vendor = vendor_id{1};
  CHECK(matches(query, *dir, *call_on(9), now));
  CHECK_FALSE(matches(query, *dir, *call_on(7), now));
}

TEST_CASE("every connection of a vendor matches it, and every call a query without filters") {
  const auto dir = carriers();
  call_query query;
  query.filter.vendor = vendor_id{1};
  CHECK(matches(query, *dir, *call_on(7), now));
  CHECK(matches(query, *dir, *call_on(8), now));
  CHECK(matches(call_query{}, *dir, *call_on(0, call_state::dead), now));
  query = {};
  query.filter.node = node_id{"node-a"};
  CHECK(matches(query, *dir, *call_on(0), now));
}

TEST_CASE("active only means active only, whatever else is asked") {
  const auto dir = carriers();
  call_query query;
  query.active_only = true;
  query.filter.connection = connection_id{7};
  for (std::size_t i = 0; i < call_state_count; ++i) {
    const auto state = static_cast<call_state>(i);
    CAPTURE(to_string(state));
    CHECK(matches(query, *dir, *call_on(7, state), now) == is_active(state));
  }
}

} // namespace rollcall::call_query_test
