#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::asterisk {

/// Something that Asterisk was asked on one connection.
struct request {
  enum class kind : std::uint8_t { ping, bridges, channels, hang_up, sip_call_id, media, note };
  kind what = kind::ping;
  std::string leg = {};  ///< which it names
  std::string call = {}; ///< to be hung up
  std::chrono::steady_clock::time_point sent = {};

  bool is_list() const { return what == kind::bridges || what == kind::channels; }
};

/// What was asked and is not answered, by its ActionID. These begin with a text that nobody can guess: what
/// others write into an event, or have asked themselves, is no answer to us. One thread.
class requests {
public:
  using moment = std::chrono::steady_clock::time_point;

  /// ActionIDs begin with `prefix`.
  explicit requests(std::string prefix) : prefix_(std::move(prefix)) {}

  /// A beginning of 128 random bits.
  static std::string unguessable();

  /// Its ActionID. `asked.sent` is when.
  std::string add(request asked);

  /// Null for what was not asked, or has been answered.
  const request* find(std::string_view action_id) const;

  /// It is answered, or not waited for any more.
  std::optional<request> take(std::string_view action_id);

  /// Takes what was asked before `then`, the oldest first, but for lists, which answer in many pieces.
  std::vector<request> take_overdue(moment then);

  /// Lists are not waited for any more.
  void drop_lists();

  std::size_t size() const { return open_.size(); }

  /// Reading goes on after a pause that was ours: the answers may wait in the socket.
  void resumed(moment now);

private:
  std::optional<std::uint64_t> number_of(std::string_view action_id) const;

  const std::string prefix_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, request> open_; ///< by number, the oldest first
};

} // namespace rollcall::asterisk
