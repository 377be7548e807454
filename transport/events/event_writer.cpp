#include "transport/events/event_writer.hpp"

#include "domain/calls/shown_id.hpp"

#include <utility>

namespace rollcall::events {

namespace {

/// The ID as lists show it.
std::string id_of(const call_record& call, bool full_unicode) {
  return !full_unicode && needs_codes(call.id()) ? with_codes(call.id()) : std::string{call.id()};
}

} // namespace

event_writer::event_writer(stream_form form, beginning of, xmlrpc::answer_style style)
    : form_(form), of_(std::move(of)), style_(style), rows_(style) {}

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

bool event_writer::write_call(std::string& out, const call_record& call, timestamp now) {
  const auto* const owner = directory_->owner(call.source().environment, call.account());
  if (!owner || !directory_->covers(of_.scope, owner->id))
    return false;
  auto line = open(out, "call");
  line.name("call");
  const auto row = json_row_writer::row_of(call, owner, *directory_);
  const auto begin = out.size();
  out.resize(begin + json_row_writer::room_for(row));
  const auto* const end = rows_.write(out.data() + begin, row, now);
  out.resize(static_cast<std::size_t>(end - out.data()));
  close(out, line);
  return true;
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
  case kind::call:
    write_call(out, *what.record, now);
    return;
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
  case kind::limit: {
    const auto& limit = *what.limit;
    auto line = open(out, "limit");
    line.text("kind", name_of(limit.whose.kind)).integer("id", limit.whose.id).text("state", limit.state());
    line.integer("total", static_cast<std::int64_t>(limit.total));
    line.integer("max_sessions", limit.max_sessions);
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

} // namespace rollcall::events
