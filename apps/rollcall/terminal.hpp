#pragma once

#include "apps/rollcall/keys.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <termios.h>

namespace rollcall::cli {

/// The terminal as a screen that is redrawn: its own page, keys without echo and without waiting for a line.
/// Puts everything back when it goes, and while the process is stopped by ctrl-Z. One at a time, and only
/// when stdin and stdout are terminals. Signals are this thread's: others have to block them.
class screen {
public:
  screen();
  ~screen();

  /// Waits for a key, or until the time is over. True when it is q, when a signal asks to end (ctrl-C is
  /// one), and when the terminal is gone.
  bool quit_pressed(std::chrono::milliseconds within);

  /// Shows lines, each cut to the width of the screen, as many as there is room for. Writes nothing when that
  /// is what the screen shows already.
  void show(const std::string& lines);

  /// Lines on the screen.
  std::size_t height() const;

  /// Keeps the screen's signals from this thread and those that it starts.
  static void block_signals();

  screen(const screen&) = delete;
  screen& operator=(const screen&) = delete;

private:
  void enter();
  void leave();
  void stop();

  termios before_{};
  key_reader keys_;
  std::string shown_; ///< empty: what is on the screen is not ours
};

} // namespace rollcall::cli
