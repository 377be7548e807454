#include "domain/base/text.hpp"
#include "transport/xmlrpc/body.hpp"
#include "transport/xmlrpc/writer.hpp"

#include <doctest/doctest.h>
#include <expat.h>
#include <rapidcheck.h>

#include <limits>
#include <memory>
#include <optional>
#include <string>

namespace rollcall::xmlrpc::xmlrpc_writer_test {

namespace {

using namespace std::chrono_literals;

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

std::string seconds(std::chrono::microseconds length) {
  std::string out;
  append_seconds(out, length);
  return out;
}

/// The text that an XML reader finds in a document; none when it is not well-formed.
std::optional<std::string> text_in(const std::string& document) {
  std::string found;
  const auto parser = XML_ParserCreate("UTF-8");
  XML_SetUserData(parser, &found);
  XML_SetCharacterDataHandler(parser, [](void* data, const XML_Char* text, int size) {
    static_cast<std::string*>(data)->append(text, static_cast<std::size_t>(size));
  });
  const auto status = XML_Parse(parser, document.data(), static_cast<int>(document.size()), 1);
  XML_ParserFree(parser);
  return status == XML_STATUS_OK ? std::optional{found} : std::nullopt;
}

/// Gives its text in pieces of one byte.
class trickle final : public http::body_source {
public:
  explicit trickle(std::string text) : text_(std::move(text)) {}
  bool next(std::string& out) override {
    if (position_ < text_.size())
      out += text_[position_++];
    return position_ < text_.size();
  }

private:
  std::string text_;
  std::size_t position_ = 0;
};

std::string drained(body from) {
  if (const auto* text = std::get_if<std::string>(&from))
    return *text;
  std::string out;
  while (std::get<std::unique_ptr<http::body_source>>(from)->next(out)) {
  }
  return out;
}

} // namespace

TEST_CASE("text is escaped as Python does it, and a carriage return by its number") {
  CHECK(escaped("") == "");
  CHECK(escaped("plain \"'\t\n") == "plain \"'\t\n");
  CHECK(escaped("<b>&amp;</b>") == "&lt;b&gt;&amp;amp;&lt;/b&gt;");
  CHECK(escaped("]]>") == "]]&gt;");
  CHECK(escaped("\ra\r\n") == "&#13;a&#13;\n");
  CHECK(escaped("\u00fc\uffe0\U0001f4de\U0010ffff<") == "\u00fc\uffe0\ufffd\ufffd&lt;");
  std::string full;
  append_escaped(full, "\u00fc\U0001f4de<", true);
  CHECK(full == "\u00fc\U0001f4de&lt;");
}

TEST_CASE("seconds are fixed, with six decimals") {
  CHECK(seconds(0us) == "0.000000");
  CHECK(seconds(1us) == "0.000001");
  CHECK(seconds(6102700us) == "6.102700");
  CHECK(seconds(-1us) == "-0.000001");
  CHECK(seconds(-2500000us) == "-2.500000");
  CHECK(seconds(std::chrono::microseconds::max()) == "9223372036854.775807");
  CHECK(seconds(std::chrono::microseconds::min()) == "-9223372036854.775808");
}

TEST_CASE("a value has the bytes of Python's encoder") {
  std::string out{response_head};
  writer w{out};
  w.begin_struct();
  w.begin_member("A").text("a&<>\"").end_member();
  w.begin_member("I").integer(3).end_member();
  w.begin_member("B").boolean(true).end_member();
  w.begin_member("N").begin_array().integer(1).integer(-2).end_array().end_member();
  w.begin_member("E").begin_array().end_array().end_member();
  w.begin_member("S").begin_struct().end_struct().end_member();
  w.end_struct();
  out += response_foot;
  // xmlrpc.client.dumps(({'A': 'a&<>"', 'I': 3, 'B': True, 'N': [1, -2], 'E': [], 'S': {}},),
  // methodresponse=True)
  CHECK(out == R"(<?xml version='1.0'?>
<methodResponse>
<params>
<param>
<value><struct>
<member>
<name>A</name>
<value><string>a&amp;&lt;&gt;"</string></value>
</member>
<member>
<name>I</name>
<value><int>3</int></value>
</member>
<member>
<name>B</name>
<value><boolean>1</boolean></value>
</member>
<member>
<name>N</name>
<value><array><data>
<value><int>1</int></value>
<value><int>-2</int></value>
</data></array></value>
</member>
<member>
<name>E</name>
<value><array><data>
</data></array></value>
</member>
<member>
<name>S</name>
<value><struct>
</struct></value>
</member>
</struct></value>
</param>
</params>
</methodResponse>
)");
}

TEST_CASE("a fault has the bytes of Python's encoder, and its text is cleaned") {
  // xmlrpc.client.dumps(xmlrpc.client.Fault(401, 'Wrong <i>\ufffd'))
  CHECK(fault_response({fault_code::wrong_id, "Wrong <i>\x01"})
        == R"(<?xml version='1.0'?>
<methodResponse>
<fault>
<value><struct>
<member>
<name>faultCode</name>
<value><int>401</int></value>
</member>
<member>
<name>faultString</name>
<value><string>Wrong &lt;i&gt;)"
           "\uFFFD"
           R"(</string></value>
</member>
</struct></value>
</fault>
</methodResponse>
)");
}

