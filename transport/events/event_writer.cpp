#include "transport/events/event_writer.hpp"

#include "domain/base/text.hpp"
#include "domain/calls/shown_id.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <utility>

namespace rollcall::events {

using xmlrpc::shown_id;

namespace {

/// The ID as lists show it.
std::string id_of(const call_record& call, bool full_unicode) {
  return !full_unicode && needs_codes(call.id()) ? with_codes(call.id()) : std::string{call.id()};
}

} // namespace

event_writer::event_writer(stream_form form, beginning of, xmlrpc::answer_style style)
    : form_(form), of_(std::move(of)), style_(style) {}

json_line event_writer::open(std::string& out, std::string_view type) {
  if (form_ == stream_form::sse)
    out += "data: ";
  json_line line{out, style_.full_unicode};
  line.begin().text("type", type).integer("n", static_cast<std::int64_t>(++messages_));
  return line;
}

void event_writer::close(std::string& out, json_line& line) {
  line.end();
  out += form_ == stream_form::sse ? "\n\n" : "\n";
}

bool event_writer::may_show(const call_record& call) const {
  const auto* const owner = directory_->owner(call.source().environment, call.account());
  return owner && directory_->covers(of_.scope, owner->id);
}

void event_writer::write(std::string& out, const watch_message& what, std::string_view token, timestamp now) {
  using kind = watch_message::kind;
  if (!token.empty() && form_ == stream_form::sse) {
    out += "id: ";
    out += token;
    out += '\n';
  }
  const auto place = [&](json_line& line) {
    line.integer("calls", static_cast<std::int64_t>(what.calls)).boolean("complete", what.complete);
    line.text("token", token);
  };
  switch (what.what) {
  case kind::begin: {
    auto line = open(out, "begin");
    line.integer("version", 1).text("node_id", of_.node).integer("i_customer", of_.scope.value());
    line.raw("filters", of_.filters).boolean("resumed", what.resumed);
    return close(out, line);
  }
  case kind::call: {
    auto line = open(out, "call");
    line.name("call");
    write_row(line, *what.record, now);
    return close(out, line);
  }
  case kind::end: {
    auto line = open(out, "end");
    line.text("ID", id_of(*what.record, style_.full_unicode));
    line.text("END_TIME", format_api_time(what.record->end()));
    line.boolean("unseen", what.unseen).boolean("asked", what.asked);
    return close(out, line);
  }
  case kind::leave: {
    auto line = open(out, "leave");
    line.text("ID", id_of(*what.record, style_.full_unicode));
    return close(out, line);
  }
  case kind::switch_state: {
    auto line = open(out, "switch");
    line.text("switch", what.name).text("state", what.state).text("node_id", what.node);
    return close(out, line);
  }
  case kind::node_state: {
    auto line = open(out, "node");
    line.text("node_id", what.name).text("state", what.state);
    return close(out, line);
  }
  case kind::synced: {
    auto line = open(out, "synced");
    place(line);
    if (!what.name.empty())
      line.text("switch", what.name);
    return close(out, line);
  }
  case kind::mark: {
    auto line = open(out, "mark");
    place(line);
    line.seconds("time", now.time_since_epoch());
    return close(out, line);
  }
  case kind::reset: {
    auto line = open(out, "reset");
    line.text("why", reset_reasons[static_cast<std::size_t>(what.why)].sentence);
    if (!what.name.empty())
      line.text("switch", what.name);
    return close(out, line);
  }
  }
}

void event_writer::write_bye(std::string& out, std::string_view why) {
  auto line = open(out, "bye");
  line.text("why", why);
  close(out, line);
}

/// As lists have it with names, and what changes too seldom for a list.
void event_writer::write_row(json_line& line, const call_record& call, timestamp now) {
  const auto& dir = *directory_;
  const auto* const owner = dir.owner(call.source().environment, call.account());
  const auto* const account = dir.find(call.account());
  const auto is_its = account && owner && account->customer == owner->id;
  const auto* const connection = dir.find(call.connection());
  const auto text = [&](std::string_view name, call_text which) { line.text(name, call.get(which)); };
  const auto id = [&](std::string_view name, std::int64_t value) {
    if (style_.ids == xmlrpc::id_style::strings)
      line.text(name, std::to_string(shown_id(value)));
    else
      line.integer(name, shown_id(value));
  };
  const auto named = [&](std::string_view name, std::string_view value) {
    line.text(name, is_clean(value) ? std::string{value} : cleaned(value));
  };
  line.begin();
  text("CLI", call_text::cli);
  text("CLD", call_text::cld);
  text("CALL_ID", call_text::sip_call_id);
  line.text("CC_STATE", to_string(call.state()));
  line.text("ID", id_of(call, style_.full_unicode));
  text("CALLER_MEDIA_IP", call_text::caller_media_ip);
  text("CALLEE_MEDIA_IP", call_text::callee_media_ip);
  line.text("SETUP_TIME", format_api_time(call.setup()));
  text("DIRECTION", call_text::direction);
  line.text("NODE_ID", call.source().node.value());
  line.integer("I_CONNECTION", shown_id(call.connection().value()));
  line.integer("I_ACCOUNT", shown_id(call.account().value()));
  id("I_CUSTOMER", owner ? owner->id.value() : 0);
  id("I_ENVIRONMENT", call.source().environment.value());
  line.seconds("DELAY", call.delay(now));
  line.seconds("DURATION", call.duration(now));
  named("CUSTOMER_NAME", owner ? owner->name : std::string_view{});
  named("ACCOUNT_NAME", is_its ? account->username : call.get(call_text::account_name));
  named("VENDOR_NAME", connection ? dir.name_of(connection->vendor) : std::string_view{});
  named("CONNECTION_NAME", connection ? connection->name : std::string_view{});
  named("SWITCH", call.source().name.value());
  line.text("CONNECT_TIME", format_api_time(call.connect()));
  line.text("END_TIME", format_api_time(call.end()));
  line.text("SUSPECT", {});
  line.end();
}

} // namespace rollcall::events
