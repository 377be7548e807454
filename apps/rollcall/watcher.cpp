#include "apps/rollcall/watcher.hpp"

#include "apps/rollcall/terminal.hpp"
#include "domain/base/visible_text.hpp"

#include <thread>
#include <utility>

namespace rollcall::cli {

namespace {

using clock = std::chrono::steady_clock;

std::string seconds(clock::duration age) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(age).count()) + " s";
}

} // namespace

std::string staleness(const watched& known, watched::moment now) {
  std::string said;
  if (!known.trouble.empty())
    said = known.trouble;
  else if (known.waiting && now - known.asked >= late)
    said = "no answer from the server for " + seconds(now - known.asked);
  if (!known.last)
    return said.empty() ? "waiting for the first answer" : said;
  if (said.empty() && now - known.answered < 2 * late)
    return {};
  const auto age = "these figures are " + seconds(now - known.answered) + " old";
  return said.empty() ? age : said + "; " + age;
}

watcher::watcher(question ask, std::chrono::milliseconds pause) {
  std::thread([to = shared_, ask = std::move(ask), pause] {
    screen::block_signals();
    const auto change = [&to](auto how) {
      const std::lock_guard lock{to->mutex};
      how(to->known);
    };
    for (;; std::this_thread::sleep_for(pause)) {
      change([](watched& w) {
        w.asked = clock::now();
        w.waiting = true;
      });
      try {
        auto answer = ask();
        change([&](watched& w) {
          w.last = std::move(answer);
          w.answered = clock::now();
          w.trouble.clear();
          w.waiting = false;
        });
      } catch (const command_error& e) {
        // A server that cannot be reached for a while is no reason to stop watching it; anything else is.
        const auto passes = e.code() == exit_code::timeout || e.code() == exit_code::failure;
        change([&](watched& w) {
          w.trouble = visible_text(e.what());
          w.waiting = false;
          if (!passes)
            w.fatal = std::current_exception();
        });
        if (!passes)
          return;
      } catch (...) {
        change([](watched& w) { w.fatal = std::current_exception(); });
        return;
      }
    }
  }).detach();
}

watched watcher::now() const {
  const std::lock_guard lock{shared_->mutex};
  return shared_->known;
}

} // namespace rollcall::cli
