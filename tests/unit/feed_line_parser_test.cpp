#include "transport/switches/common/line_parser.hpp"
#include "transport/switches/feed/limits.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cmath>
#include <string>
#include <utility>

namespace rollcall::feed_line_parser_test {

using namespace rollcall::feed;

namespace {

constexpr timestamp noon{std::chrono::seconds{1'732'320'000}};

switch_news parse(std::string_view line) {
  switch_news news;
  switches::line_parser{}.parse(line, noon, news);
  return news;
}

/// The only thing that the line says, as this kind of news.
template <class Item>
Item said(std::string_view line) {
  const auto news = parse(line);
  REQUIRE(news.size() == 1);
  if (const auto* bad = std::get_if<malformed_event>(&news[0]); bad && !std::is_same_v<Item, malformed_event>)
    FAIL(bad->reason);
  REQUIRE(std::holds_alternative<Item>(news[0]));
  return std::get<Item>(news[0]);
}

std::string call_with(const std::string& fields) {
  return R"({"type":"call","id":"960","state":"Idle",)" + fields + "}";
}

} // namespace

TEST_CASE("a bad line says what is wrong, naming the field") {
  const std::pair<std::string, std::string> table[] = {
      {"x", "not JSON: not a JSON object"},
      {"[]", "not JSON: not a JSON object"},
      {R"({"type":"ping")", "not JSON: the object does not end"},
      {R"({"type":"ping"}{"type":"ping"})", "not JSON: something follows the object"},
      {"{}", "type is required"},
      {R"({"type":null})", "type is required"},
      {R"({"type":7})", "type must be a string"},
      {R"({"type":"Call","id":"1","state":"Idle"})", "type is not known: 'Call'"},
      {R"({"type":"hello","version":1})", "hello: only the first line may be one"},
      {"{\"type\":\"\\n\\u0000" + std::string(100, 'x') + "\"}",
       "type is not known: '\xEF\xBF\xBD\xEF\xBF\xBD" + std::string(38, 'x') + "\xE2\x80\xA6'"},
      {R"({"type":"call","state":"Idle"})", "call: id is required"},
      {R"({"type":"call","id":null,"state":"Idle"})", "call: id is required"},
      {R"({"type":"call","id":960,"state":"Idle"})", "call: id must be a string"},
      {R"({"type":"call","id":"","state":"Idle"})", "call: id must not be empty"},
      {R"({"type":"call","id":")" + std::string(257, '1') + R"(","state":"Idle"})",
       "call: id is longer than 256 bytes"},
      {"{\"type\":\"call\",\"id\":\"\xFF\",\"state\":\"Idle\"}", "call: id is not UTF-8 text"},
      {R"({"type":"call","id":"\ud800","state":"Idle"})", "call: id is not UTF-8 text"},
      {R"({"type":"call","id":"1\n2","state":"Idle"})", "call: id holds control characters"},
      {R"({"type":"call","id":"1\u007f","state":"Idle"})", "call: id holds control characters"},
      {R"({"type":"call","id":"960"})", "call '960': state is required"},
      {R"({"type":"call","id":"960","state":4})", "call '960': state must be a string"},
      {R"({"type":"call","id":"960","state":"connected"})", "call '960': state is not known: 'connected'"},
      {R"({"type":"end"})", "end: id is required"},
      {R"({"type":"result","ok":false})", "result: id is required"},
      {std::string(switches::line_bytes + 1, ' ') + "x", "longer than 65536 bytes"},
  };
  for (const auto& [line, reason] : table) {
    CAPTURE(line.substr(0, 200));
    CHECK(said<malformed_event>(line).reason == reason);
  }
}

TEST_CASE("a bad field costs that field only, and says what is wrong, naming it") {
  const std::pair<std::string, std::string> table[] = {
      {call_with(R"("call_id":1)"), "call '960': call_id must be a string"},
      {call_with(R"("cli":1)"), "call '960': cli must be a string"},
      {call_with(R"("cld":["1"])"), "call '960': cld must be a string"},
      {call_with(R"("caller_media_ip":{})"), "call '960': caller_media_ip must be a string"},
      {call_with(R"("callee_media_ip":false)"), "call '960': callee_media_ip must be a string"},
      {call_with(R"("direction":0)"), "call '960': direction must be a string"},
      {call_with(R"("i_account":"3")"), "call '960': i_account must be an integer from 1 to 2147483647"},
      {call_with(R"("i_account":3.0)"), "call '960': i_account must be an integer from 1 to 2147483647"},
      {call_with(R"("i_account":3e0)"), "call '960': i_account must be an integer from 1 to 2147483647"},
      {call_with(R"("i_account":true)"), "call '960': i_account must be an integer from 1 to 2147483647"},
      {call_with(R"("i_account":9223372036854775808)"),
       "call '960': i_account must be an integer from 1 to 2147483647"},
      {call_with(R"("i_account":0)"), "call '960': i_account must be an integer from 1 to 2147483647"},
      {call_with(R"("i_account":-3)"), "call '960': i_account must be an integer from 1 to 2147483647"},
      {call_with(R"("i_account":2147483648)"),
       "call '960': i_account must be an integer from 1 to 2147483647"},
      {call_with(R"("i_connection":0)"), "call '960': i_connection must be an integer from 1 to 2147483647"},
      {call_with(R"("account":801.5)"), "call '960': account must be a string"},
      {call_with(R"("account":-801)"), "call '960': account must be a string"},
      {call_with(R"("account":8e2)"), "call '960': account must be a string"},
      {call_with(R"("account":true)"), "call '960': account must be a string"},
      {call_with(R"("i_connection":"1")"),
       "call '960': i_connection must be an integer from 1 to 2147483647"},
      {call_with(R"("setup_time":"1732320000")"),
       "call '960': setup_time must be a number of seconds since 1970"},
      {call_with(R"("setup_time":-1)"),
       "call '960': setup_time must be a number of seconds between 1970 and 9999"},
      {call_with(R"("setup_time":1732320000123)"),
       "call '960': setup_time must be a number of seconds between 1970 and 9999"},
      {call_with(R"("connect_time":1e999)"),
       "call '960': connect_time must be a number of seconds between 1970 and 9999"},
      {call_with(R"("media":"no")"), "call '960': media must be true or false"},
      {call_with(R"("media":0)"), "call '960': media must be true or false"},
      {R"({"type":"end","id":"960","time":"now"})", "end '960': time must be a number of seconds since 1970"},
  };
  for (const auto& [line, reason] : table) {
    CAPTURE(line);
    const auto news = parse(line);
    REQUIRE(news.size() == 2);
    const auto* call = std::get_if<call_event>(&news[0]);
    REQUIRE(call);
    CHECK(call->id == "960");
    for (const auto text :
         {call_text::sip_call_id, call_text::cli, call_text::cld, call_text::caller_media_ip,
          call_text::callee_media_ip, call_text::direction, call_text::account_name})
      CHECK_FALSE(call->texts.get(text));
    CHECK_FALSE(call->account);
    CHECK_FALSE(call->connection);
    CHECK_FALSE(call->connect);
    CHECK_FALSE(call->media);
    CHECK_FALSE(call->ended);
    REQUIRE(std::holds_alternative<malformed_field>(news[1]));
    CHECK(std::get<malformed_field>(news[1]).reason == reason);
  }
}

TEST_CASE("of a line with several bad fields each is told, and the good ones count") {
  const auto news =
      parse(call_with(R"("cli":7,"cld":"812","i_account":"3","i_connection":1,"connect_time":[])"));
  REQUIRE(news.size() == 4);
  const auto& call = std::get<call_event>(news[0]);
  CHECK(call.texts.get(call_text::cld) == "812");
  CHECK(call.connection == connection_id{1});
  for (std::size_t i = 1; i < news.size(); ++i)
    CHECK(std::holds_alternative<malformed_field>(news[i]));
}

TEST_CASE("a setup time that is bad is the time of arrival: at first sight it counts, later none does") {
  for (const std::string bad : {"\"now\"", "-1", "1e300", "true"}) {
    CAPTURE(bad);
    const auto news = parse(call_with(R"("setup_time":)" + bad));
    REQUIRE(news.size() == 2);
    CHECK(std::get<call_event>(news[0]).setup == noon);
  }
}

TEST_CASE("an account that is given as an integer is its digits, however many") {
  for (const std::string digits : {"801", "0", "442071234567890123456789"})
    CHECK(said<call_event>(call_with(R"("account":)" + digits)).texts.get(call_text::account_name) == digits);
}

TEST_CASE("a result whose ok is missing or bad refuses nothing, and its message may be bad") {
  for (const std::string fields : {R"("message":"no")", R"("ok":null)", R"("ok":0)", R"("ok":"false")"}) {
    CAPTURE(fields);
    const auto news = parse(R"({"type":"result","id":"960",)" + fields + "}");
    REQUIRE(news.size() == 1);
    CHECK(std::get<malformed_field>(news[0]).reason.starts_with("result '960': ok "));
  }
  const auto news = parse(R"({"type":"result","id":"960","ok":false,"message":5})");
  REQUIRE(news.size() == 2);
  CHECK(std::holds_alternative<malformed_field>(news[0]));
  CHECK(std::get<refusal>(news[1]).message == "no reason given");
}

TEST_CASE("a call may say whether media flows, or nothing of it") {
  CHECK(said<call_event>(call_with(R"("media":false)")).media == false);
  CHECK(said<call_event>(call_with(R"("media":true)")).media == true);
  CHECK_FALSE(said<call_event>(call_with(R"("media":null)")).media);
  CHECK_FALSE(said<call_event>(call_with(R"("cli":"801")")).media);
}

TEST_CASE("a pong carries no data") { CHECK(parse(R"({"type":"pong"})").empty()); }

TEST_CASE("a call carries every field that it was given") {
  const auto call = said<call_event>(
      R"({"type":"call","id":"960","state":"Connected","call_id":"a84b@pc33","cli":"442071234567","cld":"4930901820",)"
      R"("caller_media_ip":"192.0.2.1","callee_media_ip":"192.0.2.2","direction":"onnet_in","i_account":3,)"
      R"("account":"801","i_connection":1,"setup_time":1732319990.25,"connect_time":1732319999,"colour":"red"})");
  CHECK(call.id == "960");
  CHECK(call.state == call_state::connected);
  CHECK(call.received == noon);
  CHECK_FALSE(call.ended);
  CHECK(call.texts.get(call_text::sip_call_id) == "a84b@pc33");
  CHECK(call.texts.get(call_text::cli) == "442071234567");
  CHECK(call.texts.get(call_text::cld) == "4930901820");
  CHECK(call.texts.get(call_text::caller_media_ip) == "192.0.2.1");
  CHECK(call.texts.get(call_text::callee_media_ip) == "192.0.2.2");
  CHECK(call.texts.get(call_text::direction) == "onnet_in");
  CHECK(call.account == account_id{3});
  CHECK(call.texts.get(call_text::account_name) == "801");
  CHECK(call.connection == connection_id{1});
  CHECK(call.setup == noon - std::chrono::milliseconds{9750});
  CHECK(call.connect == noon - std::chrono::seconds{1});
}

TEST_CASE("a field that is left out, null or a time of zero is absent") {
  for (const std::string fields :
       {R"("x":1)",
        R"("cli":null,"cld":null,"i_account":null,"account":null,"setup_time":null,"connect_time":null)",
        R"("setup_time":0,"connect_time":0.0)"}) {
    CAPTURE(fields);
    const auto call = said<call_event>(call_with(fields));
    CHECK_FALSE(call.texts.get(call_text::cli));
    CHECK_FALSE(call.texts.get(call_text::cld));
    CHECK_FALSE(call.account);
    CHECK_FALSE(call.texts.get(call_text::account_name));
    CHECK_FALSE(call.setup);
    CHECK_FALSE(call.connect);
  }
}

TEST_CASE(
    "a text that is too long is cut and does not cost the line: nobody hides his call by what he dials") {
  CHECK(said<call_event>(call_with(R"("cld":")" + std::string(4097, '1') + "\"")).texts.get(call_text::cld)
        == std::string(4096, '1'));
}

TEST_CASE("a bad line names its call where it has a readable id") {
  CHECK(said<malformed_event>(R"({"type":"call","id":"960","state":"Flying"})").call == "960");
  CHECK(said<malformed_event>(R"({"type":"call","state":"Connected"})").call.empty());
  for (const auto* unreadable : {R"("")", "960", R"("9\u00000")", "null"})
    CHECK(said<malformed_event>(R"({"type":"call","state":"Connected","id":)" + std::string{unreadable} + '}')
              .call.empty());
}

TEST_CASE("an id that is too long is none of a call that is known, and is readable all the same") {
  const std::string much(300, '9');
  CHECK(said<malformed_event>(R"({"type":"call","state":"Connected","id":")" + much + "\"}").call
        == much.substr(0, 257));
}

TEST_CASE("of a field that occurs twice the last value counts") {
  CHECK(said<call_event>(call_with(R"("cli":7,"cli":"1","cli":"2")")).texts.get(call_text::cli) == "2");
  const auto news = parse(call_with(R"("cli":"2","cli":7)"));
  REQUIRE(news.size() == 2);
  CHECK(std::get<malformed_field>(news[1]).reason == "call '960': cli must be a string");
}

TEST_CASE("a dialled number that is broken does not cost the line, and arrives as it was sent") {
  CHECK(said<call_event>(call_with("\"cld\":\"49\xFF\xC3\"")).texts.get(call_text::cld) == "49\xFF\xC3");
  CHECK(said<call_event>(call_with(R"("cld":"49\u0000\u001b\udcff")")).texts.get(call_text::cld)
        == std::string("49\0\x1B\xED\xB3\xBF", 7));
}

TEST_CASE("every state of the feed is known") {
  for (const auto name : call_state_names)
    CHECK(
        to_string(said<call_event>(R"({"type":"call","id":"1","state":")" + std::string{name} + "\"}").state)
        == name);
}

