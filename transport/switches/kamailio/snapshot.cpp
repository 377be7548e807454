#include "transport/switches/kamailio/snapshot.hpp"

#include "transport/switches/kamailio/command.hpp"
#include "transport/switches/kamailio/limits.hpp"
#include "transport/switches/kamailio/snapshot_answer.hpp"

#include <system_error>
#include <utility>

namespace rollcall::kamailio {

namespace {

/// Brackets around a dialog in the lines of a file, and in the answer to dlg.list.
constexpr std::size_t depth_in_file = 0;
constexpr std::size_t depth_in_list = 2;

/// Bytes of an answer that is no list.
constexpr std::size_t answer_bytes = 64 * 1024;

} // namespace

snapshot::snapshot(plan from, events tell)
    : plan_(std::move(from)),
      tell_(std::move(tell)),
      request_(plan_.first_request),
      splitter_(depth_in_list, dialog_bytes) {}

snapshot::~snapshot() {
  if (!is_over())
    remove_dump();
}

void snapshot::start() {
  tell_.begin();
  // Over the event socket the hello has said which run it is.
  if (is_over_rpc(source()))
    ask(phase::asking_run, run_command);
  else
    count(phase::counting_before);
}

void snapshot::enter(phase next) {
  splitter_ =
      switches::object_splitter{next == phase::reading_file ? depth_in_file : depth_in_list, dialog_bytes};
  answer_.clear();
  phase_ = next;
}

void snapshot::ask(phase next, std::string (*command)(std::uint64_t)) {
  enter(next);
  const auto number = ++request_;
  tell_.ask(source(), number, command(number),
            next == phase::reading_list ? switches::fetch_pace::of_the_link : switches::fetch_pace::at_once);
}

void snapshot::count(phase next) { ask(next, count_command); }

void snapshot::list() {
  if (!is_dump(source()))
    return ask(phase::reading_list, list_command);
  enter(phase::dumping);
  const auto number = ++request_;
  tell_.ask(source(), number, dump_command(number, plan_.dump_file.string()), switches::fetch_pace::at_once);
}

void snapshot::take(const std::string& error, std::string_view piece, moment now) {
  if (is_over() || phase_ == phase::proving)
    return;
  if (!error.empty())
    return fail(snapshot_failure::unreachable, error);
  if (phase_ == phase::reading_file || phase_ == phase::reading_list)
    return piece.empty() ? on_end() : on_text(piece);
  answer_ += piece;
  if (piece.empty())
    on_answer(now);
  else if (answer_.size() > answer_bytes)
    fail(snapshot_failure::malformed, "an answer that is too long");
}

void snapshot::take_whole(std::string_view text, moment now) {
  const auto asked = request_;
  take({}, text, now);
  if (request_ == asked)
    take({}, {}, now);
}

void snapshot::on_answer(moment now) {
  auto error = error_of(answer_, request_);
  if (error && phase_ == phase::asking_run && error->kind == snapshot_failure::refused)
    return fail(snapshot_failure::other_run, "it is not a Kamailio with rollcall.cfg: " + error->text);
  if (error)
    return fail(error->kind, std::move(error->text));
  if (phase_ == phase::asking_run) {
    const auto run = run_told(answer_);
    if (run != plan_.run)
      return fail(snapshot_failure::other_run,
                  "it is another Kamailio, or another run: " + (run ? "run " + *run : "no run")
                      + " instead of " + plan_.run);
    return count(phase::counting_before);
  }
  if (phase_ != phase::dumping)
    return on_counted(now);
  enter(phase::reading_file);
  tell_.fetch(switches::file_once{plan_.dump_file});
}

void snapshot::on_counted(moment now) {
  const auto dialogs = dialogs_counted(answer_);
  if (!dialogs)
    return fail(snapshot_failure::malformed, "dlg.stats_active without the number of all dialogs");
  tell_.counted(*dialogs);
  if (phase_ == phase::counting_before)
    list();
  else
    prove(false, now);
}

void snapshot::on_text(std::string_view piece) {
  if (!splitter_.feed(piece, tell_.dialog))
    fail(snapshot_failure::malformed, "a dialog that is too long, or unmatched brackets");
}

void snapshot::on_end() {
  if (!splitter_.complete())
    return fail(snapshot_failure::cut_short, "it is cut short");
  if (phase_ == phase::reading_file) {
    if (!splitter_.skeleton().empty())
      return fail(snapshot_failure::malformed, "the file is not a list of dialogs");
  } else if (auto error = error_of(splitter_.skeleton(), request_)) {
    return fail(error->kind, std::move(error->text));
  } else if (!is_list_of_objects(splitter_.skeleton())) {
    return fail(snapshot_failure::malformed, "the result is not a list of dialogs");
  }
  tell_.read();
  count(phase::counting_after);
}

/// Events may be on their way that explain what the numbers do not: they are waited for once.
void snapshot::prove(bool last, moment now) {
  phase_ = phase::proving;
  auto doubt = tell_.doubt(source());
  if (!doubt)
    phase_ = phase::complete;
  else if (last)
    fail(doubt->kind, std::move(doubt->text));
  else
    late_at_ = now + plan_.late;
}

void snapshot::look(moment now) {
  if (phase_ == phase::proving && now >= late_at_)
    prove(true, now);
}

std::optional<snapshot::moment> snapshot::wakes_at() const {
  return phase_ == phase::proving ? std::optional{late_at_} : std::nullopt;
}

void snapshot::fail(snapshot_failure kind, std::string text) {
  remove_dump();
  tell_.failed(source(), {kind, std::move(text)});
  if (++at_ < plan_.sources.size())
    return start();
  phase_ = phase::failed;
}

void snapshot::remove_dump() const {
  std::error_code ignored;
  if (!plan_.dump_file.empty())
    std::filesystem::remove(plan_.dump_file, ignored);
}

} // namespace rollcall::kamailio
