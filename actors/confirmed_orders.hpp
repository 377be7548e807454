#pragma once

#include "actors/messages/disconnects.hpp"
#include "domain/base/boot_clock.hpp"
#include "domain/base/ids.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace rollcall {

/// What is left of previews that were confirmed here: one that is confirmed twice hangs up no more calls of
/// this node than it does once. Any thread.
class confirmed_orders {
public:
  /// Longer than one can be confirmed.
  static constexpr auto kept = std::chrono::minutes{5};

  /// Previews with calls here that are remembered at most, of one customer and of all.
  static constexpr std::size_t most_of_one = 200;
  static constexpr std::size_t most = 10'000;

  /// What the preview `id` of this customer allows: `calls` by switch when it is new, else what was not taken
  /// of it yet. Null when there is no room to remember it.
  std::shared_ptr<call_allowance> left_of(const std::string& id, customer_id scope,
                                          const std::map<std::string, std::uint64_t>& calls, boot_time now);

private:
  struct entry {
    std::string id;
    customer_id scope;
    boot_time begun;
  };

  void forget(boot_time now);

  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<call_allowance>> left_; ///< by id
  std::unordered_map<customer_id, std::size_t> of_each_;
  std::deque<entry> oldest_first_;
};

} // namespace rollcall
