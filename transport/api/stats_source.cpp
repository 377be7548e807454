#include "transport/api/stats_source.hpp"

#include "transport/xmlrpc/body.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <utility>

namespace rollcall::api {

namespace {

void write_row(xmlrpc::writer& w, const stats_row& row) {
  w.begin_member(std::to_string(row.account.value())).begin_array();
  w.integer(static_cast<std::int64_t>(row.total)).integer(static_cast<std::int64_t>(row.connected));
  w.end_array().end_member();
}

} // namespace

bool stats_source::next(std::string& out) {
  xmlrpc::writer w{out};
  if (!std::exchange(begun_, true)) {
    w.begin_struct();
    w.begin_member("result").text("OK").end_member();
    w.begin_member("data").begin_struct();
  }
  const auto enough = out.size() + xmlrpc::piece_size;
  while (position_ < rows_.size()) {
    if (out.size() >= enough)
      return true;
    write_row(w, rows_[position_++]);
  }
  w.end_struct().end_member();
  out += foot_;
  w.end_struct();
  held_.reset();
  return false;
}

} // namespace rollcall::api
