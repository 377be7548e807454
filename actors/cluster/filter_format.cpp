#include "actors/cluster/filter_format.hpp"

#include "actors/cluster/maybe.hpp"

#include <chrono>

namespace rollcall::wire {

namespace {

using pattern = std::optional<text_pattern>;
using period = std::optional<std::chrono::microseconds>;

maybe<std::string> written(const pattern& from) {
  return from ? maybe<std::string>{from->written()} : maybe<std::string>{};
}

maybe<std::int64_t> count_of(const period& from) {
  return from ? maybe<std::int64_t>{from->count()} : maybe<std::int64_t>{};
}

period period_from(const maybe<std::int64_t>& sent) {
  return sent.empty() ? std::nullopt : period{std::chrono::microseconds{sent.front()}};
}

/// False for a pattern that is none.
bool take(const maybe<std::string>& sent, pattern& into) {
  if (!sent.empty())
    into = text_pattern::parse(sent.front());
  return sent.empty() || into;
}

} // namespace

filter filter_of(const call_filter& from) {
  filter result;
  result.vendor = maybe_of(from.vendor);
  result.connection = maybe_of(from.connection);
  result.node = maybe_of(from.node);
  result.source = maybe_of(from.source);
  if (from.only)
    result.only = {{from.only->begin(), from.only->end()}};
  result.cli = written(from.cli);
  result.cld = written(from.cld);
  result.sip_call_id = written(from.sip_call_id);
  result.media_ip = written(from.media_ip);
  if (from.direction)
    result.direction = {*from.direction};
  result.states = from.states.bits();
  result.least_duration = count_of(from.duration.least);
  result.most_duration = count_of(from.duration.most);
  result.least_delay = count_of(from.delay.least);
  result.most_delay = count_of(from.delay.most);
  result.least_age = count_of(from.least_age);
  if (from.suspect)
    result.suspect = {*from.suspect ? 1 : 0};
  return result;
}

call_filter filter_from(const filter& sent) {
  call_filter result;
  result.vendor = id_from<vendor_id>(sent.vendor);
  result.connection = id_from<connection_id>(sent.connection);
  result.node = id_from<node_id>(sent.node);
  result.source = id_from<switch_name>(sent.source);
  const auto are_patterns = take(sent.cli, result.cli) && take(sent.cld, result.cld)
                            && take(sent.sip_call_id, result.sip_call_id)
                            && take(sent.media_ip, result.media_ip);
  if (!are_patterns)
    result.only = std::make_shared<call_filter::ids>();
  else if (!sent.only.empty())
    result.only = std::make_shared<call_filter::ids>(sent.only.front().begin(), sent.only.front().end());
  if (!sent.direction.empty())
    result.direction = sent.direction.front();
  result.states = call_states::of_bits(sent.states);
  result.duration = {period_from(sent.least_duration), period_from(sent.most_duration)};
  result.delay = {period_from(sent.least_delay), period_from(sent.most_delay)};
  result.least_age = period_from(sent.least_age);
  if (!sent.suspect.empty())
    result.suspect = sent.suspect.front() != 0;
  return result;
}

} // namespace rollcall::wire
