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

/// How long a node that drains waits for its switches to connect elsewhere by themselves before it hands
/// their calls to another node without them; how long for all of it, within the 10 s that a stop has; for how
/// many switches it does so at once; and how long it then waits for the others to know that it leaves.
constexpr auto move_patience = 2s;
constexpr auto drain_limit = 6s;
constexpr std::size_t inherited_at_once = 16;
constexpr auto leave_deadline = 1s;

/// An order to drain expires after `drain_patience`. The node that gave it waits `drain_deadline` for the
/// outcome, and the API waits `node_order_deadline` for that node.
constexpr auto drain_patience = 3s;
constexpr auto drain_deadline = drain_patience + drain_limit + 1s;
constexpr auto node_order_deadline = drain_deadline + 5s;

/// Hang-ups from before a restart that a node tells another one in one message.
constexpr std::size_t hang_ups_at_once = 10'000;

/// Feed addresses that another node may tell of itself, and the bytes of one.
constexpr std::size_t most_feeds = 16;
constexpr std::size_t feed_address_bytes = 300;

/// Bytes of the version that another node may tell of itself.
constexpr std::size_t version_bytes = 64;

/// How long a node waits for the next rows of a list from another one, which is up meanwhile.
constexpr auto batch_deadline = 10s;

/// How long a list stays ready for a node that asks for no more of it.
constexpr auto export_patience = 120s;

/// Rows of another node under way or waiting here at once, in batches.
constexpr std::size_t batches_ahead = 4;

/// Counts that a node tells another in one message, which is bounded: of so many accounts on so many
/// switches. And those that are taken from one node in all.
constexpr std::size_t counts_at_once = 50'000;
constexpr std::size_t most_counts = 10'000'000;

/// Answers name a node that has had another directory for longer than this. A change of the directory reaches
/// the nodes at different moments.
constexpr auto directory_grace = 5s;

/// Answers name a node whose clock is off by more than this.
constexpr auto clock_tolerance = 2s;

/// Claims that another node may make, as many as switches may be configured. A node that makes more is not
/// heard.
constexpr std::size_t most_claims = 10'000;

/// Bytes of one batch, about.
constexpr std::size_t batch_bytes = 256 * 1024;

/// How long a connection waits for its link. Much longer than a connection is patient: one that has given up
/// must still learn that the link took it, to say that it is closed.
constexpr auto attach_deadline = 60s;

/// How long after a disconnect was asked for it may still be begun, unless the configuration says otherwise.
constexpr auto disconnect_deadline = std::chrono::milliseconds{5s};

/// How long after that a node waits for what became of each call before it is told as not known.
constexpr auto outcome_grace = 500ms;

/// And how long for another node, so that its own word arrives: from then on nothing is begun anywhere.
constexpr auto disconnect_grace = 1s;

/// How long a hang-up waits for the audit log before it goes on without (and its answer says so).
constexpr auto audit_deadline = 2s;

/// How often the audit log's file is checked: twice within a second. How often the log repeats that the file
/// cannot be written.
constexpr auto audit_check_interval = 400ms;
constexpr auto audit_reminder = 60s;

/// How many calls the audit log takes in one block, before the lines of these leave.
constexpr std::size_t calls_ahead = 1'000;

/// How long accounts tell of calls that changed accounts, and customers of accounts that changed hands.
/// Longer than any request takes to reach them.
constexpr auto move_memory = 5s;

/// Rows that a preview counts in one turn.
constexpr std::size_t rows_counted_at_once = 20'000;

/// A stream of events. A watcher answers after `watch_pulse` at the latest, and a mark is set every
/// `mark_interval` when nothing happens. A batch has `watch_batch` calls at most. A watcher that is
/// `watch_behind` changes behind the log reads on before it has told what it has read.
constexpr auto watch_pulse = 400ms;
constexpr auto mark_interval = 10s;
constexpr std::size_t watch_batch = 500;
constexpr std::size_t watch_behind = 16 * 1024;

