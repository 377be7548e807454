#include "transport/switches/common/dialled_switches.hpp"

#include <algorithm>
#include <utility>

namespace rollcall::switches {

dialled_switches::dialled_switches(boost::asio::io_context& io, std::string kind, std::shared_ptr<drivers> of,
                                   attach_fn attach, wall_clock now)
    : io_(io),
      shared_(std::make_shared<dialler::shared>(std::move(kind), std::move(of), std::move(attach), now)) {}

dialled_switches::~dialled_switches() { set({}); }

void dialled_switches::set(std::vector<dialled> switches) {
  std::vector<std::shared_ptr<dialler>> kept;
  for (auto& each : running_) {
    const auto same = std::find(switches.begin(), switches.end(), each->to());
    if (same == switches.end()) {
      each->stop();
      continue;
    }
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
