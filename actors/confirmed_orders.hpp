#pragma once

#include "actors/messages/disconnects.hpp"
#include "domain/base/boot_clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace rollcall {

/// What is left of previews that were confirmed here: one that is confirmed twice hangs up no more calls of
/// this node than were counted once. Any thread.
class confirmed_orders {
public:
  /// Longer than any node takes a confirmation for good, by whatever clock.
  static constexpr auto kept = std::chrono::minutes{10};

  /// Previews that are remembered at most.
  static constexpr std::size_t most = 10'000;

  /// What the preview `id` allows, which has counted `calls` by switch: less what was taken of it before.
  /// Null when there is no room to remember it.
  std::shared_ptr<call_allowance>
  allowance_of(const std::string& id, const std::map<std::string, std::uint64_t>& calls, boot_time now);

private:
  struct entry {
    std::shared_ptr<call_allowance> allowance;
    boot_time begun;
  };

  std::mutex mutex_;
  std::unordered_map<std::string, entry> orders_;
};

} // namespace rollcall
