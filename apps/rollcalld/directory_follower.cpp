#include "apps/rollcalld/directory_follower.hpp"

#include "actors/runtime/log.hpp"
#include "domain/base/backoff.hpp"
#include "storage/database_url.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace rollcall {

namespace {

using namespace std::chrono_literals;

/// Changes that come together are read together: a script of many small ones is no reason to read as often.
constexpr auto settling = 200ms;

/// How often a silent database is asked whether it is still there.
constexpr auto silence = 2s;

class follower {
public:
  follower(std::string url, directory_status& status, std::function<void(stored_directory)> take)
      : url_(std::move(url)), status_(status), take_(std::move(take)) {}

  [[noreturn]] void run() {
    for (;;) {
      try {
        follow();
      } catch (const std::exception& e) {
        if (status_.set(directory_status::state::away))
          log::error("directory", "the database is away, the directory in memory is served: {}", e.what());
        else
          log::debug("directory", "the database is still away: {}", e.what());
      }
      std::this_thread::sleep_for(backoff_.next());
    }
  }

private:
  /// Ends by an exception only: when the database is away.
  [[noreturn]] void follow() {
    const auto store = watch_directory_store(url_);
    hand_over(*store);
    backoff_.reset();
    for (;;) {
      if (!store->wait_for_change(silence))
        continue;
      std::this_thread::sleep_for(settling);
      store->wait_for_change(0ms);
      hand_over(*store);
    }
  }

  void hand_over(directory_store& store) {
    const bool was_away = status_.away();
    try {
      take_(read_stored(store));
    } catch (const directory_error& e) {
      status_.set(directory_status::state::refused);
      log::error("directory", "not reloaded, the old one is kept: {}", e.what());
    }
    if (was_away)
      log::info("directory", "the database is back");
  }

  std::string url_;
  directory_status& status_;
  std::function<void(stored_directory)> take_;
  sim_backoff backoff_{static_cast<std::uint64_t>(system_now().time_since_epoch().count())};
};

} // namespace

void follow_directory(const std::string& url, directory_status& status,
                      std::function<void(stored_directory)> take) {
  if (parse_database_url(url).kind == database_kind::sqlite)
    return;
  std::thread{[one = follower{url, status, std::move(take)}]() mutable { one.run(); }}.detach();
}

} // namespace rollcall
