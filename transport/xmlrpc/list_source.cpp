#include "transport/xmlrpc/list_source.hpp"

#include "transport/xmlrpc/body.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <utility>

namespace rollcall::xmlrpc {

namespace {

/// Makes room at the end of a string, a little more each time than is asked for, so that rows are written
/// without a look at the string for each. What is not used is given back at the end.
class room {
public:
  explicit room(std::string& out) : out_(out), used_(out.size()) {}
  ~room() { out_.resize(used_); }
  room(const room&) = delete;

  std::size_t used() const noexcept { return used_; }

  char* of(std::size_t size) {
    // Short steps: what is made is zeros, which should still be near when they are written over.
    constexpr std::size_t step = 8 * 1024;
    if (out_.size() - used_ < size)
      out_.resize(used_ + size + step);
    return out_.data() + used_;
  }

  void used_up_to(const char* end) { used_ = static_cast<std::size_t>(end - out_.data()); }

private:
  std::string& out_;
  std::size_t used_;
};

} // namespace

list_source::list_source(std::shared_ptr<row_source> rows, timestamp now, answer_style style,
                         std::shared_ptr<const void> held, std::unique_ptr<row_names> names)
    : held_(std::move(held)), rows_(std::move(rows)), writer_(now, style), names_(std::move(names)) {}

bool list_source::next(std::string& out) {
  if (!std::exchange(begun_, true))
    out += array_head;
  if (write_rows(out))
    return true;
  out += array_foot;
  ended_ = true;
  held_.reset();
  return false;
}

/// Returns false at the end of the list.
bool list_source::write_rows(std::string& out) {
  const auto enough = out.size() + piece_size;
  room rest{out};
  call_row row;
  while (rest.used() < enough) {
    switch (rows_->next(row)) {
    case row_source::step::row: {
      auto* const end = writer_.write(rest.of(room_for(row)), row);
      rest.used_up_to(names_ ? names_->add(end) : end);
      break;
    }
    case row_source::step::pending:
      return true;
    case row_source::step::end:
      return false;
    }
  }
  return true;
}

/// With its names, which are then found.
std::size_t list_source::room_for(const call_row& row) {
  return row_writer::room_for(row) + (names_ ? names_->of(row).size() : 0);
}

bool list_source::wait(std::function<void()> ready) { return !ended_ && rows_->wait(std::move(ready)); }

} // namespace rollcall::xmlrpc
