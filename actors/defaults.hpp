#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every number that shapes how the actors behave, unless the configuration says otherwise.
namespace rollcall::defaults {

using namespace std::chrono_literals;

/// How long a list or stats request waits for its parts before the answer fails.
constexpr auto gather_deadline = 2s;

/// How often a node pings each other one, and how long it waits for an answer before the other counts as
/// missing.
constexpr auto ping_interval = 500ms;
constexpr auto ping_deadline = 2s;

/// How long a switch that connects here waits for each other node to say whether it was theirs.
constexpr auto release_deadline = 1s;

/// How long it then waits for the next of its calls from the one that had it: the connection has little more
/// patience, and what is not handed over the switch tells itself.
constexpr auto handover_deadline = 2s;

/// And for all of them together.
constexpr auto handover_limit = 6s;

/// How long a node waits for the next rows of a list from another one, which is up meanwhile.
constexpr auto batch_deadline = 10s;

/// How long a list stays ready for a node that asks for no more of it.
constexpr auto export_patience = 120s;

/// Rows of another node under way or waiting here at once, in batches.
constexpr std::size_t batches_ahead = 4;

/// Counts that a node tells another in one message, which is bounded: of so many accounts on so many
/// switches.
constexpr std::size_t most_counts = 300'000;

/// Bytes of one batch, about.
constexpr std::size_t batch_bytes = 256 * 1024;

/// How long a connection waits for its link. Much longer than a connection is patient: one that has given up
/// must still learn that the link took it, to say that it is closed.
constexpr auto attach_deadline = 60s;

/// How long a disconnect waits for the outcome of each call. Longer: what was asked for must be counted.
constexpr auto disconnect_deadline = 30s;

/// How long another node is waited for in a disconnect: a little more, so that its own word arrives.
constexpr auto disconnect_patience = 35s;

/// How long a request waits for the audit log before it goes on without (and says so in the log).
constexpr auto audit_deadline = 2s;

/// How long accounts tell of calls that changed accounts, and customers of accounts that changed hands.
/// Longer than any request takes to reach them.
constexpr auto move_memory = 5s;

/// How often a link looks for disconnects to repeat and calls to forget.
constexpr auto link_tick = 250ms;

/// How often every account is recounted and compared with its tally.
constexpr auto audit_interval = 60s;

/// In how many parts, one after the other: all accounts at once would hold everything else up.
constexpr std::size_t audit_parts = 120;
constexpr auto audit_pause = std::chrono::milliseconds{audit_interval} / int{audit_parts};

/// How many repeated disconnects the log names one by one at a tick, before it counts the rest.
constexpr std::uint64_t repeats_named = 10;

/// How many notes the audit log takes in one transaction. A disconnect that wants its entry waits for one.
constexpr std::size_t notes_at_once = 1'000;

/// Bad lines in a row after which a switch's connection is closed (feed.md).
constexpr std::uint32_t bad_lines_in_a_row = 10;

/// The shortest time between two snapshots that a link asks for by itself.
constexpr auto resync_pause = 60s;

} // namespace rollcall::defaults