TEST_CASE("an id may hold any clean text, colons and letters of any script included") {
  CHECK(said<call_event>(R"({"type":"call","id":"a:b \u00e9\"<","state":"Idle"})").id == "a:b \xC3\xA9\"<");
  CHECK(
      said<call_event>(R"({"type":"call","id":")" + std::string(256, '1') + R"(","state":"Idle"})").id.size()
      == 256);
}

TEST_CASE("an end is the event of a call that is Dead, with the time of its end when there is one") {
  const auto end =
      said<call_event>(R"({"type":"end","id":"960","time":1732320000.5,"state":"Idle","cli":"1"})");
  CHECK(end.id == "960");
  CHECK(end.state == call_state::dead);
  CHECK(end.received == noon);
  CHECK(end.ended == noon + std::chrono::milliseconds{500});
  CHECK_FALSE(end.texts.get(call_text::cli));
  CHECK_FALSE(said<call_event>(R"({"type":"end","id":"960"})").ended);
}

TEST_CASE("snapshots and pings need their type only") {
  said<snapshot_begin>(R"({"type":"snapshot_begin"})");
  said<snapshot_end>(R"({"type":"snapshot_end","calls":0})");
  said<barrier>(" \t{ \"type\" : \"ping\" } \r");
}

TEST_CASE("a result that is not ok is a refusal, and one that is ok is ignored") {
  const auto refused = said<refusal>(R"({"type":"result","id":"960","ok":false,"message":"no such\ncall"})");
  CHECK(refused.id == "960");
  CHECK(refused.message
        == "no such\xEF\xBF\xBD"
           "call");
  CHECK(said<refusal>(R"({"type":"result","id":"960","ok":false})").message == "no reason given");
  CHECK(parse(R"({"type":"result","id":"960","ok":true})").empty());
}

