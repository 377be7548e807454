#pragma once

#include "actors/history/history_writer.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace rollcall::testing {

/// A history in memory. `broken`: nothing can be written.
struct fake_history : history_sink {
  bool broken = false;
  bool lost = false;
  std::optional<history_damage> damage; ///< to be told
  std::vector<counted_minute> minutes;  ///< as they came
  history_keep kept{};                  ///< of the last one

  void check() override {
    if (broken)
      throw std::runtime_error{"disk full"};
  }
  bool write(const packed_minute& minute, const history_keep& keep) override {
    check();
    const auto read = unpacked(minute);
    if (!read)
      return false;
    minutes.push_back(*read);
    kept = keep;
    return true;
  }
  std::uint64_t bytes() override { return 1'000 * minutes.size(); }
  bool take_loss() override { return std::exchange(lost, false); }
  std::optional<history_damage> take_damage() override { return std::exchange(damage, std::nullopt); }
};

} // namespace rollcall::testing
