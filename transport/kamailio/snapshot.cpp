#include "transport/kamailio/snapshot.hpp"

#include "transport/kamailio/answer.hpp"
#include "transport/kamailio/command.hpp"

#include <system_error>
#include <utility>

namespace rollcall::kamailio {

namespace {

/// Brackets around a dialog in the lines of a file, and in the answer to dlg.list.
constexpr std::size_t depth_in_file = 0;
constexpr std::size_t depth_in_list = 2;

/// Bytes of the answer to dlg.dump_file, which says little.
constexpr std::size_t answer_bytes = 64 * 1024;

} // namespace

snapshot::snapshot(const executor& on, std::filesystem::path dump_file, events tell)
    : on_(on),
      dump_file_(std::move(dump_file)),
      tell_(std::move(tell)),
      splitter_(depth_in_list, dialog_bytes) {}

void snapshot::start() {
  if (dump_file_.empty()) {
    read(tell_.ask(list_command()), phase::reading_list);
    return go_on();
  }
  // What a dump that was given up has left there is not to be read as part of this one.
  std::error_code failed;
  std::filesystem::remove(dump_file_, failed);
  if (failed)
    return list_instead(dump_file_.string() + " is there and cannot be removed: " + failed.message());
  read(tell_.ask(dump_command(dump_file_.string())), phase::dumping);
  go_on();
}

void snapshot::read(snapshot_source_ptr from, phase next) {
  source_ = std::move(from);
  splitter_ = object_splitter{next == phase::reading_file ? depth_in_file : depth_in_list, dialog_bytes};
  phase_ = next;
}

void snapshot::list_instead(const std::string& reason) {
  tell_.no_dump(reason);
  read(tell_.ask(list_command()), phase::reading_list);
  go_on();
}

void snapshot::go_on() {
  source_->next([weak = weak_from_this()](const std::string& error, std::string_view piece) {
    if (const auto self = weak.lock(); self && self->phase_ != phase::over)
      self->on_piece(error, piece);
  });
}

void snapshot::cancel() {
  phase_ = phase::over;
  if (source_)
    source_->cancel();
}

void snapshot::on_piece(const std::string& error, std::string_view piece) {
  if (!error.empty())
    return finish(error);
  if (phase_ != phase::dumping)
    return piece.empty() ? on_end() : on_text(piece);
  answer_ += piece;
  if (piece.empty())
    on_dumped();
  else if (answer_.size() > answer_bytes)
    finish("the answer to a dump is too long");
  else
    go_on();
}

void snapshot::on_dumped() {
  if (const auto outcome = outcome_of(answer_); outcome.code != 0)
    return list_instead("dlg.dump_file: " + outcome.message);
  std::string error;
  auto file = file_source(on_, dump_file_, error);
  if (!file)
    return list_instead(error);
  read(std::move(file), phase::reading_file);
  go_on();
}

void snapshot::on_text(std::string_view piece) {
  if (!splitter_.feed(piece, tell_.dialog))
    return finish("a dialog that is too long, or unmatched brackets");
  tell_.piece();
}

void snapshot::on_end() {
  if (!splitter_.complete())
    return finish("it is cut short");
  if (phase_ == phase::reading_file)
    return finish(splitter_.skeleton().empty() ? "" : "the file is no list of dialogs");
  const auto outcome = outcome_of(splitter_.skeleton());
  finish(outcome.code == 0 ? "" : "dlg.list: " + outcome.message);
}

void snapshot::finish(const std::string& error) {
  phase_ = phase::over;
  source_->cancel();
  const auto keep = shared_from_this();
  tell_.done(error);
}

} // namespace rollcall::kamailio
