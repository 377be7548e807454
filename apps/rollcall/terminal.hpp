#pragma once

#include <chrono>
#include <cstddef>
#include <termios.h>

namespace rollcall::cli {

/// The terminal as a screen that is redrawn: its own page, keys without echo and without waiting for a line.
/// Puts everything back when it goes. One at a time, and only when stdin and stdout are terminals.
class screen {
public:
  screen();
  ~screen();

  /// Waits for a key, or until the time is over. True when it is one that ends: q, escape, ctrl-C, ctrl-D, or
  /// a signal came.
  bool quit_pressed(std::chrono::milliseconds within);

  /// Lines on the screen.
  std::size_t height() const;

  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;

private:
  termios before_{};
};

} // namespace rollcall::cli
