#include "actors/history/history_writer.hpp"

#include "actors/history/minute_parts.hpp"
#include "actors/runtime/failure.hpp"
#include "domain/base/log_throttle.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <cstddef>
#include <deque>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace rollcall {

namespace {

/// Says and counts what of the history is damaged.
void tell_damage(const std::optional<history_damage>& damage, node_context& context, log_throttle& lines,
                 std::chrono::steady_clock::time_point now) {
  if (!damage)
    return;
  context.metrics.history_damaged += damage->times;
  if (const auto more = lines.admit(now))
    log::error("history", "{}: minutes or hours are damaged, and gaps now: {}, the first of them of {}{}",
               damage->where, damage->times, format_rfc3339(damage->first), *more);
}

struct history_writer_state {
  static inline const char* name = "history_writer";

  explicit history_writer_state(history_writer_actor::pointer ptr) : self(ptr) {}

  void take(packed_minute_ptr minute, std::size_t bytes);
  void take(wire::history_part part);
  void flush();
  void stop(caf::error reason);

  history_writer_actor::pointer self;
  context_ptr context;
  std::shared_ptr<history_sink> sink;

private:
  struct pending {
    packed_minute_ptr minute;
    std::size_t bytes = 0; ///< in the backlog
  };

  void write_next();
  void failed(const std::string& why);
  void drop(const std::string& why);
  history_keep keep() const;

  std::deque<pending> waiting_; ///< oldest first
  minute_assembly of_others_;
  bool failing_ = false;
  log_throttle dropped_;    ///< lines on minutes of other nodes
  log_throttle damaged_{1}; ///< lines on damage
};

void history_writer_state::take(packed_minute_ptr minute, std::size_t bytes) {
  waiting_.push_back({std::move(minute), bytes});
  if (!failing_)
    flush();
}

void history_writer_state::take(wire::history_part part) {
  // No node's id is longer, and the log names it.
  if (part.node.size() > shared_secret::origin_bytes) {
    context->history.release(bytes_of(part));
    return drop("a minute of a node without an id has come");
  }
  const auto node = part.node;
  auto whole = of_others_.take(std::move(part), self->clock().now());
  for (const auto& lost : of_others_.take_failures()) {
    context->history.release(lost.bytes);
    drop(fmt::format("a minute of node {} is left out: {}", lost.node, lost.why));
  }
  if (!whole)
    return;
  const auto off = std::chrono::abs(context->now() - whole->minute.start);
  if (off <= defaults::history_other_clock)
    return take(std::make_shared<const packed_minute>(std::move(whole->minute)), whole->bytes);
  context->history.release(whole->bytes);
  drop("node " + node + " has counted a minute that is not now: its clock is off");
}

void history_writer_state::drop(const std::string& why) {
  ++context->metrics.history_minutes_dropped;
  if (const auto more = dropped_.admit(self->clock().now()))
    log::warn("history", "{}{}", why, *more);
}

history_keep history_writer_state::keep() const {
  const auto now = std::chrono::floor<std::chrono::seconds>(context->now());
  const auto before = [&](std::chrono::milliseconds time) {
    return now - std::chrono::floor<std::chrono::seconds>(time);
  };
  return {before(context->history_keep_minutes), before(context->history_keep_hours)};
}

void history_writer_state::write_next() {
  if (sink->write(*waiting_.front().minute, keep()))
    ++context->metrics.history_minutes;
  else
    drop("a minute is left out: it is damaged, or too old");
  context->history.release(waiting_.front().bytes);
  waiting_.pop_front();
}

void history_writer_state::flush() {
  try {
    sink->check();
    while (!waiting_.empty())
      write_next();
    context->metrics.history_bytes = sink->bytes();
    if (std::exchange(failing_, false))
      log::info("history", "the history can be written again");
  } catch (const std::exception& e) {
    failed(e.what());
  }
  if (sink->take_loss())
    log::error("history",
               "a file of the history was moved or replaced; it goes on with what is in its place");
  tell_damage(sink->take_damage(), *context, damaged_, self->clock().now());
}

void history_writer_state::failed(const std::string& why) {
  ++context->metrics.history_failures;
  if (!std::exchange(failing_, true))
    log::error("history", "the history cannot be written, its minutes wait in memory: {}", why);
  self->delayed_send(self, defaults::history_retry, caf::tick_atom_v);
}

void history_writer_state::stop(caf::error reason) {
  flush();
  if (!waiting_.empty())
    log::error("history", "stopped with {} minutes that could not be written", waiting_.size());
  self->quit(std::move(reason));
}

history_writer_actor::behavior_type
history_writing(history_writer_actor::stateful_pointer<history_writer_state> self, const context_ptr& context,
                const std::shared_ptr<history_sink>& sink) {
  fails_with_node(self, context);
  self->state.context = context;
  self->state.sink = sink;
  self->set_exit_handler([self](caf::exit_msg& message) { self->state.stop(std::move(message.reason)); });
  self->state.flush(); // so that it can be read before anything was counted
  return {
      [self](packed_minute_ptr& minute) {
        const auto bytes = minute->bytes();
        self->state.take(std::move(minute), bytes);
      },
      [self](wire::history_part& part) { self->state.take(std::move(part)); },
      [self](caf::tick_atom) { self->state.flush(); },
  };
}

struct history_reader_state {
  static inline const char* name = "history_reader";

  context_ptr context;
  std::shared_ptr<history_source> source;
  log_throttle troubles{1};
  log_throttle damaged{1};

  caf::result<history_answer> read(const history_request& request,
                                   std::chrono::steady_clock::time_point now) {
    if (request.until && now >= *request.until) {
      ++context->metrics.requests_late;
      return caf::make_error(ec::too_late);
    }
    try {
      history_answer answer{source->read(request.whose, request.range)};
      tell_damage(source->take_damage(), *context, damaged, now);
      return answer;
    } catch (const std::exception& e) {
      if (const auto more = troubles.admit(now))
        log::error("history", "the history cannot be read: {}{}", e.what(), *more);
      return caf::make_error(ec::no_history);
    }
  }
};

history_reader_actor::behavior_type
history_reading(history_reader_actor::stateful_pointer<history_reader_state> self, const context_ptr& context,
                const std::shared_ptr<history_source>& source) {
  fails_with_node(self, context);
  self->state.context = context;
  self->state.source = source;
  return {
      [self](const history_request& request) { return self->state.read(request, self->clock().now()); },
  };
}

} // namespace

history_writer_actor spawn_history_writer(caf::actor_system& system, context_ptr context,
                                          std::shared_ptr<history_sink> sink, bool own_thread) {
  return own_thread ? system.spawn<caf::detached>(history_writing, std::move(context), std::move(sink))
                    : system.spawn(history_writing, std::move(context), std::move(sink));
}

history_reader_actor spawn_history_reader(caf::actor_system& system, context_ptr context,
                                          std::shared_ptr<history_source> source, bool own_thread) {
  return own_thread ? system.spawn<caf::detached>(history_reading, std::move(context), std::move(source))
                    : system.spawn(history_reading, std::move(context), std::move(source));
}

} // namespace rollcall
