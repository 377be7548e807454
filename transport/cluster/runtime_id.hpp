#pragma once

#include <caf/node_id.hpp>

#include <string>

namespace rollcall::cluster {

/// The ID of a node's CAF runtime, as its hello names it: forty hexadecimal digits, `#`, a process number.
/// The ID of no node for anything but what CAF itself writes, so that equal runtimes are equal texts.
caf::node_id parse_runtime(const std::string& text);

} // namespace rollcall::cluster
