#include "transport/xmlrpc/gate.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

namespace rollcall::xmlrpc::xmlrpc_gate_test {

namespace {

/// Why a document may not be parsed; none when it may.
std::optional<fault> refusal_of(std::string_view document) {
  const auto outcome = admitted(document);
  return outcome ? std::nullopt : std::optional{outcome.why()};
}

std::string elements(std::size_t depth) {
  std::string document;
  for (std::size_t i = 0; i < depth; ++i)
    document += "<a>";
  for (std::size_t i = 0; i < depth; ++i)
    document += "</a>";
  return document;
}

} // namespace

TEST_CASE("a document that is not well-formed is a parse error") {
  for (const std::string_view document :
       {"", " ", "hello", "<", "<a>", "<a></b>", "<a><b></a></b>", "<a/><a/>", "<a b=1/>", "<a>&nbsp;</a>",
        "<a>\x01</a>", "<a>\xff</a>", "<a>\xc3</a>", "<a>\xed\xa0\x80</a>", "<a>&#0;</a>",
        "<?xml version='1.0' encoding='no-such'?><a/>"}) {
    CAPTURE(document);
    CHECK(refusal_of(document) == parse_error());
  }
  CHECK(refusal_of(std::string_view{"\0", 1}) == parse_error());
}

TEST_CASE("a document type is refused, whatever follows it") {
  for (const std::string_view document :
       {"<!DOCTYPE a><a/>", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;'>]><a>&d;",
        "<!DOCTYPE a [ <<<"}) {
    CAPTURE(document);
    CHECK(refusal_of(document) == invalid_request());
  }
}

TEST_CASE("elements may be nested sixteen deep and no deeper") {
  CHECK(refusal_of(elements(max_depth)) == std::nullopt);
  CHECK(refusal_of(elements(max_depth + 1)) == invalid_request());
  CHECK(refusal_of(elements(100'000)) == invalid_request());
}

TEST_CASE("a document that is too deep is refused before its end is seen") {
  std::string endless;
  for (int i = 0; i < 17; ++i)
    endless += "<a>";
  CHECK(refusal_of(endless) == invalid_request());
}

TEST_CASE("the data of an array is no level of its own, but cannot be nested without end") {
  const std::string twelve = elements(12);
  const auto middle = twelve.size() * 3 / 7; // <a> is 3 bytes, </a> is 4
  const auto with_arrays = [&](int count) {
    std::string inner;
    for (int i = 0; i < count; ++i)
      inner += "<data>";
    for (int i = 0; i < count; ++i)
      inner += "</data>";
    auto document = twelve;
    document.insert(middle, inner);
    return document;
  };
  CHECK(refusal_of(with_arrays(5)) == std::nullopt);
  CHECK(refusal_of(with_arrays(static_cast<int>(max_depth_with_data))) == invalid_request());
}

TEST_CASE("depth is that of open elements, not their number") {
  std::string wide = "<a>";
  for (int i = 0; i < 1000; ++i)
    wide += "<b><c/></b>";
  CHECK(refusal_of(wide + "</a>") == std::nullopt);
}

TEST_CASE("an i8 that is no number never reaches the parser, which would crash") {
  for (const std::string element : {"i8", "ex:i8"}) {
    for (const std::string text : {"abc", "", " 1", "1 ", "+1", "+-1", "--1", "+", "0x1", "1e3"}) {
      CAPTURE(text);
      CHECK(admitted("<" + element + ">" + text + "</" + element + ">")->find("i8") == std::string::npos);
    }
    for (const std::string text : {"1<b/>x", "<b/>"})
      CHECK(refusal_of("<" + element + ">" + text + "</" + element + ">") == invalid_request());
  }
  for (const std::string text :
       {"0", "-1", "0007", "9223372036854775807", "-9223372036854775808", "&#49;", "1<!-- -->2"}) {
    CAPTURE(text);
    CHECK(refusal_of("<i8>" + text + "</i8>") == std::nullopt);
  }
  CHECK(refusal_of("<a><i8>1</i8>text<i8>2</i8></a>") == std::nullopt);
}

TEST_CASE("what is admitted is the same document without what means nothing to the parser") {
  CHECK(*admitted("<?xml version='1.0'?><a b='c'><!-- --><d/>&lt;<![CDATA[&]]>&#13;</a>")
        == "<a><d></d>&lt;&amp;\xEE\x80\x80"
           "00000D</a>");
  CHECK(*admitted("\xEF\xBB\xBF<a/>") == "<a></a>");
  CHECK(*admitted("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xFC</a>") == "<a>\xC3\xBC</a>");
  CHECK(*admitted("<a>&#x1F600;\xF0\x9F\x98\x80</a>")
        == "<a>\xEE\x80\x80"
           "01F600\xEE\x80\x80"
           "01F600</a>");
}

TEST_CASE("a character is whole wherever the document is cut for reading") {
  for (std::size_t before = (1 << 20) - 8; before < (1 << 20); ++before)
    CHECK(admitted("<a>" + std::string(before, 'x') + "\xF0\x9F\x98\x80</a>")
              ->ends_with("x\xEE\x80\x80"
                          "01F600</a>"));
}

TEST_CASE("a document larger than what is read at once is read to its end") {
  const std::string filler(3 << 20, 'x');
  CHECK(refusal_of("<a>" + filler + "</a>") == std::nullopt);
  CHECK(refusal_of("<a>" + filler) == parse_error());
}

} // namespace rollcall::xmlrpc::xmlrpc_gate_test