TEST_CASE("a blank line is ignored, however long it is") {
  for (const auto& blank :
       {std::string{}, std::string{" "}, std::string{"\r"}, std::string{"\t \r"}, std::string(70'000, ' ')})
    CHECK(parse(blank).empty());
}

TEST_CASE("a parser that has seen a bad line reads the next one as if it had not") {
  switches::line_parser parser;
  switch_news news;
  parser.parse(call_with(R"("cli":"\u00e9","cld":"4")"), noon, news);
  parser.parse(R"({"type":"call","id":"\u0031","state":"Idle","cli":)", noon, news);
  parser.parse(R"({"type":"call","id":"\u0031","state":"WaitAuth"})", noon, news);
  REQUIRE(news.size() == 3);
  CHECK(std::get<call_event>(news[0]).texts.get(call_text::cli) == "\xC3\xA9");
  const auto& last = std::get<call_event>(news[2]);
  CHECK(last.id == "1");
  CHECK(last.state == call_state::wait_auth);
  CHECK_FALSE(last.texts.get(call_text::cli));
}

TEST_CASE("every call comes back from its line as it went in") {
  CHECK(rc::check([] {
    const auto text = rc::gen::string<std::string>();
    const auto number = rc::gen::inRange<std::int64_t>(1, std::int64_t{INT32_MAX} + 1);
    const auto micros = *rc::gen::inRange<std::int64_t>(1, 253'402'300'799'000'000);
    const auto state = static_cast<call_state>(*rc::gen::inRange<int>(0, call_state_count));
    const boost::json::object object{{"type", "call"},
                                     {"id", "x"},
                                     {"state", to_string(state)},
                                     {"call_id", *text},
                                     {"cli", *text},
                                     {"cld", *text},
                                     {"i_account", *number},
                                     {"i_connection", *number},
                                     {"setup_time", static_cast<double>(micros) / 1e6}};
    const auto news = parse(boost::json::serialize(object));
    RC_ASSERT(news.size() == 1U);
    const auto* call = std::get_if<call_event>(&news[0]);
    RC_ASSERT(call);
    RC_ASSERT(call->state == state);
    RC_ASSERT(*call->texts.get(call_text::sip_call_id) == std::string_view{object.at("call_id").as_string()});
    RC_ASSERT(*call->texts.get(call_text::cli) == std::string_view{object.at("cli").as_string()});
    RC_ASSERT(*call->texts.get(call_text::cld) == std::string_view{object.at("cld").as_string()});
    RC_ASSERT(call->account->value() == object.at("i_account").as_int64());
    RC_ASSERT(call->connection->value() == object.at("i_connection").as_int64());
    // A double has microseconds until the year 2242, and then ever fewer.
    const auto off = std::abs(call->setup->time_since_epoch().count() - micros);
    RC_ASSERT(off <= (micros < 8'589'934'592'000'000 ? 1 : 32));
  }));
}

TEST_CASE("a time in plain decimals is read to the microsecond") {
  CHECK(rc::check([] {
    const auto seconds = std::to_string(*rc::gen::inRange<std::int64_t>(1, 253'402'300'799));
    const auto decimals = *rc::gen::container<std::string>(rc::gen::inRange('0', static_cast<char>('9' + 1)));
    const auto written = decimals.empty() ? seconds : seconds + '.' + decimals;
    const auto call = said<call_event>(call_with("\"setup_time\":" + written));
    auto micros = decimals.substr(0, 6);
    micros.resize(6, '0');
    const auto off = std::abs(call.setup->time_since_epoch().count() - std::stoll(seconds + micros));
    // More than that, and it is a double.
    RC_ASSERT(off <= (decimals.size() <= 6 && seconds.size() <= 10 ? 0 : 32));
  }));
}

TEST_CASE("no bytes break the parser, and a line yields one item, or a call and what is wrong with it") {
  CHECK(rc::check([] {
    const auto bytes = *rc::gen::container<std::string>(rc::gen::oneOf(
        rc::gen::arbitrary<char>(), rc::gen::element('{', '}', '"', ':', ',', '\\', 'u', '1')));
    RC_ASSERT(parse(bytes).size() <= 1U);
    const auto said =
        parse(R"({"type":"call","id":"1","state":"Idle","cli":)" + bytes).size(); // also "cli":1}
    RC_ASSERT((said == 1U || said == 2U));
  }));
}

} // namespace rollcall::feed_line_parser_test
