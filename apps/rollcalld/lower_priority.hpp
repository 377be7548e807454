#pragma once

namespace rollcall {

/// Lowers the calling thread's priority for the making of long answers: a list waits for the feed, and not
/// the other way round. On Linux the priority is each thread's own; see nice(2).
void lower_priority();

} // namespace rollcall
