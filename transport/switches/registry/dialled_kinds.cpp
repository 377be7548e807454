#include "transport/switches/registry/dialled_kinds.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace rollcall::switches {

dialled_kinds::dialled_kinds(boost::asio::io_context& io, const std::vector<driver_kind>& kinds,
                             const attach_fn& attach, wall_clock now) {
  for (const auto& each : kinds)
    kinds_.emplace(each.block,
                   std::make_unique<dialled_switches>(io, std::string{each.block}, each.make(), attach, now));
}

void dialled_kinds::set(const std::vector<dialled>& switches) {
  for (const auto& [kind, here] : kinds_) {
    std::vector<dialled> its;
    std::copy_if(switches.begin(), switches.end(), std::back_inserter(its),
                 [&of = kind](const dialled& each) { return each.kind == of; });
    here->set(std::move(its));
  }
}

std::vector<std::string> dialled_kinds::notes() const {
  std::vector<std::string> all;
  for (const auto& [kind, here] : kinds_) {
    const auto add = [&all](std::vector<std::string> lines) {
      std::move(lines.begin(), lines.end(), std::back_inserter(all));
    };
    add(here->notes().lines());
    add(here->of().lines());
  }
  return all;
}

std::map<std::string, double> dialled_kinds::clocks() const {
  std::map<std::string, double> all;
  for (const auto& [kind, here] : kinds_)
    all.merge(here->notes().clocks());
  return all;
}

std::vector<metric_family> dialled_kinds::metrics() const {
  std::vector<metric_family> all;
  for (const auto& [kind, here] : kinds_) {
    auto its = here->of().metrics();
    std::move(its.begin(), its.end(), std::back_inserter(all));
  }
  return all;
}

} // namespace rollcall::switches
