#include "transport/api/metrics.hpp"

#include <doctest/doctest.h>

#include <array>
#include <numeric>

namespace rollcall::api::api_metrics_test {

namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 2> names = {"a", "b"};

} // namespace

TEST_CASE("a call counts under its method, its outcome and its duration") {
  metrics counted{names};
  counted.count("a", std::nullopt, 700us);
  counted.count("a", xmlrpc::fault_code::unavailable, 1min);
  const auto& a = counted.methods().at("a");
  CHECK(a.outcomes.front() == 1);
  CHECK(a.outcomes.back() == 1);
  CHECK(a.durations[1] == 1);
  CHECK(a.durations.back() == 1);
  CHECK(a.duration_micros == 60'000'700);
  CHECK(std::accumulate(counted.methods().at("b").outcomes.begin(), counted.methods().at("b").outcomes.end(),
                        0U)
        == 0);
}

TEST_CASE("a bound is in its own bucket") {
  metrics counted{names};
  counted.count("a", std::nullopt, 500us);
  counted.count("a", std::nullopt, 501us);
  CHECK(counted.methods().at("a").durations[0] == 1);
  CHECK(counted.methods().at("a").durations[1] == 1);
}

TEST_CASE("calls of unknown methods are counted together, whatever their names") {
  metrics counted{names};
  counted.count("no such", xmlrpc::fault_code::unknown_method, 0us);
  counted.count("", xmlrpc::fault_code::parse_error, 0us);
  CHECK(counted.methods().size() == 3);
  CHECK(counted.methods().at(metrics::no_method).durations[0] == 2);
}

TEST_CASE("each refusal counts by its reason") {
  metrics counted{names};
  counted.count(metrics::refusal::stale);
  CHECK(counted.refusals(metrics::refusal::stale) == 1);
  CHECK(counted.refusals(metrics::refusal::no_login) == 0);
}

} // namespace rollcall::api::api_metrics_test
