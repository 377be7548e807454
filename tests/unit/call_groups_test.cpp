#include "domain/lists/call_groups.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::call_groups_test {

using namespace std::chrono_literals;

namespace {

/// Customers 1 ── 2 ── 3 and 1 ── 4, each with an account of ten times its number and one; connection 7 of
/// vendor 5.
directory_ptr sample() {
  static const auto dir = [] {
    directory_entries e;
    e.environments = {{environment_id{1}, "default"}};
    const auto customer = [&e](std::int64_t id, std::int64_t wholesaler) {
      rollcall::customer one;
      one.id = customer_id{id};
      one.wholesaler = customer_id{wholesaler};
      one.environment = environment_id{1};
      one.name = "customer " + std::to_string(id);
      e.customers.push_back(std::move(one));
      e.accounts.push_back({account_id{10 * id + 1}, customer_id{id}, "user " + std::to_string(id)});
    };
    customer(1, 0);
    customer(2, 1);
    customer(3, 2);
    customer(4, 1);
    e.vendors = {{vendor_id{5}, "carrier"}};
    e.connections = {{connection_id{7}, vendor_id{5}, "gateway"}};
    return directory::link(std::move(e));
  }();
  return dir;
}

struct facts {
  std::int64_t account = 0;
  call_state state = call_state::connected;
  std::string cld = {};
  std::int64_t connection = 0;
  std::string from = "sbc-1";
};

const switch_identity& source_of(const facts& of) {
  return *interned({switch_name{of.from}, node_id{"node-a"}, environment_id{1}});
}

record_ptr record_of(const facts& of) {
  call_event event;
  event.id = "1";
  event.state = of.state;
  event.setup = event.received = timestamp{1'000s};
  event.account = account_id{of.account};
  event.connection = connection_id{of.connection};
  event.texts.set(call_text::cld, of.cld);
  return call_record::first(source_of(of), event);
}

customer_id customer_of(const facts& of) {
  return sample()->owner(environment_id{1}, account_id{of.account})->id;
}

/// `key:total/connected` of each group.
std::string shown(const std::vector<call_group>& groups) {
  std::string all;
  for (const auto& each : groups)
    all += each.key + ':' + std::to_string(each.total) + '/' + std::to_string(each.connected) + ' ';
  return all;
}

std::string shown(const call_groups& groups, group_order order = group_order::total) {
  return shown(groups.sorted(order, groups.size()));
}

std::string counted(std::string_view by, const std::vector<facts>& calls, std::int64_t scope = 1,
                    group_order order = group_order::total) {
  call_groups groups{*grouping::parse(by), sample(), customer_id{scope}};
  for (const auto& each : calls) {
    const auto record = record_of(each);
    groups.add({record.get(), customer_of(each)});
  }
  return shown(groups, order);
}

} // namespace

TEST_CASE("a grouping is one of those that there are") {
  CHECK(grouping::parse("i_customer") == grouping{group_kind::customer, 0});
  CHECK(grouping::parse("cc_state") == grouping{group_kind::state, 0});
  CHECK(grouping::parse("cld_prefix:3") == grouping{group_kind::cld_prefix, 3});
  CHECK(grouping::parse("cli_prefix:15") == grouping{group_kind::cli_prefix, 15});
  for (const auto* const wrong : {"", "customer", "I_CUSTOMER", "cld_prefix", "cld_prefix:", "cld_prefix:0",
                                  "cld_prefix:16", "cld_prefix:03", "cld_prefix:-1", "cld_prefix:3x", "cld"})
    CHECK_FALSE(grouping::parse(wrong));
}

TEST_CASE("calls are counted by customer, by the customer below the scope, and by account") {
  const std::vector<facts> calls{{11}, {21}, {31}, {31, call_state::ar_complete}, {41}, {0}, {99}};
  CHECK(counted("i_customer", calls) == "1:3/3 3:2/1 2:1/1 4:1/1 ");
  CHECK(counted("top_customer", calls) == "1:3/3 2:3/2 4:1/1 ");
  CHECK(counted("i_account", calls) == "31:2/1 :1/1 11:1/1 21:1/1 41:1/1 99:1/1 ");
  CHECK(counted("top_customer", {{21}, {31}, {31}}, 2) == "3:2/2 2:1/1 ");
}

TEST_CASE("what is not known is one group without a key") {
  CHECK(counted("i_vendor", {{11, call_state::connected, "", 7}, {11}, {11, call_state::connected, "", 99}})
        == ":2/2 5:1/1 ");
  CHECK(counted("i_connection", {{11, call_state::connected, "", 7}, {11}}) == ":1/1 7:1/1 ");
  CHECK(counted("direction", {{11}}) == ":1/1 ");
}

TEST_CASE("a prefix is so many characters, and a shorter number is its own") {
  const auto to = [](std::string cld) { return facts{11, call_state::connected, std::move(cld)}; };
  CHECK(counted("cld_prefix:2", {to("4411"), to("4420"), to("4"), to(""), to("44")}) == "44:3/3 :1/1 4:1/1 ");
  CHECK(counted("cld_prefix:2", {to("äöü"), to("ä")}) == "ä:1/1 äö:1/1 ");
}

TEST_CASE("numbers that rows show alike are one group, and others are not") {
  const auto counted_to = [](bool full_unicode) {
    call_groups groups{*grouping::parse("cld_prefix:3"), sample(), customer_id{1}, full_unicode};
    for (const auto* const cld :
         {"44\U0001F600", "44\U0001F6017", "44\uFFFD", "44\U0001F600", "\U0001F60044", "44"}) {
      const auto record = record_of({11, call_state::connected, cld});
      groups.add({record.get(), customer_id{1}});
    }
    return shown(groups);
  };
  CHECK(counted_to(false) == "44\uFFFD:4/4 44:1/1 \uFFFD44:1/1 ");
  CHECK(counted_to(true) == "44\U0001F600:2/2 44:1/1 44\uFFFD:1/1 44\U0001F601:1/1 \U0001F60044:1/1 ");
}

TEST_CASE("groups are ordered by their size or by their key, numbers by their size") {
  const std::vector<facts> calls{{31}, {31}, {11}, {41}, {9}};
  CHECK(counted("i_account", calls) == "31:2/2 9:1/1 11:1/1 41:1/1 ");
  CHECK(counted("i_account", calls, 1, group_order::key) == "9:1/1 11:1/1 31:2/2 41:1/1 ");
}

TEST_CASE("a limit tells the groups that come first of all, ties by key") {
  CHECK(rc::check([] {
    const auto by = *rc::gen::element<std::string>("i_account", "cld_prefix:2");
    const auto calls = *rc::gen::container<std::vector<facts>>(rc::gen::build<facts>(
        rc::gen::set(&facts::account, rc::gen::element<std::int64_t>(0, 9, 11, 21, 31, 41, 99, 101)),
        rc::gen::set(&facts::cld, rc::gen::element<std::string>("", "4", "44", "441", "45", "9", "10"))));
    call_groups groups{*grouping::parse(by), sample(), customer_id{1}};
    // Each number and each text, in the order of keys.
    std::map<std::pair<std::int64_t, std::string>, call_group> counted;
    for (const auto& each : calls) {
      const auto record = record_of(each);
      groups.add({record.get(), customer_of(each)});
      const auto id = by == "i_account" ? each.account : 0;
      const auto text = by == "i_account" ? std::string{} : each.cld.substr(0, 2);
      auto& group = counted[{id, text}];
      group.key = id == 0 ? text : std::to_string(id);
      ++group.total;
      ++group.connected;
    }
    std::vector<call_group> all;
    for (const auto& [key, group] : counted)
      all.push_back(group);
    const auto order = *rc::gen::element(group_order::total, group_order::key);
    if (order == group_order::total)
      std::stable_sort(all.begin(), all.end(),
                       [](const auto& a, const auto& b) { return a.total > b.total; });
    RC_ASSERT(groups.size() == all.size());
    const auto limit = *rc::gen::inRange<std::size_t>(0, all.size() + 2);
    all.resize(std::min(limit, all.size()));
    RC_ASSERT(shown(groups.sorted(order, limit)) == shown(all));
  }));
}

TEST_CASE("groups have the names that the directory gives") {
  call_groups groups{*grouping::parse("i_connection"), sample(), customer_id{1}};
  const auto record = record_of({11, call_state::connected, "", 7});
  groups.add({record.get(), customer_id{1}});
  CHECK(groups.sorted(group_order::key, 1).front().name == "gateway");
}

TEST_CASE("an account that is not of the scope has no name") {
  call_groups groups{*grouping::parse("i_account"), sample(), customer_id{2}};
  for (const auto account : {11, 31}) {
    const auto record = record_of({account});
    groups.add({record.get(), customer_id{2}});
  }
  const auto all = groups.sorted(group_order::key, 2);
  CHECK(all.front().name.empty());
  CHECK(all.back().name == "user 3");
}

TEST_CASE("the counts of accounts give the same groups as their calls") {
  rc::check("both ways", [] {
    const auto kind =
        *rc::gen::element("i_customer", "top_customer", "i_account", "cc_state", "switch", "node_id");
    const auto by = *grouping::parse(kind);
    RC_ASSERT(by.is_tallied());
    const auto calls = *rc::gen::container<std::vector<facts>>(rc::gen::build<facts>(
        rc::gen::set(&facts::account, rc::gen::element<std::int64_t>(0, 11, 21, 31, 41, 99)),
        rc::gen::set(&facts::state, rc::gen::map(rc::gen::inRange(0, static_cast<int>(call_state_count)),
                                                 [](int i) { return static_cast<call_state>(i); })),
        rc::gen::set(&facts::from, rc::gen::element<std::string>("sbc-1", "sbc-2"))));
    call_groups one{by, sample(), customer_id{1}};
    call_groups other{by, sample(), customer_id{1}};
    std::map<std::int64_t, switch_counts> tallies;
    for (const auto& each : calls) {
      ++tallies[each.account].of(source_of(each))[each.state];
      const auto record = record_of(each);
      if (by.by == group_kind::state || is_active(each.state))
        one.add({record.get(), customer_of(each)});
    }
    for (const auto& [account, counts] : tallies)
      other.add({environment_id{1}, account_id{account}}, counts);
    RC_ASSERT(shown(one) == shown(other));
    RC_ASSERT(one.total() == other.total());
    RC_ASSERT(one.connected() == other.connected());
  });
}

} // namespace rollcall::call_groups_test
