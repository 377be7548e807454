#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <string_view>
#include <vector>

/// What the fuzz targets share. A target reads each input as a peer would send it, in pieces and as a whole,
/// and checks what must hold of every input.
namespace rollcall::fuzz {

/// What does not hold ends the process, which is a finding.
inline void must(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Calls `each` with piece after piece of `text`, each in memory of its own. Where it is cut depends on the
/// text alone: so an input is what a peer sends and nothing else, and a finding can be repeated.
template <class Each>
void in_pieces(std::string_view text, Each each) {
  std::minstd_rand random{static_cast<std::uint_fast32_t>(std::hash<std::string_view>{}(text))};
  while (!text.empty()) {
    const auto most = std::size_t{1} << random() % 10;
    const auto piece = text.substr(0, 1 + random() % most);
    const std::vector<char> own(piece.begin(), piece.end());
    each(std::string_view{own.data(), own.size()});
    text.remove_prefix(piece.size());
  }
}

} // namespace rollcall::fuzz
