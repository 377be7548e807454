#include "transport/cluster/peer_log_throttle.hpp"

#include <doctest/doctest.h>

#include <string>

namespace rollcall::mesh_peer_log_throttle_test {

using namespace std::chrono_literals;
using cluster::peer_line;
using cluster::peer_log_throttle;

namespace {

const peer_log_throttle::clock::time_point start{1h};

peer_line of_stranger(const std::string& address, std::string_view kind = "wrong_secret") {
  return {true, address, kind};
}

peer_line of_member(const std::string& address, std::string_view kind = "wrong_secret") {
  return {false, address, kind};
}

} // namespace

TEST_CASE("the same line is logged once a minute, with the number of those left out") {
  peer_log_throttle log;
  CHECK(log.admit(of_member("10.0.0.2:4242"), "no", start) == "");
  for (int i = 1; i < 60; ++i)
    CHECK_FALSE(log.admit(of_member("10.0.0.2:4242"), "no", start + i * 1s));
  CHECK(log.admit(of_member("10.0.0.2:4242"), "no", start + 60s) == ", and 59 more before it");
  CHECK(log.admit(of_member("10.0.0.2:4242"), "no, for another reason", start + 61s) == "");
}

TEST_CASE("a stranger that changes its name each time does not mute lines about others") {
  peer_log_throttle log;
  int lines = 0;
  for (int i = 0; i < 10'000; ++i)
    lines += log.admit(of_stranger("6.6.6.6"), "node-" + std::to_string(i) + " is refused", start + i * 1ms)
                 .has_value();
  CHECK(lines == cluster::peer_lines_a_minute);
  CHECK(log.admit(of_stranger("10.0.0.3"), "node-3 is refused", start + 11s) == "");
  CHECK(log.admit(of_stranger("6.6.6.6", "bad_hello"), "unreadable", start + 11s) == "");
}

TEST_CASE("strangers of many addresses do not mute lines about members") {
  peer_log_throttle log;
  std::size_t lines = 0;
  for (int i = 0; i < 100'000; ++i)
    lines += log.admit(of_stranger(std::to_string(i)), "refused", start).has_value();
  CHECK(lines <= cluster::peer_line_keys + cluster::peer_lines_a_minute);
  CHECK(log.admit(of_member("10.0.0.2:4242"), "node-b refuses this node", start) == "");
  CHECK(log.admit(of_stranger("one more"), "refused", start + cluster::peer_line_pause) == "");
}

} // namespace rollcall::mesh_peer_log_throttle_test
