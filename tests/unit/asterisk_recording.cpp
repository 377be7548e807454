#include "tests/unit/asterisk_recording.hpp"

#include "transport/switches/common/line_splitter.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

namespace rollcall::test {

namespace {

namespace json = boost::json;

std::string text_of(const json::value& value) { return {value.as_string().data(), value.as_string().size()}; }

/// `lab-1795869159.29` as `29`, and `/2` behind it as it is.
std::string short_id(const std::string& id) { return id.substr(id.rfind('.') + 1); }

bool is(const asterisk_recording::message& each, std::string_view event) {
  return each.lines.starts_with("Event: " + std::string{event} + "\r\n");
}

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

} // namespace

asterisk_recording::asterisk_recording(const std::string& name) {
  std::ifstream file{std::string{ROLLCALL_SOURCE_DIR} + "/tests/data/asterisk/" + name + ".json"};
  if (!file)
    throw std::runtime_error("no recording: " + name);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  const auto all = json::parse(bytes.str());
  for (const auto& each : all.as_array()) {
    message made;
    for (const auto& [key, value] : each.as_object()) {
      const std::string header{key.data(), key.size()};
      if (header == "_t") {
        const auto seconds = value.as_double();
        made.at.wall = timestamp{std::chrono::microseconds{std::llround(seconds * 1e6)}};
        made.at.steady = std::chrono::steady_clock::time_point{made.at.wall.time_since_epoch()};
      } else if (value.is_array()) {
        for (const auto& one : value.as_array())
          made.lines += header + ": " + text_of(one) + "\r\n";
      } else {
        made.lines += header + ": " + text_of(value) + "\r\n";
      }
    }
    made.lines += "\r\n";
    messages_.push_back(std::move(made));
  }
}

std::size_t asterisk_recording::to_last_list() const {
  auto end = messages_.size();
  while (end > 0 && !is(messages_[end - 1], "CoreShowChannelsComplete"))
    --end;
  return end;
}

asterisk_recording asterisk_recording::up_to_last_list() const {
  auto part = *this;
  if (const auto end = to_last_list(); end > 0)
    part.messages_.resize(end);
  return part;
}

asterisk_recording asterisk_recording::last_list() const {
  asterisk_recording part;
  const auto end = to_last_list();
  auto begin = end;
  while (begin > 1 && (begin == end || is(messages_[begin - 1], "CoreShowChannel")))
    --begin;
  for (std::size_t i = 0; i < end; ++i) {
    const auto is_bridge = is(messages_[i], "BridgeCreate");
    if (i < begin && !is_bridge)
      continue;
    part.messages_.push_back(messages_[i]);
    auto& lines = part.messages_.back().lines;
    if (is_bridge)
      lines.replace(0, lines.find('\r'), "Event: BridgeListItem");
  }
  return part;
}

asterisk_recording asterisk_recording::with(std::string_view words, std::string_view other) const {
  auto all = *this;
  for (auto& each : all.messages_)
    for (auto at = each.lines.find(words); at != std::string::npos;
         at = each.lines.find(words, at + other.size()))
      each.lines.replace(at, words.size(), other);
  return all;
}

void asterisk_player::play(const asterisk_recording& all, bool lists) {
  for (const auto& each : all.messages()) {
    while (now_.wall != timestamp{} && now_.steady + leg_graph::sweep_interval < each.at.steady)
      passes(leg_graph::sweep_interval);
    now_ = each.at;
    feed(each, lists);
    told();
  }
}

void asterisk_player::play_as_snapshot(const asterisk_recording& list) {
  graph_.snapshot_begin();
  in_list_ = true;
  for (const auto& each : list.messages()) {
    now_ = each.at;
    feed(each, true);
  }
  told();
}

void asterisk_player::passes(std::chrono::milliseconds time) {
  for (auto left = time; left.count() > 0; left -= leg_graph::sweep_interval) {
    now_.steady += leg_graph::sweep_interval;
    now_.wall += leg_graph::sweep_interval;
    graph_.sweep(now_);
  }
  told();
}

void asterisk_player::feed(const asterisk_recording::message& one, bool lists) {
  using found = switches::line_splitter::found;
  switches::line_splitter splitter{asterisk::line_bytes};
  for (std::string_view rest = one.lines; !rest.empty();) {
    const auto space = splitter.space();
    const auto piece = rest.substr(0, std::min(piece_, space.size()));
    std::copy(piece.begin(), piece.end(), space.begin());
    splitter.added(piece.size());
    rest.remove_prefix(piece.size());
    std::string_view line;
    for (auto what = splitter.next(line); what != found::none; what = splitter.next(line))
      if (what == found::too_long)
        reader_.lost_line();
      else if (reader_.take(line))
        take(reader_.message(), lists);
  }
}

void asterisk_player::take(const asterisk::ami_event& event, bool lists) {
  const auto name = event.get("Event");
  if (lists && name == "BridgeListItem") {
    events_.listed_bridge(event);
  } else if (lists && name == "CoreShowChannel") {
    if (graph_.leg_count() > 0 && !std::exchange(in_list_, true))
      graph_.snapshot_begin();
    events_.listed_channel(event);
  } else if (lists && name == "CoreShowChannelsComplete") {
    if (std::exchange(in_list_, false))
      graph_.snapshot_end(true, now_);
  } else {
    events_.take(event, now_);
  }
}

std::string asterisk_player::calls() const {
  std::string text;
  for (const auto* each : graph_.calls()) {
    text += short_id(each->id) + ' ' + or_dash(each->account) + ' ' + or_dash(each->caller) + '>'
            + or_dash(each->callee) + ' ' + or_dash(each->connection) + ' '
            + std::string{to_string(each->state)} + ':';
    for (const auto& leg : each->legs)
      text += ' ' + short_id(leg) + (leg == each->owner ? "*" : "");
    text += '\n';
  }
  return text;
}

std::string asterisk_player::ended() const {
  std::string text;
  for (const auto& each : rows_.ended())
    text += short_id(each.id)
            + (each.why == call_end::gone     ? " gone"
               : each.why == call_end::joined ? " joined " + short_id(each.into)
                                              : " guess " + short_id(each.into))
            + '\n';
  return text;
}

std::string asterisk_player::partition() const {
  std::set<std::string> all;
  for (const auto* each : graph_.calls()) {
    std::set<std::string> legs;
    for (const auto& leg : each->legs)
      legs.insert(short_id(leg));
    auto text = or_dash(each->account) + ':';
    for (const auto& leg : legs)
      text += ' ' + leg;
    all.insert(text);
  }
  std::string text;
  for (const auto& each : all)
    text += each + '\n';
  return text;
}

} // namespace rollcall::test
