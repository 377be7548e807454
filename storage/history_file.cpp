#include "storage/history_file.hpp"

namespace rollcall {

void history_writer::check() {
  if (db_ && !db_->in_place()) {
    db_.reset();
    lost_ = true;
  }
  if (!db_)
    db_.emplace(file_);
}

bool history_writer::write(const packed_minute& minute, const history_keep& keep) {
  check();
  return db_->write(minute, keep);
}

std::vector<history_point> history_reader::read(history_subject whose, const history_range& range) {
  if (db_ && !db_->in_place())
    db_.reset();
  if (!db_)
    db_.emplace(file_, open_mode::read_only);
  history_points points{range};
  db_->read(whose, range, points);
  return points.take();
}

} // namespace rollcall
