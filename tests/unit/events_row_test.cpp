#include "domain/base/text.hpp"
#include "domain/calls/shown_id.hpp"
#include "row_fixture.hpp"
#include "transport/events/event_writer.hpp"
#include "transport/events/json_escape.hpp"
#include "transport/events/json_row.hpp"
#include "watch_fixture.hpp"

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace rollcall::events::row_test {

namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr auto now = timestamp{2'000s};
constexpr char untouched = '\x7f';

/// Checks that the writer keeps to the room that it asked for.
std::string written(const json_row_writer::row& row, xmlrpc::answer_style style) {
  constexpr std::size_t guard = 64;
  const auto room = json_row_writer::room_for(row);
  std::string out(room + guard, untouched);
  const auto size = static_cast<std::size_t>(json_row_writer{style}.write(out.data(), row, now) - out.data());
  RC_ASSERT(size <= room);
  RC_ASSERT(out.substr(room) == std::string(guard, untouched));
  out.resize(size);
  return out;
}

/// As a text is told where characters above U+FFFF are not.
std::string without_astral(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto astral = xmlrpc::astral_size(text, i);
    out += astral != 0 ? xmlrpc::astral_replacement : text.substr(i, 1);
    i += astral != 0 ? astral : 1;
  }
  return out;
}

} // namespace

TEST_CASE("a row is the JSON of its call, whatever the texts") {
  CHECK(rc::check([] {
    const auto record = arbitrary_record("9");
    const auto name = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    const auto full = *rc::gen::arbitrary<bool>();
    json_row_writer::row row;
    row.call = record.get();
    row.customer = customer_id{7};
    row.customer_name = name;
    row.account_name = record->get(call_text::account_name);
    row.vendor_name = "vendor";
    const auto told = json::parse(written(row, {xmlrpc::id_style::integers, full})).as_object();
    const auto shown = [&](std::string_view text) { return full ? std::string{text} : without_astral(text); };
    const auto is = [&](std::string_view member, std::string_view text) {
      RC_ASSERT(std::string_view{told.at(member).as_string()} == text);
    };
    is("CLI", shown(record->get(call_text::cli)));
    is("CLD", shown(record->get(call_text::cld)));
    is("CALL_ID", shown(record->get(call_text::sip_call_id)));
    is("CALLER_MEDIA_IP", shown(record->get(call_text::caller_media_ip)));
    is("CALLEE_MEDIA_IP", shown(record->get(call_text::callee_media_ip)));
    is("DIRECTION", shown(record->get(call_text::direction)));
    is("CC_STATE", to_string(record->state()));
    is("ID", record->id());
    is("CUSTOMER_NAME", shown(cleaned(name)));
    is("ACCOUNT_NAME", shown(record->get(call_text::account_name)));
    is("VENDOR_NAME", "vendor");
    is("CONNECTION_NAME", "");
    is("NODE_ID", record->source().node.value());
    is("SWITCH", record->source().name.value());
    is("SETUP_TIME", format_api_time(record->setup()));
    is("CONNECT_TIME", format_api_time(record->connect()));
    is("END_TIME", format_api_time(record->end()));
    is("SUSPECT", "");
    RC_ASSERT(told.at("I_CUSTOMER") == 7);
    RC_ASSERT(told.at("I_ENVIRONMENT") == 1);
    RC_ASSERT(told.size() == 24);
  }));
}

TEST_CASE("a row has the symptoms that were found, and room for all of them") {
  const auto record = watch_fixture::first("1", 11)->looked_at(symptoms::of_bits(symptoms::all_bits));
  json_row_writer::row row;
  row.call = record.get();
  const auto told = json::parse(written(row, {})).as_object();
  CHECK(told.at("SUSPECT") == "setup_over,age_over,disconnecting_over,unverified_over,no_media");
}

TEST_CASE("an ID with characters above U+FFFF is followed by their codes") {
  const auto record = watch_fixture::first("a\xF0\x9F\x98\x80", 11);
  json_row_writer::row row;
  row.call = record.get();
  const auto id = [&](bool full) {
    return json::parse(written(row, {xmlrpc::id_style::integers, full})).at("ID").as_string();
  };
  CHECK(id(true) == record->id());
  CHECK(id(false) == with_codes(record->id()));
}

TEST_CASE("numbers of customers and environments are texts where they are configured so") {
  const auto record = watch_fixture::first("1", 11);
  json_row_writer::row row;
  row.call = record.get();
  row.customer = customer_id{1};
  const auto told = json::parse(written(row, xmlrpc::id_style::strings)).as_object();
  CHECK(told.at("I_CUSTOMER") == "1");
  CHECK(told.at("I_ENVIRONMENT") == "1");
  CHECK(told.at("I_ACCOUNT") == 11);
}

TEST_CASE("a row has the names that the directory gives") {
  const auto record = watch_fixture::first("1", 22);
  const auto dir = watch_fixture::sample();
  const auto row = json_row_writer::row_of(*record, dir->owner(environment_id{1}, account_id{22}), *dir);
  CHECK(row.customer == customer_id{2});
  CHECK(row.customer_name == "customer 2");
  CHECK(row.account_name == "user 2");
}

TEST_CASE("a call that the directory has elsewhere by now is not told") {
  event_writer writer{stream_form::ndjson, {"node-a", customer_id{2}, "{}"}, {}};
  writer.set_directory(watch_fixture::sample());
  std::string out;
  CHECK_FALSE(writer.write_call(out, *watch_fixture::first("1", 11), now));
  CHECK(out.empty());
  CHECK(writer.write_call(out, *watch_fixture::first("2", 33), now));
  const auto told = json::parse(out).as_object();
  CHECK(told.at("type") == "call");
  CHECK(told.at("n") == 1);
  CHECK(told.at("call").at("I_CUSTOMER") == 3);
}

TEST_CASE("a limit that was reached is told with whose it is and how much of it is used") {
  event_writer writer{stream_form::ndjson, {"node-a", customer_id{2}, "{}"}, {}};
  const limit_event reached{{limit_kind::account, 33}, true, 5, 4};
  const limit_event removed{{limit_kind::customer, 2}, false, 5, no_limit};
  std::string out;
  for (const auto& each : {reached, removed})
    writer.write(out,
                 {.what = watch_message::kind::limit, .limit = std::make_shared<const limit_event>(each)}, {},
                 now);
  CHECK(out
        == R"({"type":"limit","n":1,"kind":"account","id":33,"state":"reached","total":5,"max_sessions":4})"
           "\n"
           R"({"type":"limit","n":2,"kind":"customer","id":2,"state":"cleared","total":5,"max_sessions":-1})"
           "\n");
}

TEST_CASE("texts are escaped as JSON has it") {
  const auto escaped = [](std::string_view text, bool full) {
    std::string out;
    escape_json(text, full, [&](std::string_view piece) { out += piece; });
    return out;
  };
  CHECK(escaped("a\"b\\c\td", false) == R"(a\"b\\c\u0009d)");
  CHECK(escaped("\xF0\x9F\x98\x80!", false) == "\xEF\xBF\xBD!");
  CHECK(escaped("\xF0\x9F\x98\x80!", true) == "\xF0\x9F\x98\x80!");
  CHECK(escaped("", false).empty());
  CHECK_FALSE(may_need_json_escape("sip:1@example.com"));
  for (const std::string_view text : {"a\"", "\\", "12345678\n", "\x7f\xC3\xA4"})
    CHECK(may_need_json_escape(text));
}

} // namespace rollcall::events::row_test
