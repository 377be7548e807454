#include "transport/xmlrpc/dialect.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <iterator>
#include <string>
#include <vector>

namespace rollcall::xmlrpc {

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

TEST_CASE("dialect: what is no number is left to xmlrpc-c, but for an i8, on which it would crash") {
  for (const std::string text : {"", "abc", " 1", "1 ", "+1", "+-1", "--1", "-", "0x1", "1e3", "1.5"}) {
    CAPTURE(text);
    CHECK(written("int", text) == "<int>" + text + "</int>");
    CHECK(written("i4", text) == "<i4>" + text + "</i4>");
    CHECK(written("i8", text) == "malformed");
    CHECK(written("ex:i8", text) == "malformed");
  }
  CHECK(written("int", "<&") == "<int>&lt;&amp;</int>");
}

TEST_CASE("dialect: an integer with an element in it is malformed") {
  for (const std::string element : {"int", "i4", "i8", "ex:i8"}) {
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
  CHECK(written("a", "<b>&\r\n'\"]]>") == "<a>&lt;b&gt;&amp;&#13;\n'\"]]&gt;</a>");
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

TEST_CASE("dialect: every text comes back as it was") {
  CHECK(rc::check([] {
    const std::string alphabet[] = {"a",
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

} // namespace rollcall::xmlrpc
