#include "apps/rollcall/output.hpp"

#include <doctest/doctest.h>

#include <array>
#include <sstream>
#include <string>

namespace rollcall::cli_output_test {

using namespace rollcall::cli;

namespace {

constexpr std::array<column, 4> columns = {{{"ID"},
                                            {"I_ACCOUNT", column::kind::number},
                                            {"DELAY", column::kind::seconds},
                                            {"CALL_ID", column::kind::text, false}}};

std::string written(format as, const boost::json::array& rows) {
  std::ostringstream out;
  write_rows(out, as, columns, rows);
  return out.str();
}

const boost::json::object call{
    {"ID", "a:1"}, {"I_ACCOUNT", 3}, {"DELAY", 6.102700465}, {"CALL_ID", "x,\"y\""}};

} // namespace

TEST_CASE("output: no rows leave the heading, and an empty list in JSON") {
  CHECK(written(format::table, {}) == "ID  I_ACCOUNT  DELAY\n");
  CHECK(written(format::csv, {}) == "ID,I_ACCOUNT,DELAY,CALL_ID\r\n");
  CHECK(written(format::json, {}) == "[]\n");
}

TEST_CASE("output: a table shows nothing that a terminal would obey") {
  const auto text = written(format::table, {{{"ID", "\x1b[2J\r\n\x7f\xC2\x9b"}}});
  CHECK(text.find("\\x1b[2J\\r\\n\\x7f\\x9b") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("output: an ID of hidden characters is shown as it can be typed, and is itself in CSV") {
  constexpr std::array<column, 1> ids = {{{"ID", column::kind::call_id}}};
  const boost::json::array rows = {{{"ID", "a:\u200B1"}}, {{"ID", "a:\\u{200b}1"}}};
  const auto written_as = [&](format as) {
    std::ostringstream out;
    write_rows(out, as, ids, rows);
    return out.str();
  };
  CHECK(written_as(format::table) == "ID\n\\a:\\u{200b}1\na:\\u{200b}1\n");
  CHECK(written_as(format::csv) == "ID\r\na:\u200B1\r\na:\\u{200b}1\r\n");
}

TEST_CASE("output: a member that a row lacks is an empty cell") {
  CHECK(written(format::csv, {boost::json::object()}) == "ID,I_ACCOUNT,DELAY,CALL_ID\r\n,,,\r\n");
}

TEST_CASE("output: table columns line up, numbers to the right") {
  const boost::json::object longer{{"ID", "sbc-1:\xC3\xA4"}, {"I_ACCOUNT", 1234567890}, {"DELAY", 0.0}};
  CHECK(written(format::table, {call, longer})
        == "ID        I_ACCOUNT  DELAY\n"
           "a:1               3  6.103\n"
           "sbc-1:\xC3\xA4  1234567890  0.000\n");
}

TEST_CASE("output: CSV quotes commas and quotes") {
  CHECK(written(format::csv, {call}) == "ID,I_ACCOUNT,DELAY,CALL_ID\r\na:1,3,6.102700,\"x,\"\"y\"\"\"\r\n");
}

TEST_CASE("output: a text in CSV that a spreadsheet would take for a formula is defused") {
  const auto cell = [](const std::string& id) {
    const auto text = written(format::csv, {{{"ID", id}}});
    const auto begin = text.find("\r\n") + 2;
    return text.substr(begin, text.size() - begin - 5); // without ",,,\r\n"
  };
  for (const std::string text :
       {"=1+1", "@SUM(A1)", "+1+cmd|' /C calc'!A0", "-2+3*A1", "+", "-", "--", "+a", "=", "-(", "+49;=1"}) {
    CAPTURE(text);
    CHECK(cell(text) == "'" + text);
  }
  CHECK(cell("=HYPERLINK(\"x\",1)") == "\"'=HYPERLINK(\"\"x\"\",1)\"");
  CHECK(cell("\t=1") == "'\t=1");
  CHECK(cell("\r=1") == "\"'\r=1\"");
  CHECK(cell("\n=1") == "\"'\n=1\"");
  for (const std::string text :
       {"", "801", "+49891234", "+49 (89) 12-34", "-5", "-1.50", "a=1", "'=1", "*31#", "sbc-1:9"}) {
    CAPTURE(text);
    CHECK(cell(text) == text);
  }
}

TEST_CASE("output: a number in CSV is never defused, and a text never in JSON") {
  CHECK(written(format::csv, {{{"I_ACCOUNT", -3}, {"DELAY", -0.5}}})
        == "ID,I_ACCOUNT,DELAY,CALL_ID\r\n,-3,-0.500000,\r\n");
  CHECK(written(format::json, {{{"ID", "=1"}}}) == "[\n{\"ID\":\"=1\"}\n]\n");
}

TEST_CASE("output: JSON has one object a line, doubles without exponent") {
  CHECK(written(format::json, {call, call})
        == "[\n{\"ID\":\"a:1\",\"I_ACCOUNT\":3,\"DELAY\":6.102700,\"CALL_ID\":\"x,\\\"y\\\"\"},\n"
           "{\"ID\":\"a:1\",\"I_ACCOUNT\":3,\"DELAY\":6.102700,\"CALL_ID\":\"x,\\\"y\\\"\"}\n]\n");
  CHECK(boost::json::parse(written(format::json, {call})).is_array());
}

} // namespace rollcall::cli_output_test
