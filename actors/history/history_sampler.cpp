#include "actors/history/history_sampler.hpp"

#include "actors/history/minute_parts.hpp"
#include "actors/runtime/failure.hpp"
#include "domain/history/minute_collector.hpp"
#include "domain/history/subject_counter.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace rollcall {

namespace {

struct history_sampler_state {
  static inline const char* name = "history_sampler";

  explicit history_sampler_state(history_sampler_actor::pointer ptr) : self(ptr) {}

  /// Sees to it that the next moment is not missed.
  void wait();
  void tick();
  void stop(caf::error reason);

  history_sampler_actor::pointer self;
  context_ptr context;
  cluster_frontend_actor front;
  history_writer_actor writer;
  directory_ptr directory;

private:
  /// What is counted at one moment: every environment is asked for its own.
  struct sample {
    history_time moment;
    subject_counter counter;
    std::size_t open = 0; ///< environments that have not answered
    bool complete = true;
    bool failed = false;
  };

  bool counts_here(timestamp now) const;
  void count(history_time moment);
  void answered(sample& of, const cluster_stats_answer& told);
  void failed(sample& of, const caf::error& why);
  void close(sample& of);
  void give(std::optional<counted_minute> minute);

  minute_collector collector_;
  history_time last_; ///< moment that was looked at
  bool counting_ = false;
};

/// True when nothing is missing from an answer. What a switch may have changed unseen is still its last word.
bool is_complete(const coverage& covers) {
  return covers.missing.empty() && covers.unknown.empty() && covers.other_directory.empty()
         && covers.clock_offset.empty();
}

/// True for a node that was started just now and has not met every node that it knows of: what it counted
/// would be less than there is, while another node still counts all.
bool is_meeting_others(const cluster_view& view, timestamp now) {
  return view.joining
         || (std::chrono::abs(now - view.begun) < defaults::history_meeting && !view.missing().empty());
}

bool history_sampler_state::counts_here(timestamp now) const {
  if (!directory || !directory->has_customers())
    return false;
  // One that has no directory, or an empty one, cannot count.
  static const auto nothing = directory::link({})->hash();
  const auto view = context->cluster.view();
  if (is_meeting_others(*view, now))
    return false;
  return std::none_of(view->members.begin(), view->members.end(), [&](const member_state& other) {
    return other.up && other.name < context->node.value() && !other.directory.empty()
           && other.directory != nothing;
  });
}

// Timers keep no exact time, and the clock of the day may be set: what counts is where it stands.
void history_sampler_state::wait() {
  const auto now = context->now();
  const auto next = floor_to(sample_interval, now) + sample_interval;
  self->delayed_send(self, std::chrono::ceil<std::chrono::milliseconds>(next - now), caf::tick_atom_v);
}

void history_sampler_state::tick() {
  wait();
  const auto now = context->now();
  const auto moment = floor_to(sample_interval, now);
  if (moment == std::exchange(last_, moment))
    return;
  const bool counts = counts_here(now);
  if (counts != std::exchange(counting_, counts))
    log::info("history", "{}", counts ? "this node counts the calls" : "another node counts the calls");
  give(counts ? collector_.take_finished(moment) : collector_.take());
  if (!counts)
    return;
  if (now - moment <= defaults::history_lateness)
    return count(moment);
  ++context->metrics.history_moments_missed;
  log::warn("history", "{} us too late to count", (now - moment).count());
}

void history_sampler_state::count(history_time moment) {
  const auto next = std::make_shared<sample>(sample{moment, subject_counter{directory}});
  for (const auto& each : directory->entries().environments) {
    const auto* root = directory->root(each.id);
    if (!root)
      continue;
    ++next->open;
    stats_request request{root->id, true, directory};
    request.partial = true;
    self->request(front, caf::duration{2 * defaults::gather_deadline}, std::move(request))
        .then([this, next](const cluster_stats_answer& told) { answered(*next, told); },
              [this, next](const caf::error& why) { failed(*next, why); });
  }
}

void history_sampler_state::answered(sample& of, const cluster_stats_answer& told) {
  of.complete = of.complete && is_complete(told.covers);
  for (const auto& each : told.accounts)
    of.counter.add(each.account, each.counts.total());
  close(of);
}

void history_sampler_state::failed(sample& of, const caf::error& why) {
  log::warn("history", "the calls are not counted at this moment: {}", self->system().render(why));
  of.failed = true;
  close(of);
}

void history_sampler_state::close(sample& of) {
  if (--of.open > 0)
    return;
  if (of.failed) {
    ++context->metrics.history_moments_missed;
    return;
  }
  ++context->metrics.history_moments;
  collector_.add(of.moment, of.counter.take(), of.complete);
}

void history_sampler_state::give(std::optional<counted_minute> minute) {
  if (!minute)
    return;
  auto counted = std::make_shared<packed_minute>(packed(*minute));
  const auto parts = parts_of(*counted, context->node.value());
  for (const auto& other : context->cluster.view()->members)
    if (other.up)
      for (const auto& part : parts)
        self->send(other.actor, part);
  if (context->history.admit(counted->bytes()))
    self->send(writer, packed_minute_ptr{std::move(counted)});
  else
    ++context->metrics.history_minutes_dropped;
}

void history_sampler_state::stop(caf::error reason) {
  give(collector_.take());
  self->quit(std::move(reason));
}

history_sampler_actor::behavior_type
history_sampler(history_sampler_actor::stateful_pointer<history_sampler_state> self,
                const context_ptr& context, const cluster_frontend_actor& front,
                const history_writer_actor& writer) {
  fails_with_node(self, context);
  self->state.context = context;
  self->state.front = front;
  self->state.writer = writer;
  self->set_exit_handler([self](caf::exit_msg& message) { self->state.stop(std::move(message.reason)); });
  self->state.wait();
  return {
      [self](directory_ptr& dir) { self->state.directory = std::move(dir); },
      [self](caf::tick_atom) { self->state.tick(); },
  };
}

} // namespace

history_sampler_actor spawn_history_sampler(caf::actor_system& system, context_ptr context,
                                            cluster_frontend_actor front, history_writer_actor writer,
                                            bool own_thread) {
  return own_thread ? system.spawn<caf::detached>(history_sampler, std::move(context), std::move(front),
                                                  std::move(writer))
                    : system.spawn(history_sampler, std::move(context), std::move(front), std::move(writer));
}

} // namespace rollcall
