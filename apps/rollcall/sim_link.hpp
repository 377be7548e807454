#pragma once

#include "apps/rollcall/arguments.hpp"
#include "apps/rollcall/sim_session.hpp"
#include "domain/base/backoff.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rollcall::cli {

/// Where and as whom the simulated switch connects.
struct sim_link_options {
  std::vector<address> addresses; ///< tried in turn; at least one
  std::string name;
  std::string secret;
  std::optional<std::int64_t> epoch; ///< of the first connection; none: the time of day in ms
  std::uint64_t seed = 1;            ///< for the jitter of the back-off
};

/// Keeps a switch connected: one session after the other, each to the next address and with a higher epoch.
/// It goes on to the next at once, more or less, and waits longer from one round of all addresses to the
/// next. What a session says is passed on to the user. I/O thread only.
class sim_link final : sim_session_user {
public:
  /// `user` must outlive the link.
  sim_link(boost::asio::io_context& io, sim_session_user& user, sim_link_options options);
  ~sim_link() override;

  /// Connects for the first time.
  void run();

  /// Cuts the connection, if there is one, as a failing network does; the user hears lost().
  void cut(std::string_view why);

  /// Ends the connection when all lines have gone out, and makes no other. The user hears lost().
  void stop();

  /// The session that is welcome; null while there is none.
  sim_session* session() noexcept { return welcome_ ? session_.get() : nullptr; }

  /// True when every node has said that it will never let this switch in. An address that does not answer is
  /// hoped for.
  bool hopeless() const noexcept { return refusing_.size() == options_.addresses.size(); }

  /// `host:port` of the current or latest attempt.
  const std::string& peer() const noexcept { return peer_; }

  std::uint64_t welcomes() const noexcept { return welcomes_; }
  std::uint64_t bytes_sent() const noexcept;

private:
  void welcomed(std::string_view node_id) override;
  void refused(std::string_view code, std::string_view message) override;
  void warned(std::string_view message) override;
  void disconnect_asked(std::string_view call) override;
  void resync_asked() override;
  void writable() override;
  void lost(std::string_view why) override;

  void do_connect();
  void forget_session();
  std::int64_t next_epoch();
  std::string hello();

  boost::asio::io_context& io_;
  sim_session_user& user_;
  sim_link_options options_;
  const std::string run_;
  boost::asio::steady_timer retry_;
  sim_backoff backoff_;
  std::shared_ptr<sim_session> session_;
  std::string peer_;
  std::size_t next_address_ = 0;
  std::size_t failures_ = 0;       ///< since the last welcome
  std::set<std::size_t> refusing_; ///< places in addresses whose last word was a final no
  std::int64_t epoch_ = 0;
  std::uint64_t welcomes_ = 0;
  std::uint64_t bytes_before_ = 0; ///< sent by earlier sessions
  bool welcome_ = false;
  bool stopped_ = false;
};

} // namespace rollcall::cli
