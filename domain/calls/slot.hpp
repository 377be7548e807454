#pragma once

#include <cstdint>

namespace rollcall {

/// Where an account keeps a call: its number there, until the call leaves. It goes with each picture of the
/// call, so that the account need not search for it.
enum class slot : std::uint32_t {};

} // namespace rollcall
