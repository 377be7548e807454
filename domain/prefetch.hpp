#pragma once

#include <cstddef>

namespace rollcall {

constexpr std::size_t cache_line = 64; ///< of the processors that are met

/// Has the processor fetch memory that is about to be read or written: with a million calls hardly anything
/// lies in its caches, and who asks for many lines first and reads them then waits for all of them once. A
/// hint: any address will do, and nothing happens to what is there.
inline void prefetch(const void* at, std::size_t bytes = 1) noexcept {
  const auto* begin = static_cast<const char*>(at);
  for (std::size_t i = 0; i < bytes; i += cache_line)
    __builtin_prefetch(begin + i);
}

} // namespace rollcall
