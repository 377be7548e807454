#pragma once

#include "domain/history/counted_minute.hpp"

#include <chrono>
#include <cstdint>

namespace rollcall::testing {

/// The beginning of an hour, and of a day.
constexpr history_time some_day{std::chrono::seconds{1'732'320'000}};

inline history_subject customer_subject(std::int64_t id) { return history_subject{customer_id{id}}; }
inline history_subject account_subject(std::int64_t id) { return history_subject{account_id{id}}; }

inline figures_row row_of(history_subject whose, std::uint64_t total, std::uint64_t connected) {
  return {whose, call_figures::of(total, connected)};
}

} // namespace rollcall::testing
