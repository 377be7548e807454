#pragma once

#include "actors/messages.hpp"
#include "domain/base/time.hpp"
#include "domain/directory/directory.hpp"
#include "transport/events/json_line.hpp"
#include "transport/events/json_row.hpp"
#include "transport/xmlrpc/row.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace rollcall::events {

/// The form of a stream.
enum class stream_form : std::uint8_t {
  sse,    ///< Server-Sent Events
  ndjson, ///< a JSON object a line
};

/// What `begin` says of the stream.
struct beginning {
  std::string node;
  customer_id scope;
  std::string filters; ///< a JSON object: what was understood
};

/// Writes a stream's messages (events.md, 3), each with the next number. One thread at a time.
class event_writer {
public:
  event_writer(stream_form form, beginning of, xmlrpc::answer_style style);

  /// By which rows are told and named from now on.
  void set_directory(directory_ptr dir) { directory_ = std::move(dir); }

  /// A call as it is now. False, and nothing is written, when by that directory it is another customer's.
  bool write_call(std::string& out, const call_record& call, timestamp now);

  /// Any other message. Running times are told for `now`. `token`: of a place, only with `synced` and `mark`.
  void write(std::string& out, const watch_message& what, std::string_view token, timestamp now);

  void write_bye(std::string& out, std::string_view why);

  /// The sign of life that is no message.
  void write_pulse(std::string& out) const { out += form_ == stream_form::sse ? ":\n\n" : "\n"; }

private:
  json_line open(std::string& out, std::string_view type);
  void close(std::string& out, json_line& line);
  stream_form form_;
  beginning of_;
  xmlrpc::answer_style style_;
  json_row_writer rows_;
  directory_ptr directory_;
  std::uint64_t messages_ = 0;
};

} // namespace rollcall::events
