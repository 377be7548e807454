#include "transport/switches/feed/protocol.hpp"

#include "transport/switches/feed/lines.hpp"

#include <utility>
#include <variant>

namespace rollcall::feed {

using switches::line_splitter;

namespace {

/// A line that tells of a change; how many items a read will bring is guessed by it.
constexpr std::size_t typical_line_bytes = 100;

} // namespace

protocol::protocol(switches::session_actions& out, const limits& bounds, std::string node, metrics& counters)
    : out_(out),
      bounds_(bounds),
      node_(std::move(node)),
      counters_(counters),
      splitter_(switches::line_bytes) {}

void protocol::received(std::size_t bytes, switches::instant now) {
  splitter_.added(bytes);
  if (phase_ == phase::hello)
    read_hello();
  else if (phase_ == phase::up)
    read_news(bytes, now.wall);
}

void protocol::read_hello() {
  std::string_view line;
  while (true) {
    switch (splitter_.next(line)) {
    case line_splitter::found::none:
      return;
    case line_splitter::found::too_long:
      return out_.close(close_reason::bad_message, switches::too_long_reason);
    case line_splitter::found::line:
      if (!switches::is_blank(line))
        return on_hello(line);
    }
  }
}

void protocol::on_hello(std::string_view line) {
  auto said = parser_.parse_hello(line);
  if (const auto* no = std::get_if<switches::refused_hello>(&said))
    return out_.close(no->why, no->message);
  auto& known = std::get<switches::hello>(said);
  can_ping_ = known.can_ping;
  can_move_ = known.can_move;
  can_reason_ = known.can_reason;
  bad_fields_ = std::move(known.bad_fields);
  phase_ = phase::attaching;
  out_.identify({switch_name{known.name}, known.secret, known.epoch, known.run});
}

void protocol::attached(switches::instant now) {
  phase_ = phase::up;
  out_.send(welcome_line(node_));
  for (const auto& what : std::exchange(bad_fields_, {})) {
    out_.warn(what);
    reject(what);
  }
  if (can_ping_)
    out_.wake(bounds_.silence_step);
  read_news(0, now.wall); // of a switch that did not wait for the welcome
}

void protocol::read_news(std::size_t size, timestamp received) {
  switch_news news;
  news.reserve(size / typical_line_bytes + 1);
  std::string_view line;
  for (auto what = splitter_.next(line); what != line_splitter::found::none; what = splitter_.next(line)) {
    silent_steps_ = 0;
    if (what == line_splitter::found::too_long)
      std::get<malformed_event>(news.emplace_back(std::in_place_type<malformed_event>)).reason =
          switches::too_long_reason;
    else
      parser_.parse(line, received, news);
  }
  if (!news.empty())
    out_.tell(std::move(news));
}

// In steps, so that a node that stood still itself does not take the time for the switch's silence.
void protocol::woken(switches::instant) {
  out_.wake(bounds_.silence_step);
  if (!out_.reading())
    return; // lines may be there that were not read yet
  if (++silent_steps_ == bounds_.steps_before_ping)
    out_.send(ping_line());
  if (silent_steps_ < bounds_.steps_before_ping + bounds_.steps_for_pong)
    return;
  ++counters_.silent;
  out_.close(close_reason::too_slow, "no line came, nor an answer to a ping");
}

void protocol::hang_up(const std::string& id, switches::instant) { out_.send(disconnect_line(id)); }

void protocol::hang_up_because(const std::string& id, const std::string& reason, switches::instant) {
  out_.send(can_reason_ ? disconnect_line(id, reason) : disconnect_line(id));
}

void protocol::request_snapshot(switches::instant) { out_.send(resync_line()); }

/// The barrier was a ping of the switch.
void protocol::passed_barrier() { out_.send(pong_line()); }

void protocol::reject(const std::string& message) { out_.send(warning_line(message)); }

bool protocol::move(const std::vector<std::string>& nodes) {
  if (!can_move_ || nodes.empty())
    return false;
  out_.send(move_line(nodes));
  return true;
}

void protocol::closing(close_reason why, const std::string& message) {
  phase_ = phase::closing;
  if (is_told(why))
    out_.send(error_line(to_string(why), message));
}

} // namespace rollcall::feed
