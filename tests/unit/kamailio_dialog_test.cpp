#include "transport/switches/common/object_splitter.hpp"
#include "transport/switches/kamailio/dialog.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>
#include <vector>

namespace rollcall::kamailio_dialog_test {

using namespace rollcall::kamailio;

namespace {

constexpr std::size_t bound = 1000;

dialog read(std::string_view json) {
  return dialog_reader{"1795492667753"}.read(json, timestamp{std::chrono::seconds{1'795'492'667}});
}

std::string with_state(int state, std::string_view variables) {
  return R"({"h_entry":725,"h_id":9521,"ref":2,"call_id":"x","state":)" + std::to_string(state)
         + R"(,"start_ts":1795492668,"profiles":{},"variables":)" + std::string{variables} + "}";
}

const auto* const ours =
    R"("rc_call":"\"id\":\"1795492667753-725-9521\",\"setup_time\":1795492667.5,\"cli\": \"801\"","rc_trans":"48:1")";

struct cut {
  std::vector<std::string> objects;
  std::string skeleton;
  bool good = false;
  bool complete = false;
};

cut split(std::string_view text, std::size_t depth, std::size_t piece = std::string::npos) {
  cut result;
  switches::object_splitter splitter{depth, bound};
  result.good = true;
  for (std::size_t at = 0; at < text.size() && result.good; at += std::min(piece, text.size() - at))
    result.good = splitter.feed(text.substr(at, piece),
                                [&](std::string_view each) { result.objects.emplace_back(each); });
  result.complete = splitter.complete();
  result.skeleton = splitter.skeleton();
  return result;
}

} // namespace

TEST_CASE("a dialog that cannot even be named is bad without an id") {
  for (const auto* json :
       {"", "x", "[]", "{}", R"({"h_entry":1,"h_id":2})", R"({"h_entry":-1,"h_id":2,"state":4})",
        R"({"h_entry":1,"h_id":4294967296,"state":4})", R"({"h_entry":"1","h_id":2,"state":4})"}) {
    const auto said = read(json);
    REQUIRE_MESSAGE(std::holds_alternative<bad_dialog>(said), json);
    CHECK(std::get<bad_dialog>(said).id.empty());
  }
}

TEST_CASE("a dialog whose variables make no sense is bad, and named") {
  const auto said = read(with_state(4, R"({"rc_call":"\"id\":"})"));
  REQUIRE(std::holds_alternative<bad_dialog>(said));
  CHECK(std::get<bad_dialog>(said).id == "1795492667753-725-9521");
}

TEST_CASE("a dialog that is over, or that the script never reported, is no call") {
  CHECK(std::holds_alternative<no_call>(read(with_state(5, std::string{"{"} + ours + "}"))));
  CHECK(std::holds_alternative<no_call>(read(with_state(4, "{}"))));
  CHECK(std::holds_alternative<no_call>(read(with_state(4, R"([{"acct":"801"}])"))));
  CHECK(std::holds_alternative<no_call>(read(R"({"h_entry":1,"h_id":2,"state":4})")));
}

TEST_CASE("a dialog that is no call is counted all the same, unless it is over") {
  const auto over = read(with_state(5, "{}"));
  CHECK(std::get<no_call>(over).over);
  const auto up = read(with_state(4, "{}"));
  CHECK_FALSE(std::get<no_call>(up).over);
  CHECK(std::get<no_call>(up).id == "1795492667753-725-9521");
}

TEST_CASE("a list is cut into dialogs however it is indented") {
  const auto found = split("{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"result\":\t[{\n\t\t\t\"a\":\t1\n\t\t},\t\r\n "
                           "{\n\"b\":[ ]\n}\n\t],\n\t\"id\":\t7\n}",
                           2, 3);
  CHECK(found.good);
  CHECK(found.complete);
  CHECK(found.objects == std::vector<std::string>{"{\n\t\t\t\"a\":\t1\n\t\t}", "{\n\"b\":[ ]\n}"});
  CHECK(found.skeleton == "{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"result\":\t[],\n\t\"id\":\t7\n}");
}

TEST_CASE("variables come as one object or as many") {
  for (const auto& variables : {std::string{"{\"rc_stage\":\"ARComplete\","} + ours + "}",
                                std::string{"[{\"rc_stage\":\"ARComplete\"},{"} + ours + "}]"}) {
    const auto said = read(with_state(2, variables));
    REQUIRE(std::holds_alternative<call_report>(said));
    const auto& report = std::get<call_report>(said);
    CHECK(report.event.id == "1795492667753-725-9521");
    CHECK(report.event.state == call_state::ar_complete);
    CHECK(report.event.texts.get(call_text::cli) == "801");
    CHECK(report.transaction == "48:1");
    CHECK_FALSE(report.event.connect);
  }
}

TEST_CASE("a dialog tells where the media of both sides goes, and that another gateway's is not known yet") {
  const auto media = [](const char* callee) {
    const auto said =
        read(with_state(2, std::string{R"({"rc_stage":"ARComplete","rc_caller":"127.0.1.1","rc_media":")"}
                               + callee + "\"," + ours + "}"));
    REQUIRE(std::holds_alternative<call_report>(said));
    const auto& texts = std::get<call_report>(said).event.texts;
    CHECK(texts.get(call_text::caller_media_ip) == "127.0.1.1");
    return std::string{texts.get(call_text::callee_media_ip).value_or("not told")};
  };
  CHECK(media("127.0.2.1") == "127.0.2.1");
  CHECK(media("-").empty());
}

TEST_CASE("a dialog of an earlier run, restored from a database, makes no sense under its own name") {
  const auto said = read(with_state(4, R"({"rc_id":"17-725-9521","rc_call":"\"id\":"})"));
  REQUIRE(std::holds_alternative<bad_dialog>(said));
  CHECK(std::get<bad_dialog>(said).id == "17-725-9521");
}

TEST_CASE("an answered dialog is connected, whatever the script has said last") {
  const auto said = read(
      with_state(3, std::string{"{\"rc_stage\":\"ARComplete\",\"rc_media\":\"127.0.2.2\","} + ours + "}"));
  REQUIRE(std::holds_alternative<call_report>(said));
  const auto& event = std::get<call_report>(said).event;
  CHECK(event.state == call_state::connected);
  CHECK(event.texts.get(call_text::callee_media_ip) == "127.0.2.2");
  CHECK(event.connect
        == timestamp{std::chrono::seconds{1'795'492'668}}); // the module's own, in whole seconds
}

TEST_CASE("the script's own time of the answer is better than the module's") {
  const auto said = read(with_state(
      4, std::string{"{\"rc_stage\":\"Connected\",\"rc_answer\":\"1795492667.75\","} + ours + "}"));
  REQUIRE(std::holds_alternative<call_report>(said));
  CHECK(std::get<call_report>(said).event.connect == timestamp{std::chrono::milliseconds{1'795'492'667'750}});
}

TEST_CASE("broken UTF-8 elsewhere in a dialog costs nothing") {
  const auto said =
      read("{\"from_uri\":\"sip:caf\xe9@h\"," + with_state(4, std::string{"{"} + ours + "}").substr(1));
  CHECK(std::holds_alternative<call_report>(said));
}

TEST_CASE("unmatched brackets and dialogs that are too long break a snapshot") {
  CHECK_FALSE(split("}", 0).good);
  CHECK_FALSE(split("{}]", 0).good);
  CHECK_FALSE(split("{\"a\":\"" + std::string(bound, 'x') + "\"}", 0).good);
  CHECK_FALSE(split(std::string(bound + 1, 'x'), 0).good);
}

TEST_CASE("a snapshot that is cut short is not complete") {
  for (const auto* text : {"{\"a\":1}\n{", "{\"a\":\"}"})
    CHECK_FALSE_MESSAGE(split(text, 0).complete, text);
  for (const auto* text : {"", "{\"result\":[", "{\"result\":[{\"a\":1},", "{\"result\":[{\"a\":1}]"})
    CHECK_FALSE_MESSAGE(split(text, 2).complete, text);
}

TEST_CASE("a file of no dialogs is complete") { CHECK(split("", 0).complete); }

TEST_CASE("dialogs are cut out of a list, and the rest is a small answer") {
  const auto result = split(R"({"jsonrpc":"2.0","result":[{"a":"}]\"{"},{"b":[{}]}],"id":0})", 2);
  CHECK(result.good);
  CHECK(result.complete);
  CHECK(result.objects == std::vector<std::string>{R"({"a":"}]\"{"})", R"({"b":[{}]})"});
  CHECK(result.skeleton == R"({"jsonrpc":"2.0","result":[],"id":0})");
}

TEST_CASE("an error in place of a list is what remains") {
  const auto* const text = R"({"jsonrpc":"2.0","error":{"code":500,"message":"a, b"},"id":0})";
  const auto result = split(text, 2);
  CHECK(result.objects.empty());
  CHECK(result.skeleton == text);
}

TEST_CASE("dialogs are cut out of lines, however the file is read") {
  CHECK(rc::check([](const std::vector<std::string>& texts) {
    std::string file;
    std::vector<std::string> lines;
    for (const auto& each : texts) {
      std::string line = "{\"t\":\"";
      for (const char c : each)
        line.append(c == '"' || c == '\\' ? "\\" : "").append(1, c);
      lines.push_back(line + "\",\"n\":[{}]}");
      file += lines.back() + "\n";
    }
    const auto result = split(file, 0, *rc::gen::inRange<std::size_t>(1, 9));
    RC_ASSERT(result.complete);
    RC_ASSERT(result.objects == lines);
    RC_ASSERT(result.skeleton.empty());
  }));
}

} // namespace rollcall::kamailio_dialog_test
