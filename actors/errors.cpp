#include "actors/errors.hpp"

#include <array>
#include <string_view>

namespace rollcall {

namespace {

constexpr std::array<std::string_view, 19> names = {"none",
                                                    "unknown switch",
                                                    "stale epoch",
                                                    "deadline passed",
                                                    "audit log not written",
                                                    "two hosts use the name",
                                                    "nodes missing",
                                                    "order too late",
                                                    "other directory",
                                                    "unknown node",
                                                    "node is up",
                                                    "node is being drained",
                                                    "switch is on its way",
                                                    "not drained",
                                                    "too many calls",
                                                    "history not readable",
                                                    "node restarted",
                                                    "calls not counted",
                                                    "out of bounds"};
static_assert(names.size() == static_cast<std::size_t>(ec::out_of_bounds) + 1);

} // namespace

std::string to_string(ec code) {
  const auto i = static_cast<std::size_t>(code);
  return std::string{i < names.size() ? names[i] : std::string_view{"?"}};
}

} // namespace rollcall
