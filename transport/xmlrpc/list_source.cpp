#include "transport/xmlrpc/list_source.hpp"

#include "transport/xmlrpc/body.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <utility>

namespace rollcall::xmlrpc {

list_source::list_source(std::shared_ptr<call_list> calls, id_style ids, std::shared_ptr<const void> held)
    : held_(std::move(held)), calls_(std::move(calls)), ids_(ids) {}

bool list_source::next(std::string& out) {
  if (!std::exchange(begun_, true))
    out += array_head;
  const auto enough = out.size() + piece_size;
  call_row row;
  while (out.size() < enough) {
    if (calls_->next(row) == row_source::step::end) {
      out += array_foot;
      calls_.reset();
      held_.reset();
      return false;
    }
    append_row(out, row, calls_->now(), ids_);
  }
  return true;
}

} // namespace rollcall::xmlrpc
