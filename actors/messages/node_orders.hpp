#pragma once

#include "actors/messages/coverage.hpp"
#include "domain/audit/audit.hpp"

#include <cstdint>
#include <string>

namespace rollcall {

/// drainNode, forgetNode. From the API to the frontend, and on to the node orders.
struct node_order {
  enum class kind : std::uint8_t {
    drain,  ///< the node hands its switches over, and leaves
    forget, ///< nobody is to miss the node, which is away
  };
  kind what = kind::drain;
  std::string node;
  audit_request audit; ///< who asks, for the audit log
};

/// It was carried out. The node orders' answer to the API.
struct node_order_answer {
  coverage covers = {};
};

} // namespace rollcall
