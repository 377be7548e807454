#pragma once

#include "tests/component/actor_fixture.hpp"
#include "tests/component/truth_model.hpp"
#include "tests/component/truth_seeds.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::testing {

/// A client of a stream, which insists on what streams promise with each message. It comes and goes, and goes
/// on where it was: its mirror outlives its streams.
class stream_mirror {
public:
  stream_mirror(world& in, std::int64_t scope) : stream_mirror(in, in.front, in.dir, scope) {}

  /// A client of any node: of its frontend, with its directory as it is whenever a stream is opened.
  stream_mirror(actor_fixture& in, const cluster_frontend_actor& front, const directory_ptr& dir,
                std::int64_t scope)
      : fixture_(in), front_(front), dir_(dir), scope_(scope) {}

  ~stream_mirror() { leave(); }

  bool is_open() const { return open_; }
  bool is_begun() const { return begun_; }
  std::int64_t scope() const { return scope_; }

  /// Opens a stream, which goes on where the last mark stands.
  void come() {
    open_ = true;
    begun_ = false;
    watch_request request{{}, dir_, place_};
    request.query.scope = customer_id{scope_};
    opening_ = fixture_.ask_later<cluster_watch_actor>(front_, request);
  }

  void leave() {
    if (watch_)
      fixture_.self->send(*watch_, atom::left_v);
    open_ = false;
    watch_.reset();
    opening_.reset();
    answer_.reset();
  }

  /// Takes what has come, and asks for more.
  void pump() {
    if (!open_)
      return;
    if (!watch_) {
      if (!opening_ || !*opening_)
        return;
      insist(static_cast<bool>(**opening_), "a stream was refused");
      watch_ = ***opening_;
    }
    if (answer_ && *answer_) {
      insist(static_cast<bool>(**answer_), "a stream has failed");
      for (const auto& message : ****answer_)
        take(message);
      answer_.reset();
    }
    if (!answer_)
      answer_ = fixture_.ask_later<watch_messages_ptr>(*watch_, atom::more_v);
  }

  const std::map<std::string, record_ptr>& calls() const { return calls_; }
  std::uint64_t marks() const { return marks_; }
  std::uint64_t ends() const { return ends_; }

  // Of this stream:
  bool is_resumed() const { return resumed_; }
  /// As the last mark says, or what is as good as one.
  bool is_complete() const { return complete_; }
  /// Of nodes and switches, by name, as told last.
  const std::map<std::string, std::string>& states() const { return states_; }
  /// By switch, the last of each; without a name: of everything.
  const std::map<std::string, reset_reason>& resets() const { return resets_; }
  /// In the order in which they were told.
  const std::vector<limit_event>& limit_events() const { return limit_events_; }

private:
  using kind = watch_message::kind;

  void take(const watch_message& message) {
    insist(begun_ || message.what == kind::begin, "a stream begins otherwise");
    const auto id = message.record ? std::string{message.record->id()} : std::string{};
    switch (message.what) {
    case kind::begin:
      insist(!begun_, "a stream begins twice");
      begun_ = true;
      states_.clear();
      resets_.clear();
      limits_.clear();
      limit_events_.clear();
      resumed_ = message.resumed;
      synced_ = message.resumed;
      if (!message.resumed)
        calls_.clear();
      break;
    case kind::call:
      insist(message.record->state() != call_state::dead, id + " is told, and is over");
      calls_[id] = message.record;
      break;
    case kind::end:
      insist(message.record->state() == call_state::dead, id + " is told as over, and is not");
      insist(calls_.erase(id) == 1, id + " is over, and was not told");
      ++ends_;
      break;
    case kind::leave:
      insist(calls_.erase(id) == 1 || resumed_, id + " leaves, and was not told");
      break;
    case kind::reset:
      resets_[message.name] = message.why;
      std::erase_if(calls_, [&](const auto& one) {
        return message.name.empty() || one.second->source().name.value() == message.name;
      });
      synced_ = synced_ && !message.name.empty();
      break;
    case kind::synced:
      synced_ = synced_ || message.name.empty();
      insist(synced_, "a switch is told to its end before all is");
      settle(message);
      break;
    case kind::mark:
      insist(synced_, "a mark before all is told");
      settle(message);
      ++marks_;
      break;
    case kind::switch_state:
    case kind::node_state:
      states_[message.name] = message.state;
      break;
    case kind::limit:
      take(*message.limit);
      break;
    }
  }

  void take(const limit_event& limit) {
    insist(limit.reached != limits_.contains(limit.whose), "a limit is reached or cleared twice");
    if (limit.reached)
      limits_[limit.whose] = limit.total;
    else
      limits_.erase(limit.whose);
    limit_events_.push_back(limit);
  }

  void settle(const watch_message& message) {
    insist(message.calls == calls_.size(), "a mark counts other calls than were told");
    place_ = *message.place;
    complete_ = message.complete;
  }

  actor_fixture& fixture_;
  const cluster_frontend_actor& front_;
  const directory_ptr& dir_;
  std::int64_t scope_;
  std::map<limited_subject, std::uint64_t> limits_; ///< that are reached, with their calls
  std::vector<limit_event> limit_events_;
  bool open_ = false;
  bool begun_ = false;
  bool resumed_ = false;
  bool synced_ = false;
  bool complete_ = false;
  std::uint64_t marks_ = 0;
  std::uint64_t ends_ = 0;
  std::optional<watch_place> place_;
  std::map<std::string, record_ptr> calls_;
  std::map<std::string, std::string> states_;
  std::map<std::string, reset_reason> resets_;
  std::shared_ptr<std::optional<caf::expected<cluster_watch_actor>>> opening_;
  std::optional<cluster_watch_actor> watch_;
  std::shared_ptr<std::optional<caf::expected<watch_messages_ptr>>> answer_;
};

} // namespace rollcall::testing
