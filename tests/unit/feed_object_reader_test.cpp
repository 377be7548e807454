#include "domain/base/text.hpp"
#include "transport/switches/common/object_reader.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <optional>
#include <regex>
#include <string>
#include <vector>

namespace rollcall::feed_object_reader_test {

namespace json = boost::json;
using kind = switches::json_value::kind;

namespace {

struct read_field {
  std::string name;
  kind type;
  std::string text;

  friend bool operator==(const read_field&, const read_field&) = default;
};

/// All fields; none when the text is not a JSON object.
std::optional<std::vector<read_field>> read_all(const std::string& text) {
  std::string scratch;
  // Exactly as large as the text, so that the address sanitizer sees every step too far.
  const std::vector<char> exact(text.begin(), text.end());
  switches::object_reader reader{{exact.data(), exact.size()}, scratch};
  std::vector<read_field> found;
  std::vector<std::pair<std::string_view, switches::json_value>> views;
  std::string_view name;
  switches::json_value value;
  while (reader.next(name, value))
    views.emplace_back(name, value);
  if (reader.error())
    return std::nullopt;
  // Only now, so that a scratch that moved would show.
  for (const auto& [n, v] : views)
    found.push_back({std::string{n}, v.type, std::string{v.text}});
  return found;
}

json::parse_options generous() {
  json::parse_options options;
  options.allow_invalid_utf8 = true;
  return options;
}

/// None when a number's exponent makes Boost give up before it has seen everything: such numbers are ours to
/// judge by field.
std::optional<bool> boost_takes(const std::string& text) {
  json::error_code ec;
  const auto value = json::parse(text, ec, {}, generous());
  if (ec == json::error::exponent_overflow)
    return std::nullopt;
  return !ec && value.is_object();
}

/// With each escaped surrogate replaced by an escaped letter: lone ones are the one thing that we take and
/// Boost does not.
std::string without_surrogates(const std::string& text) {
  static const std::regex surrogate{R"(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"};
  return std::regex_replace(text, surrogate, "\\u0041");
}

/// A JSON value with all kinds of whims, as text.
rc::Gen<std::string> value_text(int depth) {
  const auto scalar = rc::gen::element<std::string>(
      "null", "true", "false", "0", "-0", "12", "-7.25", "1e3", "1.5E-7", "18446744073709551615", "\"\"",
      "\"x\"", R"("\"\\\/\b\f\n\r\t")", R"("\u0041\u00e9\u20AC")", R"("\uD83D\uDE00")", "\"\xC3\xA9\"",
      "\"\xFF\xFE\"", R"("a\u0000b")");
  if (depth == 0)
    return scalar;
  const auto nested = rc::gen::map(rc::gen::container<std::vector<std::string>>(value_text(depth - 1)),
                                   [](const std::vector<std::string>& parts) {
                                     std::string text = "[ ";
                                     for (const auto& part : parts)
                                       text += (text.size() > 2 ? "," : "") + part;
                                     return text + "]";
                                   });
  const auto object =
      rc::gen::map(value_text(depth - 1), [](const std::string& part) { return "{\"k\" :\t" + part + "}"; });
  return rc::gen::oneOf(scalar, scalar, nested, object);
}

rc::Gen<std::string> object_text() {
  const auto names = rc::gen::element<std::string>("\"id\"", "\"state\"", R"("\u0069d")", "\"\"", "\"\xFF\"");
  const auto member = rc::gen::map(rc::gen::pair(names, value_text(2)),
                                   [](const auto& pair) { return pair.first + ":" + pair.second; });
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(member),
                      [](const std::vector<std::string>& members) {
                        std::string text = "{";
                        for (const auto& each : members)
                          text += (text.size() > 1 ? ", " : "") + each;
                        return text + "}";
                      });
}

} // namespace

TEST_CASE("a line that is not exactly one JSON object is refused") {
  for (const std::string bad : {"",
                                " ",
                                "x",
                                "null",
                                "[]",
                                "\"\"",
                                "{",
                                "}",
                                "{}}",
                                "{} x",
                                "{,}",
                                "{\"a\"}",
                                "{\"a\":}",
                                "{\"a\":1,}",
                                "{\"a\" 1}",
                                "{a:1}",
                                "{'a':1}",
                                "{\"a\":1 \"b\":2}",
                                "{\"a\":01}",
                                "{\"a\":+1}",
                                "{\"a\":-}",
                                "{\"a\":.5}",
                                "{\"a\":1.}",
                                "{\"a\":1e}",
                                "{\"a\":1e+}",
                                "{\"a\":0x1}",
                                "{\"a\":NaN}",
                                "{\"a\":Infinity}",
                                "{\"a\":nul}",
                                "{\"a\":nulll}",
                                "{\"a\":True}",
                                "{\"a\":\"}",
                                "{\"a\":\"x",
                                "{\"a\":\"\\",
                                "{\"a\":\"\\x\"}",
                                "{\"a\":\"\\u12\"}",
                                "{\"a\":\"\\u12G4\"}",
                                "{\"a\":\"\\u",
                                "{\"a\":\"\\ud800\\u\"}",
                                "{\"a\":\"\t\"}",
                                "{\"a\":\"\\n\t\"}",
                                "{\"a\":[}",
                                "{\"a\":[1,]}",
                                "{\"a\":[1 2]}",
                                "{\"a\":{\"b\"}}",
                                "{\"a\":{]}",
                                "{\"a\":[1}",
                                "{\"a\":{\"b\":1}",
                                "{/**/}",
                                "\xEF\xBB\xBF{}"}) {
    CAPTURE(bad);
    CHECK_FALSE(read_all(bad));
    CHECK(boost_takes(bad) == false);
  }
}

