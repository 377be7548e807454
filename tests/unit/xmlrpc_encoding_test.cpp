#include "transport/xmlrpc/encoding.hpp"
#include "transport/xmlrpc/gate.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

namespace rollcall::xmlrpc::xmlrpc_encoding_test {

TEST_CASE("a document that its mark and its declaration call two things has no encoding") {
  CHECK_FALSE(encoding_of("\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-1'?><a/>"));
  CHECK_FALSE(admitted("\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-1'?><a>\xC3\xBC</a>"));
  CHECK_FALSE(may_be_sent_as("utf-8", "\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-1'?><a/>"));
}

TEST_CASE("a document that says nothing is UTF-8") {
  for (const std::string_view document :
       {"", "<", "<a/>", "<?xml version='1.0'?><a/>", "<?xml", "<?xml encoding", "<?xml encoding=",
        "<?xml encoding='", "<?xml encoding=latin1?>", "<?xml-stylesheet encoding='latin1'?>",
        "<a encoding='latin1'/>", "<?xml version='1.0'?><a encoding='latin1'/>", "\xEF\xBB\xBF<a/>"}) {
    CAPTURE(document);
    CHECK(encoding_of(document) == "utf-8");
  }
}

TEST_CASE("a declaration names the encoding, in any of its usual names") {
  const auto declared = [](const std::string& text) {
    return encoding_of("<?xml version='1.0' " + text + "?><a/>");
  };
  CHECK(declared("encoding='UTF8'") == "utf-8");
  CHECK(declared("encoding=\"Latin1\"") == "iso-8859-1");
  CHECK(declared("encoding = 'cp1252' standalone='yes'") == "windows-1252");
  CHECK(declared("\tencoding='koi8-r'") == "koi8-r");
  CHECK(encoding_of({"\xFF\xFE<\0", 4}) == "utf-16");
  CHECK(encoding_of({"\0<\0?", 4}) == "utf-16");
}

TEST_CASE("bytes of windows-1252 are what they stand for, and five are nothing") {
  const auto read = [](const std::string& encoding, const std::string& bytes) {
    const auto document = admitted("<?xml version='1.0' encoding='" + encoding + "'?><a>" + bytes + "</a>");
    return document ? *document : std::string{"refused"};
  };
  CHECK(read("windows-1252", "\x80\x9F\xFC") == "<a>\u20ac\u0178\u00fc</a>");
  for (const auto* byte : {"\x81", "\x8D", "\x8F", "\x90", "\x9D"})
    CHECK(read("windows-1252", byte) == "refused");
  CHECK(read("ISO-8859-15", "\xA4\xBD\xFC") == "<a>\u20ac\u0153\u00fc</a>");
  CHECK(read("latin1", "\xA4\xFC") == "<a>\u00a4\u00fc</a>");
  CHECK(read("utf8", "\xC3\xBC") == "<a>\u00fc</a>");
  CHECK(read("koi8-r", "x") == "refused");
}

TEST_CASE("US-ASCII and UTF-8 may be sent as each other where the bytes are both") {
  CHECK(may_be_sent_as("us-ascii", "<a/>"));
  CHECK_FALSE(may_be_sent_as("us-ascii", "<a>\u00fc</a>"));
  CHECK(may_be_sent_as("UTF-8", "<?xml version='1.0' encoding='us-ascii'?><a/>"));
  CHECK_FALSE(may_be_sent_as("iso-8859-1", "<a/>"));
  CHECK_FALSE(may_be_sent_as("", "<a/>"));
}

} // namespace rollcall::xmlrpc::xmlrpc_encoding_test
