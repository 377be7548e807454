#pragma once

#include "tests/component/actor_fixture.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::testing {

using random = std::mt19937_64;

/// One connection of a switch, from the switch's end.
struct line : fake_switch {
  attached session;
  std::deque<switch_news> under_way; ///< said and not worked off
  std::function<void(const std::string&)> on_hang_up;
  std::function<void(const switch_news&)> on_heard;

  bool hang_up(const std::string& id) override {
    on_hang_up(id);
    return true;
  }
  void passed_barrier() override {
    const auto news = std::move(under_way.front());
    under_way.pop_front();
    on_heard(news);
  }
};

/// A switch with calls of its own, which it is the only one to know for certain.
struct random_switch {
  std::string name;
  std::uint64_t epoch = 0;
  std::uint64_t calls_made = 0;
  std::map<std::string, call_event> up; ///< everything there is to say of each call
  std::vector<std::string> to_end;      ///< was told to hang these up
  std::vector<call_event> said;
  std::shared_ptr<line> connection; ///< null while it is away
  std::shared_ptr<std::optional<caf::expected<attached>>> attaching;
  std::shared_ptr<line> next_connection;
  bool disturbed = true; ///< was not connected all the time since the last rest

  /// Something happens to a call; what the switch would say of it.
  call_event happens(random& any) {
    call_event event;
    const auto pick = any() % 10;
    if (up.empty() || pick < 3)
      return begins(any);
    auto which = up.begin();
    std::advance(which, any() % up.size());
    if (!to_end.empty() && pick < 5) {
      which = up.find(to_end.back());
      to_end.pop_back();
      if (which == up.end())
        return event;
    }
    auto& call = which->second;
    event.id = which->first;
    event.state = call.state;
    if (pick == 3) {
      call.state = event.state = call_state::disconnecting;
    } else if (pick == 4) {
      event.state = call_state::dead;
      if (any() % 2)
        event.ended = actor_fixture::wall - 1ms;
      up.erase(which);
      return event;
    } else if (pick < 7) {
      event.state = std::max(call.state, std::min(call_state::connected, call_state(int(call.state) + 1)));
      call.state = event.state;
      if (call.state == call_state::connected && any() % 2)
        call.connect = event.connect = actor_fixture::wall - 2ms;
    } else if (pick < 9) {
      belongs(event, any);
      belongs(call, event);
    } else {
      const auto cli = std::to_string(any() % 5);
      call.texts.set(call_text::cli, cli);
      event.texts.set(call_text::cli, cli);
    }
    if (any() % 3 == 0)
      event = call;
    return event;
  }

  /// The new connection is its connection from now on; what it says first.
  switch_news arrives() {
    connection = std::move(next_connection);
    connection->session = ***std::exchange(attaching, nullptr);
    switch_news news{snapshot_begin{}};
    for (const auto& [id, call] : up)
      news.emplace_back(call);
    news.emplace_back(snapshot_end{});
    return stamped(std::move(news));
  }

  /// News as the node receives it now, with the ping by which the model learns that it was worked off.
  static switch_news stamped(switch_news news) {
    for (auto& item : news)
      if (auto* event = std::get_if<call_event>(&item))
        event->received = actor_fixture::wall;
    news.emplace_back(barrier{});
    return news;
  }

  call_event begins(random& any) {
    call_event event;
    event.id = std::to_string(++calls_made);
    event.state = call_state(any() % 5);
    event.setup = actor_fixture::wall - std::chrono::seconds{any() % 3};
    if (any() % 3)
      belongs(event, any);
    return up[event.id] = event;
  }

  /// The call now belongs where the event says.
  static void belongs(call_event& call, const call_event& event) {
    call.account = event.account;
    const auto former = std::exchange(call.texts, event.texts);
    if (const auto cli = former.get(call_text::cli))
      call.texts.set(call_text::cli, *cli);
  }

  static void belongs(call_event& event, random& any) {
    static constexpr std::array<std::int64_t, 5> numbers{11, 22, 33, 44, 99};
    static constexpr std::array names{"u11", "u22", "nobody"};
    if (any() % 3)
      event.account = account_id{numbers[any() % numbers.size()]};
    else
      event.texts.set(call_text::account_name, names[any() % names.size()]);
  }

  /// Some news: what just happened, something late or repeated, a whole snapshot, half of one. It does not
  /// repeat what is `gone` for long.
  template <class Gone>
  switch_news speaks(random& any, Gone gone) {
    switch_news news;
    const auto kind = any() % 24;
    if (kind < 2)
      news.emplace_back(snapshot_begin{});
    if (kind < 2)
      for (const auto& [id, call] : up)
        news.emplace_back(call);
    for (auto n = any() % 4; n > 0; --n) {
      const auto late = !said.empty() && any() % 8 == 0;
      auto event = late ? said[any() % said.size()] : happens(any);
      if (event.id.empty() || (late && gone(event.id)))
        continue;
      said.push_back(event);
      news.emplace_back(std::move(event));
    }
    if (kind == 0)
      news.emplace_back(snapshot_end{});
    return stamped(std::move(news));
  }
};

} // namespace rollcall::testing
