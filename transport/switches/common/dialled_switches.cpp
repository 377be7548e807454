#include "transport/switches/common/dialled_switches.hpp"

#include <algorithm>
#include <utility>

namespace rollcall::switches {

namespace {

/// As configured, but for the authorities, which may change while a connection is there.
bool is_same(dialled one, const dialled& other) {
  if (one.ca.empty() == other.ca.empty())
    one.ca = other.ca;
  return one == other;
}

} // namespace

dialled_switches::dialled_switches(boost::asio::io_context& io, std::string kind, std::shared_ptr<drivers> of,
                                   attach_fn attach, wall_clock now)
    : io_(io),
      shared_(std::make_shared<dialler::shared>(std::move(kind), std::move(of), std::move(attach), now)) {}

dialled_switches::~dialled_switches() { set({}); }

void dialled_switches::set(std::vector<dialled> switches) {
  std::vector<std::shared_ptr<dialler>> kept;
  for (auto& each : running_) {
    const auto same = std::find_if(switches.begin(), switches.end(),
                                   [&](const auto& wanted) { return is_same(wanted, each->to()); });
    if (same == switches.end()) {
      each->stop();
      continue;
    }
    each->trust(same->ca);
    switches.erase(same);
    kept.push_back(std::move(each));
  }
  running_ = std::move(kept);
  for (auto& each : switches) {
    auto notes = notes_.open(each.name);
    running_.emplace_back(std::make_shared<dialler>(io_, shared_, std::move(each), std::move(notes)))
        ->start();
  }
}

} // namespace rollcall::switches
