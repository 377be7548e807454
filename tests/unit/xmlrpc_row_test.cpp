#include "domain/base/text.hpp"
#include "domain/calls/switch_identity.hpp"
#include "domain/directory/directory.hpp"
#include "domain/lists/call_list.hpp"
#include "transport/xmlrpc/body.hpp"
#include "transport/xmlrpc/escape.hpp"
#include "transport/xmlrpc/list_source.hpp"
#include "transport/xmlrpc/row.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <xmlrpc-c/base.h>

#include <cstdint>
#include <cstdlib>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::xmlrpc::xmlrpc_row_test {

namespace {

using namespace std::chrono_literals;

const timestamp setup{1629627112s};

const switch_identity& source() {
  return *interned({switch_name{"sbc-1"}, node_id{"node-12345678"}, environment_id{1}});
}

call_event sample_event() {
  call_event e;
  e.id = "944";
  e.state = call_state::connected;
  e.setup = setup + 60s;
  e.connect = setup + 60s + 2233400us;
  e.account = account_id{223};
  e.connection = connection_id{1};
  e.texts.set(call_text::sip_call_id, "c80634fb-6f7ad6fd@192.168.0.22");
  e.texts.set(call_text::cli, "10545");
  e.texts.set(call_text::cld, "<b>&\"'\r");
  e.texts.set(call_text::caller_media_ip, "192.168.22.2");
  e.texts.set(call_text::callee_media_ip, "192.168.22.49");
  e.texts.set(call_text::direction, "onnet_in");
  return e;
}

std::string row_of(const record_ptr& record, answer_style style = {}) {
  const call_row row{record.get(), customer_id{1}};
  std::string out(row_writer::room_for(row), '?');
  out.resize(static_cast<std::size_t>(row_writer{setup + 85s, style}.write(out.data(), row) - out.data()));
  return out;
}

// xmlrpc.client.dumps([{...}]) of Python 3.11, but for the six decimals and the carriage return.
constexpr std::string_view sample_row = R"(<value><struct>
<member>
<name>CLI</name>
<value><string>10545</string></value>
</member>
<member>
<name>CLD</name>
<value><string>&lt;b&gt;&amp;"'&#13;</string></value>
</member>
<member>
<name>CALL_ID</name>
<value><string>c80634fb-6f7ad6fd@192.168.0.22</string></value>
</member>
<member>
<name>CC_STATE</name>
<value><string>Connected</string></value>
</member>
<member>
<name>ID</name>
<value><string>sbc-1:944</string></value>
</member>
<member>
<name>CALLER_MEDIA_IP</name>
<value><string>192.168.22.2</string></value>
</member>
<member>
<name>CALLEE_MEDIA_IP</name>
<value><string>192.168.22.49</string></value>
</member>
<member>
<name>SETUP_TIME</name>
<value><string>20210822T10:12:52.000</string></value>
</member>
<member>
<name>DIRECTION</name>
<value><string>onnet_in</string></value>
</member>
<member>
<name>NODE_ID</name>
<value><string>node-12345678</string></value>
</member>
<member>
<name>I_CONNECTION</name>
<value><int>1</int></value>
</member>
<member>
<name>I_ACCOUNT</name>
<value><int>223</int></value>
</member>
<member>
<name>I_CUSTOMER</name>
<value><int>1</int></value>
</member>
<member>
<name>I_ENVIRONMENT</name>
<value><int>1</int></value>
</member>
<member>
<name>DELAY</name>
<value><double>2.233400</double></value>
</member>
<member>
<name>DURATION</name>
<value><double>22.766600</double></value>
</member>
</struct></value>
)";

directory_ptr sample_directory() {
  directory_entries e;
  e.environments = {{environment_id{1}, "default"}};
  customer root;
  root.id = customer_id{1};
  root.environment = environment_id{1};
  e.customers = {root};
  return directory::link(std::move(e));
}

std::shared_ptr<call_list> list_of(std::size_t calls) {
  list_part part;
  part.account.environment = environment_id{1};
  for (std::size_t i = 0; i < calls; ++i) {
    auto e = sample_event();
    e.id = std::to_string(i);
    e.setup = setup + std::chrono::seconds{i};
    part.records.push_back(call_record::first(source(), e));
  }
  call_query query;
  query.scope = customer_id{1};
  std::vector<list_part> parts;
  parts.push_back(std::move(part));
  return std::make_shared<call_list>(query, sample_directory(), std::move(parts), setup + 85s);
}

} // namespace

TEST_CASE("a row has the bytes of Python's encoder") {
  CHECK(row_of(call_record::first(source(), sample_event())) == sample_row);
}

