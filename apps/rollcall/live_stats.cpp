#include "apps/rollcall/live_stats.hpp"

#include "apps/rollcall/call_mirror.hpp"
#include "apps/rollcall/terminal.hpp"
#include "domain/base/visible_text.hpp"

#include <mutex>
#include <thread>
#include <utility>

namespace rollcall::cli {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::seconds pause_between_tries{1};

std::string seconds(clock::duration age) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(age).count()) + " s";
}

// A server that cannot be reached for a while is no reason to stop watching it; anything else is.
bool passes(const command_error& e) {
  return e.code() == exit_code::timeout || e.code() == exit_code::failure;
}

} // namespace

std::string staleness(const live_figures& known, live_figures::moment now) {
  const auto age = now - known.heard;
  std::string said = known.trouble;
  if (said.empty() && age >= event_client::late)
    said = "no answer from the server for " + seconds(age);
  if (said.empty() && known.retelling)
    return "the server tells all calls anew; these figures are of before";
  if (!known.last)
    return said.empty() ? "waiting for the calls" : said;
  return said.empty() ? said : said + "; these figures are " + seconds(age) + " old";
}

struct live_stats::shared {
  mutable std::mutex mutex; ///< guards what follows
  call_mirror mirror;
  live_figures known;

  void hear() {
    known.heard = clock::now();
    known.trouble.clear();
  }

  void follow(event_client& client) {
    try {
      client.follow();
    } catch (const command_error& e) {
      const std::lock_guard lock{mutex};
      known.trouble = visible_text(e.what());
      if (!passes(e))
        known.fatal = std::current_exception();
    } catch (...) {
      const std::lock_guard lock{mutex};
      known.fatal = std::current_exception();
    }
  }
};

live_stats::live_stats(const server& to, boost::json::object filters) : shared_(std::make_shared<shared>()) {
  shared_->known.heard = clock::now();
  std::thread([on = shared_, to, filters = std::move(filters)] {
    screen::block_signals();
    event_client client(to, filters,
                        {.message =
                             [&](const boost::json::object& message, std::string_view) {
                               const std::lock_guard lock{on->mutex};
                               on->mirror.take(message);
                             },
                         .heard =
                             [&] {
                               const std::lock_guard lock{on->mutex};
                               on->hear();
                             },
                         .silent = {},
                         .lost =
                             [&](const std::string& why) {
                               const std::lock_guard lock{on->mutex};
                               on->known.trouble = visible_text(why);
                             }});
    while (true) {
      on->follow(client);
      if (on->known.fatal) // this thread alone writes it
        return;
      std::this_thread::sleep_for(pause_between_tries);
    }
  }).detach();
}

live_figures live_stats::now() const {
  const std::lock_guard lock{shared_->mutex};
  auto& known = shared_->known;
  known.retelling = known.last && !shared_->mirror.is_whole();
  if (shared_->mirror.is_whole())
    known.last = shared_->mirror.counted();
  return known;
}

} // namespace rollcall::cli
