#include "transport/switches/common/metric_family.hpp"

namespace rollcall::switches {

metric_family by_outcome(std::string name, std::string help, std::initializer_list<outcome> outcomes) {
  metric_family family{std::move(name), std::move(help), {}};
  for (const auto& each : outcomes)
    family.samples.push_back({{{"outcome", each.of}}, each.count});
  return family;
}

metric_family single(std::string name, std::string help, std::uint64_t count) {
  return {std::move(name), std::move(help), {{{}, count}}};
}

} // namespace rollcall::switches
