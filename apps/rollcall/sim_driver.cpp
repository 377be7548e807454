#include "apps/rollcall/sim_driver.hpp"

#include "apps/rollcall/files.hpp"
#include "apps/rollcall/output.hpp"
#include "domain/base/time.hpp"
#include "domain/base/visible_text.hpp"

#include <boost/json.hpp>

#include <csignal>
#include <cstdio>
#include <iostream>
#include <utility>

namespace rollcall::cli {

namespace {

using std::chrono::microseconds;

constexpr std::chrono::milliseconds tick_interval{1};
constexpr std::chrono::seconds status_interval{1};
constexpr std::chrono::seconds farewell{2}; // for the last lines to go out
constexpr std::size_t chunk = 256 * 1024;   // bytes formatted ahead of the socket
constexpr std::uint64_t most_warnings_shown = 20;

} // namespace

sim_driver::sim_driver(sim_options options)
    : options_(std::move(options)),
      log_("sim", options_.log_level),
      model_(options_.plan),
      link_(io_, *this, options_.link),
      signals_(io_, SIGINT, SIGTERM, SIGUSR1),
      tick_(io_),
      status_(io_),
      drop_(io_),
      end_(io_) {
  signals_.add(SIGUSR2);
}

exit_code sim_driver::run() {
  started_ = last_tick_ = clock::now();
  await_signal();
  do_tick();
  do_status();
  if (options_.drop_every)
    do_drop();
  if (options_.run_for) {
    end_.expires_after(*options_.run_for);
    end_.async_wait([this](auto ec) {
      if (!ec)
        finish();
    });
  }
  link_.run();
  io_.run();
  if (result_ == exit_code::done && link_.welcomes() == 0) {
    log_.say(verbosity::error, "never welcomed by any node");
    result_ = exit_code::failure;
  }
  write_state();
  const auto text = report();
  std::cout << text << std::flush;
  if (!options_.report_file.empty())
    replace_file(options_.report_file, text);
  return result_;
}

void sim_driver::do_tick() {
  const auto now = clock::now();
  if (!paused_)
    model_clock_ += std::chrono::duration_cast<microseconds>(options_.pace * (now - last_tick_));
  last_tick_ = now;
  pump();
  tick_.expires_after(tick_interval);
  tick_.async_wait([this](auto ec) {
    if (!ec)
      do_tick();
  });
}

void sim_driver::pump() {
  if (finishing_)
    return;
  auto* session = link_.session();
  if (!session) {
    if (!paused_ && !as_fast_as_possible()) // time that runs as fast as a node reads stands still without one
      model_.advance(model_clock_, system_now(), nullptr, 0);
    return;
  }
  fill(session->out());
  session->flush();
}

// Formats ahead until the chunk is full or there is nothing to say; the socket takes it from there.
void sim_driver::fill(std::string& out) {
  if (snapshot_at_)
    go_on_with_snapshot(out);
  if (snapshot_at_)
    return;
  for (; !wishes_.empty(); wishes_.pop_front())
    model_.disconnect(wishes_.front(), out);
  if (paused_)
    return;
  model_.advance(as_fast_as_possible() ? microseconds::max() : model_clock_, system_now(), &out, chunk);
  if (as_fast_as_possible())
    model_clock_ = model_.now();
}

void sim_driver::begin_snapshot() {
  if (snapshot_at_) {
    resync_again_ = true;
    return;
  }
  snapshot_at_ = 0;
  link_.session()->out() += "{\"type\":\"snapshot_begin\"}\n";
  pump();
}

void sim_driver::go_on_with_snapshot(std::string& out) {
  snapshot_at_ = model_.append_snapshot(out, *snapshot_at_, chunk);
  if (snapshot_at_)
    return;
  out += "{\"type\":\"snapshot_end\"}\n";
  ++snapshots_;
  if (std::exchange(resync_again_, false)) {
    snapshot_at_ = 0;
    out += "{\"type\":\"snapshot_begin\"}\n";
  }
}

void sim_driver::welcomed(std::string_view node_id) {
  log_.say(verbosity::info, "welcome on ", visible_text(node_id), " at ", link_.peer(), ", ", model_.live(),
           " calls to tell");
  begin_snapshot();
}

void sim_driver::refused(std::string_view code, std::string_view message) {
  log_.say(verbosity::error, "refused by ", link_.peer(), ": ", visible_text(code), ' ',
           visible_text(message));
  if (link_.hopeless()) {
    result_ = exit_code::denied;
    finish();
  }
}

void sim_driver::warned(std::string_view message) {
  if (++warnings_ <= most_warnings_shown)
    log_.say(verbosity::warn, "warning from ", link_.peer(), ": ", visible_text(message));
}

void sim_driver::disconnect_asked(std::string_view call) {
  auto* session = link_.session();
  if (!session || finishing_)
    return;
  if (snapshot_at_) {
    wishes_.emplace_back(call);
    return;
  }
  model_.disconnect(call, session->out());
  session->flush();
}

void sim_driver::resync_asked() {
  if (link_.session() && !finishing_)
    begin_snapshot();
}

void sim_driver::writable() { pump(); }

void sim_driver::lost(std::string_view why) {
  snapshot_at_.reset();
  resync_again_ = false;
  wishes_.clear();
  model_clock_ = model_.now(); // what a slow node has not heard of yet goes on from here, not at one blow
  if (finishing_)
    return io_.stop();
  log_.say(verbosity::warn, "not connected to ", link_.peer(), ": ", why);
}

void sim_driver::do_drop() {
  drop_.expires_after(*options_.drop_every);
  drop_.async_wait([this](auto ec) {
    if (ec || finishing_)
      return;
    link_.cut("dropped on purpose");
    do_drop();
  });
}

void sim_driver::await_signal() {
  signals_.async_wait([this](auto ec, int signal) {
    if (!ec)
      on_signal(signal);
  });
}

void sim_driver::on_signal(int signal) {
  await_signal();
  if (signal == SIGUSR1)
    return write_state();
  if (signal != SIGUSR2)
    return finishing_ ? io_.stop() : finish();
  paused_ = !paused_;
  log_.say(verbosity::info, paused_ ? "the calls stand still" : "the calls go on");
}

void sim_driver::finish() {
  if (std::exchange(finishing_, true))
    return;
  if (auto* session = link_.session(); options_.hang_up_at_exit)
    model_.end_all(system_now(), session ? &session->out() : nullptr);
  end_.expires_after(farewell);
  end_.async_wait([this](auto) { io_.stop(); });
  // Not from within a call of the session that is about to end.
  boost::asio::post(io_, [this] { link_.stop(); });
}

void sim_driver::write_state() const {
  if (options_.state_file.empty())
    return;
  std::string truth;
  model_.append_truth(truth);
  replace_file(options_.state_file, truth);
}

double sim_driver::seconds() const { return std::chrono::duration<double>(clock::now() - started_).count(); }

void sim_driver::do_status() {
  status_.expires_after(status_interval);
  status_.async_wait([this](auto ec) {
    if (ec)
      return;
    if (auto* session = link_.session())
      session->keep_alive();
    const auto& now = model_.totals();
    const auto& then = at_last_status_;
    if (options_.log_level >= verbosity::info) {
      char line[200];
      std::snprintf(line, sizeof line,
                    "%6.0f s  %-22s live %u/%u  +%llu -%llu  %llu events/s  %llu disconnects", seconds(),
                    link_.session() ? link_.peer().c_str() : "(not connected)", model_.live(),
                    options_.plan.calls, static_cast<unsigned long long>(now.started - then.started),
                    static_cast<unsigned long long>(now.ended - then.ended),
                    static_cast<unsigned long long>(now.events - then.events),
                    static_cast<unsigned long long>(now.disconnects - then.disconnects));
      log_.say(verbosity::info, line);
    }
    at_last_status_ = now;
    do_status();
  });
}

std::string sim_driver::report() const {
  const auto& t = model_.totals();
  const boost::json::object report{
      {"switch", options_.link.name},
      {"seconds", seconds()},
      {"model_seconds", std::chrono::duration<double>(model_.now()).count()},
      {"events", t.events},
      {"bytes", link_.bytes_sent()},
      {"calls_started", t.started},
      {"calls_connected", t.connected},
      {"calls_ended", t.ended},
      {"calls_live", model_.live()},
      {"disconnects",
       {{"received", t.disconnects},
        {"obeyed", t.obeyed},
        {"refused", t.refused},
        {"ignored", t.ignored},
        {"repeated", t.repeated},
        {"unknown", t.unknown}}},
      {"connections", link_.welcomes()},
      {"reconnects", link_.welcomes() > 0 ? link_.welcomes() - 1 : 0},
      {"snapshots", snapshots_},
      {"warnings", warnings_},
  };
  return json_line(report) + '\n';
}

} // namespace rollcall::cli
