#pragma once

#include <cstdint>
#include <optional>

namespace rollcall::cli {

/// Finds the keys that stand for themselves in what a terminal sends. Arrows, function keys, the mouse,
/// Alt with a key, and answers of the terminal come as escape sequences: those are passed over as a whole, so
/// that no letter in them is taken for a key. One thread.
class key_reader {
public:
  /// The key of a byte; none while it belongs to a sequence.
  std::optional<char> next(char byte);

  /// Nothing has come for a moment: what was begun is over. A lone escape is a key that was pressed.
  void pause() { at_ = place::ground; }

private:
  //  ground ─ESC─► escape ─[─► csi ─final byte─► ground
  //                   ├─O─► one more byte ─► ground
  //                   ├─] P X ^ _─► text ─BEL, or ESC \─► ground
  //                   └─anything else─► ground
  enum class place : std::uint8_t { ground, escape, csi, one_more, text, text_escape };
  place at_ = place::ground;
};

} // namespace rollcall::cli
