#pragma once

#include "transport/metrics/metrics_snapshot.hpp"

namespace rollcall {

struct actor_metrics;
struct symptom_counts;

namespace api {
class metrics;
}
namespace http {
struct metrics;
}
namespace feed {
struct metrics;
}
namespace cluster {
struct metrics;
}
namespace events {
class stream_registry;
}

/// Each reads the counters of one part of the service into the page. Any thread.
void collect(const actor_metrics& from, metrics_snapshot& into);
void collect(const api::metrics& from, metrics_snapshot& into);
void collect(const http::metrics& from, metrics_snapshot& into);
void collect(const feed::metrics& from, metrics_snapshot& into);
void collect(const cluster::metrics& from, metrics_snapshot& into);
void collect(const events::stream_registry& from, metrics_snapshot& into);
void collect(const symptom_counts& from, timestamp now, metrics_snapshot& into);

} // namespace rollcall
