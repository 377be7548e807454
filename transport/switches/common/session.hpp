#pragma once

#include "actors/runtime/log.hpp"
#include "domain/base/log_throttles.hpp"
#include "transport/net/channel.hpp"
#include "transport/switches/common/admission.hpp"
#include "transport/switches/common/fetch.hpp"
#include "transport/switches/common/link_requests.hpp"
#include "transport/switches/common/news_window.hpp"
#include "transport/switches/common/session_limits.hpp"
#include "transport/switches/common/session_metrics.hpp"
#include "transport/switches/common/switch_port.hpp"
#include "transport/switches/driver.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall::switches {

//   handshake ──► hello ──identify──► attaching ──► up
//       │           │                     │          │ close(), too slow, drain, switch removed
//       │           └─────────────────────┴──────────┴──► closing ──all written──► over
//       └──────────── the socket fails, at any time ──────────────────────────────► over

/// One connection of a switch: it carries what its driver says, hears and fetches, keeps the deadlines and
/// the number of deliveries under way, and attaches the switch to its link. Runs on the strand of its
/// channel, and lives as long as the channel has something under way: a read, a write, or at least its
/// deadline.
class session final : public session_actions, public std::enable_shared_from_this<session> {
public:
  using channel = net::channel;

  /// What the sessions of one kind of switch share, or those of one switch that is dialled.
  struct shared {
    std::string kind; ///< for the log: "feed"
    session_limits bounds;
    attach_fn attach;
    wall_clock now;
    driver_factory make_driver;
    std::shared_ptr<session_metrics> counters;
    switch_name dialled{}; ///< by us: who dials logs why it ends, and no other can have its name
    log_throttles lines{log_throttles::unbounded}; ///< of switches that have been let in, by name
    log_throttles lines_of_strangers{};            ///< of the others, by address_key
  };

  struct ending {
    std::string reason;
    bool was_attached = false;
  };

  using ended_fn = std::function<void(const session&, const ending&)>;

  /// Whole, so that others may speak to it before it runs. `ended` is called once, from the destructor.
  static std::shared_ptr<session> make(channel::socket connected, net::tls_context tls,
                                       std::shared_ptr<shared> with, admission_ptr gate, ended_fn ended);

  /// Use make().
  session(channel::socket connected, net::tls_context tls, std::shared_ptr<shared> with, admission_ptr gate,
          ended_fn ended);
  ~session();

  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void run();

  // --- from any thread

  /// Sends what waits, says goodbye and closes.
  void drain(const std::string& reason);

  /// Where switches may connect instead: addresses of other nodes, which may be unknown. Nothing: it stays.
  using move_fn = std::function<std::optional<std::vector<std::string>>(const switch_name&)>;

  /// Tells the switch where to connect from now on, or closes when it cannot be told.
  void move(const move_fn& to);

  /// Closes when the switch is not admitted any more.
  void revise();

  /// Closes when the switch would not be let in under this identity, with the certificate that it has shown.
  void revise(const net::tls_context& identity);

  /// Closes at once.
  void cut(const std::string& reason);

  // --- session_actions, for the driver

  void send(std::string_view bytes) override;
  void tell(switch_news news) override;
  void identify(claim who) override;
  void close(close_reason why, const std::string& text) override;
  void wake(std::chrono::milliseconds in) override;
  void fetch(fetch_source from, fetch_pace pace) override;
  void stop_fetch() override;
  bool dropping() const override { return news_.is_dropping(); }
  bool reading() const override { return reading_; }
  void warn(std::string_view text) override { note(spdlog::level::warn, text); }
  void inform(std::string_view text) override { note(spdlog::level::info, text); }

private:
  enum class phase : std::uint8_t { handshake, hello, attaching, up, closing, over };

  void begin();
  void on_handshake(channel::error_code ec);
  void fail_handshake(const std::string& trouble);
  void on_deadline();
  void on_wake();
  void act_on_taken();
  void act_on(const link_requests::request& wanted);

  bool may_read() const;
  void do_read();
  void on_read(channel::error_code ec, std::size_t size);
  void on_end_of_stream();

  void do_fetch();
  void on_piece(const fetch_ptr& of, const std::string& error, std::string_view piece);
  void tell_overrun();

  void do_attach(const claim& who);
  void on_attached(attach_result result);

  void do_write();
  void on_write(channel::error_code ec);
  void tell_unsent();

  void end(close_reason why, const std::string& text);
  void lost(const std::string& reason);
  void finish();
  void leave_port(const std::string& reason);
  void note(spdlog::level::level_enum level, std::string_view text);
  instant now() const { return {std::chrono::steady_clock::now(), shared_->now()}; }

  const std::shared_ptr<shared> shared_;
  ended_fn ended_;
  channel channel_;
  std::string address_; ///< of the peer
  std::string from_;    ///< whom that counts as one with, see address_key
  std::string who_;     ///< for the log: the peer, and the switch's name once it is known
  admission_ptr gate_;
  driver_ptr driver_;
  std::shared_ptr<link_requests> requests_; ///< from make() on
  phase phase_ = phase::handshake;
  switch_name name_;     ///< once the switch has been let in
  std::string run_;      ///< as it has said
  switch_port_ptr port_; ///< while up
  news_window news_;
  bool overrun_due_ = false; ///< news were dropped, and the driver does not know
  fetch_ptr fetch_;          ///< while one is under way
  fetch_pace pace_ = fetch_pace::at_once;
  bool fetching_ = false;       ///< its next piece was asked for
  std::size_t early_bytes_ = 0; ///< read while attaching
  ending ending_;
  std::deque<link_requests::request> taken_; ///< from the link, and not acted upon
  bool reading_ = false;
  bool writing_ = false;
  bool heard_all_ = false; ///< the switch has closed its side
  std::string waiting_;    ///< to be written next
  std::string batch_;      ///< being written
};

} // namespace rollcall::switches
