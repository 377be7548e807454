#include "transport/switches/kamailio/snapshots.hpp"

#include "transport/switches/kamailio/dump_file.hpp"
#include "transport/switches/kamailio/netstring.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

namespace rollcall::kamailio {

using switches::fetch_pace;
using switches::instant;

namespace {

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

snapshots::snapshots(switches::session_actions& out, std::shared_ptr<memory> of, conversation& talk,
                     std::string run, std::uint64_t first_request)
    : out_(out),
      of_(std::move(of)),
      conversation_(talk),
      run_(std::move(run)),
      dialogs_(run_),
      request_(first_request) {}

snapshots::~snapshots() = default;

void snapshots::look(instant now) {
  now_ = now;
  if (awaited_ != 0 && now.steady >= awaited_until_) {
    awaited_ = 0;
    snapshot_->take("no answer in time", {}, now.steady);
  } else if (snapshot_) {
    snapshot_->look(now.steady);
  }
  settle();
  if (!snapshot_ && !out_.dropping() && conversation_.snapshot_due(now.steady))
    begin();
}

std::optional<snapshots::moment> snapshots::wakes_at() const {
  if (awaited_ != 0)
    return awaited_until_;
  return snapshot_ ? snapshot_->wakes_at() : std::nullopt;
}

void snapshots::begin() {
  switch_news news;
  conversation_.snapshot_begins(now_.steady, news);
  out_.tell(std::move(news));
  snapshot::plan plan;
  const auto dumps = !of_->to.dump_directory.empty();
  if (dumps)
    remove_old_dumps(of_->to, of_->bounds.dump_age);
  for (const auto each : {dialog_source::dump_over_rpc, dialog_source::list_over_rpc,
                          dialog_source::dump_over_evapi, dialog_source::list_over_evapi})
    if ((dumps || !is_dump(each)) && (of_->to.rpc || !is_over_rpc(each)))
      plan.sources.push_back(each);
  plan.dump_file = new_dump_file(of_->to);
  plan.run = run_;
  plan.first_request = request_;
  plan.late = 2 * of_->bounds.blur;
  snapshot_ = std::make_unique<snapshot>(std::move(plan), events());
  snapshot_->start();
}

/// The snapshot lives no longer than this.
snapshot::events snapshots::events() {
  snapshot::events tell;
  tell.ask = [this](dialog_source of, std::uint64_t number, std::string request, fetch_pace pace) {
    ask(of, number, std::move(request), pace);
  };
  tell.fetch = [this](switches::fetch_source from) { out_.fetch(std::move(from), fetch_pace::of_the_link); };
  tell.begin = [this] {
    named_.clear();
    switch_news begun;
    conversation_.snapshot_source_begins(now_.steady, begun);
    out_.tell(std::move(begun));
  };
  tell.counted = [this](std::uint64_t dialogs) { conversation_.snapshot_counted(dialogs, now_.steady); };
  tell.dialog = [this](std::string_view json) { on_dialog(json); };
  tell.read = [this] { conversation_.snapshot_read(now_.steady); };
  tell.doubt = [this](dialog_source of) {
    proved_by_ = of;
    return conversation_.snapshot_doubt(of);
  };
  tell.failed = [this](dialog_source of, const snapshot_error& error) { on_failed(of, error); };
  return tell;
}

void snapshots::ask(dialog_source of, std::uint64_t number, std::string request, fetch_pace pace) {
  request_ = number;
  if (is_over_rpc(of))
    return out_.fetch(switches::http_post{*of_->to.rpc, "application/json", std::move(request)}, pace);
  awaited_ = number;
  awaited_pace_ = pace;
  awaited_until_ = now_.steady + of_->bounds.fetches.answer;
  std::string bytes;
  append_netstring(bytes, request);
  out_.send(bytes);
}

void snapshots::take(const rpc_answer& answer, instant now) {
  awaited_ = 0;
  if (awaited_pace_ == fetch_pace::of_the_link)
    return out_.fetch(std::string{answer.json}, fetch_pace::of_the_link);
  now_ = now;
  snapshot_->take_whole(answer.json, now.steady);
  settle();
}

void snapshots::fetched(const std::string& error, std::string_view piece, instant now) {
  now_ = now;
  if (!snapshot_)
    return;
  snapshot_->take(error, piece, now.steady);
  if (!snapshot_->is_over())
    out_.tell(std::exchange(named_, {}));
  settle();
}

/// When its clock has been set, the time of an answer from before is by a clock that is no more: what is
/// known of it is better.
void snapshots::on_dialog(std::string_view json) {
  auto said = dialogs_.read(json, now_.wall);
  if (auto* report = std::get_if<call_report>(&said)) {
    of_->clock.correct(report->event);
    if (of_->clock.has_stepped() && conversation_.is_answered(report->event.id))
      report->event.connect.reset();
  }
  conversation_.snapshot_says(std::move(said), now_.steady, named_);
}

/// Told once for each reason, until a snapshot is complete.
void snapshots::on_failed(dialog_source of, const snapshot_error& error) {
  out_.stop_fetch();
  awaited_ = 0;
  conversation_.snapshot_source_failed(of, error.kind);
  const auto what = "no snapshot by " + std::string{to_string(of)} + ": ";
  of_->notes->set(note_about(of), what + std::string{describe(error.kind)});
  if (failures_told_.emplace(of, error.kind).second)
    out_.warn(what + std::string{to_string(error.kind)} + ": " + error.text);
}

void snapshots::settle() {
  if (!snapshot_ || !snapshot_->is_over())
    return;
  if (std::exchange(snapshot_, nullptr)->is_complete())
    complete();
  else
    conversation_.snapshot_failed(now_.steady);
  named_.clear();
}

void snapshots::complete() {
  failures_told_.clear();
  // Of those behind it nothing is known any more, and nothing has to be.
  for (auto each = static_cast<std::size_t>(proved_by_); each < dialog_source_names.size(); ++each)
    of_->notes->clear(note_about(static_cast<dialog_source>(each)));
  switch_news news;
  conversation_.snapshot_ends(now_.steady, news);
  out_.tell(std::move(news));
}

void snapshots::give_up(instant now) {
  now_ = now;
  if (!snapshot_)
    return;
  out_.stop_fetch();
  awaited_ = 0;
  snapshot_.reset();
  named_.clear();
  conversation_.snapshot_failed(now.steady);
}

} // namespace rollcall::kamailio
