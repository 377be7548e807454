#include "transport/api/counting_source.hpp"

#include "domain/base/text.hpp"
#include "transport/api/gaps.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <cstdint>
#include <utility>

namespace rollcall::api {

namespace {

/// Rows that are counted before others have a turn.
constexpr int rows_at_once = 8'192;

} // namespace

void write_counts(std::string& out, const call_groups& groups, const counts_question& asked,
                  const coverage& covers, bool full_unicode) {
  const auto integer = [](std::uint64_t number) { return static_cast<std::int64_t>(number); };
  const auto told = groups.sorted(asked.order, asked.limit);
  xmlrpc::writer to{out, full_unicode};
  to.begin_struct();
  to.begin_member("result").text("OK").end_member();
  to.begin_member("groups").begin_array();
  for (const auto& each : told) {
    to.begin_struct();
    to.begin_member("key").text(each.key).end_member();
    to.begin_member("name").text(cleaned(each.name)).end_member();
    to.begin_member("total").integer(integer(each.total)).end_member();
    to.begin_member("connected").integer(integer(each.connected)).end_member();
    to.end_struct();
  }
  to.end_array().end_member();
  to.begin_member("total").integer(integer(groups.total())).end_member();
  to.begin_member("connected").integer(integer(groups.connected())).end_member();
  to.begin_member("groups_left_out").integer(integer(groups.size() - told.size())).end_member();
  to.begin_member("complete").boolean(is_complete(covers)).end_member();
  to.end_struct();
}

counting_source::counting_source(const counts_question& asked, cluster_list_answer told, bool full_unicode,
                                 std::shared_ptr<const void> held)
    : held_(std::move(held)),
      asked_(asked),
      told_(std::move(told)),
      full_unicode_(full_unicode),
      groups_(asked.by, asked.request.directory, asked.request.query.scope, full_unicode) {}

bool counting_source::next(std::string& out) {
  call_row row;
  for (int i = 0; i < rows_at_once; ++i) {
    switch (told_.rows->next(row)) {
    case row_source::step::row:
      groups_.add(row);
      break;
    case row_source::step::pending:
      return true;
    case row_source::step::end:
      told_.rows.reset();
      write_counts(out, groups_, asked_, told_.covers, full_unicode_);
      held_.reset();
      return false;
    }
  }
  return true;
}

bool counting_source::wait(std::function<void()> ready) {
  return told_.rows && told_.rows->wait(std::move(ready));
}

} // namespace rollcall::api
