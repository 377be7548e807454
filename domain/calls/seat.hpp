#pragma once

#include <cstdint>

namespace rollcall {

/// Where a roster keeps a call: its number there, until the call leaves. It goes with each picture of the
/// call, so that the roster need not search for it.
enum class seat : std::uint32_t {};

} // namespace rollcall
