#pragma once

#include "actors/runtime/log.hpp"
#include "transport/net/channel.hpp"
#include "transport/switches/common/line_parser.hpp"
#include "transport/switches/common/switch_port.hpp"
#include "transport/switches/feed/line_splitter.hpp"
#include "transport/switches/feed/service.hpp"
#include "transport/switches/feed/wire.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

  using ended_fn = std::function<void(const session*)>;

  /// Whole, so that others may speak to it before it runs. `ended` is called once, from the destructor.
  static std::shared_ptr<session> make(channel::socket connected, http::tls_context tls,
                                       std::shared_ptr<service> shared, ended_fn ended);

  /// Use make().
  session(channel::socket connected, http::tls_context tls, std::shared_ptr<service> shared, ended_fn ended);
  ~session();

  session(const session&) = delete;
  session& operator=(const session&) = delete;

  void run();

  // --- from any thread

  /// Sends what waits, says goodbye and closes.
  void drain();

  /// Tells the switch where to connect from now on, or closes when it cannot be told; see server::move().
  void move(const move_fn& to);

  /// Closes when the switch is not configured any more.
  void revise();

  /// Closes when the switch would not be let in under this identity, with the certificate that it has shown.
  void revise(const http::tls_context& identity);

  /// Closes at once.
  void cut(const std::string& reason);

private:
  enum class phase : std::uint8_t { handshake, hello, attaching, up, closing, over };

  void make_wire();
  void take_place();
  void on_handshake(channel::error_code ec);
  void on_wake();
  void on_deadline();
  void on_silent_step();

  bool may_read() const;
  void do_read();
  void on_read(channel::error_code ec, std::size_t size);
  void read_hello();
  void read_news(std::size_t size);
  void on_end_of_stream();
  void on_hello(std::string_view line);
  void on_wrong_secret(const std::string& of);

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
  void note(spdlog::level::level_enum level, std::string_view text);

  std::shared_ptr<service> service_;
  std::function<void(const session*)> ended_;
  channel channel_;
  std::string address_;        ///< of the peer
  std::string from_;           ///< whom that counts as one with, see address_key
  std::string who_;            ///< for the log: the peer, and the switch's name once it is known
  std::shared_ptr<wire> wire_; ///< from make() on
  line_splitter splitter_;
  line_parser parser_;
  phase phase_ = phase::handshake;
  switch_name name_;            ///< once the switch has shown its secret
  switch_port_ptr port_;        ///< while up
  std::size_t outstanding_ = 0; ///< deliveries that the link has not worked off
  bool reading_ = false;
  bool writing_ = false;
  bool heard_all_ = false;              ///< the switch has closed its side
  bool stranger_ = true;                ///< has had no welcome
  strangers::place_ptr place_;          ///< while it is one
  std::vector<std::string> bad_fields_; ///< of the hello
  bool can_ping_ = false;
  bool can_move_ = false;
  unsigned silent_steps_ = 0; ///< since the last line
  std::string batch_;         ///< being written
};

} // namespace rollcall::feed
