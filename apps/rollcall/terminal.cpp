#include "apps/rollcall/terminal.hpp"

#include <csignal>
#include <iostream>
#include <poll.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace rollcall::cli {

namespace {

constexpr std::string_view own_page = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view page_before = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view quit_keys = "qQ\x1b\x03\x04";
constexpr std::size_t usual_height = 24;

// The signal only has to end poll(); whoever waits there leaves by the proper way.
volatile std::sig_atomic_t signalled = 0;
void on_signal(int) { signalled = 1; }

} // namespace

screen::screen() {
  tcgetattr(STDIN_FILENO, &before_);
  auto keys = before_;
  keys.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &keys);
  struct sigaction action {};
  action.sa_handler = &on_signal;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGHUP, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  std::cout << own_page << std::flush;
}

screen::~screen() {
  std::cout << page_before << std::flush;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

bool screen::quit_pressed(std::chrono::milliseconds within) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  const auto ready = poll(&input, 1, static_cast<int>(within.count()));
  if (signalled || ready < 0)
    return true;
  char key = 0;
  if (ready == 0)
    return false;
  return read(STDIN_FILENO, &key, 1) != 1 || quit_keys.find(key) != std::string_view::npos;
}

std::size_t screen::height() const {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row : usual_height;
}

} // namespace rollcall::cli
