#include "transport/switches/feed/switch_table.hpp"

#include <doctest/doctest.h>

namespace rollcall::feed_switch_table_test {

using rollcall::feed::switch_table;
using check_result = switch_table::check_result;

TEST_CASE("only the exact secret of a known switch is accepted") {
  switch_table table{{{switch_name{"sbc-1"}, {"s3cret"}}, {switch_name{"sbc-2"}, {""}}}};
  CHECK(table.check(switch_name{"sbc-9"}, "s3cret") == check_result::unknown);
  CHECK(table.check(switch_name{""}, "") == check_result::unknown);
  for (const auto* wrong : {"", "s3cre", "s3cret ", "S3cret", "other"})
    CHECK(table.check(switch_name{"sbc-1"}, wrong) == check_result::wrong_secret);
  CHECK(table.check(switch_name{"sbc-1"}, "s3cret") == check_result::welcome);
}

TEST_CASE("that a switch has no home yet is told to who knows its secret") {
  const switch_table table{{{switch_name{"sbc-1"}, {"s3cret", false}}}};
  CHECK(table.check(switch_name{"sbc-1"}, "other") == check_result::wrong_secret);
  CHECK(table.check(switch_name{"sbc-1"}, "s3cret") == check_result::homeless);
}

TEST_CASE("a new table takes the place of the old one") {
  switch_table table{{{switch_name{"sbc-1"}, {"s3cret"}}}};
  table.replace({{switch_name{"sbc-2"}, {"other"}}});
  CHECK_FALSE(table.contains(switch_name{"sbc-1"}));
  CHECK(table.contains(switch_name{"sbc-2"}));
  CHECK(table.check(switch_name{"sbc-1"}, "s3cret") == check_result::unknown);
  CHECK(table.check(switch_name{"sbc-2"}, "other") == check_result::welcome);
}

} // namespace rollcall::feed_switch_table_test