/// For how long a mark waits for the end of a call whose ID another one has already. That end may have come
/// before.
constexpr auto former_patience = 1s;

/// Bytes of calls that may wait for one stream, unless the configuration says otherwise.
constexpr std::size_t watch_buffer = 4 * 1024 * 1024;

/// The same for all streams together, and besides for the snapshots that they have yet to tell. So many of
/// these are gathered at once; one whose reader has not asked for `watch_idle` gives way to those that wait.
constexpr std::size_t watch_memory = std::size_t{256} * 1024 * 1024;
constexpr std::size_t watch_gathers = 4;
constexpr auto watch_idle = 10s;

/// Within this time a stream asks for the first time; else its client was gone before it began.
constexpr auto watch_patience = 60s;

/// How often a link looks for disconnects to repeat and calls to forget.
constexpr auto link_tick = 250ms;

/// How often every account is recounted and compared with its tally.
constexpr auto audit_interval = 60s;

/// In how many parts, one after the other: all accounts at once would hold everything else up.
constexpr std::size_t audit_parts = 120;
constexpr auto audit_pause = std::chrono::milliseconds{audit_interval} / int{audit_parts};

/// How often every account looks for symptoms of its calls: with each step of an audit the next of so many
/// parts of the accounts. `SUSPECT` of a stream is that old at most (events.md).
constexpr auto symptoms_interval = 10s;
constexpr std::size_t symptoms_parts = symptoms_interval / audit_pause;

/// How many notes the audit log takes in one transaction. A disconnect that wants its entry waits for one.
constexpr std::size_t notes_at_once = 1'000;

/// How late a moment may be counted, of those that are ten seconds apart.
constexpr auto history_lateness = 2s;

/// How long a node that was started leaves the counting to others, while it has not met all nodes that it
/// knows of. Less than the time between two moments, and longer than it takes to meet who is there.
constexpr auto history_meeting = 5s;

/// How often the history is tried again when it cannot be written, and the bytes of minutes that wait
/// meanwhile, also those on their way from other nodes.
constexpr auto history_retry = 10s;
constexpr std::size_t history_backlog_bytes = std::size_t{64} * 1024 * 1024;

/// A minute of another node comes in parts. So many bytes of unfinished minutes are kept, so many minutes,
/// and each for so long until its next part: the rest of the backlog is for finished ones.
constexpr std::size_t history_begun_bytes = history_backlog_bytes / 2;
constexpr std::size_t history_begun = 256;
constexpr auto history_part_patience = 30s;

/// How far from now, by this node's clock, a minute of another node may be.
constexpr auto history_other_clock = 10min;

/// How often it is looked at how much of the limits is used, and how long those that are cleared are
/// remembered: no stream goes unread for longer.
constexpr auto limit_interval = 1s;
constexpr auto limit_memory = 10min;

/// Bad lines in a row after which a switch's connection is closed (feed.md).
constexpr std::uint32_t bad_lines_in_a_row = 10;

/// The shortest time between two snapshots that a link asks for by itself.
constexpr auto resync_pause = 60s;

/// After so much silence a snapshot without an end is given up (feed.md).
constexpr auto snapshot_silence = 60s;

/// The shortest time between the beginnings of two sweeps of a switch that take more than one turn.
constexpr auto sweep_pause = std::chrono::milliseconds{1s};

/// How many calls of a switch are looked at in one turn of its link: others wait meanwhile.
constexpr std::size_t calls_at_once = 1024;

/// How many calls an account asks in one turn to hang up, before others have theirs.
constexpr std::size_t calls_asked_at_once = 64;

/// How many calls one switch may have at once, unless the configuration says otherwise.
constexpr std::size_t calls_per_switch = 1'000'000;

/// How many calls of a switch that are over are remembered, at 10 to 20 bytes each; and how often a link
/// looks which of them it may forget.
constexpr std::size_t ended_calls_kept = 3'000'000;
constexpr auto ended_calls_check = 60s;

} // namespace rollcall::defaults
