#include "api_fixture.hpp"
#include "domain/lists/row_inbox.hpp"
#include "row_fixture.hpp"
#include "transport/api/account_stats.hpp"
#include "transport/api/gaps.hpp"
#include "transport/api/list_calls.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace rollcall::api::api_gaps_test {

namespace {

using fields = std::vector<http::field>;

coverage every_gap() {
  coverage all;
  all.unverified = {"sbc-1", "sbc-2"};
  all.missing = {"node-b"};
  return all;
}

fields headers_of(const coverage& covers) {
  fields out;
  add_headers(out, covers);
  return out;
}

std::string array_of(const std::string& name, const std::vector<std::string>& held) {
  std::string out = "<member>\n<name>" + name + "</name>\n<value><array><data>\n";
  for (const auto& one : held)
    out += "<value><string>" + one + "</string></value>\n";
  return out + "</data></array></value>\n</member>\n";
}

std::string complete_is(bool truth) {
  return std::string{"<member>\n<name>complete</name>\n<value><boolean>"} + (truth ? "1" : "0")
         + "</boolean></value>\n</member>\n";
}

const std::string nothing_missing = complete_is(true) + array_of("missing_nodes", {})
                                    + array_of("unknown_switches", {}) + array_of("unverified_switches", {})
                                    + array_of("other_directory", {});

const std::string result_ok =
    "<value><struct>\n<member>\n<name>result</name>\n<value><string>OK</string></value>\n</member>\n";

std::shared_ptr<row_inbox> rows_of(std::size_t count) {
  auto box = std::make_shared<row_inbox>(node_id{"node-b"}, row_inbox::events{});
  for (std::size_t i = 0; i < count; ++i) {
    call_event event;
    event.id = std::to_string(i);
    event.setup = timestamp{std::chrono::seconds{1}};
    box->push(packed({{call_record::first(switch_of("sbc-1"), event), customer_id{1}}}));
  }
  box->finish();
  return box;
}

} // namespace

TEST_CASE("an answer without gaps is complete and names no node or switch") {
  CHECK(is_complete({}));
  CHECK(headers_of({}) == fields{{"X-Rollcall-Complete", "yes"}});
}

TEST_CASE("switches whose calls may have changed unseen are named, and the answer is complete") {
  coverage covers;
  covers.unverified = {"sbc-1", "sbc-2"};
  CHECK(is_complete(covers));
  CHECK(headers_of(covers)
        == fields{{"X-Rollcall-Complete", "yes"}, {"X-Rollcall-Unverified-Switches", "sbc-1, sbc-2"}});
}

TEST_CASE("a missing node makes an answer incomplete") {
  coverage covers;
  covers.missing = {"node-b"};
  CHECK_FALSE(is_complete(covers));
  CHECK(headers_of(every_gap())
        == fields{{"X-Rollcall-Complete", "no"},
                  {"X-Rollcall-Missing-Nodes", "node-b"},
                  {"X-Rollcall-Unverified-Switches", "sbc-1, sbc-2"}});
}

TEST_CASE("an envelope tells every kind of gap, also where there is none") {
  std::string out;
  xmlrpc::writer to{out};
  write_members(to, {});
  CHECK(out == nothing_missing);
  out.clear();
  write_members(to, every_gap());
  CHECK(out
        == complete_is(false) + array_of("missing_nodes", {"node-b"}) + array_of("unknown_switches", {})
               + array_of("unverified_switches", {"sbc-1", "sbc-2"}) + array_of("other_directory", {}));
}

TEST_CASE("the gaps of several answers are named once each") {
  auto whole = every_gap();
  auto part = every_gap();
  part.missing = {"node-a", "node-b"};
  join(whole, part);
  CHECK(whole.missing == std::vector<std::string>{"node-a", "node-b"});
  CHECK(whole.unverified == every_gap().unverified);
}

TEST_CASE("stats in an envelope say that nothing is missing as well as what is") {
  cluster_stats_answer told;
  CHECK(drained(render_stats(told, true, nullptr).value)
        == result_ok + "<member>\n<name>data</name>\n<value><struct>\n</struct></value>\n</member>\n"
               + nothing_missing + "</struct></value>\n");
  told.covers.missing = {"node-b"};
  const auto plain = drained(render_stats(told, false, nullptr).value);
  CHECK(plain.ends_with("</struct></value>\n</member>\n" + complete_is(false) + "</struct></value>\n"));
  CHECK(drained(render_stats(told, true, nullptr).value).find(array_of("missing_nodes", {"node-b"}))
        != std::string::npos);
}

TEST_CASE("a list in an envelope is the plain list and then what is missing") {
  const auto told = [](std::size_t rows) { return cluster_list_answer{rows_of(rows), {}, {}}; };
  const auto ids = xmlrpc::id_style::integers;
  const auto plain = drained(render_list(told(3), ids, false, nullptr).value);
  CHECK(drained(render_list(told(3), ids, true, nullptr).value)
        == result_ok + "<member>\n<name>calls</name>\n" + plain + "</member>\n" + nothing_missing
               + "</struct></value>\n");
}

TEST_CASE("a long list in an envelope streams like a plain one") {
  auto rendered = render_list({rows_of(1000), {}, every_gap()}, xmlrpc::id_style::integers, true, nullptr);
  auto& source = *std::get<std::unique_ptr<http::body_source>>(rendered.value);
  std::string piece;
  std::size_t pieces = 0;
  bool more = true;
  for (; more; ++pieces) {
    piece.clear();
    more = source.next(piece);
    CHECK(piece.size() < 2 * xmlrpc::piece_size);
  }
  CHECK(pieces > 5);
  CHECK(piece.ends_with(array_of("other_directory", {}) + "</struct></value>\n"));
}

TEST_CASE("a list in an envelope waits for rows that other nodes still send") {
  const auto box = std::make_shared<row_inbox>(node_id{"node-b"}, row_inbox::events{});
  auto rendered = render_list({box, {}, {}}, xmlrpc::id_style::integers, true, nullptr);
  auto& source = *std::get<std::unique_ptr<http::body_source>>(rendered.value);
  CHECK(source.wait([] {}));
  box->finish();
  CHECK_FALSE(source.wait([] {}));
  CHECK(drained(rendered.value).ends_with(nothing_missing + "</struct></value>\n"));
}

TEST_CASE("another directory or a clock that is off makes an answer incomplete, and is named") {
  coverage covers;
  covers.other_directory = {"node-b"};
  CHECK_FALSE(is_complete(covers));
  CHECK(headers_of(covers)
        == fields{{"X-Rollcall-Complete", "no"}, {"X-Rollcall-Other-Directory", "node-b"}});
  covers = {};
  covers.clock_offset = {"node-b +3.214", "node-c -61.000"};
  CHECK_FALSE(is_complete(covers));
  CHECK(
      headers_of(covers)
      == fields{{"X-Rollcall-Complete", "no"}, {"X-Rollcall-Clock-Offset", "node-b +3.214, node-c -61.000"}});
}

} // namespace rollcall::api::api_gaps_test
