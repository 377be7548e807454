#pragma once

#include "actors/switch_connection.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::switches {

/// The link's end of a session: what the link wants, from any thread, in order, until the session takes it
/// away. It knows the session only as someone to wake up, and may outlive it.
///
///     open ──close(), too much waits──► closing ──the session is over──► cut
class link_requests final : public switch_connection {
public:
  enum class kind : std::uint8_t { hang_up, snapshot, passed_barrier, reject };

  struct request {
    kind what;
    std::string text = {};   ///< the call's id, or what is wrong
    std::string reason = {}; ///< why the call is hung up, if somebody has said
  };

  struct ending {
    close_reason why;
    std::string text;
  };

  /// What may wait here and in the session.
  struct bounds {
    std::size_t bytes;    ///< when it is more the session is closing, as `too_slow`
    std::size_t hang_ups; ///< more are not taken
  };

  /// `wake` is called on any thread, without a lock held, when there is something to take; and then not again
  /// before it has been taken.
  link_requests(bounds what_may_wait, std::function<void()> wake);

  switch_host host() const override { return host_; }
  bool hang_up(const std::string& id) override;
  bool hang_up_because(const std::string& id, const std::string& reason) override;
  void request_snapshot() override;
  void passed_barrier() override;
  void reject(const std::string& message) override;
  void close(close_reason why, const std::string& message) override;
  void consumed() override;

  // --- for the session

  /// Which process it is. Before the link knows of this connection.
  void introduce(switch_host host) { host_ = std::move(host); }

  /// So many bytes, and hang-ups that are no bytes yet, wait in the session to be sent; and whether more are
  /// taken at all.
  void set_unsent(std::size_t bytes, std::size_t hang_ups = 0, bool takes_hang_ups = true);

  /// Nothing is taken any more. Returns what waited: what was taken from the link is the session's to send.
  std::vector<request> cut();

  struct taken {
    std::size_t consumed = 0; ///< deliveries worked off since the last time
    std::vector<request> requests = {};
    std::optional<ending> closing = {}; ///< after these
  };

  /// What has come since the last time. Requests stay when `may_act` is false: the switch is not attached.
  taken take(bool may_act);

private:
  bool add(request wanted);
  void wake_up(std::unique_lock<std::mutex>& lock);

  switch_host host_;
  const bounds bounds_;
  const std::function<void()> wake_;
  std::mutex mutex_; ///< guards what follows
  std::vector<request> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t waiting_hang_ups_ = 0;
  std::size_t unsent_ = 0; ///< in the session
  std::size_t unsent_hang_ups_ = 0;
  bool takes_hang_ups_ = true;
  std::size_t consumed_ = 0;
  std::optional<ending> closing_;
  bool cut_ = false;
  bool woken_ = false;
};

} // namespace rollcall::switches
