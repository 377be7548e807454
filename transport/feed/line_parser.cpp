#include "transport/feed/line_parser.hpp"

#include "transport/feed/field_reader.hpp"
#include "transport/feed/limits.hpp"
#include "transport/feed/quoted.hpp"

#include <utility>

namespace rollcall::feed {

namespace {

using kind = json_value::kind;

/// Bytes of a refusal's message that are kept: it goes into the audit log.
constexpr std::size_t message_bytes = 512;

template <class Id>
bool read_number_id(field_reader& read, field f, std::optional<Id>& out) {
  std::optional<std::int64_t> number;
  if (!read.integer(f, number))
    return false;
  if (number)
    out = Id{*number};
  return true;
}

bool read_call(field_reader& read, call_event& call) {
  return read.id(call.id) && read.state(call.state) && read.texts(call.texts)
         && read_number_id(read, field::i_account, call.account)
         && read_number_id(read, field::i_connection, call.connection)
         && read.time(field::setup_time, call.setup) && read.time(field::connect_time, call.connect);
}

std::string about(const char* type, const std::string& id, const std::string& error) {
  std::string reason = type;
  if (!id.empty())
    reason += ' ' + quoted(id);
  return reason + ": " + error;
}

} // namespace

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\n") == line.npos; }

void line_parser::parse(std::string_view line, timestamp received, switch_news& news) {
  if (is_blank(line))
    return;
  const auto bad = [&](std::string reason) { news.emplace_back(bad_line{std::move(reason)}); };
  if (line.size() > line_bytes)
    return bad(too_long_reason);
  if (const char* error = fields_.read(line, scratch_))
    return bad(std::string{"not JSON: "} + error);
  const auto& type = fields_[field::type];
  if (type.type == kind::absent || type.type == kind::null)
    return bad("type is required");
  if (type.type != kind::string)
    return bad("type must be a string");
  if (type.text == "call")
    return parse_call(received, news);
  if (type.text == "end")
    return parse_end(received, news);
  if (type.text == "snapshot_begin")
    news.emplace_back(snapshot_begin{});
  else if (type.text == "snapshot_end")
    news.emplace_back(snapshot_end{});
  else if (type.text == "result")
    parse_result(news);
  else if (type.text == "ping")
    news.emplace_back(ping{});
  else if (type.text == "hello")
    bad("hello: only the first line may be one");
  else
    bad("type is not known: " + quoted(type.text));
}

// Events are built in their place: moving one costs as much as reading some of its fields.
void line_parser::parse_call(timestamp received, switch_news& news) {
  auto& call = std::get<call_event>(news.emplace_back(std::in_place_type<call_event>));
  call.received = received;
  field_reader read{fields_};
  if (!read_call(read, call))
    news.back() = bad_line{about("call", call.id, read.error()), call.id};
}

void line_parser::parse_end(timestamp received, switch_news& news) {
  auto& call = std::get<call_event>(news.emplace_back(std::in_place_type<call_event>));
  call.received = received;
  call.state = call_state::dead;
  field_reader read{fields_};
  if (!read.id(call.id) || !read.time(field::time, call.ended))
    news.back() = bad_line{about("end", call.id, read.error())};
}

void line_parser::parse_result(switch_news& news) {
  refusal refused;
  std::optional<bool> ok;
  std::optional<std::string> message;
  field_reader read{fields_};
  if (!read.id(refused.id) || !read.truth(field::ok, ok) || !read.require(field::ok, ok.has_value())
      || !read.text(field::message, message)) {
    news.emplace_back(bad_line{about("result", refused.id, read.error())});
    return;
  }
  if (*ok)
    return; // the call's own Disconnecting and end say it
  refused.message = one_line(message.value_or("no reason given"), message_bytes);
  news.emplace_back(std::move(refused));
}

std::variant<hello, refused_hello> line_parser::parse_hello(std::string_view line) {
  const auto bad = [](std::string message) { return refused_hello{"bad_message", std::move(message)}; };
  if (line.size() > line_bytes)
    return bad(too_long_reason);
  if (const char* error = fields_.read(line, scratch_))
    return bad(std::string{"not JSON: "} + error);
  const auto& type = fields_[field::type];
  if (type.type != kind::string || type.text != "hello")
    return bad("the first line must be a hello");

  field_reader read{fields_};
  std::optional<std::int64_t> version;
  if (!read.integer(field::version, version) || !read.require(field::version, version.has_value()))
    return bad("hello: " + read.error());
  if (*version != protocol_version)
    return refused_hello{"bad_version", "this node speaks version 1 of the feed"};

  hello said;
  std::optional<std::uint64_t> epoch;
  if (!read.required(field::switch_, said.name) || !read.required(field::secret, said.secret)
      || !read.natural(field::epoch, epoch) || !read.require(field::epoch, epoch.has_value()))
    return bad("hello: " + read.error());
  said.epoch = *epoch;
  return said;
}

} // namespace rollcall::feed
