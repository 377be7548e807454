#include "actors/runtime/log.hpp"
#include "apps/rollcalld/daemon_impl.hpp"
#include "apps/rollcalld/dialled_choice.hpp"
#include "apps/rollcalld/service_manager.hpp"
#include "apps/rollcalld/stop_auditor.hpp"
#include "apps/rollcalld/stop_history.hpp"

#include <boost/asio/post.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

// How a node hands its switches over, and stops.
namespace rollcall {

using namespace std::chrono_literals;

namespace {

/// A stop takes so long at most (contract, 1). Running answers have all of it but what may be needed after
/// them: for lines that are on their way to switches, and for the audit log.
constexpr auto stop_limit = 10s;
constexpr auto after_answers = 1s;
constexpr auto answer_drain = stop_limit - after_answers;

} // namespace

/// Answers are finished while the switches go to other nodes: both may take most of the time.
void daemon::impl::begin_stop() {
  if (std::exchange(stopping_, true))
    return;
  stop_by_ = std::chrono::steady_clock::now() + stop_limit;
  heartbeat_->stop();
  service_manager::stopping();
  events_->streams().close_all("the node stops");
  http_->drain(answer_drain, [this] { answers_.open(); });
  // Others go on counting where this node ends, and are given what it has.
  caf::anon_send_exit(history_sampler_, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(limit_observer_, caf::exit_reason::user_shutdown);
  cluster_->leave([this] { boost::asio::post(control_, [this] { control_.stop(); }); });
}

void daemon::impl::hand_over(bool away) {
  draining_ = away;
  choose_dialled();
  if (away)
    feed_->move(
        [view = context_->cluster.view()](const switch_name& name) { return addresses_for(name, *view); });
}

void daemon::impl::choose_dialled() {
  auto next = dialled_of(config_, *directory_, *context_->cluster.view(), system_now());
  if (draining_)
    std::erase_if(next, [view = context_->cluster.view()](const switches::dialled& one) {
      return addresses_for(one.name, *view).has_value();
    });
  dialled_->set(next);
}

/// For one of the things that follow the answers, while another one, or another half of this one, may follow.
std::chrono::milliseconds daemon::impl::next_wait() const {
  const auto left = stop_by_ - std::chrono::steady_clock::now();
  return std::clamp<std::chrono::milliseconds>(
      std::chrono::duration_cast<std::chrono::milliseconds>(left) / 2, 100ms, after_answers);
}

void daemon::impl::drain() {
  // They may have been given while switches were handed over.
  const auto cut = stop_by_ - after_answers + 100ms;
  answers_.wait(
      std::chrono::duration_cast<std::chrono::milliseconds>(cut - std::chrono::steady_clock::now()));
  dialled_->set({});
  const auto flushed_within = next_wait();
  feed_->drain(flushed_within, [this] { lines_.open(); });
  lines_.wait(flushed_within + 100ms);
  cluster_->stop();
  stop_history(system_, history_sampler_, history_writer_, next_wait());
  stop_auditor(system_, node_, auditor_, next_wait());
  thread_pools_.stop();
  log::info("rollcalld", "stopped");
}

} // namespace rollcall
