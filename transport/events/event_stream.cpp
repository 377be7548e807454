#include "transport/events/event_stream.hpp"

#include "actors/requests/reply_port.hpp"
#include "domain/base/prefetch.hpp"

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <chrono>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace rollcall::events {

namespace {

using clock = std::chrono::steady_clock;

/// A cluster watch answers after a pulse at the latest; one that is this late does not answer any more.
constexpr std::chrono::seconds patience{30};

/// After this without a byte there is a sign of life. It is looked at when the cluster watch answers, which
/// is after a pulse at the latest: within a second in all.
constexpr std::chrono::milliseconds silence{300};

/// For how long a stream that is to be closed waits for a mark, from which its client can go on elsewhere.
constexpr std::chrono::milliseconds farewell{1500};

constexpr std::size_t piece_bytes = 64 * 1024;

/// How far ahead records are asked for, and what most of them take with their texts.
constexpr std::size_t records_ahead = 4;
constexpr std::size_t record_bytes = 384;

/// What the connection and the cluster watch's answers share.
class stream_state final : public closable, public std::enable_shared_from_this<stream_state> {
public:
  explicit stream_state(stream_parts parts) : parts_(std::move(parts)) {}

  ~stream_state() override { caf::anon_send(parts_.watch, atom::left_v); }

  void ask() {
    {
      const std::lock_guard lock{mutex_};
      if (asked_ || lost_)
        return;
      asked_ = true;
    }
    // Weak: an answer that is awaited does not keep a stream whose client has gone.
    const auto answered = [weak = weak_from_this()](watch_messages_ptr messages) {
      if (const auto self = weak.lock())
        self->take(std::move(messages));
    };
    ask_from_outside<watch_messages_ptr>(
        parts_.system, parts_.watch, patience, atom::more_v,
        [answered](watch_messages_ptr& messages) { answered(std::move(messages)); },
        [answered](const caf::error&) { answered(nullptr); });
  }

  void close(std::string why) override {
    std::function<void()> ready;
    {
      const std::lock_guard lock{mutex_};
      closing_ = std::move(why);
      close_by_ = clock::now() + farewell;
      ready = std::exchange(ready_, {});
    }
    if (ready)
      ready();
  }

  /// See body_source::wait().
  bool wait(std::function<void()> ready) {
    {
      const std::lock_guard lock{mutex_};
      if (messages_ || lost_ || ended_ || may_close(clock::now()))
        return false;
      if (ready)
        ready_ = std::move(ready);
    }
    ask();
    return true;
  }

  /// See body_source::next().
  bool next(std::string& out) {
    const std::lock_guard lock{mutex_};
    const auto begin = out.size();
    if (ended_)
      return false;
    write_some(out);
    const auto now = clock::now();
    if (out.size() != begin)
      last_written_ = now;
    if (lost_ && !messages_)
      return bye(out, "the calls cannot be told any more");
    if (!messages_ && may_close(now))
      return bye(out, *closing_);
    if (!messages_ && out.size() == begin && now - last_written_ >= silence) {
      parts_.writer.write_pulse(out);
      last_written_ = now;
    }
    return true;
  }

private:
  bool may_close(clock::time_point now) const { return closing_ && (at_mark_ || now >= close_by_); }

  void take(watch_messages_ptr messages) {
    std::function<void()> ready;
    {
      const std::lock_guard lock{mutex_};
      asked_ = false;
      if (messages)
        messages_ = std::move(messages);
      else
        lost_ = true;
      written_ = 0;
      ready = std::exchange(ready_, {});
    }
    if (ready)
      ready();
  }

  void write_some(std::string& out) {
    if (!messages_)
      return;
    if (written_ == 0) {
      auto access = parts_.access();
      if (!access.ended.empty() && !closing_) {
        closing_ = std::move(access.ended);
        close_by_ = clock::now(); // nothing more is told
        messages_.reset();
        return;
      }
      parts_.writer.set_directory(std::move(access.directory));
    }
    using kind = watch_message::kind;
    const auto enough = out.size() + piece_bytes;
    const auto now = system_now();
    while (written_ < messages_->size() && out.size() < enough) {
      const auto& one = (*messages_)[written_++];
      if (written_ + records_ahead < messages_->size()) // they lie anywhere in memory
        prefetch((*messages_)[written_ + records_ahead].record.get(), record_bytes);
      if (one.what == kind::call) {
        // By a directory that is newer than what was decided by, here or at another node, it may be another
        // customer's; then a reset is on its way.
        if (parts_.writer.write_call(out, *one.record, now)) {
          at_mark_ = false;
          ++parts_.registry->counters.messages;
        }
        continue;
      }
      const auto has_place = one.what == kind::mark || one.what == kind::synced;
      parts_.writer.write(out, one,
                          has_place ? parts_.tokens->seal(*one.place, parts_.reader) : std::string{}, now);
      at_mark_ = has_place;
      count(one);
    }
    if (written_ == messages_->size())
      messages_.reset();
  }

  void count(const watch_message& one) {
    auto& counters = parts_.registry->counters;
    ++counters.messages;
    if (one.what == watch_message::kind::reset)
      ++(one.name.empty() ? counters.resets : counters.resets_of_switch)[static_cast<std::size_t>(one.why)];
    if (one.resumed)
      ++counters.resumed;
  }

  bool bye(std::string& out, std::string_view why) {
    parts_.writer.write_bye(out, why);
    ++parts_.registry->counters.messages;
    ended_ = true;
    return false;
  }

  stream_parts parts_;
  std::mutex mutex_;
  watch_messages_ptr messages_; ///< null: all are written
  std::size_t written_ = 0;     ///< of these
  bool asked_ = false;
  bool lost_ = false;    ///< the cluster watch does not answer
  bool ended_ = false;   ///< bye is said
  bool at_mark_ = false; ///< nothing was written since
  std::optional<std::string> closing_;
  clock::time_point close_by_;
  clock::time_point last_written_ = clock::now();
  std::function<void()> ready_;
};

class stream final : public http::body_source {
public:
  explicit stream(std::shared_ptr<stream_state> state) : state_(std::move(state)) {}

  bool next(std::string& out) override { return state_->next(out); }
  bool wait(std::function<void()> ready) override { return state_->wait(std::move(ready)); }

private:
  std::shared_ptr<stream_state> state_;
};

} // namespace

std::unique_ptr<http::body_source> make_stream(stream_parts parts) {
  const auto registry = parts.registry;
  auto state = std::make_shared<stream_state>(std::move(parts));
  registry->add(state);
  return std::make_unique<stream>(std::move(state));
}

} // namespace rollcall::events
