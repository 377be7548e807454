#include "apps/rollcalld/directory_follower.hpp"

#include "actors/runtime/log.hpp"
#include "domain/base/backoff.hpp"

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
  follower(std::string url, std::unique_ptr<watched_directory_store> store, directory_status& status,
           std::function<void(stored_directory)> take)
      : url_(std::move(url)), store_(std::move(store)), status_(status), take_(std::move(take)) {}

  [[noreturn]] void run() {
    for (;;) {
      try {
        follow();
      } catch (const no_directory_yet& e) {
        lose(directory_source::state::empty, e);
      } catch (const std::exception& e) {
        lose(directory_source::state::away, e);
      }
      std::this_thread::sleep_for(backoff_.next());
    }
  }

private:
  /// Ends by an exception only: when the database is away.
  [[noreturn]] void follow() {
    if (!store_) {
      store_ = watch_directory_store(url_);
      hand_over();
      backoff_.reset();
    }
    for (;;) {
      if (!store_->wait_for_change(silence))
        continue;
      std::this_thread::sleep_for(settling);
      store_->wait_for_change(0ms);
      hand_over();
    }
  }

  void hand_over() {
    const bool was_away = status_.away();
    try {
      take_(read_stored(*store_));
    } catch (const directory_error& e) {
      status_.set(directory_source::state::refused);
      log::error("directory", "what the database holds is not taken: {}", e.what());
    }
    if (was_away)
      log::info("directory", "the database is back");
  }

  void lose(enum directory_source::state what, const std::exception& why) {
    store_.reset();
    const auto text =
        (what == directory_source::state::away ? "the database is away: " : "") + std::string{why.what()};
    if (status_.set(what))
      log::error("directory", "{}", text);
    else
      log::debug("directory", "{}", text);
  }

  std::string url_;
  std::unique_ptr<watched_directory_store> store_; ///< null while the database is away
  directory_status& status_;
  std::function<void(stored_directory)> take_;
  sim_backoff backoff_{static_cast<std::uint64_t>(system_now().time_since_epoch().count())};
};

} // namespace

void follow_directory(const std::string& url, std::unique_ptr<watched_directory_store> store,
                      directory_status& status, std::function<void(stored_directory)> take) {
  std::thread{[one = follower{url, std::move(store), status, std::move(take)}]() mutable {
    one.run();
  }}.detach();
}

} // namespace rollcall
