#include "domain/lists/call_filter.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

namespace rollcall::call_filter_test {

using namespace std::chrono_literals;

namespace {

constexpr timestamp setup{1'000s};
constexpr timestamp now = setup + 60s;

/// An answered call of 801 to 4411, twelve seconds after its setup.
call_event answered() {
  call_event event;
  event.id = "a";
  event.state = call_state::connected;
  event.setup = event.received = setup;
  event.connect = setup + 12s;
  event.texts.set(call_text::sip_call_id, "x@host");
  event.texts.set(call_text::cli, "801");
  event.texts.set(call_text::cld, "4411");
  event.texts.set(call_text::caller_media_ip, "192.0.2.1");
  event.texts.set(call_text::callee_media_ip, "192.0.2.9");
  event.texts.set(call_text::direction, "vendor");
  return event;
}

record_ptr record_of(const call_event& event) {
  return call_record::first(*interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}}), event);
}

bool selects(const call_filter& filter, const record_ptr& record = record_of(answered())) {
  return matches(filter, *directory::link({}), *record, now);
}

template <class Value>
bool selects(Value call_filter::*which, Value value, const record_ptr& record = record_of(answered())) {
  call_filter filter;
  filter.*which = std::move(value);
  return selects(filter, record);
}

using pattern = std::optional<text_pattern>;
using period = std::optional<std::chrono::microseconds>;

} // namespace

TEST_CASE("a filter that says nothing selects every call") { CHECK(selects(call_filter{})); }

TEST_CASE("a filter by a text looks at that text alone") {
  struct row {
    pattern call_filter::*which;
    const char* yes;
    const char* no;
  };
  for (const auto& [which, yes, no] : {row{&call_filter::cli, "801", "4411"},
                                       {&call_filter::cli, "80*", "*2"},
                                       {&call_filter::cld, "44*", "801"},
                                       {&call_filter::sip_call_id, "*@host", "a"},
                                       {&call_filter::media_ip, "192.0.2.1", "192.0.2.2"},
                                       {&call_filter::media_ip, "192.0.2.9", "192.0.2.*9"}}) {
    CHECK(selects(which, text_pattern::parse(yes)));
    if (const auto wrong = text_pattern::parse(no))
      CHECK_FALSE(selects(which, pattern{wrong}));
  }
}

TEST_CASE("a filter by direction, switch, node or state takes exactly that") {
  CHECK(selects(&call_filter::direction, std::optional<std::string>{"vendor"}));
  CHECK_FALSE(selects(&call_filter::direction, std::optional<std::string>{"vend"}));
  CHECK(selects(&call_filter::source, std::optional{switch_name{"sbc-1"}}));
  CHECK_FALSE(selects(&call_filter::source, std::optional{switch_name{"sbc-2"}}));
  CHECK(selects(&call_filter::node, std::optional{node_id{"node-a"}}));
  CHECK_FALSE(selects(&call_filter::node, std::optional{node_id{"node-b"}}));
  call_states some;
  some.add(call_state::dead);
  CHECK_FALSE(selects(&call_filter::states, some));
  some.add(call_state::connected);
  CHECK(selects(&call_filter::states, some));
}

TEST_CASE("a filter by IDs takes the calls that it names, and none when it names none") {
  const auto only = [](call_filter::ids names) {
    return std::shared_ptr<const call_filter::ids>{std::make_shared<call_filter::ids>(std::move(names))};
  };
  CHECK(selects(&call_filter::only, only({"sbc-1:a"})));
  CHECK(selects(&call_filter::only, only({"sbc-2:a", "sbc-1:a"})));
  CHECK_FALSE(selects(&call_filter::only, only({"sbc-1:A"})));
  CHECK_FALSE(selects(&call_filter::only, only({"a"})));
  CHECK_FALSE(selects(&call_filter::only, only({})));
}

TEST_CASE("a filter by time compares what the row shows") {
  CHECK(selects(&call_filter::duration, span_of_time{48s, {}}));
  CHECK_FALSE(selects(&call_filter::duration, span_of_time{48s + 1us, {}}));
  CHECK(selects(&call_filter::duration, span_of_time{{}, 48s}));
  CHECK_FALSE(selects(&call_filter::duration, span_of_time{{}, 48s - 1us}));
  CHECK(selects(&call_filter::delay, span_of_time{12s, 12s}));
  CHECK_FALSE(selects(&call_filter::delay, span_of_time{13s, {}}));
  CHECK(selects(&call_filter::least_age, period{60s}));
  CHECK_FALSE(selects(&call_filter::least_age, period{61s}));
}

TEST_CASE("a call that rings has no duration, and one that is over no age") {
  auto event = answered();
  event.state = call_state::ar_complete;
  event.connect = {};
  const auto ringing = record_of(event);
  CHECK(selects(&call_filter::duration, span_of_time{{}, 0s}, ringing));
  CHECK_FALSE(selects(&call_filter::duration, span_of_time{1us, {}}, ringing));
  CHECK(selects(&call_filter::delay, span_of_time{60s, 60s}, ringing));
  event = answered();
  event.state = call_state::dead;
  event.ended = setup + 30s;
  const auto over = record_of(event);
  CHECK(selects(&call_filter::duration, span_of_time{18s, 18s}, over));
  CHECK_FALSE(selects(&call_filter::least_age, period{0s}, over));
}

TEST_CASE("several filters select what each of them does") {
  call_filter filter;
  filter.cli = text_pattern::parse("801");
  filter.cld = text_pattern::parse("44*");
  CHECK(selects(filter));
  filter.cld = text_pattern::parse("45*");
  CHECK_FALSE(selects(filter));
}

TEST_CASE("a filter of suspect calls goes by rules, and without them by what was found last") {
  symptoms old;
  old.add(symptom::age_over);
  const auto plain = record_of(answered());
  const auto looked_at = plain->looked_at(old);
  call_filter filter;
  filter.suspect = true;
  CHECK_FALSE(selects(filter, plain));
  CHECK(selects(filter, looked_at));
  filter.rules = std::make_shared<const symptom_rules>(symptom_limits{}, symptom_rules::lost_switches{});
  CHECK_FALSE(selects(filter, looked_at)); // it is a minute old
  symptom_limits limits;
  limits.age = 59s;
  filter.rules = std::make_shared<const symptom_rules>(limits, symptom_rules::lost_switches{});
  CHECK(selects(filter, plain));
  filter.suspect = false;
  CHECK_FALSE(selects(filter, plain));
  filter.rules = {};
  CHECK(selects(filter, plain));
  CHECK_FALSE(selects(filter, looked_at));
}

TEST_CASE("a filter knows whether what it selects changes as time passes") {
  CHECK_FALSE(call_filter{}.is_of_time());
  call_filter filter;
  filter.least_age = 0s;
  CHECK(filter.is_of_time());
  filter = {};
  filter.delay.most = 1s;
  CHECK(filter.is_of_time());
}

} // namespace rollcall::call_filter_test
