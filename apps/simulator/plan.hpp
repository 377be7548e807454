#pragma once

#include "domain/base/ids.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace rollcall {

/// What a simulated switch shall do. Every value has the default that `rollcall sim` documents.
struct sim_plan {
  std::string run = "0"; ///< begins every call's id, so that no id is used again by a later run
  std::uint64_t seed = 1;
  std::uint32_t calls = 100;        ///< live calls to reach and hold; at least 1
  std::optional<double> rate = 20;  ///< new calls a second, above 0; none: as many as `calls` leaves room for
  std::vector<account_id> accounts; ///< who makes the calls; used when `usernames` is empty
  std::vector<std::string> usernames;     ///< the same, named by `username`
  std::vector<connection_id> connections; ///< where calls are routed; empty: none is named
  std::chrono::microseconds mean_duration = std::chrono::seconds{30}; ///< of the talk, exponential
  std::chrono::microseconds ring = std::chrono::seconds{2};           ///< mean time from routed to answered
  double connect_probability = 0.9;                                   ///< the rest ends unanswered
  bool hold = false;                                                  ///< calls never end by themselves
  bool once = false;               ///< `calls` calls and no more: none follows one that ends
  bool account_from_start = false; ///< the first line names the account, not only WaitRoute
  double odd_text = 0;             ///< share of calls whose caller's number is hostile text
  double refuse_disconnect = 0;    ///< share of disconnects answered with a failed result
  double ignore_disconnect = 0;    ///< share of disconnects not answered at all
  std::chrono::microseconds teardown_delay = std::chrono::milliseconds{200}; ///< from Disconnecting to end
};

} // namespace rollcall
