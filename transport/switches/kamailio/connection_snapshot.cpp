#include "actors/runtime/log.hpp"
#include "transport/switches/kamailio/connection.hpp"
#include "transport/switches/kamailio/dump_file.hpp"

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <utility>

namespace rollcall::kamailio {

// The snapshots of a connection: where they come from, and what becomes of them.

namespace {

std::uint64_t unguessable_number() {
  std::random_device random;
  return std::uint64_t{random()} << 32U | random();
}

/// For everybody: without addresses and paths, which the log has.
constexpr std::string_view describe(snapshot_failure what) {
  switch (what) {
  case snapshot_failure::unreachable:
    return "nothing comes from there";
  case snapshot_failure::refused:
    return "Kamailio refuses";
  case snapshot_failure::malformed:
    return "the answer is not a list of dialogs";
  case snapshot_failure::cut_short:
    return "it is cut short";
  case snapshot_failure::other_run:
    return "it is another Kamailio, or another run of it";
  case snapshot_failure::unproved:
    break;
  }
  return "it differs from Kamailio's own count";
}

std::string note_about(dialog_source of) { return "snapshot by " + std::string{to_string(of)}; }

} // namespace

void connection::do_snapshot() {
  if (phase_ != phase::up || snapshot_ || dropping_ || !conversation_.snapshot_due(steady_now()))
    return;
  switch_news news;
  conversation_.snapshot_begins(steady_now(), news);
  deliver(std::move(news));
  snapshot::plan plan;
  const auto dumps = !with_.to.dump_directory.empty();
  if (dumps)
    remove_old_dumps(with_.to, with_.bounds.dump_age);
  for (const auto each : {dialog_source::dump_over_rpc, dialog_source::list_over_rpc,
                          dialog_source::dump_over_evapi, dialog_source::list_over_evapi})
    if ((dumps || !is_dump(each)) && (with_.to.rpc || !is_over_rpc(each)))
      plan.sources.push_back(each);
  plan.dump_file = dump_file(with_.to, unguessable_number());
  plan.run = hello_.run;
  plan.first_request = snapshot_request_;
  plan.late = 2 * with_.bounds.blur;
  snapshot_ = std::make_shared<snapshot>(strand_, std::move(plan), snapshot_events());
  snapshot_->start();
}

/// The snapshot lives no longer than we let it, so that its events may take us for granted.
snapshot::events connection::snapshot_events() {
  snapshot::events tell;
  tell.ask = [this](dialog_source of, std::uint64_t number, std::string request) {
    return ask(of, number, std::move(request));
  };
  tell.begin = [this] {
    named_.clear();
    switch_news begun;
    conversation_.snapshot_source_begins(steady_now(), begun);
    deliver(std::move(begun));
  };
  tell.counted = [this](std::uint64_t dialogs) { conversation_.snapshot_counted(dialogs, steady_now()); };
  tell.dialog = [this](std::string_view json) {
    auto said = dialogs_->read(json, with_.now());
    if (auto* report = std::get_if<call_report>(&said))
      correct_listed(report->event);
    conversation_.snapshot_says(std::move(said), steady_now(), named_);
  };
  tell.piece = [this] {
    deliver(std::exchange(named_, {}));
    piece_waits_ = true;
    look_around();
  };
  tell.read = [this] { conversation_.snapshot_read(steady_now()); };
  tell.doubt = [this](dialog_source of) {
    proved_by_ = of;
    return conversation_.snapshot_doubt(of);
  };
  tell.failed = [this](dialog_source of, const snapshot_error& error) { on_source_failed(of, error); };
  tell.done = [this](bool complete) { on_snapshot_done(complete); };
  return tell;
}

/// When its clock has been set, the time of an answer from before is by a clock that is no more: what is
/// known of it is better.
void connection::correct_listed(call_event& event) {
  with_.clock->correct(event);
  if (with_.clock->has_stepped() && conversation_.is_answered(event.id))
    event.connect.reset();
}

snapshot_source_ptr connection::ask(dialog_source of, std::uint64_t number, std::string request) {
  snapshot_request_ = number;
  if (is_over_rpc(of))
    return rpc_source(strand_, *with_.to.rpc, std::move(request), with_.bounds);
  const auto answer = awaited_text(strand_, with_.bounds);
  awaited_ = answer;
  awaited_request_ = number;
  append_netstring(waiting_, request);
  do_write();
  return answer;
}

/// Told once for each reason, until a snapshot is complete.
void connection::on_source_failed(dialog_source of, const snapshot_error& error) {
  conversation_.snapshot_source_failed(of, error.kind);
  with_.notes->set(note_about(of),
                   "no snapshot by " + std::string{to_string(of)} + ": " + std::string{describe(error.kind)});
  if (failures_told_.emplace(of, error.kind).second)
    log::warn(with_.to.name.value(), "kamailio: no snapshot by {}: {}: {}", to_string(of),
              to_string(error.kind), error.text);
  else
    log::debug(with_.to.name.value(), "kamailio: no snapshot by {}: {}: {}", to_string(of),
               to_string(error.kind), error.text);
}

void connection::go_on() {
  piece_waits_ = false;
  snapshot_->go_on();
}

void connection::on_snapshot_done(bool complete) {
  const auto finished = std::exchange(snapshot_, nullptr);
  piece_waits_ = false;
  if (complete) {
    failures_told_.clear();
    // Of those behind it nothing is known any more, and nothing has to be.
    for (auto each = static_cast<std::size_t>(proved_by_); each < dialog_source_names.size(); ++each)
      with_.notes->clear(note_about(static_cast<dialog_source>(each)));
    switch_news news;
    conversation_.snapshot_ends(steady_now(), news);
    deliver(std::move(news));
  } else {
    conversation_.snapshot_failed(steady_now());
  }
  named_.clear();
  look_around();
}

} // namespace rollcall::kamailio
