#include "transport/cluster/runtime_id.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::runtime_id_test {

using cluster::parse_runtime;

TEST_CASE("a runtime ID is exactly what CAF writes for a node") {
  const std::string host = "00000000000000000000000000000000ABCDEF01";
  CHECK(parse_runtime(host + "#1"));
  CHECK(parse_runtime(host + "#4294967295"));

  CHECK_FALSE(parse_runtime(""));
  CHECK_FALSE(parse_runtime(host));
  CHECK_FALSE(parse_runtime(host + "#"));
  CHECK_FALSE(parse_runtime(host + "#-1"));
  CHECK_FALSE(parse_runtime(host + "#4294967296"));
  CHECK_FALSE(parse_runtime(host + "#1 "));
  CHECK_FALSE(parse_runtime(" " + host + "#1"));
  CHECK_FALSE(parse_runtime(host.substr(1) + "#1"));
  // What CAF parses, and no node ever says.
  CHECK_FALSE(parse_runtime(host + "#0"));
  CHECK_FALSE(parse_runtime(host + "#01"));
  CHECK_FALSE(parse_runtime("00000000000000000000000000000000abcdef01#1"));
  CHECK_FALSE(parse_runtime("http://example.net/"));
}

} // namespace rollcall::runtime_id_test
