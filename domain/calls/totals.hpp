#pragma once

#include "domain/calls/call_state.hpp"

#include <array>
#include <cstdint>

namespace rollcall {

/// How many calls an account has in each state.
struct state_counts {
  std::array<std::uint32_t, call_state_count> by_state{};

  std::uint32_t& operator[](call_state s) { return by_state[static_cast<std::size_t>(s)]; }
  std::uint32_t operator[](call_state s) const { return by_state[static_cast<std::size_t>(s)]; }

  /// What listActiveCalls shows: the `total` of the stats.
  std::uint32_t active() const {
    return (*this)[call_state::wait_route] + (*this)[call_state::ar_complete]
           + (*this)[call_state::connected];
  }
  std::uint32_t connected() const { return (*this)[call_state::connected]; }
  std::uint32_t all() const {
    std::uint32_t sum = 0;
    for (const auto n : by_state)
      sum += n;
    return sum;
  }

  state_counts& operator+=(const state_counts& other) {
    for (std::size_t i = 0; i < by_state.size(); ++i)
      by_state[i] += other.by_state[i];
    return *this;
  }

  friend bool operator==(const state_counts&, const state_counts&) = default;

  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, state_counts& x) {
    return f(x.by_state);
  }
};

} // namespace rollcall
