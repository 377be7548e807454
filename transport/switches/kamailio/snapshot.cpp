#include "transport/switches/kamailio/snapshot.hpp"

#include "transport/switches/kamailio/command.hpp"
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

snapshot::snapshot(const executor& on, plan from, events tell)
    : on_(on),
      plan_(std::move(from)),
      tell_(std::move(tell)),
      late_(on),
      request_(plan_.first_request),
      splitter_(depth_in_list, dialog_bytes) {}

void snapshot::start() {
  tell_.begin();
  // Over the event socket the hello has said which run it is.
  if (is_over_rpc(source()))
    ask(phase::asking_run, run_command);
  else
    count(phase::counting_before);
}

void snapshot::ask(phase next, std::string (*command)(std::uint64_t)) {
  const auto number = ++request_;
  read(tell_.ask(source(), number, command(number)), next);
}

void snapshot::count(phase next) { ask(next, count_command); }

void snapshot::list() {
  if (!is_dump(source()))
    return ask(phase::reading_list, list_command);
  const auto number = ++request_;
  read(tell_.ask(source(), number, dump_command(number, plan_.dump_file.string())), phase::dumping);
}

void snapshot::read(snapshot_source_ptr from, phase next) {
  from_ = std::move(from);
  splitter_ = object_splitter{next == phase::reading_file ? depth_in_file : depth_in_list, dialog_bytes};
  answer_.clear();
  phase_ = next;
  go_on();
}

void snapshot::go_on() {
  from_->next([weak = weak_from_this(), of = from_.get()](const std::string& error, std::string_view piece) {
    if (const auto self = weak.lock(); self && self->phase_ != phase::over && self->from_.get() == of)
      self->on_piece(error, piece);
  });
}

void snapshot::cancel() {
  phase_ = phase::over;
  late_.cancel();
  if (from_)
    from_->cancel();
  remove_dump();
}

void snapshot::on_piece(const std::string& error, std::string_view piece) {
  if (!error.empty())
    return fail(snapshot_failure::unreachable, error);
  if (phase_ == phase::reading_file || phase_ == phase::reading_list)
    return piece.empty() ? on_end() : on_text(piece);
  answer_ += piece;
  if (piece.empty())
    on_answer();
  else if (answer_.size() > answer_bytes)
    fail(snapshot_failure::malformed, "an answer that is too long");
  else
    go_on();
}

void snapshot::on_answer() {
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
    return on_counted();
  std::string reason;
  auto file = file_source(on_, plan_.dump_file, reason);
  if (!file)
    return fail(snapshot_failure::unreachable, reason);
  read(std::move(file), phase::reading_file);
}

void snapshot::on_counted() {
  const auto dialogs = dialogs_counted(answer_);
  if (!dialogs)
    return fail(snapshot_failure::malformed, "dlg.stats_active without the number of all dialogs");
  tell_.counted(*dialogs);
  if (phase_ == phase::counting_before)
    list();
  else
    prove(false);
}

void snapshot::on_text(std::string_view piece) {
  if (!splitter_.feed(piece, tell_.dialog))
    return fail(snapshot_failure::malformed, "a dialog that is too long, or unmatched brackets");
  tell_.piece();
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
void snapshot::prove(bool last) {
  phase_ = phase::proving;
  auto doubt = tell_.doubt(source());
  if (!doubt)
    return finish(true);
  if (last)
    return fail(doubt->kind, std::move(doubt->text));
  late_.expires_after(plan_.late);
  late_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
    if (const auto self = weak.lock(); !ec && self && self->phase_ == phase::proving)
      self->prove(true);
  });
}

void snapshot::fail(snapshot_failure kind, std::string text) {
  const auto keep = shared_from_this();
  from_->cancel();
  remove_dump();
  tell_.failed(source(), {kind, std::move(text)});
  if (++at_ == plan_.sources.size())
    return finish(false);
  start();
}

void snapshot::finish(bool complete) {
  const auto keep = shared_from_this();
  phase_ = phase::over;
  from_->cancel();
  tell_.done(complete);
}

void snapshot::remove_dump() {
  std::error_code ignored;
  if (!plan_.dump_file.empty())
    std::filesystem::remove(plan_.dump_file, ignored);
}

} // namespace rollcall::kamailio