TEST_CASE("what is not known is empty or zero, and never left out") {
  call_event e;
  e.id = "1";
  e.setup = setup;
  const auto row = row_of(call_record::first(source(), e));
  for (const std::string_view part : {"<name>CLI</name>\n<value><string></string></value>",
                                      "<name>CALL_ID</name>\n<value><string></string></value>",
                                      "<name>I_ACCOUNT</name>\n<value><int>0</int></value>",
                                      "<name>I_CONNECTION</name>\n<value><int>0</int></value>",
                                      "<name>DELAY</name>\n<value><double>85.000000</double></value>",
                                      "<name>DURATION</name>\n<value><double>0.000000</double></value>"})
    CHECK_MESSAGE(row.find(part) != std::string::npos, part);
}

TEST_CASE("the two ids may be strings, as in the vendor's sample") {
  const auto row = row_of(call_record::first(source(), sample_event()), id_style::strings);
  CHECK(row.find("<name>I_CUSTOMER</name>\n<value><string>1</string></value>\n</member>")
        != std::string::npos);
  CHECK(row.find("<name>I_ENVIRONMENT</name>\n<value><string>1</string></value>\n</member>")
        != std::string::npos);
  CHECK(row.find("<name>I_ACCOUNT</name>\n<value><int>223</int></value>\n</member>") != std::string::npos);
}

TEST_CASE("texts of every length are copied whole, and escaped wherever in them that is needed") {
  for (std::size_t size = 0; size < 40; ++size) {
    auto e = sample_event();
    std::string text;
    for (std::size_t i = 0; i < size; ++i)
      text += static_cast<char>('a' + i % 26);
    for (std::size_t at = 0; at <= size; ++at) {
      auto said = text;
      auto shown = text;
      if (at < size) {
        said[at] = "&<>\r"[at % 4];
        shown.replace(at, 1, std::vector{"&amp;", "&lt;", "&gt;", "&#13;"}[at % 4]);
      }
      e.texts.set(call_text::cld, said);
      e.texts.set(call_text::direction, said);
      const auto row = row_of(call_record::first(source(), e));
      CHECK(row.find("<name>CLD</name>\n<value><string>" + shown + "</string>") != std::string::npos);
      CHECK(row.find("<name>DIRECTION</name>\n<value><string>" + shown + "</string>") != std::string::npos);
    }
  }
}

TEST_CASE("one writer writes calls of any day and any node as writers of their own would") {
  const auto& odd = *interned({switch_name{"sbc-2"}, node_id{"<node>"}, environment_id{7}});
  row_writer one{setup + 85s, id_style::integers};
  for (int i = 0; i < 6; ++i) {
    auto e = sample_event();
    e.setup = setup - std::chrono::hours{20 * i};
    const auto record = call_record::first(i % 2 == 0 ? source() : odd, e);
    std::string out(row_writer::room_for({record.get(), customer_id{1}}), '?');
    out.resize(static_cast<std::size_t>(one.write(out.data(), {record.get(), customer_id{1}}) - out.data()));
    CHECK(out == row_of(record));
    if (i % 2 == 1)
      CHECK(out.find("<string>&lt;node&gt;</string>") != std::string::npos);
  }
}

