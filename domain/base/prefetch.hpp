#pragma once

#include <cstddef>
#include <cstdint>

namespace rollcall {

constexpr std::size_t cache_line = 64; ///< of the processors that are met

/// Has the processor fetch memory that is about to be read or written: with a million calls hardly anything
/// lies in its caches, and who asks for many lines first and reads them then waits for all of them once. A
/// hint: any address will do, and nothing happens to what is there.
inline void prefetch(const void* at, std::size_t bytes = 1) noexcept {
  const auto first = reinterpret_cast<std::uintptr_t>(at);
  for (auto line = first - first % cache_line; line < first + bytes; line += cache_line)
    __builtin_prefetch(reinterpret_cast<const void*>(line));
}

} // namespace rollcall
