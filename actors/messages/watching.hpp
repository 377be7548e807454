#pragma once

#include "domain/calls/switch_claim.hpp"
#include "domain/control/limit_watch.hpp"
#include "domain/directory/directory.hpp"
#include "domain/lists/call_query.hpp"
#include "domain/lists/counts_by_switch.hpp"
#include "domain/watch/change_queue.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall {

/// How far somebody has read the change log of one node.
struct log_place {
  std::uint64_t log = 0;      ///< which log: a random number for each start of the node
  std::uint64_t position = 0; ///< of the last change that was told

  friend bool operator==(const log_place&, const log_place&) = default;
};

/// How far a stream has told the calls of all nodes, and by which of them each switch was told: what a token
/// stands for.
struct watch_place {
  struct told_switch {
    std::string node;
    std::uint64_t calls = 0; ///< of it in the mirror

    friend bool operator==(const told_switch&, const told_switch&) = default;
  };

  std::map<std::string, log_place> nodes;
  std::map<std::string, told_switch> switches;

  friend bool operator==(const watch_place&, const watch_place&) = default;
};

/// GET /events. From the API to a cluster watch, and on to a watcher of each node.
struct watch_request {
  call_query query;
  directory_ptr directory;
  std::optional<watch_place> since; ///< everything up to there was told
};

/// The next of what a watcher has to tell, of the calls of one node.
struct watch_batch {
  std::vector<change_queue::told> items;
  bool begins = false; ///< a snapshot begins: what was told before is void
  bool synced = false; ///< and is told
  std::uint64_t listings =
      0; ///< how many `again` have been carried out; their calls are told before `synced`
  /// Everything up to there is told, and nothing else; none in between.
  std::optional<log_place> place;
  std::vector<std::string> distrusted; ///< switches: what was told of their calls is void
  counts_by_switch held;               ///< how many calls are to be held, of each switch; only with a place
};

/// Shared only because messages are: it is read by who asked for it.
using watch_batch_ptr = std::shared_ptr<watch_batch>;

/// Why a mirror, or the part of one switch, is begun anew.
enum class reset_reason : std::uint8_t { unknown_since, moved, late, with_another, removed };

/// As metrics have it, and as the client is told; indexed by reason.
struct reset_words {
  std::string_view label;
  std::string_view sentence;
};
constexpr std::array<reset_words, 5> reset_reasons = {{
    {"unknown_since", "what has happened since is not known any more"},
    {"moved", "another node has the switch now"},
    {"late", "the switch is new"},
    {"with_another", "its calls were with another node meanwhile"},
    {"removed", "the switch was removed from the configuration"},
}};

/// What a stream tells, besides its beginning (events.md, 3). Hundreds wait for each client that does not
/// read: what only few of them have takes little room in the others.
struct watch_message {
  enum class kind : std::uint8_t {
    begin,
    call,
    end,
    leave,
    synced,
    switch_state,
    node_state,
    limit,
    mark,
    reset
  };

  kind what = kind::call;
  record_ptr record = {};      ///< of call, end, leave
  bool asked = false;          ///< of an end, as change_queue has it
  bool unseen = false;         ///< of an end
  bool resumed = false;        ///< of the beginning: it goes on where the token stands
  std::string name = {};       ///< of a switch or node; of a reset and synced: the switch, empty for all
  std::string node = {};       ///< of a switch: which node has it
  std::string_view state = {}; ///< of a switch or node: a literal
  reset_reason why = {};       ///< of a reset
  std::uint64_t calls = 0;     ///< of synced and mark: the size of the mirror
  bool complete = true;        ///< of synced and mark
  std::shared_ptr<const watch_place> place = {}; ///< of synced and mark, always; null of others
  std::shared_ptr<const limit_event> limit = {}; ///< of a limit, always; null of others
};

/// What is to be told next. The cluster watch's answer to the API; empty when nothing has happened for
/// defaults::watch_pulse.
using watch_messages = std::vector<watch_message>;
using watch_messages_ptr = std::shared_ptr<watch_messages>;

} // namespace rollcall
