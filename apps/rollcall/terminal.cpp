#include "apps/rollcall/terminal.hpp"

#include "apps/rollcall/terminal_text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <poll.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace rollcall::cli {

namespace {

constexpr std::string_view own_page = "\x1b[?1049h\x1b[?25l";
constexpr std::string_view page_before = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view top_left = "\x1b[H\x1b[2J";
constexpr std::string_view quit_keys = "qQ";
constexpr std::size_t usual_height = 24;
constexpr std::size_t usual_width = 80;

// How long the bytes of one key may be apart.
constexpr std::chrono::milliseconds within_a_key{100};

constexpr std::array end_signals = {SIGTERM, SIGHUP, SIGINT};

// The handlers only set these; poll() ends, and its caller does what the signal asks for.
volatile std::sig_atomic_t ended = 0;
volatile std::sig_atomic_t stopped = 0;
volatile std::sig_atomic_t resumed = 0;
void on_signal(int signal) {
  if (signal == SIGTSTP)
    stopped = 1;
  else if (signal == SIGCONT)
    resumed = 1;
  else if (signal != SIGWINCH)
    ended = 1;
}

void handle(int signal) {
  struct sigaction action {};
  action.sa_handler = &on_signal;
  sigaction(signal, &action, nullptr);
}

winsize size_of_terminal() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    size = {};
  return size;
}

std::size_t width() {
  const auto size = size_of_terminal();
  return size.ws_col > 0 ? size.ws_col : usual_width;
}

} // namespace

screen::screen() {
  for (const auto signal : end_signals)
    handle(signal);
  for (const auto signal : {SIGTSTP, SIGCONT, SIGWINCH})
    handle(signal);
  tcgetattr(STDIN_FILENO, &before_);
  enter();
}

screen::~screen() { leave(); }

void screen::enter() {
  auto keys = before_;
  keys.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON); // ctrl-C and ctrl-Z stay signals
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &keys);
  shown_.clear();
  std::cout << own_page << std::flush;
}

void screen::leave() {
  std::cout << page_before << std::flush;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

// The shell gets its terminal back as it was. SIGSTOP, because SIGTSTP is ours, and the kernel drops its
// default where no shell could ever continue the process.
void screen::stop() {
  leave();
  resumed = 0;
  raise(SIGSTOP);
  resumed = 0;
  enter();
}

bool screen::quit_pressed(std::chrono::milliseconds within) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  const auto ready = poll(&input, 1, static_cast<int>(within.count()));
  const auto interrupted = ready < 0 && errno == EINTR;
  if (ended || (ready < 0 && !interrupted))
    return true;
  if (std::exchange(stopped, 0))
    stop();
  if (std::exchange(resumed, 0)) // stopped by somebody else, who did not put the terminal back
    enter();
  if (ready == 0 && within >= within_a_key)
    keys_.pause();
  if (ready <= 0)
    return false;
  std::array<char, 256> bytes;
  const auto got = read(STDIN_FILENO, bytes.data(), bytes.size());
  if (got < 0 && errno == EINTR)
    return false;
  if (got <= 0)
    return true;
  for (const char byte : std::string_view(bytes.data(), static_cast<std::size_t>(got)))
    if (const auto key = keys_.next(byte); key && quit_keys.find(*key) != std::string_view::npos)
      return true;
  return false;
}

void screen::show(const std::string& lines) {
  std::string page;
  std::string_view rest = lines;
  const auto room = height();
  for (std::size_t line = 1; line <= room && !rest.empty(); ++line) {
    const auto next = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(next.size() + 1, rest.size()));
    page += cut(next, width());
    if (line < room)
      page += '\n'; // none behind the last: the page would scroll
  }
  if (page == shown_)
    return;
  shown_ = page;
  std::cout << top_left << page << std::flush;
}

std::size_t screen::height() const {
  const auto size = size_of_terminal();
  return size.ws_row > 0 ? size.ws_row : usual_height;
}

void screen::block_signals() {
  sigset_t ours;
  sigemptyset(&ours);
  for (const auto signal : end_signals)
    sigaddset(&ours, signal);
  for (const auto signal : {SIGTSTP, SIGCONT, SIGWINCH})
    sigaddset(&ours, signal);
  pthread_sigmask(SIG_BLOCK, &ours, nullptr);
}

} // namespace rollcall::cli
