#pragma once

#include "apps/rollcall/stats.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rollcall::cli {

/// The calls that a stream of events has told (events.md, 3), counted by account as the stats count them.
/// Pure. One thread.
class call_mirror {
public:
  /// The messages of a stream, in their order. Throws command_error for one that is none.
  void take(const boost::json::object& message);

  /// No snapshot is being told, of all calls or of a switch's: else the figures are of a part of the calls.
  bool is_whole() const noexcept { return synced_ && retold_.empty(); }

  /// The accounts with calls, the busiest first, and what is missing from the figures.
  stats counted() const;

private:
  struct call {
    std::int64_t account = 0;
    std::uint32_t source = 0;
    bool active = false;
    bool connected = false;
  };

  struct count {
    std::int64_t total = 0;
    std::int64_t connected = 0;
  };

  void put(const boost::json::object& row);
  void drop(std::string_view id);
  void add(const call& one, std::int64_t by);
  void forget_all();
  void forget_switch(std::string_view name);
  std::uint32_t number_of(std::string_view source);

  std::unordered_map<std::string, call> calls_; ///< by ID
  std::unordered_map<std::int64_t, count> accounts_;
  std::map<std::string, std::uint32_t, std::less<>> sources_; ///< switches have numbers here
  std::set<std::string, std::less<>> missing_nodes_;
  std::set<std::string, std::less<>> unverified_switches_;
  std::set<std::string, std::less<>> retold_; ///< switches
  bool synced_ = false;
  bool complete_ = true; ///< as the stream said last
};

} // namespace rollcall::cli
