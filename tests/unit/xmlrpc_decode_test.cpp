#include "transport/xmlrpc/decode.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

namespace rollcall::xmlrpc::xmlrpc_decode_test {

namespace {

std::string call_with(const std::string& value) {
  return "<?xml version='1.0'?><methodCall><methodName>m</methodName><params><param><value>" + value
         + "</value></param></params></methodCall>";
}

fault refusal(const std::string& body) {
  const auto decoded = decode(body);
  return decoded ? fault{} : decoded.why();
}

value only_value(const std::string& xml) {
  const auto decoded = decode(call_with(xml));
  REQUIRE_MESSAGE(decoded, xml);
  REQUIRE(decoded->params.size() == 1);
  return decoded->params[0];
}

value text(std::string s) { return {std::move(s)}; }
value number(std::int64_t n) { return {n}; }

} // namespace

TEST_CASE("a well-formed document that is not a method call is an invalid request") {
  for (const std::string body :
       {"<a/>", "<methodResponse/>", "<methodCall/>", "<methodCall><params/></methodCall>",
        "<methodCall><methodName/></methodCall>", "<methodCall><methodName></methodName></methodCall>",
        "<methodCall><methodName>a</methodName><params><param/></params></methodCall>",
        "<methodCall><methodName><b/></methodName></methodCall>",
        "<methodCall><methodName>a</methodName><params><a/></params></methodCall>"}) {
    CAPTURE(body);
    CHECK(refusal(body) == invalid_request());
  }
  for (const std::string xml :
       {"<int>1</int><int>2</int>", "<int>1<b/></int>", "<unknown/>",
        "<struct><member><name>a</name></member></struct>", "<struct><a/></struct>", "<array/>",
        "<array><data><int>1</int></data></array>", "<array><data><int>abc</int></data></array>"}) {
    CAPTURE(xml);
    CHECK(refusal(call_with(xml)) == invalid_request());
  }
}

TEST_CASE("a value that is not of its own type is one that no method takes, and costs nothing else") {
  for (const std::string xml :
       {"<int>abc</int>", "<int></int>", "<int/>", "<i4>1.5</i4>", "<i8>abc</i8>", "<boolean>2</boolean>",
        "<boolean>true</boolean>", "<boolean/>", "<double>x</double>", "<double/>",
        "<dateTime.iso8601>yesterday</dateTime.iso8601>", "<base64>#</base64>", "<base64/>"}) {
    CAPTURE(xml);
    CHECK(only_value(xml) == value{opaque{}});
    CHECK(only_value("<array><data><value>" + xml + "</value><value>a</value></data></array>")
          == value{array{value{opaque{}}, text("a")}});
  }
  CHECK(only_value("<double>1e3</double>") == value{1000.0});
}

TEST_CASE("a body that is not XML is a parse error, and a document type is refused") {
  CHECK(refusal("") == parse_error());
  CHECK(refusal("<methodCall>") == parse_error());
  CHECK(refusal("<!DOCTYPE m><methodCall><methodName>m</methodName></methodCall>") == invalid_request());
}

TEST_CASE("a byte order mark is no part of the document") {
  CHECK(decode("\xEF\xBB\xBF" + call_with("<int>1</int>")));
  CHECK(refusal("\xEF\xBB\xBF") == parse_error());
}

TEST_CASE("a method call without parameters has none, in each of its spellings") {
  for (const std::string params : {"", "<params/>", "<params></params>"}) {
    const auto decoded = decode("<methodCall><methodName>a.b</methodName>" + params + "</methodCall>");
    REQUIRE(decoded);
    CHECK(decoded->name == "a.b");
    CHECK(decoded->params.empty());
  }
}

TEST_CASE("each type is read") {
  CHECK(only_value("<int>-7</int>") == number(-7));
  CHECK(only_value("<i4>7</i4>") == number(7));
  CHECK(only_value("<i8>9007199254740993</i8>") == number(9007199254740993));
  CHECK(only_value("<boolean>1</boolean>") == value{true});
  CHECK(only_value("<boolean>0</boolean>") == value{false});
  CHECK(only_value("<double>1.5</double>") == value{1.5});
  CHECK(only_value("<string>a&lt;b</string>") == text("a<b"));
  CHECK(only_value("plain") == text("plain"));
  CHECK(only_value("") == text(""));
  CHECK(only_value("<string/>") == text(""));
  CHECK(only_value("<nil/>") == value{nil{}});
  CHECK(only_value("<base64>AQ==</base64>") == value{opaque{}});
  CHECK(only_value("<dateTime.iso8601>20261124T00:00:00</dateTime.iso8601>") == value{opaque{}});
  CHECK(only_value("<array><data/></array>") == value{array{}});
  CHECK(only_value("<struct/>") == value{structure{}});
}

TEST_CASE("an integer may be of any width in any of its elements") {
  for (const std::string element : {"int", "i4", "i8", "ex:i8"}) {
    CAPTURE(element);
    const auto read = [&](const std::string& digits) {
      return only_value("<" + element + ">" + digits + "</" + element + ">");
    };
    CHECK(read("9999999999") == number(9999999999));
    CHECK(read("-9999999999") == number(-9999999999));
    CHECK(read("2147483648") == number(2147483648));
    CHECK(read("99999999999999999999")
          == text("99999999999999999999")); // out of range for who wants a number
  }
}

TEST_CASE("characters above U+FFFF are read in every text, and so are those that stand for them on the way") {
  const std::string smile = "\xF0\x9F\x98\x80";
  const std::string mark = "\xEE\x80\x80";
  CHECK(only_value("<string>a" + smile + "b</string>") == text("a" + smile + "b"));
  CHECK(only_value("&#128512;&#x1F600;") == text(smile + smile));
  CHECK(only_value("<string>" + mark + "01F600</string>") == text(mark + "01F600"));
  CHECK(only_value("<struct><member><name>" + smile + "</name><value>" + mark + "</value></member></struct>")
        == value{structure{{smile, text(mark)}}});
  const auto decoded = decode("<methodCall><methodName>" + smile + "</methodName></methodCall>");
  REQUIRE(decoded);
  CHECK(decoded->name == smile);
}

TEST_CASE("a struct keeps its members in order and an array its values") {
  const auto read =
      only_value("<struct><member><name>b</name><value><i4>1</i4></value></member><member>"
                 "<name>a</name><value><array><data><value>x</value><value><nil/></value></data>"
                 "</array></value></member></struct>");
  CHECK(read == value{structure{{"b", number(1)}, {"a", {array{text("x"), {nil{}}}}}}});
}

TEST_CASE("two members of one name are both there, so that somebody can refuse them") {
  const std::string begin = "<member><name>a</name><value>";
  CHECK(only_value("<struct>" + begin + "1</value></member>" + begin + "2</value></member></struct>")
        == value{structure{{"a", text("1")}, {"a", text("2")}}});
}

TEST_CASE("a carriage return that was sent as a reference is there after both parsers") {
  CHECK(only_value("<string>a&#13;b&#xD;&#xA;c</string>") == text("a\rb\r\nc"));
}

TEST_CASE("no value is written in several ways") {
  for (const std::string nothing : {"<nil/>", "<nil></nil>", "<ex:nil/>"}) {
    CAPTURE(nothing);
    CHECK(only_value(nothing) == value{nil{}});
  }
  CHECK(only_value("\n <int>1</int>\n ") == number(1));
  CHECK(only_value("\n <struct>\n </struct>\n ") == value{structure{}});
}

TEST_CASE("a body larger than the library's own limit is read") {
  CHECK(only_value("<string>" + std::string(600'000, 'x') + "</string>") == text(std::string(600'000, 'x')));
}

TEST_CASE("a damaged request is refused and never more than that") {
  const std::string good =
      call_with("<struct><member><name>order</name><value><string>oldest_first</string></value>"
                "</member><member><name>limit</name><value><array><data><value><i8>3</i8>"
                "</value><value><double>1.5</double></value></data></array></value></member>"
                "</struct>");
  REQUIRE(decode(good));
  CHECK(rc::check([&good] {
    auto body = good;
    const auto damages = *rc::gen::inRange(1, 4);
    for (int i = 0; i < damages; ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, body.size());
      switch (*rc::gen::inRange(0, 3)) {
      case 0:
        body[at] = *rc::gen::arbitrary<char>();
        break;
      case 1:
        body.erase(at, *rc::gen::inRange<std::size_t>(1, 20));
        break;
      default:
        body.insert(at, body.substr(*rc::gen::inRange<std::size_t>(0, body.size()), 15));
      }
      if (body.empty())
        break;
    }
    const auto decoded = decode(body);
    const bool told = decoded || decoded.why() == parse_error() || decoded.why() == invalid_request();
    RC_ASSERT(told);
  }));
}

} // namespace rollcall::xmlrpc::xmlrpc_decode_test
