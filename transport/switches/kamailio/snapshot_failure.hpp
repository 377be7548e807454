#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace rollcall::kamailio {

/// How all dialogs of a Kamailio can be had, the best first: a dump is linear in their number, a list
/// quadratic, and over the event socket it comes in one piece.
enum class dialog_source : std::uint8_t { dump_over_rpc, list_over_rpc, dump_over_evapi, list_over_evapi };

constexpr std::array<std::string_view, 4> dialog_source_names{
    "dlg.dump_file over rpc", "dlg.list over rpc", "dlg.dump_file over evapi", "dlg.list over evapi"};
constexpr std::string_view to_string(dialog_source of) {
  return dialog_source_names[static_cast<std::size_t>(of)];
}
constexpr bool is_dump(dialog_source of) {
  return of == dialog_source::dump_over_rpc || of == dialog_source::dump_over_evapi;
}
constexpr bool is_over_rpc(dialog_source of) {
  return of == dialog_source::dump_over_rpc || of == dialog_source::list_over_rpc;
}

/// Why a source gave no complete snapshot.
enum class snapshot_failure : std::uint8_t {
  unreachable, ///< no connection, no answer in time, no file
  refused,     ///< Kamailio answered with an error
  malformed,   ///< an answer or a dialog that is not what was asked for
  cut_short,   ///< the end is missing
  other_run,   ///< it is another Kamailio's, or of another run
  unproved,    ///< the number of dialogs is not what Kamailio counts
};

constexpr std::array<std::string_view, 6> snapshot_failure_names{"unreachable", "refused",   "malformed",
                                                                 "cut_short",   "other_run", "unproved"};
constexpr std::string_view to_string(snapshot_failure of) {
  return snapshot_failure_names[static_cast<std::size_t>(of)];
}

/// A failure in words, for the log.
struct snapshot_error {
  snapshot_failure kind = snapshot_failure::malformed;
  std::string text;
};

} // namespace rollcall::kamailio
