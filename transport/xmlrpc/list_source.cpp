#include "transport/xmlrpc/list_source.hpp"

#include "transport/xmlrpc/body.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <utility>

namespace rollcall::xmlrpc {

list_source::list_source(std::shared_ptr<row_source> rows, timestamp now, id_style ids,
                         std::shared_ptr<const void> held)
    : held_(std::move(held)), rows_(std::move(rows)), now_(now), ids_(ids) {}

bool list_source::next(std::string& out) {
  if (!std::exchange(begun_, true))
    out += array_head;
  const auto enough = out.size() + piece_size;
  call_row row;
  while (out.size() < enough) {
    switch (rows_->next(row)) {
    case row_source::step::row:
      append_row(out, row, now_, ids_);
      break;
    case row_source::step::pending:
      return true;
    case row_source::step::end:
      out += array_foot;
      rows_.reset();
      held_.reset();
      return false;
    }
  }
  return true;
}

bool list_source::wait(std::function<void()> ready) { return rows_ && rows_->wait(std::move(ready)); }

} // namespace rollcall::xmlrpc
