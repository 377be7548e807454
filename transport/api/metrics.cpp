#include "transport/api/metrics.hpp"

#include <algorithm>

namespace rollcall::api {

namespace {

std::size_t index_of(std::optional<xmlrpc::fault_code> fault) {
  if (!fault)
    return 0;
  const auto& codes = xmlrpc::fault_codes;
  return 1 + static_cast<std::size_t>(std::find(codes.begin(), codes.end(), *fault) - codes.begin());
}

std::size_t bucket_of(std::chrono::microseconds took) {
  const auto seconds = std::chrono::duration<double>{took}.count();
  const auto& bounds = metrics::duration_bounds;
  return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin());
}

} // namespace

metrics::metrics(std::span<const std::string_view> methods) {
  for (const auto name : methods)
    methods_.try_emplace(name);
  methods_.try_emplace(no_method);
}

void metrics::count(std::string_view method, std::optional<xmlrpc::fault_code> fault,
                    std::chrono::microseconds took) {
  const auto found = methods_.find(method);
  auto& counters = found != methods_.end() ? found->second : methods_.find(no_method)->second;
  ++counters.outcomes[index_of(fault)];
  ++counters.durations[bucket_of(took)];
  counters.duration_micros += static_cast<std::uint64_t>(took.count());
}

} // namespace rollcall::api