TEST_CASE("a text that is not clean loses nothing but what is broken in it") {
  CHECK(escaped("\xF0<") == "\uFFFD&lt;");
  CHECK(escaped("\xF0") == "\uFFFD");
  CHECK(escaped("\xF0\x9F&\xF4\x80\x80\x80\x80") == "\uFFFD&amp;\uFFFD\x80");
}

TEST_CASE("an id beyond 32 bits is not known, and never another one") {
  CHECK(shown_id(1) == 1);
  CHECK(shown_id(2147483647) == 2147483647);
  for (const std::int64_t id : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{2147483648},
                                std::int64_t{4294967297}, std::numeric_limits<std::int64_t>::min()})
    CHECK(shown_id(id) == 0);
}

TEST_CASE("a number never needs more than the 32 bits of an int") {
  std::string out;
  writer{out}
      .integer(std::numeric_limits<std::int64_t>::min())
      .integer(std::numeric_limits<std::int64_t>::max());
  CHECK(out == "<value><int>-2147483648</int></value>\n<value><int>2147483647</int></value>\n");
}

TEST_CASE("a reader gets back the text that was written") {
  CHECK(rc::check([] {
    // The escapes must come up often, and so must bytes that are no UTF-8.
    const auto raw = *rc::gen::container<std::string>(rc::gen::oneOf(
        rc::gen::arbitrary<char>(), rc::gen::element('&', '<', '>', '\r', '\n', ']', '"', '\xc3')));
    const auto text = cleaned(raw);
    std::string out;
    writer{out, true}.text(text);
    RC_ASSERT(text_in(out) == text);
  }));
}

TEST_CASE("joined bodies are those bodies one behind the other") {
  std::vector<body> parts;
  parts.emplace_back("a");
  parts.emplace_back(std::make_unique<trickle>("bcd"));
  parts.emplace_back("");
  parts.emplace_back(std::make_unique<trickle>(""));
  parts.emplace_back("e");
  CHECK(drained(std::make_unique<joined_body>(std::move(parts))) == "abcde");
  CHECK(drained(std::make_unique<joined_body>(std::vector<body>{})) == "");
}

TEST_CASE("joined bodies that are large come in pieces") {
  std::vector<body> parts;
  for (int i = 0; i < 10; ++i)
    parts.emplace_back(std::string(piece_size / 2, 'x'));
  joined_body joined{std::move(parts)};
  std::string out;
  CHECK(joined.next(out));
  CHECK(out.size() == piece_size);
}

TEST_CASE("an answer is framed the same whether its value is there or comes in pieces") {
  std::string value;
  writer{value}.text("x");
  const auto whole = drained(response_around(value));
  CHECK(whole == drained(response_around(std::make_unique<trickle>(value))));
  CHECK(
      whole
      == "<?xml "
         "version='1.0'?>\n<methodResponse>\n<params>\n<param>\n<value><string>x</string></value>\n</param>\n"
         "</params>\n</methodResponse>\n");
}

} // namespace rollcall::xmlrpc::xmlrpc_writer_test
