#include "transport/switches/common/news_window.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace rollcall::news_window_test {

using switches::news_window;

namespace {

/// Keeps what is delivered.
struct kept final : switch_port {
  void deliver(switch_news news) override { deliveries.push_back(std::move(news)); }
  void closed(const std::string&) override {}

  /// The ids of all calls delivered, in order.
  std::vector<std::string> ids() const {
    std::vector<std::string> found;
    for (const auto& news : deliveries)
      for (const auto& item : news)
        found.push_back(std::get<call_event>(item).id);
    return found;
  }

  std::vector<switch_news> deliveries;
};

/// Calls from `first` on.
switch_news calls(int first, std::size_t many = 1) {
  switch_news news;
  for (std::size_t i = 0; i < many; ++i)
    std::get<call_event>(news.emplace_back(std::in_place_type<call_event>)).id =
        std::to_string(first + static_cast<int>(i));
  return news;
}

std::vector<std::string> numbers(int first, int last) {
  std::vector<std::string> found;
  for (int i = first; i <= last; ++i)
    found.push_back(std::to_string(i));
  return found;
}

} // namespace

TEST_CASE("within the window news are passed at once, and nothing is delivered for nothing") {
  kept port;
  news_window window{2, 10};
  CHECK(window.tell({}, port) == 0);
  CHECK(port.deliveries.empty());
  CHECK(window.tell(calls(1), port) == 0);
  CHECK_FALSE(window.is_behind());
  CHECK(window.tell(calls(2), port) == 0);
  CHECK(window.is_behind());
  CHECK(port.deliveries.size() == 2);
  CHECK_FALSE(window.consumed(1, &port)); // nothing was dropped, there is nothing to catch up with
  CHECK_FALSE(window.is_behind());
}

TEST_CASE("where reading stops instead of a backlog, what had been read already is passed") {
  kept port;
  news_window window{1, 0};
  CHECK(window.tell(calls(1), port) == 0);
  CHECK(window.tell(calls(2), port) == 0);
  CHECK(port.ids() == numbers(1, 2));
  CHECK(window.is_behind());
}

TEST_CASE("beyond the window news wait, and go in order as the link works off what it has") {
  kept port;
  news_window window{1, 1000};
  for (int i = 1; i <= 500; ++i)
    CHECK(window.tell(calls(i), port) == 0);
  CHECK(port.deliveries.size() == 1);
  while (window.is_behind())
    window.consumed(1, &port);
  CHECK(port.ids() == numbers(1, 500));
  CHECK(port.deliveries.size() < 10); // in large pieces
}

TEST_CASE("a backlog that is too long is dropped, and so is what follows until the link has caught up") {
  kept port;
  news_window window{2, 3};
  CHECK(window.tell(calls(1), port) == 0);
  CHECK(window.tell(calls(2), port) == 0);
  CHECK(window.tell(calls(3, 3), port) == 0);
  CHECK(window.tell(calls(6), port) == 4);
  CHECK(window.is_dropping());
  CHECK(window.tell(calls(7, 2), port) == 2);
  CHECK_FALSE(window.consumed(1, &port)); // one is left
  CHECK(window.is_behind());
  CHECK(window.consumed(1, &port));
  CHECK_FALSE(window.is_dropping());
  CHECK(window.tell(calls(9), port) == 0);
  CHECK(port.ids() == std::vector<std::string>{"1", "2", "9"});
}

TEST_CASE("without a port nothing is passed") {
  kept port;
  news_window window{1, 10};
  window.tell(calls(1), port);
  window.tell(calls(2), port);
  CHECK_FALSE(window.consumed(1, nullptr));
  CHECK(port.ids() == numbers(1, 1));
}

} // namespace rollcall::news_window_test
