#include "domain/control/disconnect_limits.hpp"

namespace rollcall {

namespace {

std::string matching(std::uint64_t calls) {
  return std::to_string(calls) + (calls == 1 ? " call matches" : " calls match");
}

} // namespace

std::optional<std::string> exceeded(const disconnect_limits& limits, std::uint64_t calls) {
  if (limits.max_calls)
    return calls > *limits.max_calls
               ? std::optional{matching(calls) + ", max_calls is " + std::to_string(*limits.max_calls)}
               : std::nullopt;
  if (limits.above > 0 && calls > limits.above)
    return matching(calls) + ", more than " + std::to_string(limits.above)
           + " ([api] confirm_above): look with dry_run, and confirm it, or say with max_calls how many are "
             "meant";
  return std::nullopt;
}

} // namespace rollcall
