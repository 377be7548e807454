#include "apps/rollcalld/directory_follower.hpp"

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
  follower(std::string url, std::unique_ptr<watched_directory_store> store,
           std::function<void(directory_news)> tell)
      : url_(std::move(url)), store_(std::move(store)), tell_(std::move(tell)) {}

  [[noreturn]] void run() {
    for (;;) {
      try {
        follow();
      } catch (const no_directory_yet& e) {
        lose(directory_source::state::empty, e.what());
      } catch (const std::exception& e) {
        lose(directory_source::state::away, std::string{"the database is away: "} + e.what());
      }
      std::this_thread::sleep_for(backoff_.next());
    }
  }

private:
  /// Ends by an exception only: when the database is away.
  [[noreturn]] void follow() {
    if (!store_) {
      store_ = watch_directory_store(url_);
      tell_what_is_stored();
      backoff_.reset();
    }
    for (;;) {
      if (!store_->wait_for_change(silence))
        continue;
      std::this_thread::sleep_for(settling);
      store_->wait_for_change(0ms);
      tell_what_is_stored();
    }
  }

  void tell_what_is_stored() {
    try {
      tell_(read_stored(*store_));
    } catch (const directory_error& e) {
      tell_(directory_trouble{directory_source::state::refused,
                              std::string{"what the database holds is not taken: "} + e.what()});
    }
  }

  void lose(enum directory_source::state what, std::string why) {
    store_.reset();
    tell_(directory_trouble{what, std::move(why)});
  }

  std::string url_;
  std::unique_ptr<watched_directory_store> store_; ///< null while the database is away
  std::function<void(directory_news)> tell_;
  sim_backoff backoff_{static_cast<std::uint64_t>(system_now().time_since_epoch().count())};
};

} // namespace

void follow_directory(const std::string& url, std::unique_ptr<watched_directory_store> store,
                      std::function<void(directory_news)> tell) {
  std::thread{[one = follower{url, std::move(store), std::move(tell)}]() mutable { one.run(); }}.detach();
}

} // namespace rollcall
