#pragma once

#include <cstddef>

namespace rollcall {

/// Lets the process have as many descriptors as it may give itself (RLIMIT_NOFILE). At the start of main.
void raise_open_files();

/// How many it may have.
std::size_t open_files();

} // namespace rollcall
