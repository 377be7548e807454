#include "transport/switches/asterisk/ami_event.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <string_view>
#include <vector>

namespace rollcall::asterisk_ami_event_test {

using asterisk::ami_event;
using asterisk::ami_reader;

namespace {

ami_event event_of(const std::vector<std::string>& lines) {
  ami_event made;
  for (const auto& each : lines)
    made.add(each);
  return made;
}

} // namespace

TEST_CASE("asterisk ami_event: what a line is") {
  struct example {
    std::string line;
    bool is_header;
    std::string name, value;
  };
  using namespace std::string_literals;
  const std::vector<example> table = {
      {"Event: Hangup", true, "Event", "Hangup"},
      {"Event:Hangup", true, "Event", "Hangup"},
      {"Event:", true, "Event", ""},
      {"Event: ", true, "Event", ""},
      {"Event:  two", true, "Event", " two"},
      {"AppData: a: b", true, "AppData", "a: b"},
      {"CallerIDName: \xff\x01", true, "CallerIDName", "\xff\x01"},
      {"X-Y_1: z", true, "X-Y_1", "z"},
      {"Asterisk Call Manager/11.0.0", false, "", ""},
      {": value", false, "", ""},
      {"A name: value", false, "", ""},
      {"\xc3\xa4: value", false, "", ""},
      {"Name: a\rUniqueid: 1", false, "Name", ""},
      {"Name: a\0b"s, false, "Name", ""},
      {std::string(64, 'n') + ": value", true, std::string(64, 'n'), "value"},
      {std::string(65, 'n') + ": value", false, std::string(65, 'n'), ""},
      {"Name: " + std::string(asterisk::line_bytes - 6, 'v'), true, "Name",
       std::string(asterisk::line_bytes - 6, 'v')},
      {"Name: " + std::string(asterisk::line_bytes - 5, 'v'), false, "Name", ""},
  };
  for (const auto& each : table) {
    CAPTURE(each.line);
    ami_event made;
    CHECK(made.add(each.line) == each.is_header);
    CHECK(made.get(each.name) == each.value);
  }
}

TEST_CASE("asterisk ami_event: of a repeated header the first counts") {
  const auto made = event_of({"Uniqueid: 1.1", "Uniqueid: 2.2", "DestUniqueid: 3.3", "Dest: x"});
  CHECK(made.get("Uniqueid") == "1.1");
  CHECK(made.get("Dest", "Uniqueid") == "3.3");
  CHECK(made.get("DestUnique", "id") == "3.3");
  CHECK(made.get("Des", "Uniqueid") == "");
}

TEST_CASE("asterisk ami_event: variables of channels") {
  const auto made = event_of({"ChanVariable: A=1", "ChanVariable: A=2", "ChanVariable: AB=3",
                              "ChanVariable: C=", "ChanVariable: D", "DestChanVariable: A=4=5"});
  CHECK(made.variable("", "A") == "1");
  CHECK(made.variable("", "AB") == "3");
  CHECK(made.variable("", "C") == "");
  CHECK(made.variable("", "D") == "");
  CHECK(made.variable("Dest", "A") == "4=5");
}

TEST_CASE("asterisk ami_reader: an empty line ends a message") {
  ami_reader reader;
  CHECK_FALSE(reader.take(""));
  CHECK_FALSE(reader.take("Asterisk Call Manager/11.0.0"));
  CHECK_FALSE(reader.take("Event: A"));
  CHECK(reader.take(""));
  CHECK(reader.message().get("Event") == "A");
  CHECK_FALSE(reader.take(""));
  CHECK_FALSE(reader.take("Event: B"));
  CHECK(reader.take(""));
  CHECK(reader.message().get("Event") == "B");
  CHECK(reader.bad_lines() == 1);
  reader.lost_line();
  CHECK(reader.bad_lines() == 2);
}

TEST_CASE("asterisk ami_reader: a message is bounded, and what is beyond costs its lines") {
  ami_reader reader;
  SUBCASE("in lines") {
    for (std::size_t i = 0; i < asterisk::message_lines + 7; ++i)
      reader.take("N" + std::to_string(i) + ": v");
    CHECK(reader.bad_lines() == 7);
  }
  SUBCASE("in bytes") {
    const auto line = "Name: " + std::string(1000, 'v');
    for (auto i = 0; i < 80; ++i)
      reader.take(line);
    CHECK(reader.bad_lines() == 80 - asterisk::message_bytes / 1005);
  }
  CHECK(reader.take(""));
  reader.take("Event: next");
  CHECK(reader.take(""));
  CHECK(reader.message().get("Event") == "next");
}

TEST_CASE("asterisk ami_event: no line makes a value that could end one") {
  const auto holds = rc::check([](const std::string& name, const std::string& value) {
    ami_event made;
    const auto taken = made.add(name + ':' + value);
    const auto is_clean = value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos;
    RC_ASSERT(!taken || is_clean);
    RC_ASSERT(!taken || made.get(name.substr(0, name.find(':'))).find_first_of("\r\n") == std::string::npos);
  });
  CHECK(holds);
}

} // namespace rollcall::asterisk_ami_event_test
