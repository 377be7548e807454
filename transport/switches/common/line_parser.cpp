#include "transport/switches/common/line_parser.hpp"

#include "domain/base/text.hpp"
#include "transport/switches/common/field_reader.hpp"
#include "transport/switches/common/line_limits.hpp"
#include "transport/switches/common/quoted.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace rollcall::switches {

namespace {

using kind = json_value::kind;

/// Bytes of a refusal's message that are kept: it goes into the audit log.
constexpr std::size_t message_bytes = 512;

/// Bytes of a run that are looked at: they are kept, and in the log.
constexpr std::size_t run_bytes = 64;

template <class Id>
bool read_number_id(field_reader& read, field f, std::optional<Id>& out) {
  std::optional<std::int64_t> number;
  if (!read.identifier(f, number))
    return false;
  if (number)
    out = Id{*number};
  return true;
}

bool read_call(field_reader& read, call_event& call) {
  if (!read.id(call.id) || !read.state(call.state))
    return false;
  read.be_lenient();
  return read.texts(call.texts) && read_number_id(read, field::i_account, call.account)
         && read_number_id(read, field::i_connection, call.connection)
         && read.time(field::setup_time, call.setup) && read.time(field::connect_time, call.connect)
         && read.truth(field::media, call.media);
}

std::string about(const char* type, const std::string& id, const std::string& error) {
  std::string reason = type;
  if (!id.empty())
    reason += ' ' + switches::quoted(id);
  return reason + ": " + error;
}

void append_bad_fields(const char* type, const std::string& id, const std::vector<std::string>& what,
                       switch_news& news) {
  for (const auto& each : what)
    news.emplace_back(malformed_field{about(type, id, each)});
}

} // namespace

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r\n") == line.npos; }

void line_parser::parse(std::string_view line, timestamp received, switch_news& news) {
  if (is_blank(line))
    return;
  const auto bad = [&](std::string reason) { news.emplace_back(malformed_event{std::move(reason)}); };
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
    news.emplace_back(barrier{});
  else if (type.text == "pong")
    return; // that it came is all there is to it
  else if (type.text == "hello")
    bad("hello: only the first line may be one");
  else
    bad("type is not known: " + switches::quoted(type.text));
}

/// The call that a bad line is about. What is too long to be an id here is readable all the same: it is no
/// call that is known.
std::string line_parser::named(const std::string& id) const {
  const auto& said = fields_[field::id];
  if (!id.empty() || said.type != kind::string || said.text.size() <= id_bytes || !is_clean(said.text))
    return id;
  return std::string{said.text.substr(0, id_bytes + 1)};
}

// Events are built in their place: moving one costs as much as reading some of its fields.
void line_parser::parse_call(timestamp received, switch_news& news) {
  auto& call = std::get<call_event>(news.emplace_back(std::in_place_type<call_event>));
  call.received = received;
  field_reader read{fields_};
  if (!read_call(read, call)) {
    news.back() = malformed_event{about("call", call.id, read.error()), named(call.id)};
    return;
  }
  if (read.bad_fields().empty())
    return;
  if (read.is_bad(field::setup_time))
    call.setup = received; // counts at first sight only
  append_bad_fields("call", std::string{call.id}, read.bad_fields(), news);
}

void line_parser::parse_end(timestamp received, switch_news& news) {
  auto& call = std::get<call_event>(news.emplace_back(std::in_place_type<call_event>));
  call.received = received;
  call.state = call_state::dead;
  field_reader read{fields_};
  if (!read.id(call.id)) {
    news.back() = malformed_event{about("end", call.id, read.error())};
    return;
  }
  read.be_lenient();
  read.time(field::time, call.ended);
  append_bad_fields("end", std::string{call.id}, read.bad_fields(), news);
}

void line_parser::parse_result(switch_news& news) {
  refusal refused;
  std::optional<bool> ok;
  std::optional<std::string> message;
  field_reader read{fields_};
  if (!read.id(refused.id)) {
    news.emplace_back(malformed_event{about("result", refused.id, read.error())});
    return;
  }
  read.be_lenient();
  read.truth(field::ok, ok);
  if (!ok && !read.is_bad(field::ok))
    read.require(field::ok, false);
  read.text(field::message, message);
  append_bad_fields("result", refused.id, read.bad_fields(), news);
  if (ok.value_or(true))
    return; // the call's own Disconnecting and end say it
  refused.message = one_line(message.value_or("no reason given"), message_bytes);
  news.emplace_back(std::move(refused));
}

std::variant<hello, refused_hello> line_parser::parse_hello(std::string_view line) {
  const auto bad = [](std::string message) {
    return refused_hello{close_reason::bad_message, std::move(message)};
  };
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
    return refused_hello{close_reason::bad_version, "this node speaks version 1 of the feed"};

  hello said;
  std::optional<std::uint64_t> epoch;
  if (!read.required(field::switch_, said.name) || !read.required(field::secret, said.secret)
      || !read.natural(field::epoch, epoch) || !read.require(field::epoch, epoch.has_value()))
    return bad("hello: " + read.error());
  said.epoch = *epoch;
  read.be_lenient();
  std::optional<std::string> run;
  read.text(field::run, run);
  said.run = one_line(run.value_or(""), run_bytes);
  std::vector<std::string> can;
  read.strings(field::can, can);
  said.can_ping = std::find(can.begin(), can.end(), "ping") != can.end();
  said.can_move = std::find(can.begin(), can.end(), "move") != can.end();
  said.can_reason = std::find(can.begin(), can.end(), "reason") != can.end();
  for (const auto& each : read.bad_fields())
    said.bad_fields.push_back("hello: " + each);
  return said;
}

} // namespace rollcall::switches
