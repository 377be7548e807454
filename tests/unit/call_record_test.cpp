#include "domain/base/text.hpp"
#include "domain/calls/call_record.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::call_record_test {

namespace {

using namespace std::chrono_literals;
using text = call_record::text;

timestamp at(std::chrono::microseconds since_start) {
  return timestamp{std::chrono::seconds{1'732'320'000}} + since_start;
}

const switch_identity& sbc() {
  return *interned({switch_name{"sbc-1"}, node_id{"node-a"}, environment_id{1}});
}

call_event event_of(call_state state, std::chrono::microseconds received = 0us) {
  call_event event;
  event.id = "960";
  event.state = state;
  event.received = at(received);
  return event;
}

call_event first_event(call_state state, std::chrono::microseconds received = 0us) {
  auto event = event_of(state, received);
  event.setup = at(0us);
  return event;
}

/// The texts that an event may say, but for the name of its account.
constexpr std::array text_fields{text::sip_call_id,     text::cli,      text::cld, text::caller_media_ip,
                                 text::callee_media_ip, text::direction};

std::string arbitrary_text() {
  const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  return bytes + std::string(*rc::gen::elementOf(std::vector<std::size_t>{0, 0, 0, 200}), 'x');
}

call_event arbitrary_event() {
  auto event = event_of(*rc::gen::map(rc::gen::inRange(0, 7), [](int i) { return call_state(i); }),
                        std::chrono::microseconds{*rc::gen::inRange(0, 1'000)});
  const auto maybe = [] { return *rc::gen::inRange(0, 3) == 0; };
  const auto moment = [] { return at(std::chrono::microseconds{*rc::gen::inRange(-500, 1'000)}); };
  if (maybe())
    event.setup = moment();
  if (maybe())
    event.connect = moment();
  if (maybe())
    event.ended = moment();
  if (maybe())
    event.account = account_id{*rc::gen::inRange(0, 4)};
  if (maybe())
    event.texts.set(call_text::account_name, arbitrary_text());
  if (maybe())
    event.connection = connection_id{*rc::gen::inRange(0, 4)};
  for (const auto field : text_fields)
    if (maybe())
      event.texts.set(field, arbitrary_text());
  return event;
}

} // namespace

TEST_CASE("an event of an earlier state changes nothing, whatever fields it carries") {
  for (std::size_t from = 0; from < call_state_count; ++from)
    for (std::size_t to = 0; to < from; ++to) {
      const auto call = call_record::first(sbc(), first_event(static_cast<call_state>(from)));
      auto late = event_of(static_cast<call_state>(to), 5s);
      late.texts.set(call_text::cli, "late");
      late.account = account_id{9};
      late.connect = at(1s);
      CHECK_FALSE(call->after(late));
    }
}

TEST_CASE("a repeated event changes nothing") {
  for (std::size_t i = 0; i < call_state_count; ++i) {
    auto event = first_event(static_cast<call_state>(i));
    event.texts.set(call_text::cli, "49\xFF");
    event.account = account_id{3};
    const auto call = call_record::first(sbc(), event);
    event.received = at(7s);
    CHECK_FALSE(call->after(event));
  }
}

TEST_CASE("nothing changes a call that is over") {
  auto over = event_of(call_state::dead, 9s);
  over.texts.set(call_text::cli, "too late");
  over.ended = at(8s);
  CHECK_FALSE(call_record::first(sbc(), first_event(call_state::dead))->after(over));
}

TEST_CASE("the setup time never changes, for lists are ordered by it") {
  const auto call = call_record::first(sbc(), first_event(call_state::idle));
  auto event = event_of(call_state::idle);
  event.setup = at(1s);
  CHECK_FALSE(call->after(event));
  event.state = call_state::wait_auth;
  CHECK(call->after(event)->setup() == at(0s));
}

TEST_CASE("an event of the same state may fill in fields, which makes a new record") {
  const auto call = call_record::first(sbc(), first_event(call_state::wait_route));
  auto event = event_of(call_state::wait_route);
  event.account = account_id{3};
  const auto newer = call->after(event);
  REQUIRE(newer);
  CHECK(newer->account() == account_id{3});
  CHECK(newer->revision() == call->revision() + 1);
  CHECK_FALSE(call->account().known()); // the old picture stays as it was
}

TEST_CASE("stages may be skipped, from the very first sight on") {
  const auto call = call_record::first(sbc(), first_event(call_state::connected, 3s));
  CHECK(call->state() == call_state::connected);
  CHECK(call->connect() == at(3s)); // the time of arrival
  CHECK(call_record::first(sbc(), first_event(call_state::idle))->after(event_of(call_state::dead)));
}

TEST_CASE("a missing connect time is the time of arrival, once, and a given one wins") {
  const auto ringing = call_record::first(sbc(), first_event(call_state::ar_complete));
  const auto answered = ringing->after(event_of(call_state::connected, 4s));
  CHECK(answered->connect() == at(4s));
  auto told = event_of(call_state::connected, 6s);
  told.connect = at(3s);
  const auto corrected = answered->after(told);
  REQUIRE(corrected);
  CHECK(corrected->connect() == at(3s));
  CHECK_FALSE(corrected->after(event_of(call_state::connected, 9s)));
}

TEST_CASE("a connect time before the call is connected is not believed") {
  auto early = first_event(call_state::ar_complete);
  early.connect = at(1s);
  CHECK(call_record::first(sbc(), early)->connect() == timestamp{});
}

TEST_CASE("a call that ends unanswered was never connected") {
  const auto call = call_record::first(sbc(), first_event(call_state::ar_complete))
                        ->after(event_of(call_state::disconnecting, 2s))
                        ->after(event_of(call_state::dead, 3s));
  CHECK(call->connect() == timestamp{});
  CHECK(call->duration(at(99s)) == 0us);
}

TEST_CASE("the end is when the switch says, or else when it said so") {
  const auto call = call_record::first(sbc(), first_event(call_state::connected));
  auto over = event_of(call_state::dead, 9s);
  CHECK(call->after(over)->end() == at(9s));
  over.ended = at(8s);
  CHECK(call->after(over)->end() == at(8s));
  CHECK(call->end() == timestamp{});
}

TEST_CASE("delay and duration run until the call is connected, or over, and are never negative") {
  struct row {
    std::optional<std::chrono::seconds> connect;
    std::optional<std::chrono::seconds> end;
    std::chrono::seconds now;
    std::chrono::seconds delay;
    std::chrono::seconds duration;
  };
  const std::vector<row> table{
      {std::nullopt, std::nullopt, 5s, 5s, 0s},  // ringing: setup to now
      {std::nullopt, 4s, 9s, 4s, 0s},            // unanswered: setup to the end
      {3s, std::nullopt, 10s, 3s, 7s},           // talking: setup to connect, connect to now
      {3s, 8s, 99s, 3s, 5s},                     // over: setup to connect, connect to the end
      {std::nullopt, std::nullopt, -5s, 0s, 0s}, // the switch's clock is ahead of ours
      {3s, std::nullopt, 1s, 3s, 0s},
      {3s, 2s, 9s, 3s, 0s},  // ended before it was connected
      {-1s, 2s, 9s, 0s, 3s}, // connected before it was set up
  };
  for (const auto& [connect, end, now, delay, duration] : table) {
    auto event = first_event(end       ? call_state::dead
                             : connect ? call_state::connected
                                       : call_state::ar_complete);
    if (connect)
      event.connect = at(*connect);
    if (end)
      event.ended = at(*end);
    const auto call = call_record::first(sbc(), event);
    CHECK(call->delay(at(now)) == delay);
    CHECK(call->duration(at(now)) == duration);
  }
}

TEST_CASE("being hung up is a newer record that later events of the switch cannot undo") {
  const auto call = call_record::first(sbc(), first_event(call_state::ar_complete));
  const auto ending = call->disconnecting();
  CHECK(ending->state() == call_state::disconnecting);
  CHECK(ending->revision() == call->revision() + 1);
  CHECK_FALSE(ending->after(event_of(call_state::connected)));
  CHECK_FALSE(ending->after(event_of(call_state::disconnecting)));
  CHECK(ending->after(event_of(call_state::dead)));
}

TEST_CASE("a number for the account's name moves the call and leaves the rest as it is") {
  auto event = first_event(call_state::connected);
  event.texts.set(call_text::account_name, "801");
  event.texts.set(call_text::cld, "49301");
  const auto call = call_record::first(sbc(), event);
  CHECK_FALSE(call->account().known());
  const auto moved = call->in_account(account_id{3});
  CHECK(moved->account() == account_id{3});
  CHECK(moved->get(text::account_name) == "801");
  CHECK(moved->get(text::cld) == "49301");
  CHECK(moved->state() == call_state::connected);
  CHECK(moved->connect() == call->connect());
  CHECK(moved->revision() == call->revision() + 1);
}

TEST_CASE("an account's number without a name forgets the name, and the other way round") {
  auto event = first_event(call_state::idle);
  event.texts.set(call_text::account_name, "801");
  auto call = call_record::first(sbc(), event);
  event = event_of(call_state::idle);
  event.account = account_id{3};
  call = call->after(event);
  CHECK(call->get(text::account_name).empty());
  event.account.reset();
  event.texts.set(call_text::account_name, "802");
  call = call->after(event);
  CHECK_FALSE(call->account().known());
  CHECK(call->get(text::account_name) == "802");
}

TEST_CASE(
    "texts are cleaned, and cut where they do not fit, and the ID is the switch's name and its own id") {
  auto event = first_event(call_state::idle);
  event.texts.set(call_text::cli, std::string{"49\x01\xFF"});
  event.texts.set(call_text::cld, std::string(70'000, '\x80'));
  event.texts.set(call_text::direction, std::string{});
  const auto call = call_record::first(sbc(), event);
  CHECK(call->get(text::cli) == "49\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(call->get(text::cld).size() == 4086); // whole characters of three bytes in what is left of 4096
  CHECK(call->get(text::direction).empty());
  CHECK(call->id() == "sbc-1:960");
  CHECK(call->local_id() == "960");
}

TEST_CASE("a call only moves forward, keeps what an event leaves out, and counts its pictures") {
  CHECK(rc::check([] {
    auto event = arbitrary_event();
    event.setup = at(0us);
    auto call = call_record::first(sbc(), event);
    // What the texts, account and connection must be, by the last event that was taken and named them.
    std::map<text, std::string> texts;
    account_id account;
    connection_id connection;
    const auto learn = [&](const call_event& taken) {
      for (const auto field : text_fields)
        if (const auto said = taken.texts.get(field))
          texts[field] = cleaned(*said);
      const auto username = taken.texts.get(text::account_name);
      if (taken.account || username) {
        account = taken.account.value_or(account_id{});
        texts[text::account_name] = cleaned(username.value_or(""));
      }
      connection = taken.connection.value_or(connection);
    };
    learn(event);
    for (auto n = *rc::gen::inRange(0, 20); n > 0; --n) {
      event = arbitrary_event();
      const auto taken = call->state() != call_state::dead && event.state >= call->state();
      if (taken)
        learn(event);
      const auto newer = call->after(event);
      RC_ASSERT(taken || !newer);
      if (newer) {
        RC_ASSERT(newer->revision() == call->revision() + 1);
        RC_ASSERT(newer->state() == event.state);
        RC_ASSERT(newer->state() >= call->state());
        RC_ASSERT(call->connect() == timestamp{} || newer->connect() != timestamp{});
        call = newer;
      }
      RC_ASSERT(call->id() == "sbc-1:960");
      RC_ASSERT(call->setup() == at(0us));
      RC_ASSERT(call->account() == account);
      RC_ASSERT(call->connection() == connection);
      RC_ASSERT((call->end() != timestamp{}) == (call->state() == call_state::dead));
      RC_ASSERT(call->state() != call_state::connected || call->connect() != timestamp{});
      for (const auto& [which, value] : texts)
        RC_ASSERT(call->get(which) == value);
      for (std::size_t i = 0; i < call_record::text_count; ++i)
        RC_ASSERT(is_clean(call->get(static_cast<text>(i))));
      RC_ASSERT(call->delay(at(0us)) >= 0us);
      RC_ASSERT(call->duration(at(0us)) >= 0us);
    }
  }));
}

TEST_CASE("a record lives as long as the last pointer to it") {
  auto one = call_record::first(sbc(), first_event(call_state::idle));
  auto two = one;
  CHECK(one == two);
  one = record_ptr{};
  CHECK_FALSE(one);
  CHECK(two->id() == "sbc-1:960");
  one = std::move(two);
  CHECK_FALSE(two);
  const auto& itself = one;
  one = itself;
  CHECK(one->id() == "sbc-1:960");
}

TEST_CASE(
    "the texts of a call take 4 KB together, and the longest are cut: none makes room at another's cost") {
  auto event = first_event(call_state::connected);
  event.texts.set(text::sip_call_id, std::string(4096, '\xFF')); // each byte becomes three
  event.texts.set(text::cli, "442071234567");
  event.texts.set(text::cld, std::string(4096, '4'));
  event.texts.set(text::direction, "onnet_in");
  const auto record = call_record::first(sbc(), event);
  CHECK(record->all_texts().size() <= 4096 + record->id().size());
  CHECK(record->all_texts().size() > 4090);
  CHECK(record->get(text::cli) == "442071234567");
  CHECK(record->get(text::direction) == "onnet_in");
  CHECK(is_clean(record->get(text::sip_call_id)));
  CHECK(record->get(text::cld).size() > 2000);
  CHECK_FALSE(record->after(event)); // the same again is no news
}

TEST_CASE("texts that fit are kept whole, and one that grows does not lose what it had") {
  auto event = first_event(call_state::connected);
  event.texts.set(text::cld, std::string(4096, '4'));
  auto record = call_record::first(sbc(), event);
  CHECK(record->get(text::cld).size() == 4096);
  auto more = event_of(call_state::connected);
  more.texts.set(text::cli, std::string(50, '1'));
  record = record->after(more);
  REQUIRE(record);
  CHECK(record->get(text::cli).size() == 50);
  CHECK(record->get(text::cld).size() == 4046);
}

TEST_CASE("a call whose end was told goes on only by an event that revives it, and has no end then") {
  const auto over =
      call_record::first(sbc(), first_event(call_state::connected))->after(event_of(call_state::dead, 9s));
  REQUIRE(over);
  auto event = event_of(call_state::connected, 10s);
  CHECK_FALSE(over->after(event));
  event.revives = true;
  const auto again = over->after(event);
  REQUIRE(again);
  CHECK(again->state() == call_state::connected);
  CHECK(again->end() == timestamp{});
  CHECK(again->serial() == over->serial());
}

} // namespace rollcall::call_record_test
