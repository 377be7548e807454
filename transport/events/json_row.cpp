#include "transport/events/json_row.hpp"

#include "domain/base/text.hpp"
#include "domain/calls/shown_id.hpp"
#include "transport/events/json_escape.hpp"
#include "transport/xmlrpc/fixed_text.hpp"
#include "transport/xmlrpc/unchecked_writer.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <algorithm>

namespace rollcall::events {

namespace {

using std::string_view;
using xmlrpc::joined;
using xmlrpc::literal;
using xmlrpc::shown_id;

/// What stands between two values: `",` or `,`, and all of the next member up to its value. `Ended` and
/// `Begins` are the quotation marks, or nothing.
template <literal Ended, literal Name, literal Begins>
constexpr auto between = joined<Ended, ",\"", Name, "\":", Begins>();

constexpr auto head = joined<"{\"CLI\":\"">();
constexpr auto foot = joined<"\"}">();

constexpr std::size_t longest_state = std::ranges::max(call_state_names, {}, &string_view::size).size();

/// Room for the 23 texts between the 24 values (none is longer than this one), for the numbers, the times,
/// the state, and what stands between an ID and its codes.
constexpr std::size_t fixed_bytes = 1 + head.size() + 23 * between<"\"", "CALLER_MEDIA_IP", "\"">.size()
                                    + foot.size() + 4 * max_digits + 2 * xmlrpc::max_seconds
                                    + 3 * api_time_size + longest_state + longest_symptoms;

} // namespace

json_row_writer::row json_row_writer::row_of(const call_record& call, const customer* owner,
                                             const directory& dir) {
  row of;
  of.call = &call;
  of.customer = owner ? owner->id : customer_id{};
  of.customer_name = owner ? string_view{owner->name} : string_view{};
  const auto* const account = dir.find(call.account());
  of.account_name = account && owner && account->customer == owner->id ? string_view{account->username}
                                                                       : call.get(call_text::account_name);
  if (const auto* const connection = dir.find(call.connection())) {
    of.vendor_name = dir.name_of(connection->vendor);
    of.connection_name = connection->name;
  }
  return of;
}

std::size_t json_row_writer::room_for(const row& of) {
  const auto& source = of.call->source();
  // What is not clean is replaced by U+FFFD, and an ID may be followed by codes: an escape of each byte would
  // take more.
  return fixed_bytes
         + longest_json_escape
               * (of.call->all_texts().size() + source.node.value().size() + source.name.value().size()
                  + of.customer_name.size() + of.account_name.size() + of.vendor_name.size()
                  + of.connection_name.size());
}

char* json_row_writer::write(char* out, const row& of, timestamp now) {
  const auto& call = *of.call;
  xmlrpc::unchecked_writer to{out};
  const auto escaped = [&](string_view value) {
    escape_json(value, style_.full_unicode, [&](string_view piece) { to.plain(piece); });
  };
  // Hardly any text needs escapes, so all of the call are looked through at once.
  const auto are_plain = !may_need_json_escape(call.all_texts());
  const auto text = [&](call_text which) {
    if (are_plain)
      to.plain(call.get(which));
    else
      escaped(call.get(which));
  };
  // From the configuration or a directory: any bytes.
  const auto name = [&](string_view value) {
    if (!may_need_json_escape(value))
      to.plain(value);
    else if (is_clean(value))
      escaped(value);
    else
      escaped(cleaned(value));
  };
  const auto id = [&](std::int64_t value) {
    const string_view quote = style_.ids == xmlrpc::id_style::strings ? "\"" : "";
    to.plain(quote);
    to.integer(shown_id(value));
    to.plain(quote);
  };
  to.fixed(head);
  text(call_text::cli);
  to.fixed(between<"\"", "CLD", "\"">);
  text(call_text::cld);
  to.fixed(between<"\"", "CALL_ID", "\"">);
  text(call_text::sip_call_id);
  to.fixed(between<"\"", "CC_STATE", "\"">);
  to.plain(to_string(call.state()));
  to.fixed(between<"\"", "ID", "\"">);
  if (!are_plain && !style_.full_unicode && needs_codes(call.id()))
    escaped(with_codes(call.id()));
  else
    text(call_text::id);
  to.fixed(between<"\"", "CALLER_MEDIA_IP", "\"">);
  text(call_text::caller_media_ip);
  to.fixed(between<"\"", "CALLEE_MEDIA_IP", "\"">);
  text(call_text::callee_media_ip);
  to.fixed(between<"\"", "SETUP_TIME", "\"">);
  to.time(times_, call.setup());
  to.fixed(between<"\"", "DIRECTION", "\"">);
  text(call_text::direction);
  to.fixed(between<"\"", "NODE_ID", "\"">);
  name(call.source().node.value());
  to.fixed(between<"\"", "I_CONNECTION", "">);
  to.integer(shown_id(call.connection().value()));
  to.fixed(between<"", "I_ACCOUNT", "">);
  to.integer(shown_id(call.account().value()));
  to.fixed(between<"", "I_CUSTOMER", "">);
  id(of.customer.value());
  to.fixed(between<"", "I_ENVIRONMENT", "">);
  id(call.source().environment.value());
  to.fixed(between<"", "DELAY", "">);
  to.seconds(call.delay(now));
  to.fixed(between<"", "DURATION", "">);
  to.seconds(call.duration(now));
  to.fixed(between<"", "CUSTOMER_NAME", "\"">);
  name(of.customer_name);
  to.fixed(between<"\"", "ACCOUNT_NAME", "\"">);
  name(of.account_name);
  to.fixed(between<"\"", "VENDOR_NAME", "\"">);
  name(of.vendor_name);
  to.fixed(between<"\"", "CONNECTION_NAME", "\"">);
  name(of.connection_name);
  to.fixed(between<"\"", "SWITCH", "\"">);
  name(call.source().name.value());
  to.fixed(between<"\"", "CONNECT_TIME", "\"">);
  to.time(times_, call.connect());
  to.fixed(between<"\"", "END_TIME", "\"">);
  to.time(times_, call.end());
  to.fixed(between<"\"", "SUSPECT", "\"">);
  to.plain(to_string(call.symptoms()));
  to.fixed(foot);
  return to.end();
}

} // namespace rollcall::events
