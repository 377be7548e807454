#pragma once

#include "transport/metrics/metrics_snapshot.hpp"

#include <string>

namespace rollcall {

/// The type of what render() writes.
constexpr const char* metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// The page of /metrics in Prometheus's text format 0.0.4. Names follow its conventions: prefix `rollcall_`,
/// base units, `_total` for what only grows.
std::string render(const metrics_snapshot& snapshot);

} // namespace rollcall
