#include "apps/rollcall/answer_reader.hpp"
#include "apps/rollcall/exit_code.hpp"

#include <doctest/doctest.h>
#include <xmlrpc-c/base.hpp>
#include <xmlrpc-c/xml.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace rollcall::cli_answer_reader_test {

using namespace rollcall::cli;

namespace {

boost::json::value read(const std::string& xml, std::size_t piece = std::string::npos) {
  answer_reader reader;
  for (std::size_t at = 0; at < xml.size(); at += std::min(piece, xml.size() - at))
    reader.feed(std::string_view(xml).substr(at, piece));
  const bool is_value = reader.finish();
  REQUIRE(is_value);
  return reader.value();
}

std::string response(const std::string& value) {
  return "<?xml version='1.0'?>\n<methodResponse><params><param>" + value
         + "</param></params></methodResponse>";
}

} // namespace

TEST_CASE("answer reader: a document that is not a methodResponse is refused") {
  for (const std::string xml :
       {"", "hello", "<html><body/></html>", "<methodResponse></methodResponse>",
        "<methodResponse><params><param><value><int>1</int></value>", "<value><int>1</int></value>",
        "<methodResponse><params><param><value><int>x</int></value></param></params></methodResponse>"}) {
    CAPTURE(xml);
    CHECK_THROWS_AS(read(xml), command_error);
  }
}

TEST_CASE("answer reader: a DOCTYPE is refused before its entities grow") {
  CHECK_THROWS_AS(read("<!DOCTYPE x [<!ENTITY a 'aaaa'>]>" + response("<value>&a;</value>").substr(22)),
                  command_error);
}

TEST_CASE("answer reader: an endless depth is refused") {
  std::string deep;
  for (int i = 0; i < 100; ++i)
    deep += "<value><array><data>";
  CHECK_THROWS_AS(read("<methodResponse><params><param>" + deep), command_error);
}

TEST_CASE("answer reader: an end without its beginning does not crash") {
  CHECK_THROWS_AS(read("<methodResponse></struct>"), command_error);
}

TEST_CASE("answer reader: a fault is told with code and text") {
  answer_reader reader;
  reader.feed(
      "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>401</int></value>"
      "</member><member><name>faultString</name><value><string>Wrong i_account</string></value></member>"
      "</struct></value></fault></methodResponse>");
  REQUIRE(!reader.finish());
  CHECK(reader.fault().code == 401);
  CHECK(reader.fault().text == "Wrong i_account");
}

TEST_CASE("answer reader: a fault whose code has more than 32 bits is refused") {
  answer_reader reader;
  reader.feed(
      "<methodResponse><fault><value><struct><member><name>faultCode</name><value><i8>4294967697</i8></value>"
      "</member><member><name>faultString</name><value><string>x</string></value></member>"
      "</struct></value></fault></methodResponse>");
  REQUIRE(!reader.finish());
  CHECK_THROWS_AS(reader.fault(), command_error);
}

TEST_CASE("answer reader: a fault without its members is refused") {
  answer_reader reader;
  reader.feed("<methodResponse><fault><value>no</value></fault></methodResponse>");
  REQUIRE(!reader.finish());
  CHECK_THROWS_AS(reader.fault(), command_error);
}

TEST_CASE("answer reader: all types of values") {
  CHECK(read(response("<value><int>-7</int></value>")) == -7);
  CHECK(read(response("<value><i4> +7 </i4></value>")) == 7);
  CHECK(read(response("<value><i8>99999999999</i8></value>")) == 99999999999);
  CHECK(read(response("<value><boolean>1</boolean></value>")) == true);
  CHECK(read(response("<value><double>6.102700465</double></value>")) == 6.102700465);
  CHECK(read(response("<value><string>a&lt;b</string></value>")) == "a<b");
  CHECK(read(response("<value>untyped</value>")) == "untyped");
  CHECK(read(response("<value/>")) == "");
  CHECK(read(response("<value><nil/></value>")).is_null());
  CHECK(read(response("<value><array><data/></array></value>")) == boost::json::array());
  CHECK(read(response("<value><struct></struct></value>")) == boost::json::object());
}

TEST_CASE("answer reader: what xmlrpc-c writes is read back, however it is cut") {
  std::map<std::string, xmlrpc_c::value> row{{"ID", xmlrpc_c::value_string("sbc-1:960 <&> \xC3\xA4")},
                                             {"I_ACCOUNT", xmlrpc_c::value_int(3)},
                                             {"DELAY", xmlrpc_c::value_double(6.5)},
                                             {"big", xmlrpc_c::value_i8(5'000'000'000)},
                                             {"empty", xmlrpc_c::value_string("")},
                                             {"yes", xmlrpc_c::value_boolean(true)}};
  const std::map<std::string, xmlrpc_c::value> nothing;
  const std::vector<xmlrpc_c::value> one{xmlrpc_c::value_int(1)};
  const std::vector<xmlrpc_c::value> rows{xmlrpc_c::value_struct(row), xmlrpc_c::value_struct(nothing),
                                          xmlrpc_c::value_array(one)};
  std::string xml;
  xmlrpc_c::xml::generateResponse(xmlrpc_c::rpcOutcome(xmlrpc_c::value_array(rows)), &xml);
  const boost::json::value expected = {{{"ID", "sbc-1:960 <&> \xC3\xA4"},
                                        {"I_ACCOUNT", 3},
                                        {"DELAY", 6.5},
                                        {"big", 5'000'000'000},
                                        {"empty", ""},
                                        {"yes", true}},
                                       boost::json::object(),
                                       boost::json::array{1}};
  for (std::size_t piece = 1; piece < 40; ++piece)
    CHECK(read(xml, piece) == expected);
}

} // namespace rollcall::cli_answer_reader_test
