#pragma once

#include "domain/calls/switch_identity.hpp"
#include "domain/lists/packed_rows.hpp"
#include "domain/lists/row_source.hpp"

#include <rapidcheck.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rollcall {

/// A record that somebody keeps, and its customer.
struct kept_row {
  record_ptr record;
  customer_id customer;

  call_row row() const { return {record.get(), customer}; }
};

inline const switch_identity& switch_of(const std::string& name, const std::string& node = "node-a") {
  return *interned({switch_name{name}, node_id{node}, environment_id{1}});
}

/// Some moment within 1970 to 9999, often a likely or an extreme one.
inline timestamp arbitrary_moment() {
  constexpr std::int64_t last = 253'402'300'799'000'000;
  return timestamp{std::chrono::microseconds{
      *rc::gen::oneOf(rc::gen::element<std::int64_t>(0, last), rc::gen::inRange<std::int64_t>(0, last),
                      rc::gen::inRange<std::int64_t>(1'732'320'000'000'000, 1'732'320'000'000'004))}};
}

/// Any record, of one of a few switches.
inline record_ptr arbitrary_record(const std::string& id) {
  const auto name = *rc::gen::element<std::string>("sbc-1", "sbc-2", "kam.3");
  const auto node = *rc::gen::element<std::string>("node-a", "node-b");
  const auto& source = switch_of(name, node);
  call_event event;
  event.id = id;
  event.state = call_state(*rc::gen::inRange(0, 7));
  event.setup = arbitrary_moment();
  event.connect = arbitrary_moment();
  event.received = arbitrary_moment();
  event.media = *rc::gen::arbitrary<bool>();
  event.account = account_id{*rc::gen::arbitrary<std::int64_t>()};
  event.texts.set(call_text::account_name, *rc::gen::arbitrary<std::string>());
  event.connection = connection_id{*rc::gen::arbitrary<std::int64_t>()};
  using text = call_text;
  for (const auto which : {text::sip_call_id, text::cli, text::cld, text::caller_media_ip,
                           text::callee_media_ip, text::direction})
    event.texts.set(which, *rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
  return call_record::first(source, event);
}

/// True when two records tell the same, whatever process they are of.
inline bool tell_the_same(const call_record& a, const call_record& b) {
  for (std::size_t i = 0; i < call_record::text_count; ++i)
    if (a.get(call_record::text(i)) != b.get(call_record::text(i)))
      return false;
  return a.source() == b.source() && a.account() == b.account() && a.connection() == b.connection()
         && a.setup() == b.setup() && a.connect() == b.connect() && a.end() == b.end()
         && a.state() == b.state() && a.no_media() == b.no_media() && a.hung_up() == b.hung_up()
         && a.hang_up_asked() == b.hang_up_asked() && a.symptoms() == b.symptoms();
}

inline std::string packed(const std::vector<kept_row>& rows) {
  row_packer packer;
  for (const auto& each : rows)
    packer.pack(each.row());
  return packer.take();
}

} // namespace rollcall
