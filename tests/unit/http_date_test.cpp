#include "transport/http/http_date.hpp"

#include <doctest/doctest.h>

namespace rollcall::http_date_test {

TEST_CASE("a date is written as HTTP wants it") {
  using clock = std::chrono::system_clock;
  using rollcall::http::http_date;
  CHECK(http_date(clock::from_time_t(784111777)) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http_date(clock::from_time_t(784111777) + std::chrono::milliseconds{999})
        == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http_date(clock::from_time_t(784111778)) == "Sun, 06 Nov 1994 08:49:38 GMT");
  CHECK(http_date(clock::from_time_t(0)) == "Thu, 01 Jan 1970 00:00:00 GMT");
  CHECK(http_date(clock::from_time_t(1709251199)) == "Thu, 29 Feb 2024 23:59:59 GMT");
}

} // namespace rollcall::http_date_test
