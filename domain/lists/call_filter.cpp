#include "domain/lists/call_filter.hpp"

#include <algorithm>

namespace rollcall {

namespace {

using text = call_record::text;

bool is_routed_by(const call_filter& filter, const directory& dir, const call_record& record) {
  if (!filter.connection && !filter.vendor)
    return true;
  const auto* const its = dir.find(record.connection());
  if (!its)
    return false;
  return filter.connection ? its->id == *filter.connection : its->vendor == *filter.vendor;
}

bool is_written_so(const call_filter& filter, const call_record& record) {
  const auto has = [&record](const std::optional<text_pattern>& wanted, text which) {
    return !wanted || wanted->matches(record.get(which));
  };
  return has(filter.cli, text::cli) && has(filter.cld, text::cld)
         && has(filter.sip_call_id, text::sip_call_id)
         && (has(filter.media_ip, text::caller_media_ip) || has(filter.media_ip, text::callee_media_ip))
         && (!filter.direction || *filter.direction == record.get(text::direction));
}

bool is_so_long(const call_filter& filter, const call_record& record, timestamp now) {
  if (!filter.duration.open() && !filter.duration.has(record.duration(now)))
    return false;
  if (!filter.delay.open() && !filter.delay.has(record.delay(now)))
    return false;
  // A switch's clock may be ahead.
  const auto age = std::max(now - record.setup(), timestamp::duration{0});
  return !filter.least_age || (record.state() != call_state::dead && age >= *filter.least_age);
}

bool is_as_suspect(const call_filter& filter, const call_record& record, timestamp now) {
  if (!filter.suspect)
    return true;
  const auto found = filter.rules ? filter.rules->of(record, now) : record.symptoms();
  return found.any() == *filter.suspect;
}

} // namespace

bool matches(const call_filter& filter, const directory& dir, const call_record& record, timestamp now) {
  if (!filter.states.none() && !filter.states.has(record.state()))
    return false;
  const auto& source = record.source();
  if ((filter.node && *filter.node != source.node) || (filter.source && *filter.source != source.name))
    return false;
  return is_routed_by(filter, dir, record) && is_so_long(filter, record, now)
         && is_as_suspect(filter, record, now) && (!filter.only || filter.only->contains(record.id()))
         && is_written_so(filter, record);
}

} // namespace rollcall
