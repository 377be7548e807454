#include "transport/api/filters.hpp"

#include "domain/calls/shown_id.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::api {

namespace {

std::shared_ptr<const call_filter::ids> read_ids(param_reader& in, bool full_unicode) {
  const auto shown = in.identifiers("ID", most_ids);
  if (!shown)
    return nullptr;
  auto all = std::make_shared<call_filter::ids>();
  for (const auto& each : *shown)
    if (auto id = full_unicode ? std::optional{each} : without_codes(each)) // no call is shown by others
      all->insert(std::move(*id));
  return all;
}

call_states read_states(param_reader& in) {
  call_states result;
  for (const auto& name : in.texts("cc_state", call_state_count).value_or(std::vector<std::string>{})) {
    const auto state = call_state_from(name);
    if (state) {
      result.add(*state);
      continue;
    }
    std::string known;
    for (const auto one : call_state_names)
      known.append(known.empty() ? "" : ", ").append(one);
    in.fail("Parameter cc_state must be one of " + known);
  }
  return result;
}

span_of_time read_span(param_reader& in, std::string_view least, std::string_view most) {
  span_of_time result;
  result.least = in.seconds(least);
  result.most = in.seconds(most);
  return result;
}

} // namespace

call_filter read_filter(param_reader& in, bool full_unicode) {
  call_filter filter;
  filter.vendor = in.id<vendor_id>("i_vendor");
  filter.connection = in.id<connection_id>("i_connection");
  if (auto name = in.text("node_id"))
    filter.node = node_id{std::move(*name)};
  if (auto name = in.text("switch"))
    filter.source = switch_name{std::move(*name)};
  filter.only = read_ids(in, full_unicode);
  filter.cli = in.pattern("cli");
  filter.cld = in.pattern("cld");
  filter.sip_call_id = in.pattern("call_id");
  filter.media_ip = in.pattern("media_ip");
  filter.direction = in.text("direction");
  filter.states = read_states(in);
  filter.duration = read_span(in, "min_duration", "max_duration");
  filter.delay = read_span(in, "min_delay", "max_delay");
  filter.least_age = in.seconds("min_age");
  filter.suspect = in.boolean("suspect");
  return filter;
}

} // namespace rollcall::api
