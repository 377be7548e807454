#include "transport/switches/feed/switch_table.hpp"

#include <doctest/doctest.h>

namespace rollcall::feed_switch_table_test {

using rollcall::feed::switch_table;
using verdict = switch_table::verdict;

TEST_CASE("only the exact secret of a known switch opens the door") {
  switch_table table{{{switch_name{"sbc-1"}, "s3cret"}, {switch_name{"sbc-2"}, ""}}};
  CHECK(table.check(switch_name{"sbc-9"}, "s3cret") == verdict::unknown);
  CHECK(table.check(switch_name{""}, "") == verdict::unknown);
  for (const auto* wrong : {"", "s3cre", "s3cret ", "S3cret", "other"})
    CHECK(table.check(switch_name{"sbc-1"}, wrong) == verdict::wrong_secret);
  CHECK(table.check(switch_name{"sbc-1"}, "s3cret") == verdict::welcome);
}

TEST_CASE("a new table takes the place of the old one") {
  switch_table table{{{switch_name{"sbc-1"}, "s3cret"}}};
  table.replace({{switch_name{"sbc-2"}, "other"}});
  CHECK_FALSE(table.contains(switch_name{"sbc-1"}));
  CHECK(table.contains(switch_name{"sbc-2"}));
  CHECK(table.check(switch_name{"sbc-1"}, "s3cret") == verdict::unknown);
  CHECK(table.check(switch_name{"sbc-2"}, "other") == verdict::welcome);
}

} // namespace rollcall::feed_switch_table_test
