#pragma once

#include "apps/rollcall/diagnostics.hpp"
#include "apps/rollcall/exit_code.hpp"
#include "apps/rollcall/sim_link.hpp"
#include "apps/simulator/switch.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace rollcall::cli {

/// What `rollcall sim` was asked for, besides the model's plan.
struct sim_options {
  sim_plan plan;
  sim_link_options link;
  std::optional<std::chrono::microseconds> run_for; ///< none: until a signal
  std::optional<std::chrono::microseconds> drop_every;
  double pace = 1;                       ///< time runs so many times as fast, if the node reads as fast
  bool hang_up_at_exit = false;          ///< ends every call before leaving
  std::string report_file;               ///< empty: none
  std::string state_file;                ///< empty: none
  verbosity log_level = verbosity::info; ///< info: a status line each second
};

/// Runs the model of a switch against a node: hands it the time, carries its lines to the link and the node's
/// wishes back, and reports. One thread, that of run().
///
/// The calls go on while the link is down (but not where time runs as fast as a node reads); what ends then
/// is never told, the snapshot after the next welcome repairs it. While a snapshot is being written the calls
/// stand still, and wishes wait.
class sim_driver final : sim_session_user {
public:
  explicit sim_driver(sim_options options);

  /// Until the time is up, a signal (INT, TERM) or a refusal by every node that reconnecting cannot cure.
  /// USR1 writes the state file; USR2 stops the calls where they are, and lets them go on again. Prints the
  /// report on stdout.
  exit_code run();

private:
  using clock = std::chrono::steady_clock;

  void welcomed(std::string_view node_id) override;
  void refused(std::string_view code, std::string_view message) override;
  void warned(std::string_view message) override;
  void disconnect_asked(std::string_view call) override;
  void resync_asked() override;
  void writable() override;
  void lost(std::string_view why) override;

  void do_tick();
  void do_status();
  void do_drop();
  void await_signal();
  void on_signal(int signal);
  void pump();
  void fill(std::string& out);
  void begin_snapshot();
  void go_on_with_snapshot(std::string& out);
  void finish();
  void write_state() const;
  std::string report() const;

  bool as_fast_as_possible() const noexcept { return !options_.plan.rate; }
  double seconds() const;

  sim_options options_;
  diagnostics log_;
  sim_switch model_;
  boost::asio::io_context io_{1};
  sim_link link_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer tick_;
  boost::asio::steady_timer status_;
  boost::asio::steady_timer drop_;
  boost::asio::steady_timer end_;
  clock::time_point started_;
  clock::time_point last_tick_;
  std::chrono::microseconds model_clock_{0}; ///< what the model's time should be
  std::optional<std::size_t> snapshot_at_;   ///< where the snapshot goes on; none: none is being written
  bool resync_again_ = false;                ///< asked for while a snapshot was being written
  std::deque<std::string> wishes_;           ///< ids to disconnect when the snapshot is written
  sim_totals at_last_status_;
  std::uint64_t snapshots_ = 0;
  std::uint64_t warnings_ = 0;
  bool paused_ = false;
  bool finishing_ = false;
  exit_code result_ = exit_code::done;
};

} // namespace rollcall::cli
