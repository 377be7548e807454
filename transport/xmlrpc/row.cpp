#include "transport/xmlrpc/row.hpp"

#include "domain/calls/shown_id.hpp"
#include "transport/xmlrpc/escape.hpp"
#include "transport/xmlrpc/fixed_text.hpp"
#include "transport/xmlrpc/unchecked_writer.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <algorithm>
#include <string_view>

namespace rollcall::xmlrpc {

namespace {

using std::string_view;

/// What stands between two values: the end of one member, of type `Ended`, and all of the next up to its
/// value.
template <literal Ended, literal Name, literal Type>
constexpr auto between =
    joined<"</", Ended, "></value>\n</member>\n<member>\n<name>", Name, "</name>\n<value><", Type, ">">();

constexpr auto head = joined<"<value><struct>\n<member>\n<name>CLI</name>\n<value><string>">();
constexpr auto foot = joined<"</double></value>\n</member>\n</struct></value>\n">();

constexpr std::size_t longest_state = std::ranges::max(call_state_names, {}, &string_view::size).size();

/// Room for the 15 texts between the 16 values (none is longer than this one), for the numbers, the time and
/// the state.
constexpr std::size_t fixed_bytes = head.size() + 15 * between<"string", "CALLER_MEDIA_IP", "string">.size()
                                    + foot.size() + 4 * max_digits + 2 * max_seconds + api_time_size
                                    + longest_state;

/// `Id` is the type of I_CUSTOMER and I_ENVIRONMENT. Hardly any text needs escapes, so all are looked through
/// at once, and then copied without another look.
template <literal Id, text_form As>
char* write_row(char* out, const call_row& row, timestamp now, api_time_writer& times) {
  using field = call_record::text;
  const auto& call = *row.record;
  unchecked_writer to{out};
  const auto text = [&](string_view value) {
    if constexpr (As == text_form::plain)
      to.plain(value);
    else
      to.escaped(value, As == text_form::full);
  };
  to.fixed(head);
  text(call.get(field::cli));
  to.fixed(between<"string", "CLD", "string">);
  text(call.get(field::cld));
  to.fixed(between<"string", "CALL_ID", "string">);
  text(call.get(field::sip_call_id));
  to.fixed(between<"string", "CC_STATE", "string">);
  to.plain(to_string(call.state()));
  to.fixed(between<"string", "ID", "string">);
  if (As == text_form::escaped && needs_codes(call.id()))
    text(with_codes(call.id()));
  else
    text(call.id());
  to.fixed(between<"string", "CALLER_MEDIA_IP", "string">);
  text(call.get(field::caller_media_ip));
  to.fixed(between<"string", "CALLEE_MEDIA_IP", "string">);
  text(call.get(field::callee_media_ip));
  to.fixed(between<"string", "SETUP_TIME", "string">);
  to.time(times, call.setup());
  to.fixed(between<"string", "DIRECTION", "string">);
  text(call.get(field::direction));
  to.fixed(between<"string", "NODE_ID", "string">);
  text(call.source().node.value());
  to.fixed(between<"string", "I_CONNECTION", "int">);
  to.integer(shown_id(call.connection().value()));
  to.fixed(between<"int", "I_ACCOUNT", "int">);
  to.integer(shown_id(call.account().value()));
  to.fixed(between<"int", "I_CUSTOMER", Id>);
  to.integer(shown_id(row.customer.value()));
  to.fixed(between<Id, "I_ENVIRONMENT", Id>);
  to.integer(shown_id(call.source().environment.value()));
  to.fixed(between<Id, "DELAY", "double">);
  to.seconds(call.delay(now));
  to.fixed(between<"double", "DURATION", "double">);
  to.seconds(call.duration(now));
  to.fixed(foot);
  return to.end();
}

} // namespace

std::size_t row_writer::room_for(const call_row& row) {
  const auto& call = *row.record;
  return fixed_bytes + longest_escape * (call.all_texts().size() + call.source().node.value().size());
}

template <text_form As>
char* row_writer::write_as(char* out, const call_row& row, timestamp now) {
  return style_.ids == id_style::strings ? write_row<"string", As>(out, row, now, times_)
                                         : write_row<"int", As>(out, row, now, times_);
}

char* row_writer::write(char* out, const call_row& row) {
  const auto now = row.now == timestamp{} ? now_ : row.now;
  if (!may_need_escapes(*row.record)) [[likely]]
    return write_as<text_form::plain>(out, row, now);
  return style_.full_unicode ? write_as<text_form::full>(out, row, now)
                             : write_as<text_form::escaped>(out, row, now);
}

bool row_writer::may_need_escapes(const call_record& call) {
  if (&call.source() != source_) {
    source_ = &call.source();
    source_may_need_escapes_ = may_need_escape(source_->node.value());
  }
  return source_may_need_escapes_ || may_need_escape(call.all_texts());
}

} // namespace rollcall::xmlrpc
