#pragma once

#include "apps/simulator/call.hpp"
#include "apps/simulator/plan.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

/// What `direction` may say.
constexpr std::array<std::string_view, 3> sim_directions = {"vendor", "onnet_in", "onnet_out"};

/// Appends `text` as a JSON string, quotes included. Bytes above 0x7F go through as they are.
void append_json_string(std::string& out, std::string_view text);

/// Writes the switch's side of the feed, one line a call, by hand: a load generator must cost less than what
/// it loads. One thread.
class sim_lines {
public:
  explicit sim_lines(const sim_plan& plan);

  /// A `call` object with what became known on entering the call's state.
  void append_change(std::string& out, const sim_call& call) const;

  /// A `call` object with everything known of the call, as a snapshot carries it.
  void append_whole(std::string& out, const sim_call& call) const;

  void append_end(std::string& out, const sim_call& call, timestamp when) const;

  /// The switch's own line on this call, for comparing: `id`, `state`, the fields of the feed.
  void append_truth(std::string& out, const sim_call& call) const;

  /// The switch's id of the call: `<run>-<serial>`.
  void append_id(std::string& out, const sim_call& call) const;

  /// The serial in an id that append_id() wrote in this run; none for any other text.
  std::optional<std::uint64_t> serial_of(std::string_view id) const;

private:
  void append_head(std::string& out, const sim_call& call) const;
  void append_start(std::string& out, const sim_call& call) const;
  void append_account(std::string& out, const sim_call& call) const;
  void append_route(std::string& out, const sim_call& call) const;
  void append_answer(std::string& out, const sim_call& call) const;
  void append_known(std::string& out, const sim_call& call) const;

  std::string prefix_;                   ///< `<run>-`
  std::vector<std::string> accounts_;    ///< ready-made `,"i_account":3`
  std::vector<std::string> connections_; ///< ready-made `,"i_connection":1`
  bool account_from_start_;
};

} // namespace rollcall
