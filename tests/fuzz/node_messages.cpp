#include "actors/cluster/wire_format.hpp"
#include "domain/base/text.hpp"
#include "domain/calls/switch_holders.hpp"
#include "domain/cluster/member_memory.hpp"
#include "domain/lists/packed_rows.hpp"
#include "fuzz.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/message.hpp>
#include <caf/scoped_execution_unit.hpp>

#include <algorithm>
#include <string>
#include <vector>

// The payload of a message from an admitted node, read as CAF reads it (remote_message_handler.hpp). What
// arrives can be sent again; what is made of it is within its bounds, whatever numbers are in it; and an
// order that is too old stays so.

namespace {

using namespace rollcall;
using fuzz::must;

struct config : caf::actor_system_config {
  config() {
    add_message_types<caf::id_block::rollcall>().add_message_types<caf::id_block::rollcall_wire>();
    set("scheduler.policy", caf::atom("testing")); // no threads
  }
};

/// Never destroyed: an input may have made actors of other nodes, which nobody is left to let go of.
caf::execution_unit* context() {
  static auto* const system = new caf::actor_system{*new config};
  static auto* const unit = new caf::scoped_execution_unit{system};
  return unit;
}

bool read(std::string_view payload, caf::message& content) {
  std::vector<caf::strong_actor_ptr> stages;
  caf::binary_deserializer in{context(), payload.data(), payload.size()};
  return !in(stages, content);
}

std::string written(const caf::message& content) {
  std::vector<char> bytes;
  caf::binary_serializer out{context(), bytes};
  must(!out(std::vector<caf::strong_actor_ptr>{}, const_cast<caf::message&>(content)),
       "what arrived can be sent");
  return {bytes.begin(), bytes.end()};
}

const timestamp noon{std::chrono::seconds{1'795'492'667}};
const timestamp last_moment{std::chrono::seconds{253'402'300'799}};
const boot_time up{std::chrono::hours{24}};

void check(const wire::list_query& query) {
  static const auto nobody = directory::link({});
  const auto asked = wire::query_from(query, {}, *nobody);
  must(static_cast<std::size_t>(asked.order) < call_order_names.size(), "an order of rows is one");
  const auto now = wire::time_from(query.now);
  must(now >= timestamp{} && now <= last_moment, "a time is one");
  const auto again = wire::query_of({asked, nobody, now});
  must(again.account == query.account || query.account.size() > 1, "a query can be passed on");
}

void check(const wire::list_batch& batch) {
  const auto unpack = [](row_unpacker& from, auto each) {
    try {
      record_ptr record;
      customer_id customer;
      while (from.next(record, customer))
        each(*record, customer);
    } catch (const malformed_rows&) {
      return false;
    }
    return true;
  };
  static row_unpacker unpacker;
  unpacker.begin(batch.rows);
  row_packer packer;
  const auto whole = unpack(unpacker, [&](const call_record& record, customer_id customer) {
    for (std::size_t i = 0; i < call_text_count; ++i)
      must(is_clean(record.get(static_cast<call_text>(i))), "a text can be shown");
    must(record.setup() >= timestamp{} && record.end() <= last_moment, "a time is one");
    packer.pack({&record, customer});
  });
  const auto rows = packer.take();
  unpacker.begin(rows);
  must(unpack(unpacker,
              [&](const call_record& record, customer_id customer) {
                packer.pack({&record, customer});
              }),
       "rows can be passed on");
  must(packer.take() == rows, "and stay the same");
  must(unpacker.at_end() || !whole, "to the last");
}

void check(const wire::counts& told) {
  const auto accounts = wire::stats_from(told, {}, node_id{"node-b"});
  must(accounts.size() <= told.first.accounts.size(), "nobody is counted who was not told");
  must(wire::events_from(told).size() <= told.claims.size(), "no switch has events that is not claimed");
}

void check(const wire::history_part& part) {
  packed_minute minute;
  minute.moments = part.moments;
  minute.blocks = part.blocks;
  const auto read = unpacked(minute);
  if (!read)
    return;
  must(std::is_sorted(read->rows.begin(), read->rows.end(),
                      [](const auto& a, const auto& b) { return a.subject < b.subject; }),
       "rows are in order");
  const auto again = unpacked(packed(*read));
  must(again && *again == *read, "a minute can be kept");
}

void check(const wire::disconnect_order& order) {
  const auto asked = wire::request_from(order, node_id{"node-a"}, nullptr);
  must(asked.expires > up || wire::boot_time_from(order.expires) <= up, "an order that is too old stays so");
  const auto left = asked.expires - up;
  must((left > boot_clock::duration{0}) == (order.expires > up.time_since_epoch().count()),
       "its time is what it says");
  must(asked.audit.when >= timestamp{} && asked.audit.when <= last_moment, "a time is one");
  must(order.call.empty() == !asked.call && order.account.empty() == !asked.account
           && order.customer.empty() == !asked.customer && order.account_name.empty() == !asked.account_name,
       "nobody else is meant");
}

void check(const wire::preview_query& query) {
  check(query.of);
  const auto asked = wire::request_from(query, node_id{"node-a"}, nullptr);
  must(asked.at >= timestamp{} && asked.at <= last_moment, "a time is one");
}

void check(const wire::heartbeat& theirs) {
  member_memory memory;
  memory.merge(theirs.members, node_id{"node-a"}, noon);
  const auto known = memory.all();
  must(known.size() <= member_memory::most, "members are few");
  for (const auto& each : known)
    must(each.node.size() <= member_memory::text_bytes && each.seen >= 0
             && each.seen <= noon.time_since_epoch().count(),
         "nobody was met in time to come");
  memory.expire(noon);
  const claim_verdict judged{{{node_id{theirs.node}, theirs.claims}, {node_id{"node-a"}, theirs.claims}}};
  for (const auto& each : holders_of({{node_id{"node-a"}, theirs.claims}},
                                     {{node_id{theirs.node}, theirs.claims}}, environment_id{1}))
    must(each.node == node_id{"node-a"}, "a node that is here tells of its own switches");
  for (const auto& each : theirs.claims)
    must(next_term(0, each.term, each.term) <= highest_term, "a term has an end");
}

void check(const released& told) {
  name_holders holders;
  const name_holders::moment now{std::chrono::hours{1}};
  holders.take_over(told.holders, now);
  const auto passed_on = holders.history(now);
  must(passed_on.last.size() <= 2 && passed_on.gone_ms_ago >= 0, "two hosts are remembered");
  if (passed_on.gone_ms_ago == 0)
    holders.gone(now);
  must(holders.admit({"run", "192.0.2.1"}, now + std::chrono::hours{1}),
       "a name is free again after a while");
}

void check(const wire::node_identity& theirs) { is_sound(theirs.secret); }

template <class T>
void check_if(const caf::message& content) {
  for (std::size_t i = 0; i < content.size(); ++i)
    if (content.match_element<T>(i))
      check(content.get_as<T>(i));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  caf::message content;
  if (!read(fuzz::text_of(data, size), content))
    return 0;
  const auto once = written(content);
  caf::message again;
  must(read(once, again) && written(again) == once, "what arrived can be sent again");
  check_if<wire::list_query>(content);
  check_if<wire::list_batch>(content);
  check_if<wire::counts>(content);
  check_if<wire::disconnect_order>(content);
  check_if<wire::preview_query>(content);
  check_if<wire::history_part>(content);
  check_if<wire::heartbeat>(content);
  check_if<wire::node_identity>(content);
  check_if<released>(content);
  if (content.match_elements<wire::list_opening>())
    check(content.get_as<wire::list_opening>(0).first);
  return 0;
}
