#include "transport/xmlrpc/dialect.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <iterator>
#include <string>
#include <vector>

namespace rollcall::xmlrpc::xmlrpc_dialect_test {

namespace {

/// How an element with this content is written anew.
std::string written(const std::string& element, const std::string& content) {
  dialect_writer writer;
  writer.start(element);
  writer.text(content);
  writer.end(element);
  return writer.malformed() ? "malformed" : writer.take();
}

/// How a text is carried.
std::string carried(const std::string& text) {
  const auto whole = written("a", text);
  return whole.substr(3, whole.size() - 7);
}

} // namespace

TEST_CASE("dialect: an integer is written in the width that it needs") {
  for (const std::string element : {"int", "i4", "i8", "ex:i8"}) {
    CAPTURE(element);
    CHECK(written(element, "11") == "<int>11</int>");
    CHECK(written(element, "-0007") == "<int>-7</int>");
    CHECK(written(element, "2147483647") == "<int>2147483647</int>");
    CHECK(written(element, "2147483648") == "<i8>2147483648</i8>");
    CHECK(written(element, "-2147483648") == "<int>-2147483648</int>");
    CHECK(written(element, "-2147483649") == "<i8>-2147483649</i8>");
    CHECK(written(element, "9223372036854775807") == "<i8>9223372036854775807</i8>");
    CHECK(written(element, "9223372036854775808") == "<string>9223372036854775808</string>");
    CHECK(written(element, std::string(1000, '9')) == "<string>" + std::string(1000, '9') + "</string>");
  }
}

TEST_CASE("dialect: what is not of the type that its element says is a dateTime, which no method takes") {
  const std::string ill_typed = "<dateTime.iso8601>19700101T00:00:00</dateTime.iso8601>";
  for (const std::string element : {"int", "i4", "i8", "ex:i8", "double", "boolean"})
    for (const std::string text : {"", "abc", " 1", "1 ", "+-1", "--1", "-", "0x1", "<&", "nan", "inf"}) {
      CAPTURE(element);
      CAPTURE(text);
      CHECK(written(element, text) == ill_typed);
    }
  for (const std::string text : {"1e3", "1.5"})
    CHECK(written("i8", text) == ill_typed);
  for (const std::string text : {"2", "-1", "true", "00", "1.0"})
    CHECK(written("boolean", text) == ill_typed);
  for (const std::string text : {"", "AQ==", "#", "19980717T14:08:55", "yesterday"}) {
    CHECK(written("base64", text) == ill_typed);
    CHECK(written("dateTime.iso8601", text) == ill_typed);
  }
}

TEST_CASE("dialect: a number may have a plus sign") {
  CHECK(written("int", "+1") == "<int>1</int>");
  CHECK(written("i8", "+9223372036854775808") == "<string>9223372036854775808</string>");
  CHECK(written("double", "+1.5") == "<double>1.5</double>");
  CHECK(written("int", "+") == written("int", ""));
}

TEST_CASE("dialect: a double is written in fixed notation") {
  CHECK(written("double", "1.5") == "<double>1.5</double>");
  CHECK(written("double", "-2") == "<double>-2</double>");
  CHECK(written("double", "1e3") == "<double>1000</double>");
  CHECK(written("double", "-2.2250738585072011e-308").size() > 308);
  CHECK(written("double", "1.7976931348623157e308").size() > 308);
  CHECK(written("double", "1e999") == "<dateTime.iso8601>19700101T00:00:00</dateTime.iso8601>");
}

TEST_CASE("dialect: a number, boolean, time or base64 with an element in it is malformed") {
  for (const std::string element :
       {"int", "i4", "i8", "ex:i8", "double", "boolean", "base64", "dateTime.iso8601"}) {
    dialect_writer writer;
    writer.start(element);
    writer.start("a");
    CHECK(writer.malformed());
  }
}

TEST_CASE("dialect: a number may arrive in pieces, and texts around it are none of it") {
  dialect_writer writer;
  writer.start("a");
  writer.text(" ");
  writer.start("int");
  writer.text("1");
  writer.text("2");
  writer.end("int");
  writer.text(" ");
  writer.end("a");
  CHECK(writer.take() == "<a> <int>12</int> </a>");
}

TEST_CASE("dialect: what XML has a meaning for is escaped again") {
  CHECK(written("a", "<b>&\r\n'\"]]>")
        == "<a>&lt;b&gt;&amp;\xEE\x80\x80"
           "00000D\n'\"]]&gt;</a>");
}

TEST_CASE("dialect: characters above U+FFFF are carried by others, and so is the one that carries them") {
  CHECK(carried("a\xF0\x9F\x98\x80z")
        == "a\xEE\x80\x80"
           "01F600z");
  CHECK(carried("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF")
        == "\xEE\x80\x80"
           "010000\xEE\x80\x80"
           "10FFFF");
  CHECK(carried("\xEE\x80\x80"
                "01F600")
        == "\xEE\x80\x80"
           "00E00001F600");
  CHECK(carried("\xC3\xBC\xE4\xB8\xAD\xEF\xBF\xBD\xEE\x80\x81")
        == "\xC3\xBC\xE4\xB8\xAD\xEF\xBF\xBD\xEE\x80\x81");
}

TEST_CASE("dialect: names of members are told apart, and come back as they were") {
  dialect_writer writer;
  for (const std::string name : {"a", "a", "", "\xEE\x80\x80"}) {
    writer.start("name");
    writer.text(name);
    writer.end("name");
  }
  const auto document = writer.take();
  CHECK(document
        == "<name>a\xEE\x80\x80"
           "110000</name><name>a\xEE\x80\x80"
           "110001</name><name>\xEE\x80\x80"
           "110002</name><name>\xEE\x80\x80"
           "00E000\xEE\x80\x80"
           "110003</name>");
  CHECK(restored("a\xEE\x80\x80"
                 "110001")
        == "a");
  CHECK(restored("\xEE\x80\x80"
                 "00E000\xEE\x80\x80"
                 "110003")
        == "\xEE\x80\x80");
}

TEST_CASE("dialect: every text comes back as it was") {
  CHECK(rc::check([] {
    const std::string alphabet[] = {"a",
                                    "\r",
                                    "\n",
                                    "0",
                                    "F",
                                    "\xC3\xBC",
                                    "\xEE\x80\x80",
                                    "\xEE\x80\x81",
                                    "\xEF\xBF\xBD",
                                    "\xF0\x90\x80\x80",
                                    "\xF0\x9F\x98\x80",
                                    "\xF4\x8F\xBF\xBF",
                                    "01F600"};
    std::string text;
    for (const auto i :
         *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, std::size(alphabet))))
      text += alphabet[i];
    RC_ASSERT(restored(carried(text)) == text);
  }));
}

TEST_CASE("dialect: a text that nobody wrote here is restored to something, and never more than that") {
  CHECK(restored("\xEE\x80\x80").size() == 3);
  CHECK(restored("\xEE\x80\x80"
                 "xyz")
            .size()
        == 3);
  CHECK(restored("").empty());
}

} // namespace rollcall::xmlrpc::xmlrpc_dialect_test
