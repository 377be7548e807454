#pragma once

#include "apps/simulator/switch.hpp"
#include "domain/calls/call_record.hpp"
#include "transport/switches/common/line_parser.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// The calls of `rollcall sim` without a socket between: what it tells a daemon in the scenes, peers are given
// as well.

namespace rollcall::bench {

constexpr std::int64_t accounts = 1000; ///< as many as world.py has
constexpr std::int64_t customers = 100; ///< the same

/// What `rollcall sim --calls CALLS --accounts 1-1000 --rate max` plans. `hold`: all are answered, and stay.
inline sim_plan plan_of(std::uint32_t calls, bool hold) {
  sim_plan plan;
  plan.run = "19ab3f1e8d2"; // as long as the time of day is there
  plan.calls = calls;
  plan.rate.reset();
  for (std::int64_t n = 1; n <= accounts; ++n)
    plan.accounts.emplace_back(n);
  for (std::int64_t n = 1; n <= 3; ++n)
    plan.connections.emplace_back(n);
  plan.hold = hold;
  if (hold)
    plan.connect_probability = 1;
  return plan;
}

/// The whole lines of a text, without their line feeds.
template <class Consumer>
void for_each_line(std::string_view text, Consumer&& consume) {
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    consume(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
}

/// So many connected calls, as a snapshot tells them. Knows them from its beginning, so that what is measured
/// in between is the consumer's memory and not that of the model.
class connected_calls {
public:
  explicit connected_calls(std::uint32_t calls) : model_(plan_of(calls, true)) {
    model_.advance(std::chrono::microseconds::max(), system_now(), nullptr, 0);
  }

  /// Calls `consume` with the record of each.
  template <class Consumer>
  void for_each(Consumer&& consume) {
    constexpr std::size_t chunk = 64 * 1024;
    const auto* source = interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}});
    std::string lines;
    switch_news news;
    for (std::optional<std::size_t> at = 0; at;) {
      lines.clear();
      at = model_.append_snapshot(lines, *at, chunk);
      news.clear();
      for_each_line(lines, [&](std::string_view line) { parser_.parse(line, system_now(), news); });
      for (const auto& item : news)
        consume(call_record::first(*source, std::get<call_event>(item)));
    }
  }

private:
  sim_switch model_;
  switches::line_parser parser_;
};

} // namespace rollcall::bench
