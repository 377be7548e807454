#pragma once

#include "domain/calls/leg_facts.hpp"
#include "tests/unit/leg_graph_fixture.hpp"
#include "transport/switches/asterisk/ami_event.hpp"
#include "transport/switches/asterisk/channel_events.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::test {

/// What AMI has said in one scenario, as its lines, with the time at which each message came.
class asterisk_recording {
public:
  struct message {
    std::string lines; ///< each with its end, and the empty one
    leg_moment at;
  };

  /// Of tests/data/asterisk. Throws when there is none.
  explicit asterisk_recording(const std::string& name);

  const std::vector<message>& messages() const { return messages_; }

  /// Up to the end of its last list of channels; all when there is none.
  asterisk_recording up_to_last_list() const;

  /// That list alone, behind what has been said of bridges before; nothing when there is none.
  asterisk_recording last_list() const;

  /// The same with other words in all of its lines.
  asterisk_recording with(std::string_view words, std::string_view other) const;

private:
  asterisk_recording() = default;

  /// How many messages there are up to the end of the last list.
  std::size_t to_last_list() const;

  std::vector<message> messages_;
};

/// Plays recordings into a graph: by way of the bytes of the lines, `piece` at a time, and with the sweeps
/// that come in between.
class asterisk_player {
public:
  explicit asterisk_player(std::size_t piece = 65536) : piece_(piece) {}

  /// Plays all of it. A list of channels in it is taken as a snapshot if `lists` says so.
  void play(const asterisk_recording& all, bool lists);

  /// Takes it as one snapshot of a switch of which nothing is known.
  void play_as_snapshot(const asterisk_recording& list);

  /// Lets so much time pass.
  void passes(std::chrono::milliseconds time);

  /// Each call as `id account caller>callee connection state: leg leg …`, the owner with a star. Of ids the
  /// last part is shown, and `-` where there is nothing.
  std::string calls() const;

  /// Each call that has ended as `id why into`.
  std::string ended() const;

  /// The legs of each call with its account, in one order for all graphs.
  std::string partition() const;

  const leg_graph& graph() const { return graph_; }
  std::uint64_t bad_lines() const { return reader_.bad_lines(); }

private:
  void feed(const asterisk_recording::message& one, bool lists);
  void take(const asterisk::ami_event& event, bool lists);
  void told() { rows_.take(graph_.take_changes()); }

  std::size_t piece_;
  leg_moment now_{};
  leg_graph graph_;
  asterisk::channel_rules rules_{.carriers = {"carrier-a", "carrier-b", "carrier-c", "carrier-d"}};
  asterisk::channel_events events_{rules_, graph_};
  asterisk::ami_reader reader_;
  told_calls rows_;
  bool in_list_ = false;
};

} // namespace rollcall::test
