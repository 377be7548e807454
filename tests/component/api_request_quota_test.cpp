#include "transport/api/request_quota.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <thread>
#include <vector>

namespace rollcall::api::api_request_quota_test {

TEST_CASE("a customer gets as many places as the limit, and the others theirs") {
  request_quota requests;
  const auto first = requests.enter(customer_id{1}, 2);
  auto second = requests.enter(customer_id{1}, 2);
  CHECK(first);
  CHECK(second);
  CHECK_FALSE(requests.enter(customer_id{1}, 2));
  CHECK(requests.enter(customer_id{2}, 2));
  second.reset();
  CHECK(requests.enter(customer_id{1}, 2));
}

TEST_CASE("a place is free when the last copy of it is gone") {
  request_quota requests;
  auto place = requests.enter(customer_id{1}, 1);
  auto copy = place;
  place.reset();
  CHECK_FALSE(requests.enter(customer_id{1}, 1));
  copy.reset();
  CHECK(requests.enter(customer_id{1}, 1));
}

TEST_CASE("a place may outlive the quota") {
  auto requests = std::make_unique<request_quota>();
  auto place = requests->enter(customer_id{1}, 1);
  requests.reset();
  place.reset();
  CHECK_FALSE(place);
}

TEST_CASE("a lowered limit admits no request until enough have finished") {
  request_quota requests;
  auto first = requests.enter(customer_id{1}, 2);
  const auto second = requests.enter(customer_id{1}, 2);
  CHECK_FALSE(requests.enter(customer_id{1}, 1));
  first.reset();
  CHECK_FALSE(requests.enter(customer_id{1}, 1));
}

TEST_CASE("places are counted right by many threads") {
  request_quota requests;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&requests] {
      for (int n = 0; n < 2000; ++n)
        requests.enter(customer_id{n % 3}, 2);
    });
  for (auto& thread : threads)
    thread.join();
  for (int i = 0; i < 3; ++i) {
    const auto one = requests.enter(customer_id{i}, 1);
    CHECK(one);
    CHECK_FALSE(requests.enter(customer_id{i}, 1));
  }
}

} // namespace rollcall::api::api_request_quota_test
