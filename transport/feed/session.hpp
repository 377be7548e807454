#pragma once

#include "transport/feed/line_parser.hpp"
#include "transport/feed/line_splitter.hpp"
#include "transport/feed/service.hpp"
#include "transport/feed/wire.hpp"
#include "transport/http/channel.hpp"
#include "transport/switch_port.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace rollcall::feed {

//   handshake ──► hello ──► attaching ──► up
//       │           │           │          │ close(), too slow, drain, switch removed
//       │           └───────────┴──────────┴──► closing ──all written──► over
//       └──────────── the socket fails, at any time ────────────────────► over

/// One connection of a switch. Runs on the strand of its channel, and lives as long as the channel has
/// something under way: a read, a write, or at least its deadline.
class session : public std::enable_shared_from_this<session> {
public:
  using channel = http::channel;

  /// `ended` is called once, from the destructor.
  session(channel::socket connected, http::tls_context tls, std::shared_ptr<service> shared,
          std::function<void(const session*)> ended);
  ~session();

  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void run();

  // --- from any thread

  /// Sends what waits, says goodbye and closes.
  void drain();

  /// Closes when the switch is not configured any more.
  void revise();

  /// Closes at once.
  void cut();

private:
  enum class phase : std::uint8_t { handshake, hello, attaching, up, closing, over };

  void on_handshake(channel::error_code ec);
  void on_wake();
  void on_deadline();

  bool may_read() const;
  void do_read();
  void on_read(channel::error_code ec, std::size_t size);
  void read_hello();
  void read_news(std::size_t size);
  void on_end_of_stream();
  void on_hello(std::string_view line);

  void do_attach(const hello& said);
  void on_attached(attach_result result);

  void do_write();
  void on_write(channel::error_code ec);

  void refuse(const std::string& code, const std::string& message);
  void begin_closing(const wire::news& news);
  void lost(const std::string& reason);
  void finish();
  void leave_port(const std::string& reason);
  void settle();

  std::shared_ptr<service> service_;
  std::function<void(const session*)> ended_;
  channel channel_;
  std::string who_; ///< for the log: the peer, and the switch's name once it is known
  std::shared_ptr<wire> wire_;
  line_splitter splitter_;
  line_parser parser_;
  phase phase_ = phase::handshake;
  switch_name name_;            ///< once the switch has shown its secret
  switch_port_ptr port_;        ///< while up
  std::size_t outstanding_ = 0; ///< deliveries that the link has not worked off
  bool reading_ = false;
  bool writing_ = false;
  bool heard_all_ = false; ///< the switch has closed its side
  bool stranger_ = true;   ///< has had no welcome
  std::string batch_;      ///< being written
};

} // namespace rollcall::feed
