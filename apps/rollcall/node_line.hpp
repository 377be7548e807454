#pragma once

#include <string>
#include <string_view>

namespace rollcall::cli {

/// One line that a node sends to a switch (feed.md, "From rollcall").
struct node_line {
  enum class kind {
    bad,     ///< not a line of the feed; `message` says why
    welcome, ///< `id` is the node's id
    error,   ///< `id` is the code; the node closes
    warning, ///< a line of ours was refused
    disconnect,
    resync,
    ping,
    pong,
  };
  kind what = kind::bad;
  std::string id;
  std::string message;
};

node_line parse_node_line(std::string_view line);

} // namespace rollcall::cli
