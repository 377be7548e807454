#include "transport/cluster/runtime_id.hpp"

#include <caf/error.hpp>

namespace rollcall::cluster {

caf::node_id parse_runtime(const std::string& text) {
  // CAF also parses small letters, leading zeros and process 0, which it takes for no node.
  caf::node_id node;
  if (caf::parse(text, node) || !node || to_string(node) != text)
    return {};
  return node;
}

} // namespace rollcall::cluster