TEST_CASE("an id that no 32 bits hold is told like one that is not known, and nobody else's") {
  for (const auto beyond :
       {std::int64_t{1} << 31, std::int64_t{1} << 40, std::int64_t{-1},
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    auto e = sample_event();
    e.account = account_id{beyond};
    e.connection = connection_id{beyond};
    const auto row = row_of(call_record::first(source(), e));
    CHECK(row.find("<name>I_ACCOUNT</name>\n<value><int>0</int></value>") != std::string::npos);
    CHECK(row.find("<name>I_CONNECTION</name>\n<value><int>0</int></value>") != std::string::npos);
  }
  auto e = sample_event();
  e.account = account_id{std::numeric_limits<std::int32_t>::max()};
  CHECK(row_of(call_record::first(source(), e)).find("<int>2147483647</int>") != std::string::npos);
}

TEST_CASE("characters above U+FFFF are replaced, for clients refuse a whole list because of one") {
  auto e = sample_event();
  e.texts.set(call_text::cld, "a\U0001F4DEb\U0010FFFF&\U00010000");
  e.texts.set(call_text::cli, "\u00fc\u4e2d\uffe0");
  const auto record = call_record::first(source(), e);
  CHECK(row_of(record).find("<string>a\uFFFDb\uFFFD&amp;\uFFFD</string>") != std::string::npos);
  CHECK(row_of(record).find("<string>\u00fc\u4e2d\uffe0</string>") != std::string::npos);
  CHECK(row_of(record, {id_style::integers, true})
            .find("<string>a\U0001F4DEb\U0010FFFF&amp;\U00010000</string>")
        != std::string::npos);
}

TEST_CASE("IDs that differ above U+FFFF alone are shown apart") {
  auto e = sample_event();
  const std::vector<std::pair<std::string, std::string>> ids{{"\U0001F600", "\uFFFD~1F600"},
                                                             {"\U0001F601", "\uFFFD~1F601"},
                                                             {"\uFFFD", "\uFFFD~FFFD"},
                                                             {"\u00fc", "\u00fc"}};
  for (const auto& [id, shown] : ids) {
    e.id = id;
    const auto record = call_record::first(source(), e);
    CHECK(row_of(record).find(":" + shown + "</string>") != std::string::npos);
    CHECK(row_of(record, {id_style::integers, true}).find(":" + id + "</string>") != std::string::npos);
  }
  e.id = {};
  while (e.id.size() < 256)
    e.id += "\U0010FFFF"; // the longest, in a row whose other texts have the least room to spare
  const auto record = call_record::first(source(), e);
  CHECK(row_of(record).size() <= row_writer::room_for({record.get(), customer_id{1}}));
}

TEST_CASE("no text of a call breaks the list for xmlrpc-c's reader") {
  CHECK(rc::check([] {
    const auto raw = *rc::gen::container<std::string>(rc::gen::oneOf(
        rc::gen::arbitrary<char>(), rc::gen::element('&', '<', '>', '\r', '\n', ']', '\0', '\xc2', '\x85',
                                                     '\xed', '\xf0', '\x9f', '\x98')));
    auto e = sample_event();
    e.texts.set(call_text::cld, cleaned(raw));
    const auto answer = std::get<std::string>(response_around(row_of(call_record::first(source(), e))));
    xmlrpc_env env;
    xmlrpc_env_init(&env);
    auto* read = xmlrpc_parse_response(&env, answer.data(), answer.size());
    RC_ASSERT_FALSE(env.fault_occurred);
    xmlrpc_value* cld = nullptr;
    xmlrpc_struct_find_value(&env, read, "CLD", &cld);
    std::size_t size = 0;
    const char* text = nullptr;
    xmlrpc_read_string_lp(&env, cld, &size, &text);
    RC_ASSERT_FALSE(env.fault_occurred);
    std::string expected;
    escape(cleaned(raw), false, [&](std::string_view piece) {
      expected += piece == "&amp;"   ? "&"
                  : piece == "&lt;"  ? "<"
                  : piece == "&gt;"  ? ">"
                  : piece == "&#13;" ? "\r"
                                     : piece;
    });
    // xmlrpc-c makes a line feed of each end of a line.
    for (std::size_t at = 0; (at = expected.find('\r', at)) != std::string::npos;)
      expected.replace(at, expected.substr(at, 2) == "\r\n" ? 2 : 1, "\n");
    RC_ASSERT(std::string(text, size) == expected);
    std::free(const_cast<char*>(text));
    xmlrpc_DECREF(cld);
    xmlrpc_DECREF(read);
    xmlrpc_env_clean(&env);
  }));
}

TEST_CASE("an empty list has the bytes of Python's encoder") {
  std::string out;
  list_source empty{list_of(0), setup + 85s, id_style::integers};
  CHECK_FALSE(empty.next(out));
  CHECK(out == "<value><array><data>\n</data></array></value>\n");
}

TEST_CASE("a list comes in pieces, and xmlrpc-c reads the whole of it") {
  constexpr int calls = 1000;
  const body answer =
      response_around(std::make_unique<list_source>(list_of(calls), setup + 85s, id_style::integers));
  auto& source_of_answer = *std::get<std::unique_ptr<http::body_source>>(answer);
  std::string whole;
  std::size_t pieces = 0;
  for (bool more = true; more; ++pieces) {
    std::string piece;
    more = source_of_answer.next(piece);
    CHECK(piece.size() < piece_size + 4096);
    if (more)
      CHECK(piece.size() >= piece_size);
    whole += piece;
  }
  CHECK(pieces > 3);
  CHECK(whole.size() > 1'000'000);

  xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, whole.size() + 1);
  xmlrpc_env env;
  xmlrpc_env_init(&env);
  auto* read = xmlrpc_parse_response(&env, whole.data(), whole.size());
  REQUIRE_FALSE(env.fault_occurred);
  CHECK(xmlrpc_array_size(&env, read) == calls);
  xmlrpc_DECREF(read);
  xmlrpc_env_clean(&env);
}

TEST_CASE("what a list holds on to is let go with its last piece, or with its source") {
  const auto held = std::make_shared<int>(1);
  auto listing = std::make_unique<list_source>(list_of(1), setup + 85s, id_style::integers, held);
  CHECK(held.use_count() == 2);
  listing.reset();
  CHECK(held.use_count() == 1);
  list_source read{list_of(1), setup + 85s, id_style::integers, held};
  std::string out;
  CHECK_FALSE(read.next(out));
  CHECK(held.use_count() == 1);
}

} // namespace rollcall::xmlrpc::xmlrpc_row_test
