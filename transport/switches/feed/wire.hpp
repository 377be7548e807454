#pragma once

#include "actors/switch_connection.hpp"

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::feed {

/// The link's end of a connection: collects what is to be sent, from any thread, until the session takes it
/// away in one piece. It knows the session only as someone to wake up, and may outlive it.
///
///     held ──open(welcome)──► open ──close(), too slow──► closing ──► cut
///       └─────────────close()──────────────────────────────┘
///
/// While held, lines wait: whatever the link wants to say comes after the welcome.
class wire final : public switch_connection {
public:
  /// At most `bound` bytes wait or are being sent; more closes the connection as `too_slow`. `wake` is called
  /// on any thread, without a lock held, when attend() has something new to tell.
  wire(std::size_t bound, std::function<void()> wake);

  switch_host host() const override { return host_; }
  bool hang_up(const std::string& id) override;
  void resync() override;
  void pong() override;
  void warn(const std::string& message) override;
  void close(const std::string& code, const std::string& message) override;
  void consumed() override;

  // --- for the session

  /// Which process it is. Before the link knows of this connection.
  void introduce(switch_host host) { host_ = std::move(host); }

  /// Asks the switch for a sign of life.
  void ping();

  /// Asks it to connect to one of these addresses.
  void move(const std::vector<std::string>& nodes);

  /// Sends the welcome, then what waits. Nothing when it is closing already.
  void open(std::string_view welcome);

  /// Ends it without an error line: nothing is taken any more, what waits is still sent.
  void end(const std::string& reason);

  /// The socket is gone: nothing is taken, nothing waits.
  void cut();

  struct news {
    std::size_t consumed = 0; ///< deliveries worked off since the last time
    bool closing = false;
    std::string code;   ///< of the error line, when it is closing with one
    std::string reason; ///< why it is closing
  };

  /// What has happened since the last call; the next change wakes the session again.
  news attend();

  /// Moves everything that waits into `batch`, in place of the batch before, which counts as sent. False when
  /// nothing waits, or it is still held.
  bool take(std::string& batch);

private:
  bool send(std::string_view line);
  bool note_change();
  void close_locked(std::string_view code, std::string_view message);

  switch_host host_;
  const std::size_t bound_;
  const std::function<void()> wake_;
  std::mutex mutex_; ///< guards what follows
  std::string waiting_;
  std::size_t under_way_ = 0; ///< bytes of the batch that was taken last
  std::size_t consumed_ = 0;
  bool opened_ = false;
  bool closing_ = false;
  bool woken_ = false;
  std::string code_;
  std::string reason_;
};

} // namespace rollcall::feed
