#pragma once

#include "domain/base/ids.hpp"

namespace rollcall {

/// What every call of one switch has in common.
struct switch_identity {
  switch_name name;
  node_id node; ///< the node whose feed the calls come by
  environment_id environment;

  friend bool operator==(const switch_identity&, const switch_identity&) = default;
};

/// The one object that stands for this identity. It lives as long as the process, so that records can
/// point to it: there are as many as switches were ever configured. Any thread.
const switch_identity* interned(const switch_identity& identity);

} // namespace rollcall