TEST_CASE("values may nest up to a depth, and no deeper") {
  const auto nested = [](unsigned depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  CHECK(read_all(nested(switches::object_reader::max_depth)));
  CHECK_FALSE(read_all(nested(switches::object_reader::max_depth + 1)));
  CHECK_FALSE(read_all("{\"a\":" + std::string(60'000, '[')));
}

TEST_CASE("fields are read in order with their names, kinds and texts, those that occur twice too") {
  const auto fields =
      read_all(" {\"a\" : \"x\",\"b\":-1.5e3\t,\"c\":true,\"d\":null,\"e\":[{}], \"f\":{\"a\":1},\"a\":"
               "false , \"\":\"\"} \r");
  REQUIRE(fields);
  CHECK(*fields
        == std::vector<read_field>{{"a", kind::string, "x"},
                                   {"b", kind::number, "-1.5e3"},
                                   {"c", kind::boolean, "true"},
                                   {"d", kind::null, ""},
                                   {"e", kind::nested, "[{}]"},
                                   {"f", kind::nested, "{\"a\":1}"},
                                   {"a", kind::boolean, "false"},
                                   {"", kind::string, ""}});
}

TEST_CASE("escapes are resolved, in names too, and a lone surrogate is kept as something that is not clean") {
  const std::pair<std::string, std::string> table[] = {
      {R"(\"\\\/\b\f\n\r\t)", "\"\\/\b\f\n\r\t"},
      {R"(\u0041\u00E9\u20ac)", "A\xC3\xA9\xE2\x82\xAC"},
      {R"(\ud83d\ude00)", "\xF0\x9F\x98\x80"},
      {R"(\udbff\udfff)", "\xF4\x8F\xBF\xBF"},
      {R"(a\ud800)", "a\xED\xA0\x80"},
      {R"(\ud800\ud800\udc00)", "\xED\xA0\x80\xF0\x90\x80\x80"},
      {R"(\udcff1)", "\xED\xB3\xBF"
                     "1"},
      {R"(\ud800\n)", "\xED\xA0\x80\n"},
      {"\xFF\\n", "\xFF\n"},
  };
  for (const auto& [escaped, meant] : table) {
    CAPTURE(escaped);
    const auto fields = read_all("{\"n" + escaped + "\":\"" + escaped + "\"}");
    REQUIRE(fields);
    CHECK(fields->at(0) == read_field{"n" + meant, kind::string, meant});
  }
  CHECK_FALSE(rollcall::is_clean("\xED\xA0\x80"));
}

TEST_CASE("a string ends, or breaks, wherever in it that is") {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string text(size, 'x');
    CHECK(read_all("{\"" + text + "\":\"" + text + "\"}")
          == std::vector<read_field>{{text, kind::string, text}});
    for (std::size_t at = 0; at < size; ++at) {
      auto escaped = text;
      escaped.replace(at, 1, "\\\"");
      auto meant = text;
      meant[at] = '"';
      CHECK(read_all("{\"n\":\"" + escaped + "\"}") == std::vector<read_field>{{"n", kind::string, meant}});
      for (const char control : {'\n', '\x1f', '\0'}) {
        auto broken = text;
        broken[at] = control;
        CHECK_FALSE(read_all("{\"n\":\"" + broken + "\"}"));
      }
      for (const char other : {' ', '\x7f', '\x80', '\xff'}) {
        auto fine = text;
        fine[at] = other;
        CHECK(read_all("{\"n\":\"" + fine + "\"}") == std::vector<read_field>{{"n", kind::string, fine}});
      }
    }
  }
}

TEST_CASE("a NUL is a character like any other") {
  const auto fields = read_all(R"({"a":"x\u0000y"})");
  REQUIRE(fields);
  CHECK(fields->at(0).text == std::string("x\0y", 3));
}

TEST_CASE("whatever is well-formed is read as Boost.JSON reads it") {
  CHECK(rc::check([] {
    const auto text = *object_text();
    RC_ASSERT(boost_takes(text) == true);
    const auto fields = read_all(text);
    RC_ASSERT(fields);
    const auto tree = json::parse(text, {}, generous()).as_object();
    std::map<std::string, const read_field*> last;
    for (const auto& each : *fields)
      last[each.name] = &each;
    RC_ASSERT(last.size() == tree.size());
    for (const auto& [name, mine] : last) {
      const auto& theirs = tree.at(name);
      if (mine->type == kind::string)
        RC_ASSERT(std::string_view{theirs.as_string()} == mine->text);
      else if (mine->type == kind::nested)
        RC_ASSERT(theirs.is_array() || theirs.is_object());
      else
        RC_ASSERT(theirs == json::parse(mine->type == kind::null ? "null" : mine->text));
    }
  }));
}

TEST_CASE("whatever is broken by one byte is refused when Boost.JSON refuses it, and only then") {
  CHECK(rc::check([] {
    auto text = *object_text();
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    switch (*rc::gen::inRange(0, 3)) {
    case 0:
      text.erase(at, 1);
      break;
    case 1:
      text[at] = *rc::gen::element('{', '}', '[', ']', '"', '\\', ',', ':', '0', 'e', '-', '.', 'u', '\x01');
      break;
    default:
      text.resize(at);
    }
    const auto taken = read_all(text).has_value();
    RC_ASSERT(taken == boost_takes(without_surrogates(text)).value_or(taken));
  }));
}

} // namespace rollcall::feed_object_reader_test
