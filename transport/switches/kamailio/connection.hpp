#pragma once

#include "actors/switch_connection.hpp"
#include "domain/base/time.hpp"
#include "transport/switches/common/switch_notes.hpp"
#include "transport/switches/common/switch_port.hpp"
#include "transport/switches/kamailio/conversation.hpp"
#include "transport/switches/kamailio/netstring.hpp"
#include "transport/switches/kamailio/run_registry.hpp"
#include "transport/switches/kamailio/settings.hpp"
#include "transport/switches/kamailio/snapshot.hpp"
#include "transport/switches/kamailio/switch_clock.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace rollcall::kamailio {

//   connecting ──► hello ──► attaching ──► up
//        │           │           │          │ the socket fails, a deadline passes, close(), stop()
//        └───────────┴───────────┴──────────┴───────────────────────────────────────► over

/// One connection to a Kamailio's event socket. What is said on it is for conversation to decide; this
/// carries it. Runs on a strand, and lives as long as it has something under way.
///
/// It always reads: who writes to the event socket would wait with whoever does not, and that is Kamailio.
/// What the link cannot work off in time waits here, and when that is too much it is dropped, and a snapshot
/// makes up for it.
class connection final : public switch_connection, public std::enable_shared_from_this<connection> {
public:
  /// What a connection depends on; `book` and `clock` are touched on the strand only, and like
  /// `counters` outlive it.
  struct dependencies {
    settings to;
    limits bounds;
    attach_fn attach;
    wall_clock now;
    std::shared_ptr<call_book> book;
    std::shared_ptr<switch_clock> clock;
    std::shared_ptr<metrics> counters;
    std::shared_ptr<run_registry> runs;
    std::shared_ptr<switch_notes::sheet> notes;
    std::shared_ptr<script_faults::sheet> faults;
  };

  /// `over` is called once, on the strand: why it ended, and whether it had been up.
  connection(const executor& strand, const dependencies& with, std::uint64_t epoch,
             std::function<void(const std::string& reason, bool was_up)> over);

  void run();

  // --- from any thread

  /// Ends it.
  void stop(const std::string& reason);

  bool hang_up(const std::string& id) override;
  void request_snapshot() override;
  void passed_barrier() override {}           // no frame of Kamailio asks for one
  void reject(const std::string&) override {} // nor has it ears for this; the link logs it
  void close(close_reason why, const std::string& message) override;
  void consumed() override;

private:
  using error_code = boost::system::error_code;
  using moment = conversation::moment;
  enum class phase : std::uint8_t { connecting, hello, attaching, up, over };

  static moment steady_now() { return std::chrono::steady_clock::now(); }

  void on_resolve(error_code ec, const boost::asio::ip::tcp::resolver::results_type& found);
  void on_connect(error_code ec);
  void set_deadline(std::chrono::milliseconds in, const char* what);

  bool may_read() const;
  void do_read();
  void on_read(error_code ec, std::size_t size);
  void read_frames();
  void on_frame(std::string_view payload, switch_news& news);
  void on_hello(std::string_view payload);
  void measure_clock(timestamp told, moment since);
  void claim_run();
  void do_attach();
  void on_attached(attach_result result);

  void look_around();
  void do_tick();
  void do_snapshot();
  snapshot::events snapshot_events();
  void correct_listed(call_event& event);
  snapshot_source_ptr ask(dialog_source of, std::uint64_t number, std::string request);
  void on_source_failed(dialog_source of, const snapshot_error& error);
  void on_snapshot_done(bool complete);
  void go_on();

  bool link_is_behind() const { return outstanding_ >= with_.bounds.window || !backlog_.empty(); }
  void deliver(switch_news&& news);
  void hand_over(switch_news&& news);
  void work_off_backlog();
  void drop_backlog();
  void abort_snapshot();
  void do_write();
  void on_write(error_code ec);
  void lost(const std::string& reason);

  const dependencies with_;
  const std::uint64_t epoch_;
  std::function<void(const std::string&, bool)> over_;
  executor strand_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer deadline_; ///< of the phases before up
  boost::asio::steady_timer tick_;
  boost::asio::steady_timer pace_; ///< until the next hang-up may be sent
  netstring_splitter splitter_;
  frame_reader reader_;
  conversation conversation_;
  hello hello_;
  phase phase_ = phase::connecting;
  switch_port_ptr port_; ///< while up

  std::size_t outstanding_ = 0;   ///< deliveries that the link has not worked off
  std::deque<news_item> backlog_; ///< what it gets when it has
  bool dropping_ = false; ///< the backlog was too long: nothing is delivered until the link has caught up
  bool reading_ = false;
  bool writing_ = false;
  bool claimed_ = false; ///< this run is ours
  moment ticked_{};      ///< the last time
  moment connected_at_{};
  std::string waiting_; ///< to be written next
  std::string batch_;   ///< being written

  std::shared_ptr<snapshot> snapshot_; ///< while one runs
  std::weak_ptr<text_source> awaited_; ///< what its answer over this socket goes to
  std::uint64_t awaited_request_ = 0;  ///< and which
  std::uint64_t snapshot_request_;     ///< the last one's number
  std::unique_ptr<dialog_reader> dialogs_;
  switch_news named_;        ///< what the piece being read names
  bool piece_waits_ = false; ///< it may go on as soon as the link has caught up
  std::set<std::pair<dialog_source, snapshot_failure>> failures_told_; ///< since the last that was complete
  dialog_source proved_by_{};                                          ///< the one that was read last
  moment bad_frame_told_{};

  std::atomic<bool> closed_{false};
  std::atomic<std::size_t> posted_{0};           ///< hang-ups on their way to the strand
  std::atomic<std::size_t> waiting_hang_ups_{0}; ///< and those that wait there
};

} // namespace rollcall::kamailio
